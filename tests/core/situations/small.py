# SPDX-License-Identifier: EUPL-1.2
"""A small right situation over two small packages, into which the tests plant one fault at a time."""

from functools import cache
from pathlib import Path

from bierger_core import procedures
from bierger_core.procedures import Package, PackageRefused
from bierger_core.situations import Situation, load, prove, prove_scenarios, run_scenarios

LANGUAGES = ("fr", "de", "en", "lb")
LIBRARY = Path(__file__).resolve().parents[3] / "procedures" / "library"
VOCABULARY = (LIBRARY.parent / "vocabulary.yaml").read_bytes()

PROCEDURE = """procedure: {name}
owner: commune
version: 1
languages: [fr, de, en, lb]
audience: [anybody]
level: low
legal_basis:
  - title: Loi communale modifiée du 13 décembre 1988
    eli: http://legilux.public.lu/eli/etat/leg/loi/1988/12/13/n1/jo
    verified: false
retention: {{period: P1Y}}
administration: {{kind: commune, question: commune}}
parties:
  applicant: {{space: true, name: [given_name, family_name]}}
process: {process}
"""
PACKAGE_FORM = """steps:
  - id: where
    questions:
      - {name: commune, fact: competent.commune}
  - id: who
    questions:
      - {name: given_name, fact: person.given_name}
      - {name: family_name, fact: person.family_name}
  - id: what
    questions:
      - {name: place, type: choice, options: [street, square, hall]}
      - {name: days, type: number, min: 1, max: 30}
"""
PACKAGE_TEXTS = """standard:
  title: "A {name}"
  summary: "What a {name} is."
  who: "Everybody."
  step: {{where: {{title: "Where"}}, who: {{title: "Who"}}, what: {{title: "What"}}}}
  question:
    commune: {{label: "Commune", why: "It decides."}}
    given_name: {{label: "Given name", why: "The letter bears it."}}
    family_name: {{label: "Family name", why: "The letter bears it."}}
    place: {{label: "Place", why: "The rules differ.", option: {{street: "Street", square: "Square", hall: "Hall"}}}}
    days: {{label: "Days", why: "Long ones disturb."}}
"""
PACKAGE_SCENARIO = """about: It is granted, or noted.
clock: "2026-03-02T09:00:00Z"
applicant: {kind: person, level: low}
answers: {commune: mersch, given_name: Anne, family_name: Weber, place: street, days: "2"}
expect: {open: [check]}
"""


def package_files(name: str, process: str = "review") -> dict[str, bytes]:
    """A package with a process of the library, whose files stand beside its own."""
    library = LIBRARY / process
    borrowed = {f"library/{one.relative_to(library).as_posix()}": one.read_bytes() for one in library.rglob("*") if one.is_file()}
    texts = {f"texts/{language}.yaml": PACKAGE_TEXTS.format(name=name).encode() for language in LANGUAGES}
    return {
        "procedure.yaml": PROCEDURE.format(name=name, process=process).encode(),
        "form.yaml": PACKAGE_FORM.encode(),
        "scenarios/first.yaml": PACKAGE_SCENARIO.encode(),
        **texts,
        **borrowed,
    }


@cache
def packages() -> dict[str, Package]:
    """A road closure and a noise permit, proved."""
    found = {}
    for name, process in (("road-closure", "review"), ("noise-notice", "notice")):
        package = procedures.load(package_files(name, process), vocabulary=VOCABULARY)
        assert procedures.prove(package) == ()
        found[f"commune/{name}"] = package
    return found


SITUATION = """situation: street-party
version: 1
languages: [fr, de, en, lb]
themes: [roads]
keywords: {fr: [fête de rue], de: [Straßenfest], en: [street party], lb: [Stroossefest]}
audience: [anybody]
legal_basis:
  - title: Loi communale modifiée du 13 décembre 1988
    eli: http://legilux.public.lu/eli/etat/leg/loi/1988/12/13/n1/jo
    articles: ["28"]
    verified: false
procedures:
  - procedure: commune/road-closure
    decision: closure
    fills: {place: ground}
  - procedure: commune/noise-notice
    decision: noise
    after: [commune/road-closure]
    fills: {place: ground, days: days}
"""
FORM = """steps:
  - id: place
    questions:
      - name: ground
        type: choice
        options: [street, square, garden]
  - id: party
    questions:
      - {name: music, type: boolean}
      - {name: days, type: number, min: 1, max: 10}
"""
DECISIONS = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="https://bierger.eu/party">
<inputData id="i1" name="ground"><variable name="ground" typeRef="string"/></inputData>
<inputData id="i2" name="music"><variable name="music" typeRef="boolean"/></inputData>
<inputData id="i3" name="days"><variable name="days" typeRef="number"/></inputData>
<decision id="closure" name="closure"><variable name="closure" typeRef="string"/>
<informationRequirement><requiredInput href="#i1"/></informationRequirement>
<decisionTable hitPolicy="UNIQUE">
<input><inputExpression typeRef="string"><text>ground</text></inputExpression></input>
<output name="closure" typeRef="string"/><annotation name="law"/>
<rule id="closed-street"><inputEntry><text>"street"</text></inputEntry><outputEntry><text>"needed"</text></outputEntry>
<annotationEntry><text>Art. 28</text></annotationEntry></rule>
<rule id="square-may-close"><inputEntry><text>"square"</text></inputEntry><outputEntry><text>"optional"</text></outputEntry>
<annotationEntry><text>Art. 29</text></annotationEntry></rule>
<rule id="own-garden"><inputEntry><text>"garden"</text></inputEntry><outputEntry><text>"not-needed"</text></outputEntry>
<annotationEntry><text>Art. 30</text></annotationEntry></rule>
</decisionTable></decision>
<decision id="noise" name="noise"><variable name="noise" typeRef="string"/>
<informationRequirement><requiredInput href="#i2"/></informationRequirement>
<informationRequirement><requiredInput href="#i3"/></informationRequirement>
<decisionTable hitPolicy="FIRST">
<input><inputExpression typeRef="boolean"><text>music</text></inputExpression></input>
<input><inputExpression typeRef="number"><text>days</text></inputExpression></input>
<output name="noise" typeRef="string"/>
<rule id="no-music"><inputEntry><text>false</text></inputEntry><inputEntry><text>-</text></inputEntry><outputEntry><text>"not-needed"</text></outputEntry></rule>
<rule id="music-of-a-day"><inputEntry><text>-</text></inputEntry><inputEntry><text>&lt;= 1</text></inputEntry><outputEntry><text>"optional"</text></outputEntry></rule>
<rule id="music-of-days"><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry><outputEntry><text>"needed"</text></outputEntry></rule>
</decisionTable></decision>
</definitions>
"""
TEXTS = """standard:
  title: "I hold a street party"
  summary: "Music, tables and neighbours."
  step: {place: {title: "Place"}, party: {title: "Party"}}
  question:
    ground: {label: "Where?", why: "A closed street needs the commune.", option: {street: "Street", square: "Square", garden: "Garden"}}
    music: {label: "Is there music?", why: "Music is heard next door."}
    days: {label: "How many days?", why: "One day is quickly over.", hint: "At most ten."}
  rule:
    closed-street: "The street is closed to traffic."
    square-may-close: "A square may be closed."
    own-garden: "A garden is yours."
    no-music: "Without music nobody is disturbed."
    music-of-a-day: "Music of one day is tolerated."
    music-of-days: "Music of several days is declared."
  procedure: {commune: {road-closure: {note: "Ask early."}}}
easy:
  title: "A party in the street"
  summary: "You want to hold a party."
  question:
    ground: {label: "Where?", why: "The commune closes streets."}
    music: {label: "Music?", why: "Neighbours hear it."}
    days: {label: "How many days?", why: "Long parties disturb."}
  rule:
    closed-street: "Cars cannot pass."
    square-may-close: "You can ask."
    own-garden: "It is your garden."
    no-music: "It is quiet."
    music-of-a-day: "One day is all right."
    music-of-days: "Many days are loud."
"""
SCENARIO = """about: Two days in the street, with music.
on: "2026-03-02"
answers: {ground: street, music: true, days: "2"}
expect:
  needed: [commune/road-closure, commune/noise-notice]
  optional: []
  not-needed: []
  open: {}
  questions: 3
"""
UNSURE = """about: In the garden; whether there is music is not known yet.
on: "2026-03-02"
answers: {ground: garden, days: "3"}
expect:
  not-needed: [commune/road-closure]
  open: {commune/noise-notice: [music]}
  questions: 3
"""


def files(**changes: str) -> dict[str, bytes]:
    """The situation; `changes` name the file by its first word: situation, form, decisions, texts, scenario."""
    parts = {"situation": SITUATION, "form": FORM, "decisions": DECISIONS, "texts": TEXTS, "scenario": SCENARIO, **changes}
    return {
        "situation.yaml": parts["situation"].encode(),
        "form.yaml": parts["form"].encode(),
        "decisions.dmn": parts["decisions"].encode(),
        "scenarios/two-days.yaml": parts["scenario"].encode(),
        "scenarios/unsure.yaml": UNSURE.encode(),
        **{f"texts/{language}.yaml": parts["texts"].encode() for language in LANGUAGES},
    }


def small(**changes: str) -> Situation:
    return load(files(**changes), vocabulary=VOCABULARY, packages=packages())


def found(given: dict[str, bytes]) -> dict[str, str]:
    """The findings of reading, proving and running, by code, as their first line says them."""
    try:
        situation = load(given, vocabulary=VOCABULARY, packages=packages())
    except PackageRefused as refused:
        return {one.code: f"{one.path}:{one.line}" for one in refused.findings}
    wrong = prove(situation) or prove_scenarios(situation, run_scenarios(situation))
    return {one.code: f"{one.path}:{one.line}" for one in wrong}
