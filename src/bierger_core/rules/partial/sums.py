# SPDX-License-Identifier: EUPL-1.2
"""Sums of products of unknown inputs, with fractions in front: what arithmetic makes of numbers not known yet.

Inputs are numbers of variables. The arithmetic is that of fractions, without rounding.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from bierger_core.rules.partial.errors import TooLarge

Monomial = tuple[int, ...]  # the variables of a product, sorted; (): a number alone

MAX_TERMS = 64  # of one sum
MAX_DEGREE = 8  # of one product
MAX_BITS = 100_000  # of one coefficient: 10^6144 has 20,410


@dataclass(frozen=True, slots=True)
class Sum:
    """Products of variables with their coefficients, sorted, none 0."""

    terms: tuple[tuple[Monomial, Fraction], ...]

    @staticmethod
    def of(terms: Iterable[tuple[Monomial, Fraction]]) -> "Sum":
        """Add up; TooLarge beyond the bounds."""
        found: dict[Monomial, Fraction] = {}
        for monomial, factor in terms:
            found[monomial] = found.get(monomial, Fraction(0)) + factor
        kept = tuple(sorted((monomial, factor) for monomial, factor in found.items() if factor))
        large = any(max(f.numerator.bit_length(), f.denominator.bit_length()) > MAX_BITS for _, f in kept)
        if len(kept) > MAX_TERMS or large or any(len(monomial) > MAX_DEGREE for monomial, _ in kept):
            raise TooLarge
        return Sum(kept)

    @staticmethod
    def number(number: Fraction) -> "Sum":
        return Sum((((), number),) if number else ())

    @staticmethod
    def variable(index: int) -> "Sum":
        return Sum((((index,), Fraction(1)),))

    def __add__(self, other: "Sum") -> "Sum":
        return Sum.of((*self.terms, *other.terms))

    def __sub__(self, other: "Sum") -> "Sum":
        return self + other * Fraction(-1)

    def __mul__(self, other: "Sum | Fraction") -> "Sum":
        if isinstance(other, Fraction):
            return Sum.of((monomial, factor * other) for monomial, factor in self.terms)
        return Sum.of((tuple(sorted(m + n)), f * g) for m, f in self.terms for n, g in other.terms)

    @property
    def constant(self) -> Fraction | None:
        """The number this is, when no variable stands in it."""
        if not self.terms:
            return Fraction(0)
        return self.terms[0][1] if self.terms[0][0] == () and len(self.terms) == 1 else None

    @property
    def variables(self) -> frozenset[int]:
        return frozenset(index for monomial, _ in self.terms for index in monomial)

    @property
    def single(self) -> int | None:
        """The variable x when this is x times a number and nothing else."""
        return self.terms[0][0][0] if len(self.terms) == 1 and len(self.terms[0][0]) == 1 else None

    def primitive(self) -> tuple["Sum", Fraction, Fraction]:
        """Give (p, factor, rest) with self = factor * p + rest; p has whole coefficients without common divisor."""
        rest = next((factor for monomial, factor in self.terms if monomial == ()), Fraction(0))
        terms = [(monomial, factor) for monomial, factor in self.terms if monomial != ()]
        below = lcm(*(factor.denominator for _, factor in terms))
        above = gcd(*(int(factor * below) for _, factor in terms))
        scale = Fraction(above, below)
        scale = -scale if terms[0][1] < 0 else scale
        return Sum(tuple((monomial, factor / scale) for monomial, factor in terms)), scale, rest

    def substitute(self, known: Mapping[int, Fraction]) -> "Sum":
        """Put numbers in the place of variables."""
        found: list[tuple[Monomial, Fraction]] = []
        for monomial, factor in self.terms:
            product = factor
            for index in monomial:
                product *= known.get(index, 1)
            found.append((tuple(index for index in monomial if index not in known), product))
        return Sum.of(found)

    def rename(self, new: Callable[[int], int]) -> "Sum":
        """Give every variable another number."""
        return Sum.of((tuple(sorted(map(new, monomial))), factor) for monomial, factor in self.terms)
