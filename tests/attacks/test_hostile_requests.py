# SPDX-License-Identifier: EUPL-1.2
"""Requests that no browser sends, to the addresses of proofs and readings: each is answered, none is a fault.

Numbers that no database counts to, characters that none stores, instants out of every zone, bodies of another kind than they say.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tests.apps.gateway.test_data_tracker import ask, caller, number
from tests.clients import client_of
from tests.people import person
from tests.story_people import Town

__all__ = ["caller"]

HOSTILE = ("%00", "%ED%A0%80", "9" * 19, "9" * 40, "x" * 3000)
PUBLIC = (
    "/log/status/{}", "/log/proof/{}.tlog-proof", "/log/tile/0/{}", "/log/earlier/{}/checkpoint", "/log/earlier/{}/tile/0/000", "/log/readings/{}.json",
)  # fmt: skip
OWN = ("/readings?administration={}&from={}", "/readings?after={}")
DESK = ("/desk/readings?number={}", "/desk/acts?number={}")


def faults(browser: Client, addresses: tuple[str, ...]) -> list[str]:
    """What is not answered with a page or a refusal; a fault itself is raised by the client."""
    asked = [address.replace("{}", hostile) for address in addresses for hostile in HOSTILE]
    return [address for address in asked if browser.get(address).status_code >= 500]


def test_hostile_addresses_are_answered(town: Town) -> None:
    assert faults(Client(), PUBLIC) == []
    assert faults(client_of(town.applicant), OWN) == []
    assert faults(client_of(town.mayor), DESK) == []


# -- POST /api/verify -----------------------------------------------------------------------------------------------------


def part(name: str, value: bytes, *more: str) -> bytes:
    words = "; ".join([f'form-data; name="{name}"', *more])
    return b"--a\r\nContent-Disposition: " + words.encode() + b"\r\n\r\n" + value + b"\r\n"


MULTIPART, FORM, JSON = "multipart/form-data; boundary=a", "application/x-www-form-urlencoded", "application/json"
ONE = part("code", b"x") + b"--a--\r\n"
BODIES = {
    "nested": (b"[" * 100_000, JSON, 400), "nested objects": (b'{"codes":' * 50_000, JSON, 400), "huge number": (b'{"codes":' + b"1" * 5000 + b"}", JSON, 400),
    "no number": (b'{"codes":[NaN]}', JSON, 400), "half a character": (b'{"codes":["\\ud800", "BRG1:\\u0000"]}', JSON, 200), "no UTF-8": (b'{"codes":["\xff"]}', JSON, 400),
    "null": (b"null", JSON, 400), "nothing": (b"", JSON, 400), "packed": (b"\x1f\x8b" + bytes(50), JSON, 400), "charset nobody knows": (b'{"codes":["x"]}', JSON + "; charset=x", 200),
    "too long": (b'{"codes":["' + b"A" * 1_500_000 + b'"]}', JSON, 413), "too many fields": (b"&".join([b"code=x"] * 600), FORM, 413),
    "too long a field": (part("code", b"A" * 1_500_000) + b"--a--\r\n", MULTIPART, 413),
    "too many files": (b"".join(part("file", b"x", 'filename="x.txt"') for _ in range(21)) + b"--a--\r\n", MULTIPART, 413),
    "no boundary": (b"x", "multipart/form-data", 400), "endless boundary": (b"x", MULTIPART + "a" * 300, 400), "torn": (part("code", b"x")[:-2], MULTIPART, 200),
    "charset zlib": (ONE, MULTIPART + "; charset=zlib", 200), "charset undefined": (ONE, MULTIPART + "; charset=undefined", 200),
    "a form of another charset": (b"code=x", FORM + "; charset=zlib", 400), "plain text": (b"code=x", "text/plain", 400), "no type": (b"code=x", "", 400),
}  # fmt: skip


@pytest.mark.parametrize("path", ["/api/verify", "/verify", "/language"])
def test_bodies_that_are_not_what_they_say(transactional: None, path: str) -> None:
    """Programs get a refusal with a code; the other forms a page, and nobody a fault."""
    for what, (body, kind, status) in BODIES.items():
        answer = Client().generic("POST", path, body, content_type=kind)
        if path != "/api/verify":
            assert answer.status_code < 500, what
            continue
        assert answer.status_code == status, what
        said = answer.json()
        assert said["results"] if status == 200 else said["error"]["code"], what
        assert status != 413 or said["error"]["code"] == "request-limit", what


# -- the data tracker -----------------------------------------------------------------------------------------------------

PERIODS = (
    "0001-01-01", "9999-12-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-03-02T09:00:00+23:59", "2026-03-02T09:00:00-15:59:59.9",
    "2026-10-25T02:30:00+01:00", "2026-03-02T09:00:00.123456789Z", "2026-W01-1", "\u0662\u0660\u0662\u0666-01-01", "\0", "x" * 5000, "2026-02-30", "4713-01-01 BC",
)  # fmt: skip


def test_periods_and_pages_out_of_every_range(caller: Path) -> None:
    person("lea.beispill")  # known here: an unknown number is refused before anything is asked
    mine = number("lea.beispill")
    answers = [ask(mine, mine, **{name: text}) for name in ("periodStart", "periodEnd") for text in PERIODS]
    assert {status for status, _ in answers} <= {200, 400}
    assert {said["code"] for status, said in answers if status == 400} == {"period"}
    for name in ("offset", "limit"):
        for text in ("1e3", "+1", " 1", "\uff11", "9" * 40, "0x1", "-1", "1;DROP"):
            assert ask(mine, mine, **{name: text})[1]["code"] == name
    for about in (f"{mine}'", "\0", "1" * 14, "LULU" + mine, f"{mine} OR 1=1"):
        assert ask(mine, about)[1]["code"] == "user-code"
