# SPDX-License-Identifier: EUPL-1.2
"""Questions of a package as fields that draw themselves.

`field_of` takes a question of bierger_core.interview and gives a `Field`: which widget, which names and ids, what stands
in it, what is said about it. `shown_answer` gives an answer in words for summaries. The citizen's and the officer's
screens both use them, so that one question looks and reads the same everywhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TypedDict

from django.utils.translation import gettext as _

from bierger.ui import formats
from bierger.ui.messages import Failure, Texts, answer_message, media_types
from bierger.ui.parts import Attached, Box, Choice, ErrorLink, Field, Option
from bierger.ui.uploads import most_at_once
from bierger_core.interview import JSON, Question, Type, field_names

Raw = Mapping[str, Sequence[str]]

# WCAG 2.2, 1.3.5: what is about the person is named, so that the browser can fill it in.
_ABOUT_ME = {
    "person.given_name": "given-name",
    "person.family_name": "family-name",
    "person.birth_date": "bday",
    "person.email": "email",
    "organisation.name": "organization",
}
_BY_TYPE = {Type.EMAIL: "email", Type.PHONE: "tel"}
# type -> (input type, inputmode, width, longest text)
_LINES: dict[Type, tuple[str, str, str, int]] = {
    Type.TEXT: ("text", "", "full", 0),
    Type.NUMBER: ("text", "decimal", "w8", 40),
    Type.MONEY: ("text", "decimal", "w8", 20),
    Type.EMAIL: ("email", "email", "full", 254),
    Type.PHONE: ("tel", "tel", "w20", 40),
    Type.MATRICULE: ("text", "numeric", "w20", 20),
    Type.ORGANISATION_NUMBER: ("text", "numeric", "w20", 20),
    Type.IBAN: ("text", "", "w30", 45),
    Type.POSTAL_CODE: ("text", "", "w8", 10),
}


def field_id(name: str) -> str:
    """The id of the first input of a question: what the error summary links to."""
    return "f-" + name.replace(".", "-")


def field_of(
    question: Question,
    texts: Texts,
    *,
    raw: Raw,
    language: str,
    error: Failure | None = None,
    communes: Sequence[Choice] = (),
    files: Sequence[Attached] = (),
    known: str = "",
    source: str = "",
    change: str = "",
) -> Field:
    """The field of one question. `known` is the answer in words when it is shown and not asked: it is locked, or it was given
    elsewhere: `source` says where, `change` is the address at which it is asked here.
    """
    name = f"question.{question.name}"

    def text(part: str) -> str:
        key = f"{name}.{part}"
        return texts.text(key, language) if texts.has_text(key) else ""

    draw = _WIDGETS.get(question.type, _line)
    drawn = draw(question, raw, texts, language, communes)
    says = answer_message(error, texts, language) if error else ""
    common = {
        "name": question.name,
        "id": field_id(question.name),
        "label": texts.text(f"{name}.label", language),
        "hint": text("hint"),
        "why": text("why"),
        "error": says,
        "required": question.required,
        "full": question.type is Type.FILE and len(files) >= question.max_files,
    }
    if known:
        return Field(**common, widget="known", shown=(known,), source=source, change=change)  # type: ignore[arg-type]  # names are those of Field
    return Field(**common, **drawn, files=tuple(files))  # type: ignore[arg-type]  # names are those of Field


def error_links(fields: Sequence[Field]) -> tuple[ErrorLink, ...]:
    """The error summary of a page, in the order of its fields; on a page of several, each line names its field."""
    named = _("%(label)s: %(message)s") if len(fields) > 1 else "%(message)s"
    asked = "%(label)s %(message)s" if len(fields) > 1 else "%(message)s"  # a question has its sign already
    return tuple(
        ErrorLink(field.id, (asked if field.label.endswith("?") else named) % {"label": field.label, "message": field.error})
        for field in fields
        if field.error
    )


def text_field(
    name: str, label: str, *, value: str = "", hint: str = "", error: str = "", rows: int = 0, required: bool = True
) -> Field:
    """A field that belongs to no package: one line, or `rows` lines."""
    box = Box(name=name, id=field_id(name), value=value)
    return Field(
        name=name, id=field_id(name), widget="long" if rows else "line", label=label, hint=hint, error=error,
        required=required, rows=rows or 1, boxes=(box,),
    )  # fmt: skip


def choice_field(
    name: str, label: str, choices: Sequence[Choice], *, value: str = "", hint: str = "", error: str = "",
    select: bool = False, required: bool = True,
) -> Field:  # fmt: skip
    """A choice that belongs to no package: radios, or a select for long lists."""
    return Field(
        name=name, id=field_id(name), widget="select" if select else "radios", label=label, hint=hint, error=error,
        required=required, options=_options(name, choices, [value]),
        boxes=(Box(name=name, id=field_id(name)),), empty_label=_("Choose"),
    )  # fmt: skip


def file_field(
    name: str, label: str, *, hint: str = "", error: str = "", accept: Sequence[str] = (), files: Sequence[Attached] = (),
    multiple: bool = False, required: bool = False, limits: str = "",
) -> Field:  # fmt: skip
    """An upload that belongs to no package. `limits`: see file_limits."""
    return Field(
        name=name, id=field_id(name), widget="file", label=label, hint=hint, error=error, files=tuple(files),
        accept=",".join(accept), multiple=multiple, required=required, boxes=(Box(name=name, id=field_id(name)),),
        photo=any(kind.startswith("image/") for kind in accept), limits=limits, **_at_once(),
    )  # fmt: skip


def file_limits(question: Question, language: str) -> str:
    """What a question of files takes: which, how large each, how many, and how much of it at once where that is less."""
    most = most_at_once()
    each = min(question.max_bytes, most)
    limits = _("%(types)s, up to %(size)s each.") % {
        "types": media_types(question.accept), "size": formats.size(each, language)
    }  # fmt: skip
    if question.max_files > 1:
        limits += " " + _("At most %(count)s files.") % {"count": question.max_files}
        if question.max_files * each > most:
            limits += " " + _("Together up to %(size)s at a time; you can send them one after the other.") % {
                "size": formats.size(most, language)
            }  # fmt: skip
    return limits


class _AtOnce(TypedDict):
    most: int
    over: str


def _at_once() -> _AtOnce:
    """For the browser, which knows how large the files are before it sends them."""
    most = most_at_once()
    says = _("This is too large to be sent at once: %(size)s is possible. Choose smaller files, or send one after the other.")
    return {"most": most, "over": says % {"size": formats.size(most)}}


def _first(raw: Raw, name: str) -> str:
    values = raw.get(name) or ("",)
    return values[0]


def _options(name: str, choices: Sequence[Choice], chosen: Sequence[str]) -> tuple[Option, ...]:
    # The first option carries the id of the field itself, so that the error summary can jump to it.
    return tuple(
        Option(one.value, one.label, field_id(name) if place == 0 else f"{field_id(name)}-{place}",
               one.value in chosen, one.hint)
        for place, one in enumerate(choices)
    )  # fmt: skip


Drawn = dict[str, object]


def _line(question: Question, raw: Raw, _texts: Texts, _language: str, _communes: Sequence[Choice]) -> Drawn:
    kind, mode, width, longest = _LINES[question.type]
    box = Box(
        name=question.name, id=field_id(question.name), value=_first(raw, question.name), type=kind, width=width,
        inputmode=mode, autocomplete=_ABOUT_ME.get(question.source or "", _BY_TYPE.get(question.type, "")),
        max_length=longest,
    )  # fmt: skip
    if question.type is Type.NUMBER and question.decimals == 0:
        box = Box(**{**_plain(box), "inputmode": "numeric"})  # type: ignore[arg-type]  # a copy with one change
    return {"widget": "line", "boxes": (box,), "before": "€" if question.type is Type.MONEY else ""}


def _plain(box: Box) -> dict[str, object]:
    return {name: getattr(box, name) for name in Box.__slots__}


def _long(question: Question, raw: Raw, _texts: Texts, _language: str, _communes: Sequence[Choice]) -> Drawn:
    box = Box(
        name=question.name, id=field_id(question.name), value=_first(raw, question.name), max_length=question.max_length
    )
    return {"widget": "long", "boxes": (box,), "rows": 6}


def _date(question: Question, raw: Raw, _texts: Texts, _language: str, _communes: Sequence[Choice]) -> Drawn:
    day, month, year = field_names(question)
    whole = _first(raw, question.name)
    parts = {day: _first(raw, day), month: _first(raw, month), year: _first(raw, year)}
    if whole and not any(parts.values()):
        parts = dict(zip((year, month, day), [*whole.split("-"), "", ""][:3], strict=True))
    birthday = question.source == "person.birth_date"
    names = ((day, _("Day"), "w2", "bday-day"), (month, _("Month"), "w2", "bday-month"), (year, _("Year"), "w4", "bday-year"))
    boxes = tuple(
        Box(name=name, id=field_id(question.name) if name == day else field_id(name), value=parts[name], label=label,
            width=width, inputmode="numeric", autocomplete=auto if birthday else "", max_length=12)
        for name, label, width, auto in names
    )  # fmt: skip
    return {"widget": "group", "boxes": boxes}


def _parcel(question: Question, raw: Raw, _texts: Texts, _language: str, _communes: Sequence[Choice]) -> Drawn:
    section, number = field_names(question)
    return {
        "widget": "group",
        "boxes": (
            Box(name=section, id=field_id(question.name), value=_first(raw, section), label=_("Section"), width="w4"),
            Box(name=number, id=field_id(number), value=_first(raw, number), label=_("Parcel number"), width="w12"),
        ),
    }


def _place(question: Question, raw: Raw, _texts: Texts, _language: str, _communes: Sequence[Choice]) -> Drawn:
    text, lat, lon = field_names(question)
    return {
        "widget": "place",
        "boxes": (
            Box(name=text, id=field_id(text), value=_first(raw, text), max_length=question.max_length),
            Box(name=lat, id=field_id(lat), value=_first(raw, lat), label=_("Latitude"), width="w12", inputmode="decimal"),
            Box(name=lon, id=field_id(lon), value=_first(raw, lon), label=_("Longitude"), width="w12", inputmode="decimal"),
        ),
    }


def _boolean(question: Question, raw: Raw, _texts: Texts, _language: str, _communes: Sequence[Choice]) -> Drawn:
    chosen = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}.get(_first(raw, question.name), "")
    choices = (Choice("yes", _("Yes")), Choice("no", _("No")))
    return {"widget": "radios", "options": _options(question.name, choices, [chosen]), "rows": 2}


def _choices(question: Question, raw: Raw, texts: Texts, language: str, _communes: Sequence[Choice]) -> Drawn:
    offered = [Choice(code, _option_text(question, texts, code, language)) for code in question.options]
    many = question.type is Type.CHOICES
    options = _options(question.name, offered, raw.get(question.name, ()))
    return {"widget": "checkboxes" if many else "radios", "options": options}


def _commune(question: Question, raw: Raw, _texts: Texts, _language: str, communes: Sequence[Choice]) -> Drawn:
    return {
        "widget": "select",
        "boxes": (Box(name=question.name, id=field_id(question.name)),),
        "options": _options(question.name + "-o", communes, [_first(raw, question.name)]),
        "empty_label": _("Choose a commune"),
    }


def _file(question: Question, _raw: Raw, _texts: Texts, language: str, _communes: Sequence[Choice]) -> Drawn:
    return {
        "widget": "file",
        "boxes": (Box(name=question.name, id=field_id(question.name)),),
        "accept": ",".join(question.accept),
        "limits": file_limits(question, language),
        **_at_once(),
        "multiple": question.max_files > 1,
        "photo": any(kind.startswith("image/") for kind in question.accept),
    }


_WIDGETS: dict[Type, Callable[[Question, Raw, Texts, str, Sequence[Choice]], Drawn]] = {
    Type.LONGTEXT: _long,
    Type.DATE: _date,
    Type.BOOLEAN: _boolean,
    Type.CHOICE: _choices,
    Type.CHOICES: _choices,
    Type.COMMUNE: _commune,
    Type.PARCEL: _parcel,
    Type.PLACE: _place,
    Type.FILE: _file,
}


def _option_text(question: Question, texts: Texts, code: str, language: str) -> str:
    key = f"question.{question.name}.option.{code}"
    return texts.text(key, language) if texts.has_text(key) else code


def shown_answer(
    question: Question, answer: JSON, texts: Texts, *, language: str, communes: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """An answer in words, one string per line; () when there is none. Shapes of answers: bierger_core.interview."""
    if answer is None or answer in ("", [], ()):
        return ()
    if isinstance(answer, bool):
        return (_("Yes") if answer else _("No"),)
    if isinstance(answer, Mapping):
        return _shown_mapping(question, answer)
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        if question.type is Type.FILE:
            return tuple(str(one["file_name"]) for one in answer if isinstance(one, Mapping))
        return tuple(_option_text(question, texts, str(one), language) for one in answer)
    return _shown_scalar(question, str(answer), texts, language, communes or {})


def _shown_mapping(question: Question, answer: Mapping[str, JSON]) -> tuple[str, ...]:
    if question.type is Type.PARCEL:
        return (_("Section %(section)s, parcel %(number)s") % dict(answer),)
    lines = [str(answer.get("text") or "")]
    if answer.get("lat") and answer.get("lon"):
        lines.append(f"{answer['lat']}, {answer['lon']}")
    return tuple(line for line in lines if line)


def _shown_scalar(
    question: Question, answer: str, texts: Texts, language: str, communes: Mapping[str, str]
) -> tuple[str, ...]:
    if question.type is Type.DATE:
        return (formats.day(dt.date.fromisoformat(answer), language),)
    if question.type is Type.MONEY:
        return (formats.money(answer, language),)
    if question.type is Type.NUMBER:
        return (formats.number(answer, language),)
    if question.type is Type.CHOICE:
        return (_option_text(question, texts, answer, language),)
    if question.type is Type.COMMUNE:
        return (communes.get(answer, answer),)
    if question.type is Type.LONGTEXT:
        return tuple(answer.splitlines())
    return (answer,)
