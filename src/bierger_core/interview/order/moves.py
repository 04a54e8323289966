# SPDX-License-Identifier: EUPL-1.2
"""What may be asked next, as the author allows it: alone or a page together, in a fixed order or any."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .functions import Functions, factors_of

State = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Factors that are asked together, and what that costs."""

    factors: tuple[int, ...]
    cost: float


class Moves:
    """`pages[factor]`: the factors on its page; `before[factor]`: bits of those that are asked earlier, if they matter."""

    def __init__(self, functions: Functions, costs: Sequence[float], pages: Sequence[int], before: Sequence[int]) -> None:
        self.functions = functions
        self.costs = costs
        self.pages = pages
        self.before = before
        self._linked: dict[int, int] = {}

    def linked(self, function: int) -> int:
        """Bits of the factors of a function, of those on their pages, and of those that the author wants asked before them."""
        found = self._linked.get(function)
        if found is None:
            found = self.functions.support[function]
            for factor in factors_of(found):
                found |= self.pages[factor] | self.before[factor]
            self._linked[function] = found
        return found

    def relevant(self, state: State) -> int:
        """Bits of the factors whose answer can still change something."""
        support = 0
        for function in state:
            support |= self.functions.support[function]
        return support

    def possible(self, state: State) -> list[Move]:
        """Every move, each page once; never a factor that does not matter."""
        relevant = self.relevant(state)
        left, found = relevant, []
        while left:
            factor = (left & -left).bit_length() - 1
            page = self.pages[factor] & relevant
            left &= ~page
            members = tuple(factors_of(page))
            if not any(self.before[member] & relevant & ~page for member in members):
                found.append(Move(members, sum(self.costs[member] for member in members)))
        return found

    def follow(self, state: State, factors: tuple[int, ...]) -> Iterator[tuple[float, State]]:
        """Each state to which answers to these factors lead, and how probable it is."""
        if not factors:
            yield 1.0, state
            return
        factor, rest = factors[0], factors[1:]
        functions = self.functions
        merged: dict[State, float] = {}
        for answer, weight in enumerate(functions.weights[factor]):
            if weight:
                left = {functions.restrict(function, factor, answer) for function in state}
                key = tuple(sorted(function for function in left if functions.support[function]))
                merged[key] = merged.get(key, 0.0) + weight
        for key, weight in merged.items():
            for chance, following in self.follow(key, rest):
                yield weight * chance, following
