# SPDX-License-Identifier: EUPL-1.2
"""Attempts are counted even if they come to nothing; forms begun by nobody are counted by address."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import transaction
from django.http import Http404
from django.test import override_settings

from bierger.infra import rate_limits
from bierger.infra.models import RateHit
from bierger.infra.principal import ANONYMOUS, acting_as
from tests.apps.portal.test_form import begin
from tests.clients import client_of
from tests.people import person

START = "/procedures/commune/problem-report/start"


@override_settings(BIERGER_SUBMIT_LIMIT=3)
def test_guessing_is_counted_although_each_guess_ends_in_404(transactional):
    browser = client_of(person("lea.beispill"))
    assert [browser.post(f"/drafts/{uuid4()}/submit").status_code for _ in range(5)] == [404, 404, 404, 429, 429]


def test_a_hit_inside_the_request_would_be_lost(transactional):
    """Why it stands before: what fails takes its own rows with it."""

    @acting_as(ANONYMOUS)
    def fails() -> None:
        rate_limits.hit("guess", limit=1, seconds=600)
        raise Http404

    with pytest.raises(Http404):
        fails()
    assert RateHit.objects.count() == 0
    assert not transaction.get_connection().in_atomic_block


@override_settings(BIERGER_START_LIMIT=2)
def test_forms_begun_without_signing_in(transactional):
    def start(**extra: str) -> int:
        return client_of(ANONYMOUS).post(START, {"administration": "mersch"}, **extra).status_code

    assert [start() for _ in range(3)] == [302, 302, 429]
    assert start(REMOTE_ADDR="198.51.100.7") == 302
    begin(client_of(person("lea.beispill")))  # whoever signed in is no stranger


@override_settings(BIERGER_START_LIMIT=1)
@pytest.mark.parametrize(("language", "words"), [("fr", "Trop"), ("de", "Zu viele"), ("en", "Too many attempts"), ("lb", "Ze vill")])
def test_the_brake_speaks_the_readers_language(transactional, language, words):
    browser = client_of(ANONYMOUS, language=language)
    browser.post(START, {"administration": "mersch"})
    braked = browser.post(START, {"administration": "mersch"})
    assert braked.status_code == 429
    assert words in braked.content.decode()
