# SPDX-License-Identifier: EUPL-1.2
"""The name of a file, byte by byte as a browser sends it: a path is refused at its field; ordinary names pass."""

from __future__ import annotations

import html
import io
import re

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger.filings import selectors
from bierger.infra.principal import acting_as
from bierger.ui.messages import refusal
from bierger.ui.uploads import LONGEST, _PlainHeads, is_plain
from tests import story
from tests.clients import client_of
from tests.people import person

HOSTILE = {
    "up": b'filename="../../etc/passwd"',
    "up-pdf": b'filename="../../x.pdf"',
    "root": b'filename="/etc/passwd.pdf"',
    "windows": b'filename="C:\\\\x\\\\y.pdf"',
    "windows-as-old-browsers-send-it": b'filename="C:\\x\\y.pdf"',
    "nul": b'filename="plan\x00.pdf"',
    "nul-in-percent": b'filename="plan%00.pdf"',
    "slash-in-percent": b'filename="..%2f..%2fplan.pdf"',
    "slash-as-entity": b'filename="..&#x2F;plan.pdf"',
    "slash-rfc-5987": b"filename*=utf-8''..%2Fplan.pdf",
    "control": b'filename="plan\x07\x1b[2J.pdf"',
    "delete": b'filename="plan\x7f.pdf"',
    "one-dot": b'filename="."',
    "two-dots": b'filename=".."',
    "dots": b'filename="....."',
    "latin-1": b'filename="Pl\xe4ne.pdf"',
    "utf-16": b'filename="\xff\xfep\x00l\x00"',
    "utf-8-cut-short": b'filename="Pl\xc3.pdf"',
    "long": b'filename="' + b"x" * 300 + b'.pdf"',
}
ORDINARY = ["plan.pdf", "Pläne für die Gemeinde (2).pdf", "Extrait cadastral, n° 12 – été.pdf", "100 % final.pdf", "Léa & Jos'.pdf", ".plan.pdf"]


@pytest.fixture
def draft(transactional):
    return story.begin(person("lea.beispill"), "building-permit")


def send(draft, disposition: bytes, language: str = "en"):
    body = (
        b'--limit\r\nContent-Disposition: form-data; name="plans"; ' + disposition + b"\r\nContent-Type: application/pdf\r\n\r\n"
        + story.PDF + b'\r\n--limit\r\nContent-Disposition: form-data; name="attach"\r\n\r\nplans\r\n--limit--\r\n'
    )  # fmt: skip
    browser = client_of(person("lea.beispill"), language=language)
    return browser.generic("POST", f"/drafts/{draft}/plans", body, content_type="multipart/form-data; boundary=limit")


def stored(draft) -> list[str]:
    with acting_as(person("lea.beispill")):
        return [file["file_name"] for file in selectors.draft(draft).answers.get("plans") or []]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_path_is_refused_at_its_field(draft, name):
    answer = send(draft, HOSTILE[name])
    text = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "The name of the file has a folder or signs in it" in text
    assert 'id="f-plans-error"' in text
    assert "passwd" not in text
    assert stored(draft) == []


@pytest.mark.parametrize("language", ["fr", "de", "en", "lb"])
def test_the_refusal_says_what_to_do_in_every_language(draft, language):
    with translation.override(language):
        sentence = refusal("upload-name")
    assert "plan.pdf" in sentence
    assert sentence in html.unescape(send(draft, HOSTILE["windows"], language).content.decode())


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_names_pass(draft, name):
    assert send(draft, b'filename="' + name.encode() + b'"').status_code == 302
    (kept,) = stored(draft)
    assert kept == name.strip(".")


def test_no_file_is_no_error(draft):
    assert send(draft, b'filename=""').status_code == 302
    assert stored(draft) == []


def test_a_name_may_be_as_long_as_a_file_system_lets_it():
    assert is_plain("x" * LONGEST)
    assert not is_plain("x" * (LONGEST + 1))
    assert not is_plain("ë" * (LONGEST // 2 + 1))


@pytest.mark.parametrize("at", [40, 64 * 1024])
def test_a_name_that_is_no_utf_8_takes_nothing_else_with_it(draft, at):
    """The file before it and the field behind it arrive whole, wherever the pieces of the body are cut."""
    body = (
        b'--limit\r\nContent-Disposition: form-data; name="beside"\r\n\r\n' + b"x" * at + b'\r\n--limit\r\nContent-Disposition: form-data; name="plans"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
        + story.PDF + b'\r\n--limit\r\nContent-Disposition: form-data; name="plans"; '
        b'filename="\xe9t\xe9.pdf"\r\nContent-Type: application/pdf\r\n\r\n' + story.PDF
        + b'\r\n--limit\r\nContent-Disposition: form-data; name="attach"\r\n\r\nplans\r\n--limit--\r\n'
    )  # fmt: skip
    browser = client_of(person("lea.beispill"))
    answer = browser.generic("POST", f"/drafts/{draft}/plans", body, content_type="multipart/form-data; boundary=limit")
    assert answer.status_code == 422
    assert refusal("upload-name") in html.unescape(answer.content.decode())
    assert stored(draft) == ["a.pdf"]


PIECES = st.binary(max_size=60) | st.sampled_from([b"--limit", b"\r\n--limit\r\n", b"\r\n\r\n", b"--lim", b"\r\n"])


@settings(max_examples=200)
@given(st.lists(st.tuples(PIECES, PIECES), max_size=4), st.integers(1, 40))
def test_of_a_body_only_what_is_no_utf_8_in_a_head_is_changed(parts, size):
    whole = b"".join(b"--limit\r\n" + head + b"\r\n\r\n" + content + b"\r\n" for head, content in parts) + b"--limit--\r\n"
    stream, got = _PlainHeads(io.BytesIO(whole), b"--limit"), b""
    while piece := stream.read(size):
        got += piece
    assert len(got) == len(whole)
    at_once = _PlainHeads(io.BytesIO(whole), b"--limit").read(len(whole) + 1)
    assert got[: len(at_once)] == at_once  # however it is cut
    assert all(given in (sent, 1) for sent, given in zip(whole, got, strict=True))
    assert all(sent >= 128 for sent, given in zip(whole, got, strict=True) if sent != given)
    in_head = False
    for piece in re.split(rb"(--limit|\r\n\r\n)", got):  # as the parser reads it: every head can be read, every content is as sent
        if in_head and piece not in (b"--limit", b"\r\n\r\n"):
            piece.decode()
        in_head = piece == b"--limit" or (in_head and piece != b"\r\n\r\n")


def test_verifying_does_not_repeat_a_path(db):
    body = (
        b'--limit\r\nContent-Disposition: form-data; name="file"; filename="C:\\me\\act.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n" + story.PDF + b"\r\n--limit--\r\n"
    )
    browser = client_of(person("lea.beispill"))
    page = browser.generic("POST", "/verify", body, content_type="multipart/form-data; boundary=limit").content.decode()
    assert "The name of the file has a folder or signs in it" in html.unescape(page)
