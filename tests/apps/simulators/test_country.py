# SPDX-License-Identifier: EUPL-1.2
"""The demonstration country: synthetic, legal, the same everywhere."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import yaml

from bierger.simulators.country import country
from bierger.simulators.country.words import FAMILY_NAMES
from bierger_core.values import parse_matricule, parse_organisation_number, parse_vat

COMMUNES = Path(__file__).resolve().parents[3] / "src/bierger/site/country/communes.csv"


def test_numbers_are_legal_and_unique():
    people, organisations = country().people, country().organisations
    assert (len(people), len(organisations)) == (200, 30)
    assert len({parse_matricule(person.matricule) for person in people}) == 200
    assert len({parse_organisation_number(one.number) for one in organisations}) == 30
    assert len({parse_vat(one.vat) for one in organisations}) == 30
    assert len({person.handle for person in people}) == len({person.subject for person in people}) == 200


def test_nobody_can_be_taken_for_somebody_real():
    assert {person.family_name for person in country().people} <= set(FAMILY_NAMES)
    assert all(int(person.matricule[8:11]) >= 900 for person in country().people)
    assert all(person.email.endswith("@example.org") for person in country().people)


def test_a_birth_date_agrees_with_the_number_here():
    for person in country().people:
        assert person.matricule.startswith(person.birth_date.strftime("%Y%m%d"))
        assert person.since >= person.birth_date


def test_the_register_knows_most_people_and_not_all():
    residence = [person.residence for person in country().people]
    assert residence.count("resident") > 170
    assert residence.count("moved") >= 5
    assert residence.count("address-unknown") >= 5
    assert all((person.address is None) == (person.residence == "address-unknown") for person in country().people)


def test_every_address_lies_in_a_commune_that_exists():
    with COMMUNES.open(encoding="utf-8") as file:
        in_force = {row["lau2"] for row in csv.DictReader(file) if not row["valid_to"]}
    assert {person.address.commune for person in country().people if person.address} <= in_force


def test_served_administrations_can_do_a_whole_case():
    held: dict[str, set[tuple[str, str | None]]] = {}
    for person in country().officers:
        held.setdefault(person.employment.administration, set()).update(
            (office.role, office.service) for office in person.employment.offices
        )
    state = set(yaml.safe_load((COMMUNES.parent / "served.yaml").read_text("utf-8"))["state"])
    assert set(held) == {"mersch", "esch-sur-alzette", "echternach", *state}
    for commune in ("mersch", "esch-sur-alzette", "echternach"):
        assert {("clerk", "population"), ("clerk", "urbanism"), ("adviser", "urbanism"), ("adviser", "technical"),
                ("decider", None), ("clerk", "waste"), ("clerk", "roads")} <= held[commune]  # fmt: skip


def test_another_process_draws_the_same_country():
    program = "from bierger.simulators.country import country; print([p.matricule for p in country().people])"
    other = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, env={"PYTHONPATH": "src", "PYTHONHASHSEED": "7"}
    )
    assert other.stdout.strip() == str([person.matricule for person in country().people])
