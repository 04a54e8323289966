# SPDX-License-Identifier: EUPL-1.2
"""The small situation is right; each fault planted in it is found, in its file, with a mend."""

from datetime import date

import pytest

from bierger_core.situations import Guide, digest, load, procedures_of, prove, prove_scenarios, run_scenarios
from tests.core.situations.small import DECISIONS, FORM, SCENARIO, SITUATION, TEXTS, VOCABULARY, files, found, packages, small

SUM = '<rule id="no-music"><inputEntry><text>false</text></inputEntry><inputEntry><text>-</text></inputEntry>'


def test_the_situation_is_right() -> None:
    situation = small()
    assert prove(situation) == ()
    results = run_scenarios(situation)
    assert [(one.name, one.passed, one.asked) for one in results] == [
        ("two-days", True, ("ground", "music", "days")),
        ("unsure", True, ("ground", "music", "days")),
    ]
    assert prove_scenarios(situation, results) == ()


def changed(name: str, before: str, after: str) -> dict[str, bytes]:
    parts = {"situation": SITUATION, "form": FORM, "decisions": DECISIONS, "texts": TEXTS, "scenario": SCENARIO}
    assert before in parts[name]
    return files(**{name: parts[name].replace(before, after, 1)})


FAULTS = {
    "unknown-procedure": ("situation", "procedure: commune/road-closure", "procedure: commune/road-closing"),
    "unknown-decision": ("situation", "decision: noise", "decision: noize"),
    "dependency-circle": ("situation", "decision: closure\n", "decision: closure\n    after: [commune/noise-notice]\n"),
    "no-procedure": ("situation", SITUATION[SITUATION.index("procedures:") :], "procedures: []\n"),
    "unknown-field": ("situation", "after:", "afters:"),
    "bad-cost": ("situation", "procedures:", "costs: {music: -1}\nprocedures:"),
    "bad-count": ("situation", "procedures:", "past: {music: [{answer: 'yes', times: 1001}]}\nprocedures:"),
    "unknown-answer": ("situation", "procedures:", "past: {days: [{answer: '11', times: 5}]}\nprocedures:"),
    "unknown-name": ("situation", "procedures:", "past: {musik: [{answer: 'yes', times: 5}]}\nprocedures:"),
    "order-refused": ("situation", "procedures:", "sequence: [music, ground, days]\nprocedures:"),
    "personal-question": ("form", "{name: music, type: boolean}", "{name: music, type: text}"),
    "misplaced-field": ("form", "{name: music, type: boolean}", "{name: music, type: boolean, required: false}"),
    "wrong-type": ("form", "{name: music, type: boolean}", "{name: music, type: choice, options: [loud, low]}"),
    "rule-without-id": ("decisions", '<rule id="own-garden">', "<rule>"),
    "unknown-outcome": ("decisions", '<text>"optional"</text></outputEntry>\n<annotationEntry><text>Art. 29', '<text>"maybe"</text></outputEntry>\n<annotationEntry><text>Art. 29'),
    "table-gap": ("decisions", '<inputEntry><text>"garden"</text>', '<inputEntry><text>"square"</text>'),
    "useless-question": ("form", "      - {name: days", "      - {name: rain, type: boolean}\n      - {name: days"),
    "unused-text": ("texts", "  rule:\n", "  rule:\n    nobody: \"Nobody.\"\n"),
    "missing-text": ("texts", '    no-music: "Without music nobody is disturbed."\n', ""),
    "scenario": ("scenario", "questions: 3", "questions: 2"),
}  # fmt: skip


@pytest.mark.parametrize("code", FAULTS)
def test_a_planted_fault_is_found(code: str) -> None:
    name, before, after = FAULTS[code]
    given = changed(name, before, after)
    if code == "useless-question":
        words = TEXTS.replace("    days: {", '    rain: {label: "Rain?", why: "Rain is wet."}\n    days: {')
        given = {path: words.encode() if path.startswith("texts/") else content for path, content in given.items()}
    assert code in found(given)


def test_easy_words_are_not_forgotten() -> None:
    given = changed("texts", '    no-music: "It is quiet."\n', "")
    assert set(found(given)) == {"missing-text"}


def test_a_procedure_that_no_scenario_reaches_is_named() -> None:
    given = {path: content for path, content in files().items() if path != "scenarios/two-days.yaml"}
    assert set(found(given)) == {"untried-procedure"}


def test_the_digest_covers_files_words_and_procedures() -> None:
    keys = {key: package.digest for key, package in packages().items()}
    whole = digest(files(), VOCABULARY, keys)
    assert small().digest == whole
    assert len({
        whole,
        digest({**files(), "README.md": b"Read me."}, VOCABULARY, keys),
        digest(files(), VOCABULARY + b"\n", keys),
        digest(files(), VOCABULARY, {**keys, "commune/road-closure": "0" * 64}),
    }) == 4  # fmt: skip


def test_what_a_situation_needs_is_known_before_it_is_read() -> None:
    assert procedures_of(files()) == ("commune/road-closure", "commune/noise-notice")
    assert procedures_of({"situation.yaml": b"procedures: [{procedure: ../../etc/passwd}, 3]"}) == ()
    assert procedures_of({"situation.yaml": b"\tno"}) == ()


def test_whole_answers_ask_nothing_more() -> None:
    guide = Guide(load(files(), vocabulary=VOCABULARY, packages=packages()), date(2026, 3, 2))
    assert guide.next({"ground": "street", "music": True, "days": "2"}) is None
    assert guide.next({}, ("ground", "music", "days")) is None
