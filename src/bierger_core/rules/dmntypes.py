# SPDX-License-Identifier: EUPL-1.2
"""Types of a DMN file: the four basic ones, and item definitions built on them."""

from collections.abc import Callable
from typing import cast, get_args

from bierger_core.rules.errors import ExpressionRefused
from bierger_core.rules.expression import UnaryTests, parse_unary_tests
from bierger_core.rules.syntax import Position
from bierger_core.rules.types import ANY, Base, InputType
from bierger_core.rules.xmltree import Element

BASES = frozenset(get_args(Base)) - {"context", "list", "any"}
MAX_DEPTH = 10  # of components within components

Refuse = Callable[[str, int, str, str], None]
Part = Callable[[Element, str], Element | None]


class TypeReader:
    """Item definitions by name, resolved when they are asked for."""

    def __init__(self, refuse: Refuse, part: Part) -> None:
        self.refuse, self.part = refuse, part
        self.elements: dict[str, Element] = {}

    def read(self, elements: list[Element]) -> None:
        """Take the item definitions of a model and try each once, so that unused ones are checked too."""
        for element in elements:
            if element.get("name") in self.elements or element.get("name") in BASES:
                message = f"the type {element.get('name')} exists already."
                self.refuse("dmn-name-twice", element.line, message, "Give it a name of its own.")
            self.elements[element.get("name")] = element
        for element in elements:
            self.definition(element, ())

    def find(self, name: str, line: int, above: tuple[str, ...] = ()) -> InputType:
        """Give the type that a typeRef names; ANY after a refusal, so that reading goes on."""
        if name in ("", "Any"):
            return ANY
        if name in BASES:
            return InputType(cast("Base", name))
        if name in above or len(above) >= MAX_DEPTH:
            self.refuse("dmn-type-cycle", line, f"the type {name} contains itself.", "Give it a basic type.")
            return ANY
        if name in self.elements:
            return self.definition(self.elements[name], (*above, name))
        message = f"the type {name!r} is not in the DMN subset."
        self.refuse("dmn-type", line, message, "Use string, number, boolean, date or an item definition of this file.")
        return ANY

    def definition(self, element: Element, above: tuple[str, ...]) -> InputType:
        """Read an itemDefinition or itemComponent."""
        if self.part(element, "functionItem") is not None:
            message = f"the type {element.get('name')} is a function, which the DMN subset has not."
            self.refuse("dmn-not-in-subset", element.line, message, "Write a decision in its place.")
            return ANY
        if element.get("isCollection") == "true":
            return InputType("list", item=self.single(element, above))
        return self.single(element, above)

    def single(self, element: Element, above: tuple[str, ...]) -> InputType:
        """Read what a definition says of one value, or of each in a list."""
        components = [child for child in element.children if child.tag == "itemComponent"]
        if len(above) >= MAX_DEPTH:
            self.refuse("dmn-type-cycle", element.line, "too many components within components.", "Make it flatter.")
            return ANY
        if components:
            inner = (*above, element.get("name"))
            return InputType("context", None, {part.get("name"): self.definition(part, inner) for part in components})
        reference = self.part(element, "typeRef")
        base = self.find(reference.text if reference is not None else "", element.line, above)
        allowed = self.part(element, "allowedValues")
        return InputType(base.base, self.tests(allowed) if allowed else base.allowed, base.components, base.item)

    def tests(self, element: Element) -> UnaryTests | None:
        """Read allowed values: unary tests on constants."""
        text = self.part(element, "text")
        if text is None or not text.text:
            return None
        try:
            tests = parse_unary_tests(text.text, at=Position("", text.text_line, text.text_column))
        except ExpressionRefused as error:
            self.refuse(error.code, error.line, error.finding.message, error.finding.mend)
            return None
        if tests.names():
            self.refuse("dmn-allowed-values", text.line, "allowed values read names.", "Write constants.")
            return None
        return tests
