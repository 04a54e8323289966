# SPDX-License-Identifier: EUPL-1.2
"""What an interview costs that always asks what leaves least doubt: the measure by which a first question is chosen.

Least doubt alone is a good order. To ask first what makes this order cheapest afterwards, computed and not estimated, is never
worse than that order and in practice next to the best there is (`make bench-interview` prints both).
"""

from dataclasses import dataclass, field

from .exact import BudgetSpent, State, parts
from .functions import Functions
from .moves import Move, Moves


@dataclass
class Rollout:
    """Expected costs of the order of least doubt, kept for the next time. `budget`: states that may still be looked at."""

    functions: Functions
    moves: Moves
    budget: int = 0
    known: dict[State, float] = field(default_factory=dict)

    def after(self, state: State, move: Move) -> float:
        """Expected cost of a move and of everything behind it. BudgetSpent; what was found out is kept."""
        return move.cost + sum(chance * self.cost(left) for chance, left in self.moves.follow(state, move.factors))

    def cost(self, state: State) -> float:
        """Expected cost of a state that may fall apart."""
        return sum(self._part(part) for part in parts(self.moves, state))

    def _part(self, part: State) -> float:
        found = self.known.get(part)
        if found is None:
            if self.budget <= 0:
                raise BudgetSpent
            self.budget -= 1
            possible = self.moves.possible(part)
            found = self.known[part] = self.after(part, self.clearest(part, possible))
        return found

    def clearest(self, part: State, possible: list[Move]) -> Move:
        """The move that takes away most doubt for its cost; what costs nothing comes first."""
        free = [move for move in possible if move.cost <= 0.0]
        if free or len(possible) == 1:
            return (free or possible)[0]
        return max(possible, key=lambda move: sum(self.cleared(part, factor) for factor in move.factors) / move.cost)

    def cleared(self, part: State, factor: int) -> float:
        """How much doubt, in bits, the answer to a factor takes away on average."""
        functions, found = self.functions, 0.0
        for function in part:
            if functions.support[function] >> factor & 1:
                found += functions.doubt(function)
                for answer, weight in enumerate(functions.weights[factor]):
                    found -= weight * functions.doubt(functions.restrict(function, factor, answer))
        return found
