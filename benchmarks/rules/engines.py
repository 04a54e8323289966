# SPDX-License-Identifier: EUPL-1.2
"""The engines behind one interface: build from the table, decide one input, read the text that is the outcome.

The peers are tools of this benchmark alone, in an environment of their own: zen-engine (MIT), SpiffWorkflow (LGPL-3.0).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from importlib.metadata import distributions
from pathlib import Path
from types import SimpleNamespace
from typing import Any  # results of the peers: an edge

from benchmarks.rules import tables
from bierger_core.rules import load_model, read_dmn

Decide = Callable[[Mapping[str, object]], Any]


@dataclass(frozen=True)
class Engine:
    """build(table) gives decide(input), `result` finds the outcome in what that gives; `decimals`: numbers come as Decimal."""

    name: str
    build: Callable[[tables.Table], Decide]
    decimals: bool = False
    peer: bool = False
    result: Callable[[Any], object] = lambda given: given


def ours() -> list[Engine]:
    return [
        Engine("Bierger, compiled", compiled),
        Engine("Bierger, compiled, numbers as Decimal", compiled, decimals=True),
        Engine("Bierger, decide(name, input)", _decide),
        Engine("Bierger, with the derivation", _evaluate, result=lambda given: given.value),
        Engine("Bierger, any DMN file (load_model)", _whole, decimals=True, result=lambda given: given.value),
    ]


def _read(table: tables.Table) -> Any:
    return read_dmn(tables.dmn(table), path="bench.dmn")


def compiled(table: tables.Table) -> Decide:
    found: Decide = _read(table).compile("outcome")
    return found


def _decide(table: tables.Table) -> Decide:
    return partial(_read(table).decide, "outcome")


def _evaluate(table: tables.Table) -> Decide:
    return partial(_read(table).evaluate, "outcome")


def _whole(table: tables.Table) -> Decide:
    return partial(load_model({"bench.dmn": tables.dmn(table)}, main="bench.dmn").evaluate, "outcome")


def peers(folder: Path) -> list[Engine]:
    """The peers of an environment of their own, made with this same Python; raises ImportError when it holds none."""
    sys.path += [str(path) for path in _packages(folder)]
    import SpiffWorkflow  # type: ignore[import-not-found]  # noqa: F401 - that it is there is known before anything is measured
    import zen  # type: ignore[import-not-found]  # noqa: F401 - the other peer, likewise

    return [
        Engine("zen-engine, static loader", _zen, peer=True, result=lambda given: given["result"].get("outcome")),
        Engine("SpiffWorkflow", _spiff, peer=True, result=lambda given: given.get("outcome")),
    ]


def _packages(folder: Path) -> list[Path]:
    return sorted(folder.glob("lib/python*/site-packages"))


def versions(folder: Path) -> dict[str, str]:
    found = distributions(path=[str(path) for path in _packages(folder)])
    return {one.name: one.version for one in found if one.name.lower() in ("zen-engine", "spiffworkflow")}


def _zen(table: tables.Table) -> Decide:
    import zen

    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"table": tables.zen(table)}}})
    return partial(engine.evaluate, "table")


def _spiff(table: tables.Table) -> Decide:
    from lxml import etree  # type: ignore[import-untyped]  # a peer's package without types
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine  # type: ignore[import-not-found]  # in the peers\' own environment only
    from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine  # type: ignore[import-not-found]  # in the peers\' own environment only
    from SpiffWorkflow.dmn.parser.DMNParser import DMNParser  # type: ignore[import-not-found]  # in the peers\' own environment only

    parser = DMNParser(None, etree.fromstring(tables.spiff(table)), nsmap={"dmn": tables.DMN})
    parser.parse()
    engine = DMNEngine(parser.decision.decisionTables[0])
    workflow = SimpleNamespace(script_engine=PythonScriptEngine())
    return lambda given: engine.result(SimpleNamespace(data=given, workflow=workflow))


def given_to(engine: Engine, inputs: list[dict[str, object]]) -> list[dict[str, object]]:
    """The parsed inputs as an engine is given them: numbers as int, or as the Decimal that our reader of JSON makes."""
    if not engine.decimals:
        return [dict(one) for one in inputs]
    return [
        {name: Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value for name, value in one.items()}
        for one in inputs
    ]
