# SPDX-License-Identifier: EUPL-1.2
"""The form model: steps of typed questions, and what reading an answer can give.

An **answer** is plain JSON; the type of its question says how to read it (`answers.from_json`). A question that was
never asked has no key; one that was asked and left empty is null. So a draft knows which pages were seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from bierger_core.rules import Expression, Value

JSON: TypeAlias = "bool | int | str | Sequence[JSON] | Mapping[str, JSON] | None"
Raw: TypeAlias = Mapping[str, Sequence[str]]


class Type(StrEnum):
    """What a question asks for."""

    TEXT = "text"
    LONGTEXT = "longtext"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    EMAIL = "email"
    PHONE = "phone"
    MATRICULE = "matricule"
    ORGANISATION_NUMBER = "organisation_number"
    IBAN = "iban"
    POSTAL_CODE = "postal_code"
    COMMUNE = "commune"
    PARCEL = "parcel"
    PLACE = "place"
    FILE = "file"


@dataclass(frozen=True)
class Require:
    """A condition that the answer must hold, with a message of its own (text key `require.<code>`).

    It may name its own question and questions of earlier pages. It is asked only when all it names is answered.
    """

    code: str
    condition: Expression
    line: int = 0


@dataclass(frozen=True)
class Question:
    """One typed question. `options` are codes; their texts stand under `question.<name>.option.<code>`.

    `source` prefills the answer from what is already known; `locked` makes the known value win over what was typed.
    `min_date`/`max_date` are ISO dates or "today". Sizes are bytes.
    """

    name: str
    type: Type
    line: int = 0
    fact: str | None = None
    required: bool = True
    when: Expression | None = None
    requires: tuple[Require, ...] = ()
    options: tuple[str, ...] = ()
    source: str | None = None
    locked: bool = False
    min: Decimal | None = None
    max: Decimal | None = None
    decimals: int = 0
    min_date: str | None = None
    max_date: str | None = None
    min_length: int = 0
    max_length: int = 200
    accept: tuple[str, ...] = ()
    max_files: int = 1
    max_bytes: int = 10_000_000
    officer_only: bool = False


@dataclass(frozen=True)
class Step:
    """One page: one question, or a few that belong together."""

    id: str
    questions: tuple[Question, ...]
    when: Expression | None = None
    line: int = 0


@dataclass(frozen=True)
class Compute:
    """A value derived from answers; it can be named in later pages, decisions, the process and documents."""

    name: str
    expression: Expression
    line: int = 0


@dataclass(frozen=True)
class Form:
    """The steps in the order in which they are asked."""

    steps: tuple[Step, ...]
    computes: tuple[Compute, ...] = ()
    path: str = "form.yaml"
    _questions: Mapping[str, Question] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_questions", {q.name: q for step in self.steps for q in step.questions})

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all questions, in order."""
        return tuple(self._questions)

    def question(self, name: str) -> Question:
        """Give the question of that name; KeyError when there is none."""
        return self._questions[name]

    def step(self, step_id: str) -> Step:
        """Give the step of that id; KeyError when there is none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def step_of(self, name: str) -> Step:
        """Give the step that asks the question of that name; KeyError when there is none."""
        for step in self.steps:
            if any(q.name == name for q in step.questions):
                return step
        raise KeyError(name)


@dataclass(frozen=True)
class Setting:
    """What an answer is judged against besides the form: the day, the communes in question, what is known already.

    `known` maps names of `sources.SOURCES` to answers; `communes` None means: any well-formed code.
    """

    today: date
    communes: frozenset[str] | None = None
    known: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True)
class Parsed:
    """The answer, ready to be kept; None when the field was left empty and may be."""

    value: JSON


@dataclass(frozen=True)
class AnswerError:
    """Why an answer was not taken: a code of `errors.ERROR_CODES` and the figures of its sentence."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StepResult:
    """One page read: the valid answers (None: cleared), the text as typed by HTML name, the errors by question."""

    values: Mapping[str, JSON]
    raw: Mapping[str, Sequence[str]]
    errors: Mapping[str, AnswerError]


@dataclass(frozen=True)
class Outcome:
    """One way a task can end, and the questions that must be answered with it."""

    code: str
    needs: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class TaskForm:
    """The screen of a user task: what it shows, the outcome to choose, the questions to answer."""

    node: str
    questions: tuple[Question, ...]
    outcome: str | None = None
    outcomes: tuple[Outcome, ...] = ()
    shows: tuple[str, ...] = ()
    line: int = 0

    @property
    def outputs(self) -> frozenset[str]:
        """The variables the task defines: exactly the `bierger:outputs` of its node."""
        names = {question.name for question in self.questions}
        return frozenset(names | {self.outcome} if self.outcome else names)


@dataclass(frozen=True)
class TaskResult:
    """One task screen read: variables for the process, the same as JSON for the event, text as typed, errors."""

    outputs: Mapping[str, Value]
    values: Mapping[str, JSON]
    raw: Mapping[str, Sequence[str]]
    errors: Mapping[str, AnswerError]
