# SPDX-License-Identifier: EUPL-1.2
"""Law with dates: the model of a day, proofs by period, one digest for one law."""

from datetime import date, timedelta
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.rules import (
    DateMissing,
    DmnRefused,
    Fails,
    Law,
    NotInForce,
    Period,
    RulesOverlap,
    compile_partial,
    derive,
    load_model,
    read_dmn,
    told,
)

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:b="https://bierger.eu/dmn" id="m" name="m" namespace="urn:m"'
ELI = "http://data.legilux.public.lu/eli/etat/leg/loi/2013/06/19/n1/jo"


def table(rows, *, name="fee", hit="UNIQUE", columns=("copies",), requires=("#copies",), output="number"):
    """A table whose rows end with: output, valid from, valid to, law."""
    inputs = "".join(f"<input><inputExpression><text>{column}</text></inputExpression></input>" for column in columns)
    notes = "".join(f'<annotation name="{one}"/>' for one in ("Valid from", "valid  to", "law", "ELI"))
    rules = ""
    for *cells, out, first, last, law in rows:
        entries = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells)
        texts = "".join(f"<annotationEntry><text>{text}</text></annotationEntry>" for text in (first, last, law))
        rules += f"<rule>{entries}<outputEntry><text>{escape(out)}</text></outputEntry>{texts}</rule>"
    links = "".join(
        f"<informationRequirement><required{'Decision' if one.startswith('#d_') else 'Input'} href='{one}'/></informationRequirement>"
        for one in requires
    )
    return (
        f'<decision id="d_{name}" name="{name}"><variable name="{name}" typeRef="{output}"/>{links}'
        f'<decisionTable hitPolicy="{hit}">{inputs}<output/>{notes}{rules}</decisionTable></decision>'
    )


def model(*decisions, reference="", inputs=(("copies", "number"),)):
    attribute = f' b:reference="{reference}"' if reference else ""
    declared = "".join(
        f'<inputData id="{name.replace(".", "_")}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'
        for name, kind in inputs
    )
    return f"{HEAD}{attribute}>{declared}{''.join(decisions)}</definitions>".encode()


OLD, NEW = ("-", "5", "", "2026-12-31", "Règlement du 3 mai 2010, art. 2"), ("-", "7", "2027-01-01", "", f"Art. 4 ({ELI})")
CHANGED = model(table([OLD, NEW]))


def test_a_case_is_judged_by_the_law_of_the_day_it_was_filed():
    fees = read_dmn(CHANGED, path="fees.dmn")
    assert fees.periods == (Period(None, date(2026, 12, 31)), Period(date(2027, 1, 1), None))
    for day, fee in ((date(2026, 12, 31), 5), (date(2027, 1, 1), 7), (date.min, 5), (date.max, 7)):
        assert fees.evaluate("fee", {"copies": 1, "case": {"opened_on": day}}).value == fee
        assert fees.decide("fee", {"copies": 1, "case": {"opened_on": day}}) == fee
        assert fees.at(day).decide("fee", {"copies": 1}) == fee
        assert compile_partial(fees.at(day), "fee").decide({}).value == fee
        assert load_model({"f": CHANGED}, main="f", at=day).evaluate("fee", {"copies": Decimal(1)}).value == fee


def test_next_years_law_can_be_tried_today():
    fees = read_dmn(CHANGED, path="fees.dmn")
    tried = fees.at(date(2027, 6, 1))
    assert tried is fees.at(date(2031, 1, 1))  # one object for a period: it is compiled once
    assert tried is tried.at(date(2027, 6, 1))
    assert tried.at(date(2026, 6, 1)) is fees.at(date(2026, 1, 1))
    (rule,) = tried.decision("fee").logic.rules
    assert rule.law == (Law("Art. 4", ELI),)
    assert rule.number == 2  # as the author counts
    assert tried.evaluate("fee", {"case": {"opened_on": date(2026, 1, 1)}}).value == 7


def test_without_a_day_nothing_is_decided():
    fees = read_dmn(CHANGED, path="fees.dmn")
    for ask in (
        lambda: fees.evaluate("fee", {"copies": 1}),
        lambda: fees.decide("fee", {}),
        lambda: compile_partial(fees, "fee"),
    ):
        with pytest.raises(DateMissing) as caught:
            ask()
        assert caught.value.code == "date-missing"
        assert caught.value.reference == "case.opened_on"


def test_a_file_may_name_another_day():
    inputs = (("copies", "number"), ("event.on", "date"))
    fees = read_dmn(model(table([OLD, NEW]), reference="event.on", inputs=inputs), path="fees.dmn")
    assert fees.needs("fee") == {"copies", "event.on"}
    assert fees.prove() == ()
    given = {"copies": 1, "event": {"on": date(2027, 2, 1)}, "case": {"opened_on": date(2026, 2, 1)}}
    assert fees.evaluate("fee", given).value == 7


@pytest.mark.parametrize("reference", ["event.on", "copies"])
def test_the_day_must_be_an_input_of_type_date(reference):
    with pytest.raises(DmnRefused) as caught:
        read_dmn(model(table([OLD, NEW]), reference=reference), path="fees.dmn")
    assert caught.value.code == "dmn-reference"


@pytest.mark.parametrize(
    ("first", "last", "word"),
    [
        ("2027-02-30", "", "is no day"),
        ("next year", "", "is no day"),
        ("20270101", "", "is no day"),
        ("", "2027-W01", "is no day"),
        ("2027-01-02", "2027-01-01", "before it begins"),
    ],
)
def test_days_that_are_none_are_refused_at_their_line(first, last, word):
    data = model(table([("-", "1", first, last, "")]))
    for read in (lambda: read_dmn(data, path="f.dmn"), lambda: load_model({"f.dmn": data}, main="f.dmn", at=date(2027, 1, 1))):
        with pytest.raises(DmnRefused) as caught:
            read()
        assert caught.value.code == "dmn-validity"
        assert word in str(caught.value)


@pytest.mark.parametrize(("written", "confirmed"), [("false", False), ("true", True), ("", True)])
def test_an_article_that_nobody_read_says_so_in_every_language(written, confirmed):
    data = model(table([OLD])).replace(b"valid  to", b"Confirmed").replace(b"<text>2026-12-31</text>", f"<text>{written}</text>".encode())
    found = derive(read_dmn(data, path="fees.dmn"), "fee", {"copies": 1, "case": {"opened_on": date(2026, 5, 1)}})
    assert [law.confirmed for law in found.law] == [confirmed]
    assert ("confirmed" in found.as_json()["law"][0]) is not confirmed
    for language, words in (("fr", "à confirmer"), ("de", "zu bestätigen"), ("en", "to be confirmed"), ("lb", "confirméieren")):
        (law,) = [one.text for one in told(found, language, {}) if one.code in ("law", "unconfirmed")]
        assert (words in law) is not confirmed


def test_confirmed_is_true_or_false():
    data = model(table([OLD])).replace(b"valid  to", b"Confirmed")
    with pytest.raises(DmnRefused) as caught:
        read_dmn(data, path="f.dmn")
    assert caught.value.code == "dmn-confirmed"


def test_the_digest_of_a_day_outlives_an_amendment():
    before = read_dmn(model(table([(*OLD[:2], "", "", OLD[4])])), path="fees.dmn")
    after = read_dmn(CHANGED, path="moved.dmn")
    corrected = read_dmn(model(table([(OLD[0], "6", *OLD[2:]), NEW])), path="fees.dmn")
    day = date(2026, 3, 1)
    assert before.at(day).digest == after.at(day).digest != corrected.at(day).digest
    assert after.at(date(2027, 3, 1)).digest == corrected.at(date(2027, 3, 1)).digest != after.at(day).digest
    assert after.digest not in {before.digest, after.at(day).digest}


# -- proofs ----------------------------------------------------------------------------------------------------------


def messages(data):
    return [f"{one.code}: {one.message}" for one in read_dmn(data, path="f.dmn").prove()]


def test_every_period_is_proved_and_named():
    rows = [
        ("< 10", "5", "2020-01-01", "", ""),
        (">= 10", "4", "2020-01-01", "2025-12-31", ""),
        ("> 10", "3", "2026-01-01", "2026-12-31", ""),
        (">= 9", "2", "2027-01-01", "", ""),
    ]
    assert messages(model(table(rows))) == [
        "table-gap: decision fee: no rule matches copies = 10 (from 2026-01-01 to 2026-12-31).",
        "table-overlap: rules 1 and 4 both match copies = 9 (from 2027-01-01).",
    ]


def test_what_is_wrong_always_is_said_once():
    rows = [("< 10", "5", "", "2026-12-31", ""), ("< 10", "6", "2027-01-01", "", "")]
    assert messages(model(table(rows))) == ["table-gap: decision fee: no rule matches copies = 10."]


def test_before_its_first_rule_a_table_is_not_law():
    rows = [("-", "5", "2020-01-01", "2021-12-31", ""), ("-", "6", "2024-01-01", "2025-12-31", "")]
    data = model(table(rows))
    assert messages(data) == ["table-not-in-force: decision fee: no rule is in force (from 2022-01-01 to 2023-12-31)."]
    fees = read_dmn(data, path="f.dmn")
    for day in (date(2019, 12, 31), date(2023, 1, 1), date(2026, 1, 1)):
        for ask in (fees.at(day).evaluate, fees.at(day).decide):
            with pytest.raises(NotInForce) as caught:
                ask("fee", {})
            assert caught.value.code == "not-in-force"
        assert compile_partial(fees.at(day), "fee").decide({}) == Fails("not-in-force")
        whole = load_model({"f": data}, main="f", at=day)
        with pytest.raises(DmnRefused, match="no rule of the table is in force"):
            whole.evaluate("fee", {})


def test_parameters_are_a_table_with_dates():
    """The wage index as a decision of its own: the rule that uses it does not change with it."""
    index = table([("-", "968.04", "2025-01-01", "2026-12-31", ""), ("-", "985.6", "2027-01-01", "", "")], name="index")
    use = table([("-", "copies * index", "", "", "")], name="due", requires=("#copies", "#d_index"))
    due = read_dmn(model(index, use), path="f.dmn")
    assert [finding for finding in due.prove() if finding.level == "error"] == []
    assert due.at(date(2026, 1, 1)).evaluate("due", {"copies": 2}).value == Decimal("1936.08")
    assert due.at(date(2027, 1, 1)).evaluate("due", {"copies": 2}).value == Decimal("1971.2")
    assert due.at(date(2026, 1, 1)).decision("due") is due.at(date(2027, 1, 1)).decision("due")


def test_too_many_days_are_refused():
    day = date(2000, 1, 1)
    rows = [("-", "1", day + timedelta(days=2 * n), day + timedelta(days=2 * n + 1), "") for n in range(101)]
    with pytest.raises(DmnRefused) as caught:
        read_dmn(model(table(rows)), path="f.dmn")
    assert caught.value.code == "dmn-limit"


def test_rules_in_too_many_periods_are_not_proved(monkeypatch):
    monkeypatch.setattr("bierger_core.rules.model.MAX_PROVED", 60)  # the real bound takes seconds to reach
    day = date(2000, 1, 1)
    always = [(str(n), "1", "", "", "") for n in range(20)]
    dated = [(str(-1 - n), "1", day + timedelta(days=n), "", "") for n in range(3)]
    said = messages(model(table([*always, *dated])))
    assert "table-too-large: decision fee: too many rules in too many periods to prove (from 2000-01-02)." in said
    assert not any("(from 2000-01-01 to" in one for one in said if one.startswith("table-too-large"))


# -- the model of a day against one that reads every rule's days -------------------------------------------------------

DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(6)]
ends = st.one_of(st.none(), st.sampled_from(DAYS))
row = st.tuples(st.sampled_from(["-", "< 2", ">= 2", "1", "[1..3]"]), ends, ends).filter(
    lambda one: not (one[1] and one[2] and one[2] < one[1])
)


@settings(max_examples=60, deadline=None)
@given(st.lists(row, min_size=1, max_size=6), st.sampled_from(["UNIQUE", "FIRST"]), st.integers(0, 4))
def test_the_model_of_a_day_has_exactly_its_rules(rows, hit, copies):
    holds = {"-": True, "< 2": copies < 2, ">= 2": copies >= 2, "1": copies == 1, "[1..3]": 1 <= copies <= 3}
    written = [(cell, str(n), first or "", last or "", "") for n, (cell, first, last) in enumerate(rows)]
    fees = read_dmn(model(table(written, hit=hit)), path="f.dmn")
    for day in (date(2025, 12, 31), *DAYS, DAYS[-1] + timedelta(days=1)):
        left = [n for n, (_, first, last) in enumerate(rows) if (not first or first <= day) and (not last or day <= last)]
        matching = [n for n in left if holds[rows[n][0]]]
        given_ = {"copies": copies, "case": {"opened_on": day}}
        if not left:
            with pytest.raises(NotInForce):
                fees.evaluate("fee", given_)
        elif len(matching) > 1 and hit == "UNIQUE":
            with pytest.raises(RulesOverlap):
                fees.decide("fee", given_)
        else:
            value = matching[0] if matching else None
            assert fees.evaluate("fee", given_).value == fees.decide("fee", given_) == value
