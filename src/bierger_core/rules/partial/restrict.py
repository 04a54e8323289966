# SPDX-License-Identifier: EUPL-1.2
"""What remains of a diagram when some inputs become known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from bierger_core.rules.data import Value
from bierger_core.rules.partial.comparisons import quotient, three_of
from bierger_core.rules.partial.diagram import Node, Operation
from bierger_core.rules.partial.lift import Lift
from bierger_core.rules.partial.lines import Cut, place
from bierger_core.rules.partial.terms import Constant, Failure, Items, Number, Pending, Plain, Record, Term, constant

PlainKey = tuple[int, tuple[Cut, ...], tuple[Node, ...]]


def restrict(root: Node, places: Mapping[int, Cut], first: Mapping[PlainKey, Node]) -> Node:
    """Follow the known inputs in a plain diagram; what is left is reduced again, so it asks only what matters.

    `first` are the nodes of the diagram: one that comes out again has to be the same object.
    """
    bits = sum(1 << index for index in places)
    done: dict[Node, Node] = {}
    made: dict[PlainKey, Node] = {}

    def visit(node: Node) -> Node:
        if not node.inputs & bits:
            return node
        found = done.get(node)
        if found is not None:
            return found
        known = places.get(node.order)
        below = [visit(child) for child in (node.children if known is None else (node.child(known),))]
        done[node] = found = _rebuilt(node, below, first, made) if known is None else below[0]
        return found

    return visit(root)


def _rebuilt(node: Node, children: Sequence[Node], first: Mapping[PlainKey, Node], made: dict[PlainKey, Node]) -> Node:
    """Make a node anew with other children, some of them now the same."""
    kept, cuts = [children[0]], []
    for cut, child in zip(node.cuts, children[1:], strict=True):
        if child is not kept[-1]:
            kept.append(child)
            cuts.append(cut)
    if len(kept) == 1:
        return kept[0]
    key = (node.order, tuple(cuts), tuple(kept))
    found = first.get(key) or made.get(key)
    if found is None:
        found = made[key] = Node(*key, None, 1 << node.order)
    return found


@dataclass(slots=True)
class Substitution:
    """Puts known values into a diagram with computed variables, and gives what remains in a diagram of its own."""

    source: Lift
    target: Lift
    known: Mapping[int, Value]
    numbers: dict[int, Fraction] = field(init=False)
    done: dict[Node, Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.numbers = {index: Fraction(value) for index, value in self.known.items() if isinstance(value, Decimal)}

    def node(self, node: Node) -> Node:
        found = self.done.get(node)
        if found is None:
            found = self.done[node] = self._node(node)
        return found

    def _node(self, node: Node) -> Node:
        if node.term is not None:
            return self.term(node.term)
        variable = self.source.diagram.variables[node.order]
        if variable.line is not None and node.order in self.known:
            return self.node(node.child(place(self.known[node.order])))
        children = [self.node(child) for child in node.children]
        if variable.line is not None:
            return self.target.diagram.join(node.order, node.cuts, children)
        if variable.pending is not None:
            return self._pending(variable.pending, node, children)
        assert variable.sum is not None
        if variable.kind == "number":
            cuts = [(cut[0], len(cut) == 2) for cut in node.cuts]
            return self.target.comparisons.cut_sum(variable.sum.substitute(self.numbers), cuts, children)  # type: ignore[arg-type]  # cuts of numbers are fractions
        (first,), (second,) = (monomial for monomial, _ in variable.sum.terms)  # first - second
        left, right = (self.plain(index, variable.kind) for index in (first, second))
        return self._compared(left, right, [self.node(one) for one in three_of(node)])

    def _compared(self, left: Term, right: Term, three: Sequence[Node]) -> Node:
        if isinstance(left, Constant) and isinstance(right, Constant):
            a, b = place(left.value), place(right.value)
            return three[0] if a < b else three[1] if a == b else three[2]
        return self.target.comparisons.plain(left, right, (three[0], three[1], three[2]))

    def plain(self, index: int, word: str) -> Term:
        return constant(self.known[index]) if index in self.known else Plain(index, word)

    def _pending(self, pending: Pending, node: Node, children: Sequence[Node]) -> Node:
        truth = self.target.truth(self.term(pending))
        by_child = dict(zip(node.children, children, strict=True))

        def early(operands: Sequence[Node]) -> Node | None:
            term = operands[0].term
            if isinstance(term, Constant):
                return by_child[node.child(place(term.value))]
            return operands[0] if isinstance(term, Failure) else None

        return self.target.diagram.apply(Operation("resume", lambda terms: self.target.diagram.end(terms[0]), early), (truth,))

    def term(self, term: Term) -> Node:
        """Give what a term becomes."""
        end = self.target.diagram.end
        if isinstance(term, Number):
            below = term.below.substitute(self.numbers)
            if below.constant == 0:  # only behind a cut that takes the other way
                return self.target.null
            return end(quotient(term.above.substitute(self.numbers), below, term.rounded))
        if isinstance(term, Plain):
            return end(self.plain(term.variable, term.word))
        if isinstance(term, Record):
            return self.target.record([(name, self.term(part)) for name, part in term.parts])
        if isinstance(term, Items):
            return self.target.items([self.term(part) for part in term.parts])
        if isinstance(term, Pending):
            return self.target.again(term.operation, [self.term(operand) for operand in term.operands])
        return end(term)
