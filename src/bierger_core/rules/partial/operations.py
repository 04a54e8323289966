# SPDX-License-Identifier: EUPL-1.2
"""The operations of FEEL over diagrams: each does to every pair of terms what evaluate.py does to two values.

An error travels as a Failure: the first in reading order wins, because there the evaluation would have ended.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from bierger_core.rules import evaluate
from bierger_core.rules.data import Value, part_of
from bierger_core.rules.errors import EvaluationError
from bierger_core.rules.evaluate import Evaluation
from bierger_core.rules.partial.comparisons import ONE, SIGNS, Comparisons, number_of, quotient
from bierger_core.rules.partial.decimals import is_decimal
from bierger_core.rules.partial.diagram import LAST, Diagram, Node, Operation
from bierger_core.rules.partial.lines import FALSE, NUMBER, TRUE
from bierger_core.rules.partial.sums import MAX_DEGREE
from bierger_core.rules.partial.terms import (
    Constant,
    Failure,
    Items,
    Number,
    Pending,
    Plain,
    Record,
    Term,
    constant,
    variables_of,
    word_of,
)
from bierger_core.rules.truth import all_of, any_of

At = Callable[[Sequence[Term]], Node]
ZERO = ((Fraction(0), False), (Fraction(0), True))
ARITHMETIC = ("+", "-", "*", "/", "**")


class Operations:
    """The operations in one diagram; each is made once, so that its results are remembered."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.comparisons = Comparisons(diagram)
        self.null, self.true, self.false = (self.constant(value) for value in (None, True, False))
        self.known: dict[object, Operation] = {}

    def constant(self, value: Value) -> Node:
        return self.diagram.end(constant(value))

    def lifted(self, name: object, at: At, *operands: Node) -> Node:
        """Apply at every point; a Failure among the operands is the result."""
        operation = self.known.get(name)
        if operation is None:

            def guarded(terms: Sequence[Term]) -> Node:
                failure = next((term for term in terms if isinstance(term, Failure)), None)
                return at(terms) if failure is None else self.diagram.end(failure)

            operation = self.known[name] = Operation(str(name), guarded)
        return self.diagram.apply(operation, operands)

    def wait(self, operation: str, *operands: Term) -> Node:
        return self.diagram.end(Pending(operation, operands))

    def again(self, operation: str, operands: Sequence[Node]) -> Node:
        """Do an operation that waited, now that more is known of its operands."""
        first, second = operands
        if operation in SIGNS:
            return self.ordered(operation, first, second)
        if operation in ARITHMETIC:
            return self.arithmetic(operation, first, second)
        if operation == "in":
            return self.equal_test(first, second)
        assert isinstance(second.term, Constant)
        return self.part(first, str(second.term.value))

    # -- truth -------------------------------------------------------------------------------------------------

    def truth(self, node: Node) -> Node:
        """Count what is no boolean as null."""
        return self.lifted("truth", lambda terms: self._truth(terms[0]), node)

    def _truth(self, term: Term) -> Node:
        if isinstance(term, Pending) and not word_of(term):
            variable = self.diagram.compute("pending", term, variables_of(term))
            cuts = ((FALSE,), (TRUE,), (NUMBER,))
            return self.diagram.join(variable.order, cuts, (self.null, self.false, self.true, self.null))
        return self.constant(_boolean(term))

    def both(self, left: Node, right: Node) -> Node:
        """Conjunction of two truths."""
        return self.lifted("and", lambda terms: self.constant(all_of([_boolean(term) for term in terms])), left, right)

    def either(self, left: Node, right: Node) -> Node:
        """Disjunction of two truths."""
        return self.lifted("or", lambda terms: self.constant(any_of([_boolean(term) for term in terms])), left, right)

    def negation(self, node: Node) -> Node:
        """Turn a truth round."""
        return self.lifted("not", lambda terms: self.constant(evaluate.negation(_boolean(terms[0]))), node)

    def choose(self, condition: Node, then: Node, otherwise: Node) -> Node:
        """Give `then` where the condition is true; what is not chosen is not evaluated, so its failures do not count."""
        operation = self.known.get("if")
        if operation is None:
            operation = self.known["if"] = Operation("if", lambda terms: self.diagram.end(terms[0]), self._chosen)
        return self.diagram.apply(operation, (condition, then, otherwise))

    def _chosen(self, operands: Sequence[Node]) -> Node | None:
        condition, then, otherwise = operands
        if condition.order != LAST:
            return then if then is otherwise and not condition.fails else None
        if isinstance(condition.term, Failure):
            return condition
        return then if condition is self.true else otherwise

    def after(self, first: Node, result: Node) -> Node:
        """Give the result where `first` does not fail."""
        return self.lifted("after", lambda terms: self.diagram.end(terms[1]), first, result) if first.fails else result

    # -- comparison --------------------------------------------------------------------------------------------

    def ordered(self, operator: str, left: Node, right: Node) -> Node:
        """Compare by = != < <= > >=."""
        return self.lifted(operator, lambda terms: self._ordered(operator, *terms), left, right)

    def _ordered(self, operator: str, left: Term, right: Term) -> Node:
        if isinstance(left, Constant) and isinstance(right, Constant):
            return self.constant(evaluate.ordered(operator, left.value, right.value))
        words = word_of(left), word_of(right)
        if "" in words:
            return self.wait(operator, left, right)
        if operator in ("=", "!=") and "null" in words:
            return self.constant(operator == "!=")
        if words[0] != words[1]:
            return self.null
        three = tuple(self.constant(truth) for truth in SIGNS[operator])
        if isinstance(left, Pending) or isinstance(right, Pending):
            return self.wait(operator, left, right)
        if words[0] == "number":
            a, b = number_of(left), number_of(right)
            if a != b and a.rounded and b.rounded and 2 in (a.rounded, b.rounded):
                return self.wait(operator, left, right)
            return self.comparisons.numbers(a, b, (three[0], three[1], three[2]))
        if isinstance(left, Plain) and left == right and operator in ("=", "!="):
            return three[1]
        if words[0] in ("list", "context"):
            return self.wait(operator, left, right) if operator in ("=", "!=") else self.null
        return self.comparisons.plain(left, right, (three[0], three[1], three[2]))

    def equal_test(self, value: Node, operand: Node) -> Node:
        """The test of a cell that is a value: equal to it, or in it when it is a list."""
        return self.lifted("in", lambda terms: self._equal_test(*terms), value, operand)

    def _equal_test(self, value: Term, operand: Term) -> Node:
        words = word_of(value), word_of(operand)
        if words[1] not in ("list", "") or words == ("list", "list"):
            return self._ordered("=", value, operand)
        if "" in words or not isinstance(operand, (Constant, Items)):
            return self.wait("in", value, operand)
        values = operand.value if isinstance(operand, Constant) and isinstance(operand.value, tuple) else ()
        result = self.false
        for item in operand.parts if isinstance(operand, Items) else [constant(one) for one in values]:
            result = self.either(result, self.truth(self._ordered("=", value, item)))
        return result

    # -- arithmetic --------------------------------------------------------------------------------------------

    def negate(self, node: Node) -> Node:
        return self.lifted("negate", lambda terms: self._negate(terms[0]), node)

    def _negate(self, term: Term) -> Node:
        if isinstance(term, Pending) and word_of(term) != "string":
            return self.wait("*", term, constant(Decimal(-1)))
        if word_of(term) != "number":
            return self.null
        number = number_of(term)
        return self.diagram.end(quotient(number.above * Fraction(-1), number.below, number.rounded))

    def arithmetic(self, operator: str, left: Node, right: Node) -> Node:
        return self.lifted(operator, lambda terms: self._arithmetic(operator, *terms), left, right)

    def _arithmetic(self, operator: str, left: Term, right: Term) -> Node:
        if isinstance(left, Constant) and isinstance(right, Constant):
            try:
                return self.constant(Evaluation({}).arithmetic(operator, left.value, right.value))
            except EvaluationError as error:
                return self.diagram.end(Failure(error.code))
        words = word_of(left), word_of(right)
        if "" in words or (operator == "+" and words == ("string", "string")):
            possible = set(words) <= {"", "number"} or (operator == "+" and set(words) <= {"", "string"})
            return self.wait(operator, left, right) if possible else self.null
        if words != ("number", "number"):
            return self.null
        if isinstance(left, Pending) or isinstance(right, Pending):
            return self.wait(operator, left, right)
        return self._calculate(operator, left, right)

    def _calculate(self, operator: str, left: Term, right: Term) -> Node:
        a, b = number_of(left), number_of(right)
        if _may_miss(operator, a, b):
            return self.wait(operator, left, right)
        rounded = max(a.rounded, b.rounded)
        if operator in ("+", "-"):
            other = b.above if operator == "+" else b.above * Fraction(-1)
            total = a.above * b.below + other * a.below
            return self.diagram.end(quotient(total, a.below * b.below, 2 * min(rounded, 1)))
        if operator == "*":
            return self.diagram.end(quotient(a.above * b.above, a.below * b.below, rounded))
        if operator == "/":
            if b.above.constant == 0:
                return self.null
            divided = self.diagram.end(quotient(a.above * b.below, a.below * b.above, rounded))
            return self.comparisons.cut_sum(b.above, ZERO, (divided, self.null, divided))
        return self._power(left, right)

    def _power(self, left: Term, right: Term) -> Node:
        """Raise to a small whole number, by multiplying."""
        base, exponent = number_of(left), number_of(right).above.constant
        if exponent is None or exponent.denominator != 1 or not 0 <= exponent <= MAX_DEGREE:
            return self.wait("**", left, right)
        above, below = ONE, ONE
        for _ in range(int(exponent)):
            above, below = above * base.above, below * base.below
        result = self.diagram.end(quotient(above, below, base.rounded))
        if exponent == 0:  # 0 ** 0 has no meaning
            return self.comparisons.cut_sum(base.above, ZERO, (result, self.null, result))
        return result

    # -- contexts ----------------------------------------------------------------------------------------------

    def part(self, node: Node, name: str) -> Node:
        """Follow one step of a path."""
        return self.lifted(("part", name), lambda terms: self._part(terms[0], name), node)

    def _part(self, term: Term, name: str) -> Node:
        if isinstance(term, Constant):
            return self.constant(part_of(term.value, name))
        if isinstance(term, Record):
            return self.diagram.end(dict(term.parts).get(name, constant(None)))
        if isinstance(term, Items):
            return self.items([self._part(part, name) for part in term.parts])
        if isinstance(term, Number) or word_of(term) not in ("context", "list", ""):
            return self.null
        return self.wait("part", term, constant(name))

    def items(self, parts: Sequence[Node]) -> Node:
        """Put the parts of a list together."""
        rest = self.diagram.end(Items(()))
        for part in reversed(parts):
            rest = self.lifted("item", lambda terms: self.diagram.end(put_before(terms[0], terms[1])), part, rest)
        return self.closed(rest)

    def closed(self, rest: Node) -> Node:
        """Make values of lists whose parts are all known."""
        return self.lifted("list", lambda terms: self.diagram.end(_whole_list(terms[0])), rest)

    def record(self, parts: Sequence[tuple[str, Node]]) -> Node:
        """Put named values together."""
        result = self.diagram.end(Record(()))
        for name, node in parts:

            def put(terms: Sequence[Term], name: str = name) -> Node:
                assert isinstance(terms[0], Record)
                return self.diagram.end(Record((*terms[0].parts, (name, terms[1]))))

            result = self.lifted(("record", name), put, result, node)
        return self.lifted("whole", lambda terms: self.diagram.end(_whole(terms[0])), result)


def _may_miss(operator: str, a: Number, b: Number) -> bool:
    """Tell whether a result could miss, by rounding, a boundary that the same on fractions meets.

    One rounded number in a sum does not: where the sum meets a decimal number, the quotient is one and was not
    rounded. Nor does a factor of 2 and 5.
    """
    if not a.rounded and not b.rounded:
        return False
    if operator in ("+", "-"):
        return bool(a.rounded and b.rounded)
    factor = b.above.constant if not b.rounded else a.above.constant if operator == "*" else None
    if factor is None or operator == "**":
        return operator != "**" or factor not in (0, 1)
    return factor != 0 and not (is_decimal(factor) and is_decimal(1 / factor))


def _boolean(term: Term) -> bool | None:
    return term.value if isinstance(term, Constant) and isinstance(term.value, bool) else None


def put_before(first: Term, rest: Term) -> Items:
    """Make a list longer; what is none yet has no parts."""
    return Items((first, *(rest.parts if isinstance(rest, Items) else ())))


def _whole_list(term: Term) -> Term:
    """Make a value of a list whose parts are all known."""
    if not isinstance(term, Items):
        return term
    values: list[Value] = []
    for part in term.parts:
        if not isinstance(part, Constant):
            return term
        values.append(part.value)
    return constant(tuple(values))


def _whole(term: Term) -> Term:
    """Make a context of a record whose parts are all known."""
    assert isinstance(term, Record)
    values: dict[str, Value] = {}
    for name, part in term.parts:
        if not isinstance(part, Constant):
            return Record(tuple(sorted(term.parts)))
        values[name] = part.value
    return constant(values)
