# SPDX-License-Identifier: EUPL-1.2
"""String functions (DMN 1.5 section 10.3.4.3, table 73), number and string (table 71)."""

import re
from collections.abc import Mapping
from decimal import Decimal, Overflow

from bierger_core.rules.data import decimal_context, number_text
from bierger_core.rules.feel.calendar import date_time_text, day_text, days_text, months_text, time_text
from bierger_core.rules.feel.library.registry import builtin
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.patterns import compile_pattern
from bierger_core.rules.feel.values import DateTime, DaysTime, FarDate, Range, Time, Value, YearsMonths, kind_of

NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)


@builtin("substring(string: string, start position: number, [length: number?])")
def substring(_run: Run, text: str, start: Decimal, length: Decimal | None = None) -> Value:
    index = int(start)
    if index == 0 or abs(index) > len(text) or (length is not None and length < 1):
        return None
    begin = index - 1 if index > 0 else len(text) + index
    return text[begin:] if length is None else text[begin : begin + min(int(length), len(text))]


@builtin("string length(string: string)")
def string_length(_run: Run, text: str) -> Value:
    return Decimal(len(text))


@builtin("upper case(string: string)")
def upper_case(_run: Run, text: str) -> Value:
    return text.upper()


@builtin("lower case(string: string)")
def lower_case(_run: Run, text: str) -> Value:
    return text.lower()


@builtin("substring before(string: string, match: string)")
def substring_before(_run: Run, text: str, match: str) -> Value:
    before, found, _ = text.partition(match) if match else ("", "", text)
    return before if found else ""


@builtin("substring after(string: string, match: string)")
def substring_after(_run: Run, text: str, match: str) -> Value:
    return text.partition(match)[2] if match else text


@builtin("contains(string: string, match: string)")
def contains(_run: Run, text: str, match: str) -> Value:
    return match in text


@builtin("starts with(string: string, match: string)")
def starts_with(_run: Run, text: str, match: str) -> Value:
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(_run: Run, text: str, match: str) -> Value:
    return text.endswith(match)


@builtin("matches(input: string, pattern: string, [flags: string?])")
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> Value:
    compiled = compile_pattern(pattern, flags or "")
    return None if compiled is None else compiled.search(run, text) is not None


@builtin("replace(input: string, pattern: string, replacement: string, [flags: string?])")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> Value:
    compiled = compile_pattern(pattern, flags or "")
    return None if compiled is None else compiled.replace(run, text, replacement)


@builtin("split(string: string, delimiter: string)")
def split(run: Run, text: str, delimiter: str) -> Value:
    compiled = compile_pattern(delimiter, "")
    return None if compiled is None else compiled.split(run, text)


@builtin("string join(list: list, [delimiter: string?])")
def string_join(run: Run, items: tuple[Value, ...], delimiter: str | None = None) -> Value:
    run.items(len(items))
    texts = [item for item in items if isinstance(item, str)]
    if any(item is not None and not isinstance(item, str) for item in items):
        return None
    joint = delimiter or ""
    run.text(sum(len(text) + len(joint) for text in texts))
    return joint.join(texts)


# -- number and string -----------------------------------------------------------------------------------------------


@builtin("number(from: string, grouping separator: string?, decimal separator: string?)", "number(from: string)")
def to_number(_run: Run, text: str, grouping: str | None = None, point: str | None = None) -> Value:
    """Read a number. Grouping is a blank, comma or dot; the decimal separator a comma or dot, and not the same."""
    if (grouping not in (None, " ", ",", ".")) or (point not in (None, ",", ".")):
        return None
    if grouping is not None and grouping == point:
        return None
    plain = text.replace(grouping, "") if grouping else text
    plain = plain.replace(point, ".") if point and point != "." and "." not in plain else plain
    if point == "," and grouping != "." and "." in text:
        return None
    if not NUMBER.fullmatch(plain) or len(plain) > 6200:
        return None
    try:
        return decimal_context().create_decimal(plain)
    except Overflow:
        return None


@builtin("string(from: any)")
def to_string(run: Run, value: Value) -> Value:
    return None if value is None else text_of(run, value)


def text_of(run: Run, value: Value) -> str:
    """Write a value; texts at the top as they are, within lists and contexts between quotes."""
    if isinstance(value, str):
        return value
    text = _text(run, value, 0)
    run.text(len(text))
    return text


def _text(run: Run, value: Value, depth: int) -> str:
    run.count()
    if depth > 60:
        return "..."
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple):
        return f"[{', '.join(_text(run, item, depth + 1) for item in value)}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {_text(run, item, depth + 1)}" for key, item in value.items()) + "}"
    if isinstance(value, Range):
        return _range_text(run, value, depth)
    return _scalar(value)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[^\W\d][\w +-]*", key) else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _range_text(run: Run, value: Range, depth: int) -> str:
    low, high = (_text(run, end, depth + 1) for end in (value.low, value.high))
    if value.low is None and not value.low_closed:
        return f"({'<=' if value.high_closed else '<'} {high})"
    if value.high is None and not value.high_closed:
        return f"({'>=' if value.low_closed else '>'} {low})"
    return f"{'[' if value.low_closed else '('}{low}..{high}{']' if value.high_closed else ')'}"


def _scalar(value: Value) -> str:
    if isinstance(value, bool) or value is None:
        return "null" if value is None else str(value).lower()
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, DateTime):
        return date_time_text(value)
    if isinstance(value, Time):
        return time_text(value)
    if isinstance(value, DaysTime):
        return days_text(value)
    if isinstance(value, YearsMonths):
        return months_text(value)
    if isinstance(value, FarDate) or kind_of(value) == "date":
        return day_text(value)  # type: ignore[arg-type]  # a date, by its kind
    return "function"
