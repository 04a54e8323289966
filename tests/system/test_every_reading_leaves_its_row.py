# SPDX-License-Identifier: EUPL-1.2
"""Every page, export and interface, read as each role: whoever saw something of somebody else has left a row that names them.

The addresses are walked, not listed: a new one fails `test_every_address_is_judged` until somebody says here what it shows.
What was seen is looked for in what came back, not asked of the code that sent it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from bierger.cases import services as cases
from bierger.filings import services as filings
from bierger.infra.principal import Principal, acting_as
from tests import mandates
from tests.apps.simulators.running import running
from tests.attacks.together import superuser
from tests.attacks.world import World, make
from tests.clients import client_of
from tests.conftest import _as_role, _copy_template
from tests.people import officer, person

PUBLIC = "published, or a form without anybody's data in it"
OWN = "shows whoever is signed in what is theirs, and nothing else"
DOES = "does something and leads elsewhere; nothing is shown"
TOKEN = "one's own readings, for a trusted caller: tests/apps/gateway/test_data_tracker.py"

# Addresses that show what belongs to somebody, with the names of World for what stands in them.
PERSONAL = {
    "portal:drafts": {}, "portal:check": {"draft": "draft"}, "portal:discard": {"draft": "draft"},
    "portal:step": {"draft": "draft", "step": "=identity"}, "portal:receipt": {"filing": "filing"}, "portal:receipt-pdf": {"filing": "filing"},
    "portal:bundle": {"bundle": "bundle"}, "portal:bundle-check": {"bundle": "bundle"}, "portal:bundle-discard": {"bundle": "bundle"},
    "portal:requests": {}, "portal:request": {"case": "permit"}, "portal:task": {"case": "permit", "task": "task"},
    "portal:act-pdf": {"act": "act"}, "portal:act-proof": {"act": "act"}, "portal:mailbox": {}, "portal:readings": {},
    "portal:readings-file": {}, "portal:mandates": {}, "portal:deletion": {"case": "permit", "deletion": "case"},
    "desk:worklist": {}, "desk:case": {"case": "permit"}, "desk:attachment": {"case": "permit", "blob": "plan"},
    "desk:act": {"case": "case", "act": "act"}, "desk:task": {"task": "task"}, "desk:done": {"task": "task"},
    "desk:acts": {}, "desk:issued": {"act": "act"}, "desk:issued-pdf": {"act": "act"}, "desk:revoke": {"act": "act"},
    "desk:correct": {"act": "act"}, "desk:deletion": {"case": "permit", "deletion": "case"}, "identity:spaces": {},
    "desk:readings": {}, "desk:delay": {}, "desk:extend-delay": {"order": "case"}, "desk:end-delay": {"order": "case"},
}  # fmt: skip
JUDGED = {
    **dict.fromkeys(
        ("health:alive", "health:ready", "health:metrics", "ui:language", "ui:register", "portal:home", "portal:catalogue", "portal:sheet", "portal:link-help", "portal:verify",
         "portal:verify-app", "portal:verify-manifest", "portal:verify-worker", "portal:verify-words", "portal:accessibility", "portal:colours",
         "portal:readings-verifier", "portal:situations", "portal:situation", "portal:situation-plan", "identity:sign-in", "gateway:checkpoint", "gateway:tile", "gateway:keys", "gateway:keys-proof",
         "gateway:types", "gateway:statuses", "gateway:revocations", "gateway:policy", "gateway:readings-batch", "gateway:proof", "gateway:stamp",
         "gateway:certificates", "gateway:api-verify", "studio:rules", "gateway:earlier", "gateway:earlier-checkpoint", "gateway:earlier-tile"), PUBLIC,
    ),
    **dict.fromkeys(
        ("portal:start", "portal:submit", "portal:situation-prepare", "portal:bundle-submit", "portal:bundle-take-out", "portal:answer", "portal:mandate-end", "portal:readings-ask", "identity:callback", "identity:sign-out",
         "desk:next", "desk:question", "desk:withdraw", "desk:note", "desk:hold", "desk:release", "desk:take", "desk:give-back"), DOES,
    ),
    **dict.fromkeys(("gateway:find-usage", "gateway:usage-period", "gateway:heartbeat"), TOKEN),
    "portal:link": OWN,
}  # fmt: skip
# Where each of these must have shown Léa's data to somebody else: otherwise nothing was proved of it.
SEEN = {
    "desk:worklist", "desk:case", "desk:attachment", "desk:task", "portal:requests", "portal:request",
    "portal:receipt", "portal:receipt-pdf", "portal:act-pdf", "desk:issued-pdf",
}  # fmt: skip
FILES = ("application/pdf", "image/", "application/octet-stream")


@dataclass(frozen=True)
class Seen:
    """The people, by role, and what gives Léa's data away in a page."""

    world: World
    people: dict[str, Principal]
    signs: tuple[str, ...]
    lea: UUID


def routes(patterns: list[URLPattern | URLResolver] | None = None, space: str = "") -> Iterator[str]:
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, one.namespace or space)
        else:
            yield f"{space}:{one.name}" if space else str(one.name)


def test_every_address_is_judged() -> None:
    found = set(routes())
    assert found - set(PERSONAL) - set(JUDGED) == set(), "Say in PERSONAL or JUDGED what these addresses show."
    assert set(PERSONAL) & set(JUDGED) == set()
    assert set(PERSONAL) >= SEEN


@pytest.fixture(scope="module")
def town(_database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    from tests.jobs import drain
    from tests.story_people import town as people_of_town

    folder = tmp_path_factory.mktemp("readings")
    shutil.copytree(os.environ["BIERGER_TEST_TEMPLATE_DATA"], folder, dirs_exist_ok=True)

    def run_jobs() -> None:
        with _as_role("worker"):
            drain()

    with running(tmp_path_factory.mktemp("registers")) as simulators:
        register = f"{simulators.issuer}/register"
        with override_settings(BIERGER_DATA=folder, BIERGER_REGISTER_URL=register, BIERGER_REGISTER_SECRET="local-only"):
            people = people_of_town()
            world = make(people, run_jobs)
            lea = people.applicant
            with acting_as(people.clerk):
                cases.take(task=world.task)
            roles = {
                "anonymous": None, "link": Principal(kind="link", link=filings.link_of(world.token)), "neighbour": people.neighbour,
                "representative": mandates.representative(lea, "hugo.exemplo"), "firm": mandates.firm_of("nina.esempio"),
                "clerk": people.clerk, "adviser": people.urbanism, "technical": people.technical, "citizens": people.population,
                "mayor": people.mayor, "secretary": officer("anouk.esimerkki"), "elsewhere": people.stranger, "state": officer("gilles.voorbeeld"),
            }  # fmt: skip
            signs = ("Léa Beispill", "winter garden", "lea.beispill", str(person("lea.beispill").space), *numbers_of(world))
            yield Seen(world, {name: who for name, who in roles.items() if who}, signs, lea.person)
    _copy_template()


def numbers_of(world: World) -> list[str]:
    """By which Léa's requests and filings are called."""
    with superuser() as seen:
        found = seen.execute(
            "SELECT number FROM cases_case WHERE id = ANY (%s::uuid[]) UNION ALL SELECT number FROM filings_filing WHERE id = %s",
            [[world.case, world.permit], world.filing],
        )
        return [number for (number,) in found.fetchall()]


def addresses(world: World) -> Iterator[tuple[str, str]]:
    """Of each address that shows something personal: its name, and Léa's."""
    from django.urls import reverse

    ids = world.ids()
    for name, given in PERSONAL.items():
        yield name, reverse(name, kwargs={word: what[1:] if what.startswith("=") else ids[what] for word, what in given.items()})


def shows(answer: HttpResponse, signs: tuple[str, ...]) -> bool:
    """A page with one of the signs in it, or a file: all of Léa's."""
    if answer.status_code != 200:
        return False
    kind = answer.get("Content-Type", "")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return kind.startswith(FILES) or any(sign in body.decode("utf-8", "replace") for sign in signs)


def newest() -> int:
    with superuser() as seen:
        return seen.execute("SELECT coalesce(max(id), 0) FROM disclosures_disclosure").fetchone()[0]


def named_since(row: int, who: UUID) -> bool:
    with superuser() as seen:
        found = seen.execute("SELECT count(*) FROM disclosures_disclosure WHERE id > %s AND subjects @> ARRAY[%s]::uuid[]", [row, who])
        return bool(found.fetchone()[0])


@pytest.mark.slow
def test_whoever_saw_has_left_a_row(town: Seen) -> None:
    wrong, seen = [], set()
    for role, who in [("anonymous", None), *town.people.items()]:
        browser = client_of(who) if who else Client()
        for name, address in addresses(town.world):
            before = newest()
            shown = shows(browser.get(address), town.signs)
            noted = named_since(before, town.lea)
            if shown:
                seen.add(name)
            if shown and not noted:
                wrong.append((role, name))
    assert wrong == [], "These showed Léa's data, and she does not read of it."
    assert seen >= SEEN, SEEN - seen


@pytest.mark.slow
def test_whoever_reads_their_own_leaves_none(town: Seen) -> None:
    lea, before = client_of(town.world.town.applicant), newest()
    shown = {name for name, address in addresses(town.world) if shows(lea.get(address), town.signs)}
    assert {"portal:request", "portal:act-pdf", "portal:requests", "portal:receipt", "portal:readings-file"} <= shown
    assert newest() == before


@pytest.mark.slow
def test_a_page_that_forgets_to_record_is_found(town: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk itself, on a planted fault: the desk's page of a case no longer records."""
    from bierger.cases.selectors import desk

    monkeypatch.setattr(desk.disclosures, "record", lambda **_: None)
    before = newest()
    clerk = client_of(town.people["clerk"])
    assert shows(clerk.get(f"/desk/cases/{town.world.permit}"), town.signs)
    assert not named_since(before, town.lea)
