# SPDX-License-Identifier: EUPL-1.2
"""The front door: decisions, costs, pages and answers by name; classes and numbers stay inside."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bierger_core.rules import Factor, InputRefused, PartialDecision, Shared, Undecided, is_plain, share, to_value
from bierger_core.values import CoreError

from .choosing import Chooser
from .exact import BudgetSpent
from .functions import END, Functions
from .moves import Moves

PREPARE = 20_000
"""States that are computed before the first question: some seconds, and the exact optimum for a table of an ordinary size."""
WAITING = 2_000
"""States that are computed while somebody waits for the next question."""
MOST = 400_000
"""Functions that are kept in memory between two questions; beyond, what can be computed again is forgotten."""

Page = tuple[str, ...]


class OrderRefused(CoreError):
    """Pages or orders that cannot be kept, or costs below nothing."""

    default_code = "order-refused"


@dataclass(frozen=True, slots=True)
class Next:
    """What to ask next.

    `names`     one question, or the questions of one page that still matter
    `goals`     numbers of the decisions that the answers can still change
    `expected`  the least expected cost of what is connected with them, None where it was not computed
    `optimal`   whether no order has a lower expected cost
    """

    names: Page
    goals: tuple[int, ...]
    expected: float | None
    optimal: bool


@dataclass
class QuestionOrder:
    """Chooses questions for several decisions at once; a question that several need is asked once.

    decisions   compiled for missing inputs. Those over sums of several unknowns come last, in the order of their model
    costs       of a question, by name: 1 unless given. What a register holds costs nothing and is asked first
    pages       questions that are kept together
    sequence    questions whose order the author fixed: each comes before those behind it, as long as it matters
    cases       answers of past cases, for how probable they are; without any all classes of answers count alike

    Answers are taken for independent of each other. Raises OrderRefused. Not safe for threads.
    """

    decisions: Sequence[PartialDecision]
    costs: Mapping[str, float] = field(default_factory=dict)
    pages: Sequence[Page] = ()
    sequence: Sequence[str] = ()
    cases: Iterable[Mapping[str, object]] = ()
    shared: Shared = field(init=False)
    weights: tuple[tuple[float, ...], ...] = field(init=False)
    _chooser: Chooser = field(init=False)

    def __post_init__(self) -> None:
        if any(cost < 0 for cost in self.costs.values()):
            raise OrderRefused("No question costs less than nothing.")
        self.plain = [number for number, decision in enumerate(self.decisions) if is_plain(decision)]
        self.shared = share([self.decisions[number] for number in self.plain])
        self.numbers = {factor.name: number for number, factor in enumerate(self.shared.factors)}
        self.weights = _weights(self.shared.factors, self.cases)
        self._renew()

    def prepare(self, budget: int = PREPARE) -> bool:
        """Compute the whole order beforehand; whether the optimum is known for every course of the interview."""
        return self._chooser.prepare(budget)

    def next(self, known: Mapping[str, object], skipped: Collection[str] = ()) -> Next | None:
        """The next question after these answers, by dotted name; None when every decision is settled.

        `skipped`: questions that the person cannot answer now. They are not asked again; None then means that no other question
        can still change what is open. Raises InputRefused for an answer that is none to this question. What matters to no
        decision is passed over.
        """
        if len(self._chooser.functions.factor) > MOST:
            self._renew()
        classes, left_out = self._classes(known), {self.numbers[name] for name in skipped if name in self.numbers}
        try:
            chosen = self._chooser.choose(classes, left_out)
        except BudgetSpent:  # so many questions were skipped that their ways are not gone through: the first that matters
            others = [name for name in self.relevant(known) if name not in skipped]
            return Next((others[0],), (), None, optimal=False) if others else None
        if chosen is None:
            return self._beyond(known, skipped)
        factors = self.shared.factors
        names = tuple(factors[number].name for number in chosen.move.factors)
        goals = tuple(self.plain[root] for root in chosen.roots)
        return Next(names, goals, chosen.expected, chosen.expected is not None)

    def relevant(self, known: Mapping[str, object]) -> Page:
        """All questions whose answer can still change something, in the order of the decisions."""
        support = self._chooser.moves.relevant(tuple(self._chooser.left(self._classes(known))))
        found = [factor.name for number, factor in enumerate(self.shared.factors) if support >> number & 1]
        for number, decision in enumerate(self.decisions):
            if number not in self.plain and isinstance(verdict := decision.decide(known), Undecided):
                found += verdict.inputs
        return tuple(dict.fromkeys(found))

    def _beyond(self, known: Mapping[str, object], skipped: Collection[str]) -> Next | None:
        """The decisions that are no plain diagrams, one after the other."""
        for number, decision in enumerate(self.decisions):
            if number not in self.plain and isinstance(verdict := decision.decide(known), Undecided):
                names = [name for name in verdict.inputs if name not in skipped]
                if names:
                    return Next((names[0],), (number,), None, optimal=False)
        return None

    def _classes(self, known: Mapping[str, object]) -> dict[int, int]:
        found: dict[int, int] = {}
        for name, answer in known.items():
            number = self.numbers.get(name)
            if number is not None:
                found[number] = _class_of(self.shared.factors[number], answer)
        return found

    def _renew(self) -> None:
        functions = Functions(self.weights)
        made: list[int] = []
        for number, (factor, children) in enumerate(self.shared.nodes):
            if factor == END:
                made.append(functions.end(self.shared.ends[number]))
            else:
                made.append(functions.ask(factor, tuple(made[child] for child in children)))
        costs = [float(self.costs.get(factor.name, 1.0)) for factor in self.shared.factors]
        moves = Moves(functions, costs, *self._author())
        self._chooser = Chooser(functions, moves, tuple(made[root] for root in self.shared.roots), WAITING)

    def _author(self) -> tuple[list[int], list[int]]:
        """For each factor: the factors on its page, and those of the sequence that come before it, as bits."""
        count = len(self.shared.factors)
        pages, before = [1 << number for number in range(count)], [0] * count
        for page in self.pages:
            members = [self.numbers[name] for name in page if name in self.numbers]
            if any(pages[number] != 1 << number for number in members):
                raise OrderRefused("A question stands on one page only.", page=list(page))
            for number in members:
                pages[number] = sum(1 << one for one in set(members))
        earlier = 0
        for name in self.sequence:
            if name in self.numbers:
                place = self.numbers[name]
                before[place] = earlier & ~pages[place]
                earlier |= 1 << place
        _check_possible(pages, before)
        return pages, before


def _check_possible(pages: Sequence[int], before: Sequence[int]) -> None:
    """Some page must always come first, whichever questions still matter: no page waits for itself by way of others."""
    left = set(pages)
    while left:
        ready = {page for page in left if not any(before[number] & other for number in _bits(page) for other in left - {page})}
        if not ready:
            raise OrderRefused("The sequence asks a page before itself.")
        left -= ready


def _bits(page: int) -> list[int]:
    return [number for number in range(page.bit_length()) if page >> number & 1]


def _class_of(factor: Factor, answer: object) -> int:
    value = to_value(answer, name=factor.name)
    found = factor.class_of(value)
    if found is None:
        raise InputRefused(name=factor.name, expected="an answer to this question", got=str(value)[:80])
    return found


def _weights(factors: Sequence[Factor], cases: Iterable[Mapping[str, object]]) -> tuple[tuple[float, ...], ...]:
    """How probable each class is: its pieces, as if each had been seen once, and what past cases answered."""
    counts = [[float(size) for size in factor.sizes] for factor in factors]
    for case in cases:
        for factor, row in zip(factors, counts, strict=True):
            if factor.name in case:
                answered = factor.class_of(to_value(case[factor.name], name=factor.name))
                if answered is not None:
                    row[answered] += 1.0
    return tuple(tuple(count / sum(row) for count in row) for row in counts)
