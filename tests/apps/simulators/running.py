# SPDX-License-Identifier: EUPL-1.2
"""The simulators in a process of their own, as in the demonstration: own settings, own port, real HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

from tests.ports import free_ports

ROOT = Path(__file__).resolve().parents[3]
BASE_URL = "http://localhost:8000"


@dataclass(frozen=True)
class Simulators:
    issuer: str
    data: Path

    @contextmanager
    def fault(self, **parts: dict[str, float]) -> Iterator[None]:
        """`fault(population={"status": 503})`: the part fails inside this block."""
        path = self.data / "simulators" / "faults.json"
        path.write_text(json.dumps(parts), "utf-8")
        try:
            yield
        finally:
            path.unlink()


@contextmanager
def running(data: Path, **environment: str) -> Iterator[Simulators]:
    port = free_ports()
    issuer = f"http://127.0.0.1:{port}"
    values = {
        **os.environ,
        "BIERGER_ENV": "test",
        "BIERGER_DATA": str(data),
        "BIERGER_BASE_URL": BASE_URL,
        "BIERGER_OIDC_ISSUER": issuer,
        "PYTHONPATH": str(ROOT / "src"),
        **environment,
    }
    process = subprocess.Popen([sys.executable, "-m", "bierger.simulators", str(port)], env=values)
    try:
        _wait(f"{issuer}/jwks", process)
        yield Simulators(issuer, data)
    finally:
        process.terminate()
        process.wait(60)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, "The simulators ended by themselves."
        try:
            if requests.get(address, timeout=10).ok:
                return
        except requests.RequestException:
            time.sleep(0.05)
    raise AssertionError("The simulators did not start.")


class Hidden(HTMLParser):
    """The hidden fields of a page's form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.fields[str(given["name"])] = given.get("value") or ""


def pick(address: str, handle: str, *, level: str | None = None, password: str = "moien", browser: requests.Session | None = None) -> str:
    """Go to the provider as somebody, press "Sign in"; gives back the address one is sent back to."""
    browser = browser or requests.Session()
    page = browser.get(f"{address}&person={handle}", timeout=30)
    assert page.status_code == 200, page.text
    form = {**Hidden(page.text).fields, "password": password, "level": level or "substantial"}
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    answer = browser.post(f"{origin}/authorize", data=form, timeout=30, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
