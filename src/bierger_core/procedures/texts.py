# SPDX-License-Identifier: EUPL-1.2
"""The texts of a package: nested keys, addressed with dots, per language, in the registers `standard` and `easy`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bierger_core.values import REGISTERS
from bierger_core.values.findings import Finding

from .reading import Reader, did_you_mean
from .yamltree import Fields, Node, Scalar, YamlRefused, parse_yaml


@dataclass(frozen=True)
class Line:
    """One text and where it stands; `borrowed`: it comes with a library process."""

    words: str
    line: int
    path: str = ""
    borrowed: bool = False


@dataclass(frozen=True)
class Texts:
    """Texts by (language, register), then by key; `groups` holds the line of each group of keys.

    `register`: the one that is given where none is asked for.
    """

    lines: Mapping[tuple[str, str], Mapping[str, Line]]
    groups: Mapping[tuple[str, str], Mapping[str, int]]
    register: str = "standard"

    def reading(self, register: str) -> "Texts":
        """Give the same texts for a reader of this register."""
        return replace(self, register=register)

    def get(self, key: str, language: str, register: str = "") -> str:
        """Give a text; `easy` falls back to `standard`; KeyError when the language does not have it."""
        for one in (register or self.register, "standard"):
            found = self.lines.get((language, one), {}).get(key)
            if found is not None:
                return found.words
        raise KeyError(key)

    def has(self, key: str) -> bool:
        """Say whether any language has the text in the standard register."""
        return any(key in lines for (_, register), lines in self.lines.items() if register == "standard")

    def nearest_line(self, language: str, key: str) -> int:
        """Give the line of the innermost group in which a missing key belongs."""
        groups = self.groups.get((language, "standard"), {})
        parts = key.split(".")
        for length in range(len(parts) - 1, 0, -1):
            line = groups.get(".".join(parts[:length]))
            if line is not None:
                return line
        return groups.get("", 1)


def path_of(language: str) -> str:
    """Give the path of a language's file in the package."""
    return f"texts/{language}.yaml"


def read_texts(files: Mapping[str, bytes], languages: Iterable[str], findings: list[Finding], *, prefix: str) -> Texts:
    """Read the texts of all languages the package declares."""
    lines: dict[tuple[str, str], dict[str, Line]] = {}
    groups: dict[tuple[str, str], dict[str, int]] = {}
    for language in languages:
        path = path_of(language)
        reader = Reader(prefix + path, findings)
        if path not in files:
            reader.refuse(
                "missing-file", 0, f"The package declares the language {language} but has no {path}.", "Write the file."
            )
            continue
        try:
            root = parse_yaml(files[path], path=prefix + path)
        except YamlRefused as refusal:
            findings.append(refusal.finding)
            continue
        record = reader.record(root, "A file of texts", REGISTERS)
        record.need("standard")
        for register in REGISTERS:
            node = record.node(register)
            groups[language, register] = {"": record.line_of(register)}
            lines[language, register] = dict(_flatten(node, "", groups[language, register], reader)) if node else {}
    return Texts(lines, groups)


def _flatten(node: Node, prefix: str, groups: dict[str, int], reader: Reader) -> Iterator[tuple[str, Line]]:
    if isinstance(node, Fields):
        for entry in node.entries:
            key = f"{prefix}.{entry.key}" if prefix else entry.key
            if isinstance(entry.node, Fields):
                groups[key] = entry.line
            yield from _flatten(entry.node, key, groups, reader)
    elif isinstance(node, Scalar) and node.text.strip():
        yield prefix, Line(node.text.strip(), node.line, reader.path)
    else:
        reader.refuse("empty-text", node.line, f"The text `{prefix}` is empty or not a text.", "Write the words after the colon.")


def prove_texts(
    texts: Texts, languages: Iterable[str], needed: frozenset[str], optional: frozenset[str], *, prefix: str
) -> Iterator[Finding]:
    """Say which texts are missing in which language, and which are never shown."""
    languages = tuple(languages)
    for language in languages:
        path = prefix + path_of(language)
        standard = texts.lines.get((language, "standard"))
        if standard is None:
            continue
        written_elsewhere = {key for other in languages for key in texts.lines.get((other, "standard"), {}) if key in optional}
        for key in sorted((needed | written_elsewhere) - set(standard)):
            yield Finding(
                "missing-text",
                path,
                texts.nearest_line(language, key),
                f"The text `{key}` is missing in {language}.",
                f"Add `{key.rpartition('.')[2]}:` below `{key.rpartition('.')[0] or 'standard'}`.",
            )
        for register in REGISTERS:
            for key, line in texts.lines.get((language, register), {}).items():
                if key not in needed | optional and not line.borrowed:
                    mend = did_you_mean(key, (needed | optional) - set(standard)) if needed | optional > set(standard) else ""
                    mend = mend if mend.startswith("Did") else "Correct the key or remove the text."
                    yield Finding("unused-text", path, line.line, f"The text `{key}` is never shown.", mend)
