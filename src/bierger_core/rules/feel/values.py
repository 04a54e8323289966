# SPDX-License-Identifier: EUPL-1.2
"""The values of FEEL (DMN 1.5 section 10.3.2.3) in Python.

    null None, boolean bool, number Decimal, string str, list tuple, context Mapping,
    date datetime.date (or FarDate where Python's calendar ends), time Time, date and time DateTime,
    days and time duration DaysTime, years and months duration YearsMonths, range Range, function Function.

All are immutable. Nothing here compares: equality of FEEL is three-valued and lives in `compare`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.moments import DAY, SECOND, DateTime, Day, DaysTime, FarDate, Time, YearsMonths


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; an end that is null and open has no bound."""

    low: "Value"
    high: "Value"
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Type:
    """A type: `kind` is a FEEL word, `Any` or `Null`; further parts by kind.

    list: `item`; range: `item`; context: `fields`; function: `parameters` and `item` (its result). `allowed` restricts the
    values; `ordered` are the allowed values one by one, as they stand in the file. `name` is that of the item definition.
    A context may hold more than its `fields`.
    """

    kind: str
    item: "Type | None" = None
    fields: Mapping[str, "Type"] = field(default_factory=dict)
    parameters: "tuple[Type, ...] | None" = None
    allowed: "tuple[Test, ...]" = ()
    ordered: "tuple[Test, ...]" = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A formal parameter of a function."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function as a value. `positional` takes arguments in order, `named` by name; both give null when they do not fit."""

    name: str
    parameters: tuple[Parameter, ...]
    result: Type
    positional: Callable[[Run, Sequence["Value"]], "Value"]
    named: Callable[[Run, Mapping[str, "Value"]], "Value"]


Value = (
    bool
    | Decimal
    | str
    | date
    | FarDate
    | Time
    | DateTime
    | DaysTime
    | YearsMonths
    | Range
    | Function
    | tuple["Value", ...]
    | Mapping[str, "Value"]
    | None
)

Test = Callable[[Run, Value], bool]  # whether a value is among the allowed ones

_WORDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "boolean"),
    (Decimal, "number"),
    (str, "string"),
    (tuple, "list"),
    (dict, "context"),
    ((date, FarDate), "date"),
    (DateTime, "date and time"),
    (Time, "time"),
    (DaysTime, "days and time duration"),
    (YearsMonths, "years and months duration"),
    (Range, "range"),
    (Function, "function"),
    (Mapping, "context"),
)


def kind_of(value: Value) -> str:
    """Give the FEEL word for the type of a value."""
    if value is None:
        return "null"
    for kind, word in _WORDS:
        if isinstance(value, kind):
            return word
    raise TypeError(type(value).__name__)  # a value that no reader of this package makes


__all__ = [
    "DAY", "SECOND", "DateTime", "Day", "DaysTime", "FarDate", "Function", "Parameter", "Range", "Test", "Time", "Type",
    "Value", "YearsMonths", "kind_of",
]  # fmt: skip
