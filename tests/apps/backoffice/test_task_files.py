# SPDX-License-Identifier: EUPL-1.2
"""Files that an officer attaches to a task: with that officer and that task until it is completed."""

from __future__ import annotations

import html
import re
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import translation

from bierger.cases import services as cases
from bierger.infra.principal import acting_as
from bierger.ui.messages import refusal
from tests import story
from tests.attacks.together import count
from tests.clients import client_of


@pytest.fixture
def town(as_owner):
    from tests.apps.backoffice.town import make, with_minutes

    return make(as_owner, with_minutes())


def text(page) -> str:
    return html.unescape(page.content.decode())


def begun(town, who, *, name: str = "minutes.pdf") -> tuple[Client, UUID, str]:
    """An officer takes the first task of a new case and attaches a file to it: browser, case, address of the task."""
    case = town.request()
    task = town.task(case, "check")
    with acting_as(who):
        cases.take(task=task)
    browser, address = client_of(who), f"/desk/tasks/{task}"
    file = SimpleUploadedFile(name, story.PDF, "application/pdf")
    assert name in text(browser.post(address, {"minutes": file, "attach": "minutes"}))
    return browser, case, address


def blobs(name: str) -> int:
    return count("SELECT count(*) FROM documents_blob WHERE file_name = %s", name)


def test_it_waits_and_becomes_part_of_the_case_with_the_task(town):
    browser, case, address = begun(town, town.laura)
    assert "minutes.pdf" in text(client_of(town.laura).get(address))  # after the next sign-in too
    assert "minutes.pdf" not in text(client_of(town.nora).get(f"/desk/cases/{case}"))
    (file,) = re.findall(r'name="remove" value="minutes:([0-9a-f-]{36})"', text(browser.get(address)))
    assert client_of(town.nora).get(f"/desk/cases/{case}/files/{file}").status_code == 404
    assert browser.post(address, {"checked": "complete"}).status_code == 302
    assert count("SELECT count(*) FROM documents_waiting") == 0
    assert "minutes.pdf" in text(browser.get(f"/desk/cases/{case}"))
    assert browser.get(f"/desk/cases/{case}/files/{file}")["Content-Type"] == "application/pdf"


def test_taken_out_it_is_erased(town):
    browser, _case, address = begun(town, town.laura)
    (file,) = re.findall(r'name="remove" value="minutes:([0-9a-f-]{36})"', text(browser.get(address)))
    assert "minutes.pdf" not in text(browser.post(address, {"remove": f"minutes:{file}"}))
    assert blobs("minutes.pdf") == 0


def test_it_goes_into_no_other_task(town):
    """Neither by its identifier, nor in a form that says it had it before."""
    first, _case, address = begun(town, town.laura)
    (file,) = re.findall(r'name="remove" value="minutes:([0-9a-f-]{36})"', text(first.get(address)))
    browser, other, elsewhere = begun(town, town.laura, name="other.pdf")
    assert "minutes.pdf" not in text(browser.get(elsewhere))
    browser.post(elsewhere, {"remove": f"minutes:{file}"})
    assert blobs("minutes.pdf") == 1
    assert browser.post(elsewhere, {"checked": "complete", "minutes": file, "kept": file}).status_code == 302
    page = text(browser.get(f"/desk/cases/{other}"))
    assert "other.pdf" in page
    assert "minutes.pdf" not in page
    assert count("SELECT count(*) FROM documents_blob_holder WHERE blob_id = %s AND case_id IS NOT NULL", file) == 0


def test_a_colleague_gets_the_task_and_not_what_was_attached(town):
    browser, _case, address = begun(town, town.laura)
    assert "did=returned" in browser.post(f"{address}/give-back")["Location"]
    assert blobs("minutes.pdf") == 0
    browser.post(f"{address}/take")
    assert "minutes.pdf" not in text(browser.get(address))


@override_settings(BIERGER_ATTACH_LIMIT=1)
def test_too_many_files_in_a_while_are_not_looked_at_and_the_words_stay(town):
    browser, _case, address = begun(town, town.laura)
    more = SimpleUploadedFile("more.pdf", story.PDF, "application/pdf")
    braked = browser.post(address, {"minutes": more, "checked": "complete", "remark": "As agreed."})
    assert braked.status_code == 429
    with translation.override("en"):
        assert refusal("upload-braked") in text(braked)
    assert "As agreed." in text(braked)
    assert blobs("more.pdf") == 0
    assert browser.post(address, {"checked": "complete"}).status_code == 302


def test_the_address_says_nothing_of_its_own(town):
    case, browser = town.request(), town.browser(town.laura)
    for page in (f"/desk/cases/{case}", "/desk"):
        for word in ("said", "did"):
            assert "Call me" not in text(browser.get(f"{page}?{word}=Call+me"))
    assert "This task is already done." in text(browser.get(f"/desk/cases/{case}?said=task-closed"))


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff \u2060"])
def test_a_note_that_nobody_sees_is_none(town, unseen):
    case, browser = town.request(), town.browser(town.laura)
    for what in ("note", "question"):
        assert "Write something first." in text(browser.post(f"/desk/cases/{case}/{what}", {what: unseen}))
