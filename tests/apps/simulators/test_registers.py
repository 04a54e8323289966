# SPDX-License-Identifier: EUPL-1.2
"""The registers over real HTTP."""

from __future__ import annotations

import time

import pytest
import requests

from bierger.simulators.country import country
from tests.apps.simulators.running import Simulators

BEARER = {"Authorization": "Bearer local-only"}


def test_population(simulators: Simulators):
    lea = country().by_handle["lea.beispill"]
    said = requests.get(f"{simulators.issuer}/register/population/{lea.matricule}", headers=BEARER, timeout=30).json()
    assert said["family_name"] == "Beispill"
    assert said["address"]["commune"] == "0409"
    assert said["status"] == "resident"


def test_organisations(simulators: Simulators):
    firm = country().organisations[0]
    said = requests.get(f"{simulators.issuer}/register/organisations/{firm.number}", headers=BEARER, timeout=30).json()
    assert (said["name"], said["vat"]) == (firm.name, firm.vat)
    assert said["managers"] == [country().by_handle["nina.esempio"].matricule]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "local-only"}])
def test_without_the_secret(simulators: Simulators, headers: dict[str, str]):
    matricule = country().people[0].matricule
    assert requests.get(f"{simulators.issuer}/register/population/{matricule}", headers=headers, timeout=30).status_code == 401


def test_nobody(simulators: Simulators):
    assert requests.get(f"{simulators.issuer}/register/population/1900010100152", headers=BEARER, timeout=30).status_code == 404


def test_faults_on_demand(simulators: Simulators):
    address = f"{simulators.issuer}/register/population/{country().people[0].matricule}"
    with simulators.fault(population={"status": 503, "delay": 0.3}):
        began = time.monotonic()
        assert requests.get(address, headers=BEARER, timeout=30).status_code == 503
        assert time.monotonic() - began >= 0.3
    assert requests.get(address, headers=BEARER, timeout=30).status_code == 200
