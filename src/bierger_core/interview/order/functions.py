# SPDX-License-Identifier: EUPL-1.2
"""What is to be found out, as functions of the answers: reduced diagrams, each made once.

A *factor* is one thing that can be asked, with finitely many *classes* of answers: two answers of one class never make
a difference. A function is an end (an outcome), or asks a factor and goes on with another function for each class. Equal
functions are the same number, so a function depends on exactly the factors that it asks somewhere, and what it says is
settled when it is an end.
"""

import math
from collections.abc import Hashable, Iterator, Sequence

END = -1
"""In the place of a factor: this function is an outcome."""


class Functions:
    """The functions made so far. `weights[factor][class]`: how probable a class is, whatever is answered elsewhere."""

    def __init__(self, weights: Sequence[Sequence[float]]) -> None:
        self.weights = tuple(tuple(row) for row in weights)
        self.factor: list[int] = []
        self.children: list[tuple[int, ...]] = []
        self.support: list[int] = []
        """Bits of the factors on which a function depends."""
        self._ends: dict[Hashable, int] = {}
        self._made: dict[tuple[int, tuple[int, ...]], int] = {}
        self._restricted: dict[tuple[int, int, int], int] = {}
        self._chances: dict[int, dict[int, float]] = {}
        self._doubt: dict[int, float] = {}

    def end(self, outcome: Hashable) -> int:
        """The function that always has this outcome."""
        found = self._ends.get(outcome)
        if found is None:
            found = self._ends[outcome] = self._add(END, (), 0)
        return found

    def ask(self, factor: int, children: tuple[int, ...]) -> int:
        """The function that goes on with one of `children`, by the class of the answer to `factor`."""
        first = children[0]
        if all(child == first for child in children):
            return first
        key = (factor, children)
        found = self._made.get(key)
        if found is None:
            support = 1 << factor
            for child in children:
                support |= self.support[child]
            found = self._made[key] = self._add(factor, children, support)
        return found

    def _add(self, factor: int, children: tuple[int, ...], support: int) -> int:
        self.factor.append(factor)
        self.children.append(children)
        self.support.append(support)
        return len(self.factor) - 1

    def restrict(self, function: int, factor: int, answer: int) -> int:
        """What remains when the answer to a factor is of this class."""
        if not self.support[function] >> factor & 1:
            return function
        if self.factor[function] == factor:
            return self.children[function][answer]
        key = (function, factor, answer)
        found = self._restricted.get(key)
        if found is None:
            below = tuple([self.restrict(child, factor, answer) for child in self.children[function]])
            found = self._restricted[key] = self.ask(self.factor[function], below)
        return found

    def chances(self, function: int) -> dict[int, float]:
        """How probable each outcome is, by the end that stands for it."""
        found = self._chances.get(function)
        if found is None:
            found = {}
            if self.factor[function] == END:
                found[function] = 1.0
            else:
                for weight, child in zip(self.weights[self.factor[function]], self.children[function], strict=True):
                    for end, chance in self.chances(child).items():
                        found[end] = found.get(end, 0.0) + weight * chance
            self._chances[function] = found
        return found

    def doubt(self, function: int) -> float:
        """The entropy of the outcome, in bits."""
        found = self._doubt.get(function)
        if found is None:
            chances = self.chances(function).values() if self.support[function] else ()
            found = self._doubt[function] = -sum(chance * math.log2(chance) for chance in chances if chance > 0.0)
        return found


def factors_of(support: int) -> Iterator[int]:
    """The factors of a support, in order."""
    while support:
        low = support & -support
        yield low.bit_length() - 1
        support ^= low
