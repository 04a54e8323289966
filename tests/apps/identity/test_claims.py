# SPDX-License-Identifier: EUPL-1.2
"""Another provider is configuration: its words are mapped, what it invents gains nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger.identity.contrib.provider import DEFAULT_CLAIMS, Provider, read_claims
from bierger.identity.errors import TokenRefused
from bierger.identity.services import safe_next

PROVIDER = Provider("https://idp.example", "bierger", "secret")
TOKEN = {
    "sub": "s-1",
    "given_name": "Léa",
    "family_name": "Beispill",
    "birthdate": "1950-05-16",
    "matricule": "1950 0516 90062",
    "acr": "http://eidas.europa.eu/LoA/high",
}


def test_default_words():
    claims = read_claims(PROVIDER, TOKEN)
    assert (claims.name, claims.level, claims.matricule) == ("Léa Beispill", "high", "1950051690062")
    assert claims.birth_date == dt.date(1950, 5, 16)
    assert claims.organisations is None


def test_words_of_another_provider():
    other = Provider(
        "https://eaccess.example",
        "bierger",
        "secret",
        claims={**DEFAULT_CLAIMS, "given_name": "firstName", "matricule": "urn:lu:nin", "level": "loa"},
        levels={"QAA3": "substantial"},
    )
    token = {"sub": "1", "firstName": "Ana", "family_name": "Exemplo", "urn:lu:nin": "1950051690062", "loa": "QAA3"}
    claims = read_claims(other, token)
    assert (claims.given_name, claims.level, claims.matricule) == ("Ana", "substantial", "1950051690062")
    assert other.acr_values("low") == "QAA3"


@pytest.mark.parametrize("acr", [None, "", "highest", "high", 4, ["high"]])
def test_an_unknown_level_is_none(acr: object):
    assert read_claims(PROVIDER, {**TOKEN, "acr": acr}).level == "none"


def test_a_wrong_number_is_refused():
    with pytest.raises(TokenRefused):
        read_claims(PROVIDER, {**TOKEN, "matricule": "1950051690063"})


def test_a_nameless_token_is_refused():
    with pytest.raises(TokenRefused):
        read_claims(PROVIDER, {"sub": "s"})


def test_organisations_by_number_or_object():
    claims = read_claims(
        PROVIDER, {**TOKEN, "orgs": ["19952490004", {"number": "19962490088", "name": "X", "role": "manager"}, "1", {"number": None}]}
    )
    assert [(one.number, one.name, one.role) for one in claims.organisations] == [
        ("19952490004", "19952490004", "employee"),
        ("19962490088", "X", "manager"),
    ]


def test_an_unknown_birth_year_is_no_date():
    assert read_claims(PROVIDER, {**TOKEN, "birthdate": "0000-05-16"}).birth_date is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40) | st.sampled_from(["/", "//", "\\", "http:", "@", "%2f", "\t"]).flatmap(lambda a: st.text(max_size=9).map(lambda b: "/" + a + b)))
def test_a_way_on_never_leaves_the_site(text: str):
    from urllib.parse import urljoin, urlsplit

    found = safe_next(text)
    assert found.startswith("/")
    # What a browser makes of it: it treats a backslash as a slash.
    assert urlsplit(urljoin("https://bierger.example/x", found.replace("\\", "/"))).netloc == "bierger.example"
