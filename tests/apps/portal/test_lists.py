# SPDX-License-Identifier: EUPL-1.2
"""The lists of a firm with many requests, over HTTP: pages, filters, counts, addresses that make no sense."""

from __future__ import annotations

import html
import re
from itertools import product
from uuid import UUID

import pytest
from django.test import Client
from psycopg.errors import RestrictViolation

from bierger.cases import selectors as cases
from bierger.cases.models import Case
from bierger.infra.principal import Principal, acting_as
from tests import story
from tests.apps.portal import volume
from tests.attacks.together import superuser
from tests.clients import client_of
from tests.people import officer, person

NONSENSE = ("1", "-", "x" * 5000, "9" * 25, "%00", "9999-12-31T23:59:59+00:00~", "99999999999999999.%00", "%F0%9F%8E%89", "-1.5")
LISTS = ("/requests", "/drafts", "/mailbox", "/readings")
CERTIFICATE, PERMIT = "Residence certificate", "Building permit"


@pytest.fixture
def lea(transactional: None) -> Principal:
    return person("lea.beispill")


@pytest.fixture
def firm(lea: Principal) -> Principal:
    """60 requests, every fifth open; 60 messages, drafts and readings."""
    administration = officer("tom.beispill").administration
    assert administration is not None
    volume.cases(lea.space, administration, 60, open_every=5)
    volume.messages(lea.space, 60)
    volume.drafts(lea.space, 60)
    volume.readings(lea.person, 60)
    return lea


def text(browser: Client, address: str) -> str:
    page = browser.get(address)
    assert page.status_code == 200, (address, page.status_code)
    return html.unescape(page.content.decode())


def link(page: str, which: str) -> str:
    found = re.search(rf'class="pages-{which}" href="([^"]+)"', page)
    return found.group(1) if found else ""


def rows(page: str) -> list[str]:
    """What the rows of a list are called by."""
    return re.findall(r"\d{4}-\d{7}-\d(?= ·)|Message \d+(?=</h2>)|/drafts/[0-9a-f-]{36}(?=/check)", page)


def count(page: str) -> str:
    found = re.search(r'class="count">([^<]*)<', page)
    return found.group(1) if found else ""


def turned(browser: Client, address: str) -> list[str]:
    """Every page of a list, on and on from its beginning."""
    pages, following = [], address
    while following:
        pages.append(text(browser, following))
        following = link(pages[-1], "next")
    return pages


@pytest.mark.parametrize("address", ["/requests", "/drafts", "/mailbox"])
def test_every_row_stands_on_one_page_and_the_way_back_is_the_way_there(firm: Principal, address: str) -> None:
    browser = client_of(firm)
    pages = turned(browser, address)
    shown = [[row for row in rows(page) if address == "/drafts" or "/drafts/" not in row] for page in pages]
    assert [len(page) for page in shown] == [25, 25, 10]
    assert len(set().union(*shown)) == 60
    assert count(pages[1]) == "60"
    assert [bool(link(page, "back")) for page in pages] == [False, True, True]
    second = text(browser, link(pages[2], "back"))
    assert rows(second) == rows(pages[1])
    assert rows(text(browser, link(second, "back"))) == rows(pages[0])


def test_readings_page_too(firm: Principal) -> None:
    """Alike readings of one day stand on one line with their number."""
    pages = turned(client_of(firm), "/readings")
    assert [re.findall(r"(\d+) times", page) for page in pages] == [["25"], ["25"], ["10"]]
    assert [count(page) for page in pages] == ["60"] * 3
    assert re.findall(r"(\d+) times", text(client_of(firm), link(pages[2], "back"))) == ["25"]


@pytest.mark.parametrize("address", [*LISTS, "/desk"])
def test_an_address_that_no_list_gave_shows_the_first_page_and_says_so(lea: Principal, address: str) -> None:
    browser = client_of(officer("tom.beispill") if address == "/desk" else lea)
    for word, nonsense in product(("after", "before"), NONSENSE):
        page = text(browser, f"{address}?{word}={nonsense}")
        lost = "This address leads to no page of the list." in page
        assert lost is not (address == "/readings" and nonsense == "1"), (word, nonsense)


def test_the_desk_reads_keys_too(lea: Principal) -> None:
    browser = client_of(officer("tom.beispill"))
    assert "leads to no page" not in text(browser, f"/desk?after=-.{UUID(int=1).hex}")


def test_an_accountant_finds_a_request_by_number_title_state_and_receipt(firm: Principal) -> None:
    browser = client_of(firm)
    receipt = story.request(firm, "building-permit", story.PERMIT)
    for address, numbers in {
        "/requests?q=0000012": ["2025-0000012-0"],
        "/requests?q=++2025-0000012-0+": ["2025-0000012-0"],
        "/requests?q=0000013&state=open": [],
        "/requests?q=0000015&state=open": ["2025-0000015-0"],
        f"/requests?q={receipt.number.lower()}": [_number(firm, receipt.cases[0])],
        "/requests?q=%25": [],
        "/requests?q=_": [],
        "/requests?q=%00%00": None,
    }.items():
        page = text(browser, address)
        found = re.findall(r"<p>(\d{4}-\d{7}-\d) ·", page)
        assert found == numbers or (numbers is None and len(found) == 25), address
    assert count(text(browser, "/requests?state=open")) == "13"
    assert count(text(browser, "/requests?state=closed")) == "48"
    assert count(text(browser, "/requests?state=everything").partition('id="submitted"')[2]) == "61"
    for words, titles in (("CERTIFICAT", {CERTIFICATE}), ("construire", {PERMIT}), ("bauge", {PERMIT}), ("residence", {CERTIFICATE})):
        page = text(browser, f"/requests?q={words}")
        assert {re.sub(r"<.*?>", "", one) for one in re.findall(r"<h3>(.*?)</h3>", page)} == titles, words
        assert f"q={words}&after=" in link(page, "next")
    assert "No request fits" in text(browser, "/requests?q=nothing")


def _number(who: Principal, case: UUID) -> str:
    with acting_as(who):
        return cases.request(case).number


def test_nobody_finds_a_request_of_somebody_else(firm: Principal) -> None:
    emma = person("emma.primjer")
    receipt = story.request(emma, "building-permit", story.PERMIT)
    for words in (_number(emma, receipt.cases[0]), receipt.number):
        assert "No request fits" in text(client_of(firm), f"/requests?q={words}")
        assert "No request fits" not in text(client_of(emma), f"/requests?q={words}")


def test_drafts_stand_beside_the_newest_requests_and_have_a_list_of_their_own(firm: Principal) -> None:
    browser = client_of(firm)
    page = text(browser, "/requests")
    assert len(re.findall(r'<h3><a href="/drafts/', page)) == 3
    assert 'href="/drafts"' in page
    assert "/drafts/" not in text(browser, link(page, "next"))
    assert "/drafts/" not in text(browser, "/requests?state=open")


def test_few_requests_need_no_search(lea: Principal) -> None:
    assert 'type="search"' not in text(client_of(lea), "/requests").partition("<main")[2]


def test_what_is_new_elsewhere_in_the_mailbox_is_said(firm: Principal) -> None:
    browser = client_of(firm)
    page = text(browser, "/mailbox")
    assert "Only new messages (5 more)" in page
    assert len(rows(text(browser, "/mailbox?show=new"))) == 5
    assert "No new message" in text(browser, "/mailbox?show=new")


def test_a_case_stays_with_its_applicant_whatever_is_written(lea: Principal) -> None:
    (case,) = story.request(lea, "building-permit", story.PERMIT).cases
    assert lea.space is not None
    with superuser() as db:
        assert db.execute("SELECT space, link FROM cases_case WHERE id = %s", [case]).fetchone() == (lea.space, None)
        with pytest.raises(RestrictViolation, match="stays with its applicant"):
            db.execute("UPDATE cases_case SET space = gen_random_uuid() WHERE id = %s", [case])
    emma = person("emma.primjer")
    with acting_as(emma):
        assert not Case.objects.filter(id=case).exists()
