# SPDX-License-Identifier: EUPL-1.2
"""What whoever is signed in need not say in a situation: shown with its source, not asked, and in no address."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from bierger.administrations.selectors import administration
from bierger.catalogue import selectors as catalogue
from bierger.infra.principal import ANONYMOUS, Principal, acting_as
from tests.apps.documents.story import Applicant, Commune, decide, typed
from tests.apps.portal.test_situations import CAFE, PLAN, asked, text_of
from tests.clients import client_of
from tests.mandates import firm_of
from tests.people import person

SAID = "premises_before=cafe&works=no"
KNOWN = "Known from your documents: Business permit, no. "


@pytest.fixture
def nina(transactional) -> Principal:
    return firm_of("nina.esempio")


def permit(holder: Principal) -> UUID:
    """A business permit."""
    with acting_as(ANONYMOUS):
        ministry, digest = administration(code="economy"), catalogue.active("economy", "business-permit")
    facts = {"applicant.name": "Exemple S.à r.l.", "request.subject": "Café", "request.date": "2026-03-02"}
    assert holder.space
    return decide(
        Commune(ministry.id, "economy"), Applicant(UUID(int=1), holder.space), facts=facts, package_digest=digest,
        document_type=typed(facts, code="business-permit-granted"), title="Business permit",
    )  # fmt: skip


def state(browser, more: str = "") -> str:
    """What the plan says of the permit."""
    page = browser.get(f"{PLAN}?{SAID}{more}").content.decode()
    return page.partition('data-procedure="economy/business-permit" data-state="')[2].partition('"')[0]


def test_a_permit_that_is_held_is_not_asked_for_and_stands_in_no_address(nina, as_worker):
    browser = client_of(nina)
    assert state(browser) == "open"
    with as_worker():
        permit(nina)
    assert state(browser) == "not-needed"
    seen, page = [], browser.get(f"{CAFE}?{SAID}")
    for _ in range(20):
        if not asked(page):
            break
        seen += asked(page)
        page = browser.get(f"{CAFE}?{SAID}&" + "&".join(f"skip={name}" for name in seen))
    assert seen
    assert "has_permit" not in seen
    plan = browser.get(f"{PLAN}?{SAID}")
    for one in (browser.get(f"{CAFE}?{SAID}"), plan):
        assert KNOWN in text_of(one)
        assert "has_permit" not in one.content.decode().replace("change=has_permit", "")  # but to change it, no address has it
        assert "no-store" in one["Cache-Control"]


def test_it_is_said_otherwise_and_then_stands_in_the_address_as_any_answer(nina, as_worker):
    with as_worker():
        permit(nina)
    browser = client_of(nina)
    form = browser.get(f"{CAFE}?{SAID}&change=has_permit")
    assert asked(form) == ["has_permit"]
    assert 'value="yes" checked' in form.content.decode()
    assert "has_permit=no" in browser.get(f"{CAFE}?{SAID}&page=has_permit&has_permit=no")["Location"]
    assert state(browser, "&has_permit=no") == "needed"
    assert state(browser, "&skip=has_permit") == "open"  # put off, it is as if nobody knew
    for more in ("&has_permit=no", "&skip=has_permit"):
        assert KNOWN not in text_of(browser.get(f"{PLAN}?{SAID}{more}"))


def test_nobody_else_is_told(nina, as_worker):
    with as_worker():
        permit(nina)
    for one in (ANONYMOUS, person("lea.beispill"), person("nina.esempio"), replace(nina, level="low")):
        assert state(client_of(one)) == "open", one
    assert state(client_of(nina)) == "not-needed"
