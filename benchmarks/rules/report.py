# SPDX-License-Identifier: EUPL-1.2
"""The table of one run."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any  # JSON of our own making: an edge

from benchmarks.report import _grid as grid

ZEN = "zen-engine, static loader"
Part = tuple[str, list[str], list[list[str]]]  # title, head, rows


def table(said: Mapping[str, Any]) -> str:
    """Everything that was measured, as text for a terminal of a hundred columns."""
    parts = (rows(said["table"]), columns(said["columns"]), proofs(said["proof"]))
    return "\n\n".join([machine(said["machine"]), *(f"{title}\n{grid(head, lines)}" for title, head, lines in parts)])


def machine(found: Mapping[str, Any]) -> str:
    """The machine, three lines."""
    peers = ", ".join(f"{name} {number}" for name, number in sorted(found["peers"].items()))
    return "\n".join(
        [
            f"{found['date']} · commit {found['commit']}",
            f"{found['processor']}, {found['cores']} cores; load average before: {found['load_before']}",
            f"Python {found['python']}, {peers}",
        ]
    )


def rows(said: Mapping[str, Any]) -> Part:
    """The engines."""
    zen = next(row["rounds_us"] for row in said["rows"] if row["name"] == ZEN)
    lines = []
    for row in said["rows"]:  # round by round: what slows the machine slows its neighbours too
        ratio = median(its / own for its, own in zip(zen, row["rounds_us"], strict=True))
        written = f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.3f}"
        lines.append([row["name"], f"{1e6 / row['us']:,.0f}", f"{row['us']:.2f}", written, f"{row['cold_ms']:.1f}"])
    title = (
        f"One input, as Python objects, to the result, as Python objects: median of {said['rounds']} rounds in which the\n"
        f"engines take turns, processor time of one thread. All give the same on {said['checked']:,} random inputs."
    )
    return title, ["engine", "evaluations/s", "µs", "x zen", "cold: read, compile, first, ms"], lines


def columns(said: list[Mapping[str, Any]]) -> Part:
    """What is left."""
    call = sorted(one["call_ns"] for one in said)[len(said) // 2]
    title = f"Where the rest goes: a call costs about {call:.0f} ns, and each column of a type:"
    return title, ["column", "ns"], [[one["name"], f"{one['ns']:.0f}"] for one in said]


def proofs(said: list[Mapping[str, Any]]) -> Part:
    """Large tables."""
    lines = [
        [
            f"{one['name']}, {one['hit']}",
            f"{one['rules']:,} x {one['columns']}",
            f"{one['read_s']:.2f}",
            f"{one['prove_s']:.2f}",
            f"{one['compile_s']:.2f}",
            ", ".join(one["findings"]) or "proved",
        ]
        for one in said
    ]
    title = "The proof of a large table (gaps, overlaps, rules that never fire), processor time in seconds:"
    return title, ["table", "rules x inputs", "read", "proof", "compile", "found"], lines
