# SPDX-License-Identifier: EUPL-1.2
"""A stranger's picture costs little or is refused; while one is being opened, the rest of the site answers."""

from __future__ import annotations

import io
import os
import threading
import time
from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from PIL import Image

from bierger.documents.errors import UploadRefused
from bierger.documents.plugins import sandbox
from bierger.documents.plugins.sandbox import images
from bierger.documents.services import inspect_upload, render_pdf, verify_upload
from bierger.infra import clock
from bierger.infra.errors import SandboxBusy
from bierger.infra.principal import ANONYMOUS
from bierger.infra.sandbox import pool
from tests import story
from tests.clients import client_of


def picture(width: int, height: int, kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("1" if kind == "PNG" else "L", (width, height)).save(out, kind)
    return out.getvalue()


HARD = picture(7700, 7700, "PNG")  # 59 megapixels in a few kilobytes


@contextmanager
def held(operation: str = ""):
    """Somebody else's file is in the sandbox, for as long as this block lasts; in the checks' one by the name of such an operation."""
    with sandbox.pool._pool(operation).lock:
        yield


@contextmanager
def checks_held(monkeypatch):
    """One stranger's file is being opened and as many wait as may, all for as long as this block lasts."""
    monkeypatch.setattr(pool, "WAIT_SECONDS", 600.0)
    waiting = [
        threading.Thread(target=verify_upload, kwargs={"data": picture(40, 40, "PNG"), "file_name": "a.png"})
        for _ in range(sandbox.pool.STRANGERS_AT_ONCE)
    ]
    with held("codes"):
        for one in waiting:
            one.start()
        room = sandbox.pool._pool("codes").room
        while room.acquire(blocking=False):  # until all of them have come in
            room.release()
            time.sleep(0.01)
        yield
    for one in waiting:
        one.join(60)
        assert not one.is_alive()


def test_a_large_png_is_refused_by_its_header():
    found = verify_upload(data=HARD, file_name="sky.png")
    assert [step.code for step in found.steps] == ["upload-pixels"]
    with pytest.raises(UploadRefused) as refused:
        inspect_upload(data=HARD, file_name="sky.png")
    assert refused.value.code == "upload-pixels"


def test_a_large_photo_of_a_telephone_is_scaled_while_it_is_decoded():
    photo = picture(8000, 6000, "JPEG")
    clean = inspect_upload(data=photo, file_name="wall.jpg")
    assert Image.open(io.BytesIO(clean.data)).size == (4000, 3000)
    assert [step.code for step in verify_upload(data=photo, file_name="wall.jpg").steps] == ["verify-no-code"]


@pytest.mark.parametrize(("size", "kind"), [((8000, 6000), "JPEG"), ((4990, 5000), "PNG"), ((4000, 3000), "JPEG")])
def test_codes_are_looked_for_in_few_pixels(monkeypatch, size, kind):
    seen = []
    monkeypatch.setattr(images.zxingcpp, "read_barcodes", lambda image, **_: seen.append(image.width * image.height) or [])
    assert images.read_codes(picture(*size, kind), max_pixels=60_000_000) == []
    assert seen
    assert max(seen) <= images.READ_PIXELS


def test_while_the_sandbox_is_held_the_site_answers(transactional):
    codes: dict[str, int] = {}

    def check() -> None:
        from django.db import connections

        browser = client_of(ANONYMOUS)
        browser.raise_request_exception = False
        answer = browser.post("/verify", {"file": SimpleUploadedFile("a.png", picture(40, 40, "PNG"), "image/png")})
        codes["verify"], codes["after"] = answer.status_code, int(answer.headers.get("Retry-After", 0))
        connections.close_all()

    with held("codes"):
        waiting = threading.Thread(target=check)
        waiting.start()
        assert client_of(ANONYMOUS).get("/catalogue").status_code == 200
        assert client_of(ANONYMOUS).get("/verify").status_code == 200
        waiting.join(pool.WAIT_SECONDS + 60)  # it ends although nobody lets go; the rest is for a loaded machine
        assert not waiting.is_alive()
    assert codes["verify"] == 503
    assert codes["after"] > 0


def test_an_upload_to_a_held_sandbox_is_no_refusal_of_the_file(monkeypatch):
    monkeypatch.setattr(pool, "WAIT_SECONDS", 0.01)
    with held(), pytest.raises(SandboxBusy) as busy:
        inspect_upload(data=picture(40, 40, "PNG"), file_name="a.png")
    assert busy.value.code == "sandbox-busy"
    assert inspect_upload(data=picture(40, 40, "PNG"), file_name="a.png").media_type == "image/png"


def test_whoever_checks_keeps_nobody_from_attaching_or_getting_a_letter(monkeypatch):
    with checks_held(monkeypatch):
        assert inspect_upload(data=picture(40, 40, "PNG"), file_name="a.png").media_type == "image/png"
        letter = render_pdf(template=b"= A letter", inputs={}, title="A letter", language="en", at=clock.now())
        assert letter.startswith(b"%PDF-")
        for data in (picture(40, 40, "PNG"), story.PDF):  # one more to check is sent away at once, and holds no thread
            began = time.monotonic()
            with pytest.raises(SandboxBusy):
                sandbox.run("codes" if data[:4] != b"%PDF" else "attachments", {"max_pixels": 100, "now": "2026-11-22T12:00:00Z"}, {"data": data})
            assert time.monotonic() - began < 60  # and WAIT_SECONDS is ten times as much here
    monkeypatch.setattr(pool, "WAIT_SECONDS", 0.01)
    with held(), pytest.raises(SandboxBusy):  # the control: whoever attaches waits for those who do
        inspect_upload(data=picture(40, 40, "PNG"), file_name="a.png")


def test_checks_give_way_to_everything_else():
    verify_upload(data=picture(40, 40, "PNG"), file_name="a.png")
    inspect_upload(data=picture(40, 40, "PNG"), file_name="a.png")
    of_checks, ours = (sandbox.pool._pool(operation).worker.process.pid for operation in ("codes", ""))
    assert of_checks != ours
    assert os.getpriority(os.PRIO_PROCESS, of_checks) > os.getpriority(os.PRIO_PROCESS, ours)


@override_settings(BIERGER_VERIFY_LIMIT=10)
def test_a_file_counts_as_five_codes(transactional):
    def check() -> int:
        file = SimpleUploadedFile("a.png", picture(40, 40, "PNG"), "image/png")
        return client_of(ANONYMOUS).post("/verify", {"file": file}).status_code

    assert [check() for _ in range(3)] == [200, 200, 429]
    assert client_of(ANONYMOUS).post("/verify", {"code": "BRG1:no"}).status_code == 429


@override_settings(BIERGER_VERIFY_LIMIT=2)
def test_checks_are_counted_by_address(transactional):
    def check(**extra: str) -> int:
        return client_of(ANONYMOUS).post("/verify", {"code": "BRG1:no"}, **extra).status_code

    assert [check() for _ in range(3)] == [200, 200, 429]
    assert check(REMOTE_ADDR="198.51.100.7") == 200
    assert client_of(ANONYMOUS).get("/verify").status_code == 200
