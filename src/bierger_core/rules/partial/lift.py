# SPDX-License-Identifier: EUPL-1.2
"""The syntax tree over diagrams: one method for each case of evaluate.py and tables.py, in the same order.

`scope` gives the diagram of each input and each required decision that an expression may read.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bierger_core.rules import syntax
from bierger_core.rules.errors import EvaluationError
from bierger_core.rules.partial.collect import NOTHING_YET, Gathering
from bierger_core.rules.partial.diagram import Diagram, Node, Operation
from bierger_core.rules.partial.errors import TooLarge
from bierger_core.rules.partial.terms import Constant, Failure, Items, Mark, Plain, Record, Term, constant, word_of
from bierger_core.rules.policies import Aggregation, Hit
from bierger_core.rules.tables import DecisionTable
from bierger_core.rules.types import InputType


class Scope:
    """What names mean in one decision: whole inputs and parts of them (`leaves`), results of required decisions."""

    def __init__(self, inputs: Sequence[str], leaves: Mapping[tuple[str, ...], Node], decisions: Mapping[str, Node]) -> None:
        self.inputs, self.leaves, self.decisions = frozenset(inputs), leaves, decisions


def split_name(parts: tuple[str, ...], known: frozenset[str]) -> tuple[str, tuple[str, ...]] | None:
    """Find the known name a path begins with, the shortest first, and what remains of the path."""
    for length in range(1, len(parts) + 1):
        name = ".".join(parts[:length])
        if name in known:
            return name, parts[length:]
    return None


class Lift(Gathering):
    """Builds the diagrams of expressions, cells and tables."""

    def __init__(self, diagram: Diagram) -> None:
        super().__init__(diagram)
        self.types: list[InputType] = []  # keeps alive the types whose identity names an operation

    def value(self, node: syntax.Node, scope: Scope) -> Node:
        """Give the diagram of an expression."""
        match node:
            case syntax.Literal():
                return self.constant(node.value)
            case syntax.Name():
                return self.name(node.parts, scope)
            case syntax.Negate():
                return self.negate(self.value(node.operand, scope))
            case syntax.Arithmetic():
                result = self.value(node.first, scope)
                for operator, operand in node.rest:
                    result = self.arithmetic(operator, result, self.value(operand, scope))
                return result
            case syntax.Compare():
                return self.ordered(node.operator, self.value(node.left, scope), self.value(node.right, scope))
            case syntax.If():
                condition = self.truth(self.value(node.condition, scope))
                return self.choose(condition, self.value(node.then, scope), self.value(node.otherwise, scope))
            case syntax.In():
                return self.any_test(node.tests, self.value(node.value, scope), scope)
            case _:
                return self.logic(node, scope)

    def logic(self, node: syntax.And | syntax.Or | syntax.Not, scope: Scope) -> Node:
        """And, or, not: every operand is evaluated."""
        if isinstance(node, syntax.Not):
            return self.negation(self.truth(self.value(node.operand, scope)))
        operands = [self.truth(self.value(operand, scope)) for operand in node.operands]
        result = operands[0]
        for operand in operands[1:]:
            result = self.both(result, operand) if isinstance(node, syntax.And) else self.either(result, operand)
        return result

    def name(self, parts: tuple[str, ...], scope: Scope) -> Node:
        found = split_name(parts, scope.inputs | scope.decisions.keys())
        if found is None:
            return self.null
        name, rest = found
        if name in scope.inputs:
            return scope.leaves[name, *rest]
        node = scope.decisions[name]
        for part in rest:
            node = self.part(node, part)
        return node

    # -- cells -------------------------------------------------------------------------------------------------

    def any_test(self, tests: Sequence[syntax.Test], value: Node, scope: Scope) -> Node:
        """Tell whether one of the tests holds."""
        result = self.test(tests[0], value, scope)
        for test in tests[1:]:
            result = self.either(result, self.test(test, value, scope))
        return result

    def test(self, test: syntax.Test, value: Node, scope: Scope) -> Node:
        match test:
            case syntax.AnyTest():
                return self.true
            case syntax.CompareTest():
                return self.truth(self.ordered(test.operator, value, self.value(test.operand, scope)))
            case syntax.RangeTest():
                low = self.ordered(">=" if test.low_closed else ">", value, self.value(test.low, scope))
                high = self.ordered("<=" if test.high_closed else "<", value, self.value(test.high, scope))
                return self.both(self.truth(low), self.truth(high))
            case syntax.EqualTest():
                return self.truth(self.equal_test(value, self.value(test.operand, scope)))
            case syntax.NotTest():
                return self.negation(self.any_test(test.tests, value, scope))

    # -- types -------------------------------------------------------------------------------------------------

    def accept(self, kind: InputType, node: Node) -> Node:
        """Demand a declared type, as InputType.accept does."""
        if kind.base == "any":
            return node
        self.types.append(kind)
        return self.lifted(("accept", id(kind)), lambda terms: self._accept(kind, terms[0]), node)

    def _accept(self, kind: InputType, term: Term) -> Node:
        if isinstance(term, Constant):
            try:
                return self.constant(kind.accept(term.value, name=""))
            except EvaluationError as error:
                return self.diagram.end(Failure(error.code))
        node, word = self.diagram.end(term), word_of(term)
        refused = self.diagram.end(Failure("input-refused"))
        if word and word != kind.base:
            return refused
        if not word or (kind.components and isinstance(term, Plain)):
            raise TooLarge  # nothing can be said before it is known; decide() tries again when it is
        if kind.allowed is not None:
            return self.choose(self.any_test(kind.allowed.tests, node, NOTHING), node, refused)
        if isinstance(term, Items) and kind.item is not None:
            return self.items([self.accept(kind.item, self.diagram.end(part)) for part in term.parts])
        if not isinstance(term, Record) or not kind.components:
            return node
        given = dict(term.parts)
        checked = [
            (name, self.accept(part, self.diagram.end(given.pop(name, constant(None))))) for name, part in kind.components.items()
        ]
        return self.record([*checked, *((name, self.diagram.end(rest)) for name, rest in given.items())])

    # -- tables ------------------------------------------------------------------------------------------------

    def table(self, table: DecisionTable, scope: Scope) -> Node:
        """Give the diagram of a table: which rule counts, then what it gives."""
        if not table.rules:
            return self.diagram.end(Failure("not-in-force"))
        columns = [self.accept(column.type, self.value(column.expression.root, scope)) for column in table.columns]
        matching = self.matching(table, columns, scope)
        outputs = [self.outputs(table, [entry.root for entry in one.outputs], scope) for one in table.rules]
        defaults = [output.default.root if output.default is not None else NO_DEFAULT for output in table.outputs]
        nothing = self.constant(Decimal(0)) if table.aggregation is Aggregation.COUNT else self.null
        default = self.outputs(table, defaults, scope) if table.has_default else nothing
        if table.hit.takes_all:
            result = self.several(table.aggregation, matching, outputs, default)
        else:
            result = self.single(table, matching, outputs, default)
        for column in reversed(columns):
            result = self.after(column, result)
        return result

    def matching(self, table: DecisionTable, columns: Sequence[Node], scope: Scope) -> list[Node]:
        """Tell for each rule where it matches."""
        cells: dict[tuple[int, str], Node] = {}
        found: list[Node] = []
        for rule in table.rules:
            matches = self.true
            for column in reversed(range(len(columns))):
                cell = rule.cells[column]
                if (column, cell.text) not in cells:
                    cells[column, cell.text] = self.any_test(cell.tests, columns[column], scope)
                matches = self.choose(cells[column, cell.text], matches, self.false)
            found.append(matches)
        return found

    def several(self, aggregation: Aggregation, matching: Sequence[Node], outputs: Sequence[Node], default: Node) -> Node:
        """Give what all rules that match make together."""
        rest = self.diagram.end(NOTHING_YET)
        rows = list(zip(matching, outputs, strict=True))
        adds = aggregation is Aggregation.SUM  # in the order of the rules, for it rounds
        for matches, row in rows if adds else reversed(rows):
            rest = self.choose(matches, self.gathered(aggregation, row, rest), rest)
        result = self.all_gathered(rest, default)
        for matches, row in reversed(rows) if adds else ():  # each row is taken before they are added
            result = self.after(self.choose(matches, row, self.null), result)
        for matches in reversed(matching):  # which rules match is known before the first row is taken
            result = self.after(matches, result)
        return result

    def single(self, table: DecisionTable, matching: Sequence[Node], outputs: Sequence[Node], default: Node) -> Node:
        """Give what the one rule gives that counts."""
        rule = self.null  # the rule that counts among those looked at so far, from the last to the first
        for index in reversed(range(len(matching))):
            if table.hit.takes_first:
                rule = self.choose(matching[index], self.diagram.end(Mark(index)), rule)
            else:
                result = table.results[index] if table.hit is Hit.ANY else index
                rule = self.alone(result, matching[index], rule, same=table.hit is Hit.ANY)

        def early(operands: Sequence[Node]) -> Node | None:
            term = operands[0].term
            if isinstance(term, Mark):
                return outputs[term.number]
            return None if term is None else operands[0] if isinstance(term, Failure) else default

        return self.diagram.apply(Operation("outputs", lambda terms: self.diagram.end(terms[0]), early), (rule,))

    def alone(self, index: int, matches: Node, later: Node, *, same: bool) -> Node:
        """Count a rule of a UNIQUE table: two that match together are an error; with `same` two that differ."""
        mark = Mark(index)

        def at(terms: Sequence[Term]) -> Node:
            if terms[0] != TRUE:
                return self.diagram.end(terms[1])
            fits = terms[1] == NULL or (same and terms[1] == mark)
            return self.diagram.end(mark if fits else Failure("rules-overlap"))

        return later if matches is self.false else self.lifted(("alone", index, same), at, matches, later)

    def outputs(self, table: DecisionTable, entries: Sequence[syntax.Node], scope: Scope) -> Node:
        """Give the diagram of one row of outputs: a value, or a context when there are several."""
        nodes = [self.accept(output.type, self.value(entry, scope)) for output, entry in zip(table.outputs, entries, strict=True)]
        if len(nodes) == 1:
            return nodes[0]
        return self.record([(output.name or "value", node) for output, node in zip(table.outputs, nodes, strict=True)])


NOTHING = Scope((), {}, {})
TRUE, NULL = constant(True), constant(None)
NO_DEFAULT = syntax.Literal(syntax.Position("", 0, 0), None)
