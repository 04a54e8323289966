# SPDX-License-Identifier: EUPL-1.2
"""What would have to change for another outcome: the smallest sets of inputs, and the values that lead to it.

    why_not(model, "aid", inputs)                       -> Changes: any other value
    why_not(model, "aid", inputs, "granted")            this one
    why_not(model, "aid", inputs, fixed=("birth",))     what a person cannot change is left as it is

A set of inputs is a *change* when values of these alone, the others as they are, lead to a wanted outcome, and no part
of the set does. Changes are complete up to `most` inputs, as far as partial evaluation is exact (`Changes.exact`).

1. Where inputs do not meet (`a + b`), the whole decision is one diagram over independent inputs: one pass from its ends
   gives for each node the smallest sets of inputs that have to leave the way of the case (`_Sets`).
2. Otherwise each set is tried, small ones first: the diagram of what is left when all others are known. Where inputs
   of one set still meet in it, the search of partial evaluation tells whether a wanted outcome exists (`meeting.py`).
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from bierger_core.rules.data import Json, Value, to_json
from bierger_core.rules.errors import EvaluationError, InputRefused
from bierger_core.rules.model import DecisionModel
from bierger_core.rules.partial.decision import PartialDecision, compile_partial
from bierger_core.rules.partial.diagram import Node
from bierger_core.rules.partial.errors import TooLarge
from bierger_core.rules.partial.lines import END, FALSE, NULL, NUMBER, TRUE, Cut, Line, Piece, joined, of_rank, place
from bierger_core.rules.partial.terms import Constant
from bierger_core.rules.why.meeting import Meeting, Path, Reached, meets
from bierger_core.rules.why.spans import Span, nearest, spans
from bierger_core.rules.why.wanted import ANOTHER, Another, Wanted

MAX_INPUTS = 3  # of one change: more than three conditions at a time nobody can act upon
MAX_TRIED = 2_000  # sets tried one by one, where inputs meet
MAX_PATHS = 2_000  # ways of one change that are looked at
MAX_WAYS = 50  # of them that are told, after those that differ in one input alone are joined


@dataclass(frozen=True, slots=True)
class Way:
    """Values that lead to an outcome: for each path of an input the spans of values, all combinations of them.

    `example` is the combination nearest to the case, `outcome` its value; with `varies` other values of the spans may lead
    to another wanted one. With `together` the spans of one path hold with the others as in the example, not with all of theirs.
    """

    outcome: Value
    spans: Mapping[str, tuple[Span, ...]]
    example: Mapping[str, Value]
    varies: bool = False
    together: bool = False

    def as_json(self) -> dict[str, Json]:
        return {
            "outcome": to_json(self.outcome),
            "values": {name: [one.as_json() for one in found] for name, found in self.spans.items()},
            "example": {name: to_json(value) for name, value in self.example.items()},
            **({"varies": True} if self.varies else {}),
            **({"together": True} if self.together else {}),
        }


@dataclass(frozen=True, slots=True)
class Change:
    """The inputs that would have to change together, and in which ways; `more`: there are ways beyond those told."""

    inputs: tuple[str, ...]
    ways: tuple[Way, ...]
    more: bool = False

    def as_json(self) -> dict[str, Json]:
        return {"inputs": list(self.inputs), "ways": [one.as_json() for one in self.ways], "more": self.more}


@dataclass(frozen=True, slots=True)
class Changes:
    """All changes, by number of inputs, then cost. Without `exact` some may be missing; those that are told are true."""

    outcome: Value
    found: tuple[Change, ...]
    exact: bool

    def as_json(self) -> dict[str, Json]:
        return {"outcome": to_json(self.outcome), "changes": [one.as_json() for one in self.found], "exact": self.exact}


def why_not(
    model: DecisionModel,
    decision: str,
    inputs: Mapping[str, object],
    outcome: Value | Another = ANOTHER,
    *,
    most: int = MAX_INPUTS,
    fixed: Collection[str] = (),
    may_be_null: Collection[str] = (),
    cost: Mapping[str, int] | None = None,
) -> Changes:
    """Give what would have to change for an outcome. An end with an error is none that is wanted.

    An input without a declared type stays of the kind it has. `fixed`: inputs, or parts of them (dotted), that stay;
    `may_be_null`: inputs that may also be left empty; `cost`: of changing an input, 1 if not given: it orders changes of
    one size. Raises UnknownDecision, DateMissing, and InputRefused for an input of the wrong type, or a name under
    `fixed` that is no input.
    """
    model = model.judging(inputs)
    given = model.given(decision, inputs)
    for name in fixed:
        if not any(name == one or name.startswith(f"{one}.") for one in model.inputs):
            raise InputRefused(name=name, expected=f"one of {', '.join(model.inputs)}", got="another name")
    try:
        wanted = Wanted(outcome, model.decide(decision, given), failed=False)
    except EvaluationError:
        wanted = Wanted(outcome, None, failed=True)
    if not isinstance(outcome, Another) and not wanted.failed and wanted.match(wanted.current):
        return Changes(wanted.current, (), exact=True)
    partial = _compiled(model, decision)
    question = _Question(partial, given, wanted, most, frozenset(fixed), frozenset(may_be_null))
    found = question.found()
    costs, order = cost or {}, list(model.inputs)

    def rank(change: Change) -> tuple[int, int, list[int]]:
        return len(change.inputs), sum(costs.get(name, 1) for name in change.inputs), [order.index(one) for one in change.inputs]

    return Changes(wanted.current, tuple(sorted(found, key=rank)), question.exact)


def _compiled(model: DecisionModel, decision: str) -> PartialDecision:
    found = model.made.partial.get(decision)
    if not isinstance(found, PartialDecision):
        found = model.made.partial[decision] = compile_partial(model, decision)
    return found


@dataclass(slots=True)
class _Question:
    partial: PartialDecision
    given: Mapping[str, Value]
    wanted: Wanted
    most: int
    fixed: frozenset[str]
    nullable: frozenset[str]
    exact: bool = field(init=False)
    names: tuple[str, ...] = field(init=False)  # the input of each leaf
    lines: tuple[Line, ...] = field(init=False)  # what each leaf may become
    values: dict[int, Value] = field(init=False)

    def __post_init__(self) -> None:
        plan = self.partial.plan
        self.exact = not plan.entangled
        self.names = tuple(name for name, *_ in plan.leaves)
        self.values = {index: _part(self.given[name], parts) for index, (name, *parts) in enumerate(plan.leaves)}
        self.lines = tuple(
            Line(_open_to(line, self.values[index], nullable=name in self.nullable))
            for index, (name, line) in enumerate(zip(self.names, plan.lines, strict=True))
        )

    def found(self) -> Iterator[Change]:
        root = self.partial.root
        if root is not None and root.plain:
            places = {index: place(value) for index, value in self.values.items()}
            sets = _Sets(self, places)
            for mask in sorted(sets.of(root, sets.most)):
                yield self.change(root, mask, places)
        else:
            yield from self.tried(root)

    def bit(self, leaf: int) -> int:
        return 1 << self.partial.inputs.index(self.names[leaf])

    def stays(self, leaf: int) -> bool:
        """Tell whether a leaf, its input, or what it is part of is fixed."""
        path = self.path(leaf)
        return any(path == name or path.startswith(f"{name}.") for name in self.fixed)

    def inputs_of(self, mask: int) -> tuple[str, ...]:
        return tuple(name for index, name in enumerate(self.partial.inputs) if mask >> index & 1)

    def pieces(self, leaf: int, node: Node, child: int) -> tuple[Piece, ...]:
        """Give the values that lead from a node to one of its children."""
        low = node.cuts[child - 1] if child else None
        return self.lines[leaf].within(low, node.cuts[child] if child < len(node.cuts) else None)

    # -- inputs that do not meet -------------------------------------------------------------------------------

    def change(self, root: Node, mask: int, places: Mapping[int, Cut]) -> Change:
        """Collect the ways of one smallest set."""
        free = {index for index in self.values if mask & self.bit(index) and not self.stays(index)}
        paths: list[tuple[Value, Path]] = []
        for value, path in self.paths(root, free, places, {}):
            if len(paths) == MAX_PATHS:
                break
            paths.append((value, path))
        ways = _joined(paths)
        told = tuple(self.way(value, path) for value, path in ways[:MAX_WAYS])
        return Change(self.inputs_of(mask), told, more=len(ways) > MAX_WAYS or len(paths) == MAX_PATHS)

    def paths(self, node: Node, free: Collection[int], places: Mapping[int, Cut], path: Path) -> Iterator[tuple[Value, Path]]:
        if node.term is not None:
            if isinstance(node.term, Constant) and self.wanted.match(node.term.value):
                yield node.term.value, path
            return
        same = node.child(places[node.order])
        if node.order not in free:
            yield from self.paths(same, free, places, path)
            return
        for index, child in enumerate(node.children):
            pieces = self.pieces(node.order, node, index)
            if pieces and child is same:
                yield from self.paths(child, free, places, path)
            elif pieces:
                yield from self.paths(child, free, places, {**path, node.order: pieces})

    def way(self, outcome: Value, path: Mapping[int, tuple[Piece, ...]]) -> Way:
        found = {self.path(leaf): spans(pieces) for leaf, pieces in path.items()}
        return Way(outcome, found, {self.path(leaf): nearest(pieces, self.values[leaf]) for leaf, pieces in path.items()})

    def path(self, leaf: int) -> str:
        return ".".join(self.partial.plan.leaves[leaf])

    # -- inputs that meet --------------------------------------------------------------------------------------

    def tried(self, root: Node | None) -> Iterator[Change]:
        """Try each set of inputs, small ones first; one that holds a change already is none itself."""
        bits = root.inputs if root is not None else -1
        read = {self.names[leaf] for leaf in self.values if bits >> leaf & 1 and not self.stays(leaf)}
        names = [name for name in self.partial.inputs if name in read]
        found: list[frozenset[str]] = []
        tried = 0
        for size in range(1, min(self.most, len(names)) + 1):
            for chosen in combinations(names, size):
                if any(one <= frozenset(chosen) for one in found):
                    continue
                tried += 1
                if tried > MAX_TRIED:
                    self.exact = False
                    return
                change = self.together(chosen)
                if change is not None:
                    found.append(frozenset(chosen))
                    yield change

    def together(self, chosen: tuple[str, ...]) -> Change | None:
        """Tell whether a set of inputs leads to a wanted outcome, the others as they are."""
        known = {leaf: value for leaf, value in self.values.items() if self.names[leaf] not in chosen or self.stays(leaf)}
        try:
            reached = meets(Meeting(self.partial, self.lines, known, self.values, self.wanted, self.outcome))
        except TooLarge:
            self.exact = False
            return None
        self.exact = self.exact and reached.exact
        ways = [one for one in (self.met(path, reached) for path in reached.paths[:MAX_WAYS]) if one is not None]
        if not ways:
            self.exact = self.exact and not reached.sure
            return None
        return Change(chosen, tuple(ways), more=len(reached.paths) > MAX_WAYS)

    def outcome(self, values: Mapping[int, Value]) -> tuple[bool, Value]:
        """Decide with some leaves changed: whether there is a value, and which."""
        whole: dict[str, object] = dict(self.given)
        for leaf, value in values.items():
            name, *parts = self.partial.plan.leaves[leaf]
            whole[name] = _with(whole[name], parts, value) if parts else value
        try:
            return True, self.partial.model.decide(self.partial.decision, whole)
        except EvaluationError:
            return False, None

    def met(self, path: Path, reached: Reached) -> Way | None:
        """Tell a way, if the evaluation says that it is one."""
        values = reached.example or {leaf: nearest(pieces, self.values[leaf]) for leaf, pieces in path.items()}
        decided, outcome = self.outcome(values)
        if not decided or not self.wanted.match(outcome):
            return None
        found = {self.path(leaf): spans(pieces) for leaf, pieces in path.items()}
        told = {self.path(leaf): value for leaf, value in values.items()}
        varies = reached.varies and isinstance(self.wanted.value, (Another, Mapping))
        return Way(outcome, found, told, varies, together=reached.example is not None)


class _Sets:
    """The smallest sets of inputs (bits) that lead below a node to a wanted end, by how many inputs may still leave the way."""

    def __init__(self, question: _Question, places: Mapping[int, Cut]) -> None:
        self.question, self.wanted = question, question.wanted
        self.places = [places[index] for index in range(len(places))]
        self.bits = [0 if question.stays(leaf) else question.bit(leaf) for leaf in range(len(places))]
        self.ends = [(line.pieces[0][0], line.pieces[-1][1]) if line.pieces else None for line in question.lines]
        leaves = sorted(Counter(question.names).values())
        self.most = sum(leaves[-question.most :]) if question.most else 0
        self.parted = leaves[-1:] != [1]  # an input in parts counts once, however many of them change
        self.done: list[dict[Node, frozenset[int]]] = [{} for _ in range(self.most + 1)]

    def of(self, node: Node, most: int) -> frozenset[int]:
        """Give the sets; at most so many leaves may leave the way."""
        while not most and node.term is None:  # nothing may change any more
            node = node.child(self.places[node.order])
        found = self.done[most].get(node)
        if found is None:
            found = self.done[most][node] = self._of(node, most)
        return found

    def _of(self, node: Node, most: int) -> frozenset[int]:
        if node.term is not None:
            return HERE if isinstance(node.term, Constant) and self.wanted.match(node.term.value) else NOWHERE
        order = node.order
        same = node.child(self.places[order])
        found = self.of(same, most)
        bit = self.bits[order]
        if not bit or 0 in found:
            return found
        others: set[int] = set()
        for child in self.open(node):
            if child is not same:
                others.update(self.of(child, most - 1))
        sets = [*found, *(one | bit for one in others)]
        return smallest([one for one in sets if one.bit_count() <= self.question.most] if self.parted else sets)

    def open(self, node: Node) -> Sequence[Node]:
        """Give the children that values of the leaf lead to; the pieces of a diagram hold what the declared type accepts."""
        question, order = self.question, node.order
        ends = self.ends[order]
        if ends is None:
            return ()
        if question.names[order] in question.nullable:  # null, and then perhaps one kind alone
            return [child for index, child in enumerate(node.children) if question.pieces(order, node, index)]
        return node.children[bisect_right(node.cuts, ends[0]) : bisect_left(node.cuts, ends[1]) + 1]


HERE, NOWHERE = frozenset((0,)), frozenset[int]()


def smallest(sets: list[int]) -> frozenset[int]:
    """Leave out the sets that hold another one."""
    if len(sets) < 2:
        return frozenset(sets)
    kept: list[int] = []
    for one in sorted(set(sets), key=int.bit_count):
        for other in kept:
            if one & other == other:
                break
        else:
            kept.append(one)
    return frozenset(kept)


def _joined(paths: list[tuple[Value, Path]]) -> list[tuple[Value, Path]]:
    """Make one of ways to the same outcome that differ in one input alone."""
    for leaf in sorted({leaf for _, path in paths for leaf in path}):
        groups: dict[object, tuple[Value, Path]] = {}
        for value, path in paths:
            others = tuple(sorted((name, pieces) for name, pieces in path.items() if name != leaf))
            key = (repr(to_json(value)), others, leaf in path)
            known = groups.get(key)
            if known is None:
                groups[key] = (value, dict(path))
            elif leaf in path:
                known[1][leaf] = joined([*known[1][leaf], *path[leaf]])
        paths = list(groups.values())
    return paths


def _open_to(line: Line, value: Value, *, nullable: bool) -> tuple[Piece, ...]:
    """Give what an input may become: of a declared type all of it; without one only what is of the kind it has now."""
    rank = place(value)[0]
    assert isinstance(rank, int)
    low, high = ((FALSE,), (NUMBER,)) if rank in (FALSE, TRUE) else of_rank(rank)
    found = line.within((FALSE,), (END,)) if rank == NULL else line.within(low, high)
    return joined([*line.within(*of_rank(NULL)), *found]) if nullable else found


def _part(value: Value, parts: list[str]) -> Value:
    for part in parts:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _with(context: object, parts: list[str], value: Value) -> dict[str, object]:
    """Give a context with one of its parts changed."""
    found = dict(context) if isinstance(context, Mapping) else {}
    found[parts[0]] = _with(found.get(parts[0]), parts[1:], value) if len(parts) > 1 else value
    return found
