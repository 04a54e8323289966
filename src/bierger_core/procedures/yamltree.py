# SPDX-License-Identifier: EUPL-1.2
"""YAML as a tree that knows its lines, read from an untrusted file.

What is read is less than YAML: no anchors, aliases, tags, merge keys, several documents or duplicate keys; sizes, depth
and number of nodes are limited. Only `true`, `false`, `null` and plain numbers are not text: `no` is the word no, a date
stays the text it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import yaml

from bierger_core.values.findings import Finding

# libyaml's parser gives the same events in a tenth of the time; PyYAML has it wherever it comes as a wheel.
FAST: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
MAX_BYTES = 400_000
MAX_DEPTH = 12
MAX_NODES = 20_000

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}")


@dataclass(frozen=True)
class Scalar:
    """A leaf: its text, and whether it was written without quotes."""

    text: str
    plain: bool
    line: int

    @property
    def value(self) -> bool | int | Decimal | str | None:
        """Give the value: quoted and block texts are always text."""
        if not self.plain:
            return self.text
        if self.text in {"", "null", "~"}:
            return None
        if self.text in {"true", "false"}:
            return self.text == "true"
        if _INTEGER.fullmatch(self.text):
            return int(self.text)
        if _DECIMAL.fullmatch(self.text):
            return Decimal(self.text)
        return self.text


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple["Node", ...]
    line: int


@dataclass(frozen=True)
class Entry:
    """One key of a mapping, the line of the key, its node."""

    key: str
    line: int
    node: "Node"


@dataclass(frozen=True)
class Fields:
    """A mapping; keys are texts and unique."""

    entries: tuple[Entry, ...]
    line: int

    def get(self, key: str) -> Entry | None:
        """Give the entry of a key, or None."""
        return next((entry for entry in self.entries if entry.key == key), None)


Node: TypeAlias = Scalar | Items | Fields


class YamlRefused(Exception):
    """A file that is not YAML, or more than is read here: one finding says where."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def parse_yaml(data: bytes, *, path: str) -> Node:
    """Read a file into a tree; YamlRefused when it is not readable, too large or uses what is not allowed."""
    if len(data) > MAX_BYTES:
        raise _refused(
            "yaml-too-large", path, 0, f"The file has {len(data)} bytes, more than {MAX_BYTES}.", "Split it or shorten it."
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _refused("yaml-encoding", path, line, "The file is not UTF-8 text.", "Save it as UTF-8.") from None
    try:
        return _Builder(path).document(iter(yaml.parse(text, Loader=FAST)))
    except yaml.YAMLError:
        pass  # what is wrong is said below, in the words of the slower parser, whichever of the two is there
    try:
        return _Builder(path).document(iter(yaml.parse(text, Loader=yaml.SafeLoader)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        problem = error.problem or "unreadable"
        raise _refused("yaml-syntax", path, line, f"This is not valid YAML: {problem}.", _mend(problem)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position if isinstance(error.position, int) else 0) + 1
        raise _refused("yaml-syntax", path, line, "A control character stands in the file.", "Remove it.") from None


def _mend(problem: str) -> str:
    if "\\t" in problem or "tab" in problem:
        return "Indent with spaces, never with tabs."
    if "mapping values are not allowed" in problem:
        return "Put quotes around a text that contains a colon, or correct the indentation."
    return "Check the indentation, the colons and the quotes of this line and the one above."


def _refused(code: str, path: str, line: int, message: str, mend: str) -> YamlRefused:
    return YamlRefused(Finding(code, path, line, message, mend))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


class _Builder:
    """Builds the tree from the parser's events, counting as it goes."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._nodes = 0

    def document(self, events: Iterator[yaml.Event]) -> Node:
        next(events)  # StreamStart
        event = next(events)
        if isinstance(event, yaml.StreamEndEvent):
            raise _refused("yaml-empty", self._path, 1, "The file is empty.", "Write its content or remove the file.")
        root = self._node(next(events), events, 1)
        next(events)  # DocumentEnd
        event = next(events)
        if not isinstance(event, yaml.StreamEndEvent):
            line = _line(event)
            raise _refused("yaml-documents", self._path, line, "A second document begins here.", "Keep one document in the file.")
        return root

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        line = _line(event)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _refused("yaml-too-large", self._path, line, f"The file holds more than {MAX_NODES} values.", "Shorten it.")
        if depth > MAX_DEPTH:
            raise _refused("yaml-too-deep", self._path, line, f"Values are nested more than {MAX_DEPTH} deep.", "Flatten it.")
        if isinstance(event, yaml.AliasEvent):
            raise _refused("yaml-alias", self._path, line, "Aliases (*name) are not read.", "Write the value again.")
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            raise _refused("yaml-alias", self._path, line, "Anchors (&name) are not read.", "Remove the anchor.")
        if getattr(event, "tag", None) is not None:
            raise _refused("yaml-tag", self._path, line, "Tags (!name) are not read.", "Remove the tag.")
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, not event.style, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return Items(tuple(self._items(events, depth)), line)
        return Fields(tuple(self._entries(events, depth)), line)

    def _items(self, events: Iterator[yaml.Event], depth: int) -> Iterator[Node]:
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            yield self._node(event, events, depth + 1)

    def _entries(self, events: Iterator[yaml.Event], depth: int) -> Iterator[Entry]:
        seen: dict[str, int] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._node(event, events, depth + 1)
            if not isinstance(key, Scalar):
                raise _refused("yaml-key", self._path, key.line, "A key must be a word.", "Write `key: value`.")
            if key.text == "<<" and key.plain:
                raise _refused("yaml-alias", self._path, key.line, "Merge keys (<<) are not read.", "Write the values again.")
            if key.text in seen:
                message = f"`{key.text}` stands here a second time (first on line {seen[key.text]})."
                raise _refused("yaml-duplicate-key", self._path, key.line, message, "Keep one of the two.")
            seen[key.text] = key.line
            yield Entry(key.text, key.line, self._node(next(events), events, depth + 1))
