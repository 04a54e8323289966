# SPDX-License-Identifier: EUPL-1.2
"""`make bench-interview`: how many questions each order asks, and how long the next question takes to choose.

Random tables of 20 rules and 6 inputs, hit policy FIRST; of each input five answers, independent and equally probable. An order's
figure is its expected number of questions until the outcome is settled: every course of the interview is walked, none is drawn.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean, median
from typing import Any  # JSON of our own making: an edge

from benchmarks import machine, situations
from benchmarks.report import _grid as grid
from benchmarks.rules.tables import Cell, Table, dmn
from bierger_core.interview.order import QuestionOrder
from bierger_core.rules import PartialDecision, compile_partial, read_dmn

RESULTS = Path(__file__).resolve().parent / "results"
BOUNDS = (0, 20, 40, 60, 80)  # what a cell may begin at: five classes to an input
Known = dict[str, object]
Ask = Callable[[Known], str | None]
ORDERS = (
    "the whole form",
    "fixed order, skipping what does not matter",
    "row order, until a row fires",
    "ours, not computed beforehand",
    "exact optimum",
)
BY_NUMBER = (*ORDERS[:3], "ours, prepared as the portal does", ORDERS[-1])
BY_COST = (*ORDERS[:3], "what the portal asks", ORDERS[-1])


def main() -> int:
    arguments = _arguments()
    count = 4 if arguments.quick else 40
    said: dict[str, object] = {"machine": machine.here(Path.cwd())}
    said["tables"] = [_orders(count, outcomes) for outcomes in (20, 3)]
    said["packages"] = situations.measured(BY_NUMBER, BY_COST)
    said["situation"] = _situation(sessions=5 if arguments.quick else 100)
    RESULTS.mkdir(exist_ok=True)
    file = arguments.json or RESULTS / f"interview-{time.strftime('%Y-%m-%dT%H%M%S')}.json"
    file.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print("\n\n".join(f"{title}\n{grid(head, lines)}" for title, head, lines in parts(said)))
    print(f"\nThe same as JSON: {file}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.interview", description="Measure orders of questions.")
    parser.add_argument("--quick", action="store_true", help="4 tables of each kind instead of 40")
    parser.add_argument("--json", type=Path, default=None, help="where to write the JSON")
    return parser.parse_args()


# -- tables ----------------------------------------------------------------------------------------------------------


def drawn(seed: int, *, rules: int = 20, names: Sequence[str] = ("a", "b", "c", "d", "e", "f"), outcomes: int = 20) -> Table:
    draw = random.Random(seed)  # the same in every run
    rows = tuple(tuple(_cell(draw) for _ in names) for _ in range(rules))
    texts = tuple(f"outcome {number % outcomes}" for number in range(rules))
    return Table(tuple((name, "number") for name in names), rows, texts)


def _cell(draw: random.Random) -> Cell:
    if draw.random() < 0.45:
        return Cell("any")
    low, high = sorted(draw.sample((*BOUNDS, 100), 2))
    return Cell("within", (low, high))


def compiled(table: Table) -> PartialDecision:
    return compile_partial(read_dmn(dmn(table), path="random.dmn"), "outcome", may_be_null=())


def answers() -> list[int]:
    """One answer of each class; each as probable as the others."""
    return [bound + 10 for bound in BOUNDS]


def expected(names: Sequence[str], ask: Ask) -> float:
    """The expected number of questions of an order, over every course of the interview."""
    found: dict[frozenset[tuple[str, object]], float] = {}

    def walk(known: Known) -> float:
        key = frozenset(known.items())
        if key not in found:
            name = ask(known)
            found[key] = 0.0 if name is None else 1.0 + mean(walk({**known, name: answer}) for answer in answers())
        return found[key]

    if len(names) != len(set(names)):
        raise ValueError("A question has one name.")
    return walk({})


def _orders(count: int, outcomes: int) -> dict[str, object]:
    asked: dict[str, list[float]] = {name: [] for name in ORDERS}
    prepared = []
    seed = 0
    while len(prepared) < count:
        seed += 1
        table = drawn(seed, outcomes=outcomes)
        names = [name for name, _ in table.columns]
        decision = compiled(table)
        even = [dict.fromkeys(names, answer) for answer in answers()] * 200  # the answers, not the classes, are equally probable
        order = QuestionOrder([decision], cases=even)
        if order.next({}) is None:
            continue  # the first rule takes everything: nothing to ask
        exact = QuestionOrder([decision], cases=even)
        began = time.process_time()
        if not exact.prepare(10**6):
            raise RuntimeError("The optimum was not computed.")
        prepared.append(time.process_time() - began)
        for name, ask in _asking(table, order, exact).items():
            asked[name].append(expected(names, ask))
    best = asked[ORDERS[-1]]
    rows = [
        {
            "name": name,
            "questions": mean(asked[name]),
            "mean_ratio": mean(one / least for one, least in zip(asked[name], best, strict=True)),
            "most_ratio": max(one / least for one, least in zip(asked[name], best, strict=True)),
        }
        for name in ORDERS
    ]
    return {"outcomes": outcomes, "tables": count, "rows": rows, "exact_s": [median(prepared), max(prepared)]}


def _asking(table: Table, order: QuestionOrder, exact: QuestionOrder) -> dict[str, Ask]:
    names = [name for name, _ in table.columns]

    def whole(known: Known) -> str | None:
        return next((name for name in names if name not in known), None)

    def fixed(known: Known) -> str | None:
        relevant = order.relevant(known)
        return next((name for name in names if name in relevant), None)

    def rows(known: Known) -> str | None:
        return next(_by_rows(table, known), None)

    def of(one: QuestionOrder) -> Ask:
        def ask(known: Known) -> str | None:
            following = one.next(known)
            return following.names[0] if following else None

        return ask

    return dict(zip(ORDERS, (whole, fixed, rows, of(order), of(exact)), strict=True))


def _by_rows(table: Table, known: Mapping[str, object]) -> Iterator[str]:
    """What lazy evaluation asks: cell by cell, row by row, until a row fires."""
    for row in table.rows:
        for (name, _), cell in zip(table.columns, row, strict=True):
            if cell.kind == "any":
                continue
            if name not in known:
                yield name
                return
            low, high = cell.values
            if not low <= known[name] < high:  # type: ignore[operator]  # numbers, all of them
                break
        else:
            return


# -- a situation -----------------------------------------------------------------------------------------------------


def _situation(*, sessions: int, procedures: int = 30, inputs: int = 40) -> dict[str, object]:
    """Thirty decisions over inputs that several share: how long the next question takes, from the first session on."""
    draw = random.Random(11)  # the same in every run
    names = [f"q{number}" for number in range(inputs)]
    decisions = []
    for _ in range(procedures):
        some = sorted(draw.sample(names, draw.randint(3, 7)), key=names.index)
        decisions.append(compiled(drawn(draw.randrange(10**6), rules=10, names=some, outcomes=3)))
    began = time.process_time()
    order = QuestionOrder(decisions)
    order.next({})  # the first question is the same for everybody: whoever builds the order asks for it
    built = time.process_time() - began
    taken, asked = [], []
    for _ in range(sessions):
        known: Known = {}
        while True:
            began = time.process_time()
            following = order.next(known)
            taken.append(1000 * (time.process_time() - began))
            if following is None:
                break
            known |= {name: draw.choice(answers()) for name in following.names}
        asked.append(len(known))
    taken.sort()
    return {
        "procedures": procedures,
        "inputs": len(order.relevant({})),
        "sessions": sessions,
        "build_s": built,
        "asked": mean(asked),
        "calls": len(taken),
        "p50_ms": taken[len(taken) // 2],
        "p95_ms": taken[int(len(taken) * 0.95)],
        "p99_ms": taken[int(len(taken) * 0.99)],
    }


# -- what is shown ---------------------------------------------------------------------------------------------------


def parts(said: Mapping[str, Any]) -> list[tuple[str, list[str], list[list[str]]]]:
    """Title, head and rows of each table of a run."""
    found = []
    for one in said["tables"]:
        middle, most = one["exact_s"]
        title = (
            f"Expected number of questions, {one['tables']} random tables of 20 rules and 6 inputs with {one['outcomes']}"
            f" outcomes. The optimum took {middle:.2f} s of processor time to compute (median; at most {most:.2f} s)."
        )
        keys = ("mean_ratio", "most_ratio")
        lines = [[row["name"], f"{row['questions']:.2f}", *(f"{row[key]:.3f}" for key in keys)] for row in one["rows"]]
        found.append((title, ["order", "questions", "x optimum, mean", "x optimum, worst table"], lines))
    found += _packages(said["packages"])
    one = said["situation"]
    title = (
        f"A situation over {one['procedures']} procedures with {one['inputs']} questions, {one['sessions']} people one after"
        f" the other, {one['asked']:.1f} questions each on average; built, with the first question, in {one['build_s']:.2f} s."
    )
    figures = [[f"{one['calls']:,}", f"{one['p50_ms']:.2f}", f"{one['p95_ms']:.2f}", f"{one['p99_ms']:.2f}"]]
    return [*found, (title, ["questions chosen", "p50, ms", "p95, ms", "p99, ms"], figures)]


def _packages(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[str], list[list[str]]]]:
    """The situations that come with Bierger; a ratio beside what has one. Older runs measured no costs."""
    bracket = "the situations that come with Bierger (in brackets: x optimum)"
    said = f"Expected cost of the questions, {bracket}: a tick 1, a figure or a date 2, unless the situation says otherwise."
    found = []
    for key, title in (("orders", f"Expected number of questions, {bracket}."), ("costs", said)):
        measured = [row for row in rows if key in row]
        if measured:
            names = list(measured[0][key])
            lines = [
                [row["situation"], f"{row['procedures']}", *(_beside(one, row[key][ORDERS[-1]]) for one in row[key].values())]
                for row in measured
            ]
            found.append((title, ["situation", "procedures", *names], lines))
    return found


def _beside(questions: float | None, best: float | None) -> str:
    if questions is None:
        return "not computed"
    return f"{questions:.2f} ({questions / best:.3f})" if best else f"{questions:.2f}"


if __name__ == "__main__":
    sys.exit(main())
