# SPDX-License-Identifier: EUPL-1.2
"""Recursive descent over FEEL (DMN 1.5 section 10.3.1.2): operators, names, tests. Literals and types: `terms`.

expression   = "if" expression "then" expression "else" expression | "for" iterators "return" expression
             | ("some" | "every") iterators "satisfies" expression | "function" "(" parameters ")" expression | disjunction
disjunction  = conjunction { "or" conjunction }
conjunction  = comparison { "and" comparison }
comparison   = sum { ("=" | "!=" | "<" | "<=" | ">" | ">=") sum | "between" sum "and" sum | "in" tests }
sum          = product { ("+" | "-") product }
product      = power { ("*" | "/") power }
power        = unary { "**" unary }                     from the left, as FEEL has it
unary        = "-" unary | instance                     binds closer than **: -5 ** 2 is 25
instance     = postfix [ "instance" "of" type ]
postfix      = term { "." name | "[" expression "]" | "(" arguments ")" }
tests        = "(" test { "," test } ")" | test
test         = operator sum | expression
cell         = "-" | "not" "(" test { "," test } ")" | test { "," test }
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bierger_core.rules.errors import ExpressionRefused
from bierger_core.rules.feel import syntax
from bierger_core.rules.feel.lexer import Kind, Source, Token
from bierger_core.rules.feel.scope import Scope
from bierger_core.rules.feel.shapes import shape_of
from bierger_core.rules.feel.syntax import Node, Test
from bierger_core.rules.feel.types import Type
from bierger_core.rules.lexer import refusal
from bierger_core.rules.syntax import Position

MAX_RETRIES = 200  # readings given up in one text
MAX_NESTING = 32  # brackets within brackets; a level costs about sixteen Python frames of a thousand

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_KEYWORDS = """
    if then else for return some every satisfies in and or between function true false null instance of external
"""
KEYWORDS = frozenset(_KEYWORDS.split())


class Tokens:
    """The tokens of one text, a place in them, and how a refusal speaks of it."""

    def __init__(self, text: str, start: Position, scope: Scope) -> None:
        self.source = Source(text, start)
        self.tokens = self.source.tokens()
        self.index = 0
        self.depth = 0
        self.scope = scope
        self.placeholders = 0  # how many `?` were read
        self.partials = 0  # how many `partial` were read
        self.retries = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    @property
    def at(self) -> Position:
        return self.source.at(self.token.start)

    def ahead(self, distance: int = 1) -> Token:
        return self.tokens[min(self.index + distance, len(self.tokens) - 1)]

    def advance(self) -> Token:
        token = self.token
        if token.kind is not Kind.END:
            self.index += 1
        return token

    def is_sign(self, *texts: str) -> bool:
        return self.token.kind is Kind.SIGN and self.token.text in texts

    def is_word(self, *words: str) -> bool:
        return self.token.kind is Kind.NAME and self.token.text in words

    def take(self, text: str) -> bool:
        """Step over a sign or word when it stands here."""
        if self.token.kind in (Kind.SIGN, Kind.NAME) and self.token.text == text:
            self.advance()
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise self.unexpected(f"Write {text} here.")

    def unexpected(self, mend: str) -> ExpressionRefused:
        if self.token.kind is Kind.END:
            return refusal("feel-syntax", self.at, "unfinished expression", "the expression is not finished.", mend)
        message = f"{self.token.text[:40]!r} is not expected."
        return refusal("feel-syntax", self.at, "unexpected sign", message, mend)

    def finish(self) -> None:
        if self.token.kind is not Kind.END:
            raise self.unexpected("Remove it or write an operator before it.")

    def text_until(self, end: int) -> str:
        """Give the name written from here to the token `end`, blanks joined; steps there."""
        start = self.token.start
        self.index = end
        return " ".join(self.source.text[start : self.tokens[end - 1].end].split())

    @contextmanager
    def within(self, scope: Scope) -> Iterator[None]:
        """Read with an inner scope."""
        before, self.scope = self.scope, scope
        try:
            yield
        finally:
            self.scope = before

    def retry(self, refused: ExpressionRefused, index: int) -> None:
        """Go back and read the same text another way; nested ways multiply, so they are few, and a limit is final."""
        self.retries += 1
        if refused.code == "feel-limit":
            raise refused
        if self.retries > MAX_RETRIES:
            message = "the text can be read in too many ways."
            raise refusal("feel-limit", self.at, "ambiguous text", message, "Split it into several decisions.")
        self.index = index

    def nested(self, parse: Callable[[], Node]) -> Node:
        if self.depth >= MAX_NESTING:
            message = f"more than {MAX_NESTING} levels of nesting."
            raise refusal("feel-limit", self.at, "deep nesting", message, "Split it into several decisions.")
        self.depth += 1
        try:
            return parse()
        finally:
            self.depth -= 1


class Operators(Tokens):
    """Operators and keywords; `term` is what stands between them."""

    def term(self) -> Node:
        raise NotImplementedError

    def type(self) -> Type:
        raise NotImplementedError

    def expression(self) -> Node:
        return self.nested(self.statement)

    def statement(self) -> Node:
        if self.is_word("if"):
            return self.choice()
        if self.is_word("for"):
            return self.loop()
        if self.is_word("some", "every") and self.ahead().kind is Kind.NAME:
            return self.quantified()
        if self.is_word("function") and self.ahead().text == "(":
            return self.function()
        return self.disjunction()

    def choice(self) -> Node:
        at = self.at
        self.advance()
        condition = self.expression()
        self.expect("then")
        then = self.expression()
        self.expect("else")
        return syntax.If(at, condition, then, self.expression())

    def loop(self) -> Node:
        at = self.at
        self.advance()
        iterators, scope = self.iterators("return")
        before = self.partials
        with self.within(scope.inner({"partial": None})):
            body = self.expression()
        return syntax.For(at, iterators, body, self.partials > before)

    def quantified(self) -> Node:
        at, every = self.at, self.token.text == "every"
        self.advance()
        iterators, scope = self.iterators("satisfies")
        with self.within(scope):
            return syntax.Quantified(at, every, iterators, self.expression())

    def iterators(self, end: str) -> tuple[tuple[syntax.Iterator, ...], Scope]:
        """Read `x in a, y in b..c` and the word after it; each sees the names before it."""
        found: list[syntax.Iterator] = []
        scope = self.scope
        while True:
            name = self.new_name("in")
            self.expect("in")
            with self.within(scope):
                source = self.expression()
                last = self.expression() if self.take("..") else None
            found.append(syntax.Iterator(name, source, last))
            shape = shape_of(source)
            scope = scope.inner({name: shape.item if shape is not None and shape.kind in ("list", "range") else None})
            if self.take(end):
                return tuple(found), scope
            self.expect(",")

    def new_name(self, *ends: str) -> str:
        """Read a name that is defined here: all up to one of the words or signs `ends`."""
        end = self.index
        while self.tokens[end].text not in ends and self.tokens[end].kind not in (Kind.END, Kind.STRING):
            end += 1
        if end == self.index or self.tokens[end].text not in ends or self.token.kind is not Kind.NAME:
            raise self.unexpected("Write a name here.")
        return self.text_until(end)

    def function(self) -> Node:
        at = self.at
        self.advance()
        self.expect("(")
        parameters: list[tuple[str, Type]] = []
        while not self.take(")"):
            if parameters:
                self.expect(",")
            name = self.new_name(":", ",", ")")
            parameters.append((name, self.type() if self.take(":") else Type("Any")))
        if self.take(":"):
            self.type()
        if self.is_word("external"):
            message = "a function of another language is never executed."
            raise refusal("feel-external-function", at, "external function", message, "Write its body in FEEL.")
        with self.within(self.scope.inner(dict(parameters))):
            return syntax.FunctionDefinition(at, tuple(parameters), self.expression())

    def disjunction(self) -> Node:
        operands = [self.conjunction()]
        while self.take("or"):
            operands.append(self.conjunction())
        return operands[0] if len(operands) == 1 else syntax.Or(operands[0].at, tuple(operands))

    def conjunction(self) -> Node:
        operands = [self.comparison()]
        while self.take("and"):
            operands.append(self.comparison())
        return operands[0] if len(operands) == 1 else syntax.And(operands[0].at, tuple(operands))

    def comparison(self) -> Node:
        node = self.sum()
        depth = self.depth
        while True:
            at = self.at
            if self.is_sign(*COMPARISONS):
                node = syntax.Compare(at, self.advance().text, node, self.sum())
            elif self.take("between"):
                low = self.sum()
                self.expect("and")
                node = syntax.Between(at, node, low, self.sum())
            elif self.take("in"):
                node = syntax.In(at, node, self.tests())
            else:
                self.depth = depth
                return node
            self.depth += 1  # a chain to the left is as deep a tree as brackets are
            if self.depth > MAX_NESTING:
                raise refusal("feel-limit", at, "deep nesting", "too many comparisons in a row.", "Use brackets and `and`.")

    def sum(self) -> Node:
        return self.chain(self.product, "+", "-")

    def product(self) -> Node:
        return self.chain(self.power, "*", "/")

    def power(self) -> Node:
        return self.chain(self.unary, "**")

    def chain(self, operand: Callable[[], Node], *operators: str) -> Node:
        first = operand()
        rest: list[tuple[str, Node]] = []
        while self.is_sign(*operators):
            operator = self.advance().text
            rest.append((operator, operand()))
        return syntax.Arithmetic(first.at, first, tuple(rest)) if rest else first

    def unary(self) -> Node:
        if self.is_sign("-"):
            at = self.at
            self.advance()
            return syntax.Negate(at, self.nested(self.unary))
        node = self.term()
        if self.is_word("instance") and self.ahead().text == "of":
            at = self.at
            self.advance()
            self.advance()
            return syntax.InstanceOf(at, node, self.type())
        return node

    # -- tests -------------------------------------------------------------------------------------------------

    def cell(self) -> tuple[Test, ...]:
        """Read the unary tests of a whole text."""
        at = self.at
        if self.is_sign("-") and self.ahead().kind is Kind.END:
            self.advance()
            return (syntax.AnyTest(at),)
        if self.is_word("not") and self.ahead().text == "(":
            start = self.index
            self.index += 2
            tests = self.test_list()
            if self.take(")") and self.token.kind is Kind.END:
                return (syntax.NotTest(at, tests),)
            self.index = start  # not(a) and b: an expression
        return self.test_list()

    def tests(self) -> tuple[Test, ...]:
        """Read what stands after `in`."""
        if not self.is_sign("("):
            return (self.test(),)
        start = self.index
        try:  # (1..5] and (a + b) * c begin with a bracket too: what is no list of tests is an expression
            self.advance()
            tests = self.test_list()
            self.expect(")")
        except ExpressionRefused as error:
            self.retry(error, start)
            return (self.test(),)
        if self.is_sign("+", "-", "*", "/", "**", ".", "["):
            self.index = start
            return (self.test(),)
        return tests

    def test_list(self) -> tuple[Test, ...]:
        tests = [self.test()]
        while self.take(","):
            tests.append(self.test())
        return tuple(tests)

    def test(self) -> Test:
        at = self.at
        if self.is_sign(*COMPARISONS):
            operator = self.advance().text
            return syntax.CompareTest(at, operator, self.sum())
        before = self.placeholders
        operand = self.expression() if self.depth == 0 else self.sum_or_statement()
        return syntax.ExpressionTest(at, operand, self.placeholders > before)

    def sum_or_statement(self) -> Node:
        """Read a test within an expression: `x in y and z` ends before the `and`, but (x > 5) or a function does not."""
        return self.nested(self.sum)
