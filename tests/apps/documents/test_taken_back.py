# SPDX-License-Identifier: EUPL-1.2
"""Acts taken back: by whom, with what said to whom, with another in their place; before they reached anybody, and by two at once."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client

from bierger.administrations.models import Administration
from bierger.delivery import selectors as delivery
from bierger.documents import selectors, services
from bierger.documents.errors import ActNotFound, AlreadyRevoked, NoteRefused, NotRevocable
from bierger.documents.models import Act, Revocation
from bierger.documents.plugins.revocations import parse_revocations
from bierger.documents.services import revocations as taking_back
from bierger.documents.services import statuses as status_lists
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, SYSTEM, Principal, acting_as
from bierger.ledger import selectors as log
from bierger_core.merkle import parse_note
from bierger_core.seals import INVALID, open_status_list
from tests.apps.documents.story import FACTS, TEMPLATE, Applicant, Commune, decide, make_applicant, officer_of
from tests.attacks.together import behind, race

CORRECTED = {**FACTS, "person.family_name": "Beispiel"}


@pytest.fixture
def decider(commune: Commune) -> Principal:
    return officer_of(commune, "decider")


def correct(act: UUID, *, note: str = "") -> UUID:
    return services.replace_act(
        act=act, facts=CORRECTED, fields={"body": "Marie Beispiel lives there."}, template=TEMPLATE, title="Residence certificate", note=note
    )


def seen_of(act: UUID, applicant: Applicant) -> bytes:
    with acting_as(applicant.principal):
        return selectors.act_pdf(act).data


def verdict(pdf: bytes) -> tuple[str, bool, str]:
    with acting_as(ANONYMOUS):
        found = services.verify_upload(data=pdf, file_name="x.pdf")
    return found.authentic, found.revoked, found.revocation_reason


def successor_of(pdf: bytes) -> str:
    with acting_as(ANONYMOUS):
        return services.verify_upload(data=pdf, file_name="x.pdf").successor


def mail(applicant: Applicant) -> list[tuple[str, UUID]]:
    with acting_as(applicant.principal):
        return sorted((one.subject_code, one.act_id) for one in delivery.mailbox())


def test_a_corrected_act_takes_the_place_of_the_wrong_one(commune, applicant, decider, as_worker, run_jobs):
    with as_worker():
        old = decide(commune, applicant)
    run_jobs()
    with acting_as(decider):
        new = correct(old, note="Your name was misspelt.")
        pair = {one.id: one for one in Act.objects.filter(id__in=(old, new))}
        assert Revocation.objects.count() == 1, "Neither both hold nor none: one transaction."
    assert (pair[new].replaces, pair[old].revocation_reason, pair[new].revoked_at) == (old, "replaced", None)
    run_jobs()
    with acting_as(applicant.principal):
        before, after = selectors.act(old), selectors.act(new)
    assert (before.successor, before.successor_number, before.revocation_note) == (new, after.number, "Your name was misspelt.")
    assert (after.replaces, after.replaced_number, after.state) == (old, before.number, "delivered")
    assert before.number != after.number
    assert after.facts["family-name"] == "Beispiel"
    assert verdict(seen_of(old, applicant)) == ("no", True, "replaced")
    assert verdict(seen_of(new, applicant)) == ("yes", False, "")
    assert [successor_of(seen_of(one, applicant)) for one in (old, new)] == [after.number, ""]
    with acting_as(applicant.principal):
        code = Act.objects.get(id=old).seal
    told = Client().post("/api/verify", {"code": [code]}).json()["results"][0]
    assert (told["authentic"], told["revocation_reason"], told["successor"]) == ("no", "replaced", after.number)
    assert mail(applicant) == sorted([("act-ready", old), ("act-ready", new), ("act-revoked", old)])
    with acting_as(decider), pytest.raises(AlreadyRevoked):
        correct(old)
    with acting_as(decider):
        newest = correct(new)
    assert newest not in (old, new)


def test_the_holder_is_told_once_and_nobody_else_reads_the_note(commune, applicant, decider, as_worker, run_jobs):
    from bierger.cases import tasks

    with as_worker():
        act = decide(commune, applicant)
    run_jobs()
    with acting_as(decider):
        services.revoke_act(act=act, reason="fraud", note="  The register says otherwise.\nCome and see us. ")
    run_jobs()
    with as_worker():
        tasks.on_act_revoked({"act": str(act), "case": str(uuid4())})
    run_jobs()
    with acting_as(applicant.principal):
        said = [one.params for one in delivery.mailbox() if one.subject_code == "act-revoked"]
    assert [(one["reason"], one["note"]) for one in said] == [("fraud", "The register says otherwise.\nCome and see us.")]
    with acting_as(ANONYMOUS):
        assert "register" not in str(list(Revocation.objects.values()))
    with acting_as(make_applicant().principal), pytest.raises(ActNotFound):
        selectors.act(act)


@pytest.mark.parametrize("note", ["x" * 1001, "a\u202eb", "a\0b"])
def test_a_note_that_cannot_be_read_is_refused_and_nothing_changes(commune, applicant, decider, as_worker, note):
    with as_worker():
        act = decide(commune, applicant)
    with acting_as(decider), pytest.raises(NoteRefused):
        services.revoke_act(act=act, reason="error", note=note)
    with acting_as(decider), pytest.raises(NotRevocable):
        services.revoke_act(act=act, reason="replaced")  # only with what replaces it
    with acting_as(decider):
        assert (selectors.act_origin(act).id, Revocation.objects.count()) == (act, 0)


def test_an_act_revoked_before_it_is_rendered_is_never_rendered_nor_delivered(commune, applicant, decider, as_worker, run_jobs):
    with as_worker():
        act = decide(commune, applicant)
    with acting_as(decider):
        services.revoke_act(act=act, reason="error")
    run_jobs()
    with acting_as(applicant.principal):
        view = selectors.act(act)
        assert selectors.act_pdf(act) is None
    assert (view.state, view.file, view.delivered_at) == ("logged", None, None)
    assert mail(applicant) == [("act-revoked", act)]


def test_an_act_revoked_while_it_is_rendered_or_waits_for_its_leaf_is_not_delivered(commune, applicant, decider, as_worker, run_jobs, monkeypatch):
    from bierger.delivery import tasks as mailbox
    from bierger.documents import tasks
    from bierger.documents.services import steps
    from bierger.ledger import services as ledger

    real = steps.keep
    with as_worker():
        acts = [decide(commune, applicant, once=str(number)) for number in range(2)]
        ledger.sequence()
        tasks.on_logged({"first": "0", "last": "9"})

        def meanwhile(*given: object) -> None:
            with acting_as(SYSTEM):
                taking_back._take_back(Act.objects.get(id=acts[0]), "error", "", clock.now())
            real(*given)

        monkeypatch.setattr(steps, "keep", meanwhile)
        tasks.on_act_logged({"act": str(acts[0])})
        monkeypatch.undo()
        tasks.on_act_logged({"act": str(acts[1])})
    with acting_as(decider):
        services.revoke_act(act=acts[1], reason="error")
    with as_worker():
        ledger.sequence()
        tasks.on_logged({"first": "0", "last": "9"})
        mailbox.on_act_ready({"act": str(acts[1]), "case": str(uuid4())})  # sent a moment before the revocation
    run_jobs()
    with acting_as(applicant.principal):
        states = [(selectors.act(act).state, selectors.act(act).delivered_at) for act in acts]
    assert states == [("logged", None), ("rendered", None)]
    assert mail(applicant) == sorted(("act-revoked", act) for act in acts)


@pytest.mark.parametrize("guarded", [False, True])
def test_two_officers_at_once_revoke_once_and_the_second_is_told(commune, applicant, as_worker, monkeypatch, guarded):
    with as_worker():
        act = decide(commune, applicant)
    deciders = [officer_of(commune, "decider") for _ in range(2)]

    def revoke(who: Principal, reason: str) -> str:
        with acting_as(who):
            services.revoke_act(act=act, reason=reason)
        return reason

    works = [lambda: revoke(deciders[0], "error"), lambda: revoke(deciders[1], "fraud")]
    results = race(monkeypatch, taking_back, "_take_back", works, guarded=guarded)
    refused = [one for one in results if isinstance(one, Exception)]
    # Without the lock the public row's key still lets one through only, but the second reads of a broken database, not of a colleague.
    assert [type(one) for one in refused] == [AlreadyRevoked if guarded else IntegrityError]
    with acting_as(ANONYMOUS):
        assert [row.reason for row in Revocation.objects.all()] == [one for one in results if isinstance(one, str)]


@pytest.mark.parametrize("guarded", [False, True])
@pytest.mark.parametrize(
    ("module", "publish", "line"),
    [(taking_back, services.publish_revocations, "format_revocations"), (status_lists, services.publish_status_lists, "_publish")],
    ids=["revocations", "statuses"],
)
def test_the_slower_of_two_publishers_forgets_no_revocation(
    commune, applicant, decider, as_worker, run_jobs, monkeypatch, module, publish, line, guarded
):
    with as_worker():
        acts = [decide(commune, applicant, once=str(number)) for number in range(2)]
    run_jobs()

    def revoke(act: UUID) -> None:
        with acting_as(decider):
            services.revoke_act(act=act, reason="error")

    def publishing() -> int:
        with as_worker(), acting_as(SYSTEM):
            return publish()

    def revoking_and_publishing() -> int:
        revoke(acts[1])
        return publishing()

    if not guarded:
        monkeypatch.setattr(module, "hold", lambda _lock: None)
    revoke(acts[0])
    # The first has read one revocation and not written it yet, when there is a second, and somebody to publish both.
    assert behind(monkeypatch, module, line, publishing, revoking_and_publishing, guarded=guarded) == [1, 1]
    with acting_as(ANONYMOUS):
        listed = parse_revocations(parse_note(log.published_note("revocations")).text).revoked
        token = open_status_list(selectors.status_list(commune.code), log.key_list(), owner=commune.code, uri=None, now=clock.now())
    invalid = [place for place in range(2) if token.statuses.status(place) == INVALID]
    assert len(listed if module is taking_back else invalid) == (2 if guarded else 1)


def test_the_database_holds_officers_to_taking_back(commune, applicant, decider, as_worker, as_owner, run_jobs):
    with as_worker():
        act, other = decide(commune, applicant), decide(commune, applicant)
    run_jobs()
    for change in ({"title": "x"}, {"holder_space": uuid4()}, {"revoked_at": clock.now()}, {"revoked_at": clock.now(), "revocation_reason": "error"}):
        with pytest.raises(IntegrityError), acting_as(decider):
            Act.objects.filter(id=act).update(**change)
    with acting_as(decider):
        new = correct(act)
    for change in ({"revocation_reason": "error"}, {"revocation_note": "x"}, {"revoked_at": clock.now()}, {"revoked_by": uuid4()}, {"replaces": uuid4()}):
        for one in (act, new):
            with pytest.raises(IntegrityError), acting_as(decider):
                Act.objects.filter(id=one).update(**change)
    with as_owner():
        esch = Administration.objects.get(code="esch-sur-alzette")
    with pytest.raises(ActNotFound), acting_as(officer_of(Commune(esch.id, esch.code), "decider")):
        correct(other)
    with acting_as(decider):
        row = Act.objects.get(id=new)
        for change in ({"replaces": None}, {"replaces": other}, {"replaces": act, "case_id": uuid4()}, {"replaces": act, "holder_space": uuid4()}):
            row.id, row.number, row.facts_commitment, row.once = uuid4(), str(uuid4()), uuid4().bytes, str(uuid4())
            row.status_place, row.file_sha256, row.file_commitment, row.state = None, None, None, "decided"
            for name, value in change.items():
                setattr(row, name, value)
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                row.save(force_insert=True)


def test_a_revocation_nobody_was_told_of_is_told_again(commune, applicant, decider, as_worker, frozen):
    from datetime import timedelta

    from tests.jobs import drain

    with as_worker():
        act = decide(commune, applicant)
    with acting_as(decider):
        services.revoke_act(act=act, reason="error")
    with as_worker():
        drain(lost="documents.act-revoked")
    assert mail(applicant) == []
    frozen(clock.now() + timedelta(hours=2))
    with as_worker():
        drain()
    assert mail(applicant) == [("act-revoked", act)]
