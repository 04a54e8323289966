# SPDX-License-Identifier: EUPL-1.2
"""The provider over real HTTP: what it grants, and all it refuses."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
from urllib.parse import urlencode

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.apps.simulators.running import BASE_URL, ROOT, Simulators, pick, query

VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
CALLBACK = f"{BASE_URL}/sign-in/callback"
ASKED = {
    "client_id": "bierger",
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "openid profile",
    "state": "the-state",
    "nonce": "the-nonce",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def address(simulators: Simulators, **changed: str) -> str:
    return f"{simulators.issuer}/authorize?{urlencode({**ASKED, **changed})}"


def redeem(simulators: Simulators, code: str, **changed: str) -> requests.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER, **changed}
    return requests.post(f"{simulators.issuer}/token", data=form, auth=("bierger", "local-only"), timeout=30)


def test_code_for_tokens(simulators: Simulators):
    back = query(pick(address(simulators, acr_values="http://eidas.europa.eu/LoA/substantial"), "nina.esempio"))
    assert (back["state"], back["iss"]) == ("the-state", simulators.issuer)
    answer = redeem(simulators, back["code"])
    assert answer.status_code == 200
    keys = KeySet.import_key_set(requests.get(f"{simulators.issuer}/jwks", timeout=30).json())
    said = jwt.decode(answer.json()["id_token"], keys, algorithms=["ES256"]).claims
    assert (said["iss"], said["aud"], said["nonce"]) == (simulators.issuer, "bierger", "the-nonce")
    assert said["acr"] == "http://eidas.europa.eu/LoA/substantial"
    assert (said["given_name"], said["family_name"], said["org_numbers"]) == ("Nina", "Esempio", ["19952490004"])
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert requests.get(f"{simulators.issuer}/userinfo", headers=bearer, timeout=30).json()["sub"] == said["sub"]


def test_a_code_works_once_and_for_its_own_verifier_and_address(simulators: Simulators):
    code = query(pick(address(simulators), "lea.beispill"))["code"]
    assert redeem(simulators, code).status_code == 200
    assert redeem(simulators, code).json()["error"] == "invalid_grant"
    for changed in ({"code_verifier": VERIFIER + "x"}, {"redirect_uri": CALLBACK + "/"}):
        code = query(pick(address(simulators), "lea.beispill"))["code"]
        assert redeem(simulators, code, **changed).json()["error"] == "invalid_grant"


def test_the_client_has_to_know_its_secret(simulators: Simulators):
    code = query(pick(address(simulators), "lea.beispill"))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    for secret in ("", "wrong"):
        answer = requests.post(f"{simulators.issuer}/token", data=form, auth=("bierger", secret), timeout=30)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    in_form = {**form, "client_id": "bierger", "client_secret": "local-only"}
    assert requests.post(f"{simulators.issuer}/token", data=in_form, timeout=30).status_code == 200


@pytest.mark.parametrize("changed", [{"redirect_uri": "https://elsewhere.example/"}, {"redirect_uri": CALLBACK + "?x=1"}, {"client_id": "other"}])
def test_never_redirects_to_an_address_that_is_not_registered(simulators: Simulators, changed: dict[str, str]):
    answer = requests.get(address(simulators, **changed), timeout=30, allow_redirects=False)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
        ({"cancel": "1"}, "access_denied"),
    ],
)
def test_what_it_refuses_by_an_error_word(simulators: Simulators, changed: dict[str, str], error: str):
    answer = requests.get(address(simulators, **changed), timeout=30, allow_redirects=False)
    assert query(answer.headers["Location"]) == {"error": error, "state": "the-state", "iss": simulators.issuer}


def test_remembers_who_is_signed_in_until_more_is_asked(simulators: Simulators):
    browser = requests.Session()
    pick(address(simulators), "lea.beispill", level="low", browser=browser)
    again = browser.get(address(simulators), timeout=30, allow_redirects=False)
    assert again.status_code == 302
    stronger = browser.get(address(simulators, acr_values="http://eidas.europa.eu/LoA/high"), timeout=30, allow_redirects=False)
    assert stronger.status_code == 200
    assert "Léa Beispill" in stronger.text
    fresh = browser.get(address(simulators, prompt="login"), timeout=30, allow_redirects=False)
    assert fresh.status_code == 200
    browser.get(f"{simulators.issuer}/end-session", params={"post_logout_redirect_uri": f"{BASE_URL}/"}, timeout=30, allow_redirects=False)
    assert browser.get(address(simulators), timeout=30, allow_redirects=False).status_code == 200


def test_signing_out_leads_only_to_the_registered_address(simulators: Simulators):
    away = requests.get(f"{simulators.issuer}/end-session", params={"post_logout_redirect_uri": "https://elsewhere.example/"}, timeout=30)
    assert (away.status_code, away.history) == (200, [])


def test_a_wrong_password_is_said_at_the_field(simulators: Simulators):
    from tests.apps.simulators.running import Hidden

    browser = requests.Session()
    page = browser.get(address(simulators, login_hint="lea.beispill", ui_locales="de"), timeout=30).text
    form = {**Hidden(page).fields, "password": "falsch", "level": "high"}
    answer = browser.post(f"{simulators.issuer}/authorize", data=form, timeout=30, allow_redirects=False)
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    assert "Das ist nicht das richtige Passwort" in answer.text


@pytest.mark.parametrize("language", ["fr", "de", "en", "lb"])
def test_pages_in_every_language(simulators: Simulators, language: str):
    page = requests.get(address(simulators, ui_locales=language), timeout=30)
    assert f'<html lang="{language}">' in page.text
    assert "form-action 'self' http://localhost:8000" in page.headers["Content-Security-Policy"]


def test_a_text_in_every_language():
    from bierger.simulators.texts import LANGUAGES, TEXTS

    assert [key for key, said in TEXTS.items() if tuple(sorted(said)) != tuple(sorted(LANGUAGES)) or not all(said.values())] == []


def test_search_finds_people(simulators: Simulators):
    page = requests.get(address(simulators, q="claire mersch"), timeout=30).text
    assert "claire.muster" in page
    assert "lea.beispill" not in page


def test_refuses_production(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import bierger.simulators.wsgi"],
        env={**os.environ, "BIERGER_ENV": "production", "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "SimulatorsRefused" in done.stderr


def test_the_key_is_private_and_kept(simulators: Simulators):
    path = simulators.data / "simulators" / "provider.pem"
    assert path.stat().st_mode & 0o077 == 0
