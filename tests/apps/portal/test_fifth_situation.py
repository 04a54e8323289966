# SPDX-License-Identifier: EUPL-1.2
"""A situation nobody thought of, with two procedures of its own, from a folder: published, asked, prepared, filed. Files only."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bierger.catalogue import services as publishing
from bierger.filings import selectors as filings
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from tests.apps.portal.test_situations import text_of
from tests.clients import client_of
from tests.filling import fill_bundle
from tests.packages import IN_FORCE, PROCEDURES
from tests.people import person

LANGUAGES = ("fr", "de", "en", "lb")
SITUATION = """
situation: street-party
version: 1
languages: [fr, de, en, lb]
themes: [culture]
keywords: {fr: [fête de rue], de: [Straßenfest], en: [street party], lb: [Stroossefest]}
audience: [citizen]
legal_basis:
  - {title: Loi communale modifiée du 13 décembre 1988, eli: "http://legilux.public.lu/eli/etat/leg/loi/1988/12/13/n1/jo", articles: ["58"], verified: false}
procedures:
  - {procedure: commune/party-place, decision: place}
  - {procedure: commune/party-hours, decision: hours, after: [commune/party-place]}
"""
FORM = """
steps:
  - {id: guests, questions: [{name: guests, type: number, min: 1, max: 5000}]}
  - {id: day, questions: [{name: day, type: date, min_date: "2020-01-01", max_date: "2099-12-31"}]}
  - {id: late, questions: [{name: closing, fact: establishment.closing, options: [one, two]}]}
"""
TEXTS = """
standard:
  title: A street party
  summary: Two procedures for a party.
  step: {guests: {title: Guests}, day: {title: Day}, late: {title: Night}}
  question:
    guests: {label: "How many guests?", why: From fifty on a place is needed.}
    day: {label: "On which day?", why: Rules change.}
    closing: {label: "Until when?", why: Nights are quiet by law., option: {one: Until one, two: Until two}}
  rule: {place_many: Many guests need a place., place_few: Few guests need none., hours_late: The night has to be asked for., hours_not: The day is free., hours_old: It was free then.}
easy:
  title: A party
  summary: Two things to ask for.
  step: {guests: {title: Guests}, day: {title: Day}, late: {title: Night}}
  question:
    guests: {label: "How many guests?", why: Many need a place.}
    day: {label: "Which day?", why: Rules change.}
    closing: {label: "Until when?", why: Nights are quiet., option: {one: Until one, two: Until two}}
  rule: {place_many: Many guests need a place., place_few: Few guests need none., hours_late: You have to ask for the night., hours_not: The day is free., hours_old: It was free then.}
"""
LAW = "<annotationEntry><text>Loi communale, art. 58</text></annotationEntry><annotationEntry><text>http://legilux.public.lu/eli/etat/leg/loi/1988/12/13/n1/jo</text></annotationEntry>"


def table(decision: str, columns: dict[str, str], rules: list[tuple[str, list[str], str]]) -> str:
    head = "".join(f'<input id="c_{decision}_{name}"><inputExpression typeRef="{kind}"><text>{name}</text></inputExpression></input>' for name, kind in columns.items())
    body = "".join(
        f'<rule id="{rule}">' + "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in cells)
        + f'<outputEntry><text>"{outcome}"</text></outputEntry>{LAW}</rule>'
        for rule, cells, outcome in rules
    )  # fmt: skip
    needs = "".join(f'<informationRequirement id="r_{decision}_{name}"><requiredInput href="#i_{name}"/></informationRequirement>' for name in columns)
    output = f'<output id="o_{decision}" name="{decision}" typeRef="string"><outputValues><text>"needed","optional","not-needed"</text></outputValues></output>'
    return (
        f'<decision id="d_{decision}" name="{decision}"><variable name="{decision}" typeRef="string"/>{needs}'
        f'<decisionTable id="t_{decision}" hitPolicy="FIRST">{head}{output}<annotation name="law"/><annotation name="eli"/>{body}</decisionTable></decision>'
    )


def decisions() -> str:
    kinds = {"guests": "number", "day": "date", "closing": "string"}
    data = "".join(f'<inputData id="i_{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>' for name, kind in kinds.items())
    place = table("place", {"guests": "number"}, [("place_many", ["&gt;= 50"], "needed"), ("place_few", ["-"], "not-needed")])
    rules = [("hours_not", ['"one"', "-"], "not-needed"), ("hours_old", ['"two"', '&lt; date("2026-01-01")'], "not-needed"), ("hours_late", ["-", "-"], "needed")]
    hours = table("hours", {"closing": "string", "day": "date"}, rules)
    return f'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="street" name="Street" namespace="https://example.org/street">{data}{place}{hours}</definitions>'


@pytest.fixture
def published(transactional, as_owner, tmp_path: Path) -> None:
    """Two procedures made from one of the repository's under other names, and the situation."""
    procedures, situation = tmp_path / "procedures", tmp_path / "situations" / "street-party"
    shutil.copytree(PROCEDURES / "library", procedures / "library")
    shutil.copy(PROCEDURES / "vocabulary.yaml", procedures)
    for name in ("party-place", "party-hours"):
        shutil.copytree(PROCEDURES / "commune" / "late-opening", procedures / "commune" / name)
        head = procedures / "commune" / name / "procedure.yaml"
        head.write_text(head.read_text().replace("procedure: late-opening", f"procedure: {name}"))
    (situation / "texts").mkdir(parents=True)
    (situation / "situation.yaml").write_text(SITUATION)
    (situation / "form.yaml").write_text(FORM)
    (situation / "decisions.dmn").write_text(decisions())
    for language in LANGUAGES:
        (situation / "texts" / f"{language}.yaml").write_text(TEXTS)
    scenario = "about: A late party.\non: '2026-03-02'\nanswers: {guests: '80', day: '2026-07-01', closing: two}\nexpect: {needed: [commune/party-place, commune/party-hours]}\n"
    (situation / "scenarios").mkdir()
    (situation / "scenarios" / "party.yaml").write_text(scenario)
    with as_owner(), acting_as(SYSTEM):
        for folder in publishing.package_folders(procedures):
            if "library" not in folder.parts:
                read = publishing.read_folder(folder)
                publishing.activate(digest=publishing.publish(files=read.files, vocabulary=read.vocabulary).digest, starts=IN_FORCE)
        read = publishing.read_folder(situation)
        publishing.activate(digest=publishing.publish_situation(files=read.files, vocabulary=read.vocabulary).digest, starts=IN_FORCE)


HERE = "/situations/street-party"


def test_a_fifth_situation_from_files_opens_two_cases(published):
    nobody, lea = client_of(ANONYMOUS), person("lea.beispill")
    assert HERE in nobody.get("/").content.decode()
    assert HERE in nobody.get("/catalogue?q=street party").content.decode()
    plan = f"{HERE}/plan?guests=80&day=2026-07-01&closing=two"
    said = nobody.get(plan)
    assert re.findall(r'data-procedure="([^"]+)" data-state="([^"]+)"', said.content.decode()) == [("commune/party-place", "needed"), ("commune/party-hours", "needed")]
    assert "Many guests need a place." in text_of(said)
    browser = client_of(lea)
    form = browser.get(plan).content.decode()
    sent = re.search(r'<form method="post" action="/situations/street-party/prepare".*?</form>', form, re.DOTALL)[0]
    state = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">', sent))
    chosen = re.findall(r'name="procedure" value="([^"]+)" checked', sent)
    begun = browser.post(f"{HERE}/prepare", {**state, "procedure": chosen})
    (bundle,) = re.findall(r"^/bundles/([0-9a-f-]{36})$", begun["Location"])
    page = browser.get(browser.get(begun["Location"])["Location"])
    assert "Prepared together" in text_of(page)
    with acting_as(lea):
        drafts = filings.bundle(bundle).drafts
    assert [draft.answers["closing"] for draft in drafts] == ["two", "two"]
    assert [draft.copied["closing"] for draft in drafts] == ["", ""]
    shown = browser.get(f"/drafts/{drafts[0].id}/{drafts[0].package.form.step_of('closing').id}").content.decode()
    assert "You answered this for: A street party." in unescape(shown)
    assert 'name="closing"' not in shown
    fill_bundle(lea, bundle)
    check = browser.get(f"/bundles/{bundle}/check")
    assert "You answered this for:" in text_of(check)
    refused = browser.post(f"/bundles/{bundle}/submit", {})
    assert refused.status_code == 422
    assert 'href="#f-declaration"' in refused.content.decode()
    done = browser.post(f"/bundles/{bundle}/submit", {"declaration": "yes"})
    receipt = browser.get(done["Location"])
    cases = re.findall(r'href="/requests/([0-9a-f-]{36})"', receipt.content.decode())
    assert len(set(cases)) == 2
    assert browser.get(f"{done['Location']}/receipt.pdf").content.startswith(b"%PDF")
    assert browser.post(f"/bundles/{bundle}/submit", {"declaration": "yes"})["Location"] == done["Location"]
    assert f'href="/requests/{cases[1]}"' in browser.get(f"/requests/{cases[0]}").content.decode()


def test_a_day_that_does_not_exist_is_refused_at_its_field(published):
    client = client_of(ANONYMOUS)
    page = client.get(HERE, {"page": "day", "day.day": "31", "day.month": "2", "day.year": "2026"})
    assert page.status_code == 422
    assert "This day does not exist" in page.content.decode()
    assert 'name="day.day" value="31"' in page.content.decode()
    assert "could not be used" in client.get(f"{HERE}/plan", {"day": "2026-02-31"}).content.decode()
    right = client.get(HERE, {"page": "day", "day.day": "2", "day.month": "3", "day.year": "2026"})
    assert parse_qs(urlsplit(right["Location"]).query) == {"day": ["2026-03-02"]}
