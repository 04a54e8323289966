# SPDX-License-Identifier: EUPL-1.2
"""Whether linear equations have a solution in decimal fractions: a third is no number of FEEL, 2a + b = 1 with a = b has none.

The solutions of the equations seen so far are a point plus whole combinations of vectors, multiplied by decimal
fractions. An equation is brought to one of these vectors by Euclid's algorithm; its factor has to be a decimal fraction.
Such points lie densely among all solutions, so inequalities that leave room around a solution leave room for them.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from bierger_core.rules.partial.linear import Row


def is_decimal(number: Fraction) -> bool:
    """Tell whether a fraction can be written with finitely many digits."""
    below = number.denominator
    for prime in (2, 5):
        while below % prime == 0:
            below //= prime
    return below == 1


def solvable(equations: Sequence[Row]) -> bool:
    """Tell whether decimal fractions satisfy all rows, each read as `= 0`; they have a solution in fractions."""
    names = sorted({name for row in equations for name, _ in row.factors}, key=repr)
    point = dict.fromkeys(names, Fraction(0))
    vectors = [{name: int(name == other) for name in names} for other in names]
    for row in equations:
        wanted = -row.rest - sum(factor * point[name] for name, factor in row.factors)
        along = [sum((factor * vector[name] for name, factor in row.factors), Fraction(0)) for vector in vectors]
        scale = lcm(*(factor.denominator for factor in along), 1)
        pivot = _euclid([int(factor * scale) for factor in along], vectors)
        if pivot is None:
            continue
        index, divisor = pivot
        factor = wanted * scale / divisor
        if not is_decimal(factor):
            return False
        chosen = vectors.pop(index)
        point = {name: point[name] + factor * chosen[name] for name in names}
    return True


def _euclid(along: list[int], vectors: list[dict[object, int]]) -> tuple[int, int] | None:
    """Combine the vectors until the equation holds one alone; give which and its factor. None: it holds none."""
    while True:
        left = [index for index, factor in enumerate(along) if factor]
        if not left:
            return None
        pivot = min(left, key=lambda index: abs(along[index]))
        if len(left) == 1:
            return pivot, along[pivot]
        for index in left:
            if index != pivot:
                times = along[index] // along[pivot]
                along[index] -= times * along[pivot]
                vectors[index] = {name: own - times * vectors[pivot][name] for name, own in vectors[index].items()}
