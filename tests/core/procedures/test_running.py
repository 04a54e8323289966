# SPDX-License-Identifier: EUPL-1.2
"""What a case asks its package: variables, decisions, letters in four languages, legal dates; and what pins it."""

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger.site.commands.check import read_package
from bierger_core.procedures import (
    ENGINE_SEMANTICS,
    ApplicantFacts,
    CaseFacts,
    PackageRefused,
    VariableMissing,
    digest,
    document_inputs,
    due_at,
    evidence_value,
    load,
    lookup,
    message,
    show,
    show_date,
    show_number,
    start_variables,
)
from bierger_core.procedures.yamltree import YamlRefused, parse_yaml
from bierger_core.process import parse_duration
from tests.core.procedures.small import VOCABULARY, files

PROCEDURES = Path(__file__).parents[3] / "procedures"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CASE = CaseFacts("2026-0001", "esch-sur-alzette", "fr", date(2026, 3, 2))


def package(name):
    return load(read_package(PROCEDURES / "commune" / name), vocabulary=(PROCEDURES / "vocabulary.yaml").read_bytes())


def test_a_case_starts_with_every_name_even_unanswered():
    permit = package("building-permit")
    variables = start_variables(permit, {"works_cost": "7000.00"}, case=CASE, applicant=ApplicantFacts("person", "substantial"))
    assert variables["needs_architect"] is True
    assert variables["works_cost"] == Decimal(7000)
    assert variables["owner_consent"] is None
    assert lookup(variables, "case.opened_on") == date(2026, 3, 2)
    assert lookup(variables, "applicant.level") == "substantial"
    with pytest.raises(VariableMissing):
        lookup(variables, "permit.number")


def test_the_register_answers_in_one_shape():
    answer = evidence_value("population.residence", found=True, facts={"since": "2019-05-12", "postal_code": "L-4010"})
    assert answer["since"] == date(2019, 5, 12)
    assert answer["postal_code"] == "4010"
    assert answer["family_name"] is None
    assert set(evidence_value("population.residence", found=False, reachable=False)) == set(answer)


@pytest.mark.parametrize(
    ("language", "day"), [("fr", "12 mai 2019"), ("de", "12. Mai 2019"), ("en", "12 May 2019"), ("lb", "12. Mee 2019")]
)
def test_a_letter_speaks_the_language_and_its_seal_speaks_iso(language, day):
    certificate = package("residence-certificate")
    facts = {"family_name": "Weber", "birth_date": "1985-06-14", "since": "2019-05-12", "postal_code": "4010"}
    variables = {"register": evidence_value("population.residence", found=True, facts=facts), "purpose": "bank"}
    inputs = document_inputs(certificate, "certificate", variables, language=language)
    assert inputs.fields["since"] == day
    assert inputs.fields["postal_code"] == "L-4010"
    assert inputs.facts["residence.since"] == "2019-05-12"
    assert inputs.facts["address.postal_code"] == "4010"
    assert inputs.facts["person.given_name"] == ""
    assert all(isinstance(value, str) for value in [*inputs.fields.values(), *inputs.facts.values()])
    assert inputs.document_type == "residence-certificate"


def test_the_language_asked_for_wins_over_that_of_the_case():
    certificate = package("residence-certificate")
    variables = {"register": evidence_value("population.residence", found=True), "purpose": "bank", "document_language": "de"}
    inputs = document_inputs(certificate, "certificate", variables, language="fr")
    assert (inputs.language, inputs.title) == ("de", "Wohnsitzbescheinigung")


def test_a_template_is_one_file_that_imports_nothing():
    for name, code in (("residence-certificate", "certificate"), ("building-permit", "red-dot")):
        source = package(name).template(code).decode()
        assert "#import" not in source
        assert "#let field(name)" in source


def test_a_message_is_filled_in():
    report = package("problem-report")
    words = message(report, "tell-done", {"answer": "Réparé."}, language="fr")
    assert words.body.endswith("Réparé.")
    reminder = message(
        report, "remind", {"category": "pothole", "place": {"text": "N4", "lat": None, "lon": None}}, language="en"
    )
    assert "A hole in the road or pavement, N4" in reminder.body


def test_a_placeholder_in_a_value_is_not_filled_again():
    report = package("problem-report")
    assert message(report, "tell-done", {"answer": "{email}", "email": "x@y.lu"}, language="fr").body.endswith("{email}")


def test_the_appeal_period_runs_from_the_posting_and_ends_on_a_working_day():
    permit = package("building-permit")
    # Posted on 20 March: three months later is Saturday 20 June, so the last day is Monday the 22nd (the 23rd is the national day).
    due = due_at(permit, "appeal-period", parse_duration("P3M"), now=NOW, variables={"posted_on": date(2026, 3, 20)})
    assert due == datetime(2026, 6, 22, 22, tzinfo=UTC)  # midnight in Luxembourg, summer time


def test_working_days_end_at_midnight_and_other_periods_count_from_now():
    permit = package("building-permit")
    friday = datetime(2026, 4, 3, 9, tzinfo=UTC)  # Easter Monday follows: 6 April
    assert due_at(permit, "check", parse_duration("P1D"), now=friday, variables={}, working=True) == datetime(
        2026, 4, 7, 22, tzinfo=UTC
    )
    assert due_at(permit, "supply", parse_duration("P1D"), now=friday, variables={}) == datetime(2026, 4, 4, 9, tzinfo=UTC)


def test_amounts_and_days_in_words():
    assert show_date(date(2026, 3, 1), "fr") == "1er mars 2026"
    assert show_date(date(2026, 3, 1), "lb") == "1. Mäerz 2026"
    assert show_number(Decimal("1234.5"), "de", money=True) == "1\u202f234,50\u202f€"
    assert show_number(Decimal("1234.5"), "en", money=True) == "€1,234.50"
    permit = package("building-permit")
    assert show(permit, "parcel", {"section": "A", "number": "12/3"}, "de") == "Flur A, Nr. 12/3"
    assert show(permit, "works_kind", "demolition", "lb") == "E Gebai ganz oder deelweis ofrappen"


def test_the_digest_covers_every_file_the_vocabulary_and_the_engine():
    whole = digest(files(), VOCABULARY)
    listed = f"bierger package, engine semantics {ENGINE_SEMANTICS}\n"
    closure = {"../vocabulary.yaml": VOCABULARY, **files()}
    for path in ["../vocabulary.yaml", *sorted(files())]:
        listed += f"{hashlib.sha256(closure[path]).hexdigest()}  {path}\n"
    assert whole == hashlib.sha256(listed.encode()).hexdigest()
    assert digest(files(), VOCABULARY + b"\n") != whole
    for path in files():
        assert digest({**files(), path: b"x"}, VOCABULARY) != whole
        assert digest({key: value for key, value in files().items() if key != path}, VOCABULARY) != whole


def test_easy_words_fall_back_to_the_standard_ones():
    report = package("problem-report")
    assert report.text("title", "en", "easy") == "There is a problem in the street"
    assert report.text("step.place.title", "en", "easy") == report.text("step.place.title", "en")
    with pytest.raises(KeyError):
        report.text("step.nowhere.title", "en")


def test_limits_of_a_package():
    with pytest.raises(PackageRefused) as refused:
        load({**files(), "texts/lb.yaml": b"x" * 4_000_000}, vocabulary=VOCABULARY)
    assert "package-too-large" in {finding.code for finding in refused.value.findings}
    deep = b"a: " + b"[" * 50 + b"]" * 50
    with pytest.raises(YamlRefused) as nested:
        parse_yaml(deep, path="x.yaml")
    assert nested.value.finding.code == "yaml-too-deep"
    with pytest.raises(YamlRefused) as many:
        parse_yaml(b"a: [" + b"1," * 30_000 + b"]", path="x.yaml")
    assert many.value.finding.code == "yaml-too-large"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="ab:-{}[]\"' \n#&*!|>?%@\t", max_size=80).map(str.encode))
def test_no_bytes_crash_the_reader(data):
    found = []
    try:
        parse_yaml(data, path="x.yaml")
    except YamlRefused as refusal:
        found.append(refusal.finding)
    assert all(finding.mend for finding in found)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(files())), st.integers(0, 4000), st.binary(max_size=6))
def test_a_damaged_package_is_refused_never_a_crash(path, position, noise):
    content = files()[path]
    at = position % len(content)
    found = []
    try:
        load({**files(), path: content[:at] + noise + content[at + len(noise) :]}, vocabulary=VOCABULARY)
    except PackageRefused as refusal:
        found.extend(refusal.findings)
    assert all(finding.path and finding.mend for finding in found)
