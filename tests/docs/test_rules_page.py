# SPDX-License-Identifier: EUPL-1.2
"""The examples of docs/reference/rules.md do what the page says, and its limits are those of the code."""

import doctest
import re
from pathlib import Path

from bierger_core.rules.drg.hits import MAX_COLUMNS, MAX_RULES
from bierger_core.rules.feel.lexer import MAX_SOURCE
from bierger_core.rules.feel.limits import MAX_CALLS, MAX_ITEMS, MAX_STEPS, MAX_TEXT
from bierger_core.rules.feel.parser import MAX_NESTING
from bierger_core.rules.feel.patterns import MAX_PATTERN, MAX_WORK
from bierger_core.rules.xmltree import MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "rules.md"


def test_the_example_runs():
    results = doctest.testfile(str(PAGE), module_relative=False)
    assert results.attempted >= 4
    assert results.failed == 0


def test_the_limits_are_those_of_the_code():
    table = PAGE.read_text().partition("## Limits")[2].partition("Together")[0]
    said = {int(number.replace(",", "")) for number in re.findall(r"\b\d[\d,]*\b", table)}
    known = {MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, MAX_SOURCE, MAX_NESTING, MAX_RULES, MAX_COLUMNS, MAX_STEPS, MAX_ITEMS}
    assert said == known | {MAX_TEXT, MAX_CALLS, MAX_PATTERN, MAX_WORK, 10, 6144}
