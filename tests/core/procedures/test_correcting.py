# SPDX-License-Identifier: EUPL-1.2
"""A corrected act is the act that would have been issued, had the case said so from the start."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.interview import Type
from bierger_core.procedures import document_inputs, evidence_value, short_names
from bierger_core.procedures.correcting import IssuedDocument, changed, correctable, corrected, document_of
from bierger_core.procedures.errors import DocumentUnknown
from tests.core.procedures.test_running import package

CERTIFICATE, PERMIT = package("residence-certificate"), package("building-permit")
FACTS = {
    "given_name": "Léa", "family_name": "Weber", "birth_date": "1985-06-14", "since": "2019-05-12", "postal_code": "L-4010",
    "street": "1, rue A", "locality": "Esch",
}  # fmt: skip
WORKS = {
    "given_name": "Léa", "family_name": "Weber", "parcel": {"section": "C", "number": "12/3"}, "site": "1, rue A", "works_kind": "extension",
    "works_description": "A winter garden.\nBehind the house.", "conditions": None, "decision_reasons": "It fits.",
    "case": {"number": "2026-1", "opened_on": date(2026, 3, 2)}, "permit": {"number": "2026-000009", "issued_on": date(2026, 4, 1)},
}  # fmt: skip


def residence(**changes):
    return {"register": evidence_value("population.residence", found=True, facts={**FACTS, **changes}), "purpose": "bank"}


def issued(pack, code, variables, language="en"):
    inputs = document_inputs(pack, code, variables, language=language)
    short = short_names(inputs.facts)
    facts = {"number": "2026-000001", **{short[name]: value for name, value in inputs.facts.items()}}
    return IssuedDocument(pack.documents[code].type, inputs.language, facts, inputs.fields, inputs.template)


def answers_of(pack, act):
    return {one.path: one.answer for one in correctable(pack, act)}


def test_every_value_of_the_document_is_asked_for_once_as_what_it_is():
    found = {one.path: one for one in correctable(CERTIFICATE, issued(CERTIFICATE, "certificate", residence()))}
    assert list(found) == [
        *(f"register.{name}" for name in ("family_name", "given_name", "birth_date", "street", "postal_code", "locality", "since")),
        "purpose",
    ]
    assert {found[name].question.type for name in ("register.birth_date", "register.since")} == {Type.DATE}
    assert (found["register.since"].answer, found["register.postal_code"].answer) == ("2019-05-12", "4010")
    assert (found["purpose"].question.type, found["purpose"].answer) == (Type.CHOICE, "bank")
    works = {one.path: one for one in correctable(PERMIT, issued(PERMIT, "permit", WORKS))}
    assert works["parcel"].answer == {"section": "C", "number": "12/3"}
    assert works["case.opened_on"].is_text, "It stands in the letter only, in words."
    assert (works["conditions"].answer, works["conditions"].question.required) == (None, False)
    dot = {one.path: one.answer for one in correctable(PERMIT, issued(PERMIT, "red-dot", WORKS))}
    assert (dot["permit.number"], dot["permit.issued_on"]) == ("2026-000009", "2026-04-01")


@settings(max_examples=25, deadline=None)
@given(
    language=st.sampled_from(["fr", "de", "en", "lb"]),
    changes=st.fixed_dictionaries({}, optional={
        "family_name": st.sampled_from(["Wéber", "O’Neill {x}"]), "birth_date": st.dates(date(1900, 1, 1), date(2026, 1, 1)).map(date.isoformat),
        "postal_code": st.integers(1000, 9999).map(str), "since": st.just("2020-01-31"), "locality": st.just("Diekirch"),
    }),
)  # fmt: skip
def test_correcting_is_issuing_what_should_have_been_issued(language, changes):
    act = issued(CERTIFICATE, "certificate", residence(), language)
    new = corrected(CERTIFICATE, act, {**answers_of(CERTIFICATE, act), **{f"register.{name}": value for name, value in changes.items()}})
    wanted = document_inputs(CERTIFICATE, "certificate", residence(**changes), language=language)
    assert (new.facts, new.fields, new.title, new.template) == (wanted.facts, wanted.fields, wanted.title, wanted.template)
    paths = {one.path for one in changed(correctable(CERTIFICATE, act), {f"register.{name}": value for name, value in changes.items()})}
    assert paths == {f"register.{name}" for name, value in changes.items() if value.removeprefix("L-") != FACTS[name].removeprefix("L-")}


def test_choices_parcels_and_long_texts_are_corrected_too():
    act = issued(PERMIT, "permit", WORKS, "fr")
    new = corrected(PERMIT, act, {"works_kind": "new-build", "parcel": {"section": "B", "number": "7"}, "conditions": "Plant a tree."})
    wanted = document_inputs(
        PERMIT, "permit", {**WORKS, "works_kind": "new-build", "parcel": {"section": "B", "number": "7"}, "conditions": "Plant a tree."}, language="fr"
    )
    assert (new.facts, new.fields) == (wanted.facts, wanted.fields)
    assert new.facts["parcel.reference"] == "B 7"


def test_the_way_on_which_an_act_was_issued_is_told_by_its_words():
    variables = {**residence(), **{f"confirmed_{name}": FACTS[name] for name in ("street", "locality")}, "confirmed_postal_code": "4010",
                 "confirmed_since": date(2019, 5, 12), "family_name": "Weber", "given_name": "Léa", "birth_date": date(1985, 6, 14)}  # fmt: skip
    act = issued(CERTIFICATE, "certificate-reviewed", variables)
    assert document_of(CERTIFICATE, act).type == "residence-certificate"  # both ways have the same words: the one is as good as the other
    assert corrected(CERTIFICATE, act, {}).fields == act.fields


@pytest.mark.parametrize("strange", [{"template": b"= x"}, {"type": "other"}, {"fields": {}}, {"facts": {"number": "1"}}])
def test_an_act_of_another_version_is_not_corrected(strange):
    act = issued(CERTIFICATE, "certificate", residence())
    with pytest.raises(DocumentUnknown) as refused:
        corrected(CERTIFICATE, IssuedDocument(**{**vars(act), **strange}), {})
    assert refused.value.code == "document-unknown"


def test_amounts_are_read_back_from_the_seal_only():
    from bierger_core.procedures.correcting import _read_fact

    assert _read_fact(Type.MONEY, "5000.00") == "5000.00"
    assert Decimal(_read_fact(Type.NUMBER, "18")) == 18
    assert [_read_fact(Type.DATE, text) for text in ("1 May 2019", "2019-02-30")] == [None, None]
