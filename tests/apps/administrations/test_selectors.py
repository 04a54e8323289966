# SPDX-License-Identifier: EUPL-1.2
"""What is public about administrations, and what only colleagues see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import nullcontext

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from bierger.administrations import selectors
from bierger.administrations.errors import UnknownAdministration, UnknownService
from bierger.administrations.models import Administration, Officer, OfficerRole
from bierger.infra.errors import NoPrincipal
from bierger.infra.principal import ANONYMOUS, SYSTEM, Principal, acting_as, worker_on
from bierger.simulators.country import country
from tests.people import officer, person

NOW = dt.date(2026, 3, 2)


def test_everybody_sees_administrations_and_services(transactional: None, as_worker: Callable):
    for principal in (ANONYMOUS, Principal(kind="link", link="0" * 64), person("lea.beispill"), officer("claire.muster"), SYSTEM):
        with as_worker() if principal is SYSTEM else nullcontext(), acting_as(principal):
            mersch = selectors.administration(code="mersch")
            assert (mersch.name("lb"), mersch.name("de"), mersch.served) == ("Miersch", "Mersch", True)
            assert {service.code for service in selectors.services_of(mersch.id)} >= {"population", "urbanism", "technical", "waste"}
            assert not selectors.administration(code="wiltz").served


def test_nobody_acting_sees_nothing(db: None):
    assert not Administration.objects.exists()
    with pytest.raises(NoPrincipal):
        selectors.administrations(on=NOW)


def test_what_does_not_exist(db: None):
    with acting_as(ANONYMOUS):
        with pytest.raises(UnknownAdministration):
            selectors.administration(code="nowhere")
        with pytest.raises(UnknownAdministration):
            selectors.administration()
        with pytest.raises(UnknownService):
            selectors.service(administration_id=selectors.administration(code="wiltz").id, code="population")


def test_mergers(db: None):
    before, after = dt.date(2023, 8, 31), dt.date(2023, 9, 1)
    with acting_as(ANONYMOUS):
        assert selectors.commune_of("0705", on=before).code == "grosbous"
        assert selectors.commune_of("0705", on=after).code == "groussbus-wal"
        assert len(selectors.administrations(on=before, kind="commune")) == 102
        assert len(selectors.administrations(on=after, kind="commune")) == 100
        with pytest.raises(UnknownAdministration):
            selectors.commune_of("0109", on=after)


def test_officers_see_colleagues_only(transactional: None, as_worker: Callable):
    claire = officer("claire.muster")
    with acting_as(ANONYMOUS):
        esch = selectors.administration(code="esch-sur-alzette").id
    with acting_as(claire):
        assert {one.family_name for one in selectors.officers_of(claire.administration, role="decider")} == {"Beispiel"}
        assert selectors.officers_of(esch) == ()
        urbanism = selectors.service(administration_id=claire.administration, code="urbanism").id
        assert [one.full_name for one in selectors.officers_of(claire.administration, service=urbanism, role="adviser")] == ["Marc Esempio"]
        assert selectors.officer(claire.officer).full_name == "Claire Muster"
        assert selectors.officer(officer_of_esch()) is None
    for principal in (ANONYMOUS, person("lea.beispill")):
        with acting_as(principal):
            assert not Officer.objects.exists()
            assert not OfficerRole.objects.exists()
    with as_worker(), acting_as(worker_on(esch)):
        assert selectors.officers_of(esch)
    with acting_as(worker_on(esch)):  # the web's login that says so
        assert selectors.officers_of(esch) == ()


def officer_of_esch():
    from bierger.site.country.loader import identifier

    return identifier("officer", "esch-sur-alzette", "sonia.exemplo")


def test_an_office_is_found_by_its_exact_login(db: None):
    claire = country().by_handle["claire.muster"]
    with acting_as(ANONYMOUS):
        (found,) = selectors.officers_by_login("http://localhost:8001", claire.subject)
        assert (found.full_name, found.administration_code, found.roles) == ("Claire Muster", "mersch", ("clerk",))
        assert selectors.officers_by_login("http://localhost:8001", claire.subject + " ") == ()
        assert selectors.officers_by_login("https://elsewhere.example", claire.subject) == ()
        assert selectors.officers_by_login("%", "%") == ()


def test_somebody_who_left_has_no_office(transactional: None, as_owner: Callable):
    claire = country().by_handle["claire.muster"]
    with as_owner():
        Officer.objects.filter(subject=claire.subject).update(active=False)
    with acting_as(ANONYMOUS):
        assert selectors.officers_by_login("http://localhost:8001", claire.subject) == ()


def test_the_web_role_writes_no_directory(db: None):
    with acting_as(officer("anouk.esimerkki")), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE administrations_officer SET active = false")


def test_a_commune_code_is_one_commune_at_a_time(transactional: None, as_owner: Callable):
    def another(**days: dt.date) -> None:
        Administration.objects.create(code="again", kind="commune", lau2="0409", names={"fr": "Encore"}, **days)

    with as_owner():
        with pytest.raises(IntegrityError, match="one_at_a_time"), transaction.atomic():
            another(valid_from=dt.date(2030, 1, 1))
        Administration.objects.filter(code="mersch").update(valid_to=dt.date(2029, 12, 31))
        another(valid_from=dt.date(2030, 1, 1))
        with pytest.raises(IntegrityError, match="days"), transaction.atomic():
            Administration.objects.filter(code="again").update(valid_to=dt.date(2029, 1, 1))
        with pytest.raises(IntegrityError, match="lau2"), transaction.atomic():
            Administration.objects.create(code="third", kind="state", lau2="9999", names={})
