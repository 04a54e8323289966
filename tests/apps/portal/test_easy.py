# SPDX-License-Identifier: EUPL-1.2
"""Easy words: chosen like the language, on every page that has them; letters and officers read the standard ones."""

from __future__ import annotations

import pytest
from django.test import Client

from bierger.filings import services as filings
from bierger.infra.principal import acting_as
from bierger.ui import registers
from tests.clients import client_of
from tests.people import person

SHEET = "/procedures/commune/residence-certificate"
EASY, STANDARD = "Preuve de mon adresse", "Certificat de résidence"


@pytest.fixture
def reader(transactional) -> Client:
    return client_of(person("lea.beispill"), language="fr")


def easy(client: Client, here: str = SHEET):
    return client.post("/register", {"register": "easy", "next": here})


def test_a_sheet_in_easy_words_and_back(reader):
    assert STANDARD in reader.get(SHEET).content.decode()
    answer = easy(reader)
    assert (answer.status_code, answer.headers["Location"]) == (302, SHEET)
    page = reader.get(SHEET).content.decode()
    assert EASY in page
    assert 'aria-pressed="true"' in page
    reader.post("/register", {"register": "standard", "next": SHEET})
    assert EASY not in reader.get(SHEET).content.decode()


def test_the_cookie_says_nothing_else_and_is_not_believed(reader):
    reader.cookies[registers.COOKIE] = "<script>"
    page = reader.get(SHEET).content.decode()
    assert STANDARD in page
    assert 'aria-pressed="false"' in page
    assert easy(reader, "https://elsewhere.example/").headers["Location"] == "/"
    assert reader.get("/register").status_code == 405


def test_a_draft_is_asked_in_easy_words(reader, monkeypatch):
    with acting_as(person("lea.beispill")):
        started = filings.start_draft(owner="commune", name="residence-certificate", language="fr")
    monkeypatch.setattr("bierger_core.procedures.types.Package.reading", _marked)
    easy(reader)
    page = reader.get(f"/drafts/{started.id}/purpose").content.decode()
    assert "EASY question.purpose.label" in page


def _marked(package, register):
    """Every text says its key, so that one that is not asked in the reader's register is seen."""
    from dataclasses import replace

    from bierger_core.procedures.texts import Line

    lines = dict(package.texts.lines)
    lines["fr", register] = {key: Line(f"EASY {key}", one.line) for key, one in lines["fr", "standard"].items()}
    return replace(package, texts=replace(package.texts, lines=lines, register=register))


def test_one_request_does_not_change_the_next(reader):
    easy(reader)
    reader.get(SHEET)
    assert registers.get_register() == registers.STANDARD
    with registers.reading("easy"):
        assert registers.get_register() == registers.EASY
    assert registers.get_register() == registers.STANDARD
