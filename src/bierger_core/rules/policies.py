# SPDX-License-Identifier: EUPL-1.2
"""Hit policies (DMN 1.5 section 8.2.10): which of the rules that match count, and what several of them make together."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

from bierger_core.rules.data import Value
from bierger_core.rules.evaluate import Evaluation, ordered


class Hit(StrEnum):
    """Which rules count: one (UNIQUE, ANY, PRIORITY, FIRST), or all that match.

    Two that match are an error of UNIQUE, and of ANY where they give different results. A table of PRIORITY or OUTPUT
    ORDER holds its rules in the order of their outputs, so that PRIORITY is the first that matches.
    """

    UNIQUE = "UNIQUE"
    ANY = "ANY"
    PRIORITY = "PRIORITY"
    FIRST = "FIRST"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"

    @property
    def takes_first(self) -> bool:
        """Tell whether no rule behind the first that matches is looked at."""
        return self in (Hit.FIRST, Hit.PRIORITY)

    @property
    def takes_all(self) -> bool:
        """Tell whether every rule that matches counts."""
        return self in (Hit.RULE_ORDER, Hit.OUTPUT_ORDER, Hit.COLLECT)

    @property
    def reads_outputs(self) -> bool:
        """Tell whether the outputs say which rules count: they are constants, then."""
        return self in (Hit.ANY, Hit.PRIORITY, Hit.OUTPUT_ORDER)


class Aggregation(StrEnum):
    """What COLLECT makes of the rules that match: a list, or one value."""

    LIST = ""
    SUM = "SUM"
    MIN = "MIN"
    MAX = "MAX"
    COUNT = "COUNT"


def aggregate(aggregation: Aggregation, rows: Sequence[Value]) -> Value:
    """Give what the rows of a table make together, one row at least; null where they are of types that cannot be taken together.

    In the order of the rows, as everywhere in FEEL: sums round at the 34th digit.
    """
    if aggregation is Aggregation.LIST:
        return tuple(rows)
    if aggregation is Aggregation.COUNT:
        return Decimal(len(rows))
    if aggregation is Aggregation.SUM:
        total: Value = Decimal(0)
        for row in rows:
            total = Evaluation({}).arithmetic("+", total, row)
        return total
    sign = "<" if aggregation is Aggregation.MIN else ">"
    found = rows[-1]
    for row in reversed(rows):
        closer = ordered(sign, row, found)  # null, too, for one row without an order: a truth value, a context
        if closer is None:
            return None
        found = row if closer else found
    return found


def rows_of(given: Mapping[str, Sequence[Value]]) -> list[Value]:
    """Turn outputs by name, a value for each rule, into a row for each rule: a value, or a context of several outputs."""
    if len(given) == 1:
        return list(next(iter(given.values())))
    return [dict(zip(given, row, strict=True)) for row in zip(*given.values(), strict=True)]
