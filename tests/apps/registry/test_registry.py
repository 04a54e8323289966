# SPDX-License-Identifier: EUPL-1.2
"""The registers asked over real HTTP, with the faults they can have."""

from __future__ import annotations

import uuid

import pytest
from django.test import override_settings

from bierger.disclosures.selectors import readings
from bierger.disclosures.types import Purpose
from bierger.infra import outside
from bierger.infra.principal import acting_as, worker_on
from bierger.registry import services
from bierger.registry.errors import RegisterAnswerInvalid, RegisterRefused, RegisterUnavailable, UnknownRegister
from bierger.registry.types import Evidence
from bierger.simulators.country import country
from tests.apps.simulators.running import Simulators
from tests.conftest import _as_role
from tests.laws import SOME_LAW
from tests.people import person
from tests.registers import register, simulators

__all__ = ["register", "simulators"]
pytestmark = pytest.mark.usefixtures("transactional")
PURPOSE = Purpose(None, None, SOME_LAW, "register-check", case=uuid.uuid4())


def ask(handle: str = "lea.beispill", **changed: object) -> Evidence:
    asked = {"register": "population", "question": "residence", "number": country().by_handle[handle].matricule, "purpose": PURPOSE}
    with _as_role("worker"):
        return services.ask(principal=worker_on(uuid.uuid4()), **{**asked, **changed})


def test_a_resident(register: Simulators):
    found = ask()
    lea = country().by_handle["lea.beispill"]
    assert found.found
    assert found.facts == {
        "given_name": "Léa",
        "family_name": "Beispill",
        "birth_date": lea.birth_date.isoformat(),
        "matricule": lea.matricule,
        "since": lea.since.isoformat(),
        "status": "resident",
        "street": lea.address.street,
        "postal_code": lea.address.postal_code,
        "locality": lea.address.locality,
        "commune": "mersch",
    }


def test_somebody_who_moved_and_somebody_without_address(register: Simulators):
    assert ask("hugo.exemplo").facts["commune"] == "diekirch"
    unknown = ask("emma.primjer").facts
    assert (unknown["street"], unknown["commune"], unknown["status"]) == (None, None, "address-unknown")


def test_nobody(register: Simulators):
    assert not ask(number="1900010100152").found
    assert not ask(number=None).found


def test_an_organisation(register: Simulators):
    firm = country().organisations[0]
    assert ask(register="organisations", question="company", number=firm.number).facts["name"] == firm.name


def test_the_person_reads_that_the_register_was_asked(register: Simulators):
    lea = person("lea.beispill")
    ask(subjects=[lea.person])
    with acting_as(lea):
        assert [(one.purpose, one.facts) for one in readings()] == [("register-check", ("register-population-residence",))]


def test_a_wrong_secret(register: Simulators):
    with override_settings(BIERGER_REGISTER_SECRET="wrong"), pytest.raises(RegisterRefused):
        ask()


def test_out_of_order(register: Simulators):
    with register.fault(population={"status": 503}), pytest.raises(RegisterUnavailable):
        ask()


def test_too_slow(register: Simulators, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outside, "TIMEOUT", (1, 0.3))
    with register.fault(population={"delay": 1.0}), pytest.raises(RegisterUnavailable):
        ask()


def test_nobody_listens(register: Simulators):
    with override_settings(BIERGER_REGISTER_URL="http://127.0.0.1:9/register"), pytest.raises(RegisterUnavailable):
        ask()


def test_an_answer_that_is_none(register: Simulators):
    with override_settings(BIERGER_REGISTER_URL=f"{register.issuer}/assets/simulators.css?"), pytest.raises(RegisterAnswerInvalid):
        ask()


@pytest.mark.parametrize(("name", "question"), [("population", "shoe-size"), ("astrology", "residence")])
def test_a_register_nobody_has(register: Simulators, name: str, question: str):
    with pytest.raises(UnknownRegister):
        ask(register=name, question=question)


def test_a_number_is_one_part_of_the_path(register: Simulators):
    assert not ask(number="../organisations/19952490004").found
