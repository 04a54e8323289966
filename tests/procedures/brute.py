# SPDX-License-Identifier: EUPL-1.2
"""What brute force says of a situation that comes with Bierger: its decisions.dmn evaluated with whole answers, one after the other.

It goes through neither the guide nor partial evaluation, and takes no classes of answers from them: every option of a choice is
tried, and of a number its bounds and each figure of the file with the answers beside it.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import product
from xml.etree import ElementTree as ET

from bierger_core.interview import Question, Type
from bierger_core.rules import Value, read_dmn
from bierger_core.situations import Plan, Situation

_ANY = "{*}"  # whatever its namespace


class Brute:
    """Judges the plans of one situation on one day."""

    def __init__(self, situation: Situation, on: date) -> None:
        content = situation.files[f"{situation.prefix}decisions.dmn"]
        self.decisions = {entry.key: entry.decision for entry in situation.entries}
        self.model = read_dmn(content, path="decisions.dmn").at(on)
        self.needs = {decision: self.model.needs(decision) for decision in self.decisions.values()}
        asked = [name for name in situation.form.names if any(name in needs for needs in self.needs.values())]
        figures = _figures(content)
        self.domains = {name: tuple(_answers(situation.form.question(name), figures.get(name, set()))) for name in asked}
        self.evaluated = 0
        self._outcomes: dict[tuple[str, tuple[Value, ...]], Value] = {}

    def differences(self, plan: Plan, known: Mapping[str, Value]) -> list[str]:
        """Where the plan says something else than all completions of what is known do."""
        found = []
        assert sorted(line.entry.key for line in plan.lines) == sorted(self.decisions)
        for line in plan.lines:
            outcomes, matters = self.judged(self.decisions[line.entry.key], known)
            state = next(iter(outcomes)) if len(outcomes) == 1 else "open"
            if (line.state, set(line.open)) != (state, matters):
                found.append(
                    f"{line.entry.key} is {state} {sorted(matters)}, the plan says {line.state} {sorted(line.open)}: {known}"
                )
        return found

    def judged(self, decision: str, known: Mapping[str, Value]) -> tuple[set[Value], set[str]]:
        """Give every outcome of the completions, and the questions by which alone, in some completion, it changes."""
        names = [name for name in self.domains if name in self.needs[decision]]
        open_ = [number for number, name in enumerate(names) if name not in known]
        outcomes: set[Value] = set()
        beside: list[dict[tuple[Value, ...], Value]] = [{} for _ in names]  # for each question: the other answers, an outcome
        matters: set[str] = set()
        for whole in product(*((known[name],) if name in known else self.domains[name] for name in names)):
            outcome = self._outcome(decision, names, whole)
            outcomes.add(outcome)
            for number in open_:
                if beside[number].setdefault((*whole[:number], *whole[number + 1 :]), outcome) != outcome:
                    matters.add(names[number])
        return outcomes, matters

    def completions(self, decision: str, known: Mapping[str, Value]) -> int:
        """How many completions a decision has."""
        count = 1
        for name, answers in self.domains.items():
            count *= len(answers) if name in self.needs[decision] and name not in known else 1
        return count

    def _outcome(self, decision: str, names: list[str], whole: tuple[Value, ...]) -> Value:
        key = decision, whole
        if key not in self._outcomes:
            self.evaluated += 1
            self._outcomes[key] = self.model.evaluate(decision, dict(zip(names, whole, strict=True))).value
        return self._outcomes[key]


def _figures(content: bytes) -> dict[str, set[Decimal]]:
    """The figures in the columns of the tables that read an input as it is; the situations of Bierger have no other logic."""
    found: dict[str, set[Decimal]] = {}
    tree = ET.fromstring(content)  # a file of ours
    assert not list(tree.iterfind(f".//{_ANY}literalExpression")), "figures of expressions are not found yet"
    for table in tree.iterfind(f".//{_ANY}decisionTable"):
        columns = table.findall(f"{_ANY}input")
        assert columns
        for number, column in enumerate(columns):
            name = (column.findtext(f"{_ANY}inputExpression/{_ANY}text") or "").strip()
            assert name.isidentifier(), f"figures of {name!r} are not found yet"
            cells = [
                rule.findall(f"{_ANY}inputEntry")[number].findtext(f"{_ANY}text") or "" for rule in table.findall(f"{_ANY}rule")
            ]
            bare = (re.sub(r'"[^"]*"', "", cell) for cell in cells)
            found.setdefault(name, set()).update(Decimal(one) for cell in bare for one in re.findall(r"\d+(?:\.\d+)?", cell))
    return found


def _answers(question: Question, figures: set[Decimal]) -> Iterator[Value]:
    if question.type is Type.CHOICE:
        yield from question.options
    elif question.type is Type.BOOLEAN:
        yield from (True, False)
    else:
        assert question.type is Type.NUMBER, f"answers to {question.type} are not drawn yet"
        assert question.min is not None
        assert question.max is not None
        step = Decimal(1).scaleb(-question.decimals)
        beside = {figure + sign * step for figure in figures for sign in (-1, 0, 1)} | {question.min, question.max}
        yield from sorted(one for one in beside if question.min <= one <= question.max)
