# SPDX-License-Identifier: EUPL-1.2
"""Several requests as one, attacked: other people's drafts, rights that end, tabs that disagree, what is not of the situation."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client

from bierger.filings import selectors, services
from bierger.filings.errors import DraftUnknown, NotComplete
from bierger.filings.services import bundles
from bierger.infra.errors import SpaceLost
from bierger.infra.principal import Principal, acting_as
from bierger.portal.forms import step_page
from tests import story
from tests.apps.filings.test_bundles import ANSWERS, CERTIFICATE, PERMIT, REPORT, begin, fill, seen, submit
from tests.attacks.together import behind, count
from tests.clients import client_of
from tests.mandates import end, firm_of, give
from tests.people import officer, person
from tests.registers import register, simulators

__all__ = ["register", "simulators"]
CAFE = "/situations/cafe-terrace"


@pytest.fixture
def lea(transactional) -> Principal:
    return person("lea.beispill")


def test_an_officer_begins_nothing_not_even_what_needs_no_name(transactional):
    """An office holds no draft: it is led to its other roles, and no row is refused by the database."""
    desk = client_of(officer("claire.muster"))
    for address, sent in (("/procedures/commune/problem-report/start", {}), (f"{CAFE}/prepare", {"procedure": "commune/late-opening"})):
        page = desk.post(address, sent)
        assert (page.status_code, page["Location"]) == (302, "/spaces"), address
    assert count("SELECT count(*) FROM filings_draft") == 0


def test_somebody_elses_draft_is_not_taken_out_by_way_of_ones_own_bundle(lea):
    hers = begin(lea, PERMIT, CERTIFICATE)
    theirs = begin(person("emma.primjer"), PERMIT, CERTIFICATE)
    other = begin(lea, PERMIT, REPORT)  # of her own, but of another bundle
    drafts = [str(draft.id) for draft in (*seen(lea, hers).drafts, *seen(lea, other).drafts)]
    client_of(person("emma.primjer")).post(f"/bundles/{theirs}/take-out", {"draft": [*drafts, "x", "\0"]})
    client_of(lea).post(f"/bundles/{hers}/take-out", {"draft": drafts[2:]})
    assert [len(seen(lea, one).drafts) for one in (hers, other)] == [2, 2]
    assert count("SELECT count(*) FROM filings_draft") == 6


def test_two_tabs_take_out_each_the_other_draft(lea, monkeypatch):
    """One is left: the second comes to a draft that stands alone now, and deletes nothing."""
    bundle = begin(lea, PERMIT, CERTIFICATE)
    first, second = (draft.id for draft in seen(lea, bundle).drafts)

    def take_out(draft: UUID):
        with acting_as(lea):
            return services.take_out(draft=draft)

    results = behind(monkeypatch, bundles, "delete_draft", lambda: take_out(first), lambda: take_out(second))
    assert results[0] is None
    assert isinstance(results[1], DraftUnknown), results
    with acting_as(lea):
        assert selectors.draft(second).bundle is None


def test_a_page_is_drawn_while_another_tab_takes_out_what_it_names(lea):
    """The page read its draft before, and the bundle after."""
    bundle = begin(lea, PERMIT, CERTIFICATE, REPORT)
    found = seen(lea, bundle)
    with acting_as(lea):
        services.save_step(draft=found.drafts[0].id, step="commune", raw={"commune": ["mersch"]})
        draft = selectors.draft(found.drafts[1].id)
        services.take_out(draft=found.drafts[0].id)
        page = step_page(draft, draft.package.form.step_of("commune"), language="en", bundle=selectors.bundle(bundle))
    assert draft.copied["commune"] == PERMIT
    assert len(page.fields) == 1
    assert page.fields[0].source  # with the situation in the place of what is gone


def test_what_another_tab_emptied_is_not_submitted(lea):
    bundle = begin(lea, PERMIT, CERTIFICATE)
    fill(lea, bundle)
    browser = client_of(lea)
    assert browser.get(f"/bundles/{bundle}/check").status_code == 200
    draft = seen(lea, bundle).drafts[0]
    with acting_as(lea):
        services.remove_file(draft=draft.id, question="plans", file=draft.answers["plans"][0]["id"])
    page = browser.post(f"/bundles/{bundle}/submit", {"declaration": "yes"})
    assert page["Location"].startswith(f"/drafts/{draft.id}/")
    with pytest.raises(NotComplete):
        submit(lea, bundle)
    assert count("SELECT count(*) FROM filings_filing") == count("SELECT count(*) FROM cases_case") == 0


def test_a_mandate_that_ends_in_the_middle_ends_the_bundle_for_who_had_it(lea):
    from bierger.identity import services as identity

    mandate = give(lea, "emma.primjer")
    with acting_as(person("emma.primjer")):
        emma = identity.enter_mandate(mandate=mandate)[0]
    bundle = begin(emma, PERMIT, REPORT)
    fill(emma, bundle, {**ANSWERS, **story.REPORT, "given_name": "Léa", "family_name": "Beispill", "email": "lea@example.org"})
    browser = client_of(emma)
    assert browser.get(f"/bundles/{bundle}/check").status_code == 200
    end(lea, mandate)
    for path in ("check", "submit", "take-out", "discard"):
        page = browser.post(f"/bundles/{bundle}/{path}", {"declaration": "yes"}) if path != "check" else browser.get(f"/bundles/{bundle}/{path}")
        assert page.status_code in (302, 403, 404), path
        assert "/filings/" not in page.headers.get("Location", "")
    with pytest.raises(SpaceLost), acting_as(emma):
        services.submit_bundle(bundle=bundle, declaration=True)
    assert len(seen(lea, bundle).drafts) == 2  # it is hers, and she goes on
    assert len(submit(lea, bundle).cases) == 2


def test_what_is_not_of_the_situation_is_not_begun(lea):
    browser = client_of(lea)
    for chosen in (["commune/problem-report"], ["x/y", "../../etc", "' OR 1=1 --", "\0"], [], ["commune/late-opening "]):
        assert browser.post(f"{CAFE}/prepare", {"procedure": chosen}).status_code == 422, chosen
    assert browser.post(f"{CAFE}/prepare", {"procedure": ["commune/late-opening"] * 1100}).status_code == 400
    assert count("SELECT count(*) FROM filings_draft") == 0
    begun = browser.post(f"{CAFE}/prepare", {"procedure": ["commune/late-opening", "commune/problem-report"] * 20})
    assert begun["Location"].startswith("/drafts/")
    assert count("SELECT count(*) FROM filings_draft") == 1


def test_answers_that_nobody_was_asked_for_and_hidden_fields_go_nowhere(lea):
    """What a procedure is told comes from the questions of the situation, by its own reading of them."""
    browser = client_of(lea)
    hidden = {"commune": ["mersch", "esch-sur-alzette"], "given_name": "Mallory", "administration": "x", "space": "1", "works": "yes\0", "capacity": "1e9999"}
    page = browser.post(f"{CAFE}/prepare", {"procedure": ["commune/late-opening", "customs/drinks-licence"], **hidden})
    (bundle,) = [UUID(page["Location"].rpartition("/")[2])]
    for draft in seen(lea, bundle).drafts:
        said = {name: value for name, value in draft.answers.items() if name in draft.copied}
        assert not {"Mallory", "x", "1e9999"} & {str(value) for value in draft.answers.values()}
        assert said == {} or set(draft.copied.values()) <= {"", "commune/late-opening", "customs/drinks-licence"}
        with acting_as(lea):
            services.save_step(draft=draft.id, step=draft.steps[0].id, raw={"nothing": ["x"], "case": ["x"], "applicant": ["x"]}, opened=["nothing", "\0"])
    assert all("nothing" not in draft.answers for draft in seen(lea, bundle).drafts)


def test_one_case_of_several_is_erased_and_the_others_stay_whole(lea, register, run_jobs, as_worker, frozen):
    from datetime import timedelta

    from bierger.cases import selectors as cases
    from bierger.infra import clock

    bundle = begin(lea, REPORT, PERMIT)
    fill(lea, bundle, {**ANSWERS, **story.REPORT})
    receipt = submit(lea, bundle)
    report, permit = receipt.cases
    story.do(officer("pol.sample"), report, "handle", handling="done", answer="It was emptied.")
    run_jobs()
    frozen(clock.real_now() + timedelta(days=367))
    with as_worker():
        assert services.erase_due() == 1
    with acting_as(lea):
        assert cases.retention(report).erased_at is not None
        assert cases.retention(permit).erased_at is None
        assert selectors.receipt(receipt.id).code == receipt.code  # the other case rests on it
    browser: Client = client_of(lea)
    for address in (f"/filings/{receipt.id}", f"/requests/{report}", f"/requests/{permit}", "/requests"):
        assert browser.get(address).status_code == 200, address
    assert browser.get(f"/filings/{receipt.id}/receipt.pdf").content.startswith(b"%PDF")


def test_a_colleague_goes_on_with_the_firms_bundle_and_nobody_with_the_private_one(transactional):
    """A member's own space and the firm's are two: what is prepared in one is not found in the other."""
    firm, alone = firm_of("nina.esempio"), person("nina.esempio")
    bundle = begin(firm, REPORT, PERMIT)
    for who, other in ((alone, bundle), (firm, begin(alone, REPORT, PERMIT))):
        with acting_as(who), pytest.raises(DraftUnknown):
            selectors.bundle(other)
        with acting_as(who), pytest.raises(DraftUnknown):
            services.submit_bundle(bundle=other, declaration=True)
