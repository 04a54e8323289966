# SPDX-License-Identifier: EUPL-1.2
"""How many statements a page sends: pinned, so that one more is a decision and not an accident.

Counted on the second request of a process, when packages are in memory. BEGIN and COMMIT are the driver's and not counted. The
suite remembers no directory of administrations (rows roll back), so its three reads are subtracted where they happen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from bierger.filings import services as filings
from bierger.infra.principal import Principal
from tests import story
from tests.apps.disclosures.town import unsealed
from tests.apps.portal import volume
from tests.clients import client_of
from tests.people import officer, person

DIRECTORY = ("administrations_served()", 'FROM "administrations_administration"', 'FROM "administrations_service"')


class Heard(list[str]):
    """The statements of a block, without the directory's."""

    def __call__(self, execute: Callable[..., object], sql: str, params: Sequence[object], many: bool, context: dict[str, object]) -> object:
        if not any(name in sql for name in DIRECTORY):
            self.append(sql)
        return execute(sql, params, many, context)


def statements(ask: Callable[[], object]) -> Heard:
    heard = Heard()
    with connection.execute_wrapper(heard):
        ask()
    return heard


def told(heard: Heard) -> str:
    return "\n".join(f"{place:2} {sql[:140]}" for place, sql in enumerate(heard, 1))


@pytest.fixture
def reporter(transactional: None) -> tuple[Client, Principal, str]:
    token = filings.new_token()
    who = Principal(kind="link", link=filings.link_of(token))
    return client_of(who), who, token


def ready(who: Principal, token: str) -> UUID:
    draft = story.begin(who, "problem-report", token=token)
    story.fill(who, draft, story.REPORT)
    return draft


def test_a_submission_sends_23_statements_in_8_messages(reporter):
    client, who, token = reporter
    client.post(f"/drafts/{ready(who, token)}/submit", {"declaration": "yes"})
    draft = ready(who, token)
    heard = statements(lambda: client.post(f"/drafts/{draft}/submit", {"declaration": "yes"}))
    assert len(heard) == 8, told(heard)
    assert sum(len(one.split(";\n")) for one in heard) == 23, told(heard)
    assert sum("cases_case" in sql and "UPDATE" in sql for sql in heard) == 0, "A fresh case is written once."


def test_a_double_click_sends_few(reporter):
    client, who, token = reporter
    draft = ready(who, token)
    client.post(f"/drafts/{draft}/submit", {"declaration": "yes"})
    heard = statements(lambda: client.post(f"/drafts/{draft}/submit", {"declaration": "yes"}))
    assert len(heard) == 7, told(heard)


def test_a_step_page_sends_3_statements(reporter):
    client, who, token = reporter
    draft = story.begin(who, "problem-report", token=token)
    client.get(f"/drafts/{draft}/category")
    heard = statements(lambda: client.get(f"/drafts/{draft}/category"))
    assert len(heard) == 3, told(heard)


def test_the_catalogue_page_sends_4_statements(transactional):
    client = Client()
    client.get("/catalogue")
    heard = statements(lambda: client.get("/catalogue"))
    assert len(heard) == 4, told(heard)


def test_the_requests_page_sends_as_many_for_ten_requests_as_for_two(transactional):
    who = person("lea.beispill")
    client = client_of(who)
    for _ in range(2):
        story.request(who, "residence-certificate", story.RESIDENCE)
    client.get("/requests")
    few = statements(lambda: client.get("/requests"))
    for _ in range(8):
        story.request(who, "residence-certificate", story.RESIDENCE)
    many = statements(lambda: client.get("/requests"))
    assert len(few) == len(many) == 7, told(many)


def test_the_mailbox_sends_as_many_for_twenty_letters_as_for_two(transactional):
    """Each asks where it comes from, and so for the level at which it is read: in one statement for all of them."""
    who = person("lea.beispill")
    client = client_of(who)
    volume.cases(who.space, officer("tom.beispill").administration, 20)
    counted = []
    for more in (2, 18):
        volume.messages(who.space, more, of_requests=True)
        client.get("/mailbox")
        counted.append(statements(lambda: client.get("/mailbox")))
    few, many = counted
    assert len(few) == len(many) == 5, told(many)


# Address -> statements of its first page, and of the next: a page and a count, whatever the number of rows. The readings also ask
# for their places in the chain, its end, who read, the log's key, and logs that ended.
LISTS = {"/requests": (7, 5), "/requests?state=open": (5, 5), "/drafts": (4, 4), "/mailbox": (5, 5), "/readings": (12, 10)}


@pytest.mark.parametrize("address", LISTS)
def test_a_list_sends_few_on_every_page(transactional, address):
    who = person("lea.beispill")
    client = client_of(who)
    volume.cases(who.space, officer("tom.beispill").administration, 60, open_every=1)
    volume.messages(who.space, 60)
    volume.drafts(who.space, 60)
    volume.readings(who.person, 60)
    first = client.get(address).content.decode()
    following = re.search(r'class="pages-next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    client.get(following)  # what is new in a mailbox is marked as read, in one statement more
    for place, expected in zip((address, following), LISTS[address], strict=True):
        heard = statements(lambda place=place: client.get(place))
        assert len(heard) == expected, told(heard)


def test_the_worklist_sends_as_many_for_twelve_tasks_as_for_two(transactional):
    clerk, who = officer("tom.beispill"), person("lea.beispill")
    client = client_of(clerk)
    for _ in range(2):
        story.request(who, "building-permit", story.PERMIT)
    client.get("/desk")
    few = statements(lambda: client.get("/desk"))
    for _ in range(10):
        story.request(who, "building-permit", story.PERMIT)
    read = unsealed()
    many = statements(lambda: client.get("/desk"))
    assert len(few) == len(many) == 8, told(many)
    assert unsealed() == read + 1, "The row of the reading travels in one of these messages."
