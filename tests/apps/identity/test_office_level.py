# SPDX-License-Identifier: EUPL-1.2
"""An office is held at a strong sign-in alone, on every way into it."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from bierger.identity import services
from bierger.identity.errors import LevelTooLow
from bierger.infra.principal import ANONYMOUS, acting_as

OFFICE = re.compile(r'name="office" value="([^"]+)"')


def test_who_signs_in_again_more_weakly_has_left_the_office(transactional, signed_in: Callable[..., Client]):
    officer = signed_in("claire.muster")
    office = OFFICE.search(officer.get("/spaces").content.decode())[1]
    officer.post("/spaces", {"office": office})
    assert officer.get("/desk").status_code == 200
    signed_in("claire.muster", level="low", client=officer, again="1")
    assert officer.session["principal"]["kind"] == "person"
    assert officer.get("/desk").status_code == 404
    # Nor by asking for it: a stronger sign-in is named instead.
    refused = officer.post("/spaces", {"office": office})
    assert refused.status_code == 403
    assert b"level=substantial" in refused.content
    assert officer.get("/desk").status_code == 404


def test_the_service_refuses_it_too(transactional, signed_in: Callable[..., Client]):
    officer = signed_in("claire.muster")
    office = OFFICE.search(officer.get("/spaces").content.decode())[1]
    identity = officer.session["identity"]
    with acting_as(ANONYMOUS), pytest.raises(LevelTooLow):
        services.enter_office(office=UUID(office), issuer=identity["issuer"], subject=identity["subject"], level="low")
