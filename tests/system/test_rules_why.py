# SPDX-License-Identifier: EUPL-1.2
"""`./bierger rules eval --why --why-not --at`: how a value came, what would change it, by the law of another day."""

import json
from datetime import date

import pytest

from bierger.site.cli import main
from bierger.site.commands.rules import _dated
from bierger_core.rules import InputType
from tests.core.rules.test_dated import CHANGED, model, table
from tests.core.rules.why.test_changes import PERSON
from tests.core.rules.why.test_derivation import AID


@pytest.fixture
def ask(tmp_path, capsys):
    def run(data, *arguments):
        path = tmp_path / "aid.dmn"
        path.write_bytes(data)
        status = main(["rules", "eval", str(path), *arguments])
        said = capsys.readouterr()
        return status, json.loads(said.out) if said.out else None, said.err

    return run


def test_why_prints_derivation_and_changes(ask):
    given = json.dumps({"age": 30, "income": 1800, "rent": 900})
    status, said, _ = ask(AID, "--decision", "aid", "--input", given, "--why")
    assert status == 0
    assert said["derivation"]["rule"] == "rule-3"
    assert [one["decision"] for one in said["derivation"]["steps"]] == ["person"]
    assert said["derivation"]["law"][0]["eli"].endswith("/eli/etat/leg/loi/2013/06/19/n1/jo")
    assert said["changes"]["exact"]
    assert [one["inputs"] for one in said["changes"]["changes"]] == [["age"], ["income"], ["rent"]]


def test_why_not_asks_for_an_outcome_and_leaves_what_is_fixed(ask):
    given = json.dumps({"age": 16, "income": 3500, "rent": 800})
    status, said, _ = ask(AID, "--decision", "aid", "--input", given, "--why-not", '"granted"')
    assert (status, list(said)) == (0, ["changes"])
    assert [one["inputs"] for one in said["changes"]["changes"]] == [["age", "income"]]
    status, said, _ = ask(AID, "--decision", "aid", "--input", given, "--why-not", '"granted"', "--fixed", "age")
    assert said["changes"] == {"outcome": "refused", "changes": [], "exact": True}


def test_the_law_of_another_day_can_be_tried(ask):
    for day, fee in (("2026-12-31", 5), ("2027-01-01", 7)):
        for more, value in (((), fee), (("--unknown",), fee)):
            assert ask(CHANGED, "--decision", "fee", "--at", day, *more)[1] == value
        said = ask(CHANGED, "--decision", "fee", "--at", day, "--why")[1]
        assert said["derivation"]["value"] == {"$number": str(fee)}
        assert said["derivation"]["version"]["at"] == day


def test_without_a_day_today_decides(ask):
    past, future = ("-", "1", "", "2020-12-31", ""), ("-", "3", "2199-01-01", "", "")
    data = model(table([past, ("-", "2", "2021-01-01", "2198-12-31", ""), future]))
    assert ask(data, "--decision", "fee")[1] == 2
    version = ask(data, "--decision", "fee", "--why")[1]["derivation"]["version"]
    assert date(2026, 1, 1) <= date.fromisoformat(version["at"]) < date(2199, 1, 1)


@pytest.mark.parametrize("more", [(), ("--why",), ("--unknown",), ("--why-not", "5")])
def test_no_law_is_a_sentence(ask, more):
    data = model(table([("-", "1", "2020-01-01", "", "")]))
    status, said, error = ask(data, "--decision", "fee", "--at", "2019-01-01", *more)
    if "--why-not" in more:  # nothing of the law of that day leads to it
        assert (status, said["changes"]["changes"]) == (0, [])
        return
    assert (status, said) == (1, None)
    assert "not-in-force" in error


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--why", "--input", "[]"), "input-refused: input"),
        (("--why", "--input", '{"agee": 1}'), "input-refused: agee"),
        (("--why-not", "{"), "input-refused: input"),
        (("--why-not", "1", "--fixed", "birth"), "input-refused: birth"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_sentence(ask, arguments, word):
    status, said, error = ask(AID, "--decision", "aid", *arguments)
    assert (status, said) == (1, None)
    assert word in error


def test_dates_among_the_inputs_are_read_by_their_type(ask):
    given = json.dumps({"person": {"age": 20, "born": "2000-01-31", "town": "Esch"}, "paid": False})
    _, said, _ = ask(PERSON, "--decision", "d", "--input", given, "--why-not", '"yes"')
    assert [one["inputs"] for one in said["changes"]["changes"]] == [["paid"]]


@pytest.mark.parametrize("day", ["31 January", "2026-02-31", "2026-1-32"])
def test_a_day_that_is_none_is_refused(ask, capsys, day):
    with pytest.raises(SystemExit):
        ask(CHANGED, "--decision", "fee", "--at", day)
    assert f"'{day}' is no day of the calendar; write it as 2027-01-01." in capsys.readouterr().err


def test_the_days_of_a_list_that_is_asked_for_are_days() -> None:
    assert _dated(["2027-01-31"], InputType("list", item=InputType("date")), "d") == [date(2027, 1, 31)]
