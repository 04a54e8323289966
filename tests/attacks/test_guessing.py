# SPDX-License-Identifier: EUPL-1.2
"""Guessing addresses: what is not yours looks exactly like what does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from bierger.disclosures.services import purpose_of_case
from bierger.documents import selectors as documents
from bierger.documents.errors import BlobNotFound
from bierger.filings import selectors as filing_selectors
from bierger.filings import services as filings
from bierger.infra.principal import ANONYMOUS, Principal, acting_as
from tests import story
from tests.attacks.together import count
from tests.attacks.world import World
from tests.clients import client_of
from tests.laws import SOME_LAW

OWN_PAGES = (
    "/drafts/{draft}/purpose",
    "/drafts/{draft}/check",
    "/drafts/{draft}/discard",
    "/bundles/{bundle}",
    "/bundles/{bundle}/check",
    "/bundles/{bundle}/discard",
    "/filings/{filing}",
    "/filings/{filing}/receipt.pdf",
    "/requests/{case}",
    "/requests/{permit}",
    "/requests/{report}",
    "/acts/{act}.pdf",
    "/acts/{act}.tlog-proof",
)
OWN_POSTS = (
    "/drafts/{draft}/purpose",
    "/drafts/{draft}/submit",
    "/drafts/{draft}/discard",
    "/bundles/{bundle}/submit",
    "/bundles/{bundle}/take-out",
    "/bundles/{bundle}/discard",
    "/requests/{permit}/answer",
    "/requests/{permit}/tasks/{task}",
)
DESK_PAGES = (
    "/desk/cases/{permit}",
    "/desk/cases/{case}",
    "/desk/cases/{permit}/files/{plan}",
    "/desk/cases/{case}/acts/{act}.pdf",
    "/desk/tasks/{task}",
    "/desk/tasks/{task}/done",
    "/desk/readings",
    "/desk/readings/later",
    "/desk/readings/later/{case}/extend",
    "/desk/readings/later/{case}/end",
)
DESK_POSTS = (
    "/desk/cases/{permit}/question",
    "/desk/cases/{permit}/note",
    "/desk/tasks/{task}",
    "/desk/tasks/{task}/take",
    "/desk/tasks/{task}/give-back",
    "/desk/readings/later",
    "/desk/readings/later/{case}/extend",
    "/desk/readings/later/{case}/end",
)
FORM = {"purpose": "bank", "declaration": "yes", "text": "x", "note": "x", "question": "x", "completeness": "complete"}


def same(answer: HttpResponse, ids: dict[str, str]) -> tuple[int, str, str]:
    """What an observer could compare: status, where to, and the page without its identifiers and its form tokens."""
    page = answer.content.decode("utf-8", "replace") if answer.get("Content-Type", "").startswith("text") else answer.content.hex()
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    target = answer.get("Location", "")
    for name, value in ids.items():
        page, target = page.replace(value, name), target.replace(value, name)
    return answer.status_code, target, page


def assert_like_nothing(world: World, browser: Client, pages: tuple[str, ...], posts: tuple[str, ...], status: int = 404) -> None:
    real, nothing = world.ids(), world.nobody()
    for address in pages:
        seen = same(browser.get(address.format(**real)), real)
        assert seen[0] == status, (address, seen[0])
        assert seen == same(browser.get(address.format(**nothing)), nothing), address
    for address in posts:
        seen = same(browser.post(address.format(**real), FORM), real)
        assert seen[0] == status, (address, seen[0])
        assert seen == same(browser.post(address.format(**nothing), FORM), nothing), address


def rows() -> tuple[int, ...]:
    """What an intruder's POST would have changed."""
    return tuple(
        count(f"SELECT count(*) FROM {table}") for table in ("filings_draft", "filings_filing", "cases_event", "documents_blob")
    )


def stranger_by_link() -> Principal:
    return Principal(kind="link", link=filings.link_of(filings.new_token()))


def test_another_persons_things_are_like_nothing(world: World) -> None:
    before = rows()
    neighbour = client_of(world.town.neighbour)
    assert_like_nothing(world, neighbour, OWN_PAGES, OWN_POSTS)
    assert_like_nothing(world, neighbour, DESK_PAGES, DESK_POSTS)
    own = story.begin(world.town.neighbour, "residence-certificate")
    assert neighbour.get(f"/drafts/{own}/purpose").status_code == 200  # the address itself works
    assert client_of(world.town.applicant).get(f"/drafts/{world.draft}/purpose").status_code == 200
    assert rows() == (before[0] + 1, *before[1:])
    with acting_as(world.town.neighbour), pytest.raises(BlobNotFound):
        documents.read_blob(world.plan)


def test_a_case_of_ones_own_is_no_way_to_anothers_task(world: World) -> None:
    mine = story.request(world.town.neighbour, "building-permit", story.PERMIT).cases[0]
    before = rows()
    assert client_of(world.town.neighbour).post(f"/requests/{mine}/tasks/{world.task}", FORM).status_code == 404
    assert rows() == before


def test_somebody_elses_private_link_opens_nothing(world: World) -> None:
    pages = tuple(address for address in OWN_PAGES if "{report}" not in address)
    before = rows()
    assert_like_nothing(world, client_of(stranger_by_link()), OWN_PAGES, OWN_POSTS)
    reporter = Principal(kind="link", link=filings.link_of(world.token))  # holds the report, and nothing else
    assert_like_nothing(world, client_of(reporter), pages, OWN_POSTS)
    assert client_of(reporter).get(f"/requests/{world.report}").status_code == 200
    assert rows() == before


def test_wrong_tokens_open_nothing(world: World) -> None:
    right = world.token
    swapped = right[:-1] + ("A" if right[-1] != "A" else "B")
    wrong = (swapped, right[:-1], right + "A", right.swapcase(), filings.link_of(right), "x" * 5000, "%00", "..%2f..", "é")
    for token in wrong:
        browser = Client()
        answer = browser.get(f"/l/{token}")
        assert answer.status_code == 404, token
        assert "principal" not in browser.session, token
    browser = Client()
    assert browser.get(f"/l/{right}").status_code == 302
    assert browser.get(f"/requests/{world.report}").status_code == 200


def test_an_officer_of_another_commune_finds_nothing(world: World) -> None:
    before = rows()
    assert_like_nothing(world, client_of(world.town.stranger), DESK_PAGES, DESK_POSTS)
    assert client_of(world.town.clerk).get(f"/desk/cases/{world.permit}").status_code == 200
    assert client_of(world.town.clerk).get(f"/desk/cases/{world.permit}/files/{world.plan}").status_code == 200
    assert rows() == before
    with acting_as(world.town.stranger), pytest.raises(BlobNotFound):
        documents.read_attachment(world.plan, purpose=purpose_of_case(world.permit, legal_basis=SOME_LAW), subjects=[])


def test_an_officer_of_another_service_does_not_get_the_file(world: World) -> None:
    """Claire keeps the population register of the same commune: a building permit is none of her business."""
    population = client_of(world.town.population)
    for address in (f"/desk/cases/{world.permit}", f"/desk/cases/{world.permit}/files/{world.plan}", f"/desk/tasks/{world.task}"):
        assert population.get(address).status_code == 404, address


# -- every route --------------------------------------------------------------------------------------------------------

PUBLIC = {
    "health:alive", "health:ready", "health:metrics",  # metrics: this machine only, or the holder of a token
    "identity:sign-in", "identity:callback",
    "gateway:checkpoint", "gateway:tile", "gateway:keys", "gateway:keys-proof", "gateway:revocations", "gateway:proof",
    "gateway:types", "gateway:statuses", "gateway:policy", "gateway:readings-batch", "gateway:stamp", "gateway:certificates",
    "gateway:earlier", "gateway:earlier-checkpoint", "gateway:earlier-tile",
    "gateway:api-verify",  # counted by address, as /verify is
    "portal:home", "portal:catalogue", "portal:sheet", "portal:link-help", "portal:verify", "portal:accessibility",
    "portal:colours", "portal:readings-verifier", "portal:verify-app", "portal:verify-words", "portal:verify-manifest",
    "portal:verify-worker", "portal:verify-reader", "portal:situations", "portal:situation", "portal:situation-plan",
}  # fmt: skip
"""Routes that answer to anybody. Whoever adds one names it here, and so says that it is meant."""
NOT_A_PAGE = {"language", "ui:register", "portal:start", "portal:situation-prepare", "identity:sign-out", "portal:link"}
"""Public, and without anything to read: they change the browser's own session, or answer 404 to a token that opens nothing."""


FOR_PROGRAMS = {"gateway:api-verify": 400, "gateway:stamp": 415}
"""Posts without a form: they look at no session and change nothing, and what a form sends is no question of theirs."""


def routes(patterns: list[URLPattern | URLResolver], before: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for entry in patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, route, entry.namespace or space)
        else:
            yield entry.name if entry.name == "language" else f"{space}:{entry.name}", route


def address_of(route: str, world: World) -> str:
    """The route with Léa's identifiers in it: the best guess there is."""
    known = {
        **world.ids(), "blob": str(world.plan), "owner": "commune", "name": "residence-certificate", "step": "purpose",
        "token": "nonsense", "code": "mersch", "commitment": "00" * 33, "rest": "0/000", "number": "1",
    }  # fmt: skip
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: known.get(part[1], str(uuid4())), route)


def walk(world: World, browser: Client) -> Iterator[tuple[str, str, HttpResponse]]:
    found = list(routes(get_resolver().url_patterns))
    assert len(found) > 40
    for name, route in found:
        yield name, route, browser.get(address_of(route, world))


def test_every_route_without_a_session(world: World) -> None:
    seen = set()
    for name, route, answer in walk(world, Client(headers={"accept-language": "en"})):
        seen.add(name)
        assert "Beispill" not in answer.content.decode("utf-8", "replace"), route
        if name in PUBLIC:
            assert answer.status_code not in (500, 403), route
        elif name in NOT_A_PAGE:
            assert answer.status_code in (302, 404, 405), route
            assert not answer.get("Location", "/").startswith(("/requests", "/drafts")), route
        else:
            assert answer.status_code in (302, 404, 405), (route, answer.status_code)
            assert answer.status_code != 302 or answer["Location"].startswith("/sign-in?next="), (route, answer["Location"])
    assert seen >= PUBLIC | NOT_A_PAGE  # the lists name nothing that is gone


def test_every_route_as_a_neighbour_and_as_a_strange_officer(world: World) -> None:
    for who in (world.town.neighbour, world.town.stranger, stranger_by_link()):
        for _name, route, answer in walk(world, client_of(who)):
            assert answer.status_code < 500 or route in ("readyz", "sign-in"), (route, answer.status_code)
            assert "Beispill" not in answer.content.decode("utf-8", "replace"), route
            if re.search(r"<uuid:(draft|filing|case|act|task)>", route):
                assert answer.status_code in (302, 404, 405), (route, answer.status_code)
                assert answer.status_code != 302 or answer["Location"].startswith("/sign-in?next="), (route, answer["Location"])


def test_a_post_without_the_forms_token_is_refused_everywhere(world: World) -> None:
    before = rows()
    signed_in = client_of(world.town.applicant)
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["bierger_session"] = signed_in.cookies["bierger_session"].value
    for name, route in routes(get_resolver().url_patterns):
        answer = browser.post(address_of(route, world), FORM)
        assert answer.status_code == FOR_PROGRAMS.get(name, 403), (name, answer.status_code)
    assert rows() == before
    address = f"/drafts/{world.draft}/purpose"
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(address).content.decode())
    assert browser.post(address, {**FORM, "csrfmiddlewaretoken": token[1]}).status_code == 302  # with it, it works
    assert browser.post(address, {**FORM, "csrfmiddlewaretoken": token[1][::-1]}).status_code == 403


# -- a session that ends ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["expired", "deleted", "signed-out"])
def test_a_session_that_ends_in_the_middle_of_a_form_keeps_the_draft(town, end) -> None:
    draft = story.begin(town.applicant, "residence-certificate")
    browser = client_of(town.applicant)
    address = f"/drafts/{draft}/purpose"
    assert browser.post(address, {"purpose": "school"}).status_code == 302
    key = browser.cookies["bierger_session"].value
    if end == "expired":
        session = SessionStore(key)
        session.set_expiry(-1)
        session.save()
    elif end == "deleted":
        SessionStore(key).delete()
    else:
        browser.post("/sign-out")
    late = browser.post(f"/drafts/{draft}/language", {"document_language": "en"})
    assert late["Location"] == f"/sign-in?next=%2Fdrafts%2F{draft}%2Flanguage"  # after signing in: on with this very step
    assert count("SELECT count(*) FROM filings_draft") == 1
    again = client_of(town.applicant)
    assert again.get(f"/drafts/{draft}/language").status_code == 200
    assert re.search(r'value="school"[^>]*checked', again.get(address).content.decode())
    with acting_as(town.applicant):
        assert filing_selectors.draft(draft).answers["purpose"] == "school"


def test_a_session_made_up_by_the_browser_is_nobody(world: World) -> None:
    browser = Client()
    browser.cookies["bierger_session"] = "a" * 32
    assert browser.get(f"/requests/{world.case}")["Location"].startswith("/sign-in?next=")
    assert client_of(ANONYMOUS).get(f"/requests/{world.case}")["Location"].startswith("/sign-in?next=")
