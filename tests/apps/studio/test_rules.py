# SPDX-License-Identifier: EUPL-1.2
"""A file of rules in the studio: what is found in it, what comes of known and unknown inputs, and what a hostile one does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from bierger.studio.forms import said
from bierger.studio.plugins import bench
from bierger.studio.plugins.bench import look
from bierger_core.rules import read_dmn
from tests.clients import client_of
from tests.people import officer, person

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="m" namespace="urn:m">'
INPUTS = (
    '<inputData id="a" name="age"><variable name="age" typeRef="number"/></inputData>'
    '<inputData id="b" name="listed"><variable name="listed" typeRef="boolean"/></inputData>'
)
TABLE = (
    '<decision id="x" name="grant"><variable name="grant"/><informationRequirement><requiredInput href="#a"/></informationRequirement>'
    '<informationRequirement><requiredInput href="#b"/></informationRequirement><decisionTable hitPolicy="UNIQUE">'
    '<input><inputExpression typeRef="number"><text>age</text></inputExpression></input>'
    '<input><inputExpression typeRef="boolean"><text>listed</text></inputExpression></input><output/><annotation name="law"/>{}'
    "</decisionTable></decision></definitions>"
)


def rule(age: str, listed: str, given: str, law: str = "Art. 3") -> str:
    cells = "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in (age, listed))
    return f"<rule>{cells}<outputEntry><text>{given}</text></outputEntry><annotationEntry><text>{law}</text></annotationEntry></rule>"


SOUND = HEAD + INPUTS + TABLE.format(rule("&lt; 18", "-", '"no"') + rule("&gt;= 18", "true", '"yes"') + rule("&gt;= 18", "false", '"no"'))
FAULTY = HEAD + INPUTS + TABLE.format(rule("&lt; 18", "-", '"no"') + rule("[10..30]", "true", '"yes"'))
WHOLE = (
    HEAD + '<inputData id="a" name="ages"><variable name="ages"/></inputData><decision id="x" name="total"><variable name="total"/>'
    '<informationRequirement><requiredInput href="#a"/></informationRequirement><literalExpression><text>sum(for a in ages return a * 2)'
    "</text></literalExpression></decision></definitions>"
)


def send(client: Client, text: str | bytes, name: str = "grant.dmn"):
    data = text.encode() if isinstance(text, str) else text
    return client.post("/studio/rules", {"file": SimpleUploadedFile(name, data)})


def again(client: Client, page, **typed: str):
    """The form of the page before, with what is typed into it."""
    html = page.content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(name|source|day)" value="([^"]*)"', html))
    return client.post("/studio/rules", {**fields, **{key.replace("__", "."): value for key, value in typed.items()}})


@pytest.fixture
def author(transactional) -> Client:
    return client_of(officer("claire.muster"))


def test_only_officers_come_in(transactional):
    assert Client().get("/studio/rules").headers["Location"].startswith("/sign-in?next=%2Fstudio%2Frules")
    assert Client().post("/studio/rules", {}).status_code == 302
    citizen = client_of(person("lea.beispill"))
    assert citizen.get("/studio/rules").status_code == citizen.post("/studio/rules", {}).status_code == 404


def test_a_sound_table_is_drawn_with_its_law(author):
    page = send(author, SOUND)
    html = page.content.decode()
    assert page.status_code == 200
    assert "No gaps, no overlaps, and every rule can count." in html
    assert html.count("<th scope=\"row\">") == 3
    assert "Art. 3" in html
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("language", "gap", "overlap"),
    [
        ("en", "no rule answers this: age = ", "rules 1 and 2 both answer this: age = "),
        ("fr", "aucune règle ne répond à ceci\u00a0: age = ", "les règles 1 et 2 répondent toutes deux à ceci\u00a0: age = "),
        ("de", "auf dies antwortet keine Regel: age = ", "die Regeln 1 und 2 antworten beide auf dies: age = "),
        ("lb", "keng Reegel äntwert op dëst: age = ", "d’Reegelen 1 an 2 äntweren allebéid op dëst: age = "),
    ],
)
def test_gaps_and_overlaps_are_named_with_an_example(transactional, language, gap, overlap):
    html = send(client_of(officer("claire.muster"), language=language), FAULTY).content.decode()
    assert gap in html
    assert overlap in html
    assert html.count("row-wrong") == 2


def test_unknown_inputs_leave_it_open_and_known_ones_say_why(author):
    page = send(author, SOUND)
    unknown = again(author, page, decision="grant", in__age="20").content.decode()
    assert "Not decided yet" in unknown
    assert "<strong>listed</strong>" in unknown
    assert "<strong>age</strong>" not in unknown
    settled = again(author, page, decision="grant", in__age="12").content.decode()
    assert "grant: <strong>no</strong>" in settled
    known = again(author, page, decision="grant", in__age="20", in__listed="false").content.decode()
    assert "Rule 3 applies: age: 20; listed: no." in known
    assert "Legal basis: Art. 3." in known
    assert "The answer would be “yes” in this case: listed: yes." in known


def test_what_was_typed_wrong_is_said_at_its_field(author):
    page = send(author, SOUND)
    wrong = again(author, page, decision="grant", in__age="twelve")
    assert wrong.status_code == 422
    assert "Enter a number, for example 12 or 12.5" in wrong.content.decode()
    assert 'value="twelve"' in wrong.content.decode()
    assert again(author, page, decision="no-such", in__age="1").status_code == 200
    assert "decision-unknown" in again(author, page, decision="no-such", in__age="1").content.decode()


def test_all_of_dmn_can_be_tried_and_says_what_was_not_proved(author):
    page = send(author, WHOLE)
    assert "Gaps and overlaps were not looked for" in page.content.decode()
    assert "total: <strong>12</strong>" in again(author, page, decision="total", in__ages="[1, 2, 3]").content.decode()


MIXED = FAULTY.replace("</definitions>", "") + (
    '<decision id="y" name="sums"><variable name="sums"/><informationRequirement><requiredInput href="#a"/></informationRequirement>'
    "<literalExpression><text>sum([7, 8][age &gt; 9 or item = 7])</text></literalExpression></decision>"
    '<decision id="z" name="after"><variable name="after"/><informationRequirement><requiredDecision href="#y"/></informationRequirement>'
    "<literalExpression><text>sums + 1</text></literalExpression></decision></definitions>"
)


def test_one_table_beyond_the_subset_says_nothing_against_the_others(author):
    """Proved and tried with unknown inputs is what can be; which decisions cannot is said by name, with the reason."""
    page = send(author, MIXED)
    html = page.content.decode()
    assert "no rule answers this: age = " in html
    assert "rules 1 and 2 both answer this: age = " in html
    assert "inputs may stay unknown: grant." in html
    assert "than packages do: sums, after." in html
    assert "function sum() is not in the FEEL subset." in html
    assert "decision after rests on sums, which is not in the DMN subset." in html
    assert "<strong>listed</strong>" in again(author, page, decision="grant", in__age="20").content.decode()
    assert "sums: <strong>15</strong>" in again(author, page, decision="sums", in__age="20", in__listed="true").content.decode()
    assert "after: <strong>8</strong>" in again(author, page, decision="after", in__age="7").content.decode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "xml-dtd"),
        (b"no file of rules", ""),
        (b"\xff\xfe\x00", ""),
        (("<a>" * 5000 + "</a>" * 5000).encode(), ""),
        ((HEAD + f'<decision name="{"n" * 300_000}"/></definitions>').encode(), ""),
    ],
)
def test_a_hostile_file_is_refused_with_a_sentence(author, data, says):
    page = send(author, data)
    assert page.status_code == 200
    assert 'lang="en">' in page.content.decode()
    answer = look(data, {"path": "a", "language": "en", "day": "2026-01-01", "decision": "", "given": {}})
    assert says in [one["code"] for one in answer.body["findings"]] or not says


def test_what_never_ends_is_stopped(author, monkeypatch):
    endless = HEAD + (
        '<decision id="x" name="x"><variable name="x"/><literalExpression>'
        "<text>count(for a in 1..400, b in 1..400 return a * b)</text></literalExpression></decision>"
        '<inputData id="i" name="i"><variable name="i"/></inputData></definitions>'
    )
    monkeypatch.setattr(bench, "LIMITS", bench.Limits(seconds=0.01, memory=bench.LIMITS.memory))
    answer = look(endless.encode(), {"path": "a", "language": "en", "day": "2026-01-01", "decision": "x", "given": {}}, limits=bench.LIMITS)
    assert answer.outcome == "timeout"
    bench.stop()


def test_a_file_that_is_too_large_or_missing_or_altered(author):
    assert "too large to be tried here" in send(author, b" " * (bench.LARGEST + 1)).content.decode()
    assert author.post("/studio/rules", {}).status_code == 422
    assert author.post("/studio/rules", {"source": "%%%", "name": "x"}).status_code == 422


def test_nothing_is_kept(author, tmp_path):
    """The worker's folder is all that it may write to; after a file it is empty, and no row was written."""
    send(author, SOUND)
    worker = bench._sandbox.pool("rules").worker
    assert worker is not None
    assert list(Path(worker.folder).iterdir()) == []
    assert Path(f"/proc/{worker.process.pid}/environ").read_bytes().count(b"DATABASE_URL") == 0
    bench.stop()


def test_what_mends_a_table_of_another_hit_policy_is_said_for_it() -> None:
    rules = rule("-", "true", "1") + rule("-", "-", "2")
    (found,) = read_dmn((HEAD + INPUTS + TABLE.replace("UNIQUE", "ANY").format(rules)).encode(), path="m.dmn").prove()
    finding = {"code": found.code, "line": 1, "message": "", "mend": found.mend, "level": found.level, "data": dict(found.data)}
    with translation.override("de"):
        assert said(finding).mend == "Geben Sie beiden dieselbe Ausgabe, grenzen Sie sie voneinander ab, oder verwenden Sie FIRST."
