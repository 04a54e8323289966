# SPDX-License-Identifier: EUPL-1.2
"""Every page, export and interface, read as each role: whoever saw something of somebody else has left a row that names them.

The addresses are walked, not listed: a new one fails `test_every_address_is_judged` until somebody says here what it shows.
What was seen is looked for in what came back, not asked of the code that sent it. Beside the addresses themselves, what is drawn
for a question in the address, and what a form draws that is sent and not done yet, is walked too.
"""

from __future__ import annotations

import html
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from bierger.cases import services as cases
from bierger.filings import services as filings
from bierger.infra.principal import Principal, acting_as
from bierger.simulators.country import country
from bierger.ui import formats
from tests import mandates, story
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
         "portal:verify-app", "portal:verify-manifest", "portal:verify-worker", "portal:verify-reader", "portal:verify-words", "portal:accessibility", "portal:colours",
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
# What is asked in an address, and forms that are sent and change nothing: `POST` draws a page that says what is wrong, or asks once more.
# A value `=name` is one of `asked_of`.
ASKED = (("desk:readings", {"number": "=reading"}), ("desk:acts", {"number": "=act"}), ("desk:worklist", {"state": "done"}),
         ("portal:requests", {"q": "=case"}))  # fmt: skip
SENT = {
    "desk:revoke": ({"act": "act"}, {"reason": "error", "note": "Wrong.", "check": "yes"}),
    "desk:correct": ({"act": "act"}, {"note": "Wrong.", "check": "yes"}),
    "desk:task": ({"task": "task"}, {}), "desk:question": ({"case": "permit"}, {}), "desk:note": ({"case": "permit"}, {}),
    "desk:delay": ({}, {"case": "=case", "check": "yes"}), "portal:step": ({"draft": "draft", "step": "=identity"}, {}),
    "portal:submit": ({"draft": "whole"}, {}), "portal:bundle-submit": ({"bundle": "bundle"}, {}), "portal:answer": ({"case": "permit"}, {}),
    "portal:task": ({"case": "permit", "task": "task"}, {}),
}  # fmt: skip
# Where each of these must have shown Léa's data to somebody else: otherwise nothing was proved of it.
SEEN = {
    "desk:worklist", "desk:case", "desk:attachment", "desk:task", "portal:requests", "portal:request",
    "portal:receipt", "portal:receipt-pdf", "portal:act-pdf", "desk:issued-pdf", "desk:issued", "desk:revoke", "desk:correct",
    "portal:mailbox", "POST portal:submit", "desk:readings?number", "POST desk:revoke", "POST desk:correct", "POST desk:task", "POST desk:question", "POST desk:note",
}  # fmt: skip
FILES = ("application/pdf", "image/", "application/octet-stream")


@dataclass(frozen=True)
class Seen:
    """The people, by role; what gives Léa's data away in a page (of the words of one line all); what may be asked about her.

    whole: a draft in which nothing is missing but the declaration.
    """

    world: World
    people: dict[str, Principal]
    signs: tuple[tuple[str, ...], ...]
    asked: dict[str, str]
    whole: UUID
    lea: UUID


@dataclass(frozen=True)
class Visit:
    """An address that somebody opens, with what they ask, or send (`POST` in its name)."""

    name: str
    address: str
    said: dict[str, str]

    def by(self, browser: Client) -> HttpResponse:
        return (browser.post if self.name.startswith("POST ") else browser.get)(self.address, self.said)


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
    assert {name.removeprefix("POST ").partition("?")[0] for name in SEEN} <= set(PERSONAL) | set(SENT)
    assert {name for name, _ in ASKED} | set(SENT) <= found


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
            whole = story.begin(lea, "building-permit")
            story.fill(lea, whole, story.PERMIT)
            people_by_role = {name: who for name, who in roles.items() if who}
            yield Seen(world, people_by_role, signs_of(world), asked_of(world), whole, lea.person)
    _copy_template()


def signs_of(world: World) -> tuple[tuple[str, ...], ...]:
    """Names together or apart, as the facts of an act are; the day of birth as forms and pages write it; how her things are called."""
    born = country().by_handle["lea.beispill"].birth_date
    alone = ("winter garden", "lea.beispill", str(person("lea.beispill").space), born.isoformat(), formats.day(born, "en"), *numbers_of(world))
    return (("Léa", "Beispill"), *((word,) for word in alone))


def numbers_of(world: World) -> list[str]:
    """By which Léa's requests, filings and acts are called."""
    with superuser() as seen:
        found = seen.execute(
            "SELECT number FROM cases_case WHERE id = ANY (%s::uuid[]) UNION ALL SELECT number FROM filings_filing WHERE id = %s"
            " UNION ALL SELECT number FROM documents_act WHERE id = %s",
            [[world.case, world.permit], world.filing, world.act],
        )
        return [number for (number,) in found.fetchall()]


def asked_of(world: World) -> dict[str, str]:
    """What one may ask for: an act and a case by their numbers, a reading of hers by an officer of Mersch."""
    with superuser() as seen:
        found = seen.execute(
            "SELECT (SELECT number FROM documents_act WHERE id = %s), (SELECT number FROM cases_case WHERE id = %s),"
            " (SELECT min(id)::text FROM disclosures_disclosure WHERE case_id = %s AND actor_kind = 'officer')",
            [world.act, world.permit, world.permit],
        ).fetchone()
    return dict(zip(("act", "case", "reading"), found, strict=True))


def visits(town: Seen) -> Iterator[Visit]:
    """Each address that shows something personal, with Léa's things in it."""
    ids = {**town.world.ids(), "whole": str(town.whole)}

    def address(name: str, given: dict[str, str]) -> str:
        return reverse(name, kwargs={word: what[1:] if what.startswith("=") else ids[what] for word, what in given.items()})

    def said(words: dict[str, str]) -> dict[str, str]:
        return {word: town.asked[what[1:]] if what.startswith("=") else what for word, what in words.items()}

    for name, given in PERSONAL.items():
        yield Visit(name, address(name, given), {})
    for name, words in ASKED:
        yield Visit(f"{name}?{'&'.join(words)}", address(name, {}), said(words))
    for name, (given, words) in SENT.items():
        yield Visit(f"POST {name}", address(name, given), said(words))


def shows(answer: HttpResponse, signs: tuple[tuple[str, ...], ...], *, said: Iterable[str] = ()) -> bool:
    """A page, also one that refuses or is not there, with one of the signs in it that nobody said themselves; or a file: all of Léa's."""
    kind = answer.get("Content-Type", "")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text, typed = html.unescape(body.decode("utf-8", "replace")), set(said)
    is_file = answer.status_code == 200 and kind.startswith(FILES)
    return is_file or any(all(word in text for word in sign) and not typed.issuperset(sign) for sign in signs)


@pytest.mark.parametrize("status", [200, 302, 403, 404, 409, 422, 429, 500, 503])
def test_a_page_is_looked_at_whatever_its_status(status: int) -> None:
    assert shows(HttpResponse("<p>L&eacute;a Beispill</p>", status=status), (("Léa", "Beispill"),))
    assert not shows(HttpResponse("<p>L&eacute;a Beispill</p>", status=status), (("Léa", "Beispill"),), said=["Léa", "Beispill"])
    assert not shows(HttpResponse("<p>Nobody</p>", status=status), (("Léa", "Beispill"),))


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
        for visit in visits(town):
            browser = client_of(who) if who else Client()  # a new one: some page may end a session, and all after it would show nothing
            before = newest()
            shown = shows(visit.by(browser), town.signs, said=visit.said.values())
            noted = named_since(before, town.lea)
            if shown:
                seen.add(visit.name)
            if shown and not noted:
                wrong.append((role, visit.name))
    assert wrong == [], "These showed Léa's data, and she does not read of it."
    assert seen >= SEEN, SEEN - seen


@pytest.mark.slow
def test_whoever_reads_their_own_leaves_none(town: Seen) -> None:
    lea, before = client_of(town.world.town.applicant), newest()
    own = [visit for visit in visits(town) if visit.name in PERSONAL]
    shown = {visit.name for visit in own if shows(visit.by(lea), town.signs)}
    assert {"portal:request", "portal:act-pdf", "portal:requests", "portal:receipt", "portal:readings-file"} <= shown
    assert newest() == before


@pytest.mark.slow
@pytest.mark.parametrize("name", ["desk:case", "desk:issued", "POST desk:correct", "desk:readings?number"])
def test_a_page_that_forgets_to_record_is_found(town: Seen, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The walk itself, on planted faults: a page of the desk no longer records."""
    from bierger.cases.selectors import desk
    from bierger.disclosures.services import oversight
    from bierger.documents.selectors import acts

    reader = {"desk:case": "clerk", "desk:readings?number": "secretary"}.get(name, "mayor")
    for module in (desk.disclosures, acts.disclosures, oversight):
        monkeypatch.setattr(module, "record", lambda **_: None)
    before = newest()
    visit = next(one for one in visits(town) if one.name == name)
    assert shows(visit.by(client_of(town.people[reader])), town.signs, said=visit.said.values())
    assert not named_since(before, town.lea)
