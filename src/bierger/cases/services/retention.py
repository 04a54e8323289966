# SPDX-License-Identifier: EUPL-1.2
"""The end of a case's time: the day is said when it has ended, and on that day what it says is destroyed.

`erase_case`, one transaction under the lock of the case; killed anywhere it has not begun, and run twice it finds nothing to do:

1. Is its time over, does nobody hold it, is none of its acts on its way to its holder?
2. Every payload with its salt; the names on parties and in worklists, and whom readings of them would concern.
3. What others hold of it, each by a verb of its own: process, files, acts whose time is over too, messages, readings whose own
   period is over too, and what those above add (`above`: the filing and its receipt).
4. An event says that it was erased. Number, days, kinds of events, their authors and the chain stay.
5. The record of it, which names nobody; its commitment is queued for the log.
6. A line in the register of erasures, on disk, before the transaction commits: a backup that is restored is held against it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from datetime import date
from uuid import UUID, uuid4

from bierger.administrations import selectors as administrations
from bierger.cases.errors import NotAllowed, NotDue
from bierger.cases.models import Case, Deletion, ErasureFailure, Event, EventPayload, Party, Work
from bierger.cases.services.writer import CaseWriter
from bierger.cases.types import of_question, of_task
from bierger.catalogue import selectors as catalogue
from bierger.delivery import services as delivery
from bierger.disclosures import services as disclosures
from bierger.documents import selectors as document_selectors
from bierger.documents import services as documents
from bierger.flows import selectors as flow_selectors
from bierger.flows import services as flows
from bierger.infra import clock
from bierger.infra.erasures import Destroyed, Erasure, register
from bierger.infra.principal import current
from bierger.ledger import services as ledger
from bierger_core.procedures import Package, act_erased_on, case_erased_on
from bierger_core.seals import DELETION_FORMAT, deletion_commitment
from bierger_core.values import SALT_BYTES, Kind, day_start, local_date

PLANNED_AT_ONCE = 200
Above = Callable[[UUID], Destroyed]


def nothing_above(_case: UUID) -> Destroyed:
    return Destroyed()


def plan() -> int:
    """Say of some cases that have ended on which day they are erased, and their acts; gives back how many. System only.

    By itself within a minute of the end, and not in the transaction that ends it: whoever ends a case need not see its acts.
    """
    _only_system()
    ended = Case.objects.filter(status="ended", erase_on__isnull=True).order_by("id").values_list("id", flat=True)
    cases = list(ended[:PLANNED_AT_ONCE])
    for case in cases:
        writer = CaseWriter.lock(case)
        row = writer.row
        if row.erase_on is None and row.ended_at is not None:
            package = catalogue.package(row.digest)
            terms = document_selectors.act_terms(case)
            row.erase_on = case_erased_on(package, ended=local_date(row.ended_at), valid_until=[one.valid_until for one in terms])
            _plan_acts(row, package)
            writer.save()
    return len(cases)


def erase_case(*, case: UUID, job: str, above: Above = nothing_above, again: date | None = None) -> UUID | None:
    """Erase a case; gives back the id of the record, None when it was erased before. System only.

    again: on this day it was erased before, and it came back with a backup; whatever it was then, it ends now. Otherwise raises
    CaseUnknown, NotDue (too early, held, an act on its way), OSError (the register cannot be written).
    """
    _only_system()
    writer = CaseWriter.lock(case)
    row, today = writer.row, clock.today()
    if row.erased_at is not None:
        return None
    package = catalogue.package(row.digest)
    if again is not None:
        _end(row, again)
    else:
        _check_due(row, today)  # 1
    destroyed = _forget_contents(row)  # 2
    destroyed += above(case)  # 3
    destroyed += flows.forget_all(subject=case)
    destroyed += documents.forget_files(case=case, waiting=_waiting(row))
    _plan_acts(row, package)
    over = [one.id for one in document_selectors.act_terms(case) if one.erase_on is not None and one.erase_on <= today]
    destroyed += documents.forget_acts(acts=over)
    destroyed += delivery.forget_case(case=case)
    destroyed += disclosures.forget_case(case=case)
    # A demonstration's clock may have been ahead when it was erased the first time.
    row.erased_at = clock.now() if again is None else max(clock.now(), day_start(again))  # 4
    row.open_question = None
    writer.add("case-erased", {}, audience="all")
    writer.save()
    record = write_record(row, package, destroyed, job=job)  # 5
    ErasureFailure.objects.filter(case=row).delete()
    register(Erasure(again or today, "case", case))  # 6
    return record


def note_failure(*, case: UUID, code: str) -> None:
    """Why a case, or an act of it, could not be erased: for the operator, until it is. System only."""
    _only_system()
    said = {"at": clock.now(), "code": code[:100]}
    ErasureFailure.objects.update_or_create(case_id=case, defaults=said)


def erase_acts(*, case: UUID, acts: Collection[UUID], job: str, again: date | None = None) -> UUID | None:
    """Erase acts that were kept longer than their case, which is erased; None: nothing to do. System only. Raises NotDue."""
    _only_system()
    writer = CaseWriter.lock(case)
    row, today = writer.row, clock.today()
    if row.erased_at is None:
        raise NotDue("The case of these acts is still kept.", code="case-still-kept")
    terms = [one for one in document_selectors.act_terms(case) if one.id in set(acts) and one.erased_at is None]
    if again is None and any(one.erase_on is None or one.erase_on > today for one in terms):
        raise NotDue("An act is still kept.", code="act-still-kept")
    destroyed = documents.forget_acts(acts=[one.id for one in terms])
    if not destroyed.counts:
        return None
    destroyed += disclosures.forget_case(case=case)
    writer.add("acts-erased", {"numbers": [one.number for one in terms]}, audience="all")
    writer.save()
    record = write_record(row, catalogue.package(row.digest), destroyed, job=job)
    ErasureFailure.objects.filter(case=row).delete()
    for one in terms:
        register(Erasure(again or today, "act", one.id))
    return record


def _check_due(row: Case, today: date) -> None:
    if row.status != "ended" or row.erase_on is None or row.erase_on > today:
        raise NotDue(f"Case {row.number} is still kept.", code="case-still-kept")
    if row.hold_until is not None and row.hold_until >= today:
        raise NotDue(f"Case {row.number} is held until {row.hold_until}.", code="case-held")
    if any(one.under_way for one in document_selectors.act_terms(row.id)):
        raise NotDue(f"An act of case {row.number} has not reached its holder.", code="act-under-way")


def _end(row: Case, day: date) -> None:
    """A case out of a backup that is older than its end: it ends, and nobody holds it."""
    flows.stop(subject=row.id)
    if row.status != "ended":
        row.status, row.ended_at = "ended", clock.now()
    if row.erase_on is None:
        row.erase_on = day
    row.hold_until, row.hold_reason = None, ""


def _plan_acts(row: Case, package: Package) -> None:
    """An act that was issued after the case ended, in the place of another, gets its day here."""
    assert row.erase_on is not None
    days = {
        one.id: act_erased_on(
            package, one.document_type, decided=local_date(one.decided_at), valid_until=one.valid_until, case=row.erase_on
        )
        for one in document_selectors.act_terms(row.id)
        if one.erase_on is None
    }
    documents.plan_erasure(days=days)


def _forget_contents(row: Case) -> Destroyed:
    payloads = EventPayload.objects.filter(case_id=row.id)
    said = list(payloads.values_list("sequence", flat=True))
    events = Event.objects.filter(case_id=row.id, sequence__in=said).order_by("sequence").values_list("commitment", flat=True)
    commitments = tuple(bytes(one) for one in events)
    payloads.delete()
    names = Party.objects.filter(case_id=row.id).exclude(name="", subjects=[]).update(name="", subjects=[])
    work = Work.objects.filter(case_id=row.id).exclude(applicant="", subjects=[]).update(applicant="", subjects=[])
    return Destroyed({"event-contents": len(commitments), "names": names + work}, chain=commitments)


def _waiting(row: Case) -> list[str]:
    """For what somebody may have given files that were never sent."""
    questions = Event.objects.filter(case_id=row.id, type="question-asked").values_list("sequence", flat=True)
    return [of_question(row.id, one) for one in questions] + [of_task(task.id) for task in flow_selectors.tasks_of(row.id)]


def write_record(row: Case, package: Package, destroyed: Destroyed, *, job: str) -> UUID:
    """The record of an erasure, and its leaf. Nothing of a person: the number is the case's, the commitments open no more."""
    kept = [one for one in document_selectors.act_terms(row.id) if one.erased_at is None and one.erase_on is not None]
    now = clock.now()
    record: dict[str, object] = {
        "format": DELETION_FORMAT,
        "case": row.number,
        "procedure": f"{row.owner}/{row.name}",
        "definition": row.digest,
        "administration": administrations.administration(id=row.administration_id).code,
        "opened_on": local_date(row.opened_at).isoformat(),
        "ended_on": local_date(row.ended_at).isoformat() if row.ended_at else None,
        "due_on": row.erase_on.isoformat() if row.erase_on else None,
        "erased_at": now.isoformat(timespec="seconds"),
        "rule": {"period": package.retention.text, "until": "year-end" if package.retention.year_end else "day"},
        "laws": [{"title": law.title, "eli": law.eli, "articles": list(law.articles)} for law in package.legal_basis],
        "by": job,
        "destroyed": {kind: count for kind, count in sorted(destroyed.counts.items()) if count},
        "openings": {
            name: [one.hex() for one in of]
            for name, of in (("chain", destroyed.chain), ("log", destroyed.log), ("readings", destroyed.readings))
        },
        "kept": [
            {"act": one.number, "type": one.document_type, "erase_on": one.erase_on.isoformat()} for one in kept if one.erase_on
        ],
    }
    salt = secrets.token_bytes(SALT_BYTES)
    leaf = deletion_commitment(record, salt)
    deletion = Deletion(id=uuid4(), case=row, at=now, record=record, salt=salt, commitment=leaf)
    deletion.save(force_insert=True)
    ledger.queue(commitment=leaf, kind=Kind.DELETION)
    return deletion.id


def _only_system() -> None:
    if current().kind != "system":
        raise NotAllowed("Erasure runs as the system.")
