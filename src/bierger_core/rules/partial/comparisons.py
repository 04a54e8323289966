# SPDX-License-Identifier: EUPL-1.2
"""Comparisons of terms as diagrams: where a sum crosses a number, which of two days or texts comes first."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, Overflow
from fractions import Fraction

from bierger_core.rules.data import decimal_context
from bierger_core.rules.partial.decimals import is_decimal
from bierger_core.rules.partial.diagram import Diagram, Node
from bierger_core.rules.partial.lines import Cut, after, number_cut, place
from bierger_core.rules.partial.sums import Sum
from bierger_core.rules.partial.terms import Constant, Failure, Number, Plain, Term, constant

ONE = Sum.number(Fraction(1))
SIGNS = {  # what an operator says when left - right is negative, zero, positive
    "<": (True, False, False),
    "<=": (True, True, False),
    ">": (False, False, True),
    ">=": (False, True, True),
    "=": (False, True, False),
    "!=": (True, False, True),
}
Three = tuple[Node, Node, Node]  # for a difference below, at and above 0
NumberCut = tuple[Fraction, bool]  # a number; whether the cut is behind it


def number_of(term: Term) -> Number:
    """Give a number, known or not, as a quotient of sums."""
    if isinstance(term, Number):
        return term
    assert isinstance(term, Constant)
    assert isinstance(term.value, Decimal)
    return Number(Sum.number(Fraction(term.value)), ONE)


def quotient(above: Sum, below: Sum, rounded: int = 0) -> Term:
    """Give the term of a division by what is not 0; `rounded` as in Number, at least."""
    divisor = below.constant
    if divisor is not None:
        above, below = above * (1 / divisor), ONE
    if above.constant is not None and below == ONE:
        try:
            return constant(to_decimal(above.constant))
        except Overflow:
            return Failure("number-overflow")
    exact = below == ONE and all(is_decimal(factor) for _, factor in above.terms)
    return Number(above, below, rounded or (0 if exact else 1))


def to_decimal(number: Fraction) -> Decimal:
    """Round a fraction as FEEL's division does."""
    return decimal_context().divide(Decimal(number.numerator), Decimal(number.denominator))


class Comparisons:
    """Builds the nodes of comparisons in one diagram."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram

    def cut_sum(self, total: Sum, cuts: Sequence[NumberCut], children: Sequence[Node]) -> Node:
        """Lead to children[i] where the sum lies between the cuts i - 1 and i."""
        if total.constant is not None:
            value = total.constant
            return children[sum(number < value or (number == value and not behind) for number, behind in cuts)]
        form, factor, rest = total.primitive()
        moved = [((number - rest) / factor, behind != (factor < 0)) for number, behind in cuts]
        if factor < 0:
            moved, children = moved[::-1], children[::-1]
        if form.single is not None:
            line: list[Cut] = [number_cut(number, behind=behind) for number, behind in moved]
            return self.diagram.join(form.single, line, tuple(children))
        variable = self.diagram.compute("number", form, form.variables)
        places: list[Cut] = [(number, 1) if behind else (number,) for number, behind in moved]
        return self.diagram.join(variable.order, places, tuple(children))

    def numbers(self, left: Number, right: Number, three: Three) -> Node:
        """Compare two numbers: a / b < c is a - c * b < 0 where b is positive, and the other way round."""
        difference = left.above * right.below - right.above * left.below
        zero = [(Fraction(0), False), (Fraction(0), True)]
        straight = self.cut_sum(difference, zero, three)
        turned: Node | None = None
        for below in {left.below, right.below} if left.below != right.below else ():
            if below.constant is None:
                turned = self.cut_sum(difference, zero, three[::-1]) if turned is None else turned
                straight, turned = (
                    self.cut_sum(below, zero, (turned, straight, straight)),
                    self.cut_sum(below, zero, (straight, turned, turned)),
                )
        return straight

    def plain(self, left: Term, right: Term, three: Three) -> Node:
        """Compare two dates, or two texts by code point; at least one is an input."""
        if isinstance(left, Constant):
            left, right, three = right, left, (three[2], three[1], three[0])
        assert isinstance(left, Plain)
        if isinstance(right, Constant):
            assert isinstance(right.value, (date, str))
            cuts = (place(right.value), after(right.value))
            return self.diagram.join(left.variable, cuts, three)
        assert isinstance(right, Plain)
        if left.variable == right.variable:
            return three[1]
        if left.variable > right.variable:
            left, right, three = right, left, (three[2], three[1], three[0])
        form = Sum.variable(left.variable) - Sum.variable(right.variable)
        variable = self.diagram.compute(left.word, form, form.variables)
        zero = Fraction(0)
        return self.diagram.join(variable.order, ((zero,), (zero, 1)), three)


def three_of(node: Node) -> Three:
    """Give the children of a node that compares two dates or texts: first earlier, the same, later."""
    return node.child((Fraction(-1),)), node.child((Fraction(0),)), node.child((Fraction(1),))
