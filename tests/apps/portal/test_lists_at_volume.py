# SPDX-License-Identifier: EUPL-1.2
"""An accountant's 5,000 rows among 25,000 of others: each page, wherever it is, reads a page and a count to the cap.

Two do not. A search reads along the space, as far as its words are found. Readings are found in an index by person and then put in
order: each page of them reads no more than the person's own rows, but possibly all of those.

The plans are those of the web role under its policies, as the statements of the selectors were carried out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import pytest

from bierger.administrations import selectors as administrations
from bierger.cases import selectors as cases
from bierger.cases.types import RequestFilters, WorkFilters
from bierger.delivery import selectors as delivery
from bierger.disclosures import selectors as disclosures
from bierger.disclosures.services import purpose_of_case
from bierger.filings import selectors as filings
from bierger.infra.pages import CAP, SIZE, Key, Page, Turn
from bierger.infra.principal import Principal, acting_as
from tests.apps.portal import volume
from tests.attacks.together import superuser
from tests.people import officer, person

OWN, OTHERS = 5_000, 25_000
Read = Callable[[Turn], Page[object]]


@pytest.fixture(scope="module")
def seeded(_database: None) -> Iterator[tuple[Principal, Principal]]:
    """An applicant and an officer; the database is copied from the template again afterwards."""
    from tests.conftest import _copy_template

    lea, tom = person("lea.beispill"), officer("tom.beispill")
    assert lea.space is not None
    assert tom.administration is not None
    for first, count, space, subject in ((1, OWN, lea.space, lea.person), (OWN + 1, OTHERS, None, None)):
        volume.cases(space, tom.administration, count, first=first)
        volume.messages(space, count)
        volume.drafts(space, count)
        volume.readings(subject, count)
    with acting_as(tom):
        service = administrations.service(administration_id=tom.administration, code="urbanism").id
    volume.work(tom.administration, service, OTHERS)
    volume.analyze()
    yield lea, tom
    _copy_template()


LISTS: dict[str, tuple[str, Read]] = {
    "requests": ("cases_case", cases.requests_page),
    "open requests": ("cases_case", partial(cases.requests_page, filters=RequestFilters(state="open"))),
    "closed requests": ("cases_case", partial(cases.requests_page, filters=RequestFilters(state="closed"))),
    "mailbox": ("delivery_message", delivery.mailbox_page),
    "new messages": ("delivery_message", partial(delivery.mailbox_page, unread=True)),
    "drafts": ("filings_draft", filings.drafts_page),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_page_reads_a_page_wherever_it_is(seeded: tuple[Principal, Principal], name: str) -> None:
    table, read = LISTS[name]
    passed_over = 1.1 if name == "closed requests" else 1  # one in forty is open
    middle = str(Key(datetime(2026, 1, 5, 12, tzinfo=UTC), UUID(int=2**127)))  # of rows of the same instant
    for turn in (Turn(), Turn(after=middle), Turn(before=middle)):
        with acting_as(seeded[0]), volume.watched() as plans:
            page = read(turn)
        assert page.rows
        *pages, count = plans.of(table)
        assert plans.whole(table) == []
        assert pages
        assert volume.read_of(count, table) <= (CAP + 1) * passed_over
        # A hundred rows may be sorted rather than walked; never the five thousand.
        assert all(volume.read_of(one, table) <= max(SIZE + 1, page.count % (CAP + 1)) * passed_over for one in pages), pages


@pytest.mark.parametrize("state", ["all", "open"])
def test_a_search_reads_no_more_than_the_space(seeded: tuple[Principal, Principal], state: str) -> None:
    with acting_as(seeded[0]), volume.watched() as plans:
        page = cases.requests_page(filters=RequestFilters(words="0001240", state=state))  # type: ignore[arg-type]  # from the list above
    assert [one.number for one in page.rows] == ["2025-0001240-0"]
    read = [volume.read_of(one, "cases_case") for one in plans.of("cases_case")]
    assert read
    assert max(read) <= (OWN if state == "all" else OWN / 40)


def test_the_desks_list_of_what_is_done_reads_along_its_index(seeded: tuple[Principal, Principal]) -> None:
    with acting_as(seeded[1]), volume.watched() as plans:
        page = cases.worklist(filters=WorkFilters(state="done"), purpose=purpose_of_case(None, purpose="worklist"))
    assert (len(page.rows), page.count) == (SIZE, CAP + 1)
    first, count = plans.of("cases_work")
    assert "cases_work_done" in str(first)
    assert volume.read_of(first, "cases_work") <= SIZE + 1
    assert volume.read_of(count, "cases_work") <= CAP + 1


def test_readings_are_found_along_an_index_and_counted_to_the_cap(seeded: tuple[Principal, Principal]) -> None:
    """The finders look past the policy, so their bodies are what is explained, for the person whom they would ask for."""
    lea = seeded[0]
    with acting_as(lea):
        assert disclosures.readings_page().count == CAP + 1
    with superuser() as db:
        middle = db.execute("SELECT max(id) / 2 FROM disclosures_disclosure").fetchone()[0]
        for name, given in (
            ("disclosures_about_me", {"older": "NULL::bigint", "newer": "NULL::bigint", "most": "26"}),
            ("disclosures_about_me", {"older": f"{middle}::bigint", "newer": "NULL::bigint", "most": "26"}),
            ("disclosures_about_me", {"older": "NULL::bigint", "newer": f"{middle}::bigint", "most": "26"}),
            ("disclosures_count_about_me", {"most": str(CAP + 1)}),
        ):
            body = db.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [name]).fetchone()[0]
            given |= {"house": "NULL::uuid", "since": "NULL::timestamptz", "before": "NULL::timestamptz"}
            given |= {r"disclosures_concerned\(\)": f"'{lea.person}'::uuid", r"principal_kind\(\)": "'person'"}
            for word, value in given.items():
                body = re.sub(rf"\b{word}" if word.endswith(")") else rf"\b{word}\b", value, body)
            plan = db.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + body).fetchone()[0][0]["Plan"]
            assert volume.read_of(plan, "disclosures_disclosure") <= OWN, (name, given)
            assert "disclosures_subjects" in str(plan)
