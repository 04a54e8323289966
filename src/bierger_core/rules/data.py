# SPDX-License-Identifier: EUPL-1.2
"""The values of FEEL in Python: numbers are decimals of 34 digits (decimal128, as DMN 1.5 section 10.3.2.3.1 asks)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow

from bierger_core.rules.errors import InputRefused, NumberOverflow, ValueTooLarge

Value = bool | Decimal | str | date | tuple["Value", ...] | Mapping[str, "Value"] | None
Json = bool | int | str | list["Json"] | dict[str, "Json"] | None
Key = tuple[object, ...]

DIGITS, EXPONENT = 34, 6144
MAX_PARTS = 20_000  # of what a table gives: tables may give what others gave many times over, and a short file fill the memory
MAX_DEPTH = 20  # of lists and mappings given as input: nobody writes deeper, and the converter recurses


def decimal_context() -> Context:
    """Give a fresh context: contexts carry flags, so threads must not share one."""
    traps = [Overflow, InvalidOperation, DivisionByZero]
    return Context(prec=DIGITS, Emax=EXPONENT, Emin=1 - EXPONENT, traps=traps)


# Shared all the same: nobody reads its flags, and what `plus` gives or raises depends on its number alone.
_ROUNDING = decimal_context()


def to_value(given: object, *, name: str = "") -> Value:
    """Turn a Python object into a FEEL value, or raise InputRefused naming `name`.

    int becomes a number, list a tuple. float is refused because 0.1 is not a tenth; datetime because the subset has
    no time of day; anything else because rules would not know what it means.
    """
    return _convert(given, name, MAX_DEPTH)


def _convert(given: object, name: str, depth: int) -> Value:
    if depth == 0:
        raise InputRefused(name=name, expected=f"at most {MAX_DEPTH} levels", got="a deeper value")
    if given is None or isinstance(given, (bool, str)):
        return given
    if isinstance(given, (int, Decimal)):
        return _number(given, name)
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    if isinstance(given, (list, tuple)):
        return tuple(_convert(item, name, depth - 1) for item in given)
    if isinstance(given, Mapping):
        return {_key(key, name): _convert(item, f"{name}.{key}" if name else str(key), depth - 1) for key, item in given.items()}
    raise InputRefused(name=name, expected="string, number, boolean, date, list or mapping", got=type(given).__name__)


def _number(given: int | Decimal, name: str) -> Decimal:
    if isinstance(given, int) and given.bit_length() > 4 * EXPONENT:  # do not even build its decimal digits
        raise NumberOverflow
    number = Decimal(given)
    if not number.is_finite():
        raise InputRefused(name=name, expected="a finite number", got=str(number))
    try:
        return _ROUNDING.plus(number)
    except Overflow as error:
        raise NumberOverflow from error


def _key(key: object, name: str) -> str:
    if not isinstance(key, str) or key.startswith("$"):  # "$" marks numbers and dates in JSON
        raise InputRefused(name=name, expected="names as keys", got=repr(key)[:80])
    return key


def parts_of(values: Iterable[object], within: int = 0) -> int:
    """Count the parts of values, a hundred characters of text as one; what lies beyond MAX_PARTS is not looked at.

    What is deeper than MAX_DEPTH, which nothing may read, counts as too large; `within` so many others the values stand already.
    """
    count, waiting = 0, [(one, within) for one in values]
    while waiting and count <= MAX_PARTS:
        one, depth = waiting.pop()
        count += 1
        if depth >= MAX_DEPTH:
            return MAX_PARTS + 1
        if isinstance(one, str):
            count += len(one) // 100
        elif isinstance(one, (list, tuple, Mapping)) and len(one) > MAX_PARTS:
            return MAX_PARTS + 1
        elif isinstance(one, (list, tuple, Mapping)):
            waiting.extend((part, depth + 1) for part in (one.values() if isinstance(one, Mapping) else one))
    return count


def part_of(value: Value, name: str) -> Value:
    """Give a part of a context; of a list the list of these parts (DMN 1.5 section 10.3.2.5); null where there is none."""
    if isinstance(value, tuple):
        return tuple(part_of(one, name) for one in value)
    return value.get(name) if isinstance(value, Mapping) else None


def refuse_large(values: Iterable[object]) -> None:
    """Raise ValueTooLarge when values have more than MAX_PARTS together."""
    if parts_of(values) > MAX_PARTS:
        raise ValueTooLarge(MAX_PARTS)


def to_json(value: Value) -> Json:
    """Write a value as JSON without losing its type: numbers as {"$number": "12.5"}, dates as {"$date": "2026-01-31"}.

    The writing is canonical (12.50 and 12.5 give the same text), so that it may be hashed.
    """
    if isinstance(value, Decimal):
        return {"$number": number_text(value)}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in sorted(value.items())}
    return value


def number_text(number: Decimal) -> str:
    """Write a number without superfluous zeros: 12.5, 1000, 1E+40."""
    if number == 0:
        return "0"
    plain = number.normalize(decimal_context())
    return format(plain, "f") if -DIGITS < plain.adjusted() < DIGITS else str(plain)


def from_json(given: object) -> Value:
    """Read what to_json wrote; InputRefused for anything else."""
    return _read(given, MAX_DEPTH)


def _read(given: object, depth: int) -> Value:
    if depth == 0:
        raise InputRefused(name="", expected=f"at most {MAX_DEPTH} levels", got="a deeper value")
    if isinstance(given, dict) and len(given) == 1:
        ((key, text),) = given.items()
        if key in ("$number", "$date"):
            return _tagged(key, text)
    if isinstance(given, dict):
        return {_key(key, ""): _read(item, depth - 1) for key, item in given.items()}
    if isinstance(given, list):
        return tuple(_read(item, depth - 1) for item in given)
    if isinstance(given, (bool, str)) or given is None:
        return given
    raise InputRefused(name="", expected="a value written by to_json", got=type(given).__name__)


def _tagged(key: str, text: object) -> Value:
    try:
        return Decimal(str(text)) if key == "$number" else date.fromisoformat(str(text))
    except (InvalidOperation, ValueError) as error:
        raise InputRefused(name="", expected=key, got=repr(text)[:80]) from error


def key_of(value: Value) -> Key:
    """Give what two values have in common exactly when FEEL holds them for the same: 1.0 and 1.00, but not true and 1."""
    if isinstance(value, tuple):
        return ("list", *(key_of(item) for item in value))
    if isinstance(value, Mapping):
        return ("context", *((name, key_of(value[name])) for name in sorted(value)))
    return (type_word(value), value)


def type_word(value: object) -> str:
    """Give the FEEL word for the type of a value: null boolean number string date list context."""
    if value is None:
        return "null"
    words = ((bool, "boolean"), (Decimal, "number"), (str, "string"), (date, "date"), (tuple, "list"))
    for kind, word in words:
        if isinstance(value, kind):
            return word
    return "context" if isinstance(value, Mapping) else type(value).__name__
