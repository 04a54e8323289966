# SPDX-License-Identifier: EUPL-1.2
"""Answers as values of the rules and back: the form in which conditions, decisions and the process see them."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from bierger_core.rules import Value

from .parsing import is_answer, plain_number
from .types import JSON, Question, Type


def from_json(question: Question, answer: JSON) -> Value:
    """Give the FEEL value of an answer: number and money Decimal, date a date, place and parcel mappings.

    A file question gives a tuple of {file_name, media_type, size}; its empty answer is null, not an empty list.
    An answer that no longer has the shape of its question is null: it has to be asked again.
    """
    if answer is None or not is_answer(question, answer):
        return None
    try:
        return _value(question, answer)
    except (ValueError, ArithmeticError):
        return None


def _value(question: Question, answer: JSON) -> Value:
    if question.type in {Type.NUMBER, Type.MONEY}:
        return Decimal(str(answer))
    if question.type is Type.DATE:
        return date.fromisoformat(str(answer))
    if question.type is Type.FILE:
        return tuple(_file(one) for one in _items(answer)) or None
    if question.type is Type.CHOICES:
        return tuple(str(one) for one in _items(answer))
    if question.type is Type.PLACE and isinstance(answer, Mapping):
        return {"text": str(answer.get("text") or ""), **{k: _degrees(answer.get(k)) for k in ("lat", "lon")}}
    if question.type is Type.PARCEL and isinstance(answer, Mapping):
        return {key: str(answer.get(key) or "") for key in ("section", "number")}
    return answer if isinstance(answer, bool) else str(answer)


def to_json(question: Question, value: Value) -> JSON:
    """Give the answer of a FEEL value: the inverse of `from_json`, except for the ids of files, which values lack."""
    if value is None:
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return f"{value:.2f}" if question.type is Type.MONEY else plain_number(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {key: to_json(question, one) for key, one in value.items()}
    return [to_json(question, one) for one in value]


def _items(answer: JSON) -> Sequence[JSON]:
    return answer if isinstance(answer, Sequence) and not isinstance(answer, str) else ()


def _degrees(answer: JSON) -> Value:
    return None if answer is None else Decimal(str(answer))


def _file(answer: JSON) -> Value:
    if not isinstance(answer, Mapping):
        return None
    size = answer.get("size")
    return {
        "file_name": str(answer.get("file_name") or ""),
        "media_type": str(answer.get("media_type") or ""),
        "size": Decimal(size) if isinstance(size, int) else None,
    }
