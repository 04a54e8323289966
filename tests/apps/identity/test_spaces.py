# SPDX-License-Identifier: EUPL-1.2
"""In which role somebody acts: spaces, offices, mandates; and that nobody gets into another's."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client

from bierger.disclosures.types import Purpose
from bierger.identity import selectors, services
from bierger.identity.errors import MandateRefused, NotYourOffice, NotYourSpace
from bierger.identity.models import Person, Space
from bierger.infra.principal import ANONYMOUS, SYSTEM, Principal, acting_as, worker_on
from bierger.simulators.country import country
from tests.laws import SOME_LAW
from tests.people import claims_of, officer, person

TODAY = dt.date(2026, 3, 2)


def test_an_officer_chooses_to_act_as_citizen_or_officer(signed_in: Callable[..., Client]):
    client = signed_in("claire.muster")
    assert client.response["Location"].startswith("/spaces?")
    page = client.get("/spaces").content.decode()
    assert "Claire Muster" in page
    assert "Mersch" in page
    office = page.split('name="office" value="')[1].split('"')[0]
    assert client.post("/spaces", {"office": office})["Location"] == "/desk"
    principal = Principal.from_session(client.session["principal"])
    assert (principal.kind, principal.person, principal.space) == ("officer", None, None)
    assert principal.roles == ("clerk",)
    assert client.session["identity"]["label"] == "Mersch"
    space = page.split('name="space" value="')[1].split('"')[0]
    assert client.post("/spaces", {"space": space, "next": "/requests"})["Location"] == "/requests"
    assert Principal.from_session(client.session["principal"]).kind == "person"


def test_a_weak_sign_in_does_not_open_an_office(signed_in: Callable[..., Client]):
    client = signed_in("claire.muster", level="low")
    office = client.get("/spaces").content.decode().split('name="office" value="')[1].split('"')[0]
    answer = client.post("/spaces", {"office": office})
    assert answer.status_code == 403
    assert "level=substantial" in answer.content.decode()
    assert Principal.from_session(client.session["principal"]).kind == "person"


def test_the_office_or_space_of_somebody_else_is_not_there(signed_in: Callable[..., Client]):
    client = signed_in("lea.beispill")
    theirs, office = person("hugo.exemplo").space, officer("claire.muster").officer
    for form in ({"space": str(theirs)}, {"office": str(office)}, {"space": "x"}, {"space": str(uuid.uuid4())}):
        assert client.post("/spaces", form).status_code == 404
    assert Principal.from_session(client.session["principal"]).kind == "person"


def test_without_a_sign_in_the_choice_leads_to_it(transactional: None):
    assert Client().get("/spaces")["Location"].startswith("/sign-in?next=%2Fspaces")


def test_only_the_login_itself_opens_its_office(db: None):
    claire = officer("claire.muster").officer
    with acting_as(ANONYMOUS), pytest.raises(NotYourOffice):
        services.enter_office(office=claire, issuer="http://localhost:8001", subject="somebody else", level="high")


def test_people_see_themselves_only(db: None):
    lea, hugo = person("lea.beispill"), person("hugo.exemplo")
    with acting_as(lea):
        assert set(Person.objects.values_list("id", flat=True)) == {lea.person}
        assert set(Space.objects.values_list("id", flat=True)) == {lea.space}
        with pytest.raises(NotYourSpace):
            selectors.holder(hugo.space, purpose=Purpose(lea.person, None, SOME_LAW, "test"))
    for nobody in (ANONYMOUS, Principal(kind="link", link="0" * 64), officer("claire.muster")):
        with acting_as(nobody):
            assert not Person.objects.exists()
            assert not Space.objects.exists()


def test_nobody_acting_sees_nobody(db: None):
    person("lea.beispill")
    assert not Person.objects.exists()


def test_the_web_role_cannot_write_people(db: None):
    lea = person("lea.beispill")
    for statement in (
        "INSERT INTO identity_membership (space_id, person_id, role) SELECT id, %s, 'manager' FROM identity_space LIMIT 1",
        "UPDATE identity_person SET given_name = 'X' WHERE id = %s",
        "DELETE FROM identity_login WHERE person_id = %s",
    ):
        with acting_as(lea), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [lea.person])


def test_the_worker_learns_who_is_behind_a_space_and_it_is_recorded(transactional: None, as_worker: Callable):
    lea = person("lea.beispill")
    case = uuid.uuid4()
    with as_worker(), acting_as(worker_on(case)):
        found = selectors.holder(lea.space, purpose=Purpose(None, None, SOME_LAW, "register-check", case=case))
        assert found.matricule == country().by_handle["lea.beispill"].matricule
    with acting_as(lea):
        from bierger.disclosures.selectors import readings

        assert [(reading.purpose, reading.actor_kind, reading.case) for reading in readings()] == [("register-check", "worker", case)]


def test_memberships_follow_the_provider(db: None):
    nina = country().by_handle["nina.esempio"]
    said = claims_of(nina, issuer="http://localhost:8001")
    with acting_as(person("nina.esempio")):
        assert [space.kind for space in selectors.my_spaces()] == ["private", "professional"]
    with acting_as(ANONYMOUS):
        silent = services.sign_in(claims=dataclasses.replace(said, organisations=None)).principal
    with acting_as(silent):
        assert len(selectors.my_spaces()) == 2
    with acting_as(ANONYMOUS):
        gone = services.sign_in(claims=dataclasses.replace(said, organisations=())).principal
    with acting_as(gone):
        assert [space.kind for space in selectors.my_spaces()] == ["private"]


def test_a_second_login_of_the_same_number_is_the_same_person(db: None):
    lea = person("lea.beispill")
    other = dataclasses.replace(claims_of(country().by_handle["lea.beispill"], issuer="https://eidas.example"), subject="LU/DE/1")
    with acting_as(ANONYMOUS):
        assert services.sign_in(claims=other).principal.person == lea.person


def test_a_mandate_opens_a_space_on_its_days(db: None, frozen: Callable):
    frozen(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC))
    lea, hugo = person("lea.beispill"), person("hugo.exemplo")
    hugo_number = country().by_handle["hugo.exemplo"].matricule
    with acting_as(lea):
        mandate = services.grant_mandate(
            to_matricule=hugo_number, family_name="Exemplo", scope="*", valid_from=TODAY, valid_to=TODAY + dt.timedelta(days=10)
        )
        assert [given.holder_name for given in selectors.mandates_given()] == ["Hugo Exemplo"]
    with acting_as(hugo):
        assert [(space.label, space.role) for space in selectors.my_spaces()][1:] == [("Léa Beispill", "representative")]
        assert services.enter_space(space=lea.space)[0].space == lea.space
        entered = services.enter_mandate(mandate=mandate)[0]
        assert (entered.space, entered.mandate, entered.scope) == (lea.space, mandate, "*")
        assert [held.id for held in selectors.mandates_held(on=TODAY + dt.timedelta(days=10))] == [mandate]
        assert selectors.mandates_held(on=TODAY + dt.timedelta(days=11)) == ()
    with acting_as(person("jonas.muster")):
        assert len(selectors.my_spaces()) == 1
        with pytest.raises(MandateRefused):
            services.end_mandate(mandate=mandate)
    with acting_as(lea):
        services.end_mandate(mandate=mandate)
        services.end_mandate(mandate=mandate)
    with acting_as(hugo):
        assert len(selectors.my_spaces()) == 1
        with pytest.raises(NotYourSpace):
            services.enter_space(space=lea.space)


def test_mandates_that_are_refused(db: None):
    lea = person("lea.beispill")
    own = country().by_handle["lea.beispill"].matricule
    stranger = country().by_handle["alice.exemple"].matricule
    day = dt.timedelta(days=1)
    person("hugo.exemplo")
    hugo = country().by_handle["hugo.exemplo"].matricule
    with acting_as(lea):
        for number, name, ends, why in (
            (own, "Beispill", None, "oneself"), (stranger, "Exemple", None, "unknown"), (hugo, "Muster", None, "unknown"),
            (own, "Muster", None, "unknown"), ("123", "Exemplo", None, "number"), (hugo, "Exemplo", TODAY - day, "days"),
        ):  # fmt: skip
            with pytest.raises(MandateRefused) as refused:
                services.grant_mandate(to_matricule=number, family_name=name, scope="*", valid_from=TODAY, valid_to=ends)
            assert refused.value.why == why
    with acting_as(officer("claire.muster")), pytest.raises(MandateRefused):
        services.grant_mandate(to_matricule=hugo, family_name="Exemplo", scope="*", valid_from=TODAY, valid_to=None)


def test_a_name_is_compared_without_accents_and_capitals(db: None):
    someone = claims_of(country().by_handle["hugo.exemplo"], issuer="http://localhost:8001")
    with acting_as(ANONYMOUS):
        services.sign_in(claims=dataclasses.replace(someone, family_name="Müller-d’Été"))
    with acting_as(person("lea.beispill")):
        for name in ("Müller-d’Été", "  MULLER-D'ETE ", "muller-d’été"):
            assert services.grant_mandate(
                to_matricule=someone.matricule or "", family_name=name, scope="*", valid_from=TODAY, valid_to=None
            )
        for name in ("", "%", "Müller"):
            with pytest.raises(MandateRefused):
                services.grant_mandate(
                    to_matricule=someone.matricule or "", family_name=name, scope="*", valid_from=TODAY, valid_to=None
                )


def test_the_database_keeps_a_space_of_one(transactional: None, as_owner: Callable):
    with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
        Space.objects.create(kind="private")


def test_finders_answer_the_right_people_only(db: None):
    lea = person("lea.beispill")
    with acting_as(officer("claire.muster")):
        assert selectors.people_of(lea.space) == (lea.person,)
    with acting_as(ANONYMOUS):
        assert selectors.people_of(lea.space) == ()
    with acting_as(SYSTEM):
        assert selectors.people_of(None) == ()


def test_finders_have_a_fixed_search_path(db: None):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
            " AND NOT coalesce(proconfig @> ARRAY['search_path=public, pg_temp'], false)"
        )
        assert cursor.fetchall() == []
