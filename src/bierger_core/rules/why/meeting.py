# SPDX-License-Identifier: EUPL-1.2
"""A set of inputs that meet in a decision: does it lead to a wanted outcome when all others stay, and by which values?

The diagram of what remains asks these inputs alone. Where it still asks a sum of several of them, a search tells
whether some completion is wanted; an example is then sought among the values at and beside every boundary, and what is
told of each input holds with the others as in the example.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import islice, product

from bierger_core.rules.data import Value
from bierger_core.rules.partial.build import build
from bierger_core.rules.partial.comparisons import to_decimal
from bierger_core.rules.partial.decision import RETRY_WORK, PartialDecision
from bierger_core.rules.partial.diagram import LAST, Diagram, Node, Variable
from bierger_core.rules.partial.lift import Lift
from bierger_core.rules.partial.lines import Line, Piece, example, joined, place
from bierger_core.rules.partial.restrict import Substitution
from bierger_core.rules.partial.search import Found, Search, State, below
from bierger_core.rules.partial.terms import Constant, Failure
from bierger_core.rules.why.spans import by_kind, nearest, spans
from bierger_core.rules.why.wanted import Wanted

MAX_PATHS = 500  # ways through the diagram of one set
MAX_POINTS = 4_000  # completions tried for an example
NOBODY = 1 << 20  # no input has this number: both copies of the search share all of them

Path = dict[int, tuple[Piece, ...]]


@dataclass(frozen=True, slots=True)
class Meeting:
    """The question: `known` leaves stay, the others may become what their lines hold. `decide` says (decided, value)."""

    partial: PartialDecision
    lines: tuple[Line, ...]
    known: Mapping[int, Value]
    current: Mapping[int, Value]
    wanted: Wanted
    decide: Callable[[Mapping[int, Value]], tuple[bool, Value]]

    @property
    def free(self) -> list[int]:
        return [index for index in range(len(self.lines)) if index not in self.known]

    def remaining(self) -> tuple[Lift, Node]:
        """Give the diagram of what remains. TooLarge beyond the bounds of one answer."""
        partial, plan = self.partial, self.partial.plan
        lines = tuple(one if one.pieces else plan.lines[index] for index, one in enumerate(self.lines))
        if partial.lift is None or partial.root is None:
            known = {plan.leaves[index]: value for index, value in self.known.items()}
            return build(replace(plan, lines=lines), known, RETRY_WORK)
        variables = [Variable(index, "input", 1 << index, line) for index, line in enumerate(lines)]
        target = Lift(Diagram(variables, RETRY_WORK))
        return target, Substitution(partial.lift, target, self.known).node(partial.root)


@dataclass(frozen=True, slots=True)
class Reached:
    """The answer. `sure`: a wanted outcome exists, though `paths` may be empty; `exact`: what is told is all."""

    paths: list[Path] = field(default_factory=list)
    sure: bool = False
    exact: bool = True
    varies: bool = True  # a path may lead to several wanted outcomes
    example: Mapping[int, Value] | None = None  # the paths hold with the other inputs as here


def meets(meeting: Meeting) -> Reached:
    """Answer. TooLarge beyond the bounds."""
    lift, root = meeting.remaining()
    goal = meeting.wanted.goal(lift, root)
    if goal is lift.false:
        return Reached()
    unwanted = lift.diagram.end(Failure("unwanted"))
    ways = lift.choose(goal, root, unwanted)
    varies = not ways.plain
    if varies and goal.plain:
        ways = lift.choose(goal, lift.true, unwanted)
    if ways.plain:
        found = list(islice(_paths(meeting, ways, {}), MAX_PATHS))
        return Reached(found, bool(found), varies=varies)
    search = Search(lift.diagram, goal, own=NOBODY)
    answer = search.differ(goal, lift.false, State())
    if answer is Found.NONE:
        return Reached()
    point = _example(meeting, lift, goal)
    if point is None:
        return Reached([], answer is Found.SURE, exact=False)
    path: Path = {}
    exact = True
    for leaf in point:
        others = {**meeting.known, **{index: value for index, value in point.items() if index != leaf}}
        one = Meeting(meeting.partial, meeting.lines, others, meeting.current, meeting.wanted, meeting.decide)
        alone = meets(one) if len(point) > 1 else Reached()
        pieces = joined([piece for way in alone.paths for piece in way.get(leaf, ())])
        exact = exact and bool(pieces)
        path[leaf] = pieces or _only(point[leaf])
    return Reached([path], sure=True, exact=exact, example=point)


def _only(value: Value) -> tuple[Piece, ...]:
    """Give the piece of one value: all that is known for certain."""
    low = place(value)
    return ((low, (*low, 1) if isinstance(value, Decimal) else place_behind(value)),)


def place_behind(value: Value) -> tuple[object, ...]:
    """Give the cut behind a value that is no number."""
    if isinstance(value, date):
        return place(value + timedelta(days=1)) if value < date.max else (place("")[0],)
    return place(value + "\0") if isinstance(value, str) else (int(str(place(value)[0])) + 1,)


def _paths(meeting: Meeting, node: Node, path: Path) -> Iterator[Path]:
    """Give the ways to a value; an input that may stay as it is stands in none."""
    if node.term is not None:
        if isinstance(node.term, Constant):
            yield path
        return
    leaf, line = node.order, meeting.lines[node.order]
    own = place(meeting.current[leaf])
    for index, child in enumerate(node.children):
        high = node.cuts[index] if index < len(node.cuts) else None
        pieces = line.within(node.cuts[index - 1] if index else None, high)
        if any(low <= own < end for low, end in pieces):
            yield from _paths(meeting, child, path)
        elif pieces:
            yield from _paths(meeting, child, {**path, leaf: pieces})


# -- an example --------------------------------------------------------------------------------------------------------


def _example(meeting: Meeting, lift: Lift, goal: Node) -> dict[int, Value] | None:
    """Seek a wanted completion among the values at and beside every boundary, near ones first."""
    free = [index for index in meeting.free if goal.inputs >> index & 1]
    nodes = list(below(goal))
    edges = {leaf: _edges(meeting, leaf, nodes) for leaf in free}
    sums = [(lift.diagram.variables[node.order], node.cuts) for node in nodes if node.order != LAST]
    crossing = [(variable, cuts) for variable, cuts in sums if variable.sum is not None]
    tried = 0
    for last in free:
        others = [leaf for leaf in free if leaf != last]
        for chosen in product(*(edges[leaf] for leaf in others)):
            known = dict(zip(others, chosen, strict=True))
            for value in [*edges[last], *_crossed(meeting.lines[last], last, known, crossing)]:
                tried += 1
                if tried > MAX_POINTS:
                    return None
                decided, outcome = meeting.decide({**known, last: value})
                if decided and meeting.wanted.match(outcome):
                    return {**known, last: value}
    return None


def _edges(meeting: Meeting, leaf: int, nodes: list[Node]) -> list[Value]:
    """Give the values at the ends of each piece of an input, and one within, the nearest to the case first."""
    line, own = meeting.lines[leaf], meeting.current[leaf]
    cuts = sorted({cut for node in nodes if node.order == leaf for cut in node.cuts})
    found: list[Value] = []
    for low, high in zip([None, *cuts], [*cuts, None], strict=True):
        for piece in [one for each in line.within(low, high) for one in by_kind(each)]:
            (span,) = spans([piece])
            ends = [end for end, inside in ((span.low, span.low_in), (span.high, span.high_in)) if inside]
            found += [nearest([piece], own), *ends, example(piece)]
    return sorted(dict.fromkeys(found), key=lambda one: _distance(one, own))


def _distance(value: Value, own: Value) -> Decimal:
    """Tell how far a number or date lies from the one of the case; others are all equally far."""
    if isinstance(value, Decimal) and isinstance(own, Decimal):
        return abs(value - own)
    return Decimal(abs((value - own).days)) if isinstance(value, date) and isinstance(own, date) else Decimal(0)


def _crossed(
    line: Line, leaf: int, known: Mapping[int, Value], crossing: list[tuple[Variable, tuple[tuple[object, ...], ...]]]
) -> Iterator[Value]:
    """Give the values of an input at which a sum meets a boundary, the others being known, and those beside them."""
    for variable, cuts in crossing:
        if variable.kind == "number":
            yield from _beside(line, leaf, known, variable, cuts)
        elif variable.inputs >> leaf & 1:  # one date before another, one text before another
            for index, value in known.items():
                if variable.inputs >> index & 1:
                    yield from (one for one in _around(value) if _holds(line, one))


def _beside(
    line: Line, leaf: int, known: Mapping[int, Value], variable: Variable, cuts: tuple[tuple[object, ...], ...]
) -> Iterator[Value]:
    assert variable.sum is not None
    numbers = {index: Fraction(value) for index, value in known.items() if isinstance(value, Decimal)}
    terms = dict(variable.sum.substitute(numbers).terms)
    rest, factor = terms.pop((), Fraction(0)), terms.pop((leaf,), Fraction(0))
    if not factor or terms:
        return
    for cut in cuts:
        if isinstance(cut[0], Fraction):
            root = to_decimal((cut[0] - rest) / factor)
            for step in ("0", "1", "-1", "0.01", "-0.01"):
                if _holds(line, root + Decimal(step)):
                    yield root + Decimal(step)


def _around(value: Value) -> list[Value]:
    if isinstance(value, date):
        near = [value + timedelta(days=step) for step in (0, 1, -1) if date.min < value < date.max]
        return [*near] if near else [value]
    return [value, value + "\0", value + "!", "", value[:-1]] if isinstance(value, str) else []


def _holds(line: Line, value: Value) -> bool:
    own = place(value)
    return any(low <= own < high for low, high in line.pieces)
