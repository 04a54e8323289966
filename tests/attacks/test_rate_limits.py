# SPDX-License-Identifier: EUPL-1.2
"""The brakes: sign-ins by address, submissions by who submits; kept in the database, so no restart lets them go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client, override_settings

from bierger.filings import services as filings
from bierger.infra import clock, rate_limits
from bierger.infra.principal import ANONYMOUS, Principal, acting_as
from tests import story
from tests.attacks.together import at_once, count
from tests.clients import client_of


def sign_in(**extra: str) -> int:
    return Client().get("/sign-in", **extra).status_code


@override_settings(BIERGER_SIGN_IN_LIMIT=3, BIERGER_OIDC_ISSUER="http://127.0.0.1:9")
def test_sign_ins_of_one_address(transactional, frozen):
    start = clock.now()
    frozen(start)
    assert 429 not in [sign_in() for _ in range(3)]
    assert [sign_in() for _ in range(2)] == [429, 429]
    assert sign_in(HTTP_X_FORWARDED_FOR="203.0.113.9") == 429  # nobody in front is trusted: what a browser claims is no address
    assert sign_in(REMOTE_ADDR="198.51.100.7") != 429
    connections.close_all()  # another process, another connection: the rows are still there
    assert sign_in() == 429
    frozen(start + timedelta(seconds=601))
    assert sign_in() != 429


@override_settings(BIERGER_SIGN_IN_LIMIT=2, BIERGER_TRUSTED_PROXIES=1, BIERGER_OIDC_ISSUER="http://127.0.0.1:9")
def test_behind_a_trusted_proxy_its_own_hop_counts(transactional):
    for claimed in ("203.0.113.1", "203.0.113.2"):
        assert sign_in(HTTP_X_FORWARDED_FOR=f"{claimed}, 198.51.100.7") != 429
    assert sign_in(HTTP_X_FORWARDED_FOR="203.0.113.3, 198.51.100.7") == 429  # a new claim before it changes nothing
    assert sign_in(HTTP_X_FORWARDED_FOR="203.0.113.3, 198.51.100.8") != 429


@pytest.fixture
def draft(town):
    made = story.begin(town.applicant, "residence-certificate")
    story.fill(town.applicant, made, story.RESIDENCE)
    return made


@override_settings(BIERGER_SUBMIT_LIMIT=2)
def test_submissions_of_one_person(town, draft, frozen):
    start = clock.now()
    frozen(start)
    address = f"/drafts/{draft}/submit"
    assert [client_of(town.applicant).post(address).status_code for _ in range(2)] == [422, 422]  # the declaration is missing
    for language, title in (("en", "Too many attempts"), ("fr", "Trop"), ("de", "Zu viele"), ("lb", "Ze vill")):
        braked = client_of(town.applicant, language=language).post(address, {"declaration": "yes"})
        assert braked.status_code == 429
        assert title in braked.content.decode()
    assert count("SELECT count(*) FROM filings_draft WHERE id = %s", draft) == 1  # nothing is lost
    assert count("SELECT count(*) FROM filings_filing") == 0
    other = story.begin(town.neighbour, "residence-certificate")
    story.fill(town.neighbour, other, story.RESIDENCE)
    assert client_of(town.neighbour).post(f"/drafts/{other}/submit", {"declaration": "yes"}).status_code == 302
    frozen(start + timedelta(seconds=601))
    assert client_of(town.applicant).post(address, {"declaration": "yes"}).status_code == 302


@override_settings(BIERGER_SUBMIT_LIMIT=2)
def test_submissions_of_one_private_link(transactional):
    token = filings.new_token()
    holder = Principal(kind="link", link=filings.link_of(token))
    draft = story.begin(holder, "problem-report", token=token)
    story.fill(holder, draft, story.REPORT)
    address = f"/drafts/{draft}/submit"
    assert [client_of(holder).post(address).status_code for _ in range(3)] == [422, 422, 429]


def hit() -> bool:
    with acting_as(ANONYMOUS):
        return rate_limits.hit("somebody", limit=3, seconds=600)


def test_a_burst_passes_by_no_more_than_itself(transactional):
    """Six at the same instant may not see each other; whoever comes after them sees all six."""
    passed = at_once([hit] * 6)
    assert set(passed) <= {True, False}  # and no exception among them
    assert passed.count(True) >= 3
    assert hit() is False
    assert count("SELECT count(*) FROM infra_rate_hit") == 7
    assert count("SELECT count(*) FROM infra_rate_hit WHERE key LIKE %s", "%somebody%") == 0  # the key is kept as a keyed hash


def test_old_hits_are_forgotten(transactional, frozen, as_worker):
    start = clock.now()
    frozen(start)
    hit()
    with as_worker():
        rate_limits.forget()
        assert count("SELECT count(*) FROM infra_rate_hit") == 1
        frozen(start + timedelta(days=1, seconds=1))
        rate_limits.forget()
    assert count("SELECT count(*) FROM infra_rate_hit") == 0


@override_settings(BIERGER_SUBMIT_LIMIT=2)
def test_a_new_private_link_is_no_new_budget(transactional):
    """Whoever does not sign in is counted by address: links cost nothing to make."""

    def report(**extra: str) -> int:
        token = filings.new_token()
        somebody = Principal(kind="link", link=filings.link_of(token))
        made = story.begin(somebody, "problem-report", token=token)
        story.fill(somebody, made, story.REPORT)
        return client_of(somebody).post(f"/drafts/{made}/submit", {"declaration": "yes"}, **extra).status_code

    assert [report() for _ in range(3)] == [302, 302, 429]
    assert report(REMOTE_ADDR="198.51.100.7") == 302
