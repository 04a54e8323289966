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
import yaml

from bierger.administrations.models import Administration, Officer, OfficerRole, Service
from bierger.catalogue.plugins.folder import vocabulary_for
from bierger.simulators.country import Person, country
from bierger.site.commands.check import read_package
from bierger.site.country.loader import load_country, slug
from bierger.site.country.welcome import CITIZENS, OFFICERS, WIDTH, welcome
from bierger_core.procedures import load
from tests import databases

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
        assert set(Administration.objects.filter(kind="state").values_list("code", flat=True)) == set(served()["state"])


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


def served() -> dict[str, dict[str, object]]:
    return yaml.safe_load((COUNTRY / "served.yaml").read_text("utf-8"))


def test_services_are_those_that_the_packages_ask_for(transactional: None, as_owner: Callable):
    wanted: dict[str, set[str]] = {}
    for path in (ROOT / "procedures").glob("*/*/procedure.yaml"):
        said = yaml.safe_load(path.read_text("utf-8"))
        wanted.setdefault("mersch" if said["owner"] == "commune" else said["owner"], set()).update(said.get("services", []))
    with as_owner():
        assert wanted["mersch"]
        for code, services in wanted.items():
            assert services <= set(Service.objects.filter(administration__code=code).values_list("code", flat=True)), code


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


@pytest.mark.slow
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
    assert loaded[0] == 104 + len(served()["state"])
    published = [*(ROOT / "procedures").glob("*/*/procedure.yaml"), *(ROOT / "situations").glob("*/situation.yaml")]
    assert loaded[2] == len(published)
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
    """Whoever is invited to sign in finds something to do there once requests come, and so does some officer of each administration."""
    asked: dict[str, set[tuple[str, str]]] = {}
    for folder in (path.parent for path in (ROOT / "procedures").glob("*/*/procedure.yaml")):
        asked.setdefault(folder.parent.name, set()).update(asked_offices(folder))
    people = country().by_handle

    def has_work(person: Person) -> bool:
        code = person.employment.administration
        owner = code if code in served()["state"] else "commune"
        return bool({(office.role, office.service or "") for office in person.employment.offices} & asked.get(owner, set()))

    for handle, _what in OFFICERS:
        assert has_work(people[handle]), handle
    officers = country().officers
    assert {one.employment.administration for one in officers} == {one.employment.administration for one in officers if has_work(one)}


def asked_offices(folder: Path) -> set[tuple[str, str]]:
    """(role, service) of every task that a procedure gives to officers."""
    found = load(read_package(folder), vocabulary=vocabulary_for(folder))
    tasks = [node for name, node in found.process.nodes.items() if name in found.tasks and node.role != "applicant"]
    named = {(node.role, node.service or "") for node in tasks if node.service or node.role == "decider"}
    # A decider without a service decides for all of them.
    named |= {("decider", "") for node in tasks if node.role == "decider"}
    # A task whose service a decision finds may go to any of the procedure's.
    return named | {(node.role, service) for node in tasks if (node.role, node.service or "") not in named for service in found.services}
