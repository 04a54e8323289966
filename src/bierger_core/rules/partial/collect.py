# SPDX-License-Identifier: EUPL-1.2
"""What the rules of a table make together (policies.py) over diagrams: rows are put before those that are gathered already.

Sums, least and greatest values and counts are taken at once and not at the end: then few different ones remain.
"""

from decimal import Decimal

from bierger_core.rules.partial.diagram import Node
from bierger_core.rules.partial.errors import TooLarge
from bierger_core.rules.partial.operations import Operations, put_before
from bierger_core.rules.partial.terms import Constant, Mark, Term, word_of
from bierger_core.rules.policies import Aggregation

NOTHING_YET = Mark(0)
WITH_ORDER = ("number", "string", "date")


class Gathering(Operations):
    """The operations of a table of which several rules may count."""

    def gathered(self, aggregation: Aggregation, row: Node, rest: Node) -> Node:
        """Put a row before the rest; NOTHING_YET stands for no rest."""
        return self.lifted(("gather", aggregation), lambda terms: self._gathered(aggregation, terms[0], terms[1]), row, rest)

    def _gathered(self, aggregation: Aggregation, row: Term, rest: Term) -> Node:
        end = self.diagram.end
        if aggregation is Aggregation.LIST:
            return end(put_before(row, rest))
        if aggregation is Aggregation.COUNT:
            known = rest.value if isinstance(rest, Constant) else None
            return self.constant(Decimal(1) + (known if isinstance(known, Decimal) else 0))
        if aggregation is Aggregation.SUM:
            return self.arithmetic("+", self.constant(Decimal(0)) if rest == NOTHING_YET else end(rest), end(row))
        words = word_of(row), word_of(row if rest == NOTHING_YET else rest)
        if "" in words:
            raise TooLarge  # nothing can be said before it is known
        if words[0] != words[1] or words[0] not in WITH_ORDER:
            return self.null
        if rest == NOTHING_YET:
            return end(row)
        closer = self.truth(self.ordered("<" if aggregation is Aggregation.MIN else ">", end(row), end(rest)))
        return self.choose(closer, end(row), end(rest))

    def all_gathered(self, rest: Node, nothing: Node) -> Node:
        """Give what was gathered, or `nothing` where no rule matched."""
        empty = self.lifted("empty", lambda terms: self.true if terms[0] == NOTHING_YET else self.false, rest)
        return self.choose(empty, nothing, self.closed(rest))
