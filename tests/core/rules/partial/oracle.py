# SPDX-License-Identifier: EUPL-1.2
"""Brute force: every completion that can make a difference, one after the other, through a function that decides.

It knows nothing of how the answer under test is found: it imports nothing of the project. It is given the domain of
each input, the numbers at which sums of inputs are compared (`boundaries`), and `outcome(inputs)`.

Every input is cut at each boundary: at it, beside it, between two. A boundary of several inputs (`a + b` against 10)
cuts the last of them at a place that depends on the others; the others are cut where two such places cross, so that
no cell of the plane is left out. One completion, or two, is taken from each cell.
"""

import itertools
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

Linear = tuple[tuple[str, Fraction], ...]  # sorted; the name "" is the number alone
Assignment = dict[str, object]


@dataclass(frozen=True)
class Domain:
    """What an input may be. Numbers: `holds` says which; others: the candidates, already cut."""

    name: str
    number: bool = False
    candidates: tuple[object, ...] = ()  # besides the numbers
    holds: Callable[[Decimal], bool] = lambda _: True
    edges: tuple[Decimal, ...] = ()  # where it is cut by itself; the numbers among the candidates, where sums read it


@dataclass
class Judge:
    """Judges completions of one decision."""

    domains: Mapping[str, Domain]
    boundaries: Sequence[Linear]
    outcome: Callable[[Assignment], Hashable]
    known: Assignment
    evaluations: int = 0
    seen: dict[tuple[tuple[str, object], ...], Hashable] = field(default_factory=dict)

    def judge(self) -> tuple[set[Hashable], set[str]]:
        """Give all outcomes, and the inputs that change one by themselves."""
        unknown = [name for name in self.domains if name not in self.known]
        forms = [form for form in (self.substituted(form) for form in self.boundaries) if form is not None]
        forms += [(("", -Fraction(edge)), (name, Fraction(1))) for name in unknown for edge in self.domains[name].edges]
        outcomes: set[Hashable] = set()
        relevant: set[str] = set()
        if not unknown:
            outcomes.add(self.decide({}))
        for last in unknown:
            order = [*(name for name in unknown if name != last), last]
            levels = self.levels(forms, order)
            for chosen in self.completions(levels, order[:-1], {}):
                found = {self.decide({**chosen, last: value}) for value in self.values(last, levels[last], chosen)}
                outcomes |= found
                if len(found) > 1:
                    relevant.add(last)
        return outcomes, relevant

    def decide(self, chosen: Assignment) -> Hashable:
        key = tuple(sorted((name, (type(value).__name__, str(value))) for name, value in chosen.items()))
        if key not in self.seen:
            self.evaluations += 1
            self.seen[key] = self.outcome({**self.known, **chosen})
        return self.seen[key]

    def substituted(self, form: Linear) -> Linear | None:
        """Put the known numbers into a boundary; None when it is no boundary any more."""
        found: dict[str, Fraction] = {"": Fraction(0)}
        for name, factor in form:
            if name not in self.known:
                found[name] = found.get(name, Fraction(0)) + factor
            else:
                value = self.known[name]
                if isinstance(value, bool) or not isinstance(value, Decimal):
                    return None
                found[""] += factor * Fraction(value)
        return form_of(found)

    def levels(self, forms: Sequence[Linear], order: Sequence[str]) -> dict[str, list[Linear]]:
        """Give for each input the boundaries that cut it when the inputs before it in the order are chosen."""
        found: dict[str, list[Linear]] = {}
        current = set(forms)
        for name in reversed(order):
            own = sorted(form for form in current if dict(form).get(name))
            found[name] = own
            current -= set(own)
            for one, two in itertools.combinations(own, 2):
                a, b = dict(one), dict(two)
                crossed = form_of({key: a.get(key, 0) * b[name] - b.get(key, 0) * a[name] for key in {*a, *b} if key != name})
                if crossed is not None:
                    current.add(crossed)
        return found

    def completions(self, levels: Mapping[str, list[Linear]], order: Sequence[str], chosen: Assignment) -> Iterator[Assignment]:
        if not order:
            yield chosen
            return
        for value in self.values(order[0], levels[order[0]], chosen):
            yield from self.completions(levels, order[1:], {**chosen, order[0]: value})

    def values(self, name: str, forms: Sequence[Linear], chosen: Assignment) -> list[object]:
        domain = self.domains[name]
        found: list[object] = list(domain.candidates)
        if domain.number:
            roots = {root for form in forms if (root := solved(form, name, chosen)) is not None}
            found += [number for number in cells(sorted(roots)) if domain.holds(number)]
        return found


def form_of(factors: Mapping[str, Fraction]) -> Linear | None:
    """Write a boundary in one way: sorted, the first factor 1; None when no input stands in it."""
    kept = sorted((name, Fraction(factor)) for name, factor in factors.items() if factor and name)
    if not kept:
        return None
    scale = kept[0][1]
    return (("", Fraction(factors.get("", 0)) / scale), *((name, factor / scale) for name, factor in kept))


def solved(form: Linear, name: str, chosen: Assignment) -> Fraction | None:
    """Give the value of an input at which a boundary is met."""
    total, own = Fraction(0), Fraction(0)
    for other, factor in form:
        if other == name:
            own = factor
        elif other == "":
            total += factor
        else:
            value = chosen.get(other)
            if isinstance(value, bool) or not isinstance(value, Decimal):
                return None
            total += factor * Fraction(value)
    return -total / own


def cells(roots: Sequence[Fraction]) -> list[Decimal]:
    """Give every root that is a decimal number, and two numbers beside and between them."""
    if not roots:
        return [Decimal(0), Decimal(1)]
    found = [*outside(roots[0], -1), *outside(roots[-1], 1)]
    found += [number for root in roots if (number := decimal(root)) is not None]
    for low, high in itertools.pairwise(roots):
        found += inside(low, high)
    return found


def outside(root: Fraction, side: int) -> list[Decimal]:
    whole = Decimal(root.numerator // root.denominator)
    return [whole + side * 2, whole + side * 3]


def inside(low: Fraction, high: Fraction) -> list[Decimal]:
    digits = 1
    while Fraction(1, 10**digits) * 4 > high - low:
        digits += 1
    scaled = low * 10**digits
    first = scaled.numerator // scaled.denominator + 1
    return [Decimal(first + step).scaleb(-digits) for step in (0, 1)]


def decimal(number: Fraction) -> Decimal | None:
    """Give a fraction as a decimal number; None for a third."""
    below = number.denominator
    for prime in (2, 5):
        while below % prime == 0:
            below //= prime
    return Decimal(number.numerator) / Decimal(number.denominator) if below == 1 else None


def days(constants: Sequence[date], width: int) -> list[date]:
    """Give the days at and around each constant: `width` days compared with each other find room between two."""
    found = {constant + timedelta(days=step) for constant in constants for step in range(-width, width + 1)}
    return sorted(found or {date(2026, 6, day + 1) for day in range(width + 1)})


def texts(constants: Sequence[str], width: int) -> list[str]:
    """Give each constant, and texts before, between and behind."""
    found = {constant + tail for constant in constants for tail in ("", *("!" * n for n in range(1, width + 1)))}
    return sorted(found | {"", "zz"} | {"z" * (n + 3) for n in range(width)})
