# SPDX-License-Identifier: EUPL-1.2
"""Why, and what would change it, in four languages."""

import re
from datetime import date
from decimal import Decimal

import pytest

from bierger_core.rules import Change, Changes, Span, Way, advised, derive, read_dmn, told, why_not
from bierger_core.rules.why.words import SENTENCES, SPANS
from bierger_core.values.texts import LANGUAGES, Text
from tests.core.rules.why.test_derivation import AID

CASE = {"age": 30, "income": 1800, "rent": 900}
NAMES = {
    "aid": Text.of(fr="Aide au logement", de="Wohngeld", en="Housing aid", lb="Wunngeld"),
    "age": Text.of(fr="Âge", de="Alter", en="Age", lb="Alter"),
    "income": Text.of(fr="Revenu", de="Einkommen", en="Income", lb="Akommes"),
    "person": Text.of(fr="Personne", de="Person", en="Person", lb="Persoun"),
}


def texts(sentences):
    return [one.text for one in sentences]


def test_a_derivation_is_told_with_its_law():
    found = derive(read_dmn(AID, path="aid.dmn"), "aid", CASE)
    assert texts(told(found, "en", NAMES)) == [
        "Housing aid: granted.",
        "Rule 3 applies: Person: adult; Income: 1800.",
        "Legal basis: Art. 5.",
        "Person: adult.",
        "Rule 2 applies: Age: 30.",
    ]
    assert texts(told(found, "fr", NAMES))[:3] == [
        "Aide au logement\u00a0: granted.",
        "La règle 3 s’applique\u00a0: Personne\u00a0: adult\u202f; Revenu\u00a0: 1800.",
        "Base légale\u00a0: Art. 5.",
    ]
    assert texts(told(found, "lb", NAMES))[1] == "D’Reegel 3 gëllt: Persoun: adult; Akommes: 1800."


def test_rules_that_do_not_count_are_told_on_wish():
    found = derive(read_dmn(AID, path="aid.dmn"), "aid", CASE)
    said = [one for one in told(found, "de", NAMES, excluded=True) if one.code in ("excluded", "later")]
    assert texts(said) == [
        "Regel 1 gilt nicht: Einkommen: 1800.",
        "Regel 2 gilt nicht: Person: adult.",
        "Regel 4 wurde nicht geprüft: Eine Regel davor gilt.",
        "Regel 1 gilt nicht: Alter: 30.",
    ]


def test_a_rule_may_have_a_text_of_its_own():
    names = {**NAMES, "rule.rule-3": Text.of(fr="a", de="b", en="Your income is low for your rent.", lb="d")}
    assert texts(told(derive(read_dmn(AID, path="aid.dmn"), "aid", CASE), "en", names))[1] == "Your income is low for your rent."


def test_advice_names_what_would_change_it():
    found = why_not(read_dmn(AID, path="aid.dmn"), "aid", {"age": 16, "income": 3500, "rent": 800}, "granted")
    assert texts(advised(found, "aid", "en", NAMES)) == [
        "The answer would be “granted” in this case: Age: 18 or more; Income: 1600 or less."
    ]
    assert texts(advised(found, "aid", "fr", NAMES)) == [
        "La réponse serait «\u00a0granted\u00a0» dans le cas suivant\u00a0: Âge\u00a0: 18 ou plus\u202f; Revenu\u00a0: 1600 ou moins."
    ]
    shown = advised(found, "aid", "de", NAMES, lambda path, value: f"{path}={value}")
    assert texts(shown) == [
        "Die Antwort wäre „aid=granted“ in diesem Fall: Alter: age=18 oder mehr; Einkommen: income=1600 oder weniger."
    ]


def test_no_advice_is_said_only_where_it_is_certain():
    assert [one.code for one in advised(Changes("x", (), exact=True), "d", "lb")] == ["no-change"]
    assert advised(Changes("x", (), exact=False), "d", "lb") == ()


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (Span("number", Decimal(3), Decimal(5), low_in=True, high_in=True), "3 to 5"),
        (Span("number", Decimal(3), Decimal(5)), "more than 3 and less than 5"),
        (Span("number", Decimal(3), Decimal(5), low_in=True), "3 or more and less than 5"),
        (Span("number", None, Decimal(5)), "less than 5"),
        (Span("number"), "any value"),
        (Span("boolean", False, False, low_in=True, high_in=True), "no"),
        (Span("null", low_in=True, high_in=True), "no answer"),
        (Span("string", "b", "b", low_in=True, high_in=True), "b"),
        (Span("date", date(2027, 1, 1), None, low_in=True), "from 2027-01-01"),
        (Span("date", date(2027, 1, 1), date(2027, 2, 1), low_in=True, high_in=True), "from 2027-01-01 to 2027-02-01"),
        (Span("date", None, date(2027, 1, 1), high_in=True), "until 2027-01-01"),
    ],
)
def test_spans_have_words(span, words):
    way = Way("y", {"a": (span, Span("number", Decimal(9), Decimal(9), low_in=True, high_in=True))}, {}, varies=True)
    (said,) = advised(Changes("x", (Change(("a",), (way,)),), exact=True), "d", "en")
    assert said.text == f"The answer would be different, for example “y”, in this case: a: {words} or 9."
    assert said.code == "change-varies"


@pytest.mark.parametrize("key", [*SENTENCES, *SPANS])
def test_every_pattern_is_in_every_language_with_the_same_parts(key):
    text = SENTENCES.get(key) or SPANS[key]
    parts = {language: set(re.findall(r"{(\w+)}", text.in_(language))) for language in LANGUAGES}
    assert text.missing(LANGUAGES) == ()
    assert len({frozenset(one) for one in parts.values()}) == 1
    french = text.in_("fr")
    assert not re.search(r"[^\u00a0]:", french)
    assert not re.search(r"[^\u202f][;!?]", french)
    assert not re.search(r"«[^\u00a0]|[^\u00a0]»", french)
