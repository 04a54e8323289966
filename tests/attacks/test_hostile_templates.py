# SPDX-License-Identifier: EUPL-1.2
"""Templates from packages are untrusted: each way out of the sheet of paper ends by name, and the next letter is printed."""

from __future__ import annotations

import os
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bierger.documents.errors import OutsideFileRefused, PackageImportRefused, RenderMemory, RenderTimeout, TemplateError
from bierger.documents.plugins import sandbox
from bierger.documents.services import render_pdf
from bierger.documents.types import Attachment

AT = datetime(2026, 11, 22, tzinfo=UTC)
HONEST = b'#set page(paper: "a4")\n= Hello\n#sys.inputs.name'


def render(template: bytes, **changes: object) -> bytes:
    values: dict = {"inputs": {"name": "Marie"}, "title": "T", "language": "fr", "at": AT} | changes
    return render_pdf(template=template, **values)


def test_the_same_letter_is_the_same_bytes():
    first = render(HONEST, attachments=(Attachment("a.txt", b"x"),))
    sandbox.stop()
    assert render(HONEST, attachments=(Attachment("a.txt", b"x"),)) == first
    assert render(HONEST, inputs={"name": "Jos"}) != first


@pytest.mark.parametrize(
    ("template", "error"),
    [
        (b"#for i in range(100000) { for j in range(100000) { let x = i * j } }", RenderTimeout),
        (b"#for i in range(1000000) [x #pagebreak()]", (RenderTimeout, RenderMemory)),
        (b'#let s = "x" * 1000\n#for i in range(100) { s = s + s }', (RenderMemory, RenderTimeout)),
        (b"#let a = (0,)\n#for i in range(100) { a = a + a }", (RenderMemory, RenderTimeout)),
        (b'#import "@preview/cetz:0.3.0"', PackageImportRefused),
        (b'#import "@local/own:1.0.0": *', PackageImportRefused),
        (b'#let name = "@pre" + "view/cetz:0.3.0"\n#import name', PackageImportRefused),
        (b'#read("/etc/passwd")', OutsideFileRefused),
        (b'#read("../../../../etc/passwd")', OutsideFileRefused),
        (b'#read("/../../../etc/passwd")', OutsideFileRefused),
        (b'#image("/proc/self/environ")', OutsideFileRefused),
        (b'#include "/proc/self/environ"', OutsideFileRefused),
        (b'#plugin("x.wasm")', OutsideFileRefused),
        (b"#while true {}", TemplateError),
        (b"#let f(x) = f(x + 1)\n#f(1)", TemplateError),
        (b"= A\n#let a = (", TemplateError),
        (b"#image(bytes((0, 1, 2)))", TemplateError),
        (b"\xff\xfe", TemplateError),
    ],
)
def test_hostile_templates_end_by_name(template, error):
    with pytest.raises(error):
        render(template, limits=sandbox.Limits(seconds=2.0))
    assert render(HONEST).startswith(b"%PDF-")  # whoever comes next does not notice


def test_an_error_says_its_line():
    with pytest.raises(TemplateError) as refused:
        render(b"= One\n\n#three()")
    assert refused.value.line == 3


def test_data_are_never_code():
    pdf = render(HONEST, inputs={"name": '#panic("!") #import "@preview/x:1.0.0" \\ $x$ "'})
    assert pdf.startswith(b"%PDF-")


def test_the_worker_knows_no_secret_and_reaches_no_network(monkeypatch):
    monkeypatch.setenv("BIERGER_SECRET_KEY", "do-not-tell")
    sandbox.stop()
    render(HONEST)
    worker = sandbox.pool._pool().worker.process.pid
    environment = Path(f"/proc/{worker}/environ").read_bytes()
    assert b"do-not-tell" not in environment
    assert b"DATABASE_URL" not in environment
    if os.geteuid() == 0:  # as root the kernel grants the namespace of its own
        assert Path(f"/proc/{worker}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()


def test_a_package_name_made_at_run_time_asks_nobody(monkeypatch):
    """The control: a server that listens where the proxy points would hear of it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.5)
        with pytest.raises(PackageImportRefused):
            render(b'#let name = "@pre" + "view/cetz:0.3.0"\n#import name')
        with pytest.raises(TimeoutError):
            listening.accept()


def test_a_killed_worker_is_replaced_and_leaves_no_files():
    render(HONEST)
    worker = sandbox.pool._pool().worker
    worker.process.kill()
    worker.process.wait()
    assert render(HONEST).startswith(b"%PDF-")
    assert not Path(worker.folder).exists()
    sandbox.stop()


def test_many_threads_share_one_worker_in_turn():
    pages: list[bytes] = []
    threads = [threading.Thread(target=lambda: pages.append(render(HONEST))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(pages)) == 1
    assert len(pages) == 8
