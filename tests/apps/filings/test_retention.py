# SPDX-License-Identifier: EUPL-1.2
"""A case whose time is over: on its day, not before, not while it is held; nothing of what it said is left, and all proofs hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError
from django.test import override_settings

from bierger.cases import selectors as cases
from bierger.cases import services
from bierger.cases.errors import CaseUnknown, HoldRefused, NotAllowed, NotDue
from bierger.cases.models import Case
from bierger.documents import selectors as documents
from bierger.documents.services import verify_upload
from bierger.filings.services import erase_again, erase_due, erase_round
from bierger.infra import clock
from bierger.infra.erasures import Erasure, registered
from bierger.infra.principal import SYSTEM, Principal, acting_as
from bierger.ledger import selectors as log
from bierger_core.merkle import MerkleError
from bierger_core.procedures import Retention, last_day_kept
from bierger_core.seals import verify_deletion
from tests import story
from tests.apps.cases.test_erasure import tables_with
from tests.attacks.together import superuser
from tests.people import officer
from tests.registers import register, simulators
from tests.story_people import Town
from tests.story_people import town as make_town

__all__ = ["register", "simulators"]
pytestmark = pytest.mark.usefixtures("register")
Role = Callable[[], AbstractContextManager[None]]
REPORT = {**story.REPORT, "description": "Planted in the description zq7x."}


@contextmanager
def system(as_worker: Role) -> Iterator[None]:
    with as_worker(), acting_as(SYSTEM):
        yield


@pytest.fixture
def mersch(transactional: None) -> Town:
    return make_town()


def ended_report(town: Town, run_jobs: Callable[[], None]) -> UUID:
    """A report by somebody signed in, done: a photo, no act, a notice in the mailbox."""
    case = story.request(town.applicant, "problem-report", REPORT).cases[0]
    story.do(officer("pol.sample"), case, "handle", handling="done", answer="It was emptied zq7x.")
    run_jobs()
    return case


def certificate(town: Town, run_jobs: Callable[[], None]) -> UUID:
    case = story.request(town.applicant, "residence-certificate", story.RESIDENCE).cases[0]
    run_jobs()
    return case


def later(frozen: Callable[[datetime], None], days: int) -> None:
    frozen(clock.real_now() + timedelta(days=days))


def erased(as_worker: Role) -> int:
    with as_worker():
        return erase_due()


def test_it_goes_on_its_day_and_not_before_and_once(mersch: Town, run_jobs, as_worker: Role, frozen) -> None:
    case = ended_report(mersch, run_jobs)
    with acting_as(mersch.applicant):
        told = cases.retention(case)
    assert told.erase_on == last_day_kept(clock.today(), Retention("P1Y")) + timedelta(days=1)
    assert (told.erased_at, told.held, told.day, told.deletions) == (None, False, told.erase_on, ())
    later(frozen, 364)
    assert erased(as_worker) == 0
    later(frozen, 367)
    assert {"cases_event_payload", "flows_variables", "delivery_message"} <= set(tables_with(["zq7x"]))
    assert (erased(as_worker), erased(as_worker)) == (1, 0)
    assert tables_with(["zq7x", "rue de l'Exemple"]) == {}
    with acting_as(mersch.applicant):
        assert [request.id for request in cases.requests()] == [case]
        assert {entry.erased for entry in cases.timeline(case)} == {True, False}
    with system(as_worker):
        assert cases.verify_chain(case) > 3
        assert cases.replay(case) == "erased"
    assert [(one.kind, one.id) for one in registered()] == [("case", case)]


def test_the_record_is_proved_and_names_nobody(mersch: Town, run_jobs, as_worker: Role, frozen) -> None:
    case = certificate(mersch, run_jobs)
    with system(as_worker):
        number = cases.retention(case)
    later(frozen, 800)
    assert erased(as_worker) == 1
    with acting_as(mersch.applicant):
        (deletion,) = cases.retention(case).deletions
        assert cases.deletion_certificate(case, deletion.id) is None  # the log has not taken it yet
    run_jobs()
    with acting_as(mersch.applicant):
        (deletion,) = cases.retention(case).deletions
        proof = cases.deletion_certificate(case, deletion.id)
    with acting_as(mersch.neighbour), pytest.raises(CaseUnknown):
        cases.deletion_certificate(case, deletion.id)
    proved = verify_deletion(proof, log.policy())
    assert proved.record["destroyed"] == deletion.destroyed
    assert {"acts", "event-contents", "filings", "messages", "names", "process", "receipts"} <= set(deletion.destroyed)
    assert number.erase_on.isoformat() == proved.record["due_on"]
    for told in ("Beispill", "Léa", str(mersch.applicant.person), str(mersch.applicant.space)):
        assert told not in proof.decode()
    changed = json.loads(proof)
    changed["record"]["destroyed"]["acts"] = 0
    with pytest.raises(MerkleError):
        verify_deletion(json.dumps(changed).encode(), log.policy())


def test_the_holder_of_the_act_still_proves_it(mersch: Town, run_jobs, as_worker: Role, frozen) -> None:
    case = certificate(mersch, run_jobs)
    with acting_as(mersch.applicant):
        (act,) = documents.my_acts(case=case)
        pdf = documents.act_pdf(act.id)
    later(frozen, 800)
    assert erased(as_worker) == 1
    run_jobs()
    with acting_as(mersch.applicant):
        (left,) = documents.my_acts(case=case)
        assert (left.number, left.facts, left.file) == (act.number, {}, None)
        assert documents.act_pdf(act.id) is None
        assert documents.act_proof(act.id) is None
    with acting_as(mersch.neighbour):  # whoever has the file
        told = verify_upload(data=pdf.data, file_name=pdf.file_name)
        assert (told.authentic, told.failed) == ("yes", None)
    assert tables_with([act.facts["given-name"] + " " + act.facts["family-name"]]).keys() <= {"identity_mandate"}


def test_who_decides_holds_it_and_lets_it_go(mersch: Town, run_jobs, as_worker: Role, frozen) -> None:
    case = ended_report(mersch, run_jobs)
    until = clock.today() + timedelta(days=400)
    pol = officer("pol.sample")
    for who in (mersch.applicant, pol):
        with acting_as(who), pytest.raises(NotAllowed):
            services.hold_case(case=case, reason="appeal", until=until)
    with system(as_worker):
        services.hold_case(case=case, reason="appeal", until=until, note="Held zq7x.")
        for wrong in ({"reason": "because", "until": until}, {"reason": "appeal", "until": clock.today()}):
            with pytest.raises(HoldRefused):
                services.hold_case(case=case, **wrong)
    with acting_as(mersch.applicant):
        told = cases.retention(case)
        assert (told.held, told.hold_reason, told.day) == (True, "appeal", until + timedelta(days=1))
        assert "case-held" in [entry.code for entry in cases.timeline(case)]
    later(frozen, 380)
    assert erased(as_worker) == 0
    with system(as_worker):
        with pytest.raises(NotDue, match="held"):
            services.erase_case(case=case, job="test")
        assert [(one.case, one.held) for one in cases.overdue(clock.today(), most=9)] == [(case, True)]
        assert services.release_case(case=case)
        assert not services.release_case(case=case)
    assert erased(as_worker) == 1


def test_the_database_neither_erases_early_nor_what_is_held(mersch: Town, run_jobs, as_worker: Role, frozen) -> None:
    case = ended_report(mersch, run_jobs)

    def refused(who: Principal, **change: object) -> bool:
        try:
            with acting_as(who):
                return Case.objects.filter(id=case).update(**change) == 0
        except DatabaseError:
            return True

    day, now = clock.today() + timedelta(days=9), clock.now()
    assert refused(mersch.applicant, erase_on=day)
    assert refused(mersch.applicant, hold_until=day)
    assert refused(officer("pol.sample"), hold_until=day)
    assert refused(officer("pol.sample"), erased_at=now)
    with as_worker():
        assert refused(SYSTEM, erased_at=now)  # too early
        assert refused(SYSTEM, erase_on=day)  # said once
        assert not refused(SYSTEM, hold_until=clock.today() + timedelta(days=500), hold_reason="appeal")
        assert refused(SYSTEM, erased_at=now + timedelta(days=400))  # held
        assert not refused(SYSTEM, hold_until=None, hold_reason="")
        assert not refused(SYSTEM, erased_at=now + timedelta(days=400))
        assert refused(SYSTEM, erased_at=None)


def test_one_that_fails_is_told_and_the_others_go(mersch: Town, run_jobs, as_worker: Role, frozen) -> None:
    first, second = ended_report(mersch, run_jobs), certificate(mersch, run_jobs)
    with superuser() as fault:
        fault.execute("ALTER TABLE documents_act DISABLE TRIGGER USER; UPDATE documents_act SET state = 'rendered'; ALTER TABLE documents_act ENABLE TRIGGER USER")
    later(frozen, 800)
    with as_worker():
        told = erase_round()
        assert (told.erased, [(one.case, one.code) for one in told.failed]) == (1, [(second, "act-under-way")])
    with system(as_worker):
        assert [(one.case, one.held, one.problem) for one in cases.overdue(clock.today(), most=9)] == [(second, False, "act-under-way")]
        assert cases.retention(first).erased_at is not None


def test_an_act_with_a_period_of_its_own_stays_until_then(mersch: Town, run_jobs, as_worker: Role, frozen) -> None:
    case = certificate(mersch, run_jobs)
    with superuser() as changed:
        changed.execute("ALTER TABLE documents_act DISABLE TRIGGER USER")
        changed.execute("UPDATE documents_act SET erase_on = erase_on + 400")
        changed.execute("ALTER TABLE documents_act ENABLE TRIGGER USER")
    later(frozen, 800)
    assert erased(as_worker) == 1
    with acting_as(mersch.applicant):
        (act,) = documents.my_acts(case=case)
        assert act.facts
        assert documents.act_pdf(act.id).data.startswith(b"%PDF")
        assert [one.number for one in cases.retention(case).acts if one.erased_at is None] == [act.number]
    later(frozen, 1300)
    assert (erased(as_worker), erased(as_worker)) == (1, 0)
    with acting_as(mersch.applicant):
        assert documents.my_acts(case=case)[0].facts == {}
        assert len(cases.retention(case).deletions) == 2
    with system(as_worker):
        assert cases.verify_chain(case) > 3
    assert [one.kind for one in registered()] == ["case", "act"]


def test_nothing_is_erased_that_the_register_does_not_know(mersch: Town, run_jobs, as_worker: Role, frozen, tmp_path: Path) -> None:
    case = ended_report(mersch, run_jobs)
    later(frozen, 800)
    (tmp_path / "no-folder").write_text("a file")
    with override_settings(BIERGER_BACKUP_KEYS=str(tmp_path / "no-folder")), as_worker():
        told = erase_round()
    assert (told.erased, [one.case for one in told.failed]) == (0, [case])
    with acting_as(mersch.applicant):
        assert cases.retention(case).erased_at is None
        assert not cases.timeline(case)[0].erased


def test_what_came_back_with_a_backup_is_erased_again_even_while_it_was_open(mersch: Town, as_worker: Role) -> None:
    case = story.request(mersch.applicant, "building-permit", {**story.PERMIT, "site": "12, zq7x"}).cases[0]
    assert tables_with(["zq7x"])
    with as_worker():
        assert erase_again((Erasure(clock.today(), "case", case), Erasure(clock.today(), "case", mersch.applicant.person))) == 1
        assert erase_again((Erasure(clock.today(), "case", case),)) == 0
    assert tables_with(["zq7x"]) == {}
    assert story.worklist_of(mersch.clerk) == []
    with acting_as(mersch.applicant):
        assert cases.request(case).status == "ended"
    with system(as_worker):
        assert cases.verify_chain(case) > 1
