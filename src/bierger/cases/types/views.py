# SPDX-License-Identifier: EUPL-1.2
"""What portal and desk see of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from bierger.disclosures.types import personal_data
from bierger.flows.types import TaskView
from bierger.infra.principal import Level
from bierger_core.interview import JSON

ERASED: Final = "erased"
LONGEST_TEXT: Final = 4000  # characters of a note, a question or an answer to it: what a case keeps


@dataclass(frozen=True)
class Opened:
    """The new case, with the hash of its opening event (the receipt shows it)."""

    id: UUID
    number: str
    event_hash: bytes


@personal_data
@dataclass(frozen=True)
class PartyView:
    """applicant, beneficiary or representative; a space, or a private link (SHA-256 hex); a name to address them by.

    subjects: whom a reading about this party concerns, ids of people and of organisations' spaces. A representative stands in the
    space that they represent, not in their own.
    """

    kind: str
    space: UUID | None
    link: str | None
    name: str
    subjects: tuple[UUID, ...] = ()


@personal_data
@dataclass(frozen=True, kw_only=True)
class Opening:
    """What a filing hands over when it opens a case. `answers` are plain JSON by question name, complete for this case;
    `files` the blobs among them. `applicant_kind`: anonymous, person or organisation.
    """

    administration: UUID
    administration_code: str
    digest: str
    language: str
    level: Level
    applicant_kind: Literal["anonymous", "person", "organisation"]
    answers: Mapping[str, JSON]
    files: tuple[UUID, ...]
    parties: tuple[PartyView, ...]
    channel: str = "web"


@personal_data
@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `code` = type of the event; `params` what the sentence needs (texts by language where
    the package gives them); `person` who acted, where it was a person, and `mandate` by which, where they did so for another.
    """

    sequence: int
    at: datetime
    code: str
    actor_kind: str
    actor_name: str
    audience: str
    params: Mapping[str, object]
    erased: bool = False
    person: UUID | None = None
    mandate: UUID | None = None


@personal_data
@dataclass(frozen=True)
class RequestView:
    """A case as its applicant reads it: `state` is a text key of the package (`state.<node>`, `end.<end>`) or `state`."""

    id: UUID
    number: str
    administration: UUID
    digest: str
    owner: str
    name: str
    status: str
    state: str
    opened_at: datetime
    ended_at: datetime | None
    waiting_for_me: bool = False
    open_question: int | None = None


@personal_data
@dataclass(frozen=True)
class Origin:
    """Where what belongs to a case comes from: the version of the procedure that it follows, and the administration."""

    case: UUID
    digest: str
    administration: UUID


@dataclass(frozen=True)
class RequestFilters:
    """What an applicant looks for among their requests. `state`: all, open or closed.

    words    a part of the number; with it counts also
    digests  whatever follows these versions (their titles hold the words)
    cases    these cases (the words are the number of their receipt)
    """

    state: Literal["all", "open", "closed"] = "all"
    words: str = ""
    digests: tuple[str, ...] = ()
    cases: tuple[UUID, ...] = ()


EVERY_REQUEST: Final = RequestFilters()


@personal_data
@dataclass(frozen=True)
class CaseView:
    """A case as an officer works on it. `answers`: JSON by question name, or ERASED."""

    id: UUID
    number: str
    administration: UUID
    digest: str
    owner: str
    name: str
    status: str
    state: str
    language: str
    opened_at: datetime
    ended_at: datetime | None
    answers: Mapping[str, JSON] | Literal["erased"]
    variables: Mapping[str, object]
    parties: tuple[PartyView, ...]
    tasks: tuple[TaskView, ...]
    timeline: tuple[Entry, ...]
    open_question: int | None = None


@dataclass(frozen=True)
class WorkFilters:
    """`holder`: mine, unassigned or all; `service`; `procedure` as owner/name; `overdue` only; `state`: open or done."""

    holder: Literal["mine", "unassigned", "all"] = "all"
    service: UUID | None = None
    procedure: str = ""
    overdue: bool = False
    state: Literal["open", "done"] = "open"


@personal_data
@dataclass(frozen=True)
class CaseHeading:
    """A case beside another one, as an officer who may open it sees it named."""

    id: UUID
    number: str
    digest: str
    administration: UUID


@personal_data
@dataclass(frozen=True)
class WorkView:
    """A row of the worklist; `task_title` comes from the package by `digest` and `node`."""

    case: UUID
    task: UUID
    number: str
    digest: str
    procedure: str
    node: str
    role: str
    service: UUID | None
    applicant: str
    opened_at: datetime
    due_at: datetime | None
    state: str
    officer: UUID | None
    marked: bool = False
