# SPDX-License-Identifier: EUPL-1.2
"""Several forms filled together: what one asks of a fact, the others are told.

Two questions are about the same when they name the same `fact` of the vocabulary and have the same type; a file's fact says what
it proves. A fact that one form asks twice (of two people, say) is shared with nobody: it is not known whose it is.

1. What somebody typed in a form stays there, whatever stands in the others.
2. What nobody typed there is copied from the first form, in the order given, in which it was typed; else it stays as it was
   handed in from outside (origin `OUTSIDE`).
3. A copy follows its origin. Where that has no answer any more, the copy goes, and the question is asked.
4. A copy has to fit: an option that is not there, a day that is too late, a condition of that form; of files, how many, how large
   and of what kind, all of them. What does not fit is asked.
A copy of files names the same files: who stores them sees to it that each administration gets files of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .fields import pick, show_raw
from .parsing import check_file, is_answer, parse_answer
from .relevance import Answers, prune
from .types import JSON, Form, Parsed, Question, Setting, Type
from .validation import validate_all

OUTSIDE = ""
"""The origin of what was answered before the first form was begun."""


@dataclass(frozen=True)
class Part:
    """One of several forms. `key` names it; `copied`: the origin of each answer that nobody typed here.

    only   by question, the answers that alone are taken here
    """

    key: str
    form: Form
    answers: Answers
    copied: Mapping[str, str]
    setting: Setting
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)


def facts_of(form: Form) -> dict[tuple[str, Type], Question]:
    """The questions that can be shared, by fact and type."""
    found: dict[tuple[str, Type], Question] = {}
    twice: set[str] = set()
    for question in map(form.question, form.names):
        if question.fact is None:
            continue
        if any(fact == question.fact for fact, _ in found):
            twice.add(question.fact)
        found[question.fact, question.type] = question
    return {key: question for key, question in found.items() if key[0] not in twice}


def fitting(question: Question, answer: JSON, part: Part) -> Parsed | None:
    """The answer as `question` takes it in this part; None when it has to be asked. An answer left empty fits where it may be."""
    if answer is None or answer in ("", [], ()):
        return None if question.required else Parsed(None)
    if question.type is Type.FILE:
        return _fitting_files(question, answer)
    only = part.only.get(question.name)
    if only is not None and answer not in only:
        return None
    taken = parse_answer(question, pick(question, show_raw(question, answer)), setting=part.setting)
    return taken if isinstance(taken, Parsed) else None


def _fitting_files(question: Question, answer: JSON) -> Parsed | None:
    files = answer if is_answer(question, answer) and isinstance(answer, Sequence) else [None]
    for count, file in enumerate(files):
        if not isinstance(file, Mapping) or not isinstance(size := file.get("size"), int):
            return None
        if check_file(question, media_type=str(file.get("media_type")), size=size, count=count) is not None:
            return None
    return Parsed(list(files))


def share(parts: Sequence[Part]) -> list[tuple[dict[str, JSON], dict[str, str]]]:
    """Give each part's answers and the origins of those that are copied, in the order of the parts."""
    typed = [_typed(part) for part in parts]
    return [_shared(part, [(one.key, said) for one, said in zip(parts, typed, strict=True) if one is not part]) for part in parts]


def _typed(part: Part) -> dict[tuple[str, Type], JSON]:
    """What was answered in this part itself and concerns the person, by fact and type. Files that were all taken out again are
    no answer; to leave an optional question of files empty is one (null).
    """
    said = prune(part.form, part.answers)
    return {
        key: said[question.name]
        for key, question in facts_of(part.form).items()
        if question.name in said and question.name not in part.copied
        and not (question.type is Type.FILE and said[question.name] == [])
    }  # fmt: skip


def _shared(part: Part, others: Sequence[tuple[str, Mapping[tuple[str, Type], JSON]]]) -> tuple[dict[str, JSON], dict[str, str]]:
    answers, copied = dict(part.answers), dict(part.copied)
    for key, question in facts_of(part.form).items():
        name = question.name
        if name in answers and name not in copied:
            continue
        origin = copied.get(name, OUTSIDE)
        there = {other: said[key] for other, said in others if key in said}
        if not there and name in copied and origin == OUTSIDE:
            continue
        chosen = origin if origin in there else next(iter(there), None)
        taken = fitting(question, there[chosen], part) if chosen is not None else None
        answers.pop(name, None)
        copied.pop(name, None)
        if taken is not None and chosen is not None:
            answers[name], copied[name] = taken.value, chosen
    return settled(part, answers, copied)


def settled(part: Part, answers: dict[str, JSON], copied: dict[str, str]) -> tuple[dict[str, JSON], dict[str, str]]:
    """Without the copies that break a condition of this form: they are asked, and the person sees why."""
    for name in validate_all(part.form, answers, setting=part.setting):
        if name in copied:
            del answers[name], copied[name]
    return answers, copied
