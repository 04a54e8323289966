# SPDX-License-Identifier: EUPL-1.2
"""Where a submission's time goes: each statement with its time, and Python's time by layer (a deterministic profile)."""

from __future__ import annotations

import cProfile
import pstats
import re
import statistics
import time
from pathlib import Path

from benchmarks.inside.capture import WARM, Statements, submit

_LAYERS = (
    ("psycopg and libpq, waiting for the database included", re.compile(r"/psycopg|psycopg_")),
    ("Django: ORM and SQL compiler", re.compile(r"/django/db/|/django/contrib/postgres")),
    ("Django: sessions, signing, JSON", re.compile(r"/django/contrib/sessions|/django/core/signing|/json/")),
    ("Django: request, middleware, templates, translation", re.compile(r"/django/")),
    ("bierger", re.compile(r"/src/bierger/")),
    ("bierger_core", re.compile(r"/src/bierger_core/")),
)


def run(*, first: int, rounds: int) -> dict[str, object]:
    """`rounds` submissions measured plainly, then `rounds` under the profiler."""
    for number in range(first, first + WARM):
        submit(number)
    begins = first + WARM
    whole, cpu, heard = [], [], []
    for number in range(begins, begins + rounds):
        listener = Statements()
        began, used = time.perf_counter(), time.thread_time()
        with listener.listening():
            submit(number)
        whole.append(time.perf_counter() - began)
        cpu.append(time.thread_time() - used)
        heard.append(listener)
    begins += rounds
    profiler = cProfile.Profile()
    profiler.enable()
    for number in range(begins, begins + rounds):
        submit(number)
    profiler.disable()
    # Once in a while one reads the directory of administrations again; the others remember it.
    usual = statistics.mode(len(one.sent) for one in heard)
    alike = [one for one in heard if len(one.sent) == usual]
    medians = [1000 * statistics.median(times) for times in zip(*(one.seconds for one in alike), strict=True)]
    layers, functions = _by_layer(profiler, rounds)
    calls = pstats.Stats(profiler).total_calls  # type: ignore[attr-defined]  # says the same on a busy machine; missing in the stubs
    return {
        "whole_ms": 1000 * statistics.median(whole),
        "python_cpu_ms": 1000 * statistics.median(cpu),
        "python_cpu_least_ms": 1000 * min(cpu),
        "sql_ms": sum(medians),
        "statements": [{"sql": _short(sql), "ms": ms} for sql, ms in zip(alike[-1].sent, medians, strict=True)],
        "layers_ms": layers,
        "calls": calls // rounds,
        "functions_ms": functions,
        "used": WARM + 2 * rounds,
    }


def _by_layer(profiler: cProfile.Profile, rounds: int) -> tuple[dict[str, float], list[tuple[str, float, float]]]:
    """Own time of each layer, ms a submission (built-ins count for whoever calls them), and functions by cumulated time."""
    stats = pstats.Stats(profiler).stats  # type: ignore[attr-defined]  # there since ever, missing in the stubs
    layers: dict[str, float] = {name: 0.0 for name, _ in _LAYERS} | {"standard library and others": 0.0}
    functions = []
    for (file, _line, name), (_calls, _primitive, own, cumulated, callers) in stats.items():
        if file == "~":
            for (caller, _, _), (_, _, share, _) in callers.items():
                layers[_layer(caller)] += 1000 * share / rounds
        else:
            layers[_layer(file)] += 1000 * own / rounds
            functions.append((f"{'/'.join(Path(file).parts[-3:])}:{name}", 1000 * own / rounds, 1000 * cumulated / rounds))
    functions.sort(key=lambda row: -row[2])
    return layers, functions[:120]


def _layer(file: str) -> str:
    return next((name for name, pattern in _LAYERS if pattern.search(file)), "standard library and others")


def _short(sql: str) -> str:
    return re.sub(r"\s+", " ", sql)[:160]
