# SPDX-License-Identifier: EUPL-1.2
"""Large tables that are complete and free of overlap by construction: a space of inputs, parted again and again.

Each part is a rule. What a part does not restrict is a `-`, as in tables that people write: with 20 columns and 2,000 rules
about half of the cells.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from benchmarks.rules.tables import DMN

Domain = tuple[int, int] | tuple[str, ...] | tuple[bool, ...]  # whole ends of a half-open interval, or single values
LETTERS = ("a", "b", "c", "d", "e", "f")
TOP = 1_000  # numbers are allowed from 0 to here, both ends included


@dataclass(frozen=True)
class Space:
    """Columns by name with their type: number, string or boolean."""

    columns: tuple[tuple[str, str], ...]

    def whole(self) -> dict[str, Domain]:
        domains: dict[str, Domain] = {}
        for name, kind in self.columns:
            domains[name] = (0, TOP + 1) if kind == "number" else LETTERS if kind == "string" else (True, False)
        return domains


def space(columns: int) -> Space:
    kinds = ("number", "string", "number", "boolean")
    return Space(tuple((f"{kinds[place % 4][0]}{place}", kinds[place % 4]) for place in range(columns)))


Part = Mapping[str, Domain]


def parts(within: Space, rules: int, seed: int) -> list[Part]:
    """Part the space; every part is split from a random earlier one, in a random column."""
    draw = random.Random(seed)  # the same in every run
    found: list[dict[str, Domain]] = [within.whole()]
    while len(found) < rules:
        chosen = found.pop(draw.randrange(len(found)))
        name, kind = draw.choice(within.columns)
        pair = _split(draw, chosen[name], kind)
        found += [{**chosen, name: one} for one in pair]
    draw.shuffle(found)
    return list(found)


def _split(draw: random.Random, domain: Domain, kind: str) -> Sequence[Domain]:
    """Two halves of a domain, or itself where it cannot be parted."""
    if kind == "number":
        low, high = int(domain[0]), int(domain[1])
        steps = [end for end in range(low - low % 20 + 20, high, 20) if end < high]  # people write round numbers
        if not steps:
            return (domain,)
        middle = draw.choice(steps)
        return (low, middle), (middle, high)
    if len(domain) == 1:
        return (domain,)
    end = draw.randrange(1, len(domain))
    halves: Sequence[Domain] = (domain[:end], domain[end:])  # type: ignore[assignment]  # of the domain's own kind
    return halves


def cell(domain: Domain, kind: str) -> str:
    if kind == "number":
        low, high = int(domain[0]), int(domain[1])
        if (low, high) == (0, TOP + 1):
            return "-"
        return f"[{low}..{high})" if low and high <= TOP else f"< {high}" if high <= TOP else f">= {low}"
    if len(domain) == (6 if kind == "string" else 2):
        return "-"
    return ", ".join(f'"{value}"' if isinstance(value, str) else str(value).lower() for value in domain)


def rows(within: Space, found: Sequence[Part]) -> list[tuple[str, ...]]:
    """The cells of each part."""
    return [tuple(cell(part[name], kind) for name, kind in within.columns) for part in found]


def allowed(kind: str) -> str:
    """What a column of a type may hold ("" for everything)."""
    return {"number": f"[0..{TOP}]", "string": ", ".join(f'"{letter}"' for letter in LETTERS), "boolean": ""}[kind]


def xml(within: Space, cells: Sequence[Sequence[str]], hit: str) -> bytes:
    """A DMN file of the table, as a modeler writes it: every element has an id."""
    types = "".join(
        f'<itemDefinition id="t-{kind}" name="t_{kind}"><typeRef>{kind}</typeRef>'
        f"<allowedValues><text>{escape(allowed(kind))}</text></allowedValues></itemDefinition>"
        for kind in ("number", "string")
    )
    type_of = {"number": "t_number", "string": "t_string", "boolean": "boolean"}
    data = "".join(
        f'<inputData id="in_{name}" name="{name}"><variable name="{name}" typeRef="{type_of[kind]}"/></inputData>'
        for name, kind in within.columns
    )
    needs = "".join(
        f'<informationRequirement><requiredInput href="#in_{name}"/></informationRequirement>' for name, _ in within.columns
    )
    heads = "".join(
        f'<input id="c_{name}"><inputExpression><text>{name}</text></inputExpression></input>' for name, _ in within.columns
    )
    rules = "".join(_rule(number, row) for number, row in enumerate(cells, start=1))
    table = f'<decisionTable id="table" hitPolicy="{hit}">{heads}<output id="out" typeRef="number"/>{rules}</decisionTable>'
    decision = f'<decision id="d" name="outcome"><variable name="outcome" typeRef="number"/>{needs}{table}</decision>'
    return f'<definitions xmlns="{DMN}" id="m" name="large" namespace="urn:bench">{types}{data}{decision}</definitions>'.encode()


def _rule(number: int, row: Sequence[str]) -> str:
    cells = "".join(
        f'<inputEntry id="e_{number}_{place}"><text>{escape(text)}</text></inputEntry>' for place, text in enumerate(row)
    )
    return f'<rule id="rule_{number}">{cells}<outputEntry id="out_{number}"><text>{number}</text></outputEntry></rule>'
