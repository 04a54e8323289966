# SPDX-License-Identifier: EUPL-1.2
"""Drafts of one bundle tell each other what was answered (core.interview.sharing says what is told to whom)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from bierger.administrations import selectors as administrations
from bierger.catalogue import selectors as catalogue
from bierger.filings.models import Draft
from bierger.filings.selectors import takers
from bierger.infra import clock
from bierger_core.interview import JSON, Part, Setting, field_names, share, show_raw


def setting_of(known: Mapping[str, JSON]) -> Setting:
    """Today, the communes of today, and what sign-in has told."""
    today = clock.today()
    codes = frozenset(view.code for view in administrations.administrations(on=today, kind="commune"))
    return Setting(today=today, communes=codes, known=dict(known))


def procedure_of(row: Draft) -> str:
    """As owner/name."""
    package = catalogue.package(row.digest)
    return f"{package.owner}/{package.name}"


def part_of(row: Draft) -> Part:
    """The draft as one of several forms. Where an answer says who receives the request, only those are taken who do."""
    package = catalogue.package(row.digest)
    question = package.administration.question
    only = {question: frozenset(one.code for one in takers(package))} if question else {}
    return Part(procedure_of(row), package.form, row.answers, row.copied, setting_of(row.known), only)


def with_copies(
    row: Draft, step: str, raw: Mapping[str, Sequence[str]], opened: Collection[str]
) -> dict[str, Sequence[str]]:
    """What was sent for a page, with the answers that were shown on it and not asked."""
    form, sent = catalogue.package(row.digest).form, dict(raw)
    for question in form.step(step).questions if row.copied else ():
        asked = question.name in opened or any(name in raw for name in field_names(question))
        if question.name in row.copied and not asked:
            sent |= show_raw(question, row.answers[question.name])
    return sent


def tell_others(rows: Sequence[Draft]) -> None:
    """After one of these drafts was saved: the others are told what it answers, and stored where that changes them."""
    if len(rows) < 2:  # nobody to tell
        return
    for row in told(rows):
        row.save(update_fields=["answers", "copied", "administration"])


def told(rows: Sequence[Draft]) -> list[Draft]:
    """Those of the drafts, in order, that a common answer changes; not stored yet."""
    changed = []
    for row, (answers, copied) in zip(rows, share([part_of(row) for row in rows]), strict=True):
        if (answers, copied) == (row.answers, row.copied):
            continue
        row.answers, row.copied = answers, copied
        set_administration(row)
        changed.append(row)
    return changed


def set_administration(row: Draft) -> None:
    """Where an answer names the administration, that is whose the request will be."""
    question = catalogue.package(row.digest).administration.question
    if question and row.answers.get(question):
        row.administration_id = administrations.administration(code=str(row.answers[question])).id
