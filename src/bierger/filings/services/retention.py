# SPDX-License-Identifier: EUPL-1.2
"""Erasing what is kept no longer. It stands here because a case is erased with its filing, in one transaction and with one
record: what stands above a case hands in what it holds of it.

Each case is a transaction of its own, in the order of their ids. One that cannot be erased (an act on its way, a store that does
not answer) is told and passed over, and found again at the next round; the others do not wait for it. Two workers find the lock
of a case taken in turn, and the second nothing to do.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from bierger.cases import selectors as cases
from bierger.cases import services as case_services
from bierger.documents import selectors as document_selectors
from bierger.documents import services as documents
from bierger.filings.models import Filing, FilingCase
from bierger.filings.services.accounts import erase_account, erase_office
from bierger.infra import believed, clock
from bierger.infra.erasures import Destroyed, Erasure
from bierger.infra.principal import SYSTEM, acting_as

logger = logging.getLogger("bierger.filings")
AT_ONCE = 100
JOB = "retention"


@dataclass(frozen=True)
class Failed:
    """What could not be erased, and why: the code of an error, or its name."""

    case: UUID
    code: str


@dataclass(frozen=True)
class Round:
    """What a round did."""

    erased: int
    failed: tuple[Failed, ...]


def erase_due() -> int:
    """Every case and act whose time is over; gives back how many were erased (worker)."""
    return erase_round().erased


def erase_round(*, job: str = JOB) -> Round:
    """As `erase_due`, and tells what failed."""
    if not believed.can_be_the_day("retention"):
        return Round(0, ())
    erased, failed = 0, []
    for case, erase in (*_due_cases(job), *_due_acts(job)):
        try:
            with acting_as(SYSTEM):
                erased += erase() is not None
        except Exception as error:  # whatever it is, it is this case's alone; the next round meets it again
            code = str(getattr(error, "code", type(error).__name__))
            logger.exception("a case could not be erased", extra={"case": str(case), "code": code})
            failed.append(Failed(case, code))
            with acting_as(SYSTEM):
                case_services.note_failure(case=case, code=code)
    return Round(erased, tuple(failed))


def erase_again(erasures: tuple[Erasure, ...]) -> int:
    """After a restore: what the register says was erased since the backup; gives back how many. Each in its own transaction.

    Raises what `cases.services.erase_case` raises: a restore that cannot do this must not be used.
    """
    done = 0
    for one in sorted(erasures, key=lambda erasure: ("case", "act", "event", "account", "office").index(erasure.kind)):
        with acting_as(SYSTEM):
            if one.kind == "case":
                if cases.exists(one.id):
                    erase = partial(case_services.erase_case, case=one.id, above=forget_filing)
                    done += erase(job="restore", again=one.day) is not None
            elif one.kind == "event":
                done += cases.exists(one.id) and case_services.erase_payload(case=one.id, sequence=one.sequence, job="restore")
            elif one.kind == "account":
                done += erase_account(person=one.id, job="restore", again=one.day)
            elif one.kind == "office":
                done += erase_office(officer=one.id, ended=None, job="restore", again=one.day)
            elif (case := document_selectors.case_of_act(one.id)) is not None:
                done += case_services.erase_acts(case=case, acts=[one.id], job="restore", again=one.day) is not None
    return done


def forget_filing(case: UUID) -> Destroyed:
    """The filing behind a case, when no other case of it is kept: how it was signed, and the opening of its receipt."""
    destroyed = Destroyed()
    for row in Filing.objects.select_for_update().filter(filingcase__case_id=case):
        others = FilingCase.objects.filter(filing=row).exclude(case_id=case).values_list("case_id", flat=True)
        if any(cases.retention(one).erased_at is None for one in others):
            continue
        destroyed += documents.forget_submission(number=row.number)
        Filing.objects.filter(id=row.id).update(code="", signature={}, fee_cents=None)
        destroyed += Destroyed({"filings": 1})
    return destroyed


Erase = Callable[[], UUID | None]


def _due_cases(job: str) -> Iterator[tuple[UUID, Erase]]:
    last: UUID | None = None
    while True:
        with acting_as(SYSTEM):
            some = cases.due(clock.today(), after=last, most=AT_ONCE)
        for case in some:
            yield case, partial(case_services.erase_case, case=case, job=job, above=forget_filing)
        if len(some) < AT_ONCE:
            return
        last = some[-1]


def _due_acts(job: str) -> Iterator[tuple[UUID, Erase]]:
    """Acts of cases that are erased already: those of the others go with their case."""
    last: UUID | None = None
    while True:
        with acting_as(SYSTEM):
            some = document_selectors.acts_over(clock.today(), after=last, most=AT_ONCE)
            over = [(act, case) for act, case in some if cases.retention(case).erased_at is not None]
        for act, case in over:
            yield case, partial(case_services.erase_acts, case=case, acts=[act], job=job)
        if len(some) < AT_ONCE:
            return
        last = some[-1][0]
