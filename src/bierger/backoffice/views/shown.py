# SPDX-License-Identifier: EUPL-1.2
"""From a case to words: answers with their questions, what colleagues concluded, the timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from bierger.administrations import selectors as administrations
from bierger.backoffice.views.access import language
from bierger.cases.types import CaseHeading, CaseView, Entry
from bierger.catalogue import selectors as catalogue
from bierger.infra import clock
from bierger.ui import formats, words
from bierger.ui.fields import shown_answer
from bierger.ui.parts import Attached, SummaryRow, TimelineEntry
from bierger_core.interview import JSON, Question, TaskForm, Type
from bierger_core.procedures import Package

BY_ITSELF = ("state-changed", "case-ended")  # they follow from what somebody did; nobody does them


@dataclass(frozen=True)
class Section:
    """Answers that belong together: pages with one answer follow each other under no title."""

    title: str
    rows: tuple[SummaryRow, ...]
    files: tuple[tuple[str, tuple[Attached, ...]], ...]


@dataclass(frozen=True)
class Beside:
    """A request that was sent together with the one in front of the officer."""

    href: str
    title: str
    place: str


def together(found: Sequence[CaseHeading]) -> list[Beside]:
    """The line of each, with the way to it. Whoever may not open the other case is not told that there is one: what else somebody
    asks for, and where, is theirs to tell, and a situation's `after:` is no law that says otherwise (decision 0024).
    """
    return [
        Beside(
            f"/desk/cases/{one.id}",
            catalogue.package(one.digest).title(language()),
            f"{administrations.administration(id=one.administration).name(language())} · {one.number}",
        )
        for one in found
    ]


@dataclass(frozen=True)
class Conclusion:
    """A task that somebody completed: who, when, with which outcome, what they wrote."""

    title: str
    outcome: str
    by: str
    at: dt.datetime
    rows: tuple[SummaryRow, ...]
    files: tuple[Attached, ...]


def sections(view: CaseView, package: Package, *, without: Sequence[str] = ()) -> tuple[Section, ...]:
    """The answers by page, with the question's own label; what was never asked is left out. () when erased.

    `without`: names of questions that stand somewhere else on the page.
    """
    if not isinstance(view.answers, Mapping):
        return ()
    answers = view.answers
    found: list[Section] = []
    for step in package.form.steps:
        asked = [one for one in step.questions if answers.get(one.name) is not None and one.name not in without]
        rows = tuple(answer_row(one, answers[one.name], package) for one in asked if one.type is not Type.FILE)
        files = tuple((label_of(one.name, package), attached(view, answers[one.name])) for one in asked if one.type is Type.FILE)
        if len(rows) + len(files) > 1:
            found.append(Section(package.text(f"step.{step.id}.title", language()), rows, files))
        elif (rows or files) and found and not found[-1].title:
            found[-1] = Section("", found[-1].rows + rows, found[-1].files + files)
        elif rows or files:
            found.append(Section("", rows, files))
    return tuple(found)


def answer_row(question: Question, answer: object, package: Package) -> SummaryRow:
    named = communes() if question.type is Type.COMMUNE else {}
    words = shown_answer(question, cast("JSON", answer), package, language=language(), communes=named)
    return SummaryRow(label_of(question.name, package), words)


def communes() -> dict[str, str]:
    """Names of communes by code, in the reader's language."""
    today = clock.today()
    return {one.code: one.name(language()) for one in administrations.administrations(on=today, kind="commune")}


def attached(view: CaseView, answer: object) -> tuple[Attached, ...]:
    """Files of an answer, with the desk's own address for each (that address records the reading)."""
    files = answer if isinstance(answer, (list, tuple)) else ()
    return tuple(
        Attached(
            id=str(one["id"]),
            file_name=str(one["file_name"]),
            size=formats.size(int(one["size"])),
            href=f"/desk/cases/{view.id}/files/{one['id']}",
        )
        for one in files
    )


def label_of(name: str, package: Package) -> str:
    """The label of a question or of something a task shows; the bare name when a package has no text for it."""
    for key in (f"shown.{name}", f"question.{name}.label"):
        if package.has_text(key):
            return package.text(key, language())
    return name


def questions_of(package: Package) -> dict[str, Question]:
    """Every question by name: the form's and the tasks'."""
    found = {question.name: question for step in package.form.steps for question in step.questions}
    for form in package.tasks.values():
        found |= {question.name: question for question in form.questions}
    return found


def shown_rows(view: CaseView, package: Package, form: TaskForm) -> tuple[SummaryRow, ...]:
    """What the package wants in front of the officer for this task (`shows:`), in its order: answers, and what the registers
    said. What was never asked is left out; what colleagues wrote stands with their names in `conclusions`.
    """
    questions = questions_of(package)
    answers = view.answers if isinstance(view.answers, Mapping) else {}
    of_colleagues = {one.outcome for one in package.tasks.values()}
    of_colleagues |= {question.name for one in package.tasks.values() for question in one.questions}
    rows = []
    for name in form.shows:
        if name in questions and answers.get(name) is not None:
            if questions[name].type is not Type.FILE:
                rows.append(answer_row(questions[name], answers[name], package))
        elif name not in answers and name not in of_colleagues:
            row = SummaryRow(label_of(name, package), value_in_words(_at(view.variables, name), package, name))
            rows += [row] if row.values else []
    return tuple(rows)


def shown_files(view: CaseView, package: Package, form: TaskForm) -> tuple[tuple[str, tuple[Attached, ...]], ...]:
    """The files among what the task shows, to be opened from the form."""
    questions = questions_of(package)
    answers = view.answers if isinstance(view.answers, Mapping) else {}
    return tuple(
        (label_of(name, package), attached(view, answers[name]))
        for name in form.shows
        if answers.get(name) and name in questions and questions[name].type is Type.FILE
    )


def _at(variables: Mapping[str, object], path: str) -> object:
    value: object = variables
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def value_in_words(value: object, package: Package, name: str = "") -> tuple[str, ...]:
    """A process variable (JSON as the rules write it) in words; () for nothing."""
    match value:
        case None | "":
            return ()
        case bool():
            return (_("Yes") if value else _("No"),)
        case {"date": str(day)}:
            return (formats.day(dt.date.fromisoformat(day), language()),)
        case {"number": str(number)}:
            return (formats.number(number, language()),)
        case str():
            return _coded(package, name, value) or tuple(value.splitlines())
        case list():
            return tuple(word for one in value for word in value_in_words(one, package, name))
        case _:
            return ()


def _coded(package: Package, name: str, code: str) -> tuple[str, ...]:
    """The text of an option, or of the outcome of the task that has this variable; () when the value is no code."""
    keys = [f"question.{name}.option.{code}"]
    keys += [f"task.{node}.outcome.{code}" for node, form in package.tasks.items() if form.outcome == name]
    return next(((package.text(key, language()),) for key in keys if package.has_text(key)), ())


def conclusions(view: CaseView, package: Package, *, of_applicant: bool = False) -> tuple[Conclusion, ...]:
    """What officers concluded in their tasks (opinions among them), or what the applicant supplied; the oldest first."""
    found = []
    for entry in view.timeline:
        node = str(entry.params.get("node", ""))
        form = package.tasks.get(node)
        if of_applicant and entry.code == "question-answered":
            text = SummaryRow(_("Applicant"), tuple(str(entry.params.get("text", "")).splitlines()))
            files = list(attached(view, entry.params.get("files")))
            found.append(Conclusion(_title(entry, package), "", _("Applicant"), entry.at, (text,), tuple(files)))
        if entry.code != "task-completed" or form is None or (entry.actor_kind != "officer") != of_applicant:
            continue
        values = entry.params.get("values")
        values = values if isinstance(values, Mapping) else {}
        rows = [
            answer_row(question, values[question.name], package)
            for question in form.questions
            if values.get(question.name) is not None and question.type is not Type.FILE
        ]
        files = [
            file
            for question in form.questions
            if question.type is Type.FILE
            for file in attached(view, values.get(question.name))
        ]
        outcome = _outcome(package, node, form, values)
        title = package.text(f"task.{node}.title", language())
        by = _("Applicant") if of_applicant else entry.actor_name
        found.append(Conclusion(title, outcome, by, entry.at, tuple(rows), tuple(files)))
    return tuple(found)


def _outcome(package: Package, node: str, form: TaskForm, values: Mapping[str, object]) -> str:
    key = f"task.{node}.outcome.{values.get(form.outcome, '')}" if form.outcome else ""
    return package.text(key, language()) if key and package.has_text(key) else ""


def timeline(view: CaseView, package: Package) -> tuple[TimelineEntry, ...]:
    """What happened, the newest first: an officer asks what is new."""
    return tuple(
        TimelineEntry(
            title=_title(entry, package),
            at=formats.instant(entry.at),
            iso=entry.at.isoformat(),
            text=_text(entry),
            by="" if entry.code in BY_ITSELF else entry.actor_name,
            kind="attention" if entry.code == "question-asked" and entry.sequence == view.open_question else "done",
        )
        for entry in reversed(view.timeline)
    )


def _title(entry: Entry, package: Package) -> str:
    node = str(entry.params.get("node", ""))
    titled = package.has_text(f"task.{node}.title")  # what the system does by itself has no title in the package
    task = package.text(f"task.{node}.title", language()) if titled else ""
    state = str(entry.params.get("state", ""))
    own = f"task.{state.removeprefix('state.')}.title"  # for the applicant a state is a sentence, here it is the task that waits
    sentences = {
        "case-opened": _("Request received"),
        "task-taken": _("Task taken: %(task)s"),
        "task-given-back": _("Task given back: %(task)s"),
        "task-completed": _("Task done: %(task)s") if titled else _("Step completed"),
        "decided-by-rule": _("Rule applied"),
        "register-asked": _("Register asked"),
        "state-changed": _("New state: %(state)s"),
        "case-ended": _("Closed: %(state)s"),
        "timer-fired": _("A deadline ran out"),
        "act-decided": _("Document decided"),
        "act-delivered": _("Document %(number)s delivered"),
        "act-revoked": _("Document %(number)s revoked"),
        "notified": _("Message sent"),
        "note-added": _("Internal note"),
        "question-asked": _("Question to the applicant"),
        "question-answered": _("The applicant answered"),
        "question-withdrawn": _("Question withdrawn"),
        "case-held": _("Kept longer, until %(until)s"),
        "case-released": _("No longer kept longer than foreseen"),
        "case-erased": _("Contents erased"),
        "acts-erased": _("Documents erased"),
    }
    sentence = sentences.get(entry.code, entry.code)
    if entry.erased:
        return sentence.partition(":")[0]
    return sentence % {
        "task": task,
        "state": next((package.text(key, language()) for key in (own, state) if package.has_text(key)), state),
        "number": str(entry.params.get("number", "")),
        "until": formats.day(dt.date.fromisoformat(str(until))) if (until := entry.params.get("until")) else "",
    }


def _text(entry: Entry) -> str:
    if entry.erased:
        return _("The content was erased.")
    if entry.code == "register-asked":
        if not entry.params.get("reachable"):
            return _("The register did not answer.")
        return _("The register knows the person.") if entry.params.get("found") else _("The register found nobody.")
    if entry.code == "decided-by-rule":
        return _laws_of(entry.params.get("derivation"))
    if entry.code == "act-revoked":
        return _revoked(entry.params)
    return str(entry.params.get("text", ""))


def _revoked(said: Mapping[str, object]) -> str:
    """Why, which document took its place, and what the holder was told."""
    lines = [capfirst(words.word(words.REVOCATIONS, str(said.get("reason", "")))) + "."]
    if said.get("successor"):
        lines.append(_("Corrected document: %(number)s.") % {"number": said["successor"]})
    return "\n".join([*lines, str(said.get("text", ""))]).strip()


def _laws_of(derivation: object) -> str:
    """What the rules that count note beside themselves: the articles of law, as the package's author wrote them."""
    found = derivation if isinstance(derivation, Mapping) else {}
    notes = [note for rule in (found, *found.get("also", ())) for note in rule.get("annotations", ())]
    return ", ".join(dict.fromkeys(str(note["text"]) for note in notes if isinstance(note, Mapping) and note.get("text")))
