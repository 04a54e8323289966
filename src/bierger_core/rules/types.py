# SPDX-License-Identifier: EUPL-1.2
"""Declared types: what may enter a decision, and what a table must cover."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bierger_core.rules.data import Value, to_value, type_word
from bierger_core.rules.errors import InputRefused, ValueTooLarge
from bierger_core.rules.expression import UnaryTests

Base = Literal["string", "number", "boolean", "date", "context", "list", "any"]

MAX_TESTS = 200_000  # of one list, or of what the rules of one table give: about half a second


@dataclass(frozen=True, slots=True)
class InputType:
    """A type: its base, the values allowed (None: all), the components of a context, the type of what a list holds."""

    base: Base
    allowed: UnaryTests | None = None
    components: Mapping[str, "InputType"] = field(default_factory=dict)
    item: "InputType | None" = None

    @property
    def holds_list(self) -> bool:
        """Tell whether it is a list, or a context that has one somewhere."""
        return self.base == "list" or any(part.holds_list for part in self.components.values())

    @property
    def tests(self) -> int:
        """How many tests a value has to stand, with all its parts; of a list each of its values."""
        inner = [*self.components.values(), *([self.item] if self.item is not None else [])]
        return (len(self.allowed.tests) if self.allowed is not None else 0) + sum(one.tests for one in inner)

    def accept(self, given: object, *, name: str) -> Value:
        """Give the FEEL value of what was given under `name`; InputRefused for another type. Null is of every type."""
        value = to_value(given, name=name)
        if value is None or self.base == "any":
            return value
        if type_word(value) != self.base:
            raise InputRefused(name=name, expected=self.base, got=type_word(value))
        if self.allowed is not None and self.allowed.matches(value) is not True:
            raise InputRefused(name=name, expected=f"one of {self.allowed.text}", got=str(value)[:80])
        if isinstance(value, tuple) and self.item is not None:
            if len(value) * self.item.tests > MAX_TESTS:
                raise ValueTooLarge(MAX_TESTS)
            return tuple(self.item.accept(one, name=name) for one in value)
        if isinstance(value, Mapping):
            known = {part: kind.accept(value.get(part), name=f"{name}.{part}") for part, kind in self.components.items()}
            return {**value, **known}
        return value


ANY = InputType("any")
