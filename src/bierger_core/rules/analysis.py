# SPDX-License-Identifier: EUPL-1.2
"""Proof of tables: gaps, overlaps, rules that never fire, each with an example; by classes of inputs, not by sampling.

1. Every column is cut into classes at the constants its cells name: within a class all cells answer alike, so one
   witness stands for it. Allowed values bound the column.
2. A class carries the set of rules that it satisfies, as bits of an integer; classes with equal bits are one.
3. A gap is a choice of one class per column whose bits have no rule in common. The search goes column by column and
   remembers the sets it has already found covered.
4. Two rules overlap when every column has a class that satisfies both.

A cell that reads another name cannot be cut: for gaps it counts as never satisfied, for overlaps as always, so that
what is reported may be too much and is never too little. Null is a class only where a cell of the column names it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from bierger_core.rules import syntax
from bierger_core.rules.data import Value, decimal_context, number_text, type_word
from bierger_core.rules.evaluate import Evaluation
from bierger_core.rules.expression import UnaryTests
from bierger_core.rules.names import walk
from bierger_core.rules.tables import Column, DecisionTable, Hit
from bierger_core.values.findings import Finding

MAX_SEARCH = 200_000  # sets of rules looked at in one search; beyond, the table is refused as too large to prove
MAX_REPORTED = 5  # examples of one kind per table: mending the first often mends the others


@dataclass(frozen=True, slots=True)
class InputClass:
    """Inputs that every cell of a column treats alike: an example, and the rules satisfied (surely, possibly)."""

    witness: Value
    surely: int
    possibly: int


class TooLarge(Exception):
    """The search met more than MAX_SEARCH sets."""


def prove_table(table: DecisionTable, decision: str) -> list[Finding]:
    """Give the findings of one table."""
    findings: list[Finding] = []
    findings += _opaque(table)
    columns: list[list[InputClass]] = []
    for index, column in enumerate(table.columns):
        classes = column_classes(table, index)
        if not classes:
            message = f"column {column.expression.text}: the cells cannot be cut into classes."
            mend = "Use constants of one type in all cells of the column."
            return [*findings, Finding("table-not-analysable", table.path, column.line, message, mend)]
        columns.append(classes)
    try:
        never = _never_fire(table, columns)
        findings += [_never(table, index) for index in never]
        if not table.has_default:
            findings += _gaps(table, decision, columns)
    except TooLarge:
        message = f"decision {decision}: the table is too large to prove."
        findings.append(Finding("table-too-large", table.path, table.line, message, "Split it into several decisions."))
    if table.hit is Hit.UNIQUE:
        findings += _overlaps(table, columns)
    return findings


# -- classes ---------------------------------------------------------------------------------------------------------


def column_classes(table: DecisionTable, index: int) -> list[InputClass]:
    """Cut one column; [] when its constants are of several types."""
    column = table.columns[index]
    cells = [rule.cells[index] for rule in table.rules]
    witnesses = _witnesses(column, cells)
    rules_by_text: dict[str, tuple[UnaryTests, int]] = {}
    for position, cell in enumerate(cells):
        _, bits = rules_by_text.get(cell.text, (cell, 0))
        rules_by_text[cell.text] = (cell, bits | 1 << position)
    classes: dict[tuple[int, int], InputClass] = {}
    for witness in witnesses:
        surely = possibly = 0
        for cell, bits in rules_by_text.values():
            if cell.names():
                possibly |= bits
            elif cell.matches(witness) is True:
                surely, possibly = surely | bits, possibly | bits
        classes.setdefault((surely, possibly), InputClass(witness, surely, possibly))
    return list(classes.values())


def _witnesses(column: Column, cells: list[UnaryTests]) -> list[Value]:
    allowed = column.type.allowed
    sources = [cell for cell in cells if not cell.names()] + ([allowed] if allowed else [])
    constants = {(type_word(value), value) for source in sources for value in _constants(source)}
    words = {word for word, _ in constants} - {"null"}
    if column.type.base not in ("any", "context"):
        words = {column.type.base}
    if len(words) > 1:
        return []
    base = words.pop() if words else "any"
    found = _between(base, [value for word, value in constants if word == base], ordered=_is_ordered(sources))
    if allowed is not None:
        found = [value for value in found if allowed.matches(value) is True]
    return [*found, None] if ("null", None) in constants else found


def _constants(tests: UnaryTests) -> list[Value]:
    found: list[Value] = []
    for test in tests.tests:
        for node in walk(test):
            if isinstance(node, (syntax.CompareTest, syntax.EqualTest)):
                found.append(Evaluation({}).value(node.operand))
            elif isinstance(node, syntax.RangeTest):
                found += [Evaluation({}).value(node.low), Evaluation({}).value(node.high)]
    return found


def _is_ordered(sources: list[UnaryTests]) -> bool:
    nodes = [node for source in sources for test in source.tests for node in walk(test)]
    return any(
        isinstance(node, syntax.RangeTest) or (isinstance(node, syntax.CompareTest) and node.operator not in ("=", "!="))
        for node in nodes
    )


def _between(base: str, present: list[Value], *, ordered: bool) -> list[Value]:
    """Give one example for each constant and for each open interval beside and between them."""
    if base == "boolean":
        return [True, False]
    if base == "number":
        return _number_witnesses(sorted(value for value in present if isinstance(value, Decimal)))
    if base == "date":
        return _date_witnesses([value for value in present if isinstance(value, date)])
    texts = sorted(value for value in present if isinstance(value, str))
    if ordered:  # the text after t, before any longer one that a person would write
        return list(dict.fromkeys(["", *(piece for text in texts for piece in (text, text + "\x01"))]))
    other = "other"
    while other in texts:
        other += "_"
    return [*texts, other]


def _number_witnesses(present: list[Decimal]) -> list[Value]:
    if not present:
        return [Decimal(0)]
    exact = decimal_context()
    below, above = exact.subtract(present[0], Decimal(1)), exact.add(present[-1], Decimal(1))
    found: list[Decimal] = [below if below < present[0] else exact.next_minus(present[0])]
    for low, high in pairwise(present):
        found += [low, exact.divide(exact.add(low, high), Decimal(2))]
    found += [present[-1], above if above > present[-1] else exact.next_plus(present[-1])]
    return [number for number in found if number.is_finite()]


def _date_witnesses(present: list[date]) -> list[Value]:
    """Dates are whole days: the days beside each constant stand for all that lie further away."""
    if not present:
        return [date(2000, 1, 1)]
    days = {day for known in present for day in (known.toordinal() + step for step in (-1, 0, 1))}
    return [date.fromordinal(day) for day in sorted(days) if 1 <= day <= date.max.toordinal()]


# -- searches --------------------------------------------------------------------------------------------------------


def uncovered(columns: list[list[InputClass]], rules: int) -> tuple[Value, ...] | None:
    """Find a choice of classes that none of the `rules` (bits) surely covers, or None; raises TooLarge."""
    tails = [rules] * (len(columns) + 1)  # tails[i]: rules that cover every class of every column from i on
    for index in range(len(columns) - 1, -1, -1):
        tails[index] = tails[index + 1]
        for one in columns[index]:
            tails[index] &= one.surely
    covered: set[tuple[int, int]] = set()

    def search(index: int, open_rules: int) -> tuple[Value, ...] | None:
        if not open_rules:
            return tuple(classes[0].witness for classes in columns[index:])
        if open_rules & tails[index] or (index, open_rules) in covered:
            return None
        if len(covered) > MAX_SEARCH:
            raise TooLarge
        for one in columns[index]:
            rest = search(index + 1, open_rules & one.surely)
            if rest is not None:
                return (one.witness, *rest)
        covered.add((index, open_rules))
        return None

    return search(0, rules)


def _gaps(table: DecisionTable, decision: str, columns: list[list[InputClass]]) -> list[Finding]:
    """Report a first gap, then one more for each class of the first column, so that an author sees where they lie."""
    everything = (1 << len(table.rules)) - 1
    found: list[tuple[Value, ...]] = []
    for one in columns[0]:
        witness = uncovered([[one], *columns[1:]], everything)
        if witness is not None and len(found) < MAX_REPORTED:
            found.append(witness)
    return [
        Finding(
            "table-gap",
            table.path,
            table.line,
            f"decision {decision}: no rule matches {_example(table, witness)}.",
            "Add a rule for it, or a default output.",
        )
        for witness in found
    ]


def _overlaps(table: DecisionTable, columns: list[list[InputClass]]) -> list[Finding]:
    findings: list[Finding] = []
    for second in range(len(table.rules)):
        for first in range(second):
            both = (1 << first) | (1 << second)
            chosen = [next((one for one in classes if one.possibly & both == both), None) for classes in columns]
            example = tuple(one.witness for one in chosen if one is not None)
            if len(example) == len(columns):
                message = f"rules {first + 1} and {second + 1} both match {_example(table, example)}."
                mend = "Make them exclude each other, or use the hit policy FIRST."
                findings.append(Finding("table-overlap", table.path, table.rules[second].line, message, mend))
                if len(findings) == MAX_REPORTED:
                    return findings
    return findings


def _never_fire(table: DecisionTable, columns: list[list[InputClass]]) -> list[int]:
    never: list[int] = []
    for index in range(len(table.rules)):
        own = [[one for one in classes if one.possibly >> index & 1] for classes in columns]
        before = (1 << index) - 1 if table.hit is Hit.FIRST else 0
        if not all(own) or (before and uncovered(own, before) is None):
            never.append(index)
    return never


# -- words -----------------------------------------------------------------------------------------------------------


def _never(table: DecisionTable, index: int) -> Finding:
    message = f"rule {index + 1} never fires: its cells allow nothing, or earlier rules take everything."
    return Finding("rule-never-fires", table.path, table.rules[index].line, message, "Remove it or move it up.")


def _opaque(table: DecisionTable) -> list[Finding]:
    findings: list[Finding] = []
    for rule in table.rules:
        for cell in rule.cells:
            if cell.names():
                names = ", ".join(sorted(cell.names()))
                message = f"the cell {cell.text} reads {names}: gaps and overlaps are judged without knowing it."
                mend = "Compute in the input expression and keep constants in cells."
                findings.append(Finding("table-cell-opaque", table.path, rule.line, message, mend, "warning"))
    return findings


def _example(table: DecisionTable, witness: tuple[Value, ...]) -> str:
    pairs = zip(table.columns, witness, strict=True)
    return ", ".join(f"{column.expression.text} = {feel_text(value)}" for column, value in pairs)


def feel_text(value: Value) -> str:
    """Write a scalar as FEEL, for messages."""
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value).lower() if isinstance(value, bool) else "null"
