# SPDX-License-Identifier: EUPL-1.2
"""What was taken away ends at once: a session remembers who somebody is, not what they may."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client

from bierger.identity import selectors, services
from bierger.identity.errors import MandateRefused, NotYourSpace
from bierger.identity.models import Mandate
from bierger.infra import clock
from bierger.infra.errors import SpaceLost
from bierger.infra.principal import ANONYMOUS, Principal, acting_as
from bierger.simulators.country import country
from tests import mandates, story
from tests.clients import client_of
from tests.people import claims_of, officer, person

START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def refused(who: Principal) -> bool:
    try:
        with acting_as(who):
            return False
    except SpaceLost:
        return True


def leaves_the_firm(handle: str) -> None:
    someone = claims_of(country().by_handle[handle], issuer="http://localhost:8001")
    with acting_as(ANONYMOUS):
        services.sign_in(claims=dataclasses.replace(someone, organisations=()))


def test_an_ended_mandate_opens_nothing_any_more(db: None):
    lea = person("lea.beispill")
    hugo = mandates.representative(lea, "hugo.exemplo")
    assert not refused(hugo)
    mandates.end(lea, hugo.mandate)
    assert refused(hugo)
    assert not refused(person("hugo.exemplo"))


def test_a_mandate_is_over_the_day_after_its_last(db: None, frozen: Callable):
    frozen(START)
    hugo = mandates.representative(person("lea.beispill"), "hugo.exemplo", days=3)
    frozen(START + dt.timedelta(days=3))
    assert not refused(hugo)
    frozen(START + dt.timedelta(days=4))
    assert refused(hugo)


def test_the_last_day_is_the_day_in_luxembourg(db: None, frozen: Callable):
    frozen(START)
    hugo = mandates.representative(person("lea.beispill"), "hugo.exemplo", days=0)
    frozen(dt.datetime(2026, 3, 2, 22, 59, tzinfo=dt.UTC))
    assert not refused(hugo)
    frozen(dt.datetime(2026, 3, 2, 23, 1, tzinfo=dt.UTC))
    assert refused(hugo)


def test_who_leaves_a_firm_leaves_its_space(db: None):
    nina = mandates.firm_of("nina.esempio")
    assert not refused(nina)
    leaves_the_firm("nina.esempio")
    assert refused(nina)


@pytest.mark.parametrize("changed", ["scope", "mandate", "person", "space"])
def test_a_session_that_says_more_than_the_mandate_opens_nothing(db: None, changed: str):
    lea, jonas = person("lea.beispill"), person("jonas.muster")
    hugo = mandates.representative(lea, "hugo.exemplo", scope="commune/building-permit")
    other = {"scope": "*", "mandate": None, "person": jonas.person, "space": jonas.space}[changed]
    assert refused(dataclasses.replace(hugo, **{changed: other}))
    assert not refused(hugo)


def test_in_the_middle_of_a_transaction_it_ends_in_the_middle(transactional: None):
    lea = person("lea.beispill")
    draft = story.begin(lea, "residence-certificate")
    hugo = mandates.representative(lea, "hugo.exemplo")
    from bierger.filings.models import Draft

    with acting_as(hugo):
        assert Draft.objects.filter(id=draft).exists()
        with connection.cursor() as cursor:  # the holder may end it too
            cursor.execute("UPDATE identity_mandate SET ended_at = now() WHERE id = %s", [hugo.mandate])
        assert not Draft.objects.filter(id=draft).exists()


def test_the_narrow_mandates_of_one_space_are_chosen_among(db: None):
    lea = person("lea.beispill")
    mandates.give(lea, "hugo.exemplo", scope="commune/building-permit", days=3)
    first = mandates.give(lea, "hugo.exemplo", scope="commune/building-permit")
    second = mandates.give(lea, "hugo.exemplo", scope="commune/residence-certificate")
    with acting_as(person("hugo.exemplo")):
        offered = [one for one in selectors.my_spaces() if one.role == "representative"]
        assert [(one.mandate, one.scope) for one in offered] == [
            (first, "commune/building-permit"), (second, "commune/residence-certificate")
        ]  # fmt: skip
        assert services.enter_mandate(mandate=second)[0].scope == "commune/residence-certificate"
        with pytest.raises(NotYourSpace):
            services.enter_mandate(mandate=lea.space)
    whole = mandates.give(lea, "hugo.exemplo")
    with acting_as(person("hugo.exemplo")):
        assert [one.mandate for one in selectors.my_spaces() if one.role == "representative"] == [whole]


def test_a_representative_gives_no_mandate_and_ends_only_their_own(db: None):
    lea = person("lea.beispill")
    of_jonas = mandates.give(lea, "jonas.muster")
    hugo = mandates.representative(lea, "hugo.exemplo")
    with acting_as(hugo):
        assert [given.id for given in selectors.mandates_given()] == [hugo.mandate]
        with pytest.raises(MandateRefused):
            services.end_mandate(mandate=of_jonas)
        with pytest.raises(MandateRefused):
            services.grant_mandate(
                to_matricule=country().by_handle["jonas.muster"].matricule, family_name="Muster", scope="*",
                valid_from=START.date(), valid_to=None,
            )
        services.end_mandate(mandate=hugo.mandate)


def given_in_sql(who: Principal, handle: str, *, name: str = "", **said: object) -> str:
    """What the only way to a mandate answers; the rest of what it takes is as a caller would send it."""
    to = country().by_handle[handle]
    with acting_as(dataclasses.replace(who, **said)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT refused FROM identity_give_mandate(%s, %s, '*', '2026-01-01', NULL, now())", [to.matricule, name or to.family_name]
        )
        return cursor.fetchone()[0]


def test_nobody_but_the_owner_or_a_manager_gives_a_mandate_in_sql(db: None):
    lea, nina = person("lea.beispill"), person("nina.esempio")
    person("jonas.muster")
    narrow = mandates.representative(lea, "hugo.exemplo", scope="commune/building-permit")
    firm = mandates.firm_of("nina.esempio")
    of_firm = mandates.representative(firm, "hugo.exemplo")
    for handle in ("jonas.muster", "hugo.exemplo"):
        for who in (narrow, of_firm, officer("claire.muster"), ANONYMOUS, Principal(kind="link", link="ab" * 32)):
            assert given_in_sql(who, handle) == "nobody"
    # A principal that leaves its mandate out, or names a space that is none of its own, has no space.
    with pytest.raises(SpaceLost):
        given_in_sql(narrow, "jonas.muster", mandate=None, scope=None)
    with pytest.raises(SpaceLost):
        given_in_sql(nina, "jonas.muster", space=lea.space)
    assert given_in_sql(lea, "lea.beispill") == "oneself"
    assert given_in_sql(lea, "alice.exemple") == "unknown"
    assert given_in_sql(lea, "jonas.muster", name="Beispill") == given_in_sql(lea, "lea.beispill", name="Muster") == "unknown"
    assert given_in_sql(firm, "jonas.muster") == ""


def test_an_employee_gives_no_mandate(db: None):
    someone = claims_of(country().by_handle["nina.esempio"], issuer="http://localhost:8001")
    employed = tuple(dataclasses.replace(one, role="employee") for one in someone.organisations or ())
    person("hugo.exemplo")
    firm = mandates.firm_of("nina.esempio")
    with acting_as(ANONYMOUS):
        services.sign_in(claims=dataclasses.replace(someone, organisations=employed))
    assert given_in_sql(firm, "hugo.exemplo") == "nobody"


def test_the_web_writes_no_mandate_and_asks_for_no_name(db: None):
    lea = person("lea.beispill")
    hugo = mandates.representative(lea, "hugo.exemplo")
    copied = "INSERT INTO identity_mandate SELECT gen_random_uuid(), space_label, holder_name, '*', valid_from, NULL, given_by, given_at"
    for statement, why in (
        (f"{copied}, NULL, holder_id, space_id FROM identity_mandate", "permission denied"),
        ("SELECT identity_person_by_number('1')", "does not exist"),
    ):
        for who in (lea, hugo):
            with acting_as(who), pytest.raises(ProgrammingError, match=why), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_in_sql_too_a_representative_sees_and_ends_their_own_mandate_alone(db: None):
    lea = person("lea.beispill")
    of_jonas = mandates.give(lea, "jonas.muster")
    hugo = mandates.representative(lea, "hugo.exemplo")
    with acting_as(hugo), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM identity_mandate")
        assert cursor.fetchall() == [(hugo.mandate,)]
        cursor.execute("UPDATE identity_mandate SET ended_at = now() WHERE id = %s", [of_jonas])
        assert cursor.rowcount == 0
    with acting_as(lea):
        assert {one.id for one in selectors.mandates_given()} == {of_jonas, hugo.mandate}


def test_a_mandate_says_whose_it_is_as_the_rows_do(db: None):
    """The holder goes by the label; the giver cannot write another's name into it."""
    given = mandates.give(mandates.firm_of("nina.esempio"), "hugo.exemplo")
    with acting_as(person("hugo.exemplo")):
        held = next(one for one in selectors.mandates_held(on=clock.today()) if one.id == given)
    assert (held.space_label, held.holder_name) == (firm_name("nina.esempio"), "Hugo Exemplo")


def firm_name(handle: str) -> str:
    someone = country().by_handle[handle]
    return country().by_number[someone.memberships[0].organisation].name


def test_an_officer_that_does_not_exist_has_no_colleagues(db: None):
    from bierger.administrations.models import Officer

    claire = officer("claire.muster")
    strangers = (dataclasses.replace(claire, officer=uuid4()), dataclasses.replace(claire, officer=None))
    with acting_as(claire):
        assert Officer.objects.count() > 3
    for stranger in strangers:
        with acting_as(stranger):
            assert not Officer.objects.exists()


def test_what_a_mandate_said_is_not_rewritten(db: None):
    lea = person("lea.beispill")
    mandate = mandates.give(lea, "hugo.exemplo", scope="commune/building-permit")
    for change in ({"scope": "*"}, {"valid_to": START.date()}):
        with acting_as(lea), pytest.raises(IntegrityError), transaction.atomic():
            Mandate.objects.filter(id=mandate).update(**change)
    mandates.end(lea, mandate)
    with acting_as(lea), pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.filter(id=mandate).update(ended_at=None)


def browser_in(space: Principal, own: Principal, label: str) -> Client:
    """A session as `identity.views` makes it: in another space than one's own."""
    client = client_of(space)
    session = client.session
    session["identity"] = {**session["identity"], "space": str(own.space), "name": "Hugo Exemplo", "label": label}
    session.save()
    return client


@pytest.mark.parametrize(
    ("verb", "address"),
    [("get", "/requests"), ("get", "/catalogue"), ("get", "/mailbox"), ("post", "/procedures/commune/residence-certificate/start")],
)
def test_the_portal_leads_back_into_ones_own_space_and_says_why(transactional: None, verb: str, address: str):
    lea, own = person("lea.beispill"), person("hugo.exemplo")
    browser = browser_in(mandates.representative(lea, "hugo.exemplo"), own, "Léa Beispill")
    assert browser.get("/requests").status_code == 200
    mandates.end(lea, Principal.from_session(browser.session["principal"]).mandate)
    answer = getattr(browser, verb)(address)
    assert (answer.status_code, answer["Location"]) == (302, "/spaces")
    assert Principal.from_session(browser.session["principal"]) == own
    page = browser.get("/spaces").content.decode()
    assert "You can no longer act for Léa Beispill" in page
    assert "You can no longer act" not in browser.get("/spaces").content.decode()
    assert browser.get("/requests").status_code == 200


def test_without_a_space_of_ones_own_the_way_leads_to_sign_in(transactional: None, as_owner: Callable):
    lea = person("lea.beispill")
    browser = client_of(lea)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM identity_space WHERE id = %s", [lea.space])
    answer = browser.get("/requests")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in")
    assert "principal" not in browser.session


def test_officers_links_and_nobody_have_no_space_to_lose(db: None):
    for who in (officer("claire.muster"), Principal(kind="link", link="ab" * 32), ANONYMOUS):
        assert not refused(who)
