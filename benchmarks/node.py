# SPDX-License-Identifier: EUPL-1.2
"""The node over HTTP, with batches of one second: many entries a request, and single ones; and Tessera on the same disk.

The senders are a process of their own, on the same machine: they take their share of its processors.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_ports

from bierger.ledger.plugins.node import wire
from bierger_core.merkle import encode_bundle

ROOT = Path(__file__).resolve().parents[1]
ENTRY = 33  # bytes, as a commitment has


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, str]]:
    """A node in a process of its own, batches of a second; its port and its token."""
    port = free_ports()
    command = [sys.executable, "-m", "bierger.site", "log"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    made = ["init", "log", "--origin", "log.example.lu", "--key", "key.pem", "--token", "token"]
    subprocess.run([*command, *made], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    words = ["serve", "log", "--key", "key.pem", "--token", "token", "--port", str(port)]
    process = subprocess.Popen([*command, *words], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        for _ in range(200):
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.02)
        yield port, (folder / "token").read_text().strip()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def over_http(folder: Path, seconds: float, senders: int = 16) -> dict[str, float]:
    """Acknowledged entries a second: requests of 1,000 entries and of 100, then one entry a request over many connections."""
    folder.mkdir()
    single = _possible(3_000 if seconds > 1 else 50)
    with served(folder) as (port, token):
        return {
            "per_second_of_1000": _many(port, token, seconds, senders, 1_000),
            "per_second_of_100": _many(port, token, seconds, 10 * senders, 100),
            "per_second_single": asyncio.run(_single(port, token, seconds, single)),
            "connections_single": single,
        }


def _many(port: int, token: str, seconds: float, senders: int, count: int) -> float:
    """Threads that mostly wait: each sends, and sends again when it was answered."""
    told = [0] * senders
    headers = {"Authorization": f"Bearer {token}", "Content-Type": wire.MANY}
    # Made before: what is measured is the node, not how fast we invent entries.
    bodies = [encode_bundle([os.urandom(ENTRY) for _ in range(count)]) for _ in range(min(senders, 16))]
    end = time.perf_counter() + seconds

    def send(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.perf_counter() < end:
            connection.request("POST", "/add", bodies[number % len(bodies)], headers)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status == 200:
                told[number] += json.loads(said)["count"]
            elif answer.status != 503:
                raise RuntimeError(said.decode())
        connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(senders)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(told) / (time.perf_counter() - began)


async def _single(port: int, token: str, seconds: float, connections: int) -> float:
    """One entry a request. Each connection waits for its second: the rate is bounded by how many there are."""
    end, told = time.perf_counter() + seconds, 0

    async def send() -> None:
        nonlocal told
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /add HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        head += f"Content-Type: {wire.ONE}\r\nContent-Length: {ENTRY}\r\n\r\n"
        while time.perf_counter() < end:
            writer.write(head.encode() + os.urandom(ENTRY))
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            told += answer.startswith(b"HTTP/1.1 200")
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(connections)))
    return told / (time.perf_counter() - began)


def _possible(wanted: int) -> int:
    """How many connections the limit of open files leaves us; the limit is raised as far as we may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return min(wanted, most - 100)


def tessera(folder: Path, seconds: float, batches: tuple[int, ...]) -> dict[str, object]:
    """Tessera's POSIX driver, built from its own release by the Go at hand; or why it did not run."""
    go = shutil.which("go")
    if go is None:
        return {"missing": "Go is not installed"}
    folder.mkdir()
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly -buildvcs=false"}
    source = ROOT / "benchmarks" / "tessera"
    command = [go, "build", "-o", str(folder / "tessera"), "."]
    built = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)
    if built.returncode:
        return {"missing": f"it could not be built: {(built.stderr.strip().splitlines() or ['?'])[-1][:200]}"}
    words = [str(folder / "tessera"), str(folder), str(seconds), *map(str, batches)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"missing": f"it failed: {(done.stderr.strip().splitlines() or ['?'])[-1][:200]}"}
    return dict(json.loads(done.stdout))
