# SPDX-License-Identifier: EUPL-1.2
"""The library of FEEL: each function with an example of its page in DMN 1.5, its errors, and what dates can do."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.rules import DateTime, TimeOfDay, compile_feel
from bierger_core.rules.feel.library import BUILTINS
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.patterns import compile_pattern

NOW = DateTime(date(2026, 11, 22), TimeOfDay(0, 0))
TRUE_SENTENCES = r"""
substring("foobar", 3) = "obar"
substring("foobar", -2, 1) = "a"
substring("\U01F40Eab", 2) = "ab"
string length("\U01F40Eab") = 3
upper case("aBc4") = "ABC4"
lower case("aBc4") = "abc4"
substring before("foobar", "bar") = "foo"
substring before("foobar", "xyz") = ""
substring after("foobar", "ob") = "ar"
contains("foobar", "ob")
starts with("foobar", "fo")
ends with("foobar", "ar")
split("a;b;;c", ";") = ["a", "b", "", "c"]
string join(["a", null, "c"], "_") = "a_c"
string(1.50) = "1.5"
string([1, "a", {b: null}]) = "[1, \"a\", {b: null}]"
string(@"P1DT2H") = "P1DT2H"
number("1 500,5", " ", ",") = 1500.5
number("x", " ", ",") = null
number("1.5", ".", ".") = null
list contains([1, null], null)
count([1, 2]) = 2
min(3, 1, 2) = 1
max(["b", "a"]) = "b"
min([1, "a"]) = null
sum([]) = null
mean([1, 2, 3]) = 2
median([8, 2, 5, 7]) = 6
mode([6, 1, 9, 6, 1]) = [1, 6]
product([2, 3]) = 6
stddev([2, 4, 7, 5]) > 2.08
all([true, null]) = null
any([false, true, null])
sublist([1, 2, 3], -2) = [2, 3]
sublist([1, 2, 3], 2, 5) = null
append([1], 2, 3) = [1, 2, 3]
concatenate([1, 2], [3]) = [1, 2, 3]
insert before([1, 3], 2, 2) = [1, 2, 3]
remove([1, 2, 3], -1) = [1, 2]
reverse([1, 2]) = [2, 1]
index of([1, 2, 1], 1) = [1, 3]
union([1, 2], [2, 3]) = [1, 2, 3]
distinct values([1, 2, 1, null, null]) = [1, 2, null]
duplicate values([1, 2, 1, 3, 3]) = [1, 3]
flatten([[1, [2]], 3]) = [1, 2, 3]
list replace([1, 2, 3], 2, 9) = [1, 9, 3]
list replace([1, 5, 3], function(x, new) x > new, 4) = [1, 4, 3]
sort([3, 1, 2], function(x, y) x > y) = [3, 2, 1]
sort(["b", "a"]) = ["a", "b"]
sort([1, "a"]) = null
decimal(2.5, 0) = 2
decimal(1/3, 2) = 0.33
floor(-1.5) = -2
ceiling(-1.5) = -1
floor(1.56, 1) = 1.5
round up(-5.5, 0) = -6
round down(-5.5, 0) = -5
round half up(5.5, 0) = 6
round half down(5.5, 0) = 5
decimal(1, 6177) = null
abs(-10) = 10
abs(@"-P1Y") = @"P1Y"
modulo(-12, 5) = 3
modulo(10.1, -4.5) = -3.4
modulo(1, 0) = null
sqrt(16) = 4
sqrt(-1) = null
exp(0) = 1
log(0) = null
odd(5)
even(-2)
not(true) = false
not(1) = null
get value({key: 1}, "key") = 1
get entries({a: 1}) = [{key: "a", value: 1}]
context([{key: "a", value: 1}]) = {a: 1}
context([{key: "a", value: 1}, {key: "a", value: 2}]) = null
context put({a: 1}, "b", 2) = {a: 1, b: 2}
context put({a: {b: 1}}, ["a", "c"], 2) = {a: {b: 1, c: 2}}
context put({a: 1}, ["x", "c"], 2) = null
context merge([{a: 1}, {a: 2, b: 3}]) = {a: 2, b: 3}
is(@"23:00:50Z", @"23:00:50+00:00")
is(@"23:00:50", @"23:00:50Z") = false
date(2026, 2, 29) = null
date("2026-02-28") + @"P1D" = date("2026-03-01")
date("2026-01-31") + @"P1M" = date("2026-02-28")
@"2026-03-01" - @"2026-02-01" = @"P28D"
date("2026-01-01T00:00:00") = null
time(12, 30, 0, @"PT1H") = time("12:30:00+01:00")
time("24:00:00") = null
@"23:30:00" + @"PT1H" = @"00:30:00"
date and time("2026-01-01T24:00:00") = date and time("2026-01-02T00:00:00")
date and time(@"2026-01-01", @"10:00:00Z") = @"2026-01-01T10:00:00Z"
@"2026-03-29T12:00:00@Europe/Luxembourg" - @"2026-03-28T12:00:00@Europe/Luxembourg" = @"PT23H"
@"2026-01-01T12:00:00+01:00" = @"2026-01-01T11:00:00Z"
@"2026-01-01T12:00:00" - @"2026-01-01T12:00:00Z" = null
@"2026-07-01T12:00:00@Europe/Luxembourg".time offset = @"PT2H"
date and time("2026-01-01T12:00:00@Moon/Base") = null
(@"2026-10-25T00:00:00@Europe/Luxembourg" + @"PT4H") - @"2026-10-25T00:00:00@Europe/Luxembourg" = @"PT4H"
string(@"2026-10-25T00:00:00@Europe/Luxembourg" + @"PT4H") = "2026-10-25T03:00:00@Europe/Luxembourg"
string(@"2026-10-25T02:30:00@Europe/Luxembourg") = "2026-10-25T02:30:00@Europe/Luxembourg"
string(@"2026-10-25T02:30:00@Europe/Luxembourg" + @"PT1H") = "2026-10-25T02:30:00+01:00"
(@"2026-10-25T02:30:00@Europe/Luxembourg" + @"PT1H").timezone = "Europe/Luxembourg"
(@"2026-10-25T02:30:00@Europe/Luxembourg" + @"PT1H").time offset = @"PT1H"
string(@"2026-03-29T01:30:00@Europe/Luxembourg" + @"PT1H") = "2026-03-29T03:30:00@Europe/Luxembourg"
string(@"2026-03-29T03:30:00@Europe/Luxembourg" - @"PT1H") = "2026-03-29T01:30:00@Europe/Luxembourg"
string(@"2026-03-28T12:00:00@Europe/Luxembourg" + @"P1D") = "2026-03-29T13:00:00@Europe/Luxembourg"
string(@"2026-02-28T12:00:00@Europe/Luxembourg" + @"P1M") = "2026-03-28T12:00:00@Europe/Luxembourg"
string(@"2026-02-28T12:00:00@Europe/Luxembourg" + @"P2M") = "2026-04-28T12:00:00@Europe/Luxembourg"
string(@"2025-03-29T02:30:00@Europe/Luxembourg" + @"P1Y") = "2026-03-29T03:30:00@Europe/Luxembourg"
string(@"2025-10-25T02:30:00@Europe/Luxembourg" + @"P1Y") = "2026-10-25T02:30:00@Europe/Luxembourg"
date and time("2026-10-25T24:00:00@Europe/Luxembourg") = @"2026-10-26T00:00:00@Europe/Luxembourg"
string(@"2026-03-29T01:30:00+01:00" + @"PT1H") = "2026-03-29T02:30:00+01:00"
string(@"2026-03-29T01:30:00" + @"PT1H") = "2026-03-29T02:30:00"
string(@"12026-07-01T00:30:00@Europe/Luxembourg" + @"PT1H") = "12026-07-01T01:30:00@Europe/Luxembourg"
@"999999999-12-31T23:30:00@Europe/Luxembourg" + @"PT3H" = null
duration("P1Y2M") = @"P14M"
duration("P1Y2D") = null
@"P1Y" / @"P5M" = 2.4
@"P5M" / 2 = @"P2M"
@"P1D" * 1.5 = @"PT36H"
@"P1D" + @"P1M" = null
years and months duration(@"2011-12-22", @"2013-08-21") = @"P1Y7M"
day of year(@"2024-12-31") = 366
day of week(@"2026-11-22") = "Sunday"
month of year(@"2026-11-22") = "November"
week of year(@"2027-01-01") = 53
now() = @"2026-11-22T00:00:00Z"
today() = @"2026-11-22"
range("[1..3)") = [1..3)
range("[1..2+1]") = null
range("[3..1]") = null
before(1, [2..3])
before([1..2), [2..3])
after([5..8], [1..4])
meets([1..5], [5..10])
met by([5..10], [1..5])
overlaps([1..5], [5..8])
overlaps([1..5), [5..8]) = false
overlaps before([1..5], [4..8])
overlaps after([4..8], [1..5])
finishes(10, [1..10])
finished by([1..10], [5..10])
includes([1..10], 1)
includes((1..10], 1) = false
during([4..6], [1..10])
starts([1..5], [1..10])
started by([1..10], [1..5])
coincides([1..5], [1..5])
includes((> 5), 1000)
before(1, "a") = null
matches("Mersch", "^M.*h$")
matches("L-1234", "L-\d{4}")
matches("AB", "^[a-z-[aeiou]]b$", "i") = false
matches("k", "\u212A", "i")
matches("\u212A", "[A-Z]", "i")
matches("\u212A", "[A-Z]") = false
matches("k\u212A", "^(k)\1$", "i")
matches("b", "\p{Lu}", "i") = false
0 ** -1 = null
0 ** 2 + 0 ** 0 = 1
matches("a\nb", "a.b") = false
matches("a\nb", "a.b", "s")
matches("x\ny", "^y$", "m")
matches("hello", "h e l l o", "x")
matches("a.b", "a.b", "q")
matches("aa", "^(a)\1$")
matches("été", "^\p{L}+$")
matches("a", "(") = null
matches("a", "a", "z") = null
replace("abcd", "(ab)|(a)", "[1=$1][2=$2]") = "[1=ab][2=]cd"
replace("darted", "^(.*?)d(.*)$", "$1c$2") = "carted"
replace("abc", "b", "\$") = "a$c"
replace("abc", "x*", "-") = null
replace("abc", "b", "$") = null
"""


@pytest.mark.parametrize("sentence", [line for line in TRUE_SENTENCES.splitlines() if line])
def test_every_sentence_is_true(sentence):
    assert compile_feel(sentence).evaluate({}, now=NOW) is True


def test_every_function_has_a_sentence():
    silent = [name for name in BUILTINS if f"{name}(" not in TRUE_SENTENCES]
    assert silent == []


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_no_function_takes_what_it_has_no_word_for(name):
    for arguments in ("a named argument: 1", "1, 2, 3, 4, 5, 6, @\"P1D\", [null], {x: 1}"):
        if arguments[0] == "1" and name in ("append", "concatenate", "union", "min", "max", "sum", "mean", "count", "product",
                                            "median", "mode", "stddev", "all", "any"):  # fmt: skip
            continue
        assert compile_feel(f"{name}({arguments})").evaluate({}, now=NOW) is None


CHANGES = [f"{day}T{hour:02}:{minute:02}:00@Europe/Luxembourg" for day in ("2026-03-28", "2026-03-29", "2026-03-30", "2026-10-24",
           "2026-10-25", "2026-10-26") for hour in range(24) for minute in (0, 30)]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CHANGES), st.integers(-60 * 60, 60 * 60), st.integers(-60 * 60, 60 * 60))
def test_time_that_passes_is_counted_across_changes_of_summer_time(start, minutes, more):
    """(x + d) - x = d, and in two steps as in one: also from and to the hour that comes twice and the one that does not come."""
    steps, whole = f'@"{start}" + duration("{_minutes(minutes)}")', f'@"{start}" + duration("{_minutes(minutes + more)}")'
    assert compile_feel(f'({steps}) - @"{start}" = duration("{_minutes(minutes)}")').evaluate({}) is True
    assert compile_feel(f'is({steps} + duration("{_minutes(more)}"), {whole})').evaluate({}) is True
    assert compile_feel(f"date and time(string({steps})) = {steps}").evaluate({}) is True


def _minutes(minutes):
    return f"{'-' if minutes < 0 else ''}PT{abs(minutes)}M"


# -- regular expressions ----------------------------------------------------------------------------------------------

PATTERN = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", "^", "$", ""]),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})")
        | inner.map(lambda one: f"({one})")
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "*?", "+?", "{1,2}", "{2}"])).map(lambda two: f"(?:{two[0]}){two[1]}")
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(PATTERN, st.text("ab1", max_size=6))
def test_patterns_find_what_python_finds_where_both_know_the_construct(pattern, text):
    compiled = compile_pattern(pattern, "")
    assert compiled is not None
    found, theirs = compiled.search(Run(), text), re.search(pattern, text)
    assert (found is None) == (theirs is None)
    if found is not None and theirs is not None and (found.start, found.end) != theirs.span():
        # A turn of a loop that takes no sign ends the loop in Python; here, as XPath has it, another turn that takes one is tried.
        assert found.start == theirs.start()
        assert found.end > theirs.end()
        assert re.search(r"[*+}]", pattern)
        assert re.compile(pattern).fullmatch(text, found.start, found.end)


@pytest.mark.parametrize("pattern", ["(?:(?:^|.))*", "(?:|.)*", "(?:|.)+", "(?:^|1)*"])
def test_a_loop_goes_on_after_a_turn_that_takes_nothing(pattern):
    """`*` matches the longest text it can (XQuery and XPath Functions 3.1, 5.6.1); Python stops at the empty turn."""
    compiled = compile_pattern(pattern, "")
    assert compiled is not None
    found = compiled.search(Run(), "11")
    assert found is not None
    assert (found.start, found.end) == (0, 2)
    assert compile_feel(f'matches("11", "^{pattern}$")').evaluate({}) is True


def test_categories_are_those_of_unicode():
    for sign in "aÀ1_ €-\u0301\u4e00":
        assert compile_feel(r'matches(s, "^\p{' + unicodedata.category(sign) + '}$")', names={"s": None}).evaluate({"s": sign}) is True


@settings(max_examples=60, deadline=None)
@given(st.decimals(-(10**6), 10**6, places=4), st.integers(-3, 4))
def test_rounding_stays_within_one_unit(number, scale):
    unit = Decimal(1).scaleb(-scale)
    for name in ("round up", "round down", "round half up", "round half down", "decimal", "floor", "ceiling"):
        found = compile_feel(f"{name}(n, s)", names={"n": None, "s": None}).evaluate({"n": number, "s": Decimal(scale)})
        assert isinstance(found, Decimal)
        assert abs(found - number) < unit
        assert found % unit == 0
