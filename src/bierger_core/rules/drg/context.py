# SPDX-License-Identifier: EUPL-1.2
"""What the readers of one model share: where it stands, its types, and what was refused."""

from collections.abc import Callable, Iterator

from bierger_core.rules.errors import ExpressionRefused
from bierger_core.rules.feel.closures import Check, compile_node, compile_tests
from bierger_core.rules.feel.env import Code, Env
from bierger_core.rules.feel.scope import Scope
from bierger_core.rules.feel.shapes import shape_of
from bierger_core.rules.feel.terms import parse, parse_tests
from bierger_core.rules.feel.types import ANY, Type
from bierger_core.rules.feel.values import Value
from bierger_core.rules.syntax import Position
from bierger_core.rules.xmltree import Element
from bierger_core.values.findings import FileReader


class Reading(FileReader):
    """The state of reading one file; `find_type` resolves a typeRef.

    What is refused becomes null when it is evaluated all the same.
    """

    def __init__(self, path: str, uri: str) -> None:
        super().__init__(path)
        self.uri = uri
        self.find_type: Callable[[str], Type | None] = lambda _: None

    # -- elements ----------------------------------------------------------------------------------------------

    def parts(self, element: Element, *tags: str) -> Iterator[Element]:
        """Give the children in the DMN namespace, of some names or of all."""
        for child in element.children:
            if child.uri == self.uri and (not tags or child.tag in tags):
                yield child

    def part(self, element: Element, tag: str) -> Element | None:
        """Give the first child of a name."""
        return next(self.parts(element, tag), None)

    def type_of(self, element: Element | None, attribute: str = "typeRef") -> Type:
        """Give the type that an element declares; Any when it declares none, or one that is not known."""
        name = element.get(attribute).strip() if element is not None else ""
        if not name or element is None:
            return ANY
        found = self.find_type(name)
        if found is None:
            self.refuse("dmn-type", element.line, f"the type {name!r} is not known.", "Name a FEEL type or an item definition.")
        return found or ANY

    # -- expressions -------------------------------------------------------------------------------------------

    def place(self, text: Element) -> Position:
        """Where the text of an element begins."""
        return Position(self.path, text.text_line or text.line, text.text_column)

    def expression(self, element: Element, scope: Scope) -> tuple[Code, Type | None]:
        """Compile the FEEL text of an element; gives null after a refusal."""
        text = self.part(element, "text")
        if text is None or not text.text:
            return self.missing(element), None
        language = element.get("expressionLanguage")
        if language and "feel" not in language.lower():
            message = f"the expression language {language} is not FEEL."
            self.refuse("dmn-language", element.line, message, "Write it in FEEL.")
            return refused_code("an expression in another language"), None
        try:
            node = parse(text.text, scope, at=self.place(text))
        except ExpressionRefused as error:
            self.findings += error.findings
            return refused_code(error.finding.message), None
        return compile_node(node), shape_of(node)

    def missing(self, element: Element) -> Code:
        """An empty expression is null; a modeler leaves such behind."""
        self.refuse("dmn-expression-missing", element.line, f"{element.tag} has no expression.", "Write it.")
        return refused_code(f"{element.tag} has no expression")

    def tests(self, element: Element | None, scope: Scope) -> Check | None:
        """Compile the unary tests of an element; None when it has none."""
        text = self.part(element, "text") if element is not None else None
        if text is None or not text.text:
            return None
        try:
            return compile_tests(parse_tests(text.text, scope, at=self.place(text)))
        except ExpressionRefused as error:
            self.findings += error.findings
            return never

    def test_list(self, element: Element | None, scope: Scope) -> tuple[Check, ...]:
        """Compile the unary tests of an element one by one; a refusal was kept by `tests` already."""
        text = self.part(element, "text") if element is not None else None
        if text is None or not text.text:
            return ()
        try:
            return tuple(compile_tests((test,)) for test in parse_tests(text.text, scope, at=self.place(text)))
        except ExpressionRefused:
            return ()


def refused_code(reason: str) -> Code:
    """Give the closure of what could not be read: null, with the reason."""

    def code(env: Env) -> Value:
        env.run.note(reason)
        return None

    return code


def never(env: Env, _value: Value) -> None:
    """The test of a cell that could not be read."""
    env.run.note("a cell could not be read")
