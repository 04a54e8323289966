# SPDX-License-Identifier: EUPL-1.2
"""Templates from packages are untrusted: each way out of the sheet of paper ends by name, and the next letter is printed."""

from __future__ import annotations

import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bierger.documents.errors import OutsideFileRefused, PackageImportRefused, RenderMemory, RenderTimeout, TemplateError
from bierger.documents.plugins import sandbox
from bierger.documents.services import render_pdf
from bierger.documents.types import Attachment
from bierger.infra.sandbox import pool
from bierger.infra.sandbox.frames import read_frame, write_frame

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
    worker = sandbox.pool._pool("render").worker.process.pid
    environment = Path(f"/proc/{worker}/environ").read_bytes()
    assert b"do-not-tell" not in environment
    assert b"DATABASE_URL" not in environment
    if os.geteuid() == 0:  # as root the kernel grants the namespace of its own
        assert Path(f"/proc/{worker}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()


AT_RUN_TIME = b'#let name = "@pre" + "view/cetz:0.3.0"\n#import name'
LETTER = {"operation": "render", "inputs": {"title": "T", "language": "fr"}, "epoch": 0}
UNGUARDED = """
import sys
from bierger.documents.plugins.sandbox.worker import load
from bierger.infra.sandbox import worker
worker.give_up_rights = lambda memory: None
sys.argv = ["worker", "0", "0"]
worker.main(load)
"""


@contextmanager
def listening() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """A proxy's address, and what was said to it: the first line, empty when nobody came. It hangs up on everybody."""
    said = queue.SimpleQueue()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    line, _ = server.accept()
                except TimeoutError:
                    continue
                with line:
                    line.settimeout(5)
                    said.put(line.recv(1000).partition(b"\r\n")[0])

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}", lambda: b"" if said.empty() else said.get()
        finally:
            done.set()
            thread.join()


def network_of(pid: int | str) -> Path:
    return Path(f"/proc/{pid}/ns/net").readlink()


def test_a_package_name_made_at_run_time_asks_nobody():
    """Typst would ask its registry for it, through a proxy when one is named. One worker has the guard off, one has it on."""
    with listening() as (proxy, heard):
        # 1. The guard off: the same worker, which kept its rights, comes to the listener.
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(pool.SOURCE), "https_proxy": proxy, "HTTPS_PROXY": proxy}
        with subprocess.Popen(
            [sys.executable, "-s", "-c", UNGUARDED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd="/"
        ) as unguarded:
            assert read_frame(unguarded.stdout)[0] == {"outcome": "ready"}
            write_frame(unguarded.stdin, {"seconds": 20.0, **LETTER}, {"letter.typ": AT_RUN_TIME})
            answer, _ = read_frame(unguarded.stdout)
            assert answer["code"] == "render-package-import"
            unguarded.stdin.close()
        assert heard().startswith(b"CONNECT packages.typst.org")
        # 2. The guard on: the pool's worker has a network of its own, in which nobody listens, whatever proxy it is told.
        worker = pool.Worker(sandbox.pool.WORKER, sandbox.Limits().memory, 0, proxy=proxy)
        try:
            answer = worker.call("render", LETTER, {"letter.typ": AT_RUN_TIME}, sandbox.Limits(seconds=20.0))
            alone = network_of(worker.process.pid) != network_of("self")
        finally:
            worker.end()
        assert answer.body["code"] == "render-package-import"
        assert (heard() == b"") == alone
        assert alone or os.geteuid()  # only a kernel that refuses an ordinary user the namespace leaves the next guard alone


def test_without_a_namespace_the_proxy_still_leads_nowhere():
    render(HONEST)
    worker = sandbox.pool._pool("render").worker.process.pid
    told = Path(f"/proc/{worker}/environ").read_bytes().split(b"\0")
    assert {line.partition(b"=")[2] for line in told if b"_proxy=" in line.lower()} == {pool.NOWHERE.encode()}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(pool.NOWHERE.rpartition(":")[2])), timeout=5)
    with pytest.raises(PackageImportRefused):
        render(AT_RUN_TIME)


def test_a_killed_worker_is_replaced_and_leaves_no_files():
    render(HONEST)
    worker = sandbox.pool._pool("render").worker
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
