# SPDX-License-Identifier: EUPL-1.2
"""From HTML fields to the strings of a question, and from an answer back to the fields."""

from collections.abc import Mapping, Sequence

from .parsing import is_answer
from .types import JSON, Question, Raw, Type

_PARTS: Mapping[Type, tuple[str, ...]] = {
    Type.DATE: (".day", ".month", ".year"),
    Type.PLACE: ("", ".lat", ".lon"),
    Type.PARCEL: (".section", ".number"),
}


def field_names(question: Question) -> tuple[str, ...]:
    """Give the names of the HTML fields of a question, in the order in which they are read."""
    return tuple(question.name + part for part in _PARTS.get(question.type, ("",)))


def pick(question: Question, raw: Raw) -> list[str]:
    """Give the strings of one question out of all that was typed; [] when none of its fields was sent.

    Composite questions give one string per field ("" for a field that is missing); a date may also come in one field.
    """
    names = field_names(question)
    if question.type is Type.DATE and raw.get(question.name):
        return list(raw[question.name])[:1]
    if len(names) == 1:
        return list(raw.get(question.name, ()))
    if not any(name in raw for name in names):
        return []
    return [next(iter(raw.get(name, ())), "") for name in names]


def typed(question: Question, raw: Raw) -> dict[str, list[str]]:
    """Give what was typed for one question by HTML name: what a draft keeps beside the last valid value."""
    return {name: list(raw[name]) for name in (question.name, *field_names(question)) if name in raw}


def show_raw(question: Question, answer: JSON) -> dict[str, list[str]]:
    """Give the strings with which the fields of a question are filled again from an answer."""
    names = field_names(question)
    if answer is None or question.type is Type.FILE or not is_answer(question, answer):
        return {}
    if question.type is Type.DATE and isinstance(answer, str):
        year, month, day = ([*answer.split("-"), "", ""])[:3]
        return dict(zip(names, ([day.lstrip("0")], [month.lstrip("0")], [year]), strict=True))
    if isinstance(answer, Mapping):
        keys = ("text", "lat", "lon") if question.type is Type.PLACE else ("section", "number")
        return {name: [_text(answer.get(key))] for name, key in zip(names, keys, strict=True)}
    if isinstance(answer, bool):
        return {question.name: ["yes" if answer else "no"]}
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        return {question.name: [_text(one) for one in answer]}
    return {question.name: [_text(answer)]}


def _text(answer: JSON) -> str:
    return "" if answer is None else str(answer)
