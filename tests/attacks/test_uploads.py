# SPDX-License-Identifier: EUPL-1.2
"""Uploads that are not what they say, over HTTP: refused with a sentence, in the reader's language, and nothing is stored."""

from __future__ import annotations

import html
import io
import json
import os
import socket
import subprocess
import sys
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject, NumberObject

from bierger.filings import selectors
from bierger.infra.principal import acting_as
from bierger.ui.messages import REFUSALS, answer_message
from bierger_core.interview import AnswerError
from tests import databases, story
from tests.apps.documents.test_uploads import bomb_png, pdf, photo, zip_bomb
from tests.attacks.together import PATIENCE, count
from tests.clients import client_of
from tests.conftest import DATABASE
from tests.ports import free_ports

LANGUAGES = ("fr", "de", "en", "lb")
EXECUTABLES = {"windows": b"MZ\x90\0" + b"\0" * 300, "linux": b"\x7fELF" + b"\0" * 300, "script": b"#!/bin/sh\nexit 0\n" * 20}


@pytest.fixture
def draft(town) -> UUID:
    return story.begin(town.applicant, "building-permit")


def send(browser: Client, draft: UUID, *files: tuple[str, bytes], step: str = "plans", kind: str = "application/pdf") -> HttpResponse:
    """A multipart body made by hand: Django's test client would tidy the names up."""
    parts = b"".join(
        b'--limit\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: %s\r\n\r\n%s\r\n'
        % (step.encode(), name.encode(), kind.encode(), data)
        for name, data in files
    )
    return browser.generic(
        "POST", f"/drafts/{draft}/{step}", parts + b"--limit--\r\n", content_type="multipart/form-data; boundary=limit"
    )


def words(code: str, language: str, **params: str) -> str:
    with translation.override(language):
        return answer_message(AnswerError(code, params))


def assert_refused(answer: HttpResponse, code: str, language: str = "en", **params: str) -> None:
    assert answer.status_code == 422
    page = html.unescape(answer.content.decode())
    assert words(code, language, **params) in page, code
    assert count("SELECT count(*) FROM documents_blob") == 0


def stored(town, draft: UUID) -> list[str]:
    with acting_as(town.applicant):
        return [file["file_name"] for file in selectors.draft(draft).answers.get("plans") or []]


def flate_bomb() -> bytes:
    """A PDF of a few kilobytes whose page unpacks to 400 MB."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    content = DecodedStreamObject()
    packer = zlib.compressobj(9)
    content._data = b"".join(packer.compress(b" " * 4_000_000) for _ in range(100)) + packer.flush()
    content[NameObject("/Filter")] = NameObject("/FlateDecode")
    content[NameObject("/Length")] = NumberObject(len(content._data))
    page[NameObject("/Contents")] = writer._add_object(content)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("system", EXECUTABLES)
def test_a_program_renamed_pdf(town, draft, system):
    browser = client_of(town.applicant)
    for name in ("invoice.pdf", "invoice.pdf.exe", "invoice.exe.pdf"):
        assert_refused(send(browser, draft, (name, EXECUTABLES[system])), "upload-type")
    assert stored(town, draft) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_refusal_is_said_in_the_readers_language(town, draft, language):
    browser = client_of(town.applicant, language=language)
    assert_refused(send(browser, draft, ("plans.pdf", zip_bomb())), "upload-type", language)
    others = {words("upload-type", other) for other in LANGUAGES}
    assert len(others) == 4


def test_bombs(town, draft):
    browser = client_of(town.applicant)
    assert_refused(send(browser, draft, ("plans.pdf", zip_bomb())), "upload-type")
    report = story.begin(town.applicant, "problem-report")
    story_step = {"step": "photo", "kind": "image/png"}
    assert_refused(send(browser, report, ("sky.png", bomb_png()), **story_step), "upload-pixels")
    assert_refused(send(browser, report, ("sky.png", photo("PNG")[:80]), **story_step), "upload-broken")


def bytes_taken(work: Callable[[], object]) -> int:
    """The most bytes that Python held at one time for `work`, in this process: the same on every machine."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_pdf_that_unpacks_without_end_costs_no_memory(town, draft):
    """It is looked at in a process with limits, and its pages are never drawn: small it came, small it is kept."""
    data = flate_bomb()
    assert len(data) < 1_000_000
    browser, answers = client_of(town.applicant), []
    assert bytes_taken(lambda: answers.append(send(browser, draft, ("plans.pdf", data)))) < 64_000_000
    assert answers[0].status_code == 302
    # The control: a quarter of it unpacked here would be seen.
    packed = data[data.index(b"stream\n", data.index(b"/FlateDecode")) + len(b"stream\n") :]
    assert bytes_taken(lambda: zlib.decompressobj().decompress(packed, 100_000_000)) >= 100_000_000


def test_an_empty_or_broken_or_locked_pdf(town, draft):
    browser = client_of(town.applicant)
    for data, code in ((b"%PDF-1.7\nnothing more", "upload-broken"), (pdf("secret"), "upload-encrypted")):
        assert_refused(send(browser, draft, ("plans.pdf", data)), code)


STRANGE_NAMES = (
    "../../etc/passwd.pdf", "/etc/passwd.pdf", "..\\\\..\\\\windows\\\\passwd.pdf", "C:\\\\passwd.pdf", "pass\0wd.pdf",
    "passwd.pdf\0.exe", "passwd.pdf.exe", "passwd.exe.pdf", "\u202epasswd.pdf", "%2e%2e%2fpasswd.pdf", "..", "...pdf",
    "<script>passwd.pdf", "passwd\r\n.pdf", "x" * 300 + ".pdf",
)  # fmt: skip


def test_no_file_name_leads_anywhere(town, data_folder):
    """Either it is refused, or a plain base name with the true suffix is left of it; bytes are only written to the store."""
    outside = set(data_folder.parent.iterdir())
    for name in STRANGE_NAMES:
        draft = story.begin(town.applicant, "building-permit")
        answer = send(client_of(town.applicant), draft, (name, story.PDF))
        assert answer.status_code in (302, 422, 400), (name, answer.status_code)
        assert (answer.status_code == 302) == bool(stored(town, draft)), name
        for kept in stored(town, draft):
            assert kept.endswith(".pdf"), name
            assert not set(kept) & set("/\\\0\r\n\u202e"), name
            assert len(kept) <= 104, name
            assert not kept.startswith("."), name
        with acting_as(town.applicant):
            assert "etc/" not in json.dumps(selectors.draft(draft).answers, default=str), name
    assert set(data_folder.parent.iterdir()) == outside


def test_more_files_than_allowed(town, draft):
    report = story.begin(town.applicant, "problem-report")
    browser = client_of(town.applicant)
    four = [(f"{number}.jpg", photo()) for number in range(4)]
    answer = send(browser, report, *four, step="photo", kind="image/jpeg")
    assert answer.status_code == 422
    assert words("too-many-files", "en", max="3") in html.unescape(answer.content.decode())
    with acting_as(town.applicant):
        assert len(selectors.draft(report).answers["photo"]) == 3
    flood = [(f"{number}.jpg", b"") for number in range(30)]
    assert send(browser, report, *flood, step="photo", kind="image/jpeg").status_code == 400


def test_every_code_of_a_refused_upload_has_its_sentence():
    codes = ("empty", "too-large", "type", "broken", "encrypted", "bomb", "pixels")
    assert {f"upload-{code}" for code in codes} <= set(REFUSALS)


# -- 200 MB -------------------------------------------------------------------------------------------------------------


def test_a_declared_length_beyond_the_limit_is_refused_unread(town, draft):
    class Unread(io.RawIOBase):
        def read(self, *_args: object) -> bytes:
            raise AssertionError("One byte of the body was read.")

    browser = client_of(town.applicant)
    said = {
        "REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(200 * 1024 * 1024), "CONTENT_TYPE": "multipart/form-data; boundary=limit",
        "wsgi.input": Unread(), "PATH_INFO": f"/drafts/{draft}/plans",
    }  # fmt: skip
    answer = browser.request(**said)
    assert answer.status_code == 413
    assert "Choose smaller ones" in html.unescape(answer.content.decode())
    for nonsense in ("-1", "1e9", "200 MB"):
        assert browser.request(**{**said, "CONTENT_LENGTH": nonsense}).status_code == 413


@pytest.fixture
def web(town, data_folder) -> Iterator[int]:
    """The real web process, on a port of its own."""
    port = free_ports()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--host", "127.0.0.1"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--log-level", "warning", "bierger.site.wsgi:application"],
        env={**os.environ, **databases.environment(databases.server(), DATABASE), "BIERGER_DATA": str(data_folder)},
        cwd=databases.ROOT,
    )
    try:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
                break
            except ConnectionRefusedError:
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def talk(port: int, head: str, body: bytes = b"", *, pieces: int = 0) -> bytes:
    """Send a head and some of the body; gives back the status line. Whoever waits for the rest of the body never answers."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        line.sendall(f"POST /verify HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n".encode())
        try:
            for _ in range(pieces):
                line.sendall(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused while it was still being sent
        try:
            return line.recv(100).split(b"\r\n")[0]
        except ConnectionResetError:
            return b"reset"


def test_the_web_process_answers_before_the_body_comes(web, draft):
    head = "Content-Type: multipart/form-data; boundary=limit\r\nContent-Length: 209715200"
    assert talk(web, head).startswith(b"HTTP/1.1 413")
    small = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3"
    assert talk(web, small, b"a=b", pieces=1).startswith(b"HTTP/1.1 403")  # read, and without the form's token


TOKEN = "a" * 32  # a form's token: the cookie and the header say the same


def chunked(port: int, town, draft: UUID, pieces: list[bytes]) -> bytes:
    """Send a multipart body in chunks, with session and token; gives back the answer from its status line on."""
    session = client_of(town.applicant).cookies["bierger_session"].value
    head = (
        f"POST /drafts/{draft}/plans HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Cookie: bierger_session={session}; bierger_csrf={TOKEN}; bierger_language=en\r\nX-CSRFToken: {TOKEN}\r\n"
        "Content-Type: multipart/form-data; boundary=limit\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        line.sendall(head.encode())
        for piece in pieces:
            line.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        return line.recv(65_536)


def plan_of(data: bytes) -> bytes:
    part = b'--limit\r\nContent-Disposition: form-data; name="plans"; filename="plans.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    return part + data + b"\r\n--limit--\r\n"


def test_a_body_without_a_declared_length_has_the_same_limit(web, town, draft):
    """In chunks, with a valid session and token: up to the limit it is a form like any other; one byte more, and it is refused."""
    limit = settings.BIERGER_UPLOAD_LIMIT
    # The last chunk never comes: whoever waits for the end of the body does not answer.
    refused = chunked(web, town, draft, [b"x" * 2**20] * (limit // 2**20) + [b"x" * (limit % 2**20 + 1)])
    assert refused.startswith(b"HTTP/1.1 413"), refused[:300]
    assert stored(town, draft) == []
    body = plan_of(story.PDF)
    taken = chunked(web, town, draft, [body[:100], body[100:], b""])
    assert taken.startswith(b"HTTP/1.1 302"), taken[:300]
    assert stored(town, draft) == ["plans.pdf"]
