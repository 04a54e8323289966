# SPDX-License-Identifier: EUPL-1.2
"""The table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any  # JSON of our own making: an edge

WIDTH = 100


GOAL = 0.25  # of the limit


def table(said: Mapping[str, Any]) -> str:
    """Everything that was measured, as text for a terminal of a hundred columns."""
    whole, profile = split(said)
    return "\n\n".join(part for part in (whole, profile) if part)


def split(said: Mapping[str, Any]) -> tuple[str, str]:
    """The table, and the profile of the submission ("" without one)."""
    parts = [_machine(said["machine"]), _submissions(said, GOAL), _pages(said["pages"]), _readings(said["readings"])]
    parts += [_rest(said), _memory(said)]
    parts += [_recovery(said["recovery"]), f"The whole run took {said['seconds']:.0f} s."]
    return "\n\n".join(parts), _profile(said["profile"]) if "profile" in said else ""


def _machine(machine: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    settings = ", ".join(f"{name} {value}" for name, value in sorted(machine["settings"].items()))
    return "\n".join(
        [
            f"{machine['date']} · commit {machine['commit']}",
            f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB",
            f"Linux {machine['kernel']}, {machine['file_system']}; load average before: {machine['load_before']}",
            f"Python {machine['python']}, PostgreSQL {machine['postgresql']} ({settings})",
            versions,
        ]
    )


def _submissions(said: Mapping[str, Any], goal: float) -> str:
    rows = []
    for http, limit in zip(said["submissions"], said["limit"], strict=True):
        ratio = http["per_second"] / limit["per_second"]
        rows.append(
            [
                str(http["clients"]),
                f"{http['per_second']:.1f}",
                f"{http['p50_ms']:.1f}",
                f"{http['p95_ms']:.1f}",
                f"{limit['per_second']:.1f}",
                f"{limit['mean_ms']:.1f}",
                f"{100 * ratio:.0f} %" + ("" if ratio >= goal else f" (goal {100 * goal:.0f} %)"),
            ]
        )
    head = ["clients", "submissions/s", "p50 ms", "p95 ms", f"limit/s ({said['messages']} messages)", "mean ms", "of the limit"]
    cost = [
        [
            str(http["clients"]),
            *(f"{http['processor_ms'].get(name, 0.0):.1f}" for name in ("web", "postgres", "worker")),
            f"{limit['postgres_ms']:.1f}",
        ]
        for http, limit in zip(said["submissions"], said["limit"], strict=True)
    ]
    return "\n".join(
        [
            f"Whole submissions over HTTP ({said['web_processes']} web process); limit: their SQL alone, by pgbench",
            _grid(head, rows),
            "",
            "Processor time of a submission, ms (other load on the machine moves it less than the rates above)",
            _grid(["clients", "web", "postgres", "worker", "postgres under pgbench"], cost),
        ]
    )


def _pages(pages: Mapping[str, Any]) -> str:
    rows = [
        [name, str(one["clients"]), f"{one['per_second']:.1f}", f"{one['p50_ms']:.1f}", f"{one['p95_ms']:.1f}"]
        for name, one in pages.items()
    ]
    return "Pages over HTTP\n" + _grid(["page", "clients", "pages/s", "p50 ms", "p95 ms"], rows)


def _readings(one: Mapping[str, Any]) -> str:
    cost = f"{100 * (one['ratio'] - 1):+.1f} %"
    rows = [["worklist, 25 people", f"{one['without_ms']:.1f}", f"{one['with_ms']:.1f}", f"{one['cost_ms']:.1f}", cost]]
    grid = _grid(["page", "without, ms", "with, ms", "pairs differ by, ms", "cost (goal 5 %)"], rows)
    return f"Recording who read, in one process, the two in turn; medians\n{grid}"


def _rest(said: Mapping[str, Any]) -> str:
    acts, log = said["acts"], said["log"]
    return "The worker\n" + _grid(
        ["what", "number", "per second", ""],
        [
            [
                "acts, decided to delivered",
                str(acts["acts"]),
                f"{acts['per_second']:.2f}",
                f"half within {acts['median_seconds']:.1f} s",
            ],
            ["log appends", str(log["entries"]), f"{log['per_second']:.0f}", f"{log['checkpoints']} checkpoints"],
        ],
    )


def _memory(said: Mapping[str, Any]) -> str:
    after = said["memory_after_acts"]
    rows = [[name, f"{size:.0f}", f"{after.get(name, 0.0):.0f}"] for name, size in sorted(said["memory"].items())]
    rows.append(["all", f"{sum(said['memory'].values()):.0f}", f"{sum(after.values()):.0f}"])
    whole = f"`./bierger demo`, started and looked at, every process, its supervisor too: {said['demonstration_pss']:.0f} MiB"
    title = "Memory: PSS of all processes, MiB\n"
    return title + _grid(["piece", "after submissions and pages", "after acts"], rows) + f"\n{whole}"


def _recovery(recovery: Mapping[str, Sequence[float]]) -> str:
    rows = [
        [name, str(len(seconds)), f"{sorted(seconds)[len(seconds) // 2]:.1f}", f"{max(seconds):.1f}"]
        for name, seconds in recovery.items()
    ]
    title = "`./bierger demo`: starts, and kill -9 until it serves again"
    return f"{title}\n" + _grid(["what", "times", "median s", "longest s"], rows)


def _profile(profile: Mapping[str, Any]) -> str:
    whole, sql = profile["whole_ms"], profile["sql_ms"]
    whole_text = (
        f"One submission in one process (median): {whole:.1f} ms; its {len(profile['statements'])} messages {sql:.1f} ms"
        f"; processor time of Python {profile['python_cpu_ms']:.1f} ms, {profile['calls']} function calls"
    )
    statements = [[str(place), f"{one['ms']:.2f}", one["sql"][:80]] for place, one in enumerate(profile["statements"], 1)]
    layers = sorted(profile["layers_ms"].items(), key=lambda row: -row[1])
    return "\n".join(
        [
            whole_text,
            _grid(["", "ms", "statement"], statements),
            "",
            "Own time by layer under the profiler (which makes Python slower than it is)",
            _grid(["layer", "ms"], [[name, f"{ms:.2f}"] for name, ms in layers]),
        ]
    )


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]

    def line(row: Sequence[str]) -> str:
        return "  ".join(
            cell.ljust(width) if column == 0 or not cell[:1].isdigit() else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()

    return "\n".join([line(head), "-" * min(WIDTH, sum(widths) + 2 * len(widths)), *(line(row) for row in rows)])
