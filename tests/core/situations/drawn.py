# SPDX-License-Identifier: EUPL-1.2
"""Situations drawn by hypothesis, and what brute force says of them: every decision over every completion of the answers.

The oracle shares nothing with partial evaluation, the order of questions or the guide: it takes the file as it was written and
evaluates it with whole answers. Numbers and dates are tried at every boundary of the rules, beside it and between two.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from html import escape
from itertools import product

from hypothesis import strategies as st

from bierger_core.rules import DecisionModel, Value, read_dmn
from bierger_core.situations import Situation, load
from tests.core.situations import small

STATES = ("needed", "optional", "not-needed")
DAYS = tuple(date(2026, 1, 1) + timedelta(days=30 * number) for number in range(4))
KINDS = ("choice", "boolean", "number", "date")
TYPES = {"choice": "string", "boolean": "boolean", "number": "number", "date": "date"}
OPTIONS = ("red", "green", "blue")
LOW, HIGH = 0, 20


@dataclass(frozen=True)
class Drawn:
    """`kinds`: of each question; `tables`: by decision, questions (or the decision `half`) and rows of cells with an outcome."""

    kinds: Mapping[str, str]
    tables: Mapping[str, tuple[tuple[str, ...], tuple[tuple[tuple[str, ...], str], ...]]]
    entries: tuple[tuple[str, str, tuple[str, ...]], ...]
    pages: tuple[tuple[str, ...], ...]


def _cell(kind: str) -> st.SearchStrategy[str]:
    any_ = st.just("-")
    if kind == "choice":
        return any_ | st.sampled_from([f'"{one}"' for one in OPTIONS]) | st.just('"red", "green"') | st.just('not("blue")')
    if kind == "boolean":
        return any_ | st.sampled_from(["true", "false"])
    if kind == "number":
        return any_ | st.builds(lambda sign, at: f"{sign} {at}", st.sampled_from(["<", "<=", ">", ">="]), st.integers(1, 19))
    return any_ | st.builds(lambda sign, at: f'{sign} date("{at}")', st.sampled_from(["<", ">="]), st.sampled_from(DAYS))


@st.composite
def situations(draw: st.DrawFn) -> Drawn:
    names = [f"q{number}" for number in range(draw(st.integers(2, 4)))]
    kinds = {name: draw(st.sampled_from(KINDS)) for name in names}
    tables = {}
    if draw(st.booleans()):  # a decision on which others rest
        tables["half"] = _table(draw, draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)), kinds, ("a", "b"))
    for number in range(draw(st.integers(1, 3))):
        above = [*names, *tables.keys() & {"half"}]
        columns = draw(st.lists(st.sampled_from(above), min_size=1, max_size=3, unique=True))
        tables[f"d{number}"] = _table(draw, columns, {**kinds, "half": "half"}, STATES)
    decisions = [name for name in tables if name != "half"]
    keys = list(small.packages())
    entries = tuple(
        (key, draw(st.sampled_from(decisions)), tuple(keys[:number]) if draw(st.booleans()) else ())
        for number, key in enumerate(keys)
    )
    cut = draw(st.integers(0, len(names)))
    return Drawn(kinds, tables, entries, (tuple(names[:cut]), *((name,) for name in names[cut:])) if cut else tuple((n,) for n in names))


def _table(draw: st.DrawFn, columns, kinds, outcomes):  # type: ignore[no-untyped-def]  # rows of texts
    cell = {**{kind: _cell(kind) for kind in KINDS}, "half": st.sampled_from(["-", '"a"', '"b"'])}
    rows = draw(st.lists(st.tuples(*(cell[kinds[name]] for name in columns), st.sampled_from(outcomes)), max_size=4))
    last = (("-",) * len(columns), draw(st.sampled_from(outcomes)))
    return tuple(columns), (*((row[:-1], row[-1]) for row in rows), last)


def dmn(drawn: Drawn) -> str:
    inputs = "".join(
        f'<inputData id="i_{name}" name="{name}"><variable name="{name}" typeRef="{TYPES[kind]}"/></inputData>'
        for name, kind in drawn.kinds.items()
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="https://bierger.eu/drawn">'
        + inputs
        + "".join(_decision(drawn, name) for name in drawn.tables)
        + "</definitions>"
    )


def _decision(drawn: Drawn, name: str) -> str:
    columns, rows = drawn.tables[name]
    needs = "".join(
        f'<informationRequirement><required{"Decision" if one == "half" else "Input"} href="#{"" if one == "half" else "i_"}{one}"/>'
        "</informationRequirement>"
        for one in columns
    )
    head = "".join(f"<input><inputExpression><text>{one}</text></inputExpression></input>" for one in columns)
    rules = "".join(
        f'<rule id="{name}-{number}">'
        + "".join(f"<inputEntry><text>{escape(cell, quote=False)}</text></inputEntry>" for cell in cells)
        + f'<outputEntry><text>"{outcome}"</text></outputEntry></rule>'
        for number, (cells, outcome) in enumerate(rows)
    )
    return (
        f'<decision id="{name}" name="{name}"><variable name="{name}" typeRef="string"/>{needs}'
        f'<decisionTable hitPolicy="FIRST">{head}<output name="{name}" typeRef="string"/>{rules}</decisionTable></decision>'
    )


def _question(name: str, kind: str) -> str:
    more = {"choice": f", options: [{', '.join(OPTIONS)}]", "number": f", min: {LOW}, max: {HIGH}, decimals: 1"}.get(kind, "")
    return f"      - {{name: {name}, type: {kind}{more}}}\n"


def loaded(drawn: Drawn) -> Situation:
    """The situation as its files say it."""
    steps = "".join(
        f"  - id: p{number}\n    questions:\n" + "".join(_question(name, drawn.kinds[name]) for name in page)
        for number, page in enumerate(drawn.pages)
    )
    entries = "".join(
        f"  - {{procedure: {key}, decision: {decision}, after: [{', '.join(after)}]}}\n" for key, decision, after in drawn.entries
    )
    files = small.files(
        form=f"steps:\n{steps}", decisions=dmn(drawn), situation=small.SITUATION.partition("procedures:")[0] + f"procedures:\n{entries}"
    )
    return load(files, vocabulary=small.VOCABULARY, packages=small.packages())


class Oracle:
    """What brute force says."""

    def __init__(self, drawn: Drawn) -> None:
        self.model: DecisionModel = read_dmn(dmn(drawn).encode(), path="oracle.dmn")
        self.domains = {name: tuple(_answers(kind)) for name, kind in drawn.kinds.items()}
        self._known: dict[tuple[str, tuple[tuple[str, Value], ...]], str] = {}

    def completions(self, known: Mapping[str, Value]) -> Iterator[dict[str, Value]]:
        names = list(self.domains)
        for values in product(*([known[name]] if name in known else self.domains[name] for name in names)):
            yield dict(zip(names, values, strict=True))

    def outcome(self, decision: str, whole: Mapping[str, Value]) -> str:
        key = (decision, tuple(whole.items()))
        if key not in self._known:
            self._known[key] = str(self.model.evaluate(decision, whole).value)
        return self._known[key]

    def outcomes(self, decision: str, known: Mapping[str, Value]) -> set[str]:
        return {self.outcome(decision, whole) for whole in self.completions(known)}

    def matters(self, decision: str, known: Mapping[str, Value]) -> set[str]:
        """The questions by which alone, in some completion, the outcome changes."""
        found = set()
        for name in set(self.domains) - set(known):
            others: dict[tuple[Value, ...], set[str]] = {}
            for whole in self.completions(known):
                rest = tuple(value for one, value in whole.items() if one != name)
                others.setdefault(rest, set()).add(self.outcome(decision, whole))
            if any(len(ways) > 1 for ways in others.values()):
                found.add(name)
        return found


def _answers(kind: str) -> Iterator[Value]:
    """Of numbers the even ones and those between: rules are drawn over whole numbers, so each side of each boundary is there."""
    if kind == "choice":
        yield from OPTIONS
    elif kind == "boolean":
        yield from (True, False)
    elif kind == "number":
        yield from (Decimal(number) for number in range(LOW, HIGH + 1))
    else:
        yield from sorted({day + timedelta(days=step) for day in DAYS for step in (-1, 0)})
