# SPDX-License-Identifier: EUPL-1.2
"""The form that gives a mandate: to whom (number and family name), for what, until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bierger.catalogue.types import SearchHit
from bierger.infra import clock
from bierger.ui.fields import choice_field, field_of
from bierger.ui.messages import answer_message
from bierger.ui.parts import Choice, Field
from bierger_core.interview import AnswerError, Question, Setting, TaskForm, Type, validate_task

EVERYTHING, ONE = "everything", "one"
Raw = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Asked:
    """A mandate as it was asked for; scope: `*` or a procedure as `owner/name`."""

    number: str
    family_name: str
    scope: str
    until: dt.date | None


class _Words:
    """The texts of the form, by the keys under which a package has its own."""

    def __init__(self) -> None:
        self._texts = {
            "number.label": _("National identification number"),
            "number.hint": _("Of the person who is to act for you: 13 digits. They must have signed in here once."),
            "family_name.label": _("Family name"),
            "family_name.hint": _("As it stands on their identity card, so that a wrong number gives the right to nobody."),
            "scope.label": _("What they may do for you"),
            f"scope.option.{EVERYTHING}": _("Everything that I can do here myself, except give mandates"),
            f"scope.option.{ONE}": _("One procedure only"),
            "until.label": _("Last day"),
            "until.hint": _("Leave it empty if the mandate has no end. You can end it at any time."),
        }

    def text(self, key: str, _language: str) -> str:
        return self._texts[key.removeprefix("question.")]

    def has_text(self, key: str) -> bool:
        return key.removeprefix("question.") in self._texts


def _questions(offered: Sequence[SearchHit]) -> tuple[Question, ...]:
    return (
        Question("number", Type.MATRICULE),
        Question("family_name", Type.TEXT),
        Question("scope", Type.CHOICE, options=(EVERYTHING, ONE)),
        Question("procedure", Type.CHOICE, options=tuple(_code(one) for one in offered), required=False),
        Question("until", Type.DATE, min_date="today", required=False),
    )


def _code(hit: SearchHit) -> str:
    return f"{hit.owner}/{hit.name}"


def mandate_fields(
    offered: Sequence[SearchHit], language: str, *, raw: Raw | None = None, errors: Mapping[str, AnswerError] | None = None
) -> list[Field]:
    """The fields, with what was typed; `offered` are the procedures that a mandate can be for."""
    says, wrong, words = raw or {}, errors or {}, _Words()
    fields = []
    for question in _questions(offered):
        error = wrong.get(question.name)
        if question.name == "procedure":
            choices = [Choice(_code(one), one.title) for one in offered]
            fields.append(
                choice_field(
                    "procedure", _("Procedure"), choices, value=next(iter(says.get("procedure", ())), ""), select=True,
                    hint=_("Only if you chose “One procedure only”."), error=answer_message(error) if error else "",
                    required=False,
                )
            )  # fmt: skip
        else:
            fields.append(field_of(question, words, raw=says, language=language, error=error))
    return fields


def read_mandate(offered: Sequence[SearchHit], raw: Raw) -> tuple[Asked | None, dict[str, AnswerError]]:
    """What was asked for, or what is wrong with it, by field."""
    result = validate_task(TaskForm("mandate", _questions(offered)), raw, setting=Setting(today=clock.today()))
    errors = dict(result.errors)
    if raw.get("scope") == [ONE] and not any(raw.get("procedure", ())):
        errors["procedure"] = AnswerError("required")
    if errors:
        return None, errors
    values, until = result.values, result.values["until"]
    return Asked(
        number=str(values["number"]),
        family_name=str(values["family_name"]),
        scope=str(values["procedure"]) if values["scope"] == ONE else "*",
        until=dt.date.fromisoformat(str(until)) if until else None,
    ), {}
