# SPDX-License-Identifier: EUPL-1.2
"""Signing in over HTTP against the running provider: the way through, and every way it is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client, override_settings

from bierger.infra.principal import Principal, acting_as
from bierger.simulators.country import country
from tests.apps.identity.conftest import begin, come_back
from tests.apps.simulators.running import Simulators, pick, query


def principal_of(client: Client) -> Principal:
    return Principal.from_session(client.session["principal"])


def code_of(response) -> str:
    return response.content.decode().split('data-code="')[1].split('"')[0]


def test_a_person_signs_in(signed_in: Callable[..., Client]):
    client = signed_in("lea.beispill", next="/requests?x=1")
    assert client.response.status_code == 302
    assert client.response["Location"] == "/requests?x=1"
    principal = principal_of(client)
    assert (principal.kind, principal.level) == ("person", "substantial")
    with acting_as(principal):
        from bierger.identity.selectors import me, my_spaces

        assert me().matricule == country().by_handle["lea.beispill"].matricule
        assert [space.id for space in my_spaces()] == [principal.space]
    assert client.session["identity"]["name"] == "Léa Beispill"


def test_the_same_person_twice_is_one_person(signed_in: Callable[..., Client]):
    first, second = principal_of(signed_in("lea.beispill")), principal_of(signed_in("lea.beispill", level="high"))
    assert (first.person, first.space) == (second.person, second.space)
    assert second.level == "high"


def test_the_address_at_the_provider(provider: Simulators):
    asked = query(begin(Client(headers={"accept-language": "lb"}), level="substantial"))
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert asked["ui_locales"] == "lb"
    assert asked["acr_values"].split() == ["http://eidas.europa.eu/LoA/substantial", "http://eidas.europa.eu/LoA/high"]
    assert asked["redirect_uri"] == "http://localhost:8000/sign-in/callback"


def test_low_is_refused_where_substantial_is_needed_and_may_step_up(signed_in: Callable[..., Client]):
    client = signed_in("lea.beispill", level="low")
    before = principal_of(client)
    refused = come_back(client, pick(begin(client, level="substantial", next="/procedures/x/start"), "lea.beispill", level="low"))
    assert refused.status_code == 403
    assert code_of(refused) == "level-too-low"
    assert "/sign-in?level=substantial&amp;next=%2Fprocedures%2Fx%2Fstart&amp;again=1" in refused.content.decode()
    assert principal_of(client) == before
    better = come_back(client, pick(begin(client, level="substantial", next="/procedures/x/start"), "lea.beispill", level="high"))
    assert better["Location"] == "/procedures/x/start"
    assert principal_of(client).level == "high"


def test_stepping_up_stays_in_the_same_space(signed_in: Callable[..., Client]):
    client = signed_in("nina.esempio", level="low")
    assert client.response["Location"].startswith("/spaces")
    firm = _space(client, "professional")
    client.post("/spaces", {"space": firm})
    stepped = come_back(client, pick(begin(client, level="substantial", next="/x"), "nina.esempio"))
    assert stepped["Location"] == "/x"
    assert (str(principal_of(client).space), principal_of(client).level) == (firm, "substantial")


def test_a_state_of_another_browser_is_refused(provider: Simulators):
    victim, attacker = Client(), Client()
    back = pick(begin(attacker), "hugo.exemplo")
    refused = come_back(victim, back)
    assert (refused.status_code, code_of(refused)) == (400, "sign-in-expired")
    assert "principal" not in victim.session


def test_an_answer_works_once(provider: Simulators):
    client = Client()
    back = pick(begin(client), "lea.beispill")
    assert come_back(client, back).status_code == 302
    assert code_of(come_back(client, back)) == "sign-in-expired"


def test_an_old_answer_is_refused(provider: Simulators):
    client = Client()
    back = pick(begin(client), "lea.beispill")
    _change_pending(client, at=0.0)
    assert code_of(come_back(client, back)) == "sign-in-expired"


def test_another_nonce_is_refused(provider: Simulators):
    client = Client()
    back = pick(begin(client), "lea.beispill")
    _change_pending(client, nonce="another")
    refused = come_back(client, back)
    assert (refused.status_code, code_of(refused)) == (400, "token-refused")
    assert "principal" not in client.session


def test_a_stolen_code_is_useless_without_the_verifier(provider: Simulators):
    thief, victim = Client(), Client()
    stolen = query(pick(begin(victim), "lea.beispill"))["code"]
    own = query(begin(thief))["state"]
    refused = thief.get("/sign-in/callback", {"state": own, "code": stolen, "iss": provider.issuer})
    assert (refused.status_code, code_of(refused)) == (502, "provider-refused")
    assert "principal" not in thief.session


def test_an_answer_of_another_provider_is_refused(provider: Simulators):
    client = Client()
    back = pick(begin(client), "lea.beispill")
    assert code_of(come_back(client, back, iss="https://elsewhere.example")) == "token-refused"


def test_a_silent_answer_is_refused_where_the_provider_always_says_who_it_is(provider: Simulators):
    client = Client()
    back = query(pick(begin(client), "lea.beispill"))
    assert back.pop("iss") == provider.issuer
    for said in (back, {"state": query(begin(client))["state"], "error": "access_denied"}):
        refused = client.get("/sign-in/callback", said)
        assert (refused.status_code, code_of(refused)) == (400, "token-refused")
    assert "principal" not in client.session


def test_a_silent_answer_is_taken_from_a_provider_that_never_says(provider: Simulators):
    from bierger.identity.contrib import oidc
    from bierger.identity.contrib.provider import configured

    client = Client()
    back = query(pick(begin(client), "lea.beispill"))
    said = dict(oidc.discover(configured()))
    assert said.pop("authorization_response_iss_parameter_supported") is True
    address = f"{provider.issuer}/.well-known/openid-configuration"
    oidc._documents[address] = (oidc._documents[address][0], said)  # an older provider's configuration, as remembered
    assert client.get("/sign-in/callback", {"state": back["state"], "code": back["code"]}).status_code == 302
    assert principal_of(client).kind == "person"
    another = Client()
    refused = come_back(another, pick(begin(another), "lea.beispill"), iss="https://elsewhere.example")
    assert code_of(refused) == "token-refused"


def test_a_token_for_another_client_is_refused(provider: Simulators):
    """Signed by the right provider, for somebody else: the audience decides."""
    from bierger.identity.contrib import oidc
    from bierger.identity.contrib.provider import configured
    from bierger.identity.errors import TokenRefused

    client = Client()
    back = query(pick(begin(client), "lea.beispill"))
    pending = oidc.Pending(**client.session["sign_in"][back["state"]])
    finished = oidc.finish(configured(), pending, code=back["code"], redirect_uri="http://localhost:8000/sign-in/callback")
    with override_settings(BIERGER_OIDC_CLIENT_ID="another"), pytest.raises(TokenRefused, match="aud"):
        oidc._checked(configured(), oidc.discover(configured()), finished.id_token, pending.nonce)
    head, body, signature = finished.id_token.split(".")
    for forged in (f"{head}.{body}.{signature[:-4]}AAAA", f"eyJhbGciOiJub25lIn0.{body}."):
        with pytest.raises(TokenRefused):
            oidc._checked(configured(), oidc.discover(configured()), forged, pending.nonce)


def test_cancelling(provider: Simulators):
    client = Client(headers={"accept-language": "en"})
    state = query(begin(client, next="/catalogue"))["state"]
    answer = client.get("/sign-in/callback", {"state": state, "error": "access_denied", "iss": provider.issuer})
    assert (answer.status_code, code_of(answer)) == (200, "sign-in-cancelled")
    assert 'href="/catalogue"' in answer.content.decode()


def test_a_provider_that_does_not_answer(transactional: None):
    from bierger.identity.contrib import oidc

    oidc.forget()
    with override_settings(BIERGER_OIDC_ISSUER="http://127.0.0.1:9"):
        answer = Client().get("/sign-in")
    assert (answer.status_code, code_of(answer)) == (503, "provider-unavailable")


def test_a_provider_that_fails_at_the_token(provider: Simulators):
    client = Client()
    back = pick(begin(client), "lea.beispill")
    with provider.fault(token={"status": 500}):
        failed = come_back(client, back)
    assert (failed.status_code, code_of(failed)) == (503, "provider-unavailable")


def test_the_session_changes_its_key_and_forgets(signed_in: Callable[..., Client]):
    client = Client()
    client.get("/sign-in")
    planted = client.cookies["bierger_session"].value
    session = client.session
    session["left_behind"] = "of somebody else"
    session.save()
    signed_in("lea.beispill", client=client)
    assert client.cookies["bierger_session"].value != planted
    assert "left_behind" not in client.session
    fixed = Client()
    fixed.cookies["bierger_session"] = planted
    assert "principal" not in fixed.session


def test_changing_space_changes_the_key_too(signed_in: Callable[..., Client]):
    client = signed_in("nina.esempio")
    before = client.cookies["bierger_session"].value
    client.post("/spaces", {"space": _space(client, "professional")})
    assert client.cookies["bierger_session"].value != before


@pytest.mark.parametrize("next_path", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "x", "/a\nb"])
def test_nobody_is_led_away(signed_in: Callable[..., Client], next_path: str):
    assert signed_in("lea.beispill", next=next_path).response["Location"] == "/"


def test_too_many_attempts(provider: Simulators):
    client = Client()
    with override_settings(BIERGER_SIGN_IN_LIMIT=3):
        answers = [client.get("/sign-in").status_code for _ in range(5)]
    assert answers == [302, 302, 302, 429, 429]


@pytest.mark.parametrize(
    "loaded", [{"sec-fetch-dest": "image"}, {"sec-fetch-dest": "iframe"}, {"sec-fetch-dest": "empty"}, {"sec-purpose": "prefetch"}]
)
def test_what_nobody_opened_costs_nobody_an_attempt(provider: Simulators, loaded: dict[str, str]):
    """`<img src=".../sign-in">` on another site, in the browser of somebody who is about to sign in."""
    client = Client()
    mine = begin(client)
    with override_settings(BIERGER_SIGN_IN_LIMIT=2):
        assert [client.get("/sign-in", headers=loaded).status_code for _ in range(6)] == [403] * 6
        assert client.get("/sign-in", headers={"sec-fetch-dest": "document", "sec-fetch-site": "cross-site"}).status_code == 302
    assert query(mine)["state"] in client.session["sign_in"]


def test_who_is_refused_is_not_counted_again(provider: Simulators, frozen: Callable):
    start = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    with override_settings(BIERGER_SIGN_IN_LIMIT=2):
        for minute, expected in ((0, 302), (1, 302), (5, 429), (9, 429), (11, 302)):
            frozen(start + dt.timedelta(minutes=minute))
            assert Client().get("/sign-in").status_code == expected, minute


def test_an_invented_address_does_not_pass_the_brake(provider: Simulators):
    with override_settings(BIERGER_SIGN_IN_LIMIT=2):
        answers = [Client().get("/sign-in", headers={"x-forwarded-for": f"192.0.2.{n}"}).status_code for n in range(3)]
    assert answers == [302, 302, 429]


def test_signing_out_ends_both_sessions(signed_in: Callable[..., Client], provider: Simulators):
    client = signed_in("lea.beispill")
    answer = client.post("/sign-out")
    assert answer["Location"].startswith(f"{provider.issuer}/end-session?")
    assert query(answer["Location"])["post_logout_redirect_uri"] == "http://localhost:8000/"
    assert "principal" not in client.session
    assert client.get("/sign-out").status_code == 405


def test_whoever_uses_the_browser_next_finds_no_private_link(signed_in: Callable[..., Client]):
    client = Client(headers={"accept-language": "en"})
    client.cookies["bierger_link"] = "a" * 22
    signed_in("lea.beispill", client=client)
    forgotten = client.response.cookies["bierger_link"]
    assert (forgotten.value, forgotten["max-age"], forgotten["path"]) == ("", 0, "/")
    client.cookies["bierger_link"] = "b" * 22
    forgotten = client.post("/sign-out").cookies["bierger_link"]
    assert (forgotten.value, forgotten["max-age"], forgotten["path"]) == ("", 0, "/")
    client.cookies["bierger_link"] = "c" * 22  # somebody who came by a link and never signed in leaves as well
    assert client.post("/sign-out").cookies["bierger_link"]["max-age"] == 0


def test_signing_out_forgets_what_was_typed_before(signed_in: Callable[..., Client]):
    address = "/drafts/5d0c3a44-6d4e-4b7f-9a30-0c4b0f3b7a11/place"
    client = signed_in("lea.beispill", next=address)
    assert "bierger_typed" not in client.response.cookies  # one comes back to it
    forgotten = client.post("/sign-out").cookies["bierger_typed"]
    assert (forgotten.value, forgotten["max-age"], forgotten["path"]) == ("", 0, address)
    assert "bierger_typed" not in signed_in("lea.beispill", next="/x;domain=elsewhere").post("/sign-out").cookies


def test_a_login_of_somebody_else_is_refused(provider: Simulators, transactional: None):
    from bierger.identity.errors import LoginOfAnotherPerson
    from bierger.identity.services import sign_in
    from bierger.infra.principal import ANONYMOUS
    from tests.people import claims_of

    lea, hugo = (country().by_handle[handle] for handle in ("lea.beispill", "hugo.exemplo"))
    with acting_as(ANONYMOUS):
        sign_in(claims=claims_of(lea, issuer="https://idp.example"))
    import dataclasses

    with pytest.raises(LoginOfAnotherPerson), acting_as(ANONYMOUS):
        sign_in(claims=claims_of(dataclasses.replace(hugo, subject=lea.subject), issuer="https://idp.example"))


def _space(client: Client, kind: str) -> str:
    from bierger.identity.selectors import my_spaces

    with acting_as(principal_of(client)):
        return next(str(space.id) for space in my_spaces() if space.kind == kind)


def _change_pending(client: Client, **changed: object) -> None:
    session = client.session
    started = session["sign_in"]
    state = next(iter(started))
    session["sign_in"] = {state: {**started[state], **changed}}
    session.save()
