# SPDX-License-Identifier: EUPL-1.2
"""Whatever somebody is called, what they are called can be sealed; what is short is sealed as it is."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bierger_core.seals import MAX_FACTS, names_fit
from bierger_core.seals import fitted as fit
from bierger_core.seals.fitting import MAX_FACT_LENGTH, MORE, SHORTEST

LINE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=SHORTEST // 4)
FACTS = st.dictionaries(st.text("abcdefgh-", min_size=1, max_size=20), st.text(max_size=400), min_size=1, max_size=MAX_FACTS)


ROOM = 400
"""Enough for the shortest of all of them."""


def fitted(facts: dict[str, str]) -> dict[str, str]:
    return fit(facts, room=ROOM)


def size(facts: dict[str, str]) -> int:
    return sum(len(value.encode()) for value in facts.values())


@given(facts=FACTS)
@example(facts={f"f{n}": "\U0001f600" * 200 for n in range(MAX_FACTS)})
@example(facts={f"f{n}": "e" + "\u0301" * 199 for n in range(MAX_FACTS)})
@example(facts={"a": "\ud800" * 300, "b": "two\r\nlines"})
def test_what_was_fitted_fits_and_says_where_it_was_cut(facts):
    short = fitted(facts)
    assert list(short) == list(facts)
    assert size(short) <= ROOM
    for name, value in short.items():
        whole = "".join(" " if not char.isprintable() and char in "\r\n" else char for char in facts[name])
        assert len(value) <= MAX_FACT_LENGTH
        assert value.encode().decode() == value
        if value.endswith(MORE) and not facts[name].endswith(MORE):
            assert len(value) < len(whole)
        elif not any("\ud800" <= char <= "\udfff" or ord(char) < 160 or char in "\u2028\u2029" for char in whole):
            assert value == whole
    assert fitted(short) == short


@given(first=LINE, second=LINE, long=st.text(min_size=200, max_size=400))
def test_what_is_short_is_never_touched(first, second, long):
    facts = {"number": first, "date": second, **{f"f{n}": long for n in range(MAX_FACTS - 2)}}
    short = fitted(facts)
    assert (short["number"], short["date"]) == (first, second)


def test_only_the_longest_give_way_and_all_to_one_length():
    short = fitted({"number": "2026-000001", "a": "ä" * 200, "b": "é" * 200, "c": "x" * 60, "d": "y" * 50})
    assert short["c"] == "x" * 60
    assert short["d"] == "y" * 50
    assert short["a"] == "ä" * (len(short["a"]) - 1) + MORE
    assert len(short["a"]) == len(short["b"])
    assert size(short) > ROOM - 8


@pytest.mark.parametrize(("value", "letter"), [("e\u0301" * 180, "e\u0301"), ("👩\u200d🚀" * 90, "👩\u200d🚀")])
def test_no_letter_is_cut_in_two(value, letter):
    short = fitted({"a": value, "b": value, "c": value})
    for line in short.values():
        body = line.removesuffix(MORE)
        assert body == letter * (len(body) // len(letter))


@pytest.mark.parametrize("names", [[], [f"f{n}" for n in range(MAX_FACTS + 1)], ["f" * 400], ["x" * 30 + str(n) for n in range(11)]])
def test_names_that_leave_no_room_are_refused(names):
    assert not names_fit(names)
    with pytest.raises(ValueError, match="A seal carries"):
        fitted(dict.fromkeys(names, ""))
