# SPDX-License-Identifier: EUPL-1.2
"""The least expected cost, exactly, by dynamic programming over what remains.

Two different sets of answers that leave the same functions are one state: their number is what the law makes of the
answers, far below the number of ways to answer. What remains is cut into parts that share no factor; their costs add up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .functions import Functions
from .moves import Move, Moves

State = tuple[int, ...]
"""Functions that are no ends, each once, in order."""


class BudgetSpent(Exception):
    """More states than were allowed."""


@dataclass
class Exact:
    """Values of states, kept for the next time. `budget`: states that may still be looked at."""

    functions: Functions
    moves: Moves
    budget: int = 0
    known: dict[State, tuple[float, Move | None]] = field(default_factory=dict)

    def solve(self, state: State, budget: int) -> tuple[float, Move | None]:
        """Least expected cost of a state and the move that begins it. BudgetSpent; what was found out is kept."""
        self.budget = budget
        return self._part(state)

    def cost(self, state: State) -> float:
        """Of a state that may fall apart."""
        return sum(self._part(part)[0] for part in parts(self.moves, state))

    def _part(self, state: State) -> tuple[float, Move | None]:
        if not state:
            return 0.0, None
        found = self.known.get(state)
        if found is None:
            if self.budget <= 0:
                raise BudgetSpent
            self.budget -= 1
            found = self.known[state] = self._best(state)
        return found

    def _best(self, state: State) -> tuple[float, Move | None]:
        best, chosen = float("inf"), None
        for move in self.moves.possible(state):
            cost = move.cost
            for chance, following in self.moves.follow(state, move.factors):
                cost += chance * self.cost(following)
                if cost >= best:
                    break
            if cost < best:
                best, chosen = cost, move
        return best, chosen


def parts(moves: Moves, state: State) -> list[State]:
    """The state as parts that share no factor, no page and no place of the author's order, by their first function."""
    found: list[tuple[int, int, list[int]]] = []
    for function in state:
        support, linked, members = moves.functions.support[function], moves.linked(function), [function]
        apart = []
        for other, others_linked, others in found:
            if other & linked or others_linked & support:
                support, linked, members = support | other, linked | others_linked, others + members
            else:
                apart.append((other, others_linked, others))
        found = [*apart, (support, linked, members)]
    return sorted(tuple(sorted(members)) for _, _, members in found)


def remaining(functions: Functions, state: Sequence[int]) -> State:
    """Drop what is settled and what is there twice."""
    return tuple(sorted({function for function in state if functions.support[function]}))
