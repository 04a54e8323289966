# SPDX-License-Identifier: EUPL-1.2
"""Pages anybody may open: in four languages, with few queries, and nothing inline in them."""

import re
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from bierger.infra.principal import ANONYMOUS
from bierger.ui.context import LANGUAGES
from tests.attacks.together import superuser
from tests.clients import client_of
from tests.people import officer

SAMPLES = Path(__file__).parents[2] / "samples/v0.1"
PAGES = [
    "/", "/catalogue", "/catalogue?q=certificate", "/catalogue?theme=building&administration=mersch",
    "/procedures/commune/residence-certificate", "/procedures/commune/building-permit?administration=mersch",
    "/procedures/commune/problem-report", "/verify", "/l", "/accessibility",
]  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", [code for code, _name in LANGUAGES])
def test_public_pages_answer_in_every_language(db, address, language):
    page = client_of(ANONYMOUS, language=language).get(address)
    assert page.status_code == 200
    text = page.content.decode()
    assert f'<html lang="{language}">' in text
    assert text.count("<h1") == 1
    assert "{%" not in text
    assert "[[" not in text


@pytest.mark.parametrize("address", PAGES)
def test_no_page_carries_script_or_style_of_its_own(db, address):
    text = client_of(ANONYMOUS).get(address).content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", text)


# Session and principal take two of every request; the directory of administrations three, when a page needs it; procedures and
# situations are one question each.
@pytest.mark.parametrize(
    ("address", "most"),
    [("/", 5), ("/catalogue", 8), ("/procedures/commune/residence-certificate", 8), ("/verify", 2), ("/colours/mersch.css", 5)],
)
def test_public_pages_ask_the_database_little(db, address, most):
    client = client_of(ANONYMOUS)
    client.get(address)  # packages are read once and kept
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    # The savepoint around the request, and the principal's end, are there because a test runs inside a transaction.
    sent = [one["sql"] for one in asked if not one["sql"].startswith(("SAVEPOINT", "RELEASE")) and "'bierger.principal', ''" not in one["sql"]]
    assert len(sent) <= most, [one[:120] for one in sent]


def test_search_finds_by_word_theme_and_administration(db):
    client = client_of(ANONYMOUS)
    assert b"Residence certificate" in client.get("/catalogue?q=certificate").content
    assert b"Residence certificate" not in client.get("/catalogue?theme=building").content
    assert b"Nothing found" in client.get("/catalogue?q=xyzzyx").content


def test_the_sheet_says_how_to_start(db):
    client = client_of(ANONYMOUS)
    signed = client.get("/procedures/commune/residence-certificate").content.decode()
    assert "Sign in and start" in signed
    assert "level=substantial" in signed
    assert "Start now" in client.get("/procedures/commune/problem-report").content.decode()


def test_an_administration_lends_its_colours(db):
    page = client_of(ANONYMOUS).get("/procedures/commune/problem-report?administration=mersch").content.decode()
    assert '/colours/mersch.css"' in page
    sheet = client_of(ANONYMOUS).get("/colours/mersch.css")
    assert sheet["Content-Type"].startswith("text/css")
    assert "max-age" in sheet["Cache-Control"]
    assert client_of(ANONYMOUS).get("/colours/nowhere.css").status_code == 404


@pytest.mark.parametrize("address", ["/nowhere", "/procedures/commune/nothing", "/l/0123456789abcdef"])
def test_what_is_not_there_says_so(db, address):
    page = client_of(ANONYMOUS).get(address)
    assert page.status_code == 404
    assert b"noindex" in page.content


@pytest.mark.parametrize("address", ["/requests", "/mailbox", "/readings", "/requests/00000000-0000-0000-0000-000000000000"])
def test_pages_of_a_space_ask_to_sign_in(db, address):
    page = client_of(ANONYMOUS).get(address)
    assert page.status_code == 302
    assert page["Location"].startswith("/sign-in?next=")


def test_the_language_is_switched_without_script(db):
    client = client_of(ANONYMOUS, language="en")
    page = client.post("/language", {"language": "lb", "next": "/verify"})
    assert page["Location"] == "/verify"
    assert '<html lang="lb">' in client.get("/verify").content.decode()


def test_verify_wants_something_to_verify(db):
    page = client_of(ANONYMOUS).post("/verify", {"code": ""})
    assert page.status_code == 422
    assert b"Choose a file or enter a code" in page.content


@pytest.mark.parametrize("code", [f"BRR1:x\0y:{'0' * 64}:{'1' * 64}", f"A\0B {'a' * 64}", f"\u0661 {'0' * 64}"])
def test_a_number_that_no_paper_shows_is_no_code(transactional, code):
    page = client_of(ANONYMOUS).post("/verify", {"code": code})
    assert page.status_code == 200
    found = page.content.decode()
    assert "This is neither the code of a document nor the number and fingerprint of a receipt." in found
    assert "Authentic" not in found


def test_what_is_none_of_ours_gets_no_verdict_and_what_is_of_others_no_blame(transactional, tmp_path):
    """As on the page that checks by itself: the code of something else, and a PDF without a seal, are neither genuine nor false."""

    def said(name: str, data: bytes) -> str:
        page = client_of(ANONYMOUS).post("/verify", {"file": SimpleUploadedFile(name, data)}, headers={"Accept-Language": "en"})
        return page.content.decode()

    Image.fromarray(zxingcpp.create_barcode("https://example.org", zxingcpp.BarcodeFormat.QRCode).to_image(scale=6)).save(tmp_path / "x.png")
    for name, data, why in (
        ("x.png", (tmp_path / "x.png").read_bytes(), "The code in this picture is not one of ours."),
        ("x.pdf", b"%PDF-1.4\n%%EOF", "This PDF carries no seal of ours."),
        ("x.heic", b"\0\0\0\x18ftypheic" + b"\xff" * 40, "A file of this kind is not opened here."),
    ):
        found = said(name, data)
        assert "Nothing could be checked" in found, name
        assert why in found, name
        assert "Not authentic" not in found, name
    # An act of another installation: all that is known is that its kind is not on the list here, and no step rests on one that failed.
    other = said("x.pdf", (SAMPLES.parent / "v0.2" / "certificate.pdf").read_bytes())
    assert other.count("This kind of document is not in the list of document types.") == 2, "the verdict, and its step"
    assert "damaged" not in other
    assert "nobody can rewrite" not in other


def test_a_theme_of_nobody_is_left_out(db):
    client = client_of(ANONYMOUS)
    everything = client.get("/catalogue").content.count(b"/procedures/")
    for theme in ("%00", "nobody"):
        page = client.get(f"/catalogue?theme={theme}")
        assert page.status_code == 200
        assert page.content.count(b"/procedures/") == everything


@pytest.mark.parametrize("address", ["/acts/{}.pdf", "/acts/{}.tlog-proof", "/filings/{}/receipt.pdf"])
def test_an_officer_finds_no_papers_of_people_here(transactional, address):
    assert client_of(officer("pol.sample")).get(address.format(uuid4())).status_code == 404


def test_a_text_that_is_no_code_is_refused_step_by_step(transactional):
    page = client_of(ANONYMOUS).post("/verify", {"code": "BRG1:this-is-no-seal"})
    assert page.status_code == 200
    assert b"Nothing could be checked" in page.content
    assert b"check-failed" in page.content


def test_a_code_that_was_cut_off_is_called_that(transactional):
    whole = (SAMPLES / "code.txt").read_text().strip()
    cut = whole[: 5 + (len(whole) - 5) // 3 * 3 - 2]  # groups of three signs; one that stands alone is none
    page = client_of(ANONYMOUS).post("/verify", {"code": cut}, headers={"accept-language": "en"})
    assert b"The code is not complete, or a sign of it is wrong." in page.content


def test_a_seal_shown_where_no_key_was_made_yet_is_of_an_unknown_key(transactional):
    with superuser() as database:
        assert database.execute("SELECT count(*) FROM ledger_key").fetchone() == (0,)
    page = client_of(ANONYMOUS).post("/verify", {"code": (SAMPLES / "code.txt").read_text().strip()})
    assert page.status_code == 200
    assert b"Not authentic" in page.content
    assert b"The key is not known" in page.content


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"code": "something else"}, b"neither the code of a document"),
        ({"file": ("photo.png", "blank")}, b"closer, sharp and evenly lit"),
    ],
)
def test_what_could_not_be_read_is_not_called_forged(transactional, sent, said):
    if "file" in sent:
        picture = BytesIO()
        Image.new("RGB", (400, 300), "white").save(picture, "PNG")
        sent = {"file": SimpleUploadedFile("photo.png", picture.getvalue(), "image/png")}
    page = client_of(ANONYMOUS).post("/verify", sent)
    assert page.status_code == 200
    assert b"Not authentic" not in page.content
    assert b"Nothing could be checked" in page.content
    assert said in page.content
