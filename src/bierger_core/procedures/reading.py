# SPDX-License-Identifier: EUPL-1.2
"""Typed reading of a YAML tree: collects findings instead of stopping at the first, and says how to mend each."""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from bierger_core.rules import Expression, ExpressionRefused, Position, parse_expression
from bierger_core.values.findings import FileReader

from .yamltree import Entry, Fields, Items, Node, Scalar

NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
CODE = re.compile(r"[a-z][a-z0-9-]{0,60}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give a suggestion for a word that is not known, or the list of what is."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"Did you mean `{near[0]}`?"
    return f"Known: {', '.join(names)}." if names else "Remove it."


class Reader(FileReader):
    """Reads one file of a package and remembers what is wrong with it."""

    def record(self, node: Node | None, what: str, known: Collection[str]) -> "Record":
        """Take a node as a mapping with these keys; anything else is noted and read as empty."""
        if not isinstance(node, Fields):
            if node is not None and not (isinstance(node, Scalar) and node.value is None):
                self.refuse("not-a-mapping", node.line, f"{what} must be a mapping (`key: value`).", "Write keys below it.")
            return Record(self, what, Fields((), node.line if node else 1))
        for entry in node.entries:
            if entry.key not in known:
                self.refuse("unknown-field", entry.line, f"{what} has no field `{entry.key}`.", did_you_mean(entry.key, known))
        return Record(self, what, node)

    def entries(self, node: Node | None, what: str, pattern: re.Pattern[str] = NAME) -> Iterator[Entry]:
        """Go through a mapping whose keys are names of the author."""
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return
        if not isinstance(node, Fields):
            self.refuse("not-a-mapping", node.line, f"{what} must be a mapping (`name: ...`).", "Write one name a line.")
            return
        for entry in node.entries:
            if pattern.fullmatch(entry.key):
                yield entry
            else:
                self.refuse("bad-name", entry.line, f"`{entry.key}` cannot be a name in {what}.", _naming(pattern))

    def items(self, node: Node | None, what: str) -> tuple[Node, ...]:
        """Take a node as a list."""
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return ()
        if not isinstance(node, Items):
            self.refuse("not-a-list", node.line, f"{what} must be a list.", "Write one `- ...` a line.")
            return ()
        return node.items

    def expression(self, text: str, line: int) -> Expression | None:
        """Read a FEEL expression; what is wrong with it is noted with its line."""
        try:
            return parse_expression(text, at=Position(self.path, line, 1))
        except ExpressionRefused as error:
            self.findings.extend(error.findings)
            return None


def _naming(pattern: re.Pattern[str]) -> str:
    sign = "underscores" if pattern is NAME else "hyphens"
    return f"Use small letters, digits and {sign}, beginning with a letter."


class Record:
    """A mapping of a known shape."""

    def __init__(self, reader: Reader, what: str, fields: Fields) -> None:
        self._reader = reader
        self._what = what
        self._fields = fields

    @property
    def line(self) -> int:
        """The line where the mapping begins."""
        return self._fields.line

    def has(self, key: str) -> bool:
        """Say whether the field is written."""
        return self._fields.get(key) is not None

    def node(self, key: str) -> Node | None:
        """Give the node of a field, or None."""
        entry = self._fields.get(key)
        return entry.node if entry else None

    def line_of(self, key: str) -> int:
        """Give the line of a field, or of the mapping."""
        entry = self._fields.get(key)
        return entry.line if entry else self.line

    def need(self, *keys: str) -> None:
        """Note each of these fields that is missing."""
        for key in keys:
            if not self.has(key):
                self._reader.refuse("missing-field", self.line, f"{self._what} lacks `{key}`.", f"Add `{key}:`.")

    def text(self, key: str, default: str = "", *, pattern: re.Pattern[str] | None = None) -> str:
        """Give a text field; numbers and dates written without quotes are taken as they stand."""
        node = self.node(key)
        if node is None:
            return default
        if not isinstance(node, Scalar) or node.value is None or isinstance(node.value, bool):
            self._wrong(key, "a text", "Write a text after the colon, in quotes when in doubt.")
            return default
        if pattern is not None and not pattern.fullmatch(node.text):
            self._reader.refuse("bad-name", node.line, f"`{node.text}` cannot be `{key}` of {self._what}.", _naming(pattern))
        return node.text

    def one_of(self, key: str, known: Collection[str], default: str) -> str:
        """Give a text field that must be one of a list."""
        text = self.text(key, default)
        if text not in known:
            message = f"`{text}` is not a known `{key}` of {self._what}."
            self._reader.refuse("unknown-value", self.line_of(key), message, did_you_mean(text, known))
            return default
        return text

    def flag(self, key: str, *, default: bool) -> bool:
        """Give a true/false field."""
        node = self.node(key)
        if node is None:
            return default
        if not isinstance(node, Scalar) or not isinstance(node.value, bool):
            self._wrong(key, "true or false", "Write `true` or `false`.")
            return default
        return node.value

    def integer(self, key: str, default: int) -> int:
        """Give a whole number."""
        node = self.node(key)
        if node is None:
            return default
        if not isinstance(node, Scalar) or isinstance(node.value, bool) or not isinstance(node.value, int):
            self._wrong(key, "a whole number", "Write digits only.")
            return default
        return node.value

    def decimal(self, key: str) -> Decimal | None:
        """Give a number, or None when the field is not written."""
        node = self.node(key)
        if node is None:
            return None
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self._wrong(key, "a number", "Write digits, with a point before decimals.")
            return None
        return Decimal(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Give a list of texts."""
        return tuple(text for text, _ in self.lined_texts(key))

    def lined_texts(self, key: str) -> tuple[tuple[str, int], ...]:
        """Give a list of texts, each with its line."""
        found: list[tuple[str, int]] = []
        for item in self._reader.items(self.node(key), f"`{key}` of {self._what}"):
            if isinstance(item, Scalar) and item.value is not None:
                found.append((item.text, item.line))
            else:
                self._reader.refuse("wrong-type", item.line, f"`{key}` of {self._what} must hold texts.", "Write `- text`.")
        return tuple(found)

    def expression(self, key: str) -> Expression | None:
        """Give a FEEL field, or None when it is not written or not readable."""
        if not self.has(key):
            return None
        node = self.node(key)
        if isinstance(node, Scalar) and node.value in {True, False}:
            return self._reader.expression(node.text, node.line)
        text = self.text(key)
        return self._reader.expression(text, self.line_of(key)) if text else None

    def _wrong(self, key: str, wanted: str, mend: str) -> None:
        self._reader.refuse("wrong-type", self.line_of(key), f"`{key}` of {self._what} must be {wanted}.", mend)
