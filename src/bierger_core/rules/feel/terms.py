# SPDX-License-Identifier: EUPL-1.2
"""The terms of FEEL: literals, names, lists, contexts, ranges, calls, paths, filters; and types (grammar rules 15 to 60).

term    = number | string | "true" | "false" | "null" | "@" string | "?" | name | list | range | context | "(" expression ")"
range   = ( "[" | "(" | "]" ) sum ".." sum ( "]" | ")" | "[" ) | "(" operator sum ")"
type    = name | "list<" type ">" | "range<" type ">" | "context<" name ":" type ... ">" | "function<" type ... "> ->" type
"""

from decimal import Overflow

from bierger_core.rules.data import decimal_context
from bierger_core.rules.errors import ExpressionRefused
from bierger_core.rules.feel import syntax
from bierger_core.rules.feel.calendar import parse_temporal
from bierger_core.rules.feel.lexer import Kind
from bierger_core.rules.feel.library.registry import BUILTIN_NAMES
from bierger_core.rules.feel.parser import COMPARISONS, KEYWORDS, Operators
from bierger_core.rules.feel.scope import Scope
from bierger_core.rules.feel.shapes import fields_of, shape_of
from bierger_core.rules.feel.syntax import Node, Test
from bierger_core.rules.feel.types import ANY, Type
from bierger_core.rules.lexer import refusal
from bierger_core.rules.syntax import Position

START = Position()
CONSTANTS = {"true": True, "false": False, "null": None}
OPENING, CLOSING = ("[", "(", "{"), ("]", ")", "}")


def parse(text: str, scope: Scope, *, at: Position = START) -> Node:
    """Read one expression that stands at `at`; raises ExpressionRefused."""
    parser = Parser(text, at, scope)
    root = parser.expression()
    parser.finish()
    return root


def parse_tests(text: str, scope: Scope, *, at: Position = START) -> tuple[Test, ...]:
    """Read the unary tests of one cell that stands at `at`; raises ExpressionRefused."""
    parser = Parser(text, at, scope)
    tests = parser.cell()
    parser.finish()
    return tests


class Parser(Operators):
    """One pass over the tokens of one text."""

    filters = True  # false while the end of a range is read that may close with [

    def term(self) -> Node:
        node = self.primary()
        while True:
            at = self.at
            if self.is_sign("."):
                self.advance()
                node = syntax.Path(at, node, self.part(node))
            elif self.is_sign("[") and self.filters:
                node = self.filter(node)
            elif self.is_sign("("):
                node = self.call(node)
            else:
                return node
            self.depth_of_chain(at)

    def depth_of_chain(self, at: Position) -> None:
        """Count a step of a chain a.b.c[1](2): its tree is as deep as it is long."""
        self.chain_steps = getattr(self, "chain_steps", 0) + 1
        if self.chain_steps > 500:
            raise refusal("feel-limit", at, "long chain", "more than 500 steps of paths.", "Split it into several decisions.")

    def primary(self) -> Node:
        token, at = self.token, self.at
        if token.kind is Kind.NUMBER:
            return self.number(at)
        if token.kind is Kind.STRING:
            self.advance()
            return syntax.Literal(at, token.text)
        if token.kind is Kind.SIGN:
            return self.signed(at)
        if token.kind is Kind.NAME:
            return self.name(at)
        raise self.unexpected("Write a value or a name here.")

    def number(self, at: Position) -> Node:
        text = self.advance().text
        try:
            return syntax.Literal(at, decimal_context().create_decimal(text))
        except Overflow:
            message = f"the number {text[:40]} is beyond 10^6144."
            raise refusal("feel-overflow", at, "huge number", message, "Write a smaller number.") from None

    def signed(self, at: Position) -> Node:
        entry = self.scope.match(self.tokens, self.index)  # a quoted name may begin with any sign
        if self.is_sign("@") and self.ahead().kind is Kind.STRING:
            self.advance()
            return syntax.Literal(at, parse_temporal(self.advance().text))
        if self.take("?"):
            self.placeholders += 1
            return syntax.Placeholder(at)
        if self.is_sign("{"):
            return self.context()
        if self.is_sign("[", "]", "("):
            return self.bracket(at)
        if entry is not None:
            self.index += len(entry.words)
            return syntax.Variable(at, entry.name, entry.shape, known=True)
        raise self.unexpected("Write a value or a name here.")

    # -- names -------------------------------------------------------------------------------------------------

    def name(self, at: Position) -> Node:
        token = self.token
        entry = self.scope.match(self.tokens, self.index)
        loose = self.scope.shared.loose.match(self.tokens, self.index) if self.scope.dynamic else None
        if loose is not None and (entry is None or len(loose.words) > len(entry.words)) and len(loose.words) > 1:
            self.index += len(loose.words)
            return syntax.Variable(at, loose.name, loose.shape, known=False)
        builtin = BUILTIN_NAMES.match(self.tokens, self.index)
        if builtin is not None and (entry is None or len(builtin.words) > len(entry.words)):
            called = self.ahead(len(builtin.words)).text == "("
            if called or token.text not in KEYWORDS:
                self.index += len(builtin.words)
                dynamic = self.scope.dynamic and not called
                return syntax.Variable(at, builtin.name, None, known=False) if dynamic else syntax.Builtin(at, builtin.name)
        if entry is not None:
            self.index += len(entry.words)
            self.partials += entry.name == "partial"
            return syntax.Variable(at, entry.name, entry.shape, known=True)
        if token.text in CONSTANTS:
            self.advance()
            return syntax.Literal(at, CONSTANTS[token.text])
        if token.text in KEYWORDS:
            if token.text in ("for", "if", "some", "every", "function"):
                return self.nested(self.statement)
            raise self.unexpected("Write a value or a name here.")
        self.advance()
        return syntax.Variable(at, token.text, None, known=False)

    def part(self, source: Node) -> str:
        """Read the name after a dot."""
        known = Scope(None, self.scope.shared).inner({**fields_of(shape_of(source))})
        entry = known.match(self.tokens, self.index)
        loose = self.scope.shared.loose.match(self.tokens, self.index)
        found = entry if entry is not None and (loose is None or len(entry.words) >= len(loose.words)) else loose
        if found is not None:
            self.index += len(found.words)
            return found.name
        if self.token.kind is not Kind.NAME:
            raise self.unexpected("Write the name of a part after the dot.")
        return self.advance().text

    def filter(self, source: Node) -> Node:
        at = self.at
        self.advance()
        shape = shape_of(source)
        item = shape.item if shape is not None and shape.kind == "list" else shape
        names: dict[str, Type | None] = {"item": item, **fields_of(shape)}
        before, self.filters = self.filters, True
        with self.within(self.scope.inner(names, dynamic=not fields_of(shape))):
            condition = self.expression()
        self.filters = before
        self.expect("]")
        return syntax.Filter(at, source, condition)

    # -- calls -------------------------------------------------------------------------------------------------

    def call(self, callee: Node) -> Node:
        at = self.at
        self.advance()
        before, self.filters = self.filters, True
        try:
            if self.take(")"):
                return syntax.Call(at, callee, ())
            if self.argument_name() is not None:
                return self.named_call(at, callee)
            arguments = [self.expression()]
            while self.take(","):
                arguments.append(self.expression())
            self.expect(")")
            return syntax.Call(at, callee, tuple(arguments))
        finally:
            self.filters = before

    def named_call(self, at: Position, callee: Node) -> Node:
        arguments: list[tuple[str, Node]] = []
        while True:
            end = self.argument_name()
            if end is None:
                raise self.unexpected("Name every argument, or none.")
            name = self.text_until(end)
            self.expect(":")
            arguments.append((name, self.expression()))
            if self.take(")"):
                return syntax.NamedCall(at, callee, tuple(arguments))
            self.expect(",")

    def argument_name(self) -> int | None:
        """Give the place of the colon when a named argument begins here."""
        index = self.index
        while self.tokens[index].kind in (Kind.NAME, Kind.NUMBER, Kind.SIGN):
            text = self.tokens[index].text
            if text == ":":
                return index if index > self.index else None
            if text in (*OPENING, *CLOSING, ","):
                return None
            index += 1
        return None

    # -- brackets ----------------------------------------------------------------------------------------------

    def bracket(self, at: Position) -> Node:
        opening = self.advance().text
        before, self.filters = self.filters, True
        try:
            if opening == "(" and self.is_sign(*COMPARISONS):
                return self.one_sided(at)
            if opening == "[" and self.take("]"):
                return syntax.ListLiteral(at, ())
            first = self.expression() if opening != "]" else self.nested(self.sum)
            if self.take(".."):
                high = self.range_end()
                return syntax.RangeLiteral(at, first, high, opening == "[", self.advance().text == "]")
            if opening == "(":
                self.expect(")")
                return first
            if opening == "]":
                raise self.unexpected("Write .. and the other end of the range.")
            items = [first]
            while self.take(","):
                items.append(self.expression())
            self.expect("]")
            return syntax.ListLiteral(at, tuple(items))
        finally:
            self.filters = before

    def one_sided(self, at: Position) -> Node:
        operator = self.advance().text
        end = self.nested(self.sum)
        self.expect(")")
        if operator == "=":
            return syntax.RangeLiteral(at, end, end, low_closed=True, high_closed=True)
        if operator == "!=":
            raise refusal("feel-syntax", at, "range", "!= is no range.", "Use not(...).")
        closed = operator in ("<=", ">=")
        if operator in ("<", "<="):
            return syntax.RangeLiteral(at, None, end, low_closed=False, high_closed=closed)
        return syntax.RangeLiteral(at, end, None, low_closed=closed, high_closed=False)

    def range_end(self) -> Node:
        """Read the high end: `[` after it may open a filter or close the range, so both are tried."""
        start = self.index
        for filters in (True, False):
            self.index, self.filters = start, filters
            try:
                node = self.nested(self.sum)
            except ExpressionRefused as error:
                if not filters:
                    raise
                self.retry(error, start)
                continue
            if self.is_sign("]", ")", "["):
                return node
        raise self.unexpected("Close the range with ] or ).")

    def context(self) -> Node:
        at = self.at
        self.advance()
        entries: list[tuple[str, Node]] = []
        scope = self.scope.inner()
        before, self.filters = self.filters, True
        while not self.take("}"):
            if entries:
                self.expect(",")
            key = self.key()
            if any(key == known for known, _ in entries):
                raise refusal("feel-syntax", at, "key twice", f"the key {key!r} stands twice.", "Give each its own name.")
            with self.within(scope):
                value = self.expression()
            entries.append((key, value))
            scope.names.add(key, shape_of(value))
            self.scope.shared.loose.add(key)
        self.filters = before
        return syntax.ContextLiteral(at, tuple(entries))

    def key(self) -> str:
        if self.token.kind is Kind.STRING:
            key = self.advance().text
        else:
            end = self.index
            while self.tokens[end].text != ":" and self.tokens[end].kind not in (Kind.END, Kind.STRING):
                end += 1
            if end == self.index or self.token.kind not in (Kind.NAME, Kind.SIGN) or self.tokens[end].text != ":":
                raise self.unexpected("Write a key here.")
            key = self.text_until(end)
        self.expect(":")
        return key

    # -- types -------------------------------------------------------------------------------------------------

    def type(self) -> Type:
        if self.depth >= 30:
            raise refusal("feel-limit", self.at, "deep nesting", "the type is nested too deep.", "Name its parts.")
        self.depth += 1
        try:
            return self.type_here()
        finally:
            self.depth -= 1

    def type_here(self) -> Type:
        if self.is_word("list", "range") and self.ahead().text == "<":
            kind = self.advance().text
            self.advance()
            item = self.type()
            self.expect(">")
            return Type(kind, item)
        if self.is_word("context") and self.ahead().text == "<":
            return self.context_type()
        if self.is_word("function") and self.ahead().text == "<":
            return self.function_type()
        entry = self.scope.shared.types.match(self.tokens, self.index)
        found = self.scope.shared.find_type(entry.name) if entry is not None else None
        if entry is None or found is None:
            message = f"the type {self.token.text[:40]!r} is not known."
            raise refusal("feel-type-unknown", self.at, "unknown type", message, "Use a FEEL type or an item definition.")
        self.index += len(entry.words)
        return found

    def context_type(self) -> Type:
        self.index += 2
        fields: dict[str, Type] = {}
        while not self.take(">"):
            if fields:
                self.expect(",")
            name = self.new_name(":")
            self.expect(":")
            fields[name] = self.type()
        return Type("context", fields=fields)

    def function_type(self) -> Type:
        self.index += 2
        parameters: list[Type] = []
        while not self.take(">"):
            if parameters:
                self.expect(",")
            parameters.append(self.type())
        self.expect("->")
        return Type("function", self.type() if not self.is_word("Any") else self._any(), parameters=tuple(parameters))

    def _any(self) -> Type:
        self.advance()
        return ANY
