# SPDX-License-Identifier: EUPL-1.2
"""What the citizen's pages draw."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bierger.catalogue.types import SearchHit
from bierger.disclosures.types import Law
from bierger.ui.parts import Field, TaskRow


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
    """One page of a form. `number` of `total` counts the relevant steps; `heading` puts the question in the title."""

    title: str
    help: str
    fields: tuple[Field, ...]
    number: int
    total: int
    rows: tuple[TaskRow, ...]
    back: str
    uploads: bool
    heading: bool


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


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A step of a verification in words."""

    outcome: str
    question: str
    answer: str
    icon: str


@dataclass(frozen=True, slots=True)
class ActRow:
    """A document issued. `ready`: it can be downloaded; `revoked`: why, or empty; `note`: what its holder was told about that.
    `successor`, `replaced`: numbers of what took its place, and of the one whose place it took. `email`: whom to ask.
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

    sealed   its batch is in the log; until then it is recorded only
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


@dataclass(frozen=True, slots=True)
class ReadingDay:
    """The readings of one day, the newest first."""

    day: str
    rows: tuple[ReadingRow, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verification in words. `kind`: yes, facts or no; `compare`: the reader has to compare the paper with the facts."""

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
