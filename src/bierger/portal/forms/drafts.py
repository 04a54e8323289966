# SPDX-License-Identifier: EUPL-1.2
"""From a draft to the pages of its form: fields, progress, the summary to be checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import cast
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from bierger.administrations import selectors as administrations
from bierger.filings.selectors import takers
from bierger.filings.types import BundleView, DraftView
from bierger.infra import clock
from bierger.portal.selectors import bundle_title
from bierger.portal.types import BundlePart, StepPage
from bierger.ui import formats
from bierger.ui.fields import field_of, shown_answer
from bierger.ui.messages import answer_message
from bierger.ui.parts import Attached, Choice, ErrorLink, Field, SummaryRow, TaskRow
from bierger.ui.registers import spoken
from bierger_core.interview import (
    JSON,
    OUTSIDE,
    AnswerError,
    Question,
    Step,
    Type,
    asked_steps,
    is_told,
    pick,
    relevant_questions,
    relevant_steps,
    show_raw,
)

__all__ = [
    "OPENED", "attached", "bundle_parts", "bundle_rows", "check_errors", "check_rows", "commune_choices", "plain",
    "raw_of", "served_choices", "step_page",
]  # fmt: skip

OPENED = "own"  # in an address or a form: questions whose answer came from elsewhere and is typed here


def plain(answers: Mapping[str, object]) -> Mapping[str, JSON]:
    """The answers of a draft as the core takes them: they came out of a JSON column."""
    return cast("Mapping[str, JSON]", answers)


def commune_choices(language: str) -> tuple[Choice, ...]:
    """The communes of today, by name."""
    found = administrations.administrations(on=clock.today(), kind="commune")
    return tuple(Choice(one.code, one.name(language)) for one in found)


def served_choices(language: str, kind: str | None = None, only: Sequence[UUID] = ()) -> tuple[Choice, ...]:
    """Administrations that take requests here; `only` keeps some of them."""
    found = administrations.administrations(on=clock.today())
    return tuple(
        Choice(one.code, one.name(language))
        for one in found
        if one.served and (kind in (None, "any") or one.kind == kind) and (not only or one.id in only)
    )


def raw_of(request: HttpRequest) -> dict[str, list[str]]:
    """What was typed, by HTML name; buttons and the token left out."""
    skipped = {"csrfmiddlewaretoken", "attach", "remove", OPENED}
    return {name: request.POST.getlist(name) for name in request.POST if name not in skipped}


def step_page(
    draft: DraftView, step: Step, *, language: str, raw: Mapping[str, Sequence[str]] | None = None,
    errors: Mapping[str, AnswerError] | None = None, opened: Collection[str] = (), bundle: BundleView | None = None,
) -> StepPage:  # fmt: skip
    """The page of one step. With `raw`, what was just typed stands in the fields; else the draft's own text.

    opened   questions whose answer came from elsewhere and is to be typed here
    bundle   what this is prepared together with
    """
    draft = replace(draft, package=spoken(draft.package))
    package, form = draft.package, draft.package.form
    steps = relevant_steps(form, plain(draft.answers))
    questions = relevant_questions(form, step, plain(draft.answers))
    fields = tuple(
        _field(draft, one, language=language, raw=raw, error=(errors or {}).get(one.name),
               communes=_communes_for(draft, one, language), bundle=bundle,
               shown=_is_shown(draft, one, step, opened, errors or {}))
        for one in questions
    )
    asked = {one.id for one in asked_steps(form, plain(draft.answers), plain(draft.known))}
    ids = [one.id for one in steps if one.id in asked or one.id == step.id]  # the others are passed over
    place = ids.index(step.id)
    help_key = f"step.{step.id}.help"
    return StepPage(
        title=package.text(f"step.{step.id}.title", language),
        help=package.text(help_key, language) if package.has_text(help_key) else "",
        fields=fields,
        number=place + 1,
        total=len(ids),
        rows=_rows(draft, steps, step, language),
        back=f"/drafts/{draft.id}/{ids[place - 1]}" if place else f"/procedures/{package.owner}/{package.name}",
        uploads=any(one.type is Type.FILE for one in questions),
        heading=len(fields) == 1 and fields[0].widget != "known",
        opened=tuple(one.name for one in questions if one.name in draft.copied and one.name in opened),
        parts=tuple(bundle_rows(bundle, language, now=draft.id)) if bundle else (),
    )


def _is_shown(
    draft: DraftView, question: Question, step: Step, opened: Collection[str], errors: Mapping[str, AnswerError]
) -> str:
    """The address that asks a question whose answer came from elsewhere and is shown instead; '': it is asked."""
    if question.name not in draft.copied or question.name in opened or question.name in errors:
        return ""
    return f"/drafts/{draft.id}/{step.id}?{OPENED}={question.name}"


def source_of(draft: DraftView, name: str, language: str, bundle: BundleView | None) -> str:
    """Where an answer was given that nobody typed here."""
    origin = draft.copied[name]
    if origin == OUTSIDE:
        title = bundle_title(draft.situation, language)
    else:
        others = bundle.drafts if bundle else ()  # taken out meanwhile, in another tab: the situation stands for it
        titles = (one.package.title(language) for one in others if one.procedure == origin)
        title = next(titles, bundle_title(draft.situation, language))
    return _("You answered this for: %(title)s.") % {"title": title}


def _sources(draft: DraftView, question: Question, language: str, bundle: BundleView | None) -> list[str]:
    """Where an answer comes from that nobody typed here, in words; empty: it was typed here."""
    if question.name in draft.copied:
        return [source_of(draft, question.name, language, bundle)]
    if not is_told(question, plain(draft.answers), plain(draft.known)):
        return []
    of_space = str(question.source).startswith("organisation.")
    return [_("Known from the space you are in.") if of_space else _("Known from your sign-in.")]


def bundle_rows(bundle: BundleView, language: str, *, now: UUID | None = None) -> list[TaskRow]:
    """The requests that are prepared together, each with the way to what it lacks."""
    rows = []
    for one in bundle.drafts:
        state = "now" if one.id == now else "open" if one.next_step else "done"
        first = asked_steps(one.package.form, plain(one.answers), plain(one.known))[0].id
        href = "" if one.id == now else f"/drafts/{one.id}/{one.next_step or first}"
        rows.append(TaskRow(one.package.title(language), state, href))
    return rows


def bundle_parts(
    bundle: BundleView, language: str, *, wrong: UUID | None = None, errors: Mapping[str, AnswerError] | None = None
) -> list[BundlePart]:
    """All answers of all requests that are prepared together."""
    parts = []
    for one in bundle.drafts:
        place = administrations.administration(id=one.administration) if one.administration else None
        fee = one.package.fee
        parts.append(
            BundlePart(
                one.id, one.package.title(language), place.name(language) if place else "",
                check_rows(one, language=language, errors=errors if one.id == wrong else None, bundle=bundle),
                formats.fee(fee, language) if fee.known else "",
            )
        )  # fmt: skip
    return parts


def check_rows(
    draft: DraftView, *, language: str, errors: Mapping[str, AnswerError] | None = None, bundle: BundleView | None = None
) -> list[tuple[str, list[SummaryRow]]]:
    """All answers by step, each with a link to change it."""
    package = spoken(draft.package)
    form = package.form
    communes = {one.value: one.label for one in commune_choices(language)}
    sections: list[tuple[str, list[SummaryRow]]] = []
    answers = plain(draft.answers)
    for step in relevant_steps(form, answers):
        rows = []
        for question in relevant_questions(form, step, answers):
            failure = (errors or {}).get(question.name)
            rows.append(
                SummaryRow(
                    label=package.text(f"question.{question.name}.label", language),
                    values=(
                        *shown_answer(question, answers.get(question.name), package, language=language, communes=communes),
                        *_sources(draft, question, language, bundle),
                    ),
                    href="" if _locked(draft, question) else _change(draft, question, step),
                    error=answer_message(failure, package, language) if failure else "",
                )
            )
        # A page of one question needs no heading of its own: its question says it all.
        if len(rows) > 1 or not sections:
            sections.append((package.text(f"step.{step.id}.title", language) if len(rows) > 1 else "", rows))
        elif sections[-1][0]:
            sections.append(("", rows))
        else:
            sections[-1][1].extend(rows)
    return sections


def _change(draft: DraftView, question: Question, step: Step) -> str:
    return _is_shown(draft, question, step, (), {}) or f"/drafts/{draft.id}/{step.id}"


def check_errors(draft: DraftView, errors: Mapping[str, AnswerError], language: str) -> list[ErrorLink]:
    """What stands in the way of submitting; the links go to the rows of the summary."""
    return [ErrorLink("answers", answer_message(one, draft.package, language)) for one in errors.values()]


def _communes_for(draft: DraftView, question: Question, language: str) -> tuple[Choice, ...]:
    """Where the answer says who receives the request, only those who do; elsewhere every commune."""
    if question.type is not Type.COMMUNE:
        return ()
    if question.name == draft.package.administration.question:
        return tuple(Choice(one.code, one.name(language)) for one in takers(draft.package))
    return commune_choices(language)


def _locked(draft: DraftView, question: Question) -> bool:
    return question.locked and draft.known.get(question.source or "") is not None


def _field(
    draft: DraftView, question: Question, *, language: str, raw: Mapping[str, Sequence[str]] | None,
    error: AnswerError | None, communes: Sequence[Choice], shown: str, bundle: BundleView | None,
) -> Field:  # fmt: skip
    answer = plain(draft.answers).get(question.name)
    known = ""
    if _locked(draft, question) or shown:
        lines = shown_answer(question, answer, draft.package, language=language,
                             communes={one.value: one.label for one in communes})  # fmt: skip
        known = ", ".join(lines) or _("Not answered")
    typed: Mapping[str, Sequence[str]] = raw if raw is not None else draft.raw
    if raw is None and not pick(question, draft.raw):
        typed = show_raw(question, answer)
    return field_of(
        question, draft.package, raw=typed, language=language, error=error, communes=communes, known=known,
        source=source_of(draft, question.name, language, bundle) if shown else "", change=shown,
        files=attached(answer) if question.type is Type.FILE else (),
    )  # fmt: skip


def attached(answer: object) -> tuple[Attached, ...]:
    """The files of an answer."""
    if not isinstance(answer, list):
        return ()
    return tuple(
        Attached(str(one["id"]), str(one["file_name"]), formats.size(int(one["size"]))) for one in answer
    )


def _rows(draft: DraftView, steps: Sequence[Step], now: Step, language: str) -> tuple[TaskRow, ...]:
    states = {one.id: one.state for one in draft.steps}
    rows = []
    reachable = True
    for step in steps:
        done = states.get(step.id) == "done"
        seen = reachable and any(name in draft.answers for name in (one.name for one in step.questions))
        state = "now" if step.id == now.id else "done" if done and seen else "open"
        href = f"/drafts/{draft.id}/{step.id}" if reachable and state != "now" else ""
        rows.append(TaskRow(draft.package.text(f"step.{step.id}.title", language), state, href))
        reachable = reachable and done
    return tuple(rows)
