# SPDX-License-Identifier: EUPL-1.2
"""Addresses of situations as nobody should write them: each is answered, quickly, and nothing of it is believed or echoed raw."""

from __future__ import annotations

import time

import pytest

from bierger.infra.principal import ANONYMOUS
from tests.clients import client_of
from tests.people import person

CAFE = "/situations/cafe-terrace"
MANY = "&".join(f"a{number}=1" for number in range(10_000))
ODD = (
    "works=%ff%fe", "%ff=%ff", "works=%ed%a0%80", "%00=%00", "works=yes%00", "capacity=%D9%A3", "capacity=%EF%BC%91", "capacity=NaN", "capacity=Infinity",
    "capacity=1e9999", "capacity=1_0", "capacity=0x10", "capacity=%2B5", "capacity=-0", "capacity=5&capacity=6", "capacity=" + "9" * 5000, "works=yes%0d%0aX:%20y",
    "works=yes&works=no", "works=maybe", "establishment_kind=castle", "establishment_kind=%3Cscript%3Ealert(1)%3C/script%3E", "works=" + "%3C" * 2000,
)  # fmt: skip
CONTROLS = (
    "change=%3Cscript%3E", "skip=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&works=yes", "page=%3Cscript%3E&ask=1", "skip=works&skip=works&works=yes", "ask=%00",
    "change=works&page=works&unknown=1", "page=works&page=works&works=yes", "a=b&works=yes", "works.day=1&works=yes",
)  # fmt: skip


@pytest.mark.parametrize("where", [CAFE, f"{CAFE}/plan"])
def test_every_address_is_answered(db, where):
    client = client_of(ANONYMOUS)
    client.get(where)  # the guide is prepared once
    for query in (*ODD, *CONTROLS):
        began = time.perf_counter()
        page = client.get(f"{where}?{query}", follow=True)
        assert page.status_code in (200, 422), query[:80]
        assert time.perf_counter() - began < 5, query[:80]
        html = page.content.decode()
        assert "<script>alert" not in html
        assert "default-src 'none'" in page["Content-Security-Policy"]
        assert "unsafe" not in page["Content-Security-Policy"]
        assert {"Cookie", "Accept-Language"} <= {one.strip() for one in page["Vary"].split(",")}
        if query in ODD:
            assert "could not be used" in html or "capacity" in query or not query.startswith(("works", "establishment")), query[:80]
    assert client.get(f"{where}?{MANY}").status_code == 400
    assert client.get(f"{where}?{'works=yes&' * 2000}").status_code == 400
    assert client.head(where).status_code == 200


def test_whoever_knows_nothing_is_led_to_the_plan(db):
    client = client_of(ANONYMOUS)
    names = ("works", "capacity", "terrace", "establishment_kind", "registered", "has_licence", "premises_before", "closing", "terrace_fixed", "alcohol", "has_permit", "works_outside", "music", "building_zone", "protection")
    page = client.get(CAFE, {"skip": names}, follow=True)
    assert page.status_code == 200
    assert 'data-state="open"' in page.content.decode()


ELSEWHERE = (
    "//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "///evil.example", "javascript:alert(1)", "http:///evil.example",
    "\x08//evil.example", "http:evil.example", "https:evil.example", "//testserver@evil.example", "ftp://testserver/", "x" * 5000,
)  # fmt: skip


@pytest.mark.parametrize("switch", ["/register", "/language"])
def test_the_switches_lead_nowhere_else(db, switch):
    client = client_of(ANONYMOUS)
    for onward in ELSEWHERE:
        page = client.post(switch, {"next": onward, "register": "easy", "language": "de"})
        assert (page.status_code, page["Location"]) == (302, "/"), onward[:40]
    there = f"{CAFE}?works=yes&skip=terrace"
    assert client.post(switch, {"next": there, "register": "easy", "language": "de"})["Location"] == there
    split = client.post(switch, {"next": "/a\r\nX: y", "register": "easy", "language": "de"})
    assert "\n" not in split["Location"]
    assert "X" not in split.headers


def test_a_cookie_of_words_is_believed_only_if_it_is_one(db):
    client = client_of(ANONYMOUS)
    for cookie in ("x" * 4000, "\x00", '"><script>', "easy\n"):
        client.cookies["bierger_register"] = cookie
        page = client.get(CAFE)
        assert page.status_code == 200
        assert "<script>" not in page.content.decode().replace("<script src", "")


def test_a_page_is_never_another_readers(transactional):
    """One address, two readers: neither the name nor what is known of the one is on the page of the other."""
    hers = client_of(person("lea.beispill"), name="Léa Beispill").get(f"{CAFE}/plan?works=no")
    nobodys = client_of(ANONYMOUS).get(f"{CAFE}/plan?works=no")
    assert "Léa Beispill" in hers.content.decode()
    assert "Beispill" not in nobodys.content.decode()
    assert "Cookie" in hers["Vary"]
    assert "public" not in hers.headers.get("Cache-Control", "")
