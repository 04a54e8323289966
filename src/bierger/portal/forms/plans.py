# SPDX-License-Identifier: EUPL-1.2
"""The plan of a situation in words: what is needed, where, with what, for how much, why; and what would change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from bierger.administrations import selectors as administrations
from bierger.administrations.types import AdministrationView
from bierger.catalogue import selectors as procedures
from bierger.infra import clock
from bierger.portal.forms.situations import CHANGE, Said
from bierger.portal.types import OpenQuestion, PlanLine, PlanPage
from bierger.ui import formats
from bierger.ui.parts import Choice, SummaryRow
from bierger.ui.registers import spoken
from bierger_core.interview import to_json
from bierger_core.procedures import Package
from bierger_core.rules import Value, advised
from bierger_core.situations import Guide, Line, Plan
from bierger_core.values import Text

TEMPERED = 8  # sentences about what would change a line: beyond, nobody reads on


class PlanWords:
    """One plan, told to one reader. `path`: where questions of this situation are asked."""

    def __init__(self, guide: Guide, said: Said, *, path: str) -> None:
        self.guide, self.said, self.path = guide, said, path
        self.plan: Plan = guide.plan(said.whole)
        self.places = {one.code: one for one in administrations.administrations(on=clock.today())}
        self.in_force = procedures.in_force([entry.key for entry in said.situation.entries])

    def page(self) -> PlanPage:
        lines = tuple(self._line(line) for line in self.plan.lines)
        needed = [self._package(line.entry.key) for line in self.plan.lines if line.state == "needed"]
        settles = tuple(
            self._question(one.question, one.surely, one.perhaps) for one in self.plan.settles if one.surely or one.perhaps
        )
        return PlanPage(
            lines, settles, self.answers(), tuple(self._question(name) for name in self.said.skipped),
            *_in_all(needed, self.said.language), self._communes(),
        )  # fmt: skip

    def answers(self) -> tuple[SummaryRow, ...]:
        """What was said, each with the way to change it."""
        names = [name for name in self.said.situation.form.names if name in self.said.whole]
        return tuple(SummaryRow(self.said.label(name), self.said.lines(name), href=self._ask(name)) for name in names)

    def title(self, key: str) -> str:
        return self._package(key).title(self.said.language)

    def _package(self, key: str) -> Package:
        return spoken(self.said.situation.packages[key])

    def _ask(self, name: str) -> str:
        return self.said.address(self.path, (CHANGE, name))

    def _question(self, name: str, surely: Sequence[str] = (), perhaps: Sequence[str] = ()) -> OpenQuestion:
        titles = [tuple(self.title(key) for key in keys) for keys in (surely, perhaps)]
        return OpenQuestion(self.said.label(name), self._ask(name), *titles)

    def _line(self, line: Line) -> PlanLine:
        package, said, language = self._package(line.entry.key), self.said, self.said.language
        note = f"procedure.{package.owner}.{package.name}.note"
        place = self._place(line, package)
        there = self.in_force.get(line.entry.key)
        return PlanLine(
            key=line.entry.key, state=line.state, title=package.title(language), summary=package.summary(language),
            href=f"/procedures/{package.owner}/{package.name}" + (f"?administration={place.code}" if place else ""),
            administration=place.name(language) if place else _("Your commune"),
            offered=_offered(there, place), why=self._why(line), change=self._change(line),
            laws=tuple(dict.fromkeys((law.text, law.eli, law.confirmed) for law in line.law)),
            note=said.text(note) if said.has_text(note) else "",
            needed=tuple(package.text(f"needed.{code}", language) for code in package.needed),
            fee=package.fee, fee_note=package.text("fee_note", language) if package.has_text("fee_note") else "",
            delay=package.delay, delay_note=package.text("delay_note", language) if package.has_text("delay_note") else "",
            after=tuple(self.title(key) for key in line.after),
            open=tuple(self._question(name) for name in line.open),
        )  # fmt: skip

    def _place(self, line: Line, package: Package) -> AdministrationView | None:
        """Who is competent, as far as it is known: the owner, or the commune that was answered, or chosen for the plan."""
        question = package.administration.question
        if question is None or package.administration.kind == "state":
            return self.places.get(package.owner)
        answer = self.said.whole.get(line.entry.fills.get(question, "")) or self.said.home
        return self.places.get(str(answer)) if answer else None

    def _communes(self) -> tuple[Choice, ...]:
        """The communes to choose from, where a procedure that may apply is a commune's and no question asks for it."""
        communal = any(
            line.state != "not-needed" and one.kind != "state" and one.question and one.question not in line.entry.fills
            for line in self.plan.lines
            for one in (self.said.situation.packages[line.entry.key].administration,)
        )
        served = (one for one in self.places.values() if communal and one.served and one.kind == "commune")
        return tuple(Choice(one.code, one.name(self.said.language)) for one in served)

    def _why(self, line: Line) -> tuple[str, ...]:
        keys = [f"rule.{rule}" for rule in line.rules]
        return tuple(dict.fromkeys(self.said.text(key) for key in keys if self.said.has_text(key)))

    def _change(self, line: Line) -> tuple[str, ...]:
        if line.state != "not-needed":
            return ()
        found = self.guide.changes(self.said.whole, line.entry.key, "needed")
        if not found.found:
            optional = self.guide.changes(self.said.whole, line.entry.key, "optional")
            found = optional if optional.found else found
        told = advised(found, line.entry.decision, self.said.language, self._names(line), self._show(line))
        return tuple(dict.fromkeys(sentence.text for sentence in told))[:TEMPERED]

    def _names(self, line: Line) -> Mapping[str, Text]:
        language = self.said.language
        names = {name: Text.of(**{language: self.said.label(name)}) for name in self.said.situation.form.names}
        return {**names, line.entry.decision: Text.of(**{language: self.title(line.entry.key)})}

    def _show(self, line: Line) -> Callable[[str, Value], str]:
        states = {"needed": _("needed"), "optional": _("optional"), "not-needed": _("not needed")}
        form = self.said.situation.form

        def show(path: str, value: Value) -> str:
            if path == line.entry.decision:
                return states.get(str(value), str(value))
            if path in form.names:
                return self.said.worded(path, to_json(form.question(path), value))
            return formats.number(value) if isinstance(value, Decimal) else str(value)

        return show


def _offered(there: tuple[UUID, ...] | None, place: AdministrationView | None) -> bool:
    """In force, there or everywhere, and with somebody in office where it is known who receives it."""
    if there is None or (place is not None and not place.served):
        return False
    return not there or place is None or place.id in there


def _in_all(needed: Sequence[Package], language: str) -> tuple[str, tuple[str, ...], int]:
    """The sum of what is known in words, the titles of what it contains, and of how many nothing is known."""
    known, paid = [one for one in needed if one.fee.known], [one for one in needed if one.fee.highest]
    unfixed = len(needed) - len(known)
    if not paid:  # beside fees that others set, nothing needs no line
        return _("Free of charge") if needed and not unfixed else "", (), unfixed
    lowest, highest = sum(one.fee.cents for one in paid), sum(one.fee.highest for one in paid)
    words = formats.amount_of(lowest, highest, verified=all(one.fee.verified for one in paid), language=language)
    return words, tuple(one.title(language) for one in paid), unfixed
