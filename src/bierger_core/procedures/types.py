# SPDX-License-Identifier: EUPL-1.2
"""What a package is once it is read: frozen, complete, independent of the files' spelling."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from bierger_core.interview import Form, Question, TaskForm
from bierger_core.process import Definition
from bierger_core.rules import DecisionModel, Value

from .texts import Texts
from .vocabulary import Vocabulary

ENGINE_SEMANTICS = 1
"""Raised whenever the same package would be read or run differently; part of every digest, so that running cases keep
the meaning they were started with."""

Level = Literal["none", "low", "substantial", "high"]
LEVELS = ("none", "low", "substantial", "high")
AUDIENCES = ("citizen", "firm", "anybody")
ROLES = ("clerk", "adviser", "decider", "applicant")
ACTIONS = ("ask-register", "issue-act", "notify")


@dataclass(frozen=True)
class LegalBasis:
    """A law: its official title (French, as published), its ELI, the articles. `verified`: read in the source."""

    title: str
    eli: str
    articles: tuple[str, ...]
    verified: bool
    line: int = 0


@dataclass(frozen=True)
class Fee:
    """What it costs, in cents of euro, from `cents` to `most`. `verified` False: to be confirmed by whoever asks for it; where
    there is no amount either, nothing is known of it.
    """

    cents: int
    verified: bool
    most: int = 0

    @property
    def highest(self) -> int:
        """The most it may cost."""
        return max(self.cents, self.most)

    @property
    def known(self) -> bool:
        """There is something to say: an amount, or that it is free."""
        return self.verified or self.highest > 0


@dataclass(frozen=True)
class Period:
    """A length of time, ISO 8601 ("P5D"); `working`: its days are working days; `verified` False: it is to be confirmed."""

    text: str
    working: bool = False
    verified: bool = True


@dataclass(frozen=True)
class Retention:
    """How long something is kept: an ISO 8601 period of whole days; `year_end`: until the 31st of December after it."""

    text: str
    year_end: bool = False


@dataclass(frozen=True)
class Competence:
    """Which administration is competent: its kind (`any`: each one has it, as whoever begins it says), and the question whose
    answer names it (None: the owner).
    """

    kind: Literal["commune", "state", "any"]
    question: str | None


@dataclass(frozen=True)
class PartySpec:
    """A party of the case: `space`, whether it is the space that files; `name`, the questions that make its name."""

    kind: str
    space: bool
    name: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True)
class DocumentSpec:
    """A document: template, type (as in the seal), sealed facts and template fields, each from a variable's path.

    `retention`: how long it is kept when that is longer than the case. `name`: what its type is called, by language, unless
    that is the title of the letter.
    """

    code: str
    template: str
    type: str
    facts: Mapping[str, str]
    fields: Mapping[str, str]
    holder: str = "applicant"
    valid: Period | None = None
    line: int = 0
    lines: Mapping[str, int] = field(default_factory=dict)
    retention: Retention | None = None
    name: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ActionSpec:
    """What a service task needs besides its node: the register and the question put to it, or whom to notify."""

    node: str
    kind: str
    register: str = ""
    question: str = ""
    to: str = ""
    output: str | None = None
    line: int = 0


@dataclass(frozen=True)
class TimerSpec:
    """A legal period that runs from a date of the case, not from the moment the task was opened."""

    node: str
    start: str
    verified: bool = True
    line: int = 0


@dataclass(frozen=True)
class Package:
    """A procedure, read. `files` is what was read; `digest` covers them, the vocabulary and the engine's semantics."""

    owner: str
    name: str
    version: int
    digest: str
    themes: tuple[str, ...]
    keywords: Mapping[str, tuple[str, ...]]
    audience: tuple[str, ...]
    anonymous: bool
    level: Level
    languages: tuple[str, ...]
    legal_basis: tuple[LegalBasis, ...]
    fee: Fee
    delay: Period | None
    retention: Retention
    needed: tuple[str, ...]
    administration: Competence
    form: Form
    decisions: DecisionModel | None
    process: Definition
    documents: Mapping[str, DocumentSpec]
    tasks: Mapping[str, TaskForm]
    actions: Mapping[str, ActionSpec]
    timers: Mapping[str, TimerSpec]
    parties: tuple[PartySpec, ...]
    services: tuple[str, ...]
    library: str
    subject: tuple[str, ...]
    vocabulary: Vocabulary = field(repr=False)
    texts: Texts = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    templates: Mapping[str, bytes] = field(repr=False)
    prefix: str = ""
    lines: Mapping[str, int] = field(default_factory=dict, repr=False)

    def text(self, key: str, language: str, register: str = "") -> str:
        """Give a text; `easy` falls back to `standard`. KeyError for a key the package does not have."""
        return self.texts.get(key, language, register)

    def reading(self, register: str) -> "Package":
        """Give the same package with its texts in this register, for a screen; everything else reads the standard ones."""
        return replace(self, texts=self.texts.reading(register))

    def has_text(self, key: str) -> bool:
        """Say whether an optional text was written."""
        return self.texts.has(key)

    def title(self, language: str) -> str:
        """Give the title of the procedure."""
        return self.text("title", language)

    def summary(self, language: str) -> str:
        """Give what the procedure is for, in a sentence or two."""
        return self.text("summary", language)

    def template(self, code: str) -> bytes:
        """Give the Typst source of a document, one file that imports nothing. KeyError: no such document."""
        return self.templates[code]

    def question(self, name: str) -> Question | None:
        """Give a question of the form or of a task, or None."""
        questions = [q for step in self.form.steps for q in step.questions]
        questions += [q for task in self.tasks.values() for q in task.questions]
        return next((q for q in questions if q.name == name), None)


@dataclass(frozen=True)
class CaseFacts:
    """What every case knows of itself: variable `case`."""

    number: str
    administration: str
    language: str
    opened_on: date


@dataclass(frozen=True)
class ApplicantFacts:
    """How the filing was made: variable `applicant`. `kind` is anonymous, person or organisation."""

    kind: Literal["anonymous", "person", "organisation"]
    level: Level


@dataclass(frozen=True)
class DocumentInputs:
    """All that issuing an act needs from the package: strings only."""

    document_type: str
    title: str
    language: str
    facts: Mapping[str, str]
    fields: Mapping[str, str]
    template: bytes


CASE_FIELDS = frozenset({"number", "administration", "language", "opened_on"})
APPLICANT_FIELDS = frozenset({"kind", "level"})
LIBRARY_FIELDS: Mapping[str, frozenset[str]] = {"case": frozenset({"subject", "law"}), "applicant": frozenset({"name"})}
"""What cases of a package with a library process know besides (`library`)."""
ACT_FIELDS = frozenset({"number", "issued_on"})
REGISTERS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("population", "residence"): {
        "given_name": "text",
        "family_name": "text",
        "birth_date": "date",
        "matricule": "text",
        "street": "text",
        "postal_code": "text",
        "locality": "text",
        "commune": "text",
        "since": "date",
    },
}
"""The questions that registers answer, and the type of each fact of the answer. Every answer also says `found` and
`reachable`."""

Variables = Mapping[str, Value]
