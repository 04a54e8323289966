# SPDX-License-Identifier: EUPL-1.2
"""Filling and submitting over HTTP, as a browser without scripts does it."""

import re
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bierger.infra.principal import ANONYMOUS
from tests.clients import client_of
from tests.people import person
from tests.story import PDF

REPORT = {
    "commune": {"commune": "mersch"},
    "category": {"category": "bin-not-emptied"},
    "place": {"place": "12, rue de l'Exemple", "place.lat": "", "place.lon": ""},
    "bin": {"bin_kind": "paper", "collection_day.day": "", "collection_day.month": "", "collection_day.year": ""},
    "description": {"description": "The blue bin was left full."},
    "photo": {},
    "contact": {"email": ""},
}
STEP = re.compile(r"/drafts/([0-9a-f-]{36})/([a-z-]+)$")


def begin(client, name="problem-report"):
    page = client.post(f"/procedures/commune/{name}/start", {"administration": "mersch"})
    assert page.status_code == 302, page.content[:500]
    return page["Location"]


def fill(client, address):
    """Post page after page; gives back the address of the check page."""
    for _ in range(15):
        draft, step = STEP.search(address).groups()
        if step == "check":
            return address
        page = client.post(f"/drafts/{draft}/{step}", REPORT[step])
        assert page.status_code == 302, (step, re.findall(r'validation-message[^<]*<[^>]*>[^<]*<[^>]*>([^<]*)', page.content.decode()))
        address = page["Location"]
    raise AssertionError(address)


@pytest.fixture
def anonymous(transactional):
    return client_of(ANONYMOUS)


def test_anybody_reports_a_problem_and_comes_back_by_the_private_link(anonymous):
    check = fill(anonymous, begin(anonymous))
    page = anonymous.get(check)
    assert b"The blue bin was left full." in page.content
    done = anonymous.post(check.replace("/check", "/submit"), {"declaration": "yes"})
    receipt = anonymous.get(done["Location"])
    assert receipt.status_code == 200
    assert receipt["Referrer-Policy"] == "no-referrer"
    assert "noindex" in receipt["X-Robots-Tag"]
    (token,) = re.findall(r"/l/([\w-]{22})", receipt.content.decode())
    stranger = client_of(ANONYMOUS)
    assert stranger.get(done["Location"])["Location"] == f"/sign-in?next={quote(done['Location'], safe='')}"
    opened = stranger.get(f"/l/{token}")
    assert opened["Location"].startswith("/requests/")
    assert b"Request received" in stranger.get(opened["Location"]).content


def test_the_token_is_kept_nowhere(anonymous):
    page = anonymous.post("/procedures/commune/problem-report/start", {"administration": "mersch"})
    token = page.cookies["bierger_link"].value
    assert page.cookies["bierger_link"]["httponly"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        rows = [row[0] for row in cursor.fetchall()]
    from django.core import signing

    assert rows
    for row in rows:
        assert token not in str(signing.loads(row, salt="django.contrib.sessions.SessionStore"))


def test_a_double_click_submits_once(anonymous):
    check = fill(anonymous, begin(anonymous))
    first = anonymous.post(check.replace("/check", "/submit"), {"declaration": "yes"})
    again = anonymous.post(check.replace("/check", "/submit"), {"declaration": "yes"})
    assert first["Location"] == again["Location"]
    assert anonymous.get(check)["Location"] == first["Location"]


def test_without_the_declaration_nothing_is_submitted(anonymous):
    check = fill(anonymous, begin(anonymous))
    page = anonymous.post(check.replace("/check", "/submit"), {})
    assert page.status_code == 422
    assert b'href="#f-declaration"' in page.content
    assert anonymous.get(check).status_code == 200


def test_errors_stand_at_the_field_and_in_the_summary_and_the_text_is_kept(anonymous):
    draft, _step = STEP.search(begin(anonymous)).groups()
    for step in ("commune", "category", "place", "bin"):
        anonymous.post(f"/drafts/{draft}/{step}", REPORT[step])
    page = anonymous.post(f"/drafts/{draft}/description", {"description": "Hm<b"})
    text = page.content.decode()
    assert page.status_code == 422
    assert 'href="#f-description"' in text
    assert "Hm&lt;b" in text
    assert 'aria-invalid="true"' in text
    assert "<title>Error:" in text
    assert "Hm&lt;b" in anonymous.get(f"/drafts/{draft}/description").content.decode()


def test_a_date_that_does_not_exist_is_kept_as_typed(anonymous):
    draft, _step = STEP.search(begin(anonymous)).groups()
    for step in ("commune", "category", "place"):
        anonymous.post(f"/drafts/{draft}/{step}", REPORT[step])
    typed = {"bin_kind": "paper", "collection_day.day": "31", "collection_day.month": "2", "collection_day.year": "2026"}
    page = anonymous.post(f"/drafts/{draft}/bin", typed)
    assert page.status_code == 422
    assert b"This day does not exist" in page.content
    assert b'name="collection_day.day" value="31"' in page.content


def test_a_nul_is_refused_at_its_field_and_the_rest_is_kept(anonymous):
    draft, step = STEP.search(begin(anonymous)).groups()
    for name in (step, "category"):
        anonymous.post(f"/drafts/{draft}/{name}", REPORT[name])
    page = anonymous.post(f"/drafts/{draft}/place", {"place": "12, rue\0 de l'Exemple"})
    assert page.status_code == 422
    assert b"Remove characters that cannot be printed" in page.content
    again = anonymous.get(f"/drafts/{draft}/place")
    assert again.status_code == 200
    assert b"12, rue de l" in again.content


def test_files_are_attached_listed_and_removed(anonymous):
    address = begin(anonymous)
    draft, _step = STEP.search(address).groups()
    for step in ("commune", "category", "place", "bin", "description"):
        anonymous.post(f"/drafts/{draft}/{step}", REPORT[step])
    photo = f"/drafts/{draft}/photo"
    refused = anonymous.post(photo, {"attach": "photo", "photo": SimpleUploadedFile("holiday.jpg", b"MZ\x90\x00" + bytes(200), "image/jpeg")})
    assert refused.status_code == 422
    assert b"This answer cannot be used" not in refused.content
    assert anonymous.post(photo, {"attach": "photo", "photo": picture()})["Location"] == photo
    listed = anonymous.get(photo).content.decode()
    (remove,) = re.findall(r'name="remove" value="(photo:[^"]+)"', listed)
    anonymous.post(photo, {"remove": remove})
    assert 'name="remove"' not in anonymous.get(photo).content.decode()


def test_a_pdf_is_not_a_photo(anonymous):
    draft, _step = STEP.search(begin(anonymous)).groups()
    page = anonymous.post(f"/drafts/{draft}/photo", {"attach": "photo", "photo": SimpleUploadedFile("a.pdf", PDF, "application/pdf")})
    assert page.status_code == 422


def picture():
    import io

    from PIL import Image

    data = io.BytesIO()
    Image.new("RGB", (20, 20), "#336699").save(data, "JPEG")
    return SimpleUploadedFile("holiday.jpg", data.getvalue(), "image/jpeg")


def test_drafts_and_receipts_of_others_do_not_exist(anonymous):
    address = begin(anonymous)
    other = client_of(person("lea.beispill"))
    draft, step = STEP.search(address).groups()
    for method, path in (("get", f"/drafts/{draft}/{step}"), ("post", f"/drafts/{draft}/{step}"), ("get", f"/drafts/{draft}/check"), ("post", f"/drafts/{draft}/submit"), ("post", f"/drafts/{draft}/discard")):
        assert getattr(other, method)(path, {"commune": "mersch"}).status_code == 404, path


def test_a_draft_is_deleted_after_one_more_question(anonymous):
    draft, step = STEP.search(begin(anonymous)).groups()
    assert b"Delete this draft?" in anonymous.get(f"/drafts/{draft}/discard").content
    anonymous.post(f"/drafts/{draft}/discard")
    assert anonymous.get(f"/drafts/{draft}/{step}").status_code == 404


def test_a_weak_sign_in_is_sent_to_a_stronger_one(transactional):
    client = client_of(person("lea.beispill", level="low"))
    page = client.post("/procedures/commune/residence-certificate/start", {"administration": "mersch"})
    assert page["Location"].startswith("/sign-in?")
    assert "level=substantial" in page["Location"]


def test_a_link_does_not_take_somebody_out_of_their_space_unasked(anonymous):
    page = anonymous.post("/procedures/commune/problem-report/start", {"administration": "mersch"})
    token = page.cookies["bierger_link"].value
    client = client_of(person("lea.beispill"))
    asked = client.get(f"/l/{token}")
    assert asked.status_code == 200
    assert b"Stay signed in" in asked.content
    assert client.post(f"/l/{token}")["Location"].startswith("/drafts/")


def test_a_link_does_not_take_somebody_out_of_another_link_unasked(anonymous):
    own = begin(anonymous)
    other = client_of(ANONYMOUS)
    begin(other)
    token = other.cookies["bierger_link"].value
    asked = anonymous.get(f"/l/{token}")
    assert asked.status_code == 200
    assert b"Stay with the other request" in asked.content
    assert b"sign in again afterwards" not in asked.content
    assert anonymous.get(own).status_code == 200
    assert other.get(f"/l/{token}").status_code == 302  # its own holder is not asked
    assert anonymous.post(f"/l/{token}")["Location"].startswith("/drafts/")
    assert anonymous.get(own).status_code == 404


@pytest.mark.parametrize("purpose", ["prefetch", "prefetch;prerender"])
def test_looking_ahead_is_not_opening(anonymous, purpose):
    begin(anonymous)
    token = anonymous.cookies["bierger_link"].value
    browser = client_of(ANONYMOUS)
    before = browser.cookies["bierger_session"].value
    ahead = browser.get(f"/l/{token}", headers={"sec-purpose": purpose})
    assert ahead.status_code == 503
    assert "no-store" in ahead["Cache-Control"]
    assert "bierger_session" not in ahead.cookies
    assert browser.cookies["bierger_session"].value == before
    assert browser.get(f"/l/{token}").status_code == 302


def test_removing_what_is_no_file_finds_nothing(anonymous):
    draft, step = STEP.search(begin(anonymous)).groups()
    anonymous.post(f"/drafts/{draft}/{step}", REPORT[step])
    for name in ("commune", "nothing"):
        assert anonymous.post(f"/drafts/{draft}/{step}", {"remove": f"{name}:x"}).status_code == 404


@pytest.mark.parametrize("typed", ["", "https://example.org/", "/l/%3Cscript%3E", "http://[", "//[x"])
def test_a_broken_link_is_answered_kindly(db, typed):
    assert client_of(ANONYMOUS).post("/l", {"link": typed}).status_code == 422


def test_pages_of_a_form_ask_the_database_little(anonymous):
    draft, step = STEP.search(begin(anonymous)).groups()
    anonymous.get(f"/drafts/{draft}/{step}")
    with CaptureQueriesContext(connection) as asked:
        anonymous.get(f"/drafts/{draft}/category")
    assert len(asked) <= 9, [one["sql"][:120] for one in asked]
    with CaptureQueriesContext(connection) as asked:
        anonymous.get("/requests")
    assert len(asked) <= 11, [one["sql"][:120] for one in asked]
