# SPDX-License-Identifier: EUPL-1.2
"""Who reads data: orders that readings are told later, and which officer read, at the desk; nobody else learns that there are any."""

from __future__ import annotations

import datetime as dt
import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from bierger.administrations import selectors as administrations
from bierger.cases import selectors as cases
from bierger.disclosures import selectors
from bierger.disclosures.services import purpose_of_case
from bierger.infra.principal import Principal, acting_as
from bierger.ui import words
from tests import story
from tests.apps.backoffice.test_desk import text
from tests.attacks.together import superuser
from tests.clients import client_of
from tests.people import officer
from tests.story_people import Town
from tests.story_people import town as make_town

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SAID = {"until": "2026-06-02", "reason": "A fraud is looked into.", "law": "Code de procédure pénale", "articles": "8, 9"}


@pytest.fixture
def mersch(transactional, frozen) -> Town:
    frozen(MONDAY)
    return make_town()


@pytest.fixture
def case(mersch: Town, run_jobs) -> UUID:
    return story.request(mersch.applicant, "building-permit", story.PERMIT).cases[0]


def number(case: UUID) -> str:
    with superuser() as seen:
        return seen.execute("SELECT number FROM cases_case WHERE id = %s", [case]).fetchone()[0]


def look(who: Principal, case: UUID) -> None:
    with acting_as(who):
        cases.case_view(case, purpose=purpose_of_case(case))


def order(who: Principal, case: UUID, /, **changed: str):
    said = {**SAID, "case": number(case), "confirm": "yes", **changed}
    return client_of(who).post("/desk/readings/later", said, HTTP_ACCEPT_LANGUAGE="en")


def the_order() -> UUID:
    with superuser() as seen:
        return seen.execute("SELECT id FROM disclosures_delay WHERE extends IS NULL").fetchone()[0]


def mine(mersch: Town) -> list[str]:
    with acting_as(mersch.applicant):
        return [one.purpose for one in selectors.readings() if one.case]


def test_ordered_on_two_pages_extended_ended_and_told(mersch: Town, case: UUID, frozen):
    mayor, auditor = client_of(mersch.mayor), client_of(officer("anouk.esimerkki"))
    first = mayor.post("/desk/readings/later", {**SAID, "case": number(case), "check": "yes"}, HTTP_ACCEPT_LANGUAGE="en")
    assert "Order this?" in text(first)
    assert "2 June 2026" in text(first)
    with acting_as(mersch.mayor):
        assert selectors.orders() == (), "the first press only shows"
    assert order(mersch.mayor, case)["Location"] == "/desk/readings?did=ordered"
    look(mersch.clerk, case)
    look(mersch.clerk, case)
    assert mine(mersch) == []
    for visitor in (mayor, auditor):
        page = text(visitor.get("/desk/readings", HTTP_ACCEPT_LANGUAGE="en"))
        for part in (number(case), "Told on 2 June 2026", "2 readings withheld", "about 1 person", "Nora Beispiel, 2 March 2026",
                     "A fraud is looked into. (Code de procédure pénale, art. 8, 9)"):
            assert part in page, part
    assert "Choose a later day" not in text(auditor.get("/desk/readings", HTTP_ACCEPT_LANGUAGE="en"))
    extend = f"/desk/readings/later/{the_order()}/extend"
    assert "2 June 2026" not in text(mayor.get(extend, HTTP_ACCEPT_LANGUAGE="en")), "only later days"
    done = mayor.post(extend, {**SAID, "until": "2027-03-02", "confirm": "yes"})
    assert done["Location"] == "/desk/readings?did=extended"
    frozen(MONDAY + dt.timedelta(days=100))
    assert mine(mersch) == []
    end = f"/desk/readings/later/{the_order()}/end"
    assert "End the order now?" in text(mayor.post(end, {"reason": "Unfounded."}, HTTP_ACCEPT_LANGUAGE="en"))
    assert mayor.post(end, {"reason": "Unfounded.", "confirm": "yes"})["Location"] == "/desk/readings?did=ended"
    assert len(mine(mersch)) == 2
    page = text(client_of(mersch.applicant).get("/readings", HTTP_ACCEPT_LANGUAGE="en"))
    assert "because of an investigation: A fraud is looked into." in page
    page = text(mayor.get("/desk/readings", HTTP_ACCEPT_LANGUAGE="en"))
    assert "2 readings had been withheld" in page
    given = [page.index(part) for part in ("To be told on 2 June 2026", "To be told on 2 March 2027", "Ended early on")]
    assert given == sorted(given), "in the order in which they were given"
    assert mayor.get(end).status_code == mayor.get(extend).status_code == 404, "it is over"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"case": "2026-999999-0"}, "no case with this number"), ({"case": ""}, "Answer this question"), ({"reason": " "}, "Answer this question"),
        ({"law": ""}, "Answer this question"), ({"until": "2028-01-01"}, "Choose one of the answers shown"), ({"until": "x"}, "Choose one"),
        ({"reason": "x" * 501}, "at most 500"), ({"law": "a\0b"}, "cannot be printed"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_ordered(mersch: Town, case: UUID, changed: dict[str, str], said: str):
    answer = order(mersch.mayor, case, **changed)
    assert answer.status_code == 200
    assert said in text(answer)
    with acting_as(mersch.mayor):
        assert selectors.orders() == ()


def test_a_second_order_for_the_same_case_is_refused_at_its_field(mersch: Town, case: UUID):
    order(mersch.mayor, case)
    assert "told later already" in text(order(mersch.mayor, case))


def test_nobody_else_learns_that_there_are_orders(mersch: Town, case: UUID):
    order(mersch.mayor, case)
    addresses = [f"/desk/readings/later/{one}/{verb}" for one in (the_order(), uuid4()) for verb in ("extend", "end")]
    for who in (mersch.clerk, mersch.urbanism, mersch.applicant):
        visitor = client_of(who)
        for address in ("/desk/readings", "/desk/readings/later", *addresses):
            assert visitor.get(address).status_code == 404, (address, who.kind)
            assert visitor.post(address, {**SAID, "confirm": "yes"}).status_code in (404, 405), address
        assert "Who reads data" not in visitor.get("/desk", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    other = client_of(officer("raymond.beispill"))  # the investigator of another house
    assert number(case) not in text(other.get("/desk/readings"))
    assert {other.get(address).status_code for address in addresses} == {404}
    assert "no case with this number" in text(order(officer("raymond.beispill"), case))
    auditor = client_of(officer("anouk.esimerkki"))  # watches, and orders nothing
    assert {auditor.get(address).status_code for address in ("/desk/readings/later", *addresses)} == {404}


def test_every_word_to_the_person_has_one_for_others():
    said = {*words.FACTS.values(), *words.PURPOSES.values()}
    assert {one for one in said if re.search(r"\byour?\b", one)} == set(words.OF_OTHERS)


def test_the_auditor_opens_which_officer_read_and_nobody_else(mersch: Town, case: UUID):
    look(mersch.clerk, case)
    with acting_as(mersch.applicant):
        (meant,) = [one.id for one in selectors.readings() if one.case]
    auditor = client_of(officer("anouk.esimerkki"))
    page = text(auditor.get(f"/desk/readings?number={meant}", HTTP_ACCEPT_LANGUAGE="en"))
    with acting_as(mersch.clerk):
        name = administrations.officer(mersch.clerk.officer).full_name
    assert name in page
    assert number(case) in page
    assert "Not yet: it is sealed within a minute" in page
    assert "Check of who reads data" in text(client_of(mersch.applicant).get("/readings", HTTP_ACCEPT_LANGUAGE="en"))
    assert ("Handling of a request" in page, "answers in the request" in page) == (True, True)
    assert not re.search(r"\byour\b", page[page.index(">Why<") : page.index(">People concerned<")]), "it is about somebody else"
    assert f"verify_readings.py readings.json --opening {meant}:{mersch.clerk.officer}:" in page
    assert "Enter the number of the reading" in text(auditor.get("/desk/readings?number=", HTTP_ACCEPT_LANGUAGE="en"))
    for wrong in ("0", "999999999", "x", "1" * 30):
        assert "made no reading" in text(auditor.get(f"/desk/readings?number={wrong}", HTTP_ACCEPT_LANGUAGE="en"))
    assert name not in text(client_of(mersch.mayor).get(f"/desk/readings?number={meant}", HTTP_ACCEPT_LANGUAGE="en"))
    assert not re.search("Which officer", text(client_of(mersch.mayor).get("/desk/readings", HTTP_ACCEPT_LANGUAGE="en")))
