# SPDX-License-Identifier: EUPL-1.2
"""Several requests prepared together: asked once, submitted once, one case each; and who learns that they belong together."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from bierger.cases import selectors as cases
from bierger.cases.models import Case, Event
from bierger.catalogue import services as publishing
from bierger.documents.models import Blob
from bierger.filings import selectors, services
from bierger.filings.errors import (
    DeclarationMissing,
    DraftUnknown,
    InBundle,
    LevelTooLow,
    NotComplete,
    OutOfMandate,
    ProcedureUnknown,
    SignInNeeded,
)
from bierger.filings.models import Draft, Filing
from bierger.filings.types import BundleView
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, SYSTEM, Principal, acting_as
from bierger_core import merkle
from tests import story
from tests.clients import client_of
from tests.mandates import representative
from tests.packages import PROCEDURES
from tests.people import officer, person

PERMIT, CERTIFICATE, REPORT = "commune/building-permit", "commune/residence-certificate", "commune/problem-report"
ANSWERS = {**story.PERMIT, **story.RESIDENCE, "commune": "mersch"}


@pytest.fixture
def lea(transactional) -> Principal:
    return person("lea.beispill")


def begin(who: Principal, *procedures: str, **more: object) -> UUID:
    with acting_as(who):
        bundle = services.begin_bundle(procedures=procedures, language="en", **more).bundle
    assert bundle is not None
    return bundle


def seen(who: Principal, bundle: UUID) -> BundleView:
    with acting_as(who):
        return selectors.bundle(bundle)


def fill(who: Principal, bundle: UUID, answers: dict[str, object] = ANSWERS) -> None:
    for draft in seen(who, bundle).drafts:
        story.fill(who, draft.id, answers)


def submit(who: Principal, bundle: UUID):
    with acting_as(who):
        return services.submit_bundle(bundle=bundle, declaration=True)


def save(who: Principal, draft: UUID, step: str, **raw: str):
    opened = raw.pop("opened", "")
    with acting_as(who):
        return services.save_step(
            draft=draft, step=step, raw={name: [value] for name, value in raw.items()}, opened=[opened] if opened else []
        )


def answered(who: Principal, bundle: UUID, name: str) -> list[object]:
    return [draft.answers.get(name) for draft in seen(who, bundle).drafts]


# -- asked once ---------------------------------------------------------------------------------------------------------


def test_what_one_draft_says_the_others_are_told_with_its_source_and_never_asked(lea):
    bundle = begin(lea, PERMIT, CERTIFICATE, REPORT)
    first, second, third = seen(lea, bundle).drafts
    assert (first.next_step, second.next_step) == ("commune", "commune")
    save(lea, first.id, "commune", commune="mersch")
    first, second, third = seen(lea, bundle).drafts
    assert answered(lea, bundle, "commune") == ["mersch"] * 3
    assert [second.copied["commune"], third.copied["commune"]] == [PERMIT, PERMIT]
    assert "commune" not in first.copied
    assert second.next_step != "commune"
    assert first.administration == second.administration == third.administration is not None
    assert {step.id: step.state for step in third.steps}["commune"] == "done"


def test_a_change_halfway_changes_what_was_copied_and_not_what_was_typed(lea):
    bundle = begin(lea, PERMIT, CERTIFICATE, REPORT)
    first, second, _third = seen(lea, bundle).drafts
    save(lea, first.id, "commune", commune="mersch")
    save(lea, second.id, "commune", commune="echternach", opened="commune")
    assert answered(lea, bundle, "commune") == ["mersch", "echternach", "mersch"]
    save(lea, first.id, "commune", commune="esch-sur-alzette")
    assert answered(lea, bundle, "commune") == ["esch-sur-alzette", "echternach", "esch-sur-alzette"]
    places = [draft.administration for draft in seen(lea, bundle).drafts]
    assert places[0] == places[2] != places[1]


def test_a_page_sent_without_what_was_shown_on_it_keeps_that(lea):
    bundle = begin(lea, PERMIT, CERTIFICATE)
    first, second = seen(lea, bundle).drafts
    save(lea, first.id, "commune", commune="mersch")
    assert not save(lea, second.id, "commune").errors
    assert answered(lea, bundle, "commune") == ["mersch", "mersch"]
    assert seen(lea, bundle).drafts[1].copied["commune"] == PERMIT
    assert save(lea, second.id, "commune", opened="commune").errors["commune"].code == "required"


def test_what_sign_in_told_all_of_them_is_one_answer(lea):
    bundle = begin(lea, PERMIT, REPORT)
    assert answered(lea, bundle, "email") == ["lea.beispill@example.org"] * 2
    save(lea, seen(lea, bundle).drafts[0].id, "contact", email="other@example.org", phone="")
    assert answered(lea, bundle, "email") == ["other@example.org"] * 2


def test_answers_handed_in_from_outside_stand_in_all_until_one_says_otherwise(lea):
    bundle = begin(lea, PERMIT, CERTIFICATE, given={PERMIT: {"commune": "mersch"}, CERTIFICATE: {"commune": "mersch", "purpose": "nonsense"}})
    first, second = seen(lea, bundle).drafts
    assert answered(lea, bundle, "commune") == ["mersch", "mersch"]
    assert first.copied["commune"] == second.copied["commune"] == ""
    assert "purpose" not in second.answers
    assert first.administration is not None
    save(lea, first.id, "commune", commune="echternach", opened="commune")
    assert answered(lea, bundle, "commune") == ["echternach", "echternach"]


def test_one_procedure_alone_is_a_draft_like_any_other(lea):
    with acting_as(lea):
        started = services.begin_bundle(procedures=[PERMIT], language="en", given={PERMIT: {"commune": "mersch"}})
    assert started.bundle is None
    story.fill(lea, started.drafts[0], ANSWERS)
    assert len(story.submit(lea, started.drafts[0]).cases) == 1


# -- submitted once -----------------------------------------------------------------------------------------------------


def test_one_filing_one_receipt_a_case_for_each(lea, as_owner):
    bundle = begin(lea, PERMIT, CERTIFICATE)
    fill(lea, bundle)
    receipt = submit(lea, bundle)
    with acting_as(lea):
        requests = [cases.request(case) for case in receipt.cases]
        assert [f"{one.owner}/{one.name}" for one in requests] == [PERMIT, CERTIFICATE]
        assert selectors.drafts() == ()
        assert selectors.receipt(receipt.id).cases == receipt.cases
        assert selectors.cases_of_receipt(receipt.number) == receipt.cases
        assert selectors.filed_together(receipt.cases[0]) == receipt.cases[1:]
        hashes = [bytes(Event.objects.get(case_id=case, sequence=1).hash) for case in receipt.cases]
    assert receipt.event_hash == merkle.root_of(map(merkle.leaf_hash, hashes)).hex()
    again = submit(lea, bundle)
    assert (again.number, again.cases, again.again) == (receipt.number, receipt.cases, True)
    with as_owner():
        assert (Filing.objects.count(), Case.objects.count(), Draft.objects.count()) == (1, 2, 0)


def test_a_part_of_it_is_neither_submitted_nor_deleted_alone(lea):
    bundle = begin(lea, PERMIT, CERTIFICATE)
    draft = seen(lea, bundle).drafts[0].id
    for verb in (lambda: services.submit(draft=draft, declaration=True), lambda: services.discard(draft=draft)):
        with acting_as(lea), pytest.raises(InBundle) as refused:
            verb()
        assert refused.value.bundle == bundle
    with acting_as(lea), pytest.raises(NotComplete) as refused:
        services.submit_bundle(bundle=bundle, declaration=True)
    assert refused.value.draft == draft
    fill(lea, bundle)
    with acting_as(lea), pytest.raises(DeclarationMissing):
        services.submit_bundle(bundle=bundle, declaration=False)


def test_a_procedure_withdrawn_meanwhile_is_named_and_nothing_is_sent_until_it_is_taken_out(lea, as_owner):
    bundle = begin(lea, PERMIT, CERTIFICATE, REPORT)
    fill(lea, bundle, {**ANSWERS, **story.REPORT})
    with as_owner(), acting_as(SYSTEM):
        publishing.withdraw(owner="commune", name="residence-certificate")
    with acting_as(lea), pytest.raises(ProcedureUnknown) as refused:
        services.submit_bundle(bundle=bundle, declaration=True)
    assert refused.value.procedures == (CERTIFICATE,)
    with acting_as(lea):
        assert services.take_out(draft=seen(lea, bundle).drafts[1].id) == bundle
    assert len(submit(lea, bundle).cases) == 2


def test_a_new_version_in_force_meanwhile_is_for_who_begins_now(lea, as_owner):
    """What was begun is filled in and filed as it was begun."""
    bundle = begin(lea, PERMIT, CERTIFICATE)
    begun = [draft.package.digest for draft in seen(lea, bundle).drafts]
    folder = publishing.read_folder(PROCEDURES / "commune" / "residence-certificate")
    head = folder.files["procedure.yaml"].replace(b"version: 1\n", b"version: 2\n")
    with as_owner(), acting_as(SYSTEM):
        new = publishing.publish(files={**folder.files, "procedure.yaml": head}, vocabulary=folder.vocabulary).digest
        publishing.activate(digest=new)
    fill(lea, bundle)
    later = begin(lea, PERMIT, CERTIFICATE)
    assert [draft.package.digest for draft in seen(lea, later).drafts] == [begun[0], new]
    with acting_as(lea):
        receipt = services.submit_bundle(bundle=bundle, declaration=True)
        assert [cases.request(case).digest for case in receipt.cases] == begun


def test_what_the_draft_that_is_taken_out_had_said_stays_with_the_others(lea):
    bundle = begin(lea, PERMIT, CERTIFICATE)
    first, second = seen(lea, bundle).drafts
    save(lea, first.id, "commune", commune="mersch")
    with acting_as(lea):
        assert services.take_out(draft=first.id) is None
        left = selectors.draft(second.id)
        assert (left.answers["commune"], left.copied, left.bundle) == ("mersch", {}, None)
        with pytest.raises(DraftUnknown):
            services.take_out(draft=second.id)
    story.fill(lea, second.id, ANSWERS)
    assert story.submit(lea, second.id).cases


# -- who may -------------------------------------------------------------------------------------------------------------


def test_the_highest_level_counts_and_who_is_refused_is_named(transactional):
    with acting_as(person("lea.beispill", level="low")), pytest.raises(LevelTooLow) as low:
        services.begin_bundle(procedures=[REPORT, PERMIT, CERTIFICATE], language="en")
    assert (low.value.needed, low.value.procedures) == ("substantial", (PERMIT, CERTIFICATE))
    with acting_as(ANONYMOUS), pytest.raises(SignInNeeded) as nobody:
        services.begin_bundle(procedures=[REPORT, PERMIT], language="en")
    assert nobody.value.procedures == (PERMIT,)
    with acting_as(person("lea.beispill")), pytest.raises(ProcedureUnknown) as unknown:
        services.begin_bundle(procedures=[PERMIT, "commune/nothing", "x"], language="en")
    assert unknown.value.procedures == ("commune/nothing", "x")
    assert not Draft.objects.exists()


def test_under_a_mandate_for_one_procedure_the_others_are_named_and_no_part_of_a_bundle_is_found(transactional):
    bundle = begin(person("lea.beispill"), PERMIT, CERTIFICATE)
    draft = seen(person("lea.beispill"), bundle).drafts[0].id
    emma = representative(person("lea.beispill"), "emma.primjer", scope=PERMIT)
    with acting_as(emma), pytest.raises(OutOfMandate) as refused:
        services.begin_bundle(procedures=[PERMIT, CERTIFICATE], language="en")
    assert refused.value.procedures == (CERTIFICATE,)
    for look in (lambda: selectors.bundle(bundle), lambda: selectors.draft(draft), lambda: submit(emma, bundle), lambda: services.take_out(draft=draft)):
        with acting_as(emma), pytest.raises(OutOfMandate):
            look()
    with acting_as(emma):
        assert services.begin_bundle(procedures=[PERMIT], language="en").bundle is None


def test_nobody_else_finds_a_bundle(lea):
    bundle = begin(lea, PERMIT, CERTIFICATE)
    for other in (person("emma.primjer"), ANONYMOUS):
        with acting_as(other):
            for look in (
                lambda: selectors.bundle(bundle), lambda: services.submit_bundle(bundle=bundle, declaration=True),
                lambda: services.discard_bundle(bundle=bundle),
            ):  # fmt: skip
                with pytest.raises(DraftUnknown):
                    look()


def test_an_officer_learns_of_what_was_filed_together_only_as_far_as_they_may_see_it(lea, register, run_jobs):
    """Both at Mersch: urbanism sees the permit, the citizens' office sees the certificate, which waits for it."""
    bundle = begin(lea, PERMIT, CERTIFICATE, REPORT)
    fill(lea, bundle, {**ANSWERS, **story.REPORT})
    permit, certificate, report = submit(lea, bundle).cases
    run_jobs()
    seeing, shown = {}, re.compile(r'href="/desk/cases/([0-9a-f-]{36})"')
    for handle in ("tom.beispill", "claire.muster", "dan.muster"):
        with acting_as(officer(handle)):
            mine = set(Case.objects.filter(id__in=(permit, certificate, report)).values_list("id", flat=True))
            seeing[handle] = len(mine)
            for case in (permit, certificate, report):
                found = set(selectors.filed_together(case))
                assert found == (mine - {case} if case in mine else set())
        for case in mine:
            page = client_of(officer(handle)).get(f"/desk/cases/{case}").content.decode()
            assert {UUID(one) for one in shown.findall(page)} == mine - {case}
            assert ("Sent together with" in page) == (len(mine) > 1)
    assert seeing["dan.muster"] == 0
    assert 0 < seeing["tom.beispill"] < 3


# -- the end of drafts ---------------------------------------------------------------------------------------------------


def test_discarding_and_expiry_delete_all_of_it(lea, run_jobs, frozen, as_owner):
    begun = clock.now()
    for ends in (discarded, expired):
        bundle = begin(lea, CERTIFICATE, PERMIT)
        draft = seen(lea, bundle).drafts[1].id
        save(lea, draft, "commune", commune="mersch")
        with acting_as(lea):
            assert services.attach(draft=draft, question="plans", file_name="plan.pdf", data=story.PDF) is None
        ends(lea, bundle, frozen, run_jobs, begun)
        with as_owner():
            assert (Draft.objects.count(), Blob.objects.count()) == (0, 0)


def discarded(lea: Principal, bundle: UUID, *_: object) -> None:
    with acting_as(lea):
        services.discard_bundle(bundle=bundle)


def expired(lea: Principal, bundle: UUID, frozen: Callable, run_jobs: Callable, begun) -> None:
    frozen(begun + timedelta(days=59))
    save(lea, seen(lea, bundle).drafts[0].id, "commune", commune="mersch")  # one of them is changed: all are kept
    frozen(begun + timedelta(days=100))
    run_jobs()
    assert len(seen(lea, bundle).drafts) == 2
    frozen(begun + timedelta(days=120))
    run_jobs()


def test_a_bundle_is_one_line_among_the_drafts(lea):
    bundle = begin(lea, PERMIT, CERTIFICATE, REPORT)
    alone = story.begin(lea, "residence-certificate")
    with acting_as(lea):
        assert [(line.id, line.bundle) for line in selectors.drafts()] == [(alone, None), (seen(lea, bundle).drafts[0].id, bundle)]
        assert selectors.drafts_page().count == 2
        services.take_out(draft=seen(lea, bundle).drafts[0].id)
        assert {line.bundle for line in selectors.drafts()} == {None, bundle}
