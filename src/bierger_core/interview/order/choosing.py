# SPDX-License-Identifier: EUPL-1.2
"""Which question next, in numbers: the best move where it can be computed, a good one with a bound where not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .exact import BudgetSpent, Exact, State, parts, remaining
from .functions import Functions, factors_of
from .moves import Move, Moves
from .pairs import Gains
from .rollout import Rollout

SMALL = 400
"""Ways to be partly answered, up to which a part is solved exactly while somebody waits."""
COMPUTED = 1_000_000
"""Ways to be partly answered, up to which what follows a question is computed while somebody waits."""
HALF = 0.5
"""Of the greatest gain for its cost, what a move must have to be chosen for another reason; doubles the bound of `pairs`."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A move, and which of the roots it can still change.

    `expected` is the least expected cost of all that hangs together with it; None where it was not computed.
    """

    move: Move
    roots: tuple[int, ...]
    expected: float | None


@dataclass
class Chooser:
    """Chooses for the functions `roots`; remembers what it computed. `budget`: states to look at for one answer."""

    functions: Functions
    moves: Moves
    roots: State
    budget: int
    exact: Exact = field(init=False)
    rollout: Rollout = field(init=False)
    gains: Gains = field(init=False)

    def __post_init__(self) -> None:
        self.exact = Exact(self.functions, self.moves)
        self.rollout = Rollout(self.functions, self.moves)
        self.gains = Gains(self.functions)

    def left(self, known: Mapping[int, int]) -> list[int]:
        """What remains of each root when these answers, by class, are known."""
        left = list(self.roots)
        for factor, answer in known.items():
            left = [self.functions.restrict(function, factor, answer) for function in left]
        return left

    def choose(self, known: Mapping[int, int]) -> Chosen | None:
        """The next move; None when all is settled. What comes first for the author is dealt with first."""
        left = self.left(known)
        whole = parts(self.functions, remaining(self.functions, left))
        if not whole:
            return None
        part = min(whole, key=lambda one: min(move.factors for move in self.moves.possible(one)))
        expected: float | None = None
        if part in self.exact.known or self._ways(part) <= SMALL:
            expected, found = self.exact.solve(part, SMALL)
            assert found is not None
            move = found
        else:
            inside = set(part)
            move = self.near_best(part, [root for root, one in zip(self.roots, left, strict=True) if one in inside], known)
        asked = sum(1 << factor for factor in move.factors)
        roots = tuple(number for number, one in enumerate(left) if self.functions.support[one] & asked)
        return Chosen(move, roots, expected)

    def _ways(self, part: State) -> int:
        """A bound on the states of a part: each factor unanswered, or answered in one class."""
        ways = 1
        for factor in factors_of(self.moves.relevant(part)):
            ways *= len(self.functions.weights[factor]) + 1
        return ways

    def prepare(self, budget: int) -> bool:
        """Compute the whole interview beforehand, within so many states; whether that was enough."""
        try:
            for part in parts(self.functions, remaining(self.functions, self.roots)):
                self.exact.solve(part, budget)
        except BudgetSpent:
            return False
        return True

    def near_best(self, part: State, roots: Sequence[int], known: Mapping[int, int]) -> Move:
        """Of the moves that close at least half as many pairs of paths as the best, the one behind which least is asked.

        Where that takes too long to compute: the one that leaves least doubt. All for their cost. `roots`: what the part was
        before any answer.
        """
        possible = self.moves.possible(part)
        if len(possible) == 1 or any(move.cost <= 0.0 for move in possible):
            return self.rollout.clearest(part, possible)
        gain = self.gains.of(roots, known)
        rates = [sum(gain.get(factor, 0.0) for factor in move.factors) / move.cost for move in possible]
        enough = HALF * max(rates)
        near = [move for move, rate in zip(possible, rates, strict=True) if rate >= enough]
        if self._ways(part) > COMPUTED:
            return self.rollout.clearest(part, near)
        self.rollout.budget = self.budget
        try:
            return min(near, key=lambda move: self.rollout.after(part, move))
        except BudgetSpent:
            return self.rollout.clearest(part, near)
