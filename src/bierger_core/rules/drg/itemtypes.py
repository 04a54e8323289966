# SPDX-License-Identifier: EUPL-1.2
"""Item definitions to types (DMN 1.5 section 7.3.2): simple, structured, collections, functions, with allowed values."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from bierger_core.rules.drg.context import Reading
from bierger_core.rules.feel.closures import Check
from bierger_core.rules.feel.env import Env
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.scope import Scope, surroundings
from bierger_core.rules.feel.types import ALIASES, ANY, Test, Type
from bierger_core.rules.feel.values import Value
from bierger_core.rules.xmltree import Element

MAX_DEPTH = 30  # of types within types


class ItemTypes:
    """The types of one model, resolved when they are asked for; `imported` resolves names with the prefix of an import."""

    def __init__(self, reading: Reading, elements: list[Element], imported: Callable[[str], Type | None]) -> None:
        self.reading, self.imported = reading, imported
        self.elements = {" ".join(element.get("name").split()): element for element in elements}
        self.known: dict[str, Type] = {}
        self.above: list[str] = []
        self.scope = Scope(None, surroundings())

    def names(self) -> list[str]:
        """Give the names of all types."""
        return list(self.elements)

    def part_names(self) -> Iterator[str]:
        """Give the names of all components, at any depth."""
        waiting = list(self.elements.values())
        while waiting:
            for part in self.reading.parts(waiting.pop(), "itemComponent"):
                yield part.get("name")
                waiting.append(part)

    def find(self, name: str) -> Type | None:
        """Resolve a typeRef: a FEEL type, an item definition of this model, or one of an import."""
        name = " ".join(name.split()).removeprefix("feel:")
        if name in self.elements:
            return self._named(name)
        return ALIASES.get(name) or self.imported(name)

    def _named(self, name: str) -> Type | None:
        if name in self.known:
            return self.known[name]
        if name in self.above or len(self.above) > MAX_DEPTH:
            line = self.elements[name].line
            self.reading.refuse("dmn-type-cycle", line, f"the type {name} contains itself.", "Give it a basic type.")
            return ANY
        self.above.append(name)
        self.known[name] = replace(self._definition(self.elements[name]), name=name)
        self.above.pop()
        return self.known[name]

    def _definition(self, element: Element) -> Type:
        """Read an itemDefinition or itemComponent."""
        components = list(self.reading.parts(element, "itemComponent"))
        function = self.reading.part(element, "functionItem")
        if components:
            base = Type("context", fields={part.get("name"): self._definition(part) for part in components})
        elif function is not None:
            base = self._function(function)
        else:
            base = self._reference(element)
        values = self.reading.part(element, "allowedValues")
        allowed = self._test(values)
        if allowed is not None:
            base = replace(base, ordered=tuple(_as_test(check) for check in self.reading.test_list(values, self.scope)))
        if element.get("isCollection") == "true":
            whole = self._test(self.reading.part(element, "typeConstraint"))
            return Type("list", restricted(base, allowed), allowed=(whole,) if whole else ())
        return restricted(restricted(base, allowed), self._test(self.reading.part(element, "typeConstraint")))

    def _reference(self, element: Element) -> Type:
        reference = self.reading.part(element, "typeRef")
        if reference is None or not reference.text:
            return ANY
        found = self.find(reference.text)
        if found is None:
            message = f"the type {reference.text!r} is not known."
            self.reading.refuse("dmn-type", reference.line, message, "Name a FEEL type or an item definition.")
        return found or ANY

    def _function(self, element: Element) -> Type:
        parameters = tuple(self._attribute(part, "typeRef") for part in self.reading.parts(element, "parameters"))
        return Type("function", self._attribute(element, "outputTypeRef"), parameters=parameters)

    def _attribute(self, element: Element, attribute: str) -> Type:
        name = element.get(attribute)
        return (self.find(name) if name else None) or ANY

    def _test(self, element: Element | None) -> Test | None:
        check = self.reading.tests(element, self.scope)
        return None if check is None else _as_test(check)


def _as_test(check: Check) -> Test:
    def test(run: Run, value: Value) -> bool:
        return check(Env(run), value) is True

    return test


def restricted(base: Type, test: Test | None) -> Type:
    """Give a type with one more restriction."""
    return base if test is None else replace(base, allowed=(*base.allowed, test))
