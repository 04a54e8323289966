# SPDX-License-Identifier: EUPL-1.2
"""Does an input matter? The search for two completions that differ in it alone and have different outcomes.

A diagram over independent inputs answers by what it asks. Where it also asks computed variables (`a + b`, which day is
earlier) or ends in terms, not every path exists. So two copies of the diagram are walked together: they share every
input but one, which each has for itself.

1. Both stand at the same node that does not depend on the input: below it nothing can differ.
2. Otherwise the earliest variable is taken. One that does not depend on the input leads both copies on together;
   one that does, each for itself. Every piece of an input is tried; a piece of a sum is an inequality.
3. A path whose inequalities have no solution (linear.py) is left.
4. At two ends: may the terms differ? That is one more inequality.

The answer is exact but where a product of several unknowns or a waiting operation is met: it then counts as free, so
that an input may be named too many, never one too few.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from fractions import Fraction

from bierger_core.rules.partial.comparisons import number_of
from bierger_core.rules.partial.decimals import solvable
from bierger_core.rules.partial.diagram import LAST, Diagram, Node, Variable
from bierger_core.rules.partial.errors import TooLarge
from bierger_core.rules.partial.inequalities import RANK_OF, Texts, between, bounds, inequality
from bierger_core.rules.partial.linear import Row, equations_of, feasible
from bierger_core.rules.partial.lines import NUMBER, Cut, Piece, of_rank
from bierger_core.rules.partial.sums import Sum
from bierger_core.rules.partial.terms import (
    Constant,
    Failure,
    Items,
    Pending,
    Plain,
    Record,
    Term,
    constant,
    variables_of,
    word_of,
)

MAX_STEPS = 60_000  # pairs of nodes and inequalities looked at for one answer; about a second


class Found(IntEnum):
    """What a search found: no pair of completions, one that may not exist, one that does."""

    NONE = 0
    POSSIBLE = 1
    SURE = 2


@dataclass(frozen=True, slots=True)
class State:
    """A path so far: the pieces of inputs that sums or terms read, the inequalities, whether something was free."""

    pieces: tuple[tuple[int, Piece], ...] = ()
    rows: tuple[Row, ...] = ()
    free: bool = False

    def settled(self, name: int, piece: Piece) -> "State":
        return State((*self.pieces, (name, piece)), self.rows, self.free)


@dataclass(slots=True)
class Search:
    """Searches in one diagram for one input after the other. In the second copy the input x has the name ~x."""

    diagram: Diagram
    root: Node
    own: int = 0
    steps: int = 0
    coupled: int = 0
    texts: Texts = field(default_factory=dict)
    done: dict[tuple[Node, Node, State], Found] = field(default_factory=dict)

    def __post_init__(self) -> None:
        seen = list(below(self.root))
        terms = [part for node in seen if node.term is not None for part in _parts(node.term)]
        strings = [cut[1] for node in seen for cut in node.cuts if len(cut) == 2 and isinstance(cut[1], str)]
        strings += [term.value for term in terms if isinstance(term, Constant) and isinstance(term.value, str)]
        ordered = sorted({"", *(text.removesuffix("\0") for text in strings)})
        self.texts = {text: Fraction(number) for number, text in enumerate(ordered)}
        for node in seen:
            if node.order != LAST and self.diagram.variables[node.order].line is None:
                self.coupled |= self.diagram.variables[node.order].inputs
        self.coupled |= sum(1 << index for index in {index for term in terms for index in variables_of(term)})

    def matters(self, variable: int) -> Found:
        """Tell whether an input matters. TooLarge when MAX_STEPS are spent, by this search and those before."""
        self.own = variable
        self.done.clear()
        return self.differ(self.root, self.root, State())

    def differ(self, a: Node, b: Node, state: State) -> Found:
        """Search below two nodes, the copies' places, on a path that exists."""
        mine = (a.inputs | b.inputs) >> self.own & 1
        if a is b and not mine:
            return Found.NONE
        if a.plain and b.plain:  # independent inputs: different nodes are different functions
            return self.found(state)
        known = self.done.get((a, b, state))
        if known is None:
            self.spend(1)
            known = self.ends(a, b, state) if a.order == LAST == b.order else self.branch(a, b, state)
            self.done[a, b, state] = known
        return known

    def spend(self, steps: int) -> None:
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise TooLarge

    def found(self, state: State) -> Found:
        """Judge a path to different outcomes: where it has no room, do decimal numbers lie on it?"""
        if state.free:
            return Found.POSSIBLE
        numbers = {name for name, piece in state.pieces if piece[0][0] == NUMBER}
        rows = [row for row in self.limited(state) if all(name in numbers for name, _ in row.factors)]
        return Found.SURE if solvable(equations_of(rows, self.spend)) else Found.NONE

    def best(self, ways: Iterable[Found]) -> Found:
        """Stop at the first way that surely exists."""
        found = Found.NONE
        for way in ways:
            found = max(found, way)
            if found is Found.SURE:
                break
        return found

    # -- one variable ------------------------------------------------------------------------------------------

    def branch(self, a: Node, b: Node, state: State) -> Found:
        order = min(a.order, b.order)
        variable = self.diagram.variables[order]
        moves_a, moves_b = a.order == order, b.order == order
        second = False
        if variable.inputs >> self.own & 1:  # each copy for itself, the first one first
            second, moves_b = not moves_a, moves_b and not moves_a
        names = [~index if second and index == self.own else index for index in _bits(variable.inputs)]
        if variable.line is None and variable.sum is not None:
            for name in names:
                if not self.is_settled(name, state):
                    return self.settle(name, RANK_OF[variable.kind], state, lambda then: self.differ(a, b, then))
        moving = [node for node, moves in ((a, moves_a), (b, moves_b)) if moves]
        return self.best(
            self.differ(_at(a, low) if moves_a else a, _at(b, low) if moves_b else b, then)
            for low, then in self.steps_of(variable, names[0], _cuts(moving), state, second=second)
        )

    def steps_of(
        self, variable: Variable, name: int, cuts: list[Cut], state: State, *, second: bool
    ) -> Iterator[tuple[Cut | None, State]]:
        """Give the pieces of a variable that the path so far leaves, each by the cut before it."""
        for low, high in zip([None, *cuts], [*cuts, None], strict=True):
            if variable.line is not None:
                if not self.coupled >> variable.order & 1:
                    yield low, state
                else:
                    yield from ((low, state.settled(name, piece)) for piece in variable.line.within(low, high))
            elif variable.sum is not None:
                total = self.renamed(variable.sum) if second else variable.sum
                then = self.narrowed(state, between(total, low, high, whole=variable.kind == "date"))
                if then is not None:
                    yield low, then
            else:
                yield low, State(state.pieces, state.rows, free=True)

    def renamed(self, total: Sum) -> Sum:
        return total.rename(lambda index: ~index if index == self.own else index)

    def is_settled(self, name: int, state: State) -> bool:
        return any(name == known for known, _ in state.pieces)

    def settle(self, name: int, rank: int, state: State, search: Callable[[State], Found]) -> Found:
        """Try every piece of an input that no node of the path has asked."""
        line = self.diagram.variables[name if name >= 0 else ~name].line
        assert line is not None
        return self.best(search(state.settled(name, piece)) for piece in line.within(*of_rank(rank)))

    def narrowed(self, state: State, rows: list[Row]) -> State | None:
        """Add inequalities to a path; None when it does not exist with them."""
        free = state.free or any(isinstance(name, tuple) for row in rows for name, _ in row.factors)
        then = State(state.pieces, (*state.rows, *rows), free)
        return then if feasible(self.limited(then), self.spend) else None

    def limited(self, state: State) -> list[Row]:
        """Give the inequalities of a path with the bounds of the inputs they read."""
        read = {name for row in state.rows for name, _ in row.factors}
        return [*state.rows, *(row for name, piece in state.pieces if name in read for row in bounds(name, piece, self.texts))]

    # -- ends --------------------------------------------------------------------------------------------------

    def ends(self, a: Node, b: Node, state: State) -> Found:
        assert a.term is not None
        assert b.term is not None
        return self.terms(a.term, b.term, state)

    def lists(self, a: Sequence[Term] | None, b: Sequence[Term] | None, state: State) -> Found:
        """May two lists, or a list and something else, have different values?"""
        if a is None or b is None or len(a) != len(b):
            return self.found(state)
        return self.best(self.terms(one, two, state) for one, two in zip(a, b, strict=True))

    def terms(self, a: Term, b: Term, state: State) -> Found:
        """May two terms, the second in the second copy, have different values?"""
        if isinstance(a, Record) and isinstance(b, Record) and dict(a.parts).keys() == dict(b.parts).keys():
            other = dict(b.parts)
            return self.best(self.terms(part, other[name], state) for name, part in a.parts)
        if isinstance(a, Items) or isinstance(b, Items):
            return self.lists(_items(a), _items(b), state)
        same = a == b and self.own not in variables_of(a)
        if same or isinstance(a, Pending) or isinstance(b, Pending):
            return Found.NONE if same else Found.POSSIBLE
        word = word_of(a) if not isinstance(a, Failure) else ""
        if isinstance(b, Failure) or word != word_of(b) or word not in RANK_OF:
            return self.found(state)
        if isinstance(a, Constant) and isinstance(b, Constant):
            return Found.NONE if a == b else self.found(state)
        for term, second in ((a, False), (b, True)):
            for index in sorted(variables_of(term)):
                name = ~index if second and index == self.own else index
                if not self.is_settled(name, state):
                    return self.settle(name, RANK_OF[word], state, lambda then: self.terms(a, b, then))
        return self.best(
            Found.NONE if then is None else self.found(then)
            for then in (self.narrowed(state, rows) for rows in self.differences(a, b, word))
        )

    def differences(self, a: Term, b: Term, word: str) -> Iterator[list[Row]]:
        """Give the two ways in which two terms differ: one is less, or the other."""
        if word == "number":
            one, two = number_of(a), number_of(b)
            above, below = self.renamed(two.above), self.renamed(two.below)
            difference = one.above * below - above * one.below
        else:
            difference = self.total(a) - self.renamed(self.total(b))
        for sign in (1, -1):
            yield [inequality(difference * Fraction(sign), "<", whole=word == "date")]

    def total(self, term: Term) -> Sum:
        """Write a date or text as a sum: days since the year 1, rank among the texts of the diagram."""
        if isinstance(term, Plain):
            return Sum.variable(term.variable)
        assert isinstance(term, Constant)
        if isinstance(term.value, date):
            return Sum.number(Fraction(term.value.toordinal()))
        return Sum.number(self.texts[str(term.value)])


def _at(node: Node, low: Cut | None) -> Node:
    return node.children[0] if low is None else node.child(low)


def _cuts(nodes: Iterable[Node]) -> list[Cut]:
    return sorted({cut for node in nodes for cut in node.cuts})


def _bits(bits: int) -> list[int]:
    return [index for index in range(bits.bit_length()) if bits >> index & 1]


def below(root: Node) -> Iterator[Node]:
    """Give every node of a diagram once."""
    seen, stack = {root}, [root]
    while stack:
        node = stack.pop()
        yield node
        for child in node.children:
            if child not in seen:
                seen.add(child)
                stack.append(child)


def _parts(term: Term) -> list[Term]:
    inner = [one for _, one in term.parts] if isinstance(term, Record) else _items(term)
    return [term] if inner is None else [part for one in inner for part in _parts(one)]


def _items(term: Term) -> Sequence[Term] | None:
    """Give the parts of a list; None for what is none."""
    if isinstance(term, Items):
        return term.parts
    return [constant(one) for one in term.value] if isinstance(term, Constant) and isinstance(term.value, tuple) else None
