# SPDX-License-Identifier: EUPL-1.2
"""The common name space of data: one name per fact, its type, its term in the EU Core Vocabularies, its label.

Labels stand here and not in the packages because a sealed fact must be readable by who has never seen the package.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bierger_core.interview import Type
from bierger_core.values import LANGUAGES
from bierger_core.values.findings import Finding

from .reading import Reader
from .yamltree import YamlRefused, parse_yaml

_FACT = re.compile(r"[a-z][a-z0-9_]{0,40}(?:\.[a-z][a-z0-9_]{0,40}){1,3}")
_TERM = re.compile(r"https?://\S{1,200}")


@dataclass(frozen=True)
class Fact:
    """One fact: dotted name, type, URI of the term it means ("" when the vocabularies have none), labels."""

    name: str
    type: Type
    term: str
    labels: Mapping[str, str]
    line: int


@dataclass(frozen=True)
class Vocabulary:
    """All facts by name."""

    facts: Mapping[str, Fact]

    def label(self, name: str, language: str) -> str:
        """Give the words for a fact; the name itself when the vocabulary does not know it."""
        fact = self.facts.get(name)
        return fact.labels.get(language, name) if fact else name


@lru_cache(maxsize=8)  # every package is read over the same one, and so it would be read with each of them
def read_vocabulary(data: bytes, *, path: str = "vocabulary.yaml") -> tuple[Vocabulary, tuple[Finding, ...]]:
    """Read vocabulary.yaml; what is wrong with it comes as findings, the facts that are right are kept."""
    findings: list[Finding] = []
    try:
        root = parse_yaml(data, path=path)
    except YamlRefused as refusal:
        return Vocabulary({}), (refusal.finding,)
    reader = Reader(path, findings)
    facts: dict[str, Fact] = {}
    for entry in reader.entries(reader.record(root, "The vocabulary", {"facts"}).node("facts"), "facts", _FACT):
        record = reader.record(entry.node, f"The fact `{entry.key}`", {"type", "term", "label"})
        record.need("type", "label")
        kind = record.one_of("type", [one.value for one in Type], Type.TEXT.value)
        term = record.text("term")
        if term and not _TERM.fullmatch(term):
            reader.refuse("bad-term", record.line_of("term"), f"`{term}` is not a URI.", "Give the http(s) URI of the term.")
        labels = reader.record(record.node("label"), f"The label of `{entry.key}`", LANGUAGES)
        labels.need(*LANGUAGES)
        words = {language: labels.text(language) for language in LANGUAGES}
        facts[entry.key] = Fact(entry.key, Type(kind), term, words, entry.line)
    return Vocabulary(facts), tuple(findings)
