# SPDX-License-Identifier: EUPL-1.2
"""Values of FEEL from and to plain JSON, as people and other programs write it.

Reading: a number is a decimal, never a float; a text becomes a date, time or duration where the declared type says so.
Writing: numbers with all their digits, dates, times and durations as their texts.
"""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation, Overflow

from bierger_core.rules.data import decimal_context, number_text
from bierger_core.rules.errors import InputRefused, NumberOverflow
from bierger_core.rules.feel.calendar import parse_date, parse_date_time, parse_duration, parse_time
from bierger_core.rules.feel.library.strings import text_of
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.types import ANY, Type, conform, type_text
from bierger_core.rules.feel.values import Value, kind_of

MAX_DEPTH = 40  # of lists and objects
MAX_TEXT = 5_000_000  # characters of the JSON
READERS = {
    "date": parse_date,
    "time": parse_time,
    "date and time": lambda text: parse_date_time(text) or parse_date(text),
    "days and time duration": parse_duration,
    "years and months duration": parse_duration,
}


def read_json(text: str) -> object:
    """Read JSON with exact numbers; raises InputRefused for what is none."""
    if len(text) > MAX_TEXT:
        raise InputRefused(name="input", expected=f"at most {MAX_TEXT} characters", got="a longer text")
    try:
        found: object = json.loads(
            text, parse_float=_number, parse_int=_number, parse_constant=_no_number, object_pairs_hook=_once
        )
        json.dumps(found, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:  # "\ud800" is no character: nothing can be written with it
        raise InputRefused(name="input", expected="JSON", got="half of a surrogate pair in a text") from None
    except (ValueError, RecursionError) as error:
        raise InputRefused(name="input", expected="JSON", got=str(error)[:80]) from None
    return found


def _number(text: str) -> Decimal:
    try:
        return decimal_context().create_decimal(text)
    except (InvalidOperation, Overflow) as error:
        raise NumberOverflow from error


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Of a name given twice, one value would go unseen."""
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name} twice")
        found[name] = value
    return found


def _no_number(text: str) -> Decimal:
    raise ValueError(text)


def to_feel(given: object, kind: Type = ANY, *, name: str = "") -> Value:
    """Fit what JSON gave to a declared type; raises InputRefused naming what does not fit."""
    value = _convert(given, kind, name, MAX_DEPTH)
    if value is not None and conform(Run(), value, kind) is None:
        expected = kind.name or type_text(kind)
        raise InputRefused(name=name, expected=expected, got=f"{kind_of(value)} {text_of(Run(), value)}"[:80])
    return value


def _convert(given: object, kind: Type, name: str, depth: int) -> Value:
    if depth == 0:
        raise InputRefused(name=name, expected=f"at most {MAX_DEPTH} levels", got="a deeper value")
    if isinstance(given, str) and kind.kind in READERS:
        found = READERS[kind.kind](given.strip())
        if found is None:
            raise InputRefused(name=name, expected=kind.kind, got=repr(given)[:80])
        return found
    if given is None or isinstance(given, (bool, str, Decimal)):
        return given
    if isinstance(given, list):
        item = kind.item if kind.kind == "list" and kind.item is not None else ANY
        return tuple(_convert(one, item, f"{name}[{place}]", depth - 1) for place, one in enumerate(given, start=1))
    if isinstance(given, Mapping):
        fields = kind.fields
        return {str(key): _convert(one, fields.get(key, ANY), f"{name}.{key}", depth - 1) for key, one in given.items()}
    raise InputRefused(name=name, expected="a value of JSON", got=type(given).__name__)


def to_plain(value: Value) -> str:
    """Write a value as JSON; raises StepsExceeded for one that would fill the memory (its parts may be shared)."""
    return _write(Run(), value, MAX_DEPTH)


def _write(run: Run, value: Value, depth: int) -> str:
    run.count()
    if depth == 0:
        raise InputRefused(name="result", expected=f"at most {MAX_DEPTH} levels", got="a deeper value")
    if isinstance(value, bool) or value is None:
        return "null" if value is None else str(value).lower()
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, tuple):
        return f"[{', '.join(_write(run, item, depth - 1) for item in value)}]"
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(key, ensure_ascii=False)}: {_write(run, item, depth - 1)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    return json.dumps(text_of(run, value), ensure_ascii=False)
