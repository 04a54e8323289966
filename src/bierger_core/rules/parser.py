# SPDX-License-Identifier: EUPL-1.2
"""Recursive descent over the FEEL subset (DMN 1.5 section 10.3.1.2); everything else is refused by name.

expression   = "if" expression "then" expression "else" expression | disjunction
disjunction  = conjunction { "or" conjunction }
conjunction  = comparison { "and" comparison }
comparison   = sum [ ("=" | "!=" | "<" | "<=" | ">" | ">=") sum | "in" tests ]
sum          = product { ("+" | "-") product }
product      = power { ("*" | "/") power }
power        = unary { "**" unary }                     from the left, as FEEL has it
unary        = "-" unary | primary                      binds closer than **: -5 ** 2 is 25
primary      = number | string | "true" | "false" | "null" | date | path | "not" "(" expression ")"
             | "(" expression ")"
date         = "date" "(" string ")" | "@" string
path         = name { "." name }
tests        = "(" test { "," test } ")" | "[" sum { "," sum } "]" | test
test         = operator sum | range | sum
range        = ( "[" | "(" | "]" ) sum ".." sum ( "]" | ")" | "[" )
cell         = "-" | "not" "(" test { "," test } ")" | test { "," test }
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal, Overflow

from bierger_core.rules import syntax
from bierger_core.rules.data import decimal_context
from bierger_core.rules.errors import ExpressionRefused
from bierger_core.rules.lexer import Kind, Token, not_in_subset, refusal, tokens_of
from bierger_core.rules.syntax import Node, Position, Test

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MAX_NESTING = 40  # brackets within brackets; a parser level costs about ten Python frames of a thousand

COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
KEYWORDS = frozenset({"if", "then", "else", "and", "or", "in", "true", "false", "null", "not"})
FOREIGN_WORDS = {
    "between": ("between", "Write x in [a..b]."),
    "for": ("for", "The subset has no loops."),
    "some": ("some", "The subset has no quantifiers."),
    "every": ("every", "The subset has no quantifiers."),
    "return": ("return", "The subset has no loops."),
    "satisfies": ("satisfies", "The subset has no quantifiers."),
    "function": ("function definition", "Write a decision of its own."),
    "instance": ("instance of", "Declare the type of the input."),
    "external": ("external function", "Nothing from a file is ever executed."),
}


class Parser:
    """One pass over the tokens of one text."""

    def __init__(self, text: str, start: Position) -> None:
        self.tokens = tokens_of(text, start)
        self.index = 0
        self.depth = 0

    # -- tokens ------------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def advance(self) -> Token:
        token = self.token
        if token.kind is not Kind.END:
            self.index += 1
        return token

    def is_operator(self, *texts: str) -> bool:
        return self.token.kind is Kind.OPERATOR and self.token.text in texts

    def is_word(self, word: str) -> bool:
        return self.token.kind is Kind.NAME and self.token.text == word

    def expect(self, text: str) -> Token:
        if self.token.kind in (Kind.OPERATOR, Kind.NAME) and self.token.text == text:
            return self.advance()
        raise self.unexpected(f"Write {text} here.")

    def unexpected(self, mend: str) -> ExpressionRefused:
        token = self.token
        if token.kind is Kind.END:
            return refusal("feel-syntax", token.at, "unfinished expression", "the expression is not finished.", mend)
        if token.kind is Kind.NAME and token.text in FOREIGN_WORDS:
            return not_in_subset(token.at, *FOREIGN_WORDS[token.text])
        previous = self.tokens[self.index - 1] if self.index else None
        if previous and previous.kind is Kind.NAME and previous.text not in KEYWORDS:
            if token.kind is Kind.NAME and token.text not in KEYWORDS:
                return not_in_subset(previous.at, "name with spaces", "Join the words with _.")
            if token.kind is Kind.OPERATOR and token.text == "(":
                return not_in_subset(previous.at, f"function {previous.text}()", "Only date() and not() are known.")
        if token.kind is Kind.OPERATOR and token.text == "[":
            return not_in_subset(token.at, "filter or list", "Lists stand only after in.")
        return refusal("feel-syntax", token.at, "unexpected sign", f"{token.text!r} is not expected.", mend)

    def nested(self, parse: Callable[[], Node]) -> Node:
        if self.depth >= MAX_NESTING:
            message = f"more than {MAX_NESTING} levels of nesting."
            raise refusal("feel-limit", self.token.at, "deep nesting", message, "Split it into several decisions.")
        self.depth += 1
        try:
            return parse()
        finally:
            self.depth -= 1

    def finish(self) -> None:
        if self.token.kind is not Kind.END:
            raise self.unexpected("Remove it or write an operator before it.")

    # -- expressions -------------------------------------------------------------------------------------------

    def expression(self) -> Node:
        return self.nested(self.choice if self.is_word("if") else self.disjunction)

    def choice(self) -> Node:
        at = self.advance().at
        condition = self.expression()
        self.expect("then")
        then = self.expression()
        self.expect("else")
        return syntax.If(at, condition, then, self.expression())

    def disjunction(self) -> Node:
        operands = [self.conjunction()]
        while self.is_word("or"):
            self.advance()
            operands.append(self.conjunction())
        return operands[0] if len(operands) == 1 else syntax.Or(operands[0].at, tuple(operands))

    def conjunction(self) -> Node:
        operands = [self.comparison()]
        while self.is_word("and"):
            self.advance()
            operands.append(self.comparison())
        return operands[0] if len(operands) == 1 else syntax.And(operands[0].at, tuple(operands))

    def comparison(self) -> Node:
        left = self.sum()
        if self.is_operator(*COMPARISONS):
            operator = self.advance()
            node: Node = syntax.Compare(operator.at, operator.text, left, self.sum())
            if self.is_operator(*COMPARISONS):
                raise not_in_subset(self.token.at, "chained comparison", "Write a < b and b < c, or b in (a..c).")
            return node
        if self.is_word("in"):
            at = self.advance().at
            return syntax.In(at, left, self.tests())
        return left

    def sum(self) -> Node:
        return self.chain(self.product, "+", "-")

    def product(self) -> Node:
        return self.chain(self.power, "*", "/")

    def power(self) -> Node:
        return self.chain(self.unary, "**")

    def chain(self, operand: Callable[[], Node], *operators: str) -> Node:
        first = operand()
        rest: list[tuple[str, Node]] = []
        while self.is_operator(*operators):
            operator = self.advance().text
            rest.append((operator, operand()))
        return syntax.Arithmetic(first.at, first, tuple(rest)) if rest else first

    def unary(self) -> Node:
        if self.is_operator("-"):
            at = self.advance().at
            return syntax.Negate(at, self.nested(self.unary))
        return self.primary()

    def primary(self) -> Node:
        token = self.token
        if token.kind is Kind.NUMBER:
            return syntax.Literal(token.at, self.number(self.advance()))
        if token.kind is Kind.STRING:
            return syntax.Literal(token.at, self.advance().text)
        if self.is_operator("("):
            self.advance()
            node = self.expression()
            if self.is_operator("..", ","):
                raise not_in_subset(token.at, "range or list as a value", "Ranges and lists stand only after in.")
            self.expect(")")
            return node
        if self.is_operator("@"):
            self.advance()
            return self.date_literal(token.at)
        if token.kind is Kind.NAME:
            return self.word()
        raise self.unexpected("Write a value or a name here.")

    def word(self) -> Node:
        token = self.advance()
        calls = self.is_operator("(")
        if token.text in ("true", "false", "null") and not calls:
            return syntax.Literal(token.at, {"true": True, "false": False, "null": None}[token.text])
        if token.text == "not" and calls:
            self.advance()
            node = self.expression()
            self.expect(")")
            return syntax.Not(token.at, node)
        if token.text == "date" and calls:
            self.advance()
            node = self.date_literal(token.at)
            self.expect(")")
            return node
        if token.text in FOREIGN_WORDS or token.text in KEYWORDS:
            self.index -= 1
            raise self.unexpected("Write a value or a name here.")
        parts = [token.text]
        while self.is_operator("."):
            self.advance()
            if self.token.kind is not Kind.NAME:
                raise self.unexpected("Write the name of a part after the dot.")
            parts.append(self.advance().text)
        if self.is_operator("("):
            raise not_in_subset(token.at, f"function {'.'.join(parts)}()", "Only date() and not() are known.")
        return syntax.Name(token.at, tuple(parts))

    def number(self, token: Token) -> Decimal:
        try:
            return decimal_context().create_decimal(token.text)
        except Overflow:
            message = f"the number {token.text[:40]} is beyond 10^6144."
            raise refusal("feel-overflow", token.at, "huge number", message, "Write a smaller number.") from None

    def date_literal(self, at: Position) -> Node:
        if self.token.kind is not Kind.STRING:
            mend = 'Write the date as text: date("2026-01-31").'
            raise not_in_subset(at, "date from something else than a text", mend)
        text = self.advance().text
        if DATE.fullmatch(text):  # fromisoformat alone would also read 20260131 and week dates, FEEL does not
            with suppress(ValueError):
                return syntax.Literal(at, date.fromisoformat(text))
        message = f"{text[:40]!r} is not a date of the calendar."
        raise refusal("feel-syntax", at, "impossible date", message, "Write year-month-day: 2026-01-31.")

    # -- tests -------------------------------------------------------------------------------------------------

    def cell(self) -> tuple[Test, ...]:
        at = self.token.at
        if self.is_operator("-") and self.tokens[self.index + 1].kind is Kind.END:
            self.advance()
            return (syntax.AnyTest(at),)
        if self.is_word("not") and self.tokens[self.index + 1].text == "(":
            self.advance()
            self.advance()
            tests = self.test_list(self.test())
            self.expect(")")
            return (syntax.NotTest(at, tests),)
        return self.test_list(self.test())

    def tests(self) -> tuple[Test, ...]:
        at = self.token.at
        if self.is_operator("("):
            self.advance()
            first = self.test()
            if isinstance(first, syntax.EqualTest) and self.is_operator(".."):
                return (self.range_end(at, first.operand, low_closed=False),)
            tests = self.test_list(first)
            self.expect(")")
            return tests
        if self.is_operator("["):
            self.advance()
            low = self.sum()
            if self.is_operator(".."):
                return (self.range_end(at, low, low_closed=True),)
            items: list[Test] = [syntax.EqualTest(low.at, low)]
            while self.is_operator(","):
                self.advance()
                item = self.sum()
                items.append(syntax.EqualTest(item.at, item))
            self.expect("]")
            return tuple(items)
        return (self.test(),)

    def test_list(self, first: Test) -> tuple[Test, ...]:
        tests = [first]
        while self.is_operator(","):
            self.advance()
            tests.append(self.test())
        return tuple(tests)

    def test(self) -> Test:
        at = self.token.at
        if self.is_operator(*COMPARISONS):
            operator = self.advance().text
            return syntax.CompareTest(at, operator, self.sum())
        if self.is_operator("[", "]") or (self.is_operator("(") and self.range_ahead()):
            closed = self.advance().text == "["
            return self.range_end(at, self.sum(), low_closed=closed)
        operand = self.sum()
        return syntax.EqualTest(operand.at, operand)

    def range_ahead(self) -> bool:
        """Tell whether the bracket that opens here holds `..` before it closes: (1..5] and not (1 + 2)."""
        depth = 0
        for token in self.tokens[self.index :]:
            if token.kind is not Kind.OPERATOR:
                continue
            if token.text == ".." and depth == 1:
                return True
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if depth == 0:
                return False
        return False

    def range_end(self, at: Position, low: Node, *, low_closed: bool) -> Test:
        self.expect("..")
        high = self.sum()
        if not self.is_operator("]", ")", "["):
            raise self.unexpected("Close the range with ] or ).")
        return syntax.RangeTest(at, low, high, low_closed, self.advance().text == "]")
