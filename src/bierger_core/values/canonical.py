# SPDX-License-Identifier: EUPL-1.2
"""Canonical JSON: one value, one sequence of bytes, for hashing and signing.

The subset of RFC 8785 (JSON Canonicalization Scheme) without floating-point numbers:

* null, true, false; strings; integers of absolute value up to 2^53 - 1; arrays; objects with text keys;
* UTF-8, no white space, keys sorted by their UTF-16 code units, the shortest escapes of RFC 8785 section 3.2.2.2;
* Decimal, date and datetime are written as `{"$decimal": "12.5"}`, `{"$date": "2026-01-31"}`, `{"$instant": "...Z"}`.
  A key of the value's own that begins with `$` is refused, so that the two can never be confused. Decimals equal in
  value are equal in bytes: no exponent, no trailing zeros, no minus zero.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from bierger_core.values.errors import CanonicalError
from bierger_core.values.instants import format_instant

Canonical: TypeAlias = (
    "bool | int | str | Decimal | date | datetime | Sequence[Canonical] | Mapping[str, Canonical] | None"
)
_Json: TypeAlias = "bool | int | str | list[_Json] | dict[str, _Json] | None"

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 64
"""Levels of nesting. Deeper input is refused before it can exhaust the interpreter's stack."""
_DECIMAL_DIGITS = 60


def canonical_json(value: Canonical) -> bytes:
    """The canonical bytes of a value. Raises `CanonicalError` for what has none (a float above all)."""
    try:
        text = json.dumps(_plain(value, 0), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode()
    except UnicodeEncodeError:
        raise CanonicalError("A text holds half a character (lone surrogate).", code="canonical-surrogate") from None


def _plain(value: object, depth: int) -> _Json:
    if depth > DEEPEST:
        raise CanonicalError("The value is nested too deeply.", code="canonical-depth")
    match value:
        case None | bool() | str():
            return value
        case int():
            return _integer(value)
        case Decimal():
            return {"$decimal": _decimal_text(value)}
        case datetime():
            return {"$instant": format_instant(value)}
        case date():
            return {"$date": value.isoformat()}
        case Mapping():
            return _plain_object(value, depth)
        case list() | tuple():
            return [_plain(item, depth + 1) for item in value]
    code = "canonical-float" if isinstance(value, float) else "canonical-type"
    raise CanonicalError(f"A {type(value).__name__} has no canonical JSON.", code=code)


def _integer(value: int) -> int:
    if abs(value) > LARGEST_INTEGER:
        raise CanonicalError("Integers end at 2^53 - 1; write a Decimal.", code="canonical-integer")
    return int(value)


def _plain_object(value: Mapping[object, object], depth: int) -> dict[str, _Json]:
    for key in value:
        if not isinstance(key, str) or key.startswith("$"):
            raise CanonicalError("Keys are texts that do not begin with `$`.", code="canonical-key", key=str(key)[:40])
    # RFC 8785 section 3.2.3 sorts by UTF-16 code units: beyond U+FFFF that is not Python's order of texts.
    ordered = sorted((str(key) for key in value), key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    return {key: _plain(value[key], depth + 1) for key in ordered}


def _decimal_text(value: Decimal) -> str:
    if (
        not value.is_finite()
        or abs(value.adjusted()) > _DECIMAL_DIGITS
        or len(value.as_tuple().digits) > _DECIMAL_DIGITS
    ):
        raise CanonicalError("This decimal is not finite or has too many digits.", code="canonical-decimal")
    if value == 0:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
