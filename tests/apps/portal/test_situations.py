# SPDX-License-Identifier: EUPL-1.2
"""Situations over HTTP, as a browser without scripts asks them: everything in the address, nothing kept."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bierger.infra.principal import ANONYMOUS
from bierger.ui.context import LANGUAGES
from tests.clients import client_of
from tests.people import officer, person

NAMES = ("build", "cafe-terrace", "hire", "move")
CAFE, PLAN = "/situations/cafe-terrace", "/situations/cafe-terrace/plan"


def text_of(page) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode())))


def asked(page) -> list[str]:
    """The questions on a page."""
    return re.findall(r'<input type="hidden" name="page" value="([^"]+)">', page.content.decode())


def answered(client, start: str, *, unknown: bool = False):
    """Go on from a page to the plan, with the first choice each time; gives the addresses of all pages."""
    page, seen = client.get(start), []
    for _ in range(40):
        while page.status_code == 302:
            seen.append(page["Location"])
            page = client.get(page["Location"])
        if "/plan" in seen[-1:][0] if seen else False:
            return page, seen
        form, names = page.content.decode(), asked(page)
        state = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
        given = [("unknown", "1")] if unknown else [(name, first(form, name)) for name in names]
        page = client.get(f"{urlsplit(start).path}?{urlencode([*state, *given])}")
        assert page.status_code == 302, text_of(page)[:600]
    raise AssertionError("The interview never ends.")


def first(form: str, name: str) -> str:
    choices = [unescape(one) for one in re.findall(rf'name="{name}" value="([^"]+)"', form)]
    options = re.findall(r'<option value="([^"]+)"', form)
    return next(iter([one for one in choices if one] or options), "5")


@pytest.mark.parametrize("language", [code for code, _name in LANGUAGES])
@pytest.mark.parametrize("name", NAMES)
def test_every_situation_is_asked_to_its_plan_in_every_language_and_register(db, name, language):
    client = client_of(ANONYMOUS, language=language)
    for register in ("standard", "easy"):
        client.cookies["bierger_register"] = register
        for page in (client.get(f"/situations/{name}"), client.get(f"/situations/{name}?ask=1")):
            assert page.status_code == 200
            assert page.content.decode().count("<h1") == 1
        plan, _seen = answered(client, f"/situations/{name}?ask=1")
        assert plan.status_code == 200
        body = plan.content.decode()
        assert body.count("<h1") == 1
        assert 'data-state="open"' not in body  # everything was answered
        assert 'data-state="needed"' in body or 'data-state="not-needed"' in body
        assert "[[" not in body


def test_home_list_and_search_show_situations(db):
    client = client_of(ANONYMOUS)
    for address in ("/", "/situations"):
        page = client.get(address).content.decode()
        assert all(f'href="/situations/{name}"' in page for name in NAMES), address
    found = client.get("/catalogue?q=terrace").content.decode()
    assert 'href="/situations/cafe-terrace"' in found
    assert 'href="/situations/move"' not in found
    assert client.get("/situations/nothing").status_code == 404
    assert client.get("/situations/nothing/plan").status_code == 404
    assert client.post("/situations/nothing/prepare").status_code == 404


def test_the_address_is_all_there_is(db):
    """The same link in another browser, at another time, backwards: the same page."""
    client = client_of(ANONYMOUS)
    _plan, seen = answered(client, f"{CAFE}?ask=1")
    stranger = client_of(ANONYMOUS)
    for address in reversed(seen):
        there, here = stranger.get(address), client.get(address)
        assert (there.status_code, text_of(there)) == (here.status_code, text_of(here))
        assert "bierger_link" not in there.cookies
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM filings_draft")
        assert cursor.fetchone() == (0,)


def test_what_is_not_known_yet_stays_open_and_is_told(db):
    client = client_of(ANONYMOUS)
    plan, seen = answered(client, f"{CAFE}?ask=1", unknown=True)
    assert all(name == "skip" for name, _value in parse_qsl(urlsplit(seen[-1]).query))
    body = plan.content.decode()
    assert 'data-state="open"' in body
    assert "What one more answer would settle" in body
    (way,) = re.findall(r'<h2 id="settles".*?href="([^"]+)"', body, re.DOTALL)
    question = client.get(unescape(way))
    name = asked(question)[0]
    said = client.get(f"{CAFE}?{urlencode([*parse_qsl(urlsplit(unescape(way)).query), ('page', name), (name, first(question.content.decode(), name))])}")
    after = dict(parse_qsl(urlsplit(said["Location"]).query))
    assert name in after
    assert f"skip={name}" not in said["Location"]  # it is known now


def test_an_answer_is_changed_and_the_others_stay(db):
    client = client_of(ANONYMOUS)
    plan, seen = answered(client, f"{CAFE}?ask=1")
    before = parse_qsl(urlsplit(seen[-1]).query)
    body = plan.content.decode()
    ways = [unescape(one) for one in re.findall(r'href="([^"]*change=[^"]+)"', body)]
    assert len({dict(parse_qsl(urlsplit(one).query))["change"] for one in ways}) >= len(before)
    name, value = before[0]
    page = client.get(next(one for one in ways if one.endswith(f"change={name}")))
    assert asked(page) == [name]
    assert re.search(rf'name="{name}" value="{value}" checked', page.content.decode())
    other = next(one for one in re.findall(rf'name="{name}" value="([^"]+)"', page.content.decode()) if one != value)
    said = client.get(f"{CAFE}?{urlencode([*before, ('page', name), (name, other)])}".replace(urlencode([before[0]]) + "&", "", 1))
    after = parse_qsl(urlsplit(said["Location"]).query)
    assert set(after) == {(name, other), *before[1:]}


def test_every_line_says_why_and_what_does_not_concern_one_what_would_change_it(db):
    client = client_of(ANONYMOUS)
    _page, seen = answered(client, f"{CAFE}?ask=1")
    body = client.get(seen[-1]).content.decode()
    lines = re.findall(r'data-state="([a-z-]+)">(.*?)(?=<li class="plan-line|<h2)', body, re.DOTALL)
    assert len(lines) == 11
    for state, line in lines:
        assert re.search(r"</h3>\s*(<p>.*?</p>\s*)*<p>[^<]+</p>", line, re.DOTALL), line[:300]
        assert 'href="http' in line, "The law stands there with its address."
        assert ("What would change it?" in line) is (state == "not-needed"), line[:300]


BAD = [
    ("works", "perhaps"), ("capacity", "many"), ("capacity", "0"), ("capacity", "1e99"), ("establishment_kind", "castle"),
    ("terrace", "x" * 10_000), ("capacity", "9" * 10_000), ("works", "yes\0"), ("establishment_kind", "<script>alert(1)</script>"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), BAD)
def test_an_answer_that_is_none_is_refused_at_its_field_and_left_out_of_addresses(db, name, value):
    client = client_of(ANONYMOUS)
    page = client.get(CAFE, {"page": name, name: value})
    assert page.status_code == 422
    body = page.content.decode()
    assert f'href="#f-{name}"' in body
    assert "<script>alert" not in body
    for address in (CAFE, PLAN):
        linked = client.get(address, {name: value, "works": "no"} if name != "works" else {name: value, "has_permit": "no"})
        assert linked.status_code == 200
        assert "could not be used" in linked.content.decode()
        assert urlencode({name: value})[:60] not in unescape(linked.content.decode())


def test_nothing_chosen_is_said_at_the_question(db):
    page = client_of(ANONYMOUS).get(CAFE, {"page": "works"})
    assert page.status_code == 422
    assert 'href="#f-works"' in page.content.decode()


@pytest.mark.parametrize(
    "query",
    ["page=nothing", "page=", "skip=nothing", "change=nothing", "change=", "a=b&c=d", "ask=1&ask=2", "works=yes&works=no", "page=works&page=capacity&unknown=1", "skip=works&works=yes", "%00=%00", "works%5B%5D=yes"],
)  # fmt: skip
def test_whatever_else_stands_in_an_address_does_no_harm(db, query):
    client = client_of(ANONYMOUS)
    for address in (CAFE, PLAN):
        page = client.get(f"{address}?{query}")
        if page.status_code == 302:
            page = client.get(page["Location"])
        assert page.status_code in (200, 422), (address, query)


@pytest.mark.parametrize(("address", "most"), [("/situations", 3), (f"{CAFE}", 3), (f"{CAFE}?works=no", 6), (f"{PLAN}?works=no", 7)])
def test_situations_ask_the_database_little(db, address, most):
    client = client_of(ANONYMOUS)
    client.get(address)
    with CaptureQueriesContext(connection) as said:
        assert client.get(address).status_code == 200
    sent = [one["sql"] for one in said if not one["sql"].startswith(("SAVEPOINT", "RELEASE")) and "'bierger.principal', ''" not in one["sql"]]
    assert len(sent) <= most, [one[:150] for one in sent]


@pytest.mark.parametrize(
    ("who", "says"),
    [(lambda: ANONYMOUS, "Sign in and prepare"), (lambda: person("lea.beispill"), "Prepare these requests"), (lambda: person("lea.beispill", level="low"), "stronger sign-in"), (lambda: officer("claire.muster"), "as an officer")],
)  # fmt: skip
def test_the_plan_offers_what_who_reads_it_may_do(transactional, who, says):
    client = client_of(who())
    _page, seen = answered(client_of(ANONYMOUS), f"{CAFE}?ask=1")
    assert says in client.get(seen[-1]).content.decode()
