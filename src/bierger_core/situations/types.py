# SPDX-License-Identifier: EUPL-1.2
"""What a situation is once it is read: frozen, complete, with the packages to which it leads."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from bierger_core.interview import Form
from bierger_core.procedures import LegalBasis, Package, Texts, Vocabulary
from bierger_core.rules import DecisionModel

STATES: tuple[Literal["needed"], Literal["optional"], Literal["not-needed"]] = ("needed", "optional", "not-needed")
"""What a decision may say of a procedure; while it says nothing yet, the procedure is `open`."""


@dataclass(frozen=True)
class Entry:
    """A procedure of the list.

    key       owner/name of the package
    decision  the decision of decisions.dmn that says whether it is needed
    after     keys of the procedures that come before it, where they apply
    fills     question of the procedure -> question of the situation that answers it, those with the same fact among them
    """

    key: str
    decision: str
    after: tuple[str, ...]
    fills: Mapping[str, str]
    line: int = 0
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Situation:
    """A situation, read. `digest` covers its files, the vocabulary and the versions of its packages."""

    name: str
    version: int
    digest: str
    languages: tuple[str, ...]
    themes: tuple[str, ...]
    keywords: Mapping[str, tuple[str, ...]]
    audience: tuple[str, ...]
    legal_basis: tuple[LegalBasis, ...]
    form: Form
    decisions: DecisionModel
    entries: tuple[Entry, ...]
    sequence: tuple[str, ...]
    costs: Mapping[str, float]
    past: Mapping[str, Mapping[str, int]]
    packages: Mapping[str, Package] = field(repr=False)
    vocabulary: Vocabulary = field(repr=False)
    texts: Texts = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    prefix: str = ""
    lines: Mapping[str, int] = field(default_factory=dict, repr=False)

    def text(self, key: str, language: str, register: str = "") -> str:
        """Give a text; `easy` falls back to `standard`. KeyError for a key the situation does not have."""
        return self.texts.get(key, language, register)

    def reading(self, register: str) -> "Situation":
        """Give the same situation with its texts, and those of its procedures, in this register."""
        packages = {key: package.reading(register) for key, package in self.packages.items()}
        return replace(self, texts=self.texts.reading(register), packages=packages)

    def has_text(self, key: str) -> bool:
        """Say whether an optional text was written."""
        return self.texts.has(key)

    def title(self, language: str, register: str = "") -> str:
        """Give the title of the situation: "I open a café with a terrace"."""
        return self.text("title", language, register)

    def summary(self, language: str, register: str = "") -> str:
        """Give what the situation is about, in a sentence or two."""
        return self.text("summary", language, register)

    def entry(self, key: str) -> Entry:
        """Give the entry of a procedure; KeyError when the list does not have it."""
        for entry in self.entries:
            if entry.key == key:
                return entry
        raise KeyError(key)
