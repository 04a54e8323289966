# SPDX-License-Identifier: EUPL-1.2
"""`make bench-rules`, `python -m benchmarks.rules [--quick]`: one run, one table; the same as JSON in benchmarks/results/."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import median

from benchmarks import machine
from benchmarks.rules import engines, large, report, tables
from bierger_core.rules import read_dmn

RESULTS = Path(__file__).resolve().parents[1] / "results"
PEERS = Path(__file__).resolve().parents[2] / ".venv-peers"
CHECKED = 2_000  # random inputs on which all engines must give the same
SEED = 7


def main() -> int:
    arguments = _arguments()
    peers = engines.peers(arguments.peers)
    rounds, seconds = (3, 0.02) if arguments.quick else (61, 0.05)
    said: dict[str, object] = {"machine": {**machine.here(Path.cwd()), "peers": engines.versions(arguments.peers)}}
    said["table"] = _table([*engines.ours(), *peers], rounds, seconds)
    said["columns"] = _columns(rounds, seconds)
    said["proof"] = _proofs(300 if arguments.quick else 2_000, 20)
    RESULTS.mkdir(exist_ok=True)
    file = arguments.json or RESULTS / f"rules-{time.strftime('%Y-%m-%dT%H%M%S')}.json"
    file.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(report.table(said))
    print(f"\nThe same as JSON: {file}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.rules", description="Measure decision tables beside their peers.")
    parser.add_argument("--quick", action="store_true", help="some seconds, rougher, and a proof of 300 rules")
    parser.add_argument("--peers", type=Path, default=PEERS, help="the environment that holds the peers")
    parser.add_argument("--json", type=Path, default=None, help="where to write the JSON")
    return parser.parse_args()


def _table(all_engines: list[engines.Engine], rounds: int, seconds: float) -> dict[str, object]:
    """The engines take turns, so that what slows the machine slows all of them."""
    table = tables.random_table(SEED)
    inputs = tables.random_inputs(table, SEED + 1, CHECKED)
    given = {engine.name: engines.given_to(engine, inputs) for engine in all_engines}
    decide: dict[str, engines.Decide] = {}
    cold: dict[str, float] = {}
    for engine in all_engines:
        began = time.perf_counter()
        decide[engine.name] = engine.build(table)
        engine.result(decide[engine.name](given[engine.name][0]))
        cold[engine.name] = 1000 * (time.perf_counter() - began)
    expected: list[object] = []
    for engine in all_engines:
        outputs = [engine.result(decide[engine.name](one)) for one in given[engine.name]]
        expected = expected or outputs
        if outputs != expected:
            raise RuntimeError(f"{engine.name} gives other outputs than {all_engines[0].name}.")
    taken: dict[str, list[float]] = {engine.name: [] for engine in all_engines}
    for _ in range(rounds):
        for engine in all_engines:
            taken[engine.name].append(_microseconds(decide[engine.name], given[engine.name], seconds))
    rows = [
        {
            "name": engine.name,
            "us": median(taken[engine.name]),
            "rounds_us": [round(one, 3) for one in taken[engine.name]],
            "cold_ms": cold[engine.name],
            "peer": engine.peer,
        }
        for engine in all_engines
    ]
    return {"rows": rows, "checked": len(inputs), "outcomes": len(set(map(str, expected))), "rounds": rounds}


def _microseconds(decide: engines.Decide, given: list[dict[str, object]], seconds: float) -> float:
    """Processor time of one call: what else runs on the machine is not counted."""
    calls = 0
    began = time.process_time()
    while (spent := time.process_time() - began) < seconds:
        for one in given[:100]:
            decide(one)
        calls += 100
        given = given[100:] + given[:100]
    return 1e6 * spent / calls


def _columns(rounds: int, seconds: float) -> list[dict[str, object]]:
    """What a column costs, by type: the difference between tables of six and of one, and what a call costs without."""
    kinds = [("truth value", "f", "boolean", False), ("text", "t", "string", False)]
    kinds += [("number, int", "n", "number", False), ("number, Decimal", "n", "number", True)]
    found = []
    for label, letter, kind, decimals in kinds:
        each = []
        for count in (1, 6):
            table = tables.random_table(SEED, columns=tuple((f"{letter}{place}", kind) for place in range(count)))
            engine = engines.Engine(label, engines.compiled, decimals=decimals)
            given = engines.given_to(engine, tables.random_inputs(table, SEED + 1, 1_000))
            decide = engine.build(table)
            each.append(median(_microseconds(decide, given, seconds / 2) for _ in range(rounds)))
        found.append({"name": label, "ns": 1000 * (each[1] - each[0]) / 5, "call_ns": 1000 * each[0] - 200 * (each[1] - each[0])})
    return found


def _proofs(rules: int, columns: int) -> list[dict[str, object]]:
    within = large.space(columns)
    parts = large.parts(within, rules, SEED)
    joined = [*parts[:-1], {**parts[-1], "b3": (True, False), "s1": large.LETTERS}]
    cases = [("complete", "UNIQUE", parts), ("a rule taken out", "UNIQUE", parts[:-1]), ("a rule widened", "UNIQUE", joined)]
    cases += [("complete", "FIRST", parts), ("a rule taken out", "FIRST", parts[:-1])]
    cases += [("the first rule again", "FIRST", [*parts, parts[0]])]
    found = []
    for label, hit, chosen in cases:
        data = large.xml(within, large.rows(within, chosen), hit)
        began = time.process_time()
        model = read_dmn(data, path="large.dmn")
        read = time.process_time()
        findings = model.prove()
        proved = time.process_time()
        model.decide("outcome", {})
        compiled = time.process_time()
        found.append(
            {
                "name": label,
                "hit": hit,
                "rules": len(chosen),
                "columns": columns,
                "read_s": read - began,
                "prove_s": proved - read,
                "compile_s": compiled - proved,
                "findings": sorted({finding.code for finding in findings}),
            }
        )
    return found


if __name__ == "__main__":
    sys.exit(main())
