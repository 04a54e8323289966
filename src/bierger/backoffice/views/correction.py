# SPDX-License-Identifier: EUPL-1.2
"""The form of a correction: each value of the document as a field, and what is different as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from bierger.backoffice.views.access import language
from bierger.backoffice.views.shown import communes
from bierger.ui.fields import field_of, shown_answer
from bierger.ui.parts import Field, SummaryRow
from bierger_core.interview import JSON, AnswerError, Raw, show_raw
from bierger_core.procedures import Correctable, Package


class Labels:
    """The package's texts, with words for values that no question asks: what the vocabulary calls the sealed fact."""

    def __init__(self, package: Package, values: Sequence[Correctable]) -> None:
        self._package = package
        self._facts = {one.path: one.facts[0] for one in values if one.facts}

    def text(self, key: str, language: str) -> str:
        if self._package.has_text(key):
            return self._package.text(key, language)
        path = key.removeprefix("question.").removesuffix(".label")
        if path in self._facts:
            return self._package.vocabulary.label(self._facts[path], language)
        known = {"case.opened_on": _("Date of the request"), "case.number": _("Number of the request")}
        shown = f"shown.{path}"
        return known.get(path) or (self._package.text(shown, language) if self._package.has_text(shown) else path)

    def has_text(self, key: str) -> bool:
        # Hints and reasons were written for applicants; only labels and options are taken over.
        return key.endswith(".label") or (".option." in key and self._package.has_text(key))


def fields_of(
    values: Sequence[Correctable], labels: Labels, *, raw: Raw | None, errors: Mapping[str, AnswerError], page: str
) -> list[Field]:
    """raw: what was typed; None: as the act says. page: an error of no field in particular, said at the first."""
    fields = []
    for one in values:
        typed = show_raw(one.question, one.answer) if raw is None else raw
        fields.append(field_of(one.question, labels, raw=typed, language=language(), error=errors.get(one.path)))
    return [replace(fields[0], error=page), *fields[1:]] if page and fields else fields


def rows_of(changes: Sequence[Correctable], answers: Mapping[str, JSON], labels: Labels) -> list[SummaryRow]:
    """What is different: as it is, and as it will be."""

    def said(one: Correctable, answer: JSON) -> str:
        return " ".join(shown_answer(one.question, answer, labels, language=language(), communes=communes())) or _("nothing")

    def row(one: Correctable) -> SummaryRow:
        before = _("Until now: %(old)s") % {"old": said(one, one.answer)}
        after = _("Corrected: %(new)s") % {"new": said(one, answers[one.path])}
        return SummaryRow(labels.text(f"question.{one.path}.label", language()), (before, after))

    return [row(one) for one in changes]
