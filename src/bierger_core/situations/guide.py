# SPDX-License-Identifier: EUPL-1.2
"""The interview of a situation: which page next, and what the answers so far lead to.

A guide is prepared once for a version and a day and then serves everybody; what it remembers is nobody's answers, only what was
computed. It is not safe for threads: whoever keeps it lets one in at a time.

1. Every decision is compiled for missing answers (`rules.compile_partial`), over exactly the answers that the form takes.
2. The plan asks each: needed, optional, not needed, or open with the questions that can still change it.
3. The next page comes from `interview.order`: never a question that changes nothing, the fewest expected.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import cast

from bierger_core.interview import JSON, costs_of, from_json
from bierger_core.interview.order import QuestionOrder
from bierger_core.rules import (
    Changes,
    Decided,
    Derivation,
    Fails,
    PartialDecision,
    RulesError,
    Undecided,
    Value,
    Verdict,
    compile_partial,
    derive,
    why_not,
)
from bierger_core.values import CoreError

from .domains import an_answer, over_answers
from .past import past_cases
from .plan import Line, Plan, Settles, State, ordered
from .types import Entry, Situation

Known = dict[str, Value]
_TRIED = 12  # examples of what was not answered, before the first derivation is taken as it is


class SituationUndecided(CoreError):
    """A decision of a situation ends with an error: the situation was not proved."""

    default_code = "situation-undecided"


@dataclass(frozen=True)
class Next:
    """The page to ask.

    names     its questions that still matter, in the order of the page
    step      the id of the page in the form
    entries   keys of the procedures that the answers can still change
    expected  expected cost of all that hangs together with it (`interview.costs`); None where it was not computed
    optimal   whether no other order has a lower one
    """

    names: tuple[str, ...]
    step: str
    entries: tuple[str, ...]
    expected: float | None
    optimal: bool


PREPARED = 2_000
"""States of the interview that are computed before the first question: a fifth of a second at most, once per version and day."""


class Guide:
    """The interview of one version on one day. Raises what `compile_partial` and `QuestionOrder` raise for what is not proved."""

    def __init__(self, situation: Situation, on: date) -> None:
        self.situation = situation
        self.on = on
        self.model = over_answers(situation.decisions, situation.form, on).at(on)
        self.names = tuple(dict.fromkeys(entry.decision for entry in situation.entries))
        self.decisions = {name: compile_partial(self.model, name, may_be_null=()) for name in self.names}
        steps = situation.form.steps
        self.order = QuestionOrder(
            list(self.decisions.values()),
            costs=costs_of(situation.form, situation.costs),
            pages=[tuple(question.name for question in step.questions) for step in steps if len(step.questions) > 1],
            sequence=situation.sequence,
            cases=past_cases(situation, on),
        )
        self.order.prepare(PREPARED)  # the optimum, where that is soon computed; the order remembers what it got otherwise
        self._factors = {factor.name: factor for factor in self.order.shared.factors}

    # -- the interview ---------------------------------------------------------------------------------------------

    def next(self, answers: Mapping[str, JSON], skipped: Collection[str] = ()) -> Next | None:
        """Give the page to ask next; None when no question can change what is still open.

        answers  as the form parsed them; what is not known is not there
        skipped  questions answered with "I do not know yet": not asked again
        Raises InputRefused for an answer that the form does not take.
        """
        found = self.order.next(self.known(answers), skipped)
        if found is None:
            return None
        step = self.situation.form.step_of(found.names[0])
        names = tuple(question.name for question in step.questions if question.name in found.names)
        decisions = {self.names[number] for number in found.goals}
        entries = tuple(entry.key for entry in self.situation.entries if entry.decision in decisions)
        return Next(names, step.id, entries, found.expected, found.optimal)

    def known(self, answers: Mapping[str, JSON]) -> Known:
        """Give the answers as values of the rules; what the form does not ask or cannot read is left out."""
        form = self.situation.form
        values = {name: from_json(form.question(name), answer) for name, answer in answers.items() if name in form.names}
        return {name: value for name, value in values.items() if value is not None}

    # -- the plan --------------------------------------------------------------------------------------------------

    def plan(self, answers: Mapping[str, JSON]) -> Plan:
        """Give what these answers lead to. Raises InputRefused as `next` does."""
        known = self.known(answers)
        verdicts = {name: self._verdict(decision, known) for name, decision in self.decisions.items()}
        states = {entry.key: _state(verdicts[entry.decision]) for entry in self.situation.entries}
        applies = {key for key, state in states.items() if state != "not-needed"}
        lines = [self._line(entry, verdicts[entry.decision], applies, known) for entry in self.situation.entries]
        return Plan(ordered(lines), tuple(self._settles(lines, known)))

    def _verdict(self, decision: PartialDecision, known: Mapping[str, object]) -> Verdict:
        verdict = decision.decide(known)
        if isinstance(verdict, Fails):
            raise SituationUndecided(f"The decision {decision.decision!r} ends with {verdict.code}.", decision=decision.decision)
        return verdict

    def _line(self, entry: Entry, verdict: Verdict, applies: Collection[str], known: Known) -> Line:
        after = tuple(key for key in entry.after if key in applies)
        if isinstance(verdict, Undecided):
            return Line(entry, "open", verdict.inputs, after, None, (), ())
        derivation, _ = self._derivation(entry.decision, known)
        fired = tuple(rule.rule for step in reversed(derivation.steps) for rule in step.rules)
        return Line(entry, _state(verdict), (), after, derivation, fired, derivation.law)

    def _settles(self, lines: list[Line], known: Known) -> Iterator[Settles]:
        """Try every class of answers to every open question."""
        concerned: dict[str, list[Line]] = {}
        for line in lines:
            for name in line.open:
                concerned.setdefault(name, []).append(line)
        found = []
        for name, open_ in concerned.items():
            tried = [{**known, name: example} for example in self._examples(name)]
            counts = {
                line.entry.key: sum(isinstance(self.decisions[line.entry.decision].decide(one), Decided) for one in tried)
                for line in open_
            }
            surely = tuple(key for key, count in counts.items() if count == len(tried))
            perhaps = tuple(key for key, count in counts.items() if 0 < count < len(tried))
            found.append(Settles(name, surely, perhaps))
        order = {name: number for number, name in enumerate(self.situation.form.names)}
        yield from sorted(found, key=lambda one: (-len(one.surely), -len(one.perhaps), order[one.question]))

    # -- why, and why not ------------------------------------------------------------------------------------------

    def _derivation(self, decision: str, known: Known) -> tuple[Derivation, Known]:
        """Give how a settled decision comes, and the inputs by which it does.

        What is unknown does not matter, but a derivation reads it. So the one is taken whose rules read least of it: first with
        no answer, then with examples. All of them end alike, or are passed over.
        """
        wanted = self.decisions[decision].decide(known)
        unknown = [name for name in self.decisions[decision].inputs if name not in known]
        best: tuple[int, Derivation, Known] | None = None
        for inputs in self._completions(known, unknown):
            try:
                found = derive(self.model, decision, inputs)
            except RulesError:  # a decision need not know what to do without an answer
                continue
            if isinstance(wanted, Decided) and found.value != wanted.value:
                continue
            guessed = _guessed(found, set(unknown))
            if best is None or guessed < best[0]:
                best = guessed, found, inputs
            if not guessed:
                break
        if best is None:
            raise SituationUndecided(f"The decision {decision!r} cannot be derived.", decision=decision)
        return best[1], best[2]

    def _completions(self, known: Known, unknown: list[str]) -> Iterator[Known]:
        yield known
        examples = {name: self._examples(name) for name in unknown}
        plain = {name: found[0] for name, found in examples.items()}
        yield {**known, **plain}
        others = ({**known, **plain, name: one} for name, found in examples.items() for one in found[1:])
        yield from islice(others, _TRIED)

    def _examples(self, name: str) -> list[Value]:
        """Answers to a question, one of each class; of one that matters to nothing, any."""
        factor = self._factors.get(name)
        if factor is None:
            return [an_answer(self.situation.form.question(name), self.on)]
        return [factor.example(number) for number in range(max(factor.classes) + 1)]

    def changes(self, answers: Mapping[str, JSON], key: str, outcome: str) -> Changes:
        """Give what would have to be answered otherwise for another outcome of a procedure that is settled.

        Only what holds whatever the open questions are answered with. KeyError: no such procedure. Nothing is found for one that
        is open: its line says which answers are missing.
        """
        entry, known = self.situation.entry(key), self.known(answers)
        if isinstance(self._verdict(self.decisions[entry.decision], known), Undecided):
            return Changes(None, (), exact=True)
        _, inputs = self._derivation(entry.decision, known)
        given = {name: value for name, value in inputs.items() if value is not None}
        found = why_not(self.model, entry.decision, given, outcome)
        sure = []
        for change in found.found:
            ways = tuple(way for way in change.ways if self._holds(entry.decision, {**known, **way.example}, outcome))
            sure += [replace(change, ways=ways)] if ways else []
        return Changes(found.outcome, tuple(sure), found.exact and len(sure) == len(found.found))

    def _holds(self, decision: str, known: Known, outcome: str) -> bool:
        verdict = self.decisions[decision].decide(known)
        return isinstance(verdict, Decided) and verdict.value == outcome


def _state(verdict: Verdict) -> State:
    return cast("State", verdict.value) if isinstance(verdict, Decided) else "open"


def _guessed(derivation: Derivation, unknown: Collection[str]) -> int:
    """How many answers nobody gave the rules that fired rest on."""
    read = {
        name
        for step in derivation.steps
        for rule in step.rules
        for condition in rule.conditions
        for name in condition.reads
    }
    read |= {one.name for step in derivation.steps if not step.hit for one in step.reads}
    return len({name for name in read if name in unknown})
