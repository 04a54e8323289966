# SPDX-License-Identifier: EUPL-1.2
"""The demonstration country in the database, and its preparation: twice gives the same as once."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bierger.administrations.models import Administration, Officer, OfficerRole, Service
from bierger.simulators.country import country
from bierger.site.country.loader import load_country, slug
from bierger.site.country.welcome import CITIZENS, IDLE, OFFICERS, WIDTH, welcome
from tests import databases
from tests.core.procedures.test_running import package

ROOT = Path(__file__).resolve().parents[2]
COUNTRY = ROOT / "src" / "bierger" / "site" / "country"


def test_the_hundred_communes(transactional: None, as_owner: Callable):
    with as_owner():
        communes = Administration.objects.filter(kind="commune")
        assert (communes.filter(valid_to=None).count(), communes.count()) == (100, 104)
        merged = {row.code: row.successor.code for row in communes.exclude(successor=None)}
        assert merged == {
            "grosbous": "groussbus-wal",
            "wahl": "groussbus-wal",
            "bous": "bous-waldbredimus",
            "waldbredimus": "bous-waldbredimus",
        }
        assert all(all(row.names[language] for language in ("fr", "de", "en", "lb")) for row in communes)
        assert Administration.objects.filter(kind="state").count() == 2


def test_a_second_load_changes_nothing_but_the_issuer(transactional: None, as_owner: Callable):
    def everything() -> list[object]:
        return [
            *Administration.objects.order_by("id").values_list("id", "code", "names", "colours", "successor"),
            *Service.objects.order_by("id").values_list("id", "code"),
            *Officer.objects.order_by("id").values_list("id", "subject", "administration"),
            *OfficerRole.objects.order_by("officer", "service", "role").values_list("officer", "service", "role"),
        ]

    with as_owner():
        before = everything()
        load_country(issuer="https://elsewhere.example")
        assert everything() == before
        assert set(Officer.objects.values_list("issuer", flat=True)) == {"https://elsewhere.example"}


def test_every_commune_has_its_names():
    with (COUNTRY / "communes.csv").open(encoding="utf-8") as communes, (COUNTRY / "names.csv").open(encoding="utf-8") as names:
        assert sorted(row["lau2"] for row in csv.DictReader(communes)) == sorted(row["lau2"] for row in csv.DictReader(names))


@pytest.mark.parametrize(
    ("name", "code"), [("Käerjeng", "kaerjeng"), ("Vallée de l'Ernz", "vallee-de-l-ernz"), ("Erpeldange-sur-Sûre", "erpeldange-sur-sure")]
)
def test_codes(name: str, code: str):
    assert slug(name) == code


def test_services_are_those_that_the_packages_ask_for(transactional: None, as_owner: Callable):
    import yaml

    wanted = {
        service
        for path in (ROOT / "procedures" / "commune").glob("*/procedure.yaml")
        for service in yaml.safe_load(path.read_text("utf-8")).get("services", [])
    }
    with as_owner():
        assert wanted
        assert wanted <= set(Service.objects.filter(administration__code="mersch").values_list("code", flat=True))


def test_the_welcome_fits_a_terminal():
    said = welcome("http://localhost:8000")
    assert max(map(len, said.splitlines())) <= WIDTH
    assert all(country().by_handle[handle].name in said for handle, _ in (*CITIZENS, *OFFICERS))
    assert set(country().first) == {handle for handle, _ in CITIZENS}


@pytest.fixture
def empty_database() -> Iterator[dict[str, str]]:
    name = f"bierger_prepare_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    server = databases.server()
    server.drop_database(name)
    server.create_database(name)
    yield {**os.environ, **databases.environment(server, name, "owner")}
    server.drop_database(name)


def test_prepared_twice(empty_database: dict[str, str], tmp_path: Path):
    import psycopg

    values = {
        **empty_database,
        "BIERGER_ENV": "demo",
        "BIERGER_DATA": str(tmp_path),
        "BIERGER_BASE_URL": "http://localhost:8000",
        "BIERGER_OIDC_ISSUER": "http://localhost:8001",
    }

    def prepare() -> None:
        done = subprocess.run([sys.executable, "-m", "bierger.site", "demo-prepare"], env=values, capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stdout + done.stderr

    def written() -> list[tuple[object, ...]]:
        """Which transaction wrote each row of the country: another one as soon as a row is touched."""
        with psycopg.connect(values["DATABASE_URL"]) as connection:
            tables = ("administrations_administration", "administrations_officer", "catalogue_packageversion", "ledger_key")
            return [connection.execute(f"SELECT array_agg(xmin::text ORDER BY ctid) FROM {table}").fetchone() for table in tables]

    def counted() -> tuple[int, ...]:
        with psycopg.connect(values["DATABASE_URL"]) as connection:
            tables = ("administrations_administration", "administrations_officer_role", "catalogue_packageversion", "catalogue_activation", "ledger_key")
            return tuple(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)

    prepare()
    loaded, rows = counted(), written()
    assert loaded[0] == 106
    assert loaded[2] == 4
    (tmp_path / "welcome.txt").unlink()
    prepare()
    assert written() == rows  # the second time nothing is loaded again
    assert "http://localhost:8000" in (tmp_path / "welcome.txt").read_text("utf-8")
    values["BIERGER_OIDC_ISSUER"] = "http://localhost:9001"
    prepare()
    assert counted() == loaded
    with psycopg.connect(values["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT DISTINCT issuer FROM administrations_officer").fetchall() == [("http://localhost:9001",)]


def test_every_officer_of_the_welcome_has_a_desk_with_work():
    """Whoever is invited to sign in finds something to do there once requests come; the other offices are named as idle."""
    asked = {asks for folder in ("building-permit", "data-question", "problem-report", "residence-certificate") for asks in asked_offices(folder)}
    people = country().by_handle
    for handle, _what in OFFICERS:
        employment = people[handle].employment
        assert {(office.role, office.service or "") for office in employment.offices} & asked, handle
    idle = {one.employment.administration for one in country().people if one.employment} - {
        one.employment.administration
        for one in country().people
        if one.employment and {(office.role, office.service or "") for office in one.employment.offices} & (asked - {("decider", "")})
    }
    assert idle == {"nature", "water"}
    assert IDLE in welcome("http://127.0.0.1:8000")


def asked_offices(procedure: str) -> set[tuple[str, str]]:
    """(role, service) of every task that a procedure of the communes gives to officers."""
    found = package(procedure)
    assert found.administration.kind == "commune"
    tasks = [node for name, node in found.process.nodes.items() if name in found.tasks and node.role != "applicant"]
    named = {(node.role, node.service) for node in tasks if node.service or node.role == "decider"}
    # A task whose service a decision finds may go to any of the procedure's.
    return named | {(node.role, service) for node in tasks if (node.role, node.service) not in named for service in found.services}
