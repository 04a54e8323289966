# SPDX-License-Identifier: EUPL-1.2
"""Who may act for me, over HTTP: giving a mandate, ending it, and what is refused."""

from __future__ import annotations

import dataclasses
import html
from uuid import UUID, uuid4

import pytest
from django.test import Client

from bierger.identity import selectors
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, Principal, acting_as
from bierger.simulators.country import country
from tests import mandates
from tests.clients import client_of
from tests.people import claims_of, officer, person

ONE = "commune/residence-certificate"
UNKNOWN = "Nobody with this number and this family name has signed in here"


@pytest.fixture
def lea(db: None) -> Principal:
    person("hugo.exemplo")
    return person("lea.beispill")


def form(handle: str = "hugo.exemplo", **changed: str) -> dict[str, str]:
    to = country().by_handle[handle]
    return {"number": to.matricule or "", "family_name": to.family_name, "scope": "everything", **changed}


def given(who: Principal) -> list[tuple[str, str, bool]]:
    with acting_as(who):
        return [(one.holder_name, one.scope, one.ended_at is None) for one in selectors.mandates_given()]


def text(answer: object) -> str:
    return html.unescape(answer.content.decode())


def offered(who: Principal) -> list[UUID | None]:
    with acting_as(who):
        return [one.mandate for one in selectors.my_spaces() if one.mandate]


def test_a_mandate_for_everything_is_given_found_and_ended(lea: Principal) -> None:
    client = client_of(lea)
    answer = client.post("/mandates", form(family_name="EXEMPLO"))
    assert (answer.status_code, answer["Location"]) == (302, "/mandates?done=given")
    page = text(client.get(answer["Location"]))
    assert "The mandate is given" in page
    assert "Hugo Exemplo" in page
    assert given(lea) == [("Hugo Exemplo", "*", True)]
    hugo = person("hugo.exemplo")
    (mandate,) = offered(hugo)
    assert "Léa Beispill" in text(client_of(hugo).get("/spaces"))
    assert "End the mandate of Hugo Exemplo now" in page
    assert client.post(f"/mandates/{mandate}/end")["Location"] == "/mandates?done=ended"
    page = text(client.get("/mandates"))
    assert "Ended on" in page
    assert "End the mandate of" not in page
    assert given(lea) == [("Hugo Exemplo", "*", False)]
    assert offered(hugo) == []


def test_a_mandate_for_one_procedure_until_a_day_is_shown_by_its_title(lea: Principal) -> None:
    last = clock.today().replace(year=clock.today().year + 1, day=1)
    days = {"until.day": "1", "until.month": str(last.month), "until.year": str(last.year)}
    client = client_of(lea)
    assert client.post("/mandates", form(scope="one", procedure=ONE, **days)).status_code == 302
    with acting_as(lea):
        (made,) = selectors.mandates_given()
    assert (made.scope, made.valid_to) == (ONE, last)
    hugo = client_of(person("hugo.exemplo"))
    for page in (client.get("/mandates"), hugo.get("/mandates"), hugo.get("/spaces")):
        assert "Residence certificate" in text(page)
        assert ONE not in text(page).partition('id="give"')[0]
    assert hugo.post(f"/mandates/{made.id}/end").status_code == 302
    assert given(lea) == [("Hugo Exemplo", ONE, False)]


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"family_name": "Muster"}, "number", UNKNOWN),
        ({"number": "1955121290066"}, "number", UNKNOWN),
        ({"number": "123"}, "number", "13 digits"),
        ({"number": ""}, "number", "Answer this question"),
        ({"family_name": ""}, "family_name", "Answer this question"),
        ({"scope": ""}, "scope", "Answer this question"),
        ({"scope": "one"}, "procedure", "Answer this question"),
        ({"scope": "one", "procedure": "commune/nothing"}, "procedure", "Choose one of the answers"),
        ({"until.day": "1", "until.month": "1", "until.year": "2020"}, "until", "date must"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_above(lea: Principal, changed: dict[str, str], field: str, says: str) -> None:
    answer = client_of(lea).post("/mandates", form(**changed))
    page = text(answer)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in page
    assert page.count(says) >= 2
    assert given(lea) == []


def test_oneself_is_refused_and_another_name_tells_nothing(lea: Principal) -> None:
    client = client_of(lea)
    assert "your own number" in text(client.post("/mandates", form("lea.beispill")))
    page = text(client.post("/mandates", form(family_name="Muster")))
    assert "Hugo" not in page
    assert "Exemplo" not in page


def test_giving_asks_for_a_strong_sign_in_and_ending_does_not(lea: Principal) -> None:
    mandate = mandates.give(lea, "hugo.exemplo")
    weak = client_of(dataclasses.replace(lea, level="low"))
    page = text(weak.get("/mandates"))
    assert "level=substantial" in page
    assert 'name="number"' not in page
    answer = weak.post("/mandates", form())
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?next=%2Fmandates&level=substantial")
    assert len(given(lea)) == 1
    assert weak.post(f"/mandates/{mandate}/end").status_code == 302
    assert given(lea) == [("Hugo Exemplo", "*", False)]


def test_others_neither_give_nor_end(lea: Principal) -> None:
    of_jonas = mandates.give(lea, "jonas.muster")
    hugo = client_of(mandates.representative(lea, "hugo.exemplo"))
    page = text(hugo.get("/mandates"))
    assert "Jonas" not in page
    assert 'name="number"' not in page
    assert hugo.post("/mandates", form("emma.primjer")).status_code == 404
    for client in (hugo, client_of(person("emma.primjer"))):
        for mandate in (of_jonas, uuid4()):
            assert client.post(f"/mandates/{mandate}/end").status_code == 404
    for client in (Client(), client_of(officer("claire.muster"))):
        assert client.get("/mandates")["Location"].startswith("/sign-in")
        assert client.post(f"/mandates/{of_jonas}/end")["Location"].startswith("/sign-in")
    assert ("Jonas Muster", "*", True) in given(lea)


def test_an_employee_sees_the_mandates_of_the_firm_and_changes_none(lea: Principal) -> None:
    from bierger.identity import services

    firm = mandates.firm_of("nina.esempio")
    mandate = mandates.give(firm, "hugo.exemplo")
    assert client_of(firm).get("/mandates").content.count(b'name="number"') == 1
    someone = claims_of(country().by_handle["nina.esempio"], issuer="http://localhost:8001")
    employed = tuple(dataclasses.replace(one, role="employee") for one in someone.organisations or ())
    with acting_as(ANONYMOUS):
        services.sign_in(claims=dataclasses.replace(someone, organisations=employed))
    client = client_of(firm)
    page = text(client.get("/mandates"))
    assert "Hugo Exemplo" in page
    assert "End the mandate" not in page
    assert client.post("/mandates", form()).status_code == 404
    assert client.post(f"/mandates/{mandate}/end").status_code == 404


def test_a_form_without_its_token_does_nothing(lea: Principal) -> None:
    mandate = mandates.give(lea, "hugo.exemplo")
    client = client_of(lea)
    client.handler.enforce_csrf_checks = True
    for path in ("/mandates", f"/mandates/{mandate}/end"):
        assert client.post(path, form()).status_code == 403
    assert given(lea) == [("Hugo Exemplo", "*", True)]


def test_numbers_and_names_cannot_be_tried_for_long(lea: Principal) -> None:
    client = client_of(lea)
    assert [client.post("/mandates", form(family_name="Muster")).status_code for _ in range(11)] == [422] * 10 + [429]
    assert client.post("/mandates", form()).status_code == 429
    assert given(lea) == []
