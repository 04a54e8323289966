# SPDX-License-Identifier: EUPL-1.2
"""Decision diagrams whose nodes cut a line into pieces and whose ends are terms; reduced, ordered, each made once.

A node asks one variable and leads, for each piece of its line, to another node. Variables are asked in one order:
first the inputs, then what is computed from several of them (`a + b`, which day is earlier). Two functions of
independent inputs are equal exactly when their nodes are the same object, so what a diagram does not ask does not
matter. (The lines of computed variables are not independent of the inputs: search.py deals with that.)

    apply(operation, nodes)     the operation at every point
    join(order, cuts, nodes)    on each piece of a variable another function, whatever these functions ask
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from bierger_core.rules.data import MAX_PARTS
from bierger_core.rules.partial.decimals import is_decimal
from bierger_core.rules.partial.errors import TooLarge
from bierger_core.rules.partial.lines import Cut, Line
from bierger_core.rules.partial.sums import Sum
from bierger_core.rules.partial.terms import Constant, Failure, Mark, Pending, Term, size_of, variables_of

MAX_WORK = 150_000  # nodes made and points combined in one diagram; some seconds, some 100 MB
MAX_VARIABLES = 60  # inputs, and as many sums: the search goes four Python frames deep for each, of a thousand
LAST = 1 << 30  # the order of an end


@dataclass(frozen=True, slots=True)
class Variable:
    """What a node asks. An input has a line; a computed variable a sum, or an operation that waits."""

    order: int
    kind: str  # input, number, date, string, pending
    inputs: int  # bits of the inputs it depends on
    line: Line | None = None
    sum: Sum | None = None
    pending: Pending | None = None

    @property
    def start(self) -> Cut:
        return self.line.first if self.line else ()

    def snap(self, cut: Cut) -> Cut | None:
        """Give the one way to write a cut: cuts with nothing between them are one."""
        if self.line:
            return self.line.snap(cut)
        number = cut[0]
        if self.kind == "date" and len(cut) == 2:  # whole days
            return (number + 1,)  # type: ignore[operator]  # a cut of dates is a whole number of days
        if self.kind == "number" and isinstance(number, Fraction) and not is_decimal(number):
            return (number,)  # whole coefficients without common divisor give decimal fractions only: never this number
        return cut


class Node:
    """A question (`cuts`, `children`: one more) or an end (`term`). Equal nodes of one diagram are one object."""

    __slots__ = ("children", "cuts", "fails", "inputs", "order", "plain", "term")

    def __init__(self, order: int, cuts: tuple[Cut, ...], children: tuple["Node", ...], term: Term | None, own: int) -> None:
        self.order, self.cuts, self.children, self.term = order, cuts, children, term
        self.inputs = own
        self.plain = term is None or isinstance(term, (Constant, Failure, Mark))
        self.fails = isinstance(term, Failure)
        for child in children:
            self.inputs |= child.inputs
            self.plain = self.plain and child.plain
            self.fails = self.fails or child.fails

    def child(self, place: Cut) -> "Node":
        """Give where the piece leads that a place (or the cut before a piece) lies in."""
        return self.children[bisect_right(self.cuts, place)]


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """`at` combines terms; `early` may give the result before all operands are known, in the order they stand."""

    name: str
    at: Callable[[Sequence[Term]], Node]
    early: Callable[[Sequence[Node]], Node | None] | None = None


@dataclass(slots=True)
class Diagram:
    """The nodes made so far, by content; work is counted and TooLarge raised beyond `most`."""

    variables: list[Variable]
    most: int = MAX_WORK
    work: int = 0
    made: dict[tuple[int, tuple[Cut, ...], tuple[Node, ...]], Node] = field(default_factory=dict)
    ends: dict[Term, Node] = field(default_factory=dict)
    applied: dict[tuple[Operation, tuple[Node, ...]], Node] = field(default_factory=dict)
    joins: dict[tuple[int, tuple[Cut, ...], tuple[Node, ...]], Node] = field(default_factory=dict)
    computed: dict[tuple[str, object], Variable] = field(default_factory=dict)

    def forget(self) -> None:
        """Drop what was remembered to build; nodes and variables stay."""
        self.applied.clear()
        self.joins.clear()

    def count(self, work: int = 1) -> None:
        self.work += work
        if self.work > self.most:
            raise TooLarge

    def end(self, term: Term) -> Node:
        """Give the node of a term."""
        size = size_of(term)
        if size > MAX_PARTS:
            raise TooLarge
        self.count(size // 2)  # a long term is compared with others part by part
        found = self.ends.get(term)
        if found is None:
            inputs = sum(1 << index for index in variables_of(term))
            found = self.ends[term] = Node(LAST, (), (), term, inputs)
        return found

    def compute(self, kind: str, content: Sum | Pending, inputs: frozenset[int]) -> Variable:
        """Give the variable of a sum of several inputs, or of a waiting operation."""
        found = self.computed.get((kind, content))
        if found is None:
            bits = sum(1 << index for index in inputs)
            if len(self.computed) >= MAX_VARIABLES:
                raise TooLarge
            if isinstance(content, Sum):
                found = Variable(len(self.variables), kind, bits, sum=content)
            else:
                found = Variable(len(self.variables), kind, bits, pending=content)
            self.variables.append(found)
            self.computed[kind, content] = found
        return found

    def make(self, order: int, cuts: Sequence[Cut], children: Sequence[Node]) -> Node:
        """Give the node that asks a variable; all children ask later ones."""
        variable = self.variables[order]
        low: Cut | None = variable.start
        lows: list[Cut] = []
        kept: list[Node] = []
        for index, child in enumerate(children):
            high = variable.snap(cuts[index]) if index < len(cuts) else None
            if high == low:
                continue  # nothing lies in this piece
            if not kept or kept[-1] is not child:
                kept.append(child)
                lows.append(low)  # type: ignore[arg-type]  # None comes last, see below
            if high is None:
                break
            low = high
        if len(kept) == 1:
            return kept[0]
        key = (order, tuple(lows[1:]), tuple(kept))
        found = self.made.get(key)
        if found is None:
            self.count()
            found = Node(order, key[1], key[2], None, variable.inputs)
            found.plain = found.plain and variable.line is not None
            self.made[key] = found
        return found

    def apply(self, operation: Operation, operands: tuple[Node, ...]) -> Node:
        """Combine diagrams point by point."""
        if operation.early is not None:
            early = operation.early(operands)
            if early is not None:
                return early
        key = (operation, operands)
        found = self.applied.get(key)
        if found is None:
            self.count()
            top = min(operand.order for operand in operands)
            if top == LAST:
                found = operation.at([operand.term for operand in operands if operand.term is not None])
            else:
                cuts, columns = _split(top, operands)
                found = self.join(top, cuts, tuple(self.apply(operation, column) for column in columns))
            self.applied[key] = found
        return found

    def join(self, order: int, cuts: Sequence[Cut], children: Sequence[Node]) -> Node:
        """Give on each piece of a variable its own function; these may ask earlier variables, or the same."""
        best = min(child.order for child in children)
        if best > order:
            return self.make(order, cuts, children)
        if all(child is children[0] for child in children):
            return children[0]
        key = (order, tuple(cuts), tuple(children))
        found = self.joins.get(key)
        if found is None:
            self.count()
            if best == order:
                found = self.make(order, *_spliced(order, cuts, children))
            else:
                merged, columns = _split(best, children)
                found = self.make(best, merged, [self.join(order, cuts, column) for column in columns])
            self.joins[key] = found
        return found


def _split(order: int, nodes: Sequence[Node]) -> tuple[tuple[Cut, ...], list[tuple[Node, ...]]]:
    """Cut a variable wherever one of the nodes does; give what each node becomes on each piece."""
    asking = [node for node in nodes if node.order == order]
    cuts = asking[0].cuts if len(asking) == 1 else tuple(sorted({cut for node in asking for cut in node.cuts}))
    columns = [tuple(node.children[0] if node.order == order else node for node in nodes)]
    columns += [tuple(node.child(low) if node.order == order else node for node in nodes) for low in cuts]
    return cuts, columns


def _spliced(order: int, cuts: Sequence[Cut], children: Sequence[Node]) -> tuple[list[Cut], list[Node]]:
    """Take from each child that asks the same variable only what lies on its own piece."""
    new_cuts: list[Cut] = []
    new_children: list[Node] = []
    for index, child in enumerate(children):
        low = cuts[index - 1] if index else None
        high = cuts[index] if index < len(cuts) else None
        if low is not None:
            new_cuts.append(low)
        if child.order != order:
            new_children.append(child)
            continue
        new_children.append(child.children[0] if low is None else child.child(low))
        for position, cut in enumerate(child.cuts):
            if (low is None or low < cut) and (high is None or cut < high):
                new_cuts.append(cut)
                new_children.append(child.children[position + 1])
    return new_cuts, new_children
