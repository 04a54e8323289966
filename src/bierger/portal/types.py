# SPDX-License-Identifier: EUPL-1.2
"""What the citizen's pages draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bierger.catalogue.types import SearchHit
from bierger.disclosures.types import Law
from bierger.ui.parts import Choice, Field, SummaryRow, TaskRow
from bierger_core.procedures import Fee, Period


@dataclass(frozen=True, slots=True)
class CardView:
    """A procedure found, with its theme in words and an icon."""

    hit: SearchHit
    theme: str
    icon: str


@dataclass(frozen=True, slots=True)
class ThemeLink:
    code: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class StepPage:
    """One page of a form. `number` of `total` counts the relevant steps; `heading` puts the question in the title.

    opened   questions whose answer came from elsewhere and is typed here now
    parts    the requests that are prepared together; none: this one alone
    """

    title: str
    help: str
    fields: tuple[Field, ...]
    number: int
    total: int
    rows: tuple[TaskRow, ...]
    back: str
    uploads: bool
    heading: bool
    opened: tuple[str, ...] = ()
    parts: tuple[TaskRow, ...] = ()


@dataclass(frozen=True, slots=True)
class BundlePart:
    """One of several requests on the page on which all are checked."""

    draft: UUID
    title: str
    administration: str
    sections: Sequence[tuple[str, Sequence[SummaryRow]]]
    fee: str


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in the list. `colour` of its label: see the tag `status`."""

    id: UUID
    title: str
    number: str
    administration: str
    state: str
    colour: str
    opened: str
    waiting: bool


@dataclass(frozen=True, slots=True)
class DraftRow:
    id: UUID
    title: str
    changed: str
    expires: str
    href: str
    discard: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A step of a verification in words."""

    outcome: str
    question: str
    answer: str
    icon: str


@dataclass(frozen=True, slots=True)
class ActRow:
    """A document issued. `ready`: it can be downloaded; `state`: how far it is, of a revoked one only that it was erased.
    `revoked`: why, or empty; `note`: what its holder was told about that.
    `successor`, `replaced`: numbers of what took its place, and of the one whose place it took. `email`: whom to ask.
    `ends`: until when it may be relied on, or empty; `over`: that it ended, as a sentence; `again`: where to ask for another.
    """

    id: UUID
    title: str
    number: str
    ready: bool
    state: str
    revoked: str
    revoked_on: str = ""
    note: str = ""
    successor: str = ""
    replaced: str = ""
    email: str = ""
    ends: str = ""
    over: str = ""
    again: str = ""


@dataclass(frozen=True, slots=True)
class MailRow:
    """A message. `locked`: where to sign in better; then `text`, `case` and `act` are left out."""

    id: UUID
    title: str
    text: str
    sender: str
    sent: str
    locked: str
    unread: bool
    case: UUID | None
    act: ActRow | None


@dataclass(frozen=True, slots=True)
class MandateRow:
    """A mandate in words. `open`: it can still be ended."""

    id: UUID
    space: str
    holder: str
    scope: str
    days: str
    state: str
    colour: str
    open: bool


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One reading of my data, or `times` of the same on one day.

    sealed   its batch is in the log; until then it is recorded only; is_aside: it could not be sealed so far
    delay    why, and until when, it was not told; '' for most
    """

    id: int
    day: str
    time: str
    iso: str
    who: str
    service: str
    automatic: bool
    represented: bool
    facts: str
    purpose: str
    laws: tuple[Law, ...]
    case: UUID | None
    sealed: bool
    delay: str = ""
    times: int = 1
    is_aside: bool = False


@dataclass(frozen=True, slots=True)
class ReadingDay:
    """The readings of one day, the newest first."""

    day: str
    rows: tuple[ReadingRow, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verification in words.

    kind      yes, facts or no
    compare   the reader has to compare the paper with the facts
    claimed   the facts are what a code says that failed a check
    """

    kind: str
    title: str
    text: str
    file_name: str
    issuer: str
    issued: str
    document: str
    number: str
    facts: tuple[tuple[str, str], ...]
    steps: tuple[CheckRow, ...]
    logged: str
    compare: bool
    claimed: bool


@dataclass(frozen=True, slots=True)
class SituationCard:
    """A situation, to be chosen."""

    name: str
    title: str
    summary: str
    theme: str
    icon: str


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that was not answered, and what its answer would settle: titles of procedures."""

    label: str
    href: str
    surely: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One procedure of a plan in words.

    state    needed, optional, not-needed or open
    offered  it can be begun here now
    why      sentences; `change`: what would make another outcome of it; `laws`: (title, ELI, confirmed) of what it rests on
    fee      what it costs, as far as it is known; `fee_note`, `delay_note`: about it in words, or ''
    open     the questions that can still change it
    """

    key: str
    state: str
    title: str
    summary: str
    href: str
    administration: str
    offered: bool
    why: tuple[str, ...]
    change: tuple[str, ...]
    laws: tuple[tuple[str, str, bool], ...]
    note: str
    needed: tuple[str, ...]
    fee: Fee
    fee_note: str
    delay: Period | None
    delay_note: str
    after: tuple[str, ...]
    open: tuple[OpenQuestion, ...]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A plan in words.

    total    of the fees of what is needed, '' where nothing is known of any
    counted  titles of what it contains; `unfixed`: of how many needed procedures nothing is known
    communes  to choose from: who is competent for what communes do is not known without
    """

    lines: tuple[PlanLine, ...]
    settles: tuple[OpenQuestion, ...]
    answers: tuple[SummaryRow, ...]
    put_off: tuple[OpenQuestion, ...]
    total: str
    counted: tuple[str, ...]
    unfixed: int
    communes: tuple[Choice, ...]

    def of(self, *states: str) -> tuple[PlanLine, ...]:
        return tuple(line for line in self.lines if line.state in states)

    @property
    def doing(self) -> tuple[PlanLine, ...]:
        return self.of("needed", "optional")

    @property
    def undecided(self) -> tuple[PlanLine, ...]:
        return self.of("open")

    @property
    def spared(self) -> tuple[PlanLine, ...]:
        return self.of("not-needed")

    @property
    def fileable(self) -> tuple[PlanLine, ...]:
        return tuple(line for line in self.doing if line.offered)
