# SPDX-License-Identifier: EUPL-1.2
"""How many questions the situations that come with Bierger take, by each order; part of `make bench-interview`.

Answers are independent. The classes of answers that the rules tell apart count by their pieces, and by past cases where the
situation has some. An order has two figures, both expected over every course of the interview: the number of its questions, where
ours is told decisions and past cases alone; and what its questions cost, where ours is the very order that the portal asks
(`Guide.order`), with the costs, pages and sequence of the situation. The optimum beside each is that of the same figure.
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
from bierger_core.situations.guide import PREPARED
from bierger_core.situations.past import past_cases

FOLDER = Path(__file__).resolve().parents[1] / "situations"
ON = date(2026, 11, 22)  # the law of which day
ENOUGH = 10**6  # states that are computed beforehand for the optimum
Known = dict[str, Value]
Ask = Callable[[Known], tuple[str, ...]]  # the questions of the next page; none at the end
Answers = Mapping[str, list[tuple[Value, float]]]


def measured(orders: Iterable[str], by_cost: Iterable[str]) -> list[dict[str, object]]:
    """A row for each situation: the expected questions and costs by order, None where the optimum was not computed."""
    names = tuple(orders), tuple(by_cost)
    return [_situation(folder, *names) for folder in sorted(find_packages(FOLDER, "situation.yaml"))]


def _situation(folder: Path, orders: tuple[str, ...], by_cost: tuple[str, ...]) -> dict[str, object]:
    guide = _guide(folder)
    factors, weights = guide.order.shared.factors, guide.order.weights
    answers = {
        factor.name: [(factor.example(number), chance) for number, chance in enumerate(row)]
        for factor, row in zip(factors, weights, strict=True)
    }
    names = [name for name in guide.situation.form.names if name in answers]
    decisions, past = list(guide.decisions.values()), list(past_cases(guide.situation, ON))
    ours, exact = (QuestionOrder(decisions, cases=past) for _ in range(2))
    ours.prepare(PREPARED)
    began = time.process_time()
    is_exact = exact.prepare(ENOUGH)
    taken = time.process_time() - began
    portal = guide.order
    best = QuestionOrder(decisions, portal.costs, portal.pages, portal.sequence, past)
    is_best = best.prepare(ENOUGH)

    def fixed(known: Known) -> tuple[str, ...]:
        relevant = ours.relevant(known)
        return tuple(name for name in names if name in relevant)[:1]

    def rows(known: Known) -> tuple[str, ...]:
        return _by_rows(guide, known)

    def figures(asks: Iterable[Ask | None], costs: Mapping[str, float]) -> list[float | None]:
        found = (expected(answers, ask, costs) if ask else None for ask in asks)
        return [float(sum(costs[name] for name in names)), *found]

    fixed_once, rows_once = _once(fixed), _once(rows)  # the same questions in both figures
    one = dict.fromkeys(names, 1.0)
    questions = figures((fixed_once, rows_once, _page(ours), _page(exact) if is_exact else None), one)
    costs = figures((fixed_once, rows_once, _page(portal), _page(best) if is_best else None), {**one, **portal.costs})
    return {
        "situation": folder.name, "procedures": len(guide.situation.entries), "questions": len(names), "exact_s": taken,
        "orders": dict(zip(orders, questions, strict=True)), "costs": dict(zip(by_cost, costs, strict=True)),
    }  # fmt: skip


def _guide(folder: Path) -> Guide:
    files, words = read_package(folder), vocabulary_for(folder)
    places = {key: package_folder_for(folder, key) for key in procedures_of(files)}
    packages = {key: load(read_package(place), vocabulary=words) for key, place in places.items() if place}
    return Guide(load_situation(files, vocabulary=words, packages=packages), ON)


def _page(order: QuestionOrder) -> Ask:
    def ask(known: Known) -> tuple[str, ...]:
        following = order.next(known)
        return following.names if following else ()

    return ask


def _once(ask: Ask) -> Ask:
    """Remember what is asked when."""
    found: dict[frozenset[tuple[str, Value]], tuple[str, ...]] = {}

    def asked(known: Known) -> tuple[str, ...]:
        key = frozenset(known.items())
        if key not in found:
            found[key] = ask(known)
        return found[key]

    return asked


def expected(answers: Answers, ask: Ask, costs: Mapping[str, float]) -> float:
    """What an order is expected to cost, over every course of the interview; a page that was begun is asked to its end."""
    found: dict[tuple[frozenset[tuple[str, Value]], tuple[str, ...]], float] = {}

    def walk(known: Known, begun: tuple[str, ...]) -> float:
        key = frozenset(known.items()), begun
        if key not in found:
            page = begun or ask(known)
            found[key] = answered(known, page[0], page[1:]) if page else 0.0
        return found[key]

    def answered(known: Known, name: str, rest: tuple[str, ...]) -> float:
        return costs[name] + sum(part * walk({**known, name: one}, rest) for one, part in answers[name])

    return walk({}, ())


# -- lazy evaluation, row by row -----------------------------------------------------------------------------------------


class _Missing(Exception):
    """What lazy evaluation comes upon first and does not know."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _by_rows(guide: Guide, known: Known) -> tuple[str, ...]:
    """Decision by decision in the order of the list, row by row, cell by cell: the first input that is missing."""
    context: dict[str, Value] = dict(known)
    try:
        for entry in guide.situation.entries:
            _decide(guide.model, entry.decision, context)
    except _Missing as missing:
        return (missing.name,)
    return ()


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
            context[name] = logic.result((number,), context)
            return
    context[name] = logic.result((), context)


def _need(model: DecisionModel, names: Iterable[str], context: dict[str, Value]) -> None:
    for name in sorted(names):
        top = name.split(".")[0]
        if top in model.decisions:
            _decide(model, top, context)
        elif top not in context:
            raise _Missing(top)
