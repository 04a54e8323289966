# SPDX-License-Identifier: EUPL-1.2
"""Several decisions over the same inputs, as tables of classes: what an interview needs to choose its questions.

Two answers to one input are of one *class* when no decision ever tells them apart. `share` finds, for each input that
matters, the classes that all decisions need together, and gives their diagrams over these numbered classes.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bierger_core.rules.data import Value
from bierger_core.rules.partial.decision import PartialDecision
from bierger_core.rules.partial.diagram import LAST, Node
from bierger_core.rules.partial.lines import Cut, Line, Piece, example, place
from bierger_core.rules.partial.terms import Term


@dataclass(frozen=True, slots=True)
class Factor:
    """An input (or a part of one, dotted), its pieces in order and the class of each piece."""

    name: str
    starts: tuple[Cut, ...] = field(repr=False)
    ends: tuple[Cut, ...] = field(repr=False)
    classes: tuple[int, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many pieces each class has: how probable it is while nothing better is known."""
        return tuple(self.classes.count(number) for number in range(max(self.classes) + 1))

    def class_of(self, value: Value) -> int | None:
        """The class of an answer; None for one that the input does not accept."""
        at = place(value)
        index = bisect_right(self.starts, at) - 1
        return self.classes[index] if index >= 0 and at < self.ends[index] else None

    def example(self, number: int) -> Value:
        """An answer of a class, the plainest at hand."""
        index = self.classes.index(number)
        return example((self.starts[index], self.ends[index]))


@dataclass(frozen=True, slots=True)
class Shared:
    """`nodes`: (factor, one node for each class), children before parents; or (-1, ()) for an end, its outcome in `ends`.

    `roots` has one node for each decision, in the order given.
    """

    factors: tuple[Factor, ...]
    nodes: tuple[tuple[int, tuple[int, ...]], ...]
    ends: dict[int, Term]
    roots: tuple[int, ...]


def is_plain(decision: PartialDecision) -> bool:
    """Whether a decision is one diagram over its inputs alone, which `share` takes. Sums of several unknowns are not."""
    return decision.root is not None and decision.root.plain and not decision.plan.entangled


def share(decisions: Sequence[PartialDecision]) -> Shared:
    """The classes and diagrams of decisions that are all plain. An input has one name in all of them.

    What one of them does not accept (another declared type, other allowed values) is no answer to any. ValueError where
    that leaves no answer, or a decision is not plain.
    """
    if not all(is_plain(decision) for decision in decisions):
        raise ValueError("Only plain decisions share classes.")
    lines: dict[str, list[Piece]] = {}
    cuts: dict[str, set[Cut]] = {}
    for decision in decisions:
        names = _names(decision)
        for index, node in _asking(decision):
            cuts.setdefault(names[index], set()).update(node.cuts)
        for name in {names[index] for index, _ in _asking(decision)}:
            line = decision.plan.lines[names.index(name)]
            lines[name] = _both(lines[name], line) if name in lines else list(line.pieces)
    order = list(dict.fromkeys(name for decision in decisions for name in _names(decision) if name in lines))
    for name in order:
        if not lines[name]:
            raise ValueError(f"No answer to {name} is accepted by all decisions.")
    return _numbered(decisions, {name: _pieces(lines[name], cuts[name]) for name in order})


def _names(decision: PartialDecision) -> list[str]:
    return [".".join(path) for path in decision.plan.leaves]


def _asking(decision: PartialDecision) -> Iterator[tuple[int, Node]]:
    """Every node of the diagram that asks, once, with the number of its input."""
    root = decision.root
    seen: set[Node] = set()
    stack = [root] if root is not None else []
    while stack:
        node = stack.pop()
        if node.order != LAST and node not in seen:
            seen.add(node)
            stack += node.children
            yield node.order, node


def _both(pieces: list[Piece], line: Line) -> list[Piece]:
    return [both for low, high in pieces for both in line.within(low, high)]


def _pieces(pieces: list[Piece], cuts: set[Cut]) -> list[Piece]:
    found = []
    for low, high in pieces:
        edges = [low, *sorted(cut for cut in cuts if low < cut < high), high]
        found += list(pairwise(edges))
    return found


def _numbered(decisions: Sequence[PartialDecision], pieces: dict[str, list[Piece]]) -> Shared:
    """Classes: pieces that lead from every node that asks this input to the same node."""
    factors = []
    for name, parts in pieces.items():
        asking = [
            node for decision in decisions for index, node in _asking(decision) if _names(decision)[index] == name
        ]  # fmt: skip
        numbers: dict[tuple[int, ...], int] = {}
        keys = [tuple(id(node.child(low)) for node in asking) for low, _ in parts]
        classes = tuple(numbers.setdefault(key, len(numbers)) for key in keys)
        factors.append(Factor(name, tuple(low for low, _ in parts), tuple(high for _, high in parts), classes))
    table = _Table({factor.name: (number, factor) for number, factor in enumerate(factors)})
    roots = tuple(table.add(decision) for decision in decisions)
    return Shared(tuple(factors), tuple(table.nodes), table.outcomes, roots)


@dataclass(slots=True)
class _Table:
    factors: dict[str, tuple[int, Factor]]
    nodes: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    outcomes: dict[int, Term] = field(default_factory=dict)

    def add(self, decision: PartialDecision) -> int:
        names, done = _names(decision), dict[Node, int]()

        def visit(node: Node) -> int:
            found = done.get(node)
            if found is None:
                if node.term is not None:
                    self.outcomes[len(self.nodes)] = node.term
                    self.nodes.append((-1, ()))
                else:
                    number, factor = self.factors[names[node.order]]
                    firsts = (factor.classes.index(one) for one in range(max(factor.classes) + 1))
                    children = tuple(visit(node.child(factor.starts[first])) for first in firsts)
                    self.nodes.append((number, children))
                found = done[node] = len(self.nodes) - 1
            return found

        root = decision.root
        assert root is not None
        return visit(root)
