# SPDX-License-Identifier: EUPL-1.2
"""One table in the notations of three engines, with random inputs for it; the seed makes both the same in every run."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

KINDS = ("private", "student", "pensioner", "firm", "association")
TOWNS = tuple(f"town {number}" for number in range(1, 13))
COLUMNS = (
    ("age", "number"),
    ("income", "number"),
    ("children", "number"),
    ("kind", "string"),
    ("town", "string"),
    ("resident", "boolean"),
)
RANGES = {"age": (0, 100, 1), "income": (0, 100_000, 500), "children": (0, 6, 1)}
TEXTS = {"kind": KINDS, "town": TOWNS}
DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


@dataclass(frozen=True)
class Cell:
    """A test without a notation: kind is any, is, one of, at least, below, within."""

    kind: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True)
class Table:
    """Columns (name, type), rows of cells; row n gives the text `outputs[n]`; the first that matches counts."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    outputs: tuple[str, ...]


def random_table(seed: int, *, rules: int = 20, columns: tuple[tuple[str, str], ...] = COLUMNS, any_share: float = 0.45) -> Table:
    draw = random.Random(seed)  # the same in every run
    rows = tuple(
        tuple(Cell("any") if draw.random() < any_share else _cell(draw, name, kind) for name, kind in columns)
        for _ in range(rules)
    )
    return Table(columns, rows, tuple(f"outcome {number}" for number in range(1, rules + 1)))


def _cell(draw: random.Random, name: str, kind: str) -> Cell:
    if kind == "boolean":
        return Cell("is", (draw.random() < 0.5,))
    if kind == "string":
        texts = _texts(name)
        several = draw.sample(texts, draw.randint(1, max(2, len(texts) // 3)))
        return Cell("one of", tuple(several)) if len(several) > 1 else Cell("is", tuple(several))
    low, high, step = _range(name)
    first, second = sorted(draw.sample(range(low, high + step, step), 2))
    return draw.choice([Cell("at least", (first,)), Cell("below", (second,)), Cell("within", (first, second))])


def _range(name: str) -> tuple[int, int, int]:
    return RANGES.get(name, RANGES["age"])


def _texts(name: str) -> tuple[str, ...]:
    return TEXTS.get(name, KINDS)


def random_inputs(table: Table, seed: int, count: int) -> list[dict[str, object]]:
    draw = random.Random(seed)  # the same in every run
    return [{name: _value(draw, name, kind) for name, kind in table.columns} for _ in range(count)]


def _value(draw: random.Random, name: str, kind: str) -> object:
    if kind == "boolean":
        return draw.random() < 0.5
    if kind == "string":
        return draw.choice(_texts(name))
    low, high, _ = _range(name)
    return draw.randint(low, high)


# -- notations -------------------------------------------------------------------------------------------------------


def dmn(table: Table) -> bytes:
    """DMN 1.3 with FEEL cells: ours."""
    inputs = "".join(
        f'<inputData id="in-{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'
        for name, kind in table.columns
    )
    needs = "".join(
        f'<informationRequirement><requiredInput href="#in-{name}"/></informationRequirement>' for name, _ in table.columns
    )
    body = _body(table, lambda _name, cell: _feel(cell))
    return (
        f'<definitions xmlns="{DMN}" id="m" name="m" namespace="urn:bench">{inputs}'
        f'<decision id="d" name="outcome"><variable name="outcome" typeRef="string"/>{needs}{body}</decision></definitions>'
    ).encode()


def spiff(table: Table) -> bytes:
    """DMN 1.3 as SpiffWorkflow reads it: one decision alone, cells in Python, UNIQUE in the meaning of first."""
    body = _body(table, _python)
    decision = f'<decision id="d" name="outcome">{body}</decision>'
    text = f'<definitions xmlns="{DMN}" id="m" name="m" namespace="urn:bench">{decision}</definitions>'
    return text.replace('hitPolicy="FIRST"', 'hitPolicy="UNIQUE"').encode()


def _body(table: Table, write: Callable[[str, Cell], str]) -> str:
    inputs = "".join(
        f'<input id="c-{name}"><inputExpression id="e-{name}" typeRef="{kind}"><text>{name}</text></inputExpression></input>'
        for name, kind in table.columns
    )
    rules = ""
    for number, (row, output) in enumerate(zip(table.rows, table.outputs, strict=True), start=1):
        cells = "".join(
            f'<inputEntry id="i-{number}-{name}"><text>{escape(write(name, cell))}</text></inputEntry>'
            for (name, _), cell in zip(table.columns, row, strict=True)
        )
        rules += f'<rule id="r-{number}">{cells}<outputEntry id="o-{number}"><text>"{output}"</text></outputEntry></rule>'
    output = '<output id="o" name="outcome" typeRef="string"/>'
    return f'<decisionTable id="t" hitPolicy="FIRST">{inputs}{output}{rules}</decisionTable>'


def _written(value: object) -> str:
    return json.dumps(value)


def _feel(cell: Cell) -> str:
    values = [_written(value) for value in cell.values]
    if cell.kind in ("any", "is", "one of"):
        return ", ".join(values) or "-"
    return f"[{values[0]}..{values[1]})" if cell.kind == "within" else f"{'>=' if cell.kind == 'at least' else '<'} {values[0]}"


def _python(_name: str, cell: Cell) -> str:
    values = [repr(value) for value in cell.values]
    if cell.kind in ("any", "is"):
        return values[0] if values else "-"
    if cell.kind == "one of":
        return f"? in ({', '.join(values)})"
    if cell.kind == "within":
        return f"{values[0]} <= ? < {values[1]}"
    return f"{'>=' if cell.kind == 'at least' else '<'} {values[0]}"


def zen(table: Table) -> dict[str, object]:
    """The JSON decision model of zen-engine: input node, table, output node."""
    fields = [{"id": f"c{place}", "name": name, "field": name} for place, (name, _) in enumerate(table.columns)]
    rules = []
    for number, (row, output) in enumerate(zip(table.rows, table.outputs, strict=True), start=1):
        cells = {f"c{place}": "" if cell.kind == "any" else _feel(cell) for place, cell in enumerate(row)}
        rules.append({"_id": f"r{number}", **cells, "o": _written(output)})
    outputs = [{"id": "o", "name": "outcome", "field": "outcome"}]
    content = {"hitPolicy": "first", "inputs": fields, "outputs": outputs, "rules": rules}
    return {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
            {"id": "table", "name": "table", "type": "decisionTableNode", "position": {"x": 0, "y": 0}, "content": content},
            {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 0, "y": 0}},
        ],
        "edges": [
            {"id": "e1", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "e2", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }
