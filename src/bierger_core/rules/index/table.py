# SPDX-License-Identifier: EUPL-1.2
"""A table as lookups: one AND for each column leaves the rules that match."""

from collections.abc import Sequence
from dataclasses import dataclass

from bierger_core.rules.data import Value
from bierger_core.rules.expression import UnaryTests
from bierger_core.rules.index.columns import ColumnIndex, column_index


@dataclass(frozen=True, slots=True)
class TableIndex:
    """`unsure` are the rules with a cell that reads names: found here, they must still be judged cell by cell."""

    columns: tuple[ColumnIndex, ...]
    rules: int
    unsure: int

    def matched(self, values: Sequence[Value]) -> tuple[int, int]:
        """Give the rules that match, and those that may match: bits, rule 1 is bit 0."""
        mask = (1 << self.rules) - 1
        for column, value in zip(self.columns, values, strict=True):
            found = column.find(value)
            if found is None:  # a list, a context: no line holds them
                return 0, (1 << self.rules) - 1
            mask &= found
        return mask & ~self.unsure, mask & self.unsure


def table_index(rows: Sequence[Sequence[UnaryTests]], bases: Sequence[str]) -> TableIndex:
    """Build the lookups of a table from the cells of its rules, row by row, and the types of its columns."""
    columns: list[ColumnIndex] = []
    unsure = 0
    for index, base in enumerate(bases):
        cells = [row[index] for row in rows]
        # From its first cell that reads names on, a rule is judged by hand: an error there must not depend on a later cell.
        columns.append(_freed(column_index(cells, base, ()), unsure))
        unsure |= sum(1 << place for place, cell in enumerate(cells) if cell.names())
    return TableIndex(tuple(columns), len(rows), unsure)


def _freed(column: ColumnIndex, rules: int) -> ColumnIndex:
    """Let some rules match whatever the value is."""
    if not rules:
        return column
    for pieces in column.pieces.values():
        pieces.masks[:] = [None if mask is None else mask | rules for mask in pieces.masks]
    return ColumnIndex(column.null | rules, column.pieces)
