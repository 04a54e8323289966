# SPDX-License-Identifier: EUPL-1.2
"""The interview of a situation lives in its address: every answer, every "I do not know yet". Nothing is kept here.

So a link goes on where it was left, can be given to somebody else, and the back button and a second tab do no harm. A situation
asks for nothing that tells who somebody is (`bierger check` sees to that).

    ?commune=mersch&terrace=yes&skip=seats      two answers, and one that is not known yet
    &page=seats                                 this page was sent: its answers are checked; what is wrong is said at the field
    &change=terrace                             ask this again
    &my-commune=mersch                          whose communal procedures the plan shows; no question has a name with a hyphen

Whatever else stands in the address is left out. An answer that is none (31 February, an option that does not exist) is not taken,
is said by name, and asked again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import urlencode

from bierger.portal.forms.drafts import commune_choices
from bierger.portal.forms.told import Told, told_to
from bierger.ui.fields import field_of, shown_answer
from bierger.ui.parts import Choice, Field
from bierger.ui.registers import spoken
from bierger_core.interview import JSON, AnswerError, Parsed, Question, Setting, Type, field_names, parse_answer, pick, show_raw
from bierger_core.situations import Situation

LONGEST = 200  # characters of one value: no answer of a situation needs as many
SKIP, PAGE, CHANGE, HOME = "skip", "page", "change", "my-commune"


class Query(Protocol):
    """Of `QueryDict`, what is used."""

    def getlist(self, key: str) -> list[str]: ...
    def __contains__(self, key: object) -> bool: ...


@dataclass(frozen=True)
class Said:
    """What the address says. `situation` in the reader's register; `refused`: questions whose answer there is none;
    `told`: what is known of whoever is signed in; `home`: code of the commune that the plan is shown for, or ''.
    """

    situation: Situation
    language: str
    answers: Mapping[str, JSON]
    skipped: tuple[str, ...]
    refused: tuple[str, ...] = ()
    told: Mapping[str, Told] = field(default_factory=dict)
    home: str = ""

    @property
    def known(self) -> Mapping[str, Told]:
        """What is known without being said, and is not said otherwise: it stands in no address."""
        return {name: one for name, one in self.told.items() if name not in self.answers and name not in self.skipped}

    @property
    def whole(self) -> Mapping[str, JSON]:
        """What was said and what is known."""
        return {**{name: one.answer for name, one in self.known.items()}, **self.answers}

    def text(self, key: str, language: str = "") -> str:
        """A text of the situation: what `ui.fields` asks for."""
        return self.situation.text(key, language or self.language)

    def has_text(self, key: str) -> bool:
        return self.situation.has_text(key)

    def label(self, name: str) -> str:
        return self.text(f"question.{name}.label")

    def shown(self, name: str) -> str:
        """An answer in words."""
        return self.worded(name, self.whole[name])

    def lines(self, name: str) -> tuple[str, ...]:
        """An answer in words, and where it comes from when nobody typed it."""
        return (self.shown(name), self.known[name].source) if name in self.known else (self.shown(name),)

    def worded(self, name: str, answer: JSON) -> str:
        question = self.situation.form.question(name)
        names = {one.value: one.label for one in commune_choices(self.language)} if question.type is Type.COMMUNE else {}
        return ", ".join(shown_answer(question, answer, self, language=self.language, communes=names))

    def pairs(self, *, without: Collection[str] = ()) -> list[tuple[str, str]]:
        """The address, as names and values, in the order of the form: the same answers are always the same address."""
        form = self.situation.form
        found = [
            (name, value)
            for name in form.names
            if name in self.answers and name not in without
            for value in _short(form.question(name), self.answers[name])
        ]
        found += [(SKIP, name) for name in form.names if name in self.skipped and name not in without]
        return found + ([(HOME, self.home)] if self.home and HOME not in without else [])

    def address(self, path: str, *more: tuple[str, str]) -> str:
        query = urlencode([*self.pairs(), *more])
        return f"{path}?{query}" if query else path

    def saying(self, answers: Mapping[str, JSON], skipped: Iterable[str] = ()) -> Said:
        """With these answers as well, and these questions put off; whatever was said of them before is replaced."""
        skipped = tuple(skipped)
        kept = {name: answer for name, answer in self.answers.items() if name not in skipped}
        later = dict.fromkeys([*self.skipped, *skipped])
        return replace(
            self, answers={**kept, **answers}, skipped=tuple(name for name in later if name not in answers), refused=()
        )

    def without(self, name: str) -> Said:
        """As if the answer had not been there."""
        kept = {one: answer for one, answer in self.answers.items() if one != name}
        return replace(self, answers=kept, refused=(*self.refused, name))


def _short(question: Question, answer: JSON) -> list[str]:
    if question.type is Type.DATE:
        return [str(answer)]
    return [one for values in show_raw(question, answer).values() for one in values]


def read_address(situation: Situation, query: Query, *, language: str, setting: Setting) -> Said:
    """What an address says of this situation."""
    answers, refused = dict[str, JSON](), []
    for name in situation.form.names:
        question = situation.form.question(name)
        raw = sent(question, query)
        if not any(raw.values()):
            continue
        taken = _parsed(question, raw, setting)
        if isinstance(taken, Parsed):
            answers |= {} if taken.value is None else {name: taken.value}
        else:
            refused.append(name)
    put_off = {name for name in query.getlist(SKIP) if name in situation.form.names}
    skipped = tuple(name for name in situation.form.names if name in put_off and name not in answers)
    said_in = language if language in situation.languages else situation.languages[0]
    home = next((code for code in query.getlist(HOME) if code in (setting.communes or ())), "")
    return Said(spoken(situation), said_in, answers, skipped, tuple(refused), told_to(situation), home)


def sent(question: Question, query: Query) -> dict[str, list[str]]:
    """What an address, or a page, says for one question, by name of the field."""
    names = dict.fromkeys((question.name, *field_names(question)))
    return {name: query.getlist(name) for name in names if name in query}


def _parsed(question: Question, raw: Mapping[str, Sequence[str]], setting: Setting) -> Parsed | AnswerError:
    if any(len(value) > LONGEST for values in raw.values() for value in values):
        return AnswerError("too-long", {"max": str(LONGEST)})
    return parse_answer(question, pick(question, raw), setting=setting)


def read_page(
    said: Said, query: Query, names: Sequence[str], *, setting: Setting
) -> tuple[Said, dict[str, AnswerError], dict[str, list[str]]]:
    """A page that was sent: what is said now, what is wrong with it by question, and what was typed.

    Left empty where an answer may be missing means: not known yet.
    """
    answers, later = dict[str, JSON](), []
    errors, typed = dict[str, AnswerError](), dict[str, list[str]]()
    for name in names:
        question = said.situation.form.question(name)
        raw = sent(question, query)
        typed |= {field: [value[:LONGEST] for value in values] for field, values in raw.items()}
        taken = _parsed(question, raw, setting)
        if isinstance(taken, AnswerError):
            errors[name] = taken
        elif taken.value is None:
            later.append(name)
        else:
            answers[name] = taken.value
    return said.saying(answers, later), errors, typed


def page_fields(
    said: Said, names: Sequence[str], *, raw: Mapping[str, Sequence[str]] | None = None,
    errors: Mapping[str, AnswerError] | None = None,
) -> tuple[Field, ...]:  # fmt: skip
    """The questions of a page, with what was typed, or with what was said before."""
    fields = []
    for name in names:
        question = said.situation.form.question(name)
        shown = raw if raw is not None else show_raw(question, said.whole.get(name))
        communes: Sequence[Choice] = commune_choices(said.language) if question.type is Type.COMMUNE else ()
        error = (errors or {}).get(name)
        fields.append(field_of(question, said, raw=shown, language=said.language, error=error, communes=communes))
    return tuple(fields)
