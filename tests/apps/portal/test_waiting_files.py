# SPDX-License-Identifier: EUPL-1.2
"""Files for an answer, over HTTP: with the applicant until the answer is sent, erased when taken out, counted across sessions."""

from __future__ import annotations

import html
import re
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import translation

from bierger.cases import selectors as case_selectors
from bierger.cases import services as cases
from bierger.cases.types import of_question
from bierger.documents import services as documents
from bierger.documents.models import WaitingFile
from bierger.filings import selectors as filings
from bierger.infra.principal import acting_as
from bierger.ui.messages import answer_message, refusal
from bierger_core.interview import AnswerError
from tests import story
from tests.attacks.together import count, race, without_uniqueness
from tests.clients import client_of

PHOTO_OF = "SELECT count(*) FROM documents_blob WHERE file_name = %s"


@pytest.fixture
def town(transactional):
    from tests.story_people import town as make

    return make()


@pytest.fixture
def asked(town) -> UUID:
    """A permit about which the administration asks something."""
    (case,) = story.request(town.applicant, "building-permit", story.PERMIT).cases
    with acting_as(town.clerk):
        cases.ask_applicant(case=case, text="Which colour?")
    return case


def pdf(name: str = "colours.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, story.PDF, "application/pdf")


def text(page) -> str:
    return html.unescape(page.content.decode())


def attach(browser: Client, case: UUID, *names: str) -> str:
    page = browser.post(f"/requests/{case}/answer", {"files": [pdf(name) for name in names], "attach": "files", "text": "See"}, follow=True)
    return text(page)


def ids(page: str) -> list[str]:
    return re.findall(r'name="remove" value="files:([0-9a-f-]{36})"', page)


def waiting() -> int:
    return count("SELECT count(*) FROM documents_waiting")


def on_disk() -> set[Path]:
    return {path for path in (Path(settings.BIERGER_DATA) / "blobs").rglob("*") if path.is_file()}


def test_taking_a_file_out_destroys_it(town, asked):
    stored = on_disk()
    browser = client_of(town.applicant)
    (file,) = ids(attach(browser, asked, "colours.pdf"))
    assert count(PHOTO_OF, "colours.pdf") == 1
    page = text(browser.post(f"/requests/{asked}/answer", {"remove": f"files:{file}", "text": "See"}, follow=True))
    assert "colours.pdf" not in page
    assert ">\nSee</textarea>" in page  # what was typed stays
    assert (count(PHOTO_OF, "colours.pdf"), waiting()) == (0, 0)
    assert on_disk() == stored


def test_nobody_of_the_case_sees_it_before_it_is_sent(town, asked):
    browser, desk = client_of(town.applicant), client_of(town.clerk)
    (file,) = ids(attach(browser, asked, "colours.pdf"))
    assert "colours.pdf" not in text(desk.get(f"/desk/cases/{asked}"))
    assert desk.get(f"/desk/cases/{asked}/files/{file}").status_code == 404
    assert browser.post(f"/requests/{asked}/answer", {"text": "Blue."}).status_code == 302
    assert "colours.pdf" in text(desk.get(f"/desk/cases/{asked}"))
    assert desk.get(f"/desk/cases/{asked}/files/{file}")["Content-Type"] == "application/pdf"
    assert waiting() == 0


def test_after_the_next_sign_in_it_is_still_there_and_still_counts(town, asked):
    attach(client_of(town.applicant), asked, "1.pdf", "2.pdf", "3.pdf")
    another = client_of(town.applicant)
    assert "3.pdf" in text(another.get(f"/requests/{asked}"))
    page = attach(another, asked, "4.pdf", "5.pdf", "6.pdf")
    with translation.override("en"):
        assert answer_message(AnswerError("too-many-files", {"max": "5"})) in page
    assert len(ids(page)) == waiting() == 5


def test_whoever_has_too_much_waiting_is_told(town, asked, monkeypatch):
    monkeypatch.setattr(documents.waiting, "MOST_FILES", 1)
    attach(client_of(town.applicant), asked, "1.pdf")
    page = attach(client_of(town.applicant), asked, "2.pdf")
    with translation.override("en"):
        assert refusal("upload-waiting-full") in page
    assert waiting() == 1


def test_anothers_file_is_not_smuggled_in_by_its_identifier(town, asked):
    (other,) = story.request(town.neighbour, "building-permit", story.PERMIT).cases
    with acting_as(town.clerk):
        cases.ask_applicant(case=other, text="Which colour?")
    (file,) = ids(attach(client_of(town.neighbour), other, "secret.pdf"))
    browser = client_of(town.applicant)
    session = browser.session
    with acting_as(town.applicant):
        about = of_question(asked, case_selectors.request(asked).open_question)
    session[about] = {"files": {"files": [{"id": file, "file_name": "secret.pdf", "media_type": "application/pdf", "size": 1}]}}
    session.save()
    browser.post(f"/requests/{asked}/answer", {"remove": f"files:{file}"})
    sent = {"text": "See.", "files": file, "kept": file, "file": file, "id": file}
    assert browser.post(f"/requests/{asked}/answer", sent).status_code == 302
    assert "secret.pdf" not in text(browser.get(f"/requests/{asked}"))
    assert "secret.pdf" not in text(client_of(town.clerk).get(f"/desk/cases/{asked}"))
    assert count("SELECT count(*) FROM documents_blob_holder WHERE blob_id = %s AND case_id IS NOT NULL", file) == 0
    assert "secret.pdf" in text(client_of(town.neighbour).get(f"/requests/{other}"))  # and it still waits with its giver


def test_a_replay_sends_nothing_twice_and_leaves_nothing_behind(town, asked):
    browser, address = client_of(town.applicant), f"/requests/{asked}/answer"
    for _ in range(2):
        assert browser.post(address, {"text": "Blue.", "files": pdf()}).status_code == 302
    assert (count(PHOTO_OF, "colours.pdf"), waiting()) == (1, 0)
    assert count("SELECT count(*) FROM cases_event WHERE type = 'question-answered'") == 1


@pytest.mark.parametrize("guarded", [False, True])
def test_two_clicks_at_once_leave_one_answer_and_nothing_behind(town, asked, monkeypatch, guarded):
    """Both have seen the question open. Without the giver's lock, the case's and the constraints behind it, both answer it."""
    if not guarded:
        without_uniqueness("cases_event", "cases_event_payload")
        monkeypatch.setattr(documents.waiting, "_lock", lambda _name, _value: None)

    def click() -> int:
        return client_of(town.applicant).post(f"/requests/{asked}/answer", {"text": "Blue.", "files": pdf()}).status_code

    assert race(monkeypatch, documents, "send_waiting", [click, click], guarded=guarded) == [302, 302]
    times = 1 if guarded else 2
    assert (count(PHOTO_OF, "colours.pdf"), waiting()) == (times, 0)
    assert count("SELECT count(*) FROM cases_event WHERE type = 'question-answered'") == times


def test_a_task_keeps_its_own_files(town):
    (case,) = story.request(town.applicant, "building-permit", story.PERMIT).cases
    story.do(town.clerk, case, "check", completeness="missing-piece", piece_wanted="The drainage plan.")
    with acting_as(town.clerk):
        cases.ask_applicant(case=case, text="Which colour?")
    browser = client_of(town.applicant)
    task = story.open_task(town.applicant, case, "supply")
    attach(browser, case, "colours.pdf")
    browser.post(f"/requests/{case}/tasks/{task}", {"piece": pdf("drainage.pdf")})
    with acting_as(town.applicant):
        assert [row.about for row in WaitingFile.objects.all()] == [f"question:{case}"]
    assert browser.post(f"/requests/{case}/answer", {"text": "Blue."}).status_code == 302
    assert waiting() == 0
    page = text(client_of(town.clerk).get(f"/desk/cases/{case}"))
    assert "drainage.pdf" in page
    assert "colours.pdf" in page


@pytest.mark.parametrize("said", ["\u200b", "\ufeff", " \u200b\u2060\ufeff\r\n", "\u3164"])
def test_what_nobody_sees_is_no_answer(town, asked, said):
    refused = client_of(town.applicant).post(f"/requests/{asked}/answer", {"text": said})
    assert refused.status_code == 422
    assert "Answer this question" in text(refused)


# -- the brake ------------------------------------------------------------------------------------------------------------


@override_settings(BIERGER_ATTACH_LIMIT=2)
@pytest.mark.parametrize("language", ["fr", "de", "en", "lb"])
def test_too_many_files_in_a_while_are_not_looked_at_and_the_words_stay(town, asked, language):
    browser, address = client_of(town.applicant, language=language), f"/requests/{asked}/answer"
    assert browser.post(address, {"files": [pdf("1.pdf"), pdf("2.pdf")], "attach": "files"}).status_code == 302
    braked = browser.post(address, {"files": pdf("3.pdf"), "text": "It is blue."})
    assert braked.status_code == 429
    page = text(braked)
    with translation.override(language):
        assert refusal("upload-braked") in page
    assert "It is blue." in page
    assert "3.pdf" not in page
    assert "2.pdf" in page
    assert count(PHOTO_OF, "3.pdf") == 0
    assert browser.post(address, {"text": "It is blue."}).status_code == 302  # without a file it goes its way
    assert client_of(town.neighbour).post(address, {"files": pdf()}).status_code == 404  # and others are not braked


@override_settings(BIERGER_ATTACH_LIMIT=1)
def test_of_a_draft_the_step_is_kept_too(town):
    report = story.begin(town.applicant, "building-permit")
    browser = client_of(town.applicant)
    assert browser.post(f"/drafts/{report}/plans", {"plans": pdf("1.pdf"), "attach": "plans"}).status_code == 302
    braked = browser.post(f"/drafts/{report}/plans", {"plans": pdf("2.pdf")})
    assert braked.status_code == 429
    with translation.override("en"):
        assert refusal("upload-braked") in text(braked)
    with acting_as(town.applicant):
        assert [file["file_name"] for file in filings.draft(report).answers["plans"]] == ["1.pdf"]


@override_settings(BIERGER_ATTACH_LIMIT=1)
def test_whoever_did_not_sign_in_is_counted_by_address(transactional):
    from bierger.filings import services
    from bierger.infra.principal import Principal

    def attach_photo(**extra: str) -> int:
        token = services.new_token()
        who = Principal(kind="link", link=services.link_of(token))
        draft = story.begin(who, "problem-report", token=token)
        return client_of(who).post(f"/drafts/{draft}/photo", {"photo": SimpleUploadedFile("a.jpg", b"no picture")}, **extra).status_code

    assert [attach_photo() for _ in range(2)] == [422, 429]
    assert attach_photo(REMOTE_ADDR="198.51.100.7") == 422
