# SPDX-License-Identifier: EUPL-1.2
"""How many questions the situations that come with Bierger take, by each order; part of `make bench-interview`.

Answers are independent. The classes of answers that the rules tell apart count by their pieces, as they do where there are no
past cases; an order's figure is its expected number of questions over every course of the interview.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from bierger.catalogue.plugins.folder import package_folder_for, vocabulary_for
from bierger.site.commands.check import find_packages, read_package
from bierger_core.interview.order import QuestionOrder
from bierger_core.procedures import load
from bierger_core.rules import DecisionModel, DecisionTable, Value
from bierger_core.situations import Guide, procedures_of
from bierger_core.situations import load as load_situation

FOLDER = Path(__file__).resolve().parents[1] / "situations"
ON = date(2026, 11, 22)  # the law of which day
ENOUGH = 10**6  # states that are computed beforehand for the optimum
Known = dict[str, Value]
Ask = Callable[[Known], str | None]
Answers = Mapping[str, list[tuple[Value, float]]]


def measured(orders: Iterable[str]) -> list[dict[str, object]]:
    """A row for each situation: the expected number of questions by order, None where the optimum was not computed."""
    return [_situation(folder, tuple(orders)) for folder in sorted(find_packages(FOLDER, "situation.yaml"))]


def _situation(folder: Path, orders: tuple[str, ...]) -> dict[str, object]:
    guide = _guide(folder)
    factors, weights = guide.order.shared.factors, guide.order.weights
    answers = {
        factor.name: [(factor.example(number), chance) for number, chance in enumerate(row)]
        for factor, row in zip(factors, weights, strict=True)
    }
    names = [name for name in guide.situation.form.names if name in answers]
    ours = QuestionOrder(list(guide.decisions.values()))
    exact = QuestionOrder(list(guide.decisions.values()))
    began = time.process_time()
    is_exact = exact.prepare(ENOUGH)
    taken = time.process_time() - began

    def fixed(known: Known) -> str | None:
        relevant = ours.relevant(known)
        return next((name for name in names if name in relevant), None)

    def rows(known: Known) -> str | None:
        return _by_rows(guide, known)

    asks: tuple[Ask | None, ...] = (None, fixed, rows, _first(ours), _first(exact) if is_exact else None)
    found = [float(len(names)), *(expected(answers, ask) if ask else None for ask in asks[1:])]
    return {
        "situation": folder.name, "procedures": len(guide.situation.entries), "questions": len(names), "exact_s": taken,
        "orders": dict(zip(orders, found, strict=True)),
    }  # fmt: skip


def _guide(folder: Path) -> Guide:
    files, words = read_package(folder), vocabulary_for(folder)
    places = {key: package_folder_for(folder, key) for key in procedures_of(files)}
    packages = {key: load(read_package(place), vocabulary=words) for key, place in places.items() if place}
    return Guide(load_situation(files, vocabulary=words, packages=packages), ON)


def _first(order: QuestionOrder) -> Ask:
    def ask(known: Known) -> str | None:
        following = order.next(known)
        return following.names[0] if following else None

    return ask


def expected(answers: Answers, ask: Ask) -> float:
    """The expected number of questions of an order, over every course of the interview."""
    found: dict[frozenset[tuple[str, Value]], float] = {}

    def walk(known: Known) -> float:
        key = frozenset(known.items())
        if key not in found:
            name = ask(known)
            found[key] = 0.0 if name is None else 1.0 + sum(part * walk({**known, name: one}) for one, part in answers[name])
        return found[key]

    return walk({})


# -- lazy evaluation, row by row -----------------------------------------------------------------------------------------


class _Missing(Exception):
    """What lazy evaluation comes upon first and does not know."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _by_rows(guide: Guide, known: Known) -> str | None:
    """Decision by decision in the order of the list, row by row, cell by cell: the first input that is missing."""
    context: dict[str, Value] = dict(known)
    try:
        for entry in guide.situation.entries:
            _decide(guide.model, entry.decision, context)
    except _Missing as missing:
        return missing.name
    return None


def _decide(model: DecisionModel, name: str, context: dict[str, Value]) -> None:
    if name in context:
        return
    logic = model.decision(name).logic
    if not isinstance(logic, DecisionTable):
        _need(model, logic.names(), context)
        context[name] = logic.evaluate(context)
        return
    for number, rule in enumerate(logic.rules):
        for column, cell in zip(logic.columns, rule.cells, strict=True):
            if cell.is_any:
                continue
            _need(model, column.expression.names(), context)
            if cell.matches(column.expression.evaluate(context), context) is not True:
                break
        else:
            context[name] = logic.result(number, context)
            return
    context[name] = logic.result(None, context)


def _need(model: DecisionModel, names: Iterable[str], context: dict[str, Value]) -> None:
    for name in sorted(names):
        top = name.split(".")[0]
        if top in model.decisions:
            _decide(model, top, context)
        elif top not in context:
            raise _Missing(top)
