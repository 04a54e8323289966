# SPDX-License-Identifier: EUPL-1.2
"""What contradicts its declared type, found when a file is read: constants in cells, outputs and defaults, and operators.

Such a rule is no slip that a proof of gaps can see: it never fires, gives null, or ends a case with an error. Only what is
surely wrong is refused; a value of no declared type may be anything, and null is of every type.
"""

from collections.abc import Iterator, Mapping, Sequence

from bierger_core.rules import syntax
from bierger_core.rules.analysis import feel_text
from bierger_core.rules.data import type_word
from bierger_core.rules.dmntypes import Refuse
from bierger_core.rules.expression import Expression
from bierger_core.rules.names import walk
from bierger_core.rules.policies import Aggregation
from bierger_core.rules.syntax import Node, Test
from bierger_core.rules.tables import DecisionTable
from bierger_core.rules.types import InputType

ALIKE = ("string", "number", "date", "boolean", "context", "list")  # comparing asks for one type on both sides
TRUTHS = (syntax.Compare, syntax.And, syntax.Or, syntax.Not, syntax.In)


class TypeCheck:
    """Checks the logic of one decision; `types` are those of the names that it may read."""

    def __init__(self, refuse: Refuse, types: Mapping[str, InputType]) -> None:
        self.refuse, self.types = refuse, types
        self.sound: set[tuple[int, str]] = set()  # cells by identity: a large table shares those of the same text

    def decision(self, name: str, kind: InputType, logic: DecisionTable | Expression) -> None:
        """Refuse what contradicts the types in a decision of a declared type."""
        if isinstance(logic, Expression):
            self._given(logic, kind.base, f"decision {name}")
            return
        columns: list[str] = []
        for column in logic.columns:
            base: str = column.type.base
            self._given(column.expression, base, f"column {column.expression.text}")
            columns.append(base if base != "any" else self.kind(column.expression.root))
        for output in logic.outputs:
            if output.default:
                self._given(output.default, output.type.base, f"the default of output {output.name or name}")
        self._result(name, kind.base, logic)
        for rule in logic.rules:
            for base, column, cell in zip(columns, logic.columns, rule.cells, strict=True):
                if (id(cell), base) not in self.sound and self._tests(cell.tests, base, rule.line, column.expression.text):
                    self.sound.add((id(cell), base))
            for output, entry in zip(logic.outputs, rule.outputs, strict=True):
                self._given(entry, output.type.base, f"output {output.name or name} of rule {rule.number}")

    def _result(self, name: str, declared: str, table: DecisionTable) -> None:
        """Refuse a table that makes of its outputs something else than its decision declares."""
        first = table.outputs[0]
        made = first.type.base if len(table.outputs) == 1 else "context"
        if table.aggregation is Aggregation.SUM:
            self._same(first.line, f"output {first.name or name} of COLLECT SUM", made, "number")
        if table.hit.takes_all and table.aggregation in (Aggregation.LIST, Aggregation.COUNT):
            made = "list" if table.aggregation is Aggregation.LIST else "number"
        if table.hit.takes_all:
            self._same(first.line, f"what {table.policy} makes", made, declared)
            given = [self.kind(output.default.root) for output in table.outputs if output.default is not None]
            if given:  # no list of it: where no rule matches the value is the default as it stands
                self._same(first.line, "the default", given[0] if len(table.outputs) == 1 else "context", declared)
        elif len(table.outputs) == 1:
            self._same(first.line, f"output {first.name or name}", made, declared)

    # -- what is said ------------------------------------------------------------------------------------------

    def _given(self, expression: Expression, declared: str, what: str) -> None:
        self._operators(expression.root)
        self._same(expression.at.line, f"{what}, {_short(expression.text)},", self.kind(expression.root), declared)

    def _same(self, line: int, what: str, found: str, declared: str) -> None:
        if "any" not in (found, declared) and found != declared:
            message = f"{what} is of type {found}, and {declared} is declared."
            self.refuse("dmn-type", line, message, f"Give a {declared}, or declare the type {found}.")

    def _tests(self, tests: tuple[Test, ...], base: str, line: int, column: str) -> bool:
        """Refuse the tests of a cell that no value of its column can meet; tell whether there are none."""
        for node in _operands(tests):
            self._operators(node)
            found = self.kind(node)
            if "any" not in (found, base) and found not in (base, "list"):  # one of its values
                message = f"the cell {_short_node(node)} for {column} is of type {found}, and the column of type {base}."
                self.refuse("dmn-type", line, message, f"Write a {base} into the cell, or declare the type {found}.")
                return False
        return True

    def _operators(self, root: Node) -> None:
        """Refuse operators between types that have no meaning together: their value is always null."""
        for node in walk(root):
            found = _operator(node)
            if found is None or (isinstance(node, syntax.In) and self.kind(node.value) == "any"):
                continue  # a value that may be anything may be tested for constants of several types
            sign, operands, meant = found
            kinds = {self.kind(operand) for operand in operands} - {"any"}
            if isinstance(node, syntax.In) and self.kind(node.value) != "list":
                kinds -= {"list"}  # one of the values in it
            if not any(kinds <= {one} for one in meant):
                message = f"{sign} has no meaning for {' and '.join(sorted(kinds))}: its value is always null."
                self.refuse("dmn-type", node.at.line, message, "Mend the operands, or the types that are declared.")

    # -- types -------------------------------------------------------------------------------------------------

    def kind(self, node: Node) -> str:
        """The type of an expression, `any` where it cannot be said or is null."""
        if isinstance(node, syntax.Literal):
            word = type_word(node.value)
            return "any" if word == "null" else word
        if isinstance(node, syntax.Name):
            return self._declared(node.parts)
        if isinstance(node, TRUTHS):
            return "boolean"
        if isinstance(node, syntax.Negate):
            return "number"
        if isinstance(node, syntax.If):
            kinds = {self.kind(node.then), self.kind(node.otherwise)}
            return kinds.pop() if len(kinds) == 1 else "any"
        if all(sign == "+" for sign, _ in node.rest):
            kinds = {self.kind(node.first), *(self.kind(operand) for _, operand in node.rest)} - {"any"}
            return kinds.pop() if len(kinds) == 1 else "any"
        return "number"

    def _declared(self, parts: tuple[str, ...]) -> str:
        for length in range(1, len(parts) + 1):
            found = self.types.get(".".join(parts[:length]))
            if found is not None:
                for part in parts[length:]:
                    found = found.components.get(part)
                    if found is None:
                        return "any"
                return found.base
        return "any"


def _operator(node: Node | Test) -> tuple[str, Sequence[Node], tuple[str, ...]] | None:
    """Give the sign of an operator, its operands, and the types of which all its operands may be."""
    match node:
        case syntax.Arithmetic():
            joins = all(sign == "+" for sign, _ in node.rest)
            return node.rest[0][0], (node.first, *(one for _, one in node.rest)), ("number", "string") if joins else ("number",)
        case syntax.Compare():
            return node.operator, (node.left, node.right), ALIKE
        case syntax.In():
            return "in", (node.value, *_operands(node.tests)), ALIKE
        case syntax.And() | syntax.Or():
            return "and" if isinstance(node, syntax.And) else "or", node.operands, ("boolean",)
        case syntax.Not():
            return "not", (node.operand,), ("boolean",)
        case syntax.If():
            return "if", (node.condition,), ("boolean",)
        case syntax.Negate():
            return "-", (node.operand,), ("number",)
    return None


def _operands(tests: tuple[Test, ...]) -> Iterator[Node]:
    for test in tests:
        if isinstance(test, syntax.NotTest):
            yield from _operands(test.tests)
        elif isinstance(test, syntax.RangeTest):
            yield from (test.low, test.high)
        elif not isinstance(test, syntax.AnyTest):
            yield test.operand


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


def _short_node(node: Node) -> str:
    return _short(feel_text(node.value)) if isinstance(node, syntax.Literal) else "with an expression"
