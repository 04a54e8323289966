# SPDX-License-Identifier: EUPL-1.2
"""What was filed with a strong sign-in is not read with a weak one: the list tells that it is there, the content asks for more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.test import Client, override_settings

from bierger.infra.principal import acting_as
from tests import story
from tests.apps.identity.conftest import begin, come_back
from tests.apps.simulators.running import Simulators, pick, query
from tests.people import person


@dataclass(frozen=True)
class Filed:
    """Addresses of what Léa has: a certificate and its act, a permit with an open task of hers, a draft, a report."""

    certificate: str
    act: str
    permit: str
    step: str
    check: str
    report: str


@pytest.fixture
def filed(provider: Simulators, run_jobs: Callable[[], None]) -> Iterator[Filed]:
    with override_settings(BIERGER_REGISTER_URL=f"{provider.issuer}/register", BIERGER_REGISTER_SECRET="local-only"):
        from bierger.documents import selectors as documents
        from bierger.filings import selectors as filings

        lea = person("lea.beispill")
        certificate = story.request(lea, "residence-certificate", story.RESIDENCE)
        permit = story.request(lea, "building-permit", story.PERMIT)
        report = story.request(lea, "problem-report", story.REPORT)
        draft = story.begin(lea, "building-permit")
        run_jobs()
        with acting_as(lea):
            act, first = documents.my_acts()[0].id, filings.draft(draft).next_step
        address = [f"/requests/{receipt.cases[0]}" for receipt in (certificate, permit, report)]
        yield Filed(address[0], f"/acts/{act}", address[1], f"/drafts/{draft}/{first}", f"/drafts/{draft}/check", address[2])


def asked_for_more(answer: object) -> str:
    """Where one comes back to after a stronger sign-in; empty when none was asked for."""
    if answer.status_code != 302 or not answer["Location"].startswith("/sign-in?"):
        return ""
    asked = query(answer["Location"])
    assert asked["level"] == "substantial"
    return asked["next"]


def test_a_weak_sign_in_sees_that_there_is_something_and_not_what(filed: Filed, signed_in: Callable[..., Client]):
    weak = signed_in("lea.beispill", level="low")
    listed = weak.get("/requests")
    assert listed.status_code == 200
    assert all(page in listed.content.decode() for page in (filed.certificate, filed.permit, filed.report))
    for page in (filed.certificate, filed.permit, f"{filed.act}.pdf", f"{filed.act}.tlog-proof"):
        assert asked_for_more(weak.get(page)) == page
    for page in (filed.check, filed.step):
        assert asked_for_more(weak.get(page)) == page
    assert asked_for_more(weak.post(f"{filed.permit}/answer", {"text": "x"})) == filed.permit
    discard = filed.check.replace("/check", "/discard")
    assert asked_for_more(weak.get(discard)) == discard
    assert asked_for_more(weak.post(discard)) == discard
    still_there = signed_in("lea.beispill").get(filed.check)  # what is to be answered next, not that there is no such draft
    assert still_there["Location"].startswith(filed.check.removesuffix("check"))
    # What asks for no level is read at any.
    assert weak.get(filed.report).status_code == 200


def test_stepping_up_opens_it_where_one_was(filed: Filed, signed_in: Callable[..., Client]):
    client = signed_in("lea.beispill", level="low")
    wanted = asked_for_more(client.get(f"{filed.act}.pdf"))
    back = come_back(client, pick(begin(client, level="substantial", next=wanted), "lea.beispill", level="substantial"))
    assert back["Location"] == wanted
    assert client.get(wanted).content.startswith(b"%PDF")
    assert client.get(filed.permit).status_code == 200
    assert client.get(f"{filed.act}.tlog-proof").status_code == 200


def test_the_mailbox_tells_of_a_letter_at_any_level_and_what_it_says_at_its_own(filed: Filed, signed_in: Callable[..., Client]):
    from bierger.delivery import selectors as delivery

    lea = person("lea.beispill")
    with acting_as(lea):
        unread = delivery.unread_count()
    assert unread > 0
    weak = signed_in("lea.beispill", level="low")
    page = weak.get("/mailbox?show=new").content.decode()
    assert "Residence certificate" in page
    assert "<p>Mersch</p>" in page
    assert "level=substantial" in page
    assert "is ready" not in page
    assert f"{filed.act}.pdf" not in page
    assert filed.certificate not in page
    with acting_as(lea):
        assert delivery.unread_count() == unread
    strong = signed_in("lea.beispill").get("/mailbox").content.decode()
    assert "is ready" in strong
    assert f"{filed.act}.pdf" in strong
    assert filed.certificate in strong
    assert "level=substantial" not in strong
    with acting_as(lea):
        assert delivery.unread_count() == 0


def test_another_persons_request_is_not_there_at_any_level(filed: Filed, signed_in: Callable[..., Client]):
    """A stronger sign-in is not asked of somebody whom it would not help."""
    for level in ("low", "high"):
        stranger = signed_in("hugo.exemplo", level=level)
        for page in (filed.permit, f"{filed.act}.pdf", filed.step):
            assert stranger.get(page).status_code == 404
