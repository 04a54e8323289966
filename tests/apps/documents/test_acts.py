# SPDX-License-Identifier: EUPL-1.2
"""An act from the decision to the mailbox, and everybody's check of it."""

from __future__ import annotations

import io
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import ProgrammingError
from pypdf import PdfReader

from bierger.administrations.models import Administration, OfficerRole, Service
from bierger.delivery import selectors as delivery
from bierger.disclosures.services import purpose_of_case
from bierger.documents import selectors, services
from bierger.documents.errors import ActNotFound, NotRevocable
from bierger.documents.models import Act, Blob, Revocation
from bierger.documents.services import steps
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, SYSTEM, Principal, acting_as
from bierger.infra.rows import insert
from bierger.ledger.services import sequence
from tests.apps.documents.story import FACTS, Commune, decide, make_applicant, officer_of, typed
from tests.laws import SOME_LAW


def test_an_act_that_is_erased_while_it_is_rendered_gets_no_file(commune, as_worker):
    """After a restore an act may be erased again on its way; of two in one batch, the other gets its file."""
    with as_worker():
        acts = [decide(commune, None, once=once) for once in ("erased", "kept")]
        assert sequence() >= 2
        with acting_as(SYSTEM):
            Act.objects.filter(id__in=acts).update(state="logged")
        files = [steps.made(one) for one in steps.begun(acts)]
        with acting_as(SYSTEM):
            services.forget_acts(acts=acts[:1])
        steps.keep(files)
        assert steps.begun(acts) == []
        with acting_as(SYSTEM):
            assert [Act.objects.get(id=act).state for act in acts] == ["logged", "rendered"]
            assert Blob.objects.filter(id__in=[one.blob.id for one in files]).count() == 1


def test_a_certificate_goes_from_decision_to_mailbox(commune, applicant, as_worker, run_jobs):
    with as_worker():
        act = decide(commune, applicant)
    with acting_as(applicant.principal):
        assert selectors.act(act).state == "decided"
        assert selectors.act_pdf(act) is None
        assert selectors.act_proof(act) is None
    run_jobs()
    with acting_as(applicant.principal):
        view = selectors.act(act)
        assert view.state == "delivered"
        assert view.number.endswith("-000001")
        assert list(view.facts) == [
            "number",
            "family-name",
            "given-name",
            "birth-date",
            "street",
            "postal-code",
            "locality",
            "since",
        ]
        file = selectors.act_pdf(act)
        assert [message.subject_code for message in delivery.mailbox()] == ["act-ready"]
        assert delivery.unread_count() == 1
        assert selectors.my_acts() == (view,)
    assert file.data.startswith(b"%PDF-")
    found = PdfReader(io.BytesIO(file.data))
    assert {item.name for item in found.attachment_list} == {"seal.txt", "facts.tlog-proof", "file-salt.txt"}
    with acting_as(ANONYMOUS):
        seen = services.verify_upload(data=file.data, file_name="x.pdf")
    assert (seen.authentic, seen.subject, seen.failed) == ("yes", "file", None)
    assert seen.issuer_names["de"] == "Probegemeinde"
    assert seen.document_names["fr"] == "Certificat de résidence"
    assert seen.number == view.number
    assert seen.facts[0].code == "number"
    assert seen.log_index is not None
    assert seen.logged_at is not None
    assert [step.outcome for step in seen.steps] == ["ok"] * 8


def test_deciding_twice_is_deciding_once_and_numbers_have_no_holes(commune, applicant, as_worker):
    case = uuid4()
    with as_worker():
        first = decide(commune, applicant, case=case)
        assert decide(commune, applicant, case=case) == first
        second = decide(commune, applicant, case=case, once="again")
        with acting_as(SYSTEM):
            numbers = [selectors.act(act).number.partition("-")[2] for act in (first, second)]
    assert numbers == ["000001", "000002"]


def test_each_step_may_run_twice(commune, applicant, as_worker, run_jobs):
    with as_worker():
        act = decide(commune, applicant)
    run_jobs()
    from bierger.delivery import tasks as delivery_tasks
    from bierger.documents import tasks

    with acting_as(applicant.principal):
        before = selectors.act_pdf(act)
    with as_worker():
        tasks.on_logged({"first": "0", "last": "9"})
        tasks.on_act_logged({"act": str(act)})
        delivery_tasks.on_act_ready({"act": str(act), "case": str(uuid4())})
    run_jobs()
    with acting_as(applicant.principal):
        assert selectors.act_pdf(act) == before
        assert len(delivery.mailbox()) == 1


def test_nobody_else_sees_an_act(commune, applicant, as_worker, run_jobs):
    with as_worker():
        act = decide(commune, applicant, case=(case := uuid4()))
    run_jobs()
    for stranger in (ANONYMOUS, make_applicant().principal, Principal(kind="link", link="ab" * 32)):
        with acting_as(stranger), pytest.raises(ActNotFound):
            selectors.act_pdf(act)
    elsewhere = Principal(kind="officer", administration=uuid4(), officer=uuid4(), roles=("decider",))
    with acting_as(elsewhere), pytest.raises(ActNotFound):
        selectors.act_file(act, purpose=purpose_of_case(case, legal_basis=SOME_LAW))
    with acting_as(officer_of(commune, "clerk")), pytest.raises(ActNotFound):  # a colleague who may not open the case
        selectors.act_file(act, purpose=purpose_of_case(case, legal_basis=SOME_LAW))
    with acting_as(officer_of(commune, "decider")):
        assert selectors.act_file(act, purpose=purpose_of_case(case, legal_basis=SOME_LAW)).data.startswith(b"%PDF-")


def test_a_decider_takes_an_act_back_and_every_check_says_so(commune, applicant, as_worker, run_jobs):
    with as_worker():
        act = decide(commune, applicant)
    run_jobs()
    with acting_as(applicant.principal):
        pdf = selectors.act_pdf(act).data
    with acting_as(officer_of(commune, "clerk")), pytest.raises(ActNotFound):
        services.revoke_act(act=act, reason="error")
    with acting_as(officer_of(commune, "decider")):
        services.revoke_act(act=act, reason="error")
    with acting_as(officer_of(commune, "decider")), pytest.raises(NotRevocable):
        services.revoke_act(act=act, reason="fraud")
    run_jobs()
    with acting_as(ANONYMOUS):
        seen = services.verify_upload(data=pdf, file_name="x.pdf")
    assert (seen.authentic, seen.revoked, seen.revocation_reason) == ("no", True, "error")
    assert seen.failed.name == "revocation"
    assert all(step.outcome == "ok" for step in seen.steps[:-1])


def test_a_right_that_only_the_session_claims_takes_nothing_back(commune, applicant, as_worker, as_owner, run_jobs):
    """The policies themselves, without the service: what the session says of its roles opens nothing."""
    with as_worker():
        act = decide(commune, applicant)
    run_jobs()
    with as_worker(), acting_as(SYSTEM):
        leaf = bytes(Act.objects.get(id=act).facts_commitment)
    forged = Principal(kind="officer", administration=commune.id, officer=uuid4(), roles=("decider",))
    clerk = replace(officer_of(commune, "clerk"), roles=("decider",))
    with as_owner():
        other = Administration.objects.get(code="esch-sur-alzette")
    elsewhere = officer_of(Commune(other.id, other.code), "decider")
    crossed = replace(elsewhere, administration=commune.id)
    for somebody in (forged, clerk, elsewhere, crossed):
        with acting_as(somebody):
            assert Act.objects.filter(id=act).update(revoked_at=clock.now()) == 0
        with pytest.raises(ProgrammingError, match="row-level security"), acting_as(somebody):
            insert([Revocation(commitment=leaf, revoked_at=clock.now(), reason="error")])
    decider = officer_of(commune, "decider")
    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(decider):
        insert([Revocation(commitment=bytes(32), revoked_at=clock.now(), reason="error")])  # no act of anybody
    with acting_as(decider):
        services.revoke_act(act=act, reason="error")
        assert [bytes(one.commitment) for one in Revocation.objects.all()] == [leaf]


def test_a_decider_of_one_service_takes_back_what_the_administration_issued(commune, applicant, as_worker, run_jobs, as_owner):
    with as_worker():
        act = decide(commune, applicant)
    run_jobs()
    decider = officer_of(commune, "clerk")
    with as_owner():
        service = Service.objects.create(administration_id=commune.id, code="population", names={"en": "Office"})
        OfficerRole.objects.create(officer_id=decider.officer, role="decider", service=service)
    with acting_as(decider):
        services.revoke_act(act=act, reason="error")
        assert Revocation.objects.count() == 1


def test_a_template_that_fails_leaves_its_reason_on_the_act(commune, applicant, as_worker):
    from bierger.documents import tasks
    from bierger.documents.errors import TemplateError
    from bierger.ledger import services as ledger

    with as_worker():
        act = decide(commune, applicant, template=b"= A\n#unknown-function()")
        ledger.sequence()
        tasks.on_logged({"first": "0", "last": "9"})
        with pytest.raises(TemplateError) as refused:
            tasks.on_act_logged({"act": str(act)})
        assert refused.value.line == 2
        with acting_as(SYSTEM):
            view = selectors.act(act)
    assert (view.state, view.problem) == ("logged", "render-template")


def test_facts_that_leave_no_room_in_a_code_are_refused(commune, applicant, as_worker):
    from bierger.documents.errors import FactsRefused

    with as_worker():
        many, others = {f"f{n}": "x" for n in range(12)}, {"f": "x"}
        for facts, kind in ((many, typed(many)), (others, typed(FACTS)), ({}, typed(others))):
            with pytest.raises(FactsRefused):
                decide(commune, applicant, facts=facts, document_type=kind)


@pytest.mark.parametrize("value", ["x" * 201, "two\nlines", "王" * 200, "😀" * 200, "e\u0301" * 100])
def test_no_value_of_a_fact_stops_an_act(commune, applicant, as_worker, run_jobs, value):
    with as_worker():
        act = decide(commune, applicant, facts={f"f{n}": value for n in range(11)}, fields={"body": value})
    run_jobs()
    with acting_as(applicant.principal):
        view = selectors.act(act)
        assert view.state == "delivered"
        assert view.facts["number"] == view.number
        assert all(fact.endswith("…") or fact == "two lines" for name, fact in view.facts.items() if name != "number")
        pdf = selectors.act_pdf(act)
        assert services.verify_upload(data=pdf.data, file_name=pdf.file_name).authentic == "yes"


def test_a_state_never_goes_back(commune, applicant, as_worker, run_jobs):
    from django.db import IntegrityError

    from bierger.documents.models import Act

    with as_worker():
        act = decide(commune, applicant)
    run_jobs()
    with as_worker():
        for change in ({"state": "decided"}, {"seal": "BRG1:"}, {"number": "1"}):
            with pytest.raises(IntegrityError), acting_as(SYSTEM):
                Act.objects.filter(id=act).update(**change)
