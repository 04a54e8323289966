# SPDX-License-Identifier: EUPL-1.2
"""How far a question brings the interview, with a bound on how bad a greedy choice can be.

Every way from the root of a diagram to an end is a *path*; an answer closes the paths that need another one. An outcome is
settled exactly when all paths that are left open end alike. So the goal is to close, of each pair of paths with different
ends, at least one. The number of such pairs, Q at the beginning, is a whole number that every answer lowers, and the
earlier an answer is given the more it lowers it (submodular, for independent answers). Who always asks what lowers it
most for its cost, on average, asks at most (ln Q + 1) times the least possible on average:
L. Hellerstein, D. Kletenik, S. Parthasarathy, "A Tight Bound for Stochastic Submodular Cover", JAIR 71 (2021).
"""

from collections.abc import Mapping, Sequence

from .functions import END, Functions

KEPT = 100_000
"""Functions with what is known of them, for which gains are kept."""


class Gains:
    """How many pairs of open paths an answer closes on average; kept, for an answer concerns few functions.

    The functions are those before any answer, so that the pairs are the same ones during the whole interview.
    """

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        self._kept: dict[tuple[int, tuple[tuple[int, int], ...]], dict[int, float]] = {}

    def of(self, roots: Sequence[int], known: Mapping[int, int]) -> dict[int, float]:
        """By factor, for all these functions together. `known`: the class of each answer given."""
        found: dict[int, float] = {}
        for root in roots:
            for factor, gain in self._of(root, known).items():
                found[factor] = found.get(factor, 0.0) + gain
        return found

    def _of(self, root: int, known: Mapping[int, int]) -> dict[int, float]:
        support = self.functions.support[root]
        key = root, tuple(sorted((factor, answer) for factor, answer in known.items() if support >> factor & 1))
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            found = self._kept[key] = _Paths(self.functions, known).gains(root)
        return found


def pairs(functions: Functions, root: int) -> int:
    """Q of one function."""
    counts = _Paths(functions, {}).count(root)
    return _pairs(counts)


def _pairs(counts: Mapping[int, int]) -> int:
    total = sum(counts.values())
    return (total * total - sum(count * count for count in counts.values())) // 2


class _Paths:
    """Open paths of one diagram; whole numbers, for there may be very many."""

    def __init__(self, functions: Functions, known: Mapping[int, int]) -> None:
        self.functions = functions
        self.known = known
        self.counts: dict[int, dict[int, int]] = {}
        self.finished: list[int] = []
        """Every function, behind those that it leads to."""

    def open(self, function: int) -> tuple[int, ...]:
        children = self.functions.children[function]
        answer = self.known.get(self.functions.factor[function])
        return children if answer is None else (children[answer],)

    def count(self, function: int) -> dict[int, int]:
        """Open paths from here, by their end."""
        found = self.counts.get(function)
        if found is None:
            found = {}
            if self.functions.factor[function] == END:
                found[function] = 1
            else:
                for child in self.open(function):
                    for end, number in self.count(child).items():
                        found[end] = found.get(end, 0) + number
            self.counts[function] = found
            self.finished.append(function)
        return found

    def gains(self, root: int) -> dict[int, float]:
        total = self.count(root)
        reached = {root: 1}
        asking: dict[int, list[tuple[int, int]]] = {}
        for function in reversed(self.finished):
            times = reached[function]
            factor = self.functions.factor[function]
            if factor == END:
                continue
            if factor not in self.known:
                asking.setdefault(factor, []).append((times, function))
            for child in self.open(function):
                reached[child] = reached.get(child, 0) + times
        now = _pairs(total)
        return {factor: now - self._expected(factor, nodes, total) for factor, nodes in asking.items()}

    def _expected(self, factor: int, nodes: Sequence[tuple[int, int]], total: Mapping[int, int]) -> float:
        """Pairs that stay open, on average: paths that ask the factor go on with one class, the others stay."""
        untouched = dict(total)
        for times, function in nodes:
            for end, number in self.counts[function].items():
                untouched[end] -= times * number
        expected = 0.0
        for answer, weight in enumerate(self.functions.weights[factor]):
            left = dict(untouched)
            for times, function in nodes:
                for end, number in self.counts[self.functions.children[function][answer]].items():
                    left[end] = left.get(end, 0) + times * number
            expected += weight * _pairs(left)
        return expected
