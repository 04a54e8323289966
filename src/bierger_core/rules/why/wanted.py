# SPDX-License-Identifier: EUPL-1.2
"""Which outcomes are wanted instead of the one there is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bierger_core.rules.data import Value
from bierger_core.rules.evaluate import equal
from bierger_core.rules.partial.diagram import Node, Operation
from bierger_core.rules.partial.lift import Lift
from bierger_core.rules.partial.terms import Constant, Failure, Items, Record, Term


class Another:
    """The type of ANOTHER."""


ANOTHER: Final = Another()  # every value but the one of the case


@dataclass(frozen=True, slots=True)
class Wanted:
    """A certain value (of a context: all that it names), or any but the one of the case. An error is never wanted."""

    value: Value | Another
    current: Value
    failed: bool  # the case has no value: the evaluation ended with an error

    def match(self, value: Value) -> bool:
        """Tell whether a value is wanted."""
        if isinstance(self.value, Another):
            return self.failed or equal(value, self.current) is not True
        if isinstance(self.value, Mapping) and isinstance(value, Mapping):
            return all(name in value and equal(value[name], one) is True for name, one in self.value.items())
        return equal(value, self.value) is True

    def goal(self, lift: Lift, root: Node) -> Node:
        """Turn the diagram of a decision into that of being wanted: true or false at every point."""
        return lift.diagram.apply(Operation("wanted", lambda terms: self._goal(lift, terms[0])), (root,))

    def _goal(self, lift: Lift, term: Term) -> Node:
        if isinstance(term, Failure):
            return lift.false
        if isinstance(term, Constant):
            return lift.true if self.match(term.value) else lift.false
        if not isinstance(self.value, Another):
            return self._same(lift, term, self.value, whole=not isinstance(self.value, Mapping))
        if self.failed:
            return lift.true
        return lift.negation(self._same(lift, term, self.current, whole=True))

    def _same(self, lift: Lift, term: Term, value: Value, *, whole: bool) -> Node:
        """Tell where a term is equal to a value; of a context all parts, or those that the value names."""
        if isinstance(term, Record) and isinstance(value, Mapping):
            parts = dict(term.parts)
            if not value.keys() <= parts.keys() or (whole and value.keys() != parts.keys()):
                return lift.false
            found = lift.true
            for name, one in value.items():
                found = lift.both(found, self._same(lift, parts[name], one, whole=True))
            return found
        if isinstance(term, Items) and isinstance(value, tuple):
            found = lift.true if len(term.parts) == len(value) else lift.false
            for part, one in zip(term.parts, value, strict=False):
                found = lift.both(found, self._same(lift, part, one, whole=True))
            return found
        if isinstance(term, Constant):
            return lift.true if equal(term.value, value) is True else lift.false
        same = lift.truth(lift.ordered("=", lift.diagram.end(term), lift.constant(value)))
        return lift.choose(same, lift.true, lift.false)
