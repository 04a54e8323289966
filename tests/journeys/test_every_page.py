# SPDX-License-Identifier: EUPL-1.2
"""Every screen there is, the rare ones and refusals among them, in four languages on a telephone, and wide: axe finds nothing.

The list of screens is not written down here: what was drawn is compared with the folders of templates, and one that nobody looked at
is a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import pytest
from playwright.sync_api import Browser

from bierger.infra.principal import SYSTEM, Principal, acting_as
from tests import mandates, story
from tests.apps.simulators.running import running
from tests.attacks.together import superuser
from tests.journeys.inside import Examiner, database_away, drawn, served, templates
from tests.journeys.steps import unfolded
from tests.journeys.story import photo, photographed, sealed_code, tampered
from tests.journeys.visitor import PHONE, WIDE, Visitor
from tests.people import officer, person

pytestmark = pytest.mark.browser
PASSES = [  # German has the longest words: what fits in it fits
    *(pytest.param((language, PHONE), id=f"{name}-phone") for language, name in (("de", "german"), ("fr", "french"), ("lb", "luxembourgish"))),
    pytest.param(("en", WIDE), id="english-desk"),
]
PERMIT, REPORT, RESIDENCE = (f"/procedures/commune/{name}" for name in ("building-permit", "problem-report", "residence-certificate"))
NEXT = "form.form > .actions .ds-button"
COMPLETE = ".desk-form .form .ds-button"
COMPLETE_DELAY = '.form .ds-button[name="check"]'
Owner = Callable[[], AbstractContextManager[None]]


@dataclass
class Town:
    """What happened before anybody looks: requests in several states, and the links of those who did not sign in."""

    lea: Principal
    tom: Principal
    nora: Principal
    draft: UUID
    supply: UUID
    question: UUID
    decide: UUID
    certificates: tuple[UUID, UUID]
    link: str
    other_link: str
    provider: str


@pytest.fixture
def town(transactional: None, run_jobs: Callable[[], None], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with running(tmp_path_factory.mktemp("simulators")) as simulators:
        yield _what_happened(run_jobs, simulators.issuer)


def _what_happened(run_jobs: Callable[[], None], simulators: str) -> Town:
    from django.test import override_settings

    from bierger.cases import services as cases
    from bierger.documents import selectors as documents
    from bierger.documents import services as document_services
    from bierger.filings import services as filings
    from tests.story_people import town as people

    some = people()
    with override_settings(BIERGER_REGISTER_URL=f"{simulators}/register"):
        for _ in range(2):
            story.request(some.applicant, "residence-certificate", story.RESIDENCE)
        run_jobs()
    supply, question, decide = (story.request(some.applicant, "building-permit", story.PERMIT).cases[0] for _ in range(3))
    tokens = [filings.new_token(), filings.new_token()]
    for token in tokens:
        story.request(Principal(kind="link", link=filings.link_of(token)), "problem-report", story.REPORT, token=token)
    run_jobs()
    story.do(some.clerk, supply, "check", completeness="missing-piece", piece_wanted="The drainage plan is missing.")
    story.do(some.clerk, decide, "check", completeness="complete")
    run_jobs()
    story.do(some.urbanism, decide, "opinion-urbanism", urbanism_opinion="favourable", urbanism_remarks="It fits the plan.")
    story.do(some.technical, decide, "opinion-technical", technical_opinion="reserved", technical_remarks="Connect to the storm drain.")
    with acting_as(some.clerk):
        cases.ask_applicant(case=question, text="Which colour will the roof have?")
    run_jobs()
    with acting_as(some.applicant):
        acts = [one.id for one in documents.my_acts()]
    with acting_as(some.mayor):
        document_services.revoke_act(act=acts[0], reason="error")
    run_jobs()
    draft = story.begin(some.applicant, "building-permit")
    story.fill(some.applicant, draft, story.PERMIT)
    return Town(some.applicant, some.clerk, some.mayor, draft, supply, question, decide, (acts[0], acts[1]), *tokens, simulators)


@pytest.fixture
def examiner(town: Town, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Examiner]:
    with served() as address, drawn() as names:
        language, size = request.param
        one = Examiner(browser, address, language, names, (size,))
        yield one
        one.leave()


@pytest.mark.slow
@pytest.mark.parametrize("examiner", PASSES, indirect=True)
def test_every_page(examiner: Examiner, town: Town, as_owner: Owner, tmp_path: Path) -> None:
    anybody(examiner)
    refusals(examiner)
    sign_in(examiner, town)
    applicant(examiner, town)
    situations(examiner, town)
    private_links(examiner, town, tmp_path)
    representative(examiner, town)
    officers(examiner, town)
    verification(examiner, town, tmp_path)
    withdrawn(examiner, town, as_owner)
    faults(examiner, as_owner)
    assert templates() - examiner.examined == set()


def anybody(all_of: Examiner) -> None:
    who = all_of.visitor()
    for address in ("/", "/catalogue", "/catalogue?q=xyzzyx", f"{RESIDENCE}", f"{PERMIT}?administration=mersch", REPORT, "/verify", f"/verify/app/{all_of.language}", "/accessibility"):
        all_of.read(who, address)
    for address in ("/l", "/l/0123456789abcdef", "/nowhere"):
        all_of.read(who, address)
    all_of.press(all_of.read(who, "/l"), "form.form .ds-button")


def posted(all_of: Examiner, who: Visitor, path: str, status: int) -> None:
    """A form that no page of ours would send: without its token, too large, too often, at a bad moment."""
    all_of.drawn.clear()
    who.expected = status
    who.page.goto(f"{all_of.base}/accessibility")
    with who.page.expect_navigation():
        who.page.evaluate("path => { const f = document.createElement('form'); f.method = 'post'; f.action = path; document.body.append(f); f.submit() }", path)
    assert who.status == status
    all_of.read(who, expected=status)


def refusals(all_of: Examiner) -> None:
    from django.test import override_settings

    who = all_of.visitor()
    posted(all_of, who, "/verify", 403)
    with override_settings(BIERGER_UPLOAD_LIMIT=-1):
        posted(all_of, who, "/verify", 413)
    with override_settings(BIERGER_VERIFY_LIMIT=0):
        all_of.press(unfolded(all_of.read(who, "/verify")), "form:has([name=code]) .ds-button")
        assert who.status == 429


def sign_in(all_of: Examiner, town: Town) -> None:
    from django.test import override_settings

    who = all_of.visitor(pending="cancelled")
    all_of.read(who, "/sign-in?level=substantial", expected=503)  # nobody answers at the provider's address
    all_of.read(who, "/sign-in/callback?state=none")
    with override_settings(BIERGER_OIDC_ISSUER=town.provider):
        all_of.read(who, f"/sign-in/callback?state=cancelled&error=access_denied&iss={quote(town.provider)}")
        assert who.page.locator('[data-code="sign-in-cancelled"]').count() == 1
    with override_settings(BIERGER_SIGN_IN_LIMIT=0):
        all_of.read(who, "/sign-in")
    weak = all_of.visitor(replace(town.lea, level="low"))
    all_of.read(weak, PERMIT)  # a stronger sign-in is needed
    all_of.read(weak, "/spaces")
    weak.page.evaluate("document.querySelector('main .card button').name = 'office'")
    all_of.press(weak, "main .card button")
    assert weak.page.locator('[data-code="level-too-low"]').count() == 1


def applicant(all_of: Examiner, town: Town) -> None:
    lea = all_of.visitor(town.lea)
    for address in ("/", "/requests", "/requests?q=xyzzyx", "/drafts", "/mailbox", "/readings", RESIDENCE, f"/drafts/{town.draft}/plans", f"/drafts/{town.draft}/check"):
        all_of.read(lea, address)
    all_of.press(lea, ".submit-form .ds-button")  # not declared
    all_of.read(lea, f"/drafts/{town.draft}/discard")
    for case, form in ((town.supply, "/tasks/"), (town.question, "/answer")):
        all_of.read(lea, f"/requests/{case}")
        all_of.press(lea, f'form[action*="{form}"] .actions .ds-button')  # nothing was given
    all_of.read(lea, f"/requests/{town.decide}")
    session_over(all_of, lea, town)


CAFE = "/situations/cafe-terrace"
ANSWERED = f"{CAFE}/plan?premises_before=other&works=yes&has_permit=no&establishment_kind=cafe&capacity=60&alcohol=yes&has_licence=no&closing=three&terrace=public&music=outside&building_zone=no&protection=national&registered=no"


def situations(all_of: Examiner, town: Town) -> None:
    """From a situation to requests prepared and sent together."""
    who = all_of.visitor()
    for address in ("/situations", CAFE, f"{CAFE}?ask=1", f"{CAFE}?works=perhaps&has_permit=no", f"{CAFE}/plan?works=yes&skip=capacity", ANSWERED, "/catalogue?q=café"):
        all_of.read(who, address)
    all_of.read(who, f"{CAFE}?page=capacity&capacity=many")  # refused at its field
    lea = all_of.visitor(town.lea)
    all_of.read(lea, ANSWERED)
    all_of.press(lea, 'form[action$="/prepare"] .ds-button')
    assert lea.page.locator("#parts").count() == 1
    bundle = together(town.lea)
    all_of.read(lea, f"/bundles/{bundle}/discard")
    all_of.read(lea, "/drafts")
    all_of.read(lea, f"/bundles/{bundle}/check")
    all_of.press(lea, ".submit-form .ds-button")  # not declared
    lea.fill(declaration="yes")
    all_of.press(lea, ".submit-form .ds-button")
    assert lea.path.startswith("/filings/")
    all_of.press(lea, '.slip-cases a')
    assert lea.page.locator("#together").count() == 1


def together(who: Principal) -> UUID:
    """Two requests that are ready to be sent, the second with answers of the first."""
    from bierger.filings import selectors, services

    with acting_as(who):
        begun = services.begin_bundle(procedures=["commune/building-permit", "commune/residence-certificate"], language="en")
        assert begun.bundle is not None
        drafts = selectors.bundle(begun.bundle).drafts
    for draft in drafts:
        story.fill(who, draft.id, {**story.PERMIT, **story.RESIDENCE, "commune": "mersch"})
    return begun.bundle


def session_over(all_of: Examiner, lea: Visitor, town: Town) -> None:
    """What was typed is back after signing in again."""
    address = f"/drafts/{town.draft}/description"
    lea.page.goto(all_of.base + address)
    lea.page.locator("textarea").fill("A winter garden.")
    kept = [one for one in lea.context.cookies() if one["name"] == "bierger_session"]
    lea.context.clear_cookies(name="bierger_session")
    lea.expected = 503  # the sign-in, which nobody answers here
    with lea.page.expect_navigation():
        lea.page.locator(NEXT).click()
    lea.complaints.clear()  # the console may speak of it later than the page
    lea.context.add_cookies(kept)  # type: ignore[arg-type]  # what the browser gave it takes back
    all_of.read(lea, address)
    assert lea.page.locator(".notice").count() == 1


def private_links(all_of: Examiner, town: Town, folder: Path) -> None:
    who = all_of.visitor()
    all_of.read(who, f"/l/{town.link}")
    all_of.read(who, "/requests")
    all_of.read(who, "/")
    all_of.read(who, f"/l/{town.other_link}")  # leave the one for the other?
    all_of.read(all_of.visitor(town.lea), f"/l/{town.link}")  # leave one's space for it?
    who.page.goto(f"{all_of.base}{REPORT}?administration=mersch")
    all_of.press(who, "#start button")
    all_of.press(who, NEXT)
    all_of.press(who, NEXT)  # nothing chosen
    who.fill(category="bin-not-emptied")
    all_of.press(who, NEXT)
    who.fill(**{"place.text": "12, rue de l’Exemple"}) if who.page.locator('[name="place.text"]').count() else who.fill(place="12")
    all_of.press(who, NEXT)
    who.fill(bin_kind="paper")
    all_of.press(who, NEXT)
    who.fill(description="The blue bin was left full.")
    all_of.press(who, NEXT)
    who.page.locator('input[name="photo"]').set_input_files(photo(folder))
    all_of.press(who, 'button[name="attach"]')
    who.go_on().go_on().fill(declaration="yes")
    all_of.press(who, ".submit-form .ds-button")
    assert who.path.startswith("/filings/")


def representative(all_of: Examiner, town: Town) -> None:
    """By a mandate for one procedure that is not this one; and after the mandate ended."""
    hugo = mandates.representative(town.lea, "hugo.exemplo", scope="commune/residence-certificate")
    lea = all_of.visitor(town.lea)
    all_of.read(lea, "/mandates")
    all_of.press(lea, "form.form .ds-button")  # nothing was said
    all_of.read(all_of.visitor(replace(town.lea, level="low")), "/mandates")  # a stronger sign-in is needed to give one
    who = all_of.visitor(hugo, own=person("hugo.exemplo"))
    all_of.read(who, "/mandates")
    all_of.read(who, f"/drafts/{town.draft}/check")
    assert who.page.locator('[data-code="out-of-mandate"]').count() == 1
    all_of.read(who, "/spaces")
    all_of.press(lea, 'form[action$="/end"] button')
    assert lea.page.locator(".notice").count() == 1
    own = all_of.visitor(hugo, own=person("hugo.exemplo"))
    all_of.read(own, "/requests")
    assert own.path == "/spaces"
    assert own.page.locator(".notice").count() == 1


def officers(all_of: Examiner, town: Town) -> None:
    tom, nora = all_of.visitor(town.tom), all_of.visitor(town.nora)
    for address in ("/desk", "/desk?state=done", "/desk?show=mine", f"/desk/cases/{town.supply}", f"/desk/cases/{town.question}", PERMIT):
        all_of.read(tom, address)
    tom.page.goto(f"{all_of.base}/desk/cases/{town.question}")
    all_of.press(tom, 'form[action$="/take"] button')
    all_of.press(tom, COMPLETE)  # nothing was said
    tom.fill(completeness="complete")
    all_of.press(tom, COMPLETE)
    assert tom.path.endswith("/done")
    all_of.read(nora, f"/desk/cases/{town.decide}")
    all_of.press(nora, 'form[action$="/take"] button')
    all_of.read(nora, "/desk?procedure=commune/problem-report&late=1")
    all_of.read(all_of.visitor(officer("dan.muster")), "/desk")  # nothing to do
    revoked, valid = town.certificates
    for address in ("?number=", f"/{revoked}", f"/{valid}", f"/{valid}/revoke", f"/{valid}/correct"):
        all_of.read(nora, f"/desk/acts{address}")
    oversight(all_of, nora)


def oversight(all_of: Examiner, nora: Visitor) -> None:
    """The investigator orders, lengthens and ends a delay; the auditor of the house watches, and asks which officer read."""
    all_of.read(nora, "/desk/readings")
    all_of.read(nora, "/desk/readings/later")
    all_of.press(nora, COMPLETE_DELAY)  # nothing was said
    with superuser() as seen:
        number = seen.execute(
            "SELECT c.number FROM cases_case c JOIN administrations_administration a ON a.id = c.administration_id"
            " WHERE a.code = 'mersch' ORDER BY c.number LIMIT 1"
        ).fetchone()[0]
        reading = seen.execute("SELECT max(id) FROM disclosures_disclosure WHERE actor_kind = 'officer'").fetchone()[0]
    nora.page.check('input[name="until"] >> nth=0')
    nora.fill(case=number, reason="A fraud is looked into.", law="Code de procédure pénale")
    all_of.press(nora, COMPLETE_DELAY)
    all_of.press(nora, 'button[name="confirm"]')
    assert nora.path.startswith("/desk/readings?did=ordered") or nora.path == "/desk/readings"
    for verb in ("extend", "end"):
        nora.page.goto(f"{all_of.base}/desk/readings")
        all_of.read(nora, nora.page.get_attribute(f'a[href$="/{verb}"]', "href") or "")
    nora.fill(reason="Unfounded.")
    all_of.press(nora, COMPLETE_DELAY)
    all_of.press(nora, 'button[name="confirm"]')
    anouk = all_of.visitor(officer("anouk.esimerkki"))
    for address in ("", "?number=", f"?number={reading}"):
        all_of.read(anouk, f"/desk/readings{address}")


def verification(all_of: Examiner, town: Town, folder: Path) -> None:
    from bierger.documents import selectors as documents

    revoked, valid = town.certificates
    files = {}
    with acting_as(town.lea):
        for act in town.certificates:
            files[act] = folder / f"{act}.pdf"
            files[act].write_bytes(documents.act_pdf(act).data)
    who = all_of.visitor()
    damaged, code = tampered(files[valid], folder), sealed_code(photographed(files[valid], folder))
    for file, verdict in ((files[valid], "yes"), (damaged, "no"), (files[revoked], "no"), (photo(folder), "")):
        who.page.goto(f"{all_of.base}/verify")
        unfolded(who).page.locator('#verify-server input[type="file"]').set_input_files(file)
        all_of.press(who, "form:has(input[type=file]) .ds-button")
        assert who.page.locator(f".verdict-{verdict}").count() == bool(verdict), who.text()
    who.page.goto(f"{all_of.base}/verify")
    unfolded(who).fill(code=code)
    all_of.press(who, "form:has([name=code]) .ds-button")
    assert who.page.locator(".verdict-facts").count() == 1


def withdrawn(all_of: Examiner, town: Town, as_owner: Owner) -> None:
    from bierger.catalogue import services as publishing

    with as_owner(), acting_as(SYSTEM):
        publishing.withdraw(owner="commune", name="building-permit")
    lea = all_of.visitor(town.lea)
    lea.page.goto(f"{all_of.base}/drafts/{town.draft}/check")
    lea.fill(declaration="yes")
    all_of.press(lea, ".submit-form .ds-button")
    assert lea.page.locator('[data-code="procedure-unknown"]').count() == 1


def faults(all_of: Examiner, as_owner: Owner) -> None:
    from django.db import connection

    who = all_of.visitor()
    who.page.goto(f"{all_of.base}/verify")
    unfolded(who)
    database = str(connection.settings_dict["NAME"])
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE infra_rate_hit RENAME TO infra_rate_lost")
    all_of.press(who, "form:has([name=code]) .ds-button", expected=500)
    who.page.goto(f"{all_of.base}/accessibility")
    connection.close()
    with database_away(database):
        all_of.read(who, "/catalogue", expected=503)
    assert who.status == 503
