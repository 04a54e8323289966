# SPDX-License-Identifier: EUPL-1.2
"""Which question next, in numbers: the best move where it can be computed, a good one with a bound where not."""

from collections.abc import Collection, Mapping, Sequence
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
MANY = 5_000
"""Ways, over all roots, in which questions that were skipped may have been answered."""
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

    def left(self, known: Mapping[int, int], roots: Sequence[int] | None = None) -> list[int]:
        """What remains of each root when these answers, by class, are known."""
        left = list(self.roots if roots is None else roots)
        for factor, answer in known.items():
            left = [self.functions.restrict(function, factor, answer) for function in left]
        return left

    def without(self, skipped: Collection[int], known: Mapping[int, int]) -> list[tuple[int, int]]:
        """Each root by its number, once for each way in which these factors, which nobody answers, could have been answered.

        To settle all of them is to find out all that can be found out without those answers; what matters to none of them cannot
        help. Known answers go first, so that there are few ways; they are restricted again by `left`, which then changes nothing.
        """
        found = list(enumerate(self.left(known)))
        for factor in sorted(set(skipped) - set(known)):
            ways = range(len(self.functions.weights[factor]))
            expanded = {(number, self.functions.restrict(root, factor, way)): None for number, root in found for way in ways}
            found = list(expanded)
            if len(found) > MANY:
                raise BudgetSpent
        return found

    def choose(self, known: Mapping[int, int], skipped: Collection[int] = ()) -> Chosen | None:
        """The next move; None when all is settled. What comes first for the author is dealt with first.

        Of the factors `skipped` none is chosen. BudgetSpent: they leave too many ways open.
        """
        roots = self.without(skipped, known) if skipped else list(enumerate(self.roots))
        numbers, starts = [number for number, _ in roots], [root for _, root in roots]
        left = self.left(known, starts)
        whole = parts(self.moves, remaining(self.functions, left))
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
            move = self.near_best(part, [root for root, one in zip(starts, left, strict=True) if one in inside], known)
        asked = sum(1 << factor for factor in move.factors)
        concerned = (number for number, one in zip(numbers, left, strict=True) if self.functions.support[one] & asked)
        return Chosen(move, tuple(dict.fromkeys(concerned)), expected)

    def _ways(self, part: State) -> int:
        """A bound on the states of a part: each factor unanswered, or answered in one class."""
        ways = 1
        for factor in factors_of(self.moves.relevant(part)):
            ways *= len(self.functions.weights[factor]) + 1
        return ways

    def prepare(self, budget: int) -> bool:
        """Compute the whole interview beforehand, within so many states; whether that was enough."""
        try:
            for part in parts(self.moves, remaining(self.functions, self.roots)):
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
