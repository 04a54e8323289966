# SPDX-License-Identifier: EUPL-1.2
"""The environment of a closure: names to values, with the counters of the run."""

from collections.abc import Callable, Mapping
from typing import Self

from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.syntax import Node
from bierger_core.rules.feel.values import Value


class Env(dict[str, Value]):
    """Names and their values; a scope within another is a copy with more names."""

    __slots__ = ("run",)

    def __init__(self, run: Run, names: Mapping[str, Value] | None = None) -> None:
        super().__init__(names or {})
        self.run = run

    def copy(self) -> "Self":
        """Give an inner scope."""
        return type(self)(self.run, self)


Code = Callable[[Env], Value]
Compile = Callable[[Node], Code]
