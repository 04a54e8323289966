# SPDX-License-Identifier: EUPL-1.2
"""`make bench-rules` runs beside its peers, with equal outputs, and prints its table. How fast is nobody's test."""

import json
import random
import subprocess
from pathlib import Path

import pytest
from benchmarks.rules import engines, page, tables

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_bench_runs_beside_its_peers(tmp_path: Path):
    result = tmp_path / "rules.json"
    command = ["make", "bench-rules", f"BENCH=--quick --json {result}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for said in ("evaluations/s", "x zen", "cold", "zen-engine", "SpiffWorkflow", "rules x inputs", "All give the same on 2,000 random inputs"):
        assert said in done.stdout
    measured = json.loads(result.read_text())
    assert sum(row["peer"] for row in measured["table"]["rows"]) == 2
    assert all(row["us"] > 0 and row["cold_ms"] > 0 for row in measured["table"]["rows"])
    assert [one["findings"] for one in measured["proof"]] == [[], ["table-gap"], ["table-overlap"], [], ["table-gap"], ["rule-never-fires"]]


@pytest.mark.slow
def test_no_order_asks_less_than_the_optimum_and_ours_stays_near_it(tmp_path: Path):
    result = tmp_path / "interview.json"
    done = subprocess.run(
        ["make", "bench-interview", f"BENCH=--quick --json {result}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    measured = json.loads(result.read_text())
    for one in measured["tables"]:
        ratios = [row["mean_ratio"] for row in one["rows"]]
        assert min(ratios) == ratios[-1] == 1.0
        assert ratios[-2] <= 1.05 < min(ratios[:-2])
    assert measured["situation"]["calls"] > 100
    assert [one["situation"] for one in measured["packages"]] == ["build", "cafe-terrace", "hire", "move"]
    for one in measured["packages"]:
        whole, _, _, ours, best = one["orders"].values()
        assert best <= ours <= 1.05 * best < whole
        dearest, _, _, portal, cheapest = one["costs"].values()  # the last bit aside
        assert cheapest * 0.999999 <= portal <= 1.05 * cheapest < dearest


def test_every_way_of_ours_gives_the_same():
    table = tables.random_table(3, any_share=0.3)
    inputs = tables.random_inputs(table, 4, 200)
    outputs = []
    for engine in engines.ours():
        decide = engine.build(table)
        outputs.append([engine.result(decide(one)) for one in engines.given_to(engine, inputs)])
    assert all(one == outputs[0] for one in outputs)
    assert len(set(outputs[0])) > 5


def test_a_cell_says_the_same_in_every_notation():
    draw = random.Random(1)
    for kind, said in (("any", "-"), ("at least", ">= 1"), ("below", "< 1"), ("is", "1")):
        cell = tables.Cell(kind, () if kind == "any" else (1,))
        assert tables._feel(cell) == tables._python("n", cell) == said
    assert tables._feel(tables.Cell("within", (1, 2))) == "[1..2)"
    assert tables._python("n", tables.Cell("within", (1, 2))) == "1 <= ? < 2"
    assert tables._python("k", tables.Cell("one of", ("a", "b"))) == "? in ('a', 'b')"
    assert tables._cell(draw, "flag", "boolean").kind == "is"


@pytest.mark.parametrize("name", page.NAMES)
def test_the_page_shows_the_committed_run(name: str):
    text, run = page.PAGE.read_text("utf-8"), json.loads(page.RUNS[name].read_text("utf-8"))
    assert page.written(text, name, run) == text
    changed = {"rules": lambda: run["table"]["rows"][0].update(us=9.0), "interview": lambda: run["situation"].update(p95_ms=9.0)}
    changed[name]()
    assert page.written(text, name, run) != text
