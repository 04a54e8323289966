# SPDX-License-Identifier: EUPL-1.2
"""Proof of tables: gaps, overlaps, rules that never fire, each with an example; by classes of inputs, not by sampling.

1. Every column is cut into classes at the constants its cells name: within a class all cells answer alike, so one
   witness stands for it (`index.classes`). Allowed values bound the column.
2. A class carries the set of rules that it satisfies, as bits of an integer; classes with equal bits are one.
3. Two rules overlap when every column has a class that satisfies both.
4. A gap is a choice of one class per column whose bits have no rule in common: found by counting, else by a search
   (`index.cover`). A rule of FIRST never fires when the rules before it leave no such choice within its own cells.

A cell that reads another name cannot be cut: for gaps it counts as never satisfied, for overlaps as always, so that
what is reported may be too much and is never too little. Null is a class only where a cell of the column names it.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice

from bierger_core.rules.data import Value, number_text
from bierger_core.rules.index.classes import ColumnClasses, bits, column_classes
from bierger_core.rules.index.cover import Budget, Choice, Cover, TooLarge
from bierger_core.rules.policies import Aggregation, Hit
from bierger_core.rules.tables import DecisionTable
from bierger_core.values.findings import Finding, Level

MAX_REPORTED = 5  # examples of one kind per table: mending the first often mends the others


def prove_table(table: DecisionTable, decision: str, budget: Budget | None = None) -> list[Finding]:
    """Give the findings of one table; the tables of one model share a budget."""
    findings = _opaque(table)
    columns: list[ColumnClasses] = []
    for index, column in enumerate(table.columns):
        classes = column_classes([rule.cells[index] for rule in table.rules], column.type.base, column.type.allowed)
        if classes is None:
            message = f"column {column.expression.text}: the cells cannot be cut into classes."
            mend = "Use constants of one type in all cells of the column."
            return [*findings, Finding("table-not-analysable", table.path, column.line, message, mend)]
        columns.append(classes)
    proof = _Proof(table, decision, columns, Cover(columns, len(table.rules), budget or Budget()))
    overlaps = proof.overlaps() if table.hit in (Hit.UNIQUE, Hit.ANY) else []
    try:
        findings += proof.never()
        if not all(output.default for output in table.outputs) and table.aggregation is not Aggregation.COUNT:
            findings += proof.gaps()
    except TooLarge:
        message = f"decision {decision}: the table is too large to prove."
        findings.append(Finding("table-too-large", table.path, table.line, message, "Split it into several decisions."))
    return findings + overlaps


@dataclass(frozen=True, slots=True)
class _Proof:
    table: DecisionTable
    decision: str
    columns: Sequence[ColumnClasses]
    cover: Cover

    def overlaps(self) -> list[Finding]:
        """Report pairs of rules that some input satisfies both."""
        findings: list[Finding] = []
        same: dict[int, int] = {}  # the rules so far by what they give, where those of one result may match together
        for second in range(len(self.table.rules)):
            met = self._met_by(second)
            if self.table.hit is Hit.ANY:
                result = self.table.results[second]
                met &= ~same.get(result, 0)
                same[result] = same.get(result, 0) | 1 << second
            for first in bits(met):
                shared = [column.cell(first).classes & column.cell(second).classes for column in self.columns]
                example = self._example({number: _lowest(classes) for number, classes in enumerate(shared)})
                numbers = self.table.rules[first].number, self.table.rules[second].number
                message = f"rules {numbers[0]} and {numbers[1]} both match {example}."
                mend = "Make them exclude each other, or use the hit policy FIRST."
                if self.table.hit is Hit.ANY:
                    mend = "Give both the same outputs, make them exclude each other, or use the hit policy FIRST."
                line = self.table.rules[second].line
                pair = (("first", str(numbers[0])), ("second", str(numbers[1])))
                data = (("decision", self.decision), *pair, ("example", example))
                findings.append(Finding("table-overlap", self.table.path, line, message, mend, data=data))
                if len(findings) == MAX_REPORTED:
                    return findings
        return findings

    def _met_by(self, rule: int) -> int:
        """Give the earlier rules that share an input with a rule, as bits."""
        cells = [column.cell(rule) for column in self.columns]
        earlier = (1 << rule) - 1
        for cell in cells:
            earlier &= cell.meeting
        return earlier if all(cell.classes for cell in cells) else 0

    def never(self) -> list[Finding]:
        """Report rules that no input reaches."""
        findings: list[Finding] = []
        for index in range(len(self.table.rules)):
            nothing = [number for number, column in enumerate(self.columns) if not column.cell(index).classes]
            if nothing:
                text = self.table.columns[nothing[0]].expression.text
                findings.append(self._never(index, f"its cell for {text} allows nothing"))
            elif self.table.hit.takes_first and index:
                before = (1 << index) - 1
                if self.cover.unmatched_within(index, before) is None:
                    findings.append(self._never(index, self._taken(index)))
        return findings

    def _never(self, index: int, why: str) -> Finding:
        message = f"rule {self.table.rules[index].number} never fires: {why}."
        rule = self.table.rules[index]
        data = (("decision", self.decision), ("rule", str(rule.number)))
        ordered = self.table.hit is Hit.PRIORITY
        mend = "Remove it, or list its output before the others in outputValues." if ordered else "Remove it or move it up."
        return Finding("rule-never-fires", self.table.path, rule.line, message, mend, data=data)

    def _taken(self, index: int) -> str:
        """Say which rule takes an input that a rule would match."""
        chosen = {number: _lowest(column.cell(index).classes) for number, column in enumerate(self.columns)}
        taking = -1
        for number, column in enumerate(self.columns):
            taking &= column.classes[chosen[number]].surely
        number = self.table.rules[_lowest(taking)].number
        before = "rules of higher priority" if self.table.hit is Hit.PRIORITY else "earlier rules"
        return f"{before} take everything, as rule {number} takes {self._example(chosen)}"

    def gaps(self) -> list[Finding]:
        """Report a gap for each class of the first column that has one, so that an author sees where they lie."""
        volumes = self.cover.volumes()
        if sum(volumes) < self.cover.total():
            options = range(len(self.columns[0].classes))
            gaps = (self.cover.follow(volumes, {0: option}) for option in options)
            found = list(islice((gap for gap in gaps if gap is not None), MAX_REPORTED))
        else:
            found = [] if self._are_apart() else self._searched()
        mend = "Add a rule for it, or a default output."
        return [self._gap(self._example(gap), mend) for gap in found]

    def _gap(self, example: str, mend: str) -> Finding:
        message = f"decision {self.decision}: no rule matches {example}."
        data = (("decision", self.decision), ("example", example))
        level: Level = "warning" if self.table.hit.takes_all else "error"  # collecting nothing may be meant: it gives null
        return Finding("table-gap", self.table.path, self.table.line, message, mend, level, data)

    def _are_apart(self) -> bool:
        """Tell whether no two rules overlap: as many inputs are matched, then, as the rules match each for itself."""
        return all(self._met_by(rule) == 0 for rule in range(len(self.table.rules)))

    def _searched(self) -> list[Choice]:
        rules = (1 << len(self.table.rules)) - 1
        first = self.cover.uncovered(rules, {})
        if first is None:
            return []
        found: list[Choice] = []
        gaps = (self.cover.uncovered(rules, {0: option}) for option in range(len(self.columns[0].classes)))
        with suppress(TooLarge):  # one gap is known: further examples are worth no more than the work that is left
            found.extend(islice((gap for gap in gaps if gap is not None), MAX_REPORTED))
        return found or [first]

    def _example(self, chosen: Choice) -> str:
        values = [column.classes[chosen[number]].witness for number, column in enumerate(self.columns)]
        pairs = zip(self.table.columns, values, strict=True)
        return ", ".join(f"{column.expression.text} = {feel_text(value)}" for column, value in pairs)


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


# -- words -----------------------------------------------------------------------------------------------------------


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


def feel_text(value: Value) -> str:
    """Write a scalar as FEEL, for messages."""
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value).lower() if isinstance(value, bool) else "null"
