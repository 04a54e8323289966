# SPDX-License-Identifier: EUPL-1.2
"""The types of FEEL and of item definitions (DMN 1.5 sections 7.3.3 and 10.3.2.9).

`is_instance` answers `instance of`; `conform` fits a value to a declared type by the implicit conversions of section
10.3.2.9.4 (a list of one to its item, an item to a list of one, a date to a date and time) and gives null where it does
not fit, or where the allowed values do not allow it.
"""

from collections.abc import Mapping
from datetime import date

from bierger_core.rules.feel.calendar import midnight
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.values import FarDate, Function, Range, Test, Type, Value, kind_of

ANY = Type("Any")
NULL = Type("Null")
SIMPLE = {
    word: Type(word)
    for word in (
        "number",
        "string",
        "boolean",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
    )
}
ALIASES = {
    **SIMPLE,
    "Any": ANY,
    "Null": NULL,
    "dateTime": SIMPLE["date and time"],
    "dayTimeDuration": SIMPLE["days and time duration"],
    "yearMonthDuration": SIMPLE["years and months duration"],
    "list": Type("list", ANY),
    "context": Type("context"),
    "range": Type("range", ANY),
    "function": Type("function", ANY),
}


def is_instance(run: Run, value: Value, kind: Type, *, checks: bool = True) -> bool:
    """Tell whether a value is of a type; null is of type Null only. Entries of contexts may be null."""
    if kind.kind == "Any":
        return value is not None and _allowed(run, value, kind, checks=checks)
    if value is None:
        return kind.kind == "Null"
    if kind_of(value) != kind.kind:
        return False
    return _parts(run, value, kind, checks=checks) and _allowed(run, value, kind, checks=checks)


def _parts(run: Run, value: Value, kind: Type, *, checks: bool) -> bool:
    if isinstance(value, tuple) and kind.item is not None and kind.item.kind != "Any":
        run.count(len(value))
        return all(item is None or is_instance(run, item, kind.item, checks=checks) for item in value)
    if isinstance(value, Mapping):
        return all(
            name in value and (value[name] is None or is_instance(run, value[name], part, checks=checks))
            for name, part in kind.fields.items()
        )
    if isinstance(value, Range) and kind.item is not None:
        ends = [end for end in (value.low, value.high) if end is not None]
        return all(is_instance(run, end, kind.item, checks=checks) for end in ends)
    if isinstance(value, Function) and kind.parameters is not None:
        return _function_fits(value, kind)
    return True


def _function_fits(value: Function, kind: Type) -> bool:
    assert kind.parameters is not None
    if len(value.parameters) != len(kind.parameters):
        return False
    result = kind.item or ANY
    pairs = zip(kind.parameters, value.parameters, strict=True)
    undeclared = value.result.kind == "Any"  # what a function gives is checked when it is called
    return (undeclared or is_subtype(value.result, result)) and all(is_subtype(asked, own.type) for asked, own in pairs)


def is_subtype(narrow: Type, wide: Type) -> bool:
    """Tell whether every value of `narrow` is one of `wide` (section 10.3.2.9.2, conforms to)."""
    if wide.kind == "Any" or narrow.kind == "Null":
        return True
    if narrow.kind != wide.kind:
        return False
    if wide.kind == "context":
        return all(name in narrow.fields and is_subtype(narrow.fields[name], part) for name, part in wide.fields.items())
    if wide.kind == "function":
        if wide.parameters is None:
            return True
        if narrow.parameters is None or len(narrow.parameters) != len(wide.parameters):
            return False
        pairs = zip(wide.parameters, narrow.parameters, strict=True)
        return is_subtype(narrow.item or ANY, wide.item or ANY) and all(is_subtype(a, b) for a, b in pairs)
    return wide.item is None or is_subtype(narrow.item or ANY, wide.item)


def _allowed(run: Run, value: Value, kind: Type, *, checks: bool) -> bool:
    return not checks or all(test(run, value) for test in kind.allowed)


def conform(run: Run, value: Value, kind: Type) -> Value:
    """Fit a value to a declared type, or give null (and note why)."""
    if value is None or (kind.kind == "Any" and not kind.allowed):
        return value
    for candidate in _conversions(value, kind):
        if is_instance(run, candidate, kind):
            return candidate
    run.note(f"a {kind_of(value)} does not fit the type {kind.name or type_text(kind)}")
    return None


def _conversions(value: Value, kind: Type) -> list[Value]:
    found: list[Value] = [value]
    if isinstance(value, tuple) and len(value) == 1 and kind.kind != "list":
        found.append(value[0])
    elif kind.kind == "list" and not isinstance(value, tuple):
        found.append((value,))
    elif kind.kind == "date and time" and isinstance(value, (date, FarDate)):
        found.append(midnight(value))
    return found


def type_text(kind: Type) -> str:
    """Write a type as FEEL does."""
    if kind.kind in ("list", "range") and kind.item is not None:
        return f"{kind.kind}<{type_text(kind.item)}>"
    if kind.kind == "context" and kind.fields:
        return f"context<{', '.join(f'{name}: {type_text(part)}' for name, part in kind.fields.items())}>"
    if kind.kind == "function" and kind.parameters is not None:
        return f"function<{', '.join(type_text(part) for part in kind.parameters)}> -> {type_text(kind.item or ANY)}"
    return kind.kind


__all__ = ["ALIASES", "ANY", "NULL", "SIMPLE", "Test", "Type", "conform", "is_instance", "is_subtype", "type_text"]
