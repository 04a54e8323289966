# SPDX-License-Identifier: EUPL-1.2
"""The short way of a decision: a table over inputs alone, whose outputs are constants, as one function of lookups."""

from collections.abc import Mapping, Sequence

from bierger_core.rules import syntax
from bierger_core.rules.errors import EvaluationError
from bierger_core.rules.evaluate import follow
from bierger_core.rules.expression import UnaryTests, parse_unary_tests
from bierger_core.rules.index.direct import MISSED, Decide, DirectColumn, Result, direct
from bierger_core.rules.policies import Hit
from bierger_core.rules.tables import DecisionTable
from bierger_core.rules.types import InputType

ANYTHING = parse_unary_tests("-")


def short_way(table: DecisionTable, inputs: Mapping[str, InputType], kind: InputType, otherwise: Decide) -> Decide:
    """Give the function; `otherwise`, the long way, where the table computes, or where a type is not known.

    `inputs` are all that the decision requires, those that no column reads too: they are checked all the same.
    """
    columns: list[DirectColumn] = []
    for index, column in enumerate(table.columns):
        root = column.expression.root
        name = ".".join(root.parts) if isinstance(root, syntax.Name) else ""
        if name not in inputs:
            return otherwise
        columns.append(_column(name, [rule.cells[index] for rule in table.rules], column.type, inputs[name]))
    read = {column.name for column in columns}
    columns += [_column(name, [ANYTHING] * len(table.rules), one) for name, one in inputs.items() if name not in read]
    if any(cell.names() for rule in table.rules for cell in rule.cells):
        return otherwise
    if table.hit is Hit.ANY or table.hit.takes_all:
        return otherwise
    results = [_result(table, matched, kind) for matched in ([], *([rule] for rule in range(len(table.rules))))]
    if not any("." in name for name in inputs):
        return direct(columns, results, unique=table.hit is Hit.UNIQUE, otherwise=otherwise) or otherwise
    # Names with dots may lead into mappings; what is found there is a given value like others.
    found = direct(columns, results, unique=table.hit is Hit.UNIQUE, otherwise=otherwise)
    paths = {name: tuple(name.split(".")) for name in inputs}
    return (lambda given: found({name: follow(given, parts) for name, parts in paths.items()})) if found else otherwise


def _column(name: str, cells: list[UnaryTests], *types: InputType) -> DirectColumn:
    bases = {one.base for one in types} - {"any"}
    base = bases.pop() if len(bases) == 1 else "any"
    return DirectColumn(name, base, cells, [one.allowed for one in types if one.allowed is not None])


def _result(table: DecisionTable, matched: Sequence[int], kind: InputType) -> Result:
    sources = table.rules[matched[0]].outputs if matched else [output.default for output in table.outputs]
    if any(source is not None and source.names() for source in sources):
        return MISSED
    try:
        return kind.accept(table.result(matched, {}), name="")
    except EvaluationError:  # raised again, with its name, by the long way
        return MISSED
