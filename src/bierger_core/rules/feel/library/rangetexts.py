# SPDX-License-Identifier: EUPL-1.2
"""range(from): an interval read from a text (DMN 1.5 table 71). Its ends are literals; nothing of the text is evaluated."""

from decimal import Decimal, Overflow

from bierger_core.rules.data import decimal_context
from bierger_core.rules.errors import ExpressionRefused
from bierger_core.rules.feel.calendar import parse_temporal
from bierger_core.rules.feel.compare import less
from bierger_core.rules.feel.lexer import Kind, Source, Token
from bierger_core.rules.feel.library.registry import BUILTINS, builtin
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.values import Range, Value, kind_of
from bierger_core.rules.syntax import Position

LITERALS = ("date", "time", "date and time", "duration")


@builtin("range(from: string)")
def to_range(run: Run, text: str) -> Value:
    try:
        tokens = Source(text.strip(), Position()).tokens()[:-1]
    except ExpressionRefused:
        return None
    middle = [index for index, token in enumerate(tokens) if token.text == ".." and token.kind is Kind.SIGN]
    if len(middle) != 1 or len(tokens) < 4:
        return None
    opening, closing = tokens[0].text, tokens[-1].text
    if opening not in ("[", "(", "]") or closing not in ("]", ")", "["):
        return None
    low, high = _end(run, tokens[1 : middle[0]]), _end(run, tokens[middle[0] + 1 : -1])
    if low is None or high is None or kind_of(low) != kind_of(high) or less(high, low) is not False:
        return None
    return Range(low, high, opening == "[", closing == "]")


def _end(run: Run, tokens: list[Token]) -> Value:
    """Read a number, a text, `@"..."` or `date("...")`; None for anything else."""
    kinds = [token.kind for token in tokens]
    negative = bool(tokens) and tokens[0].text == "-" and kinds[0] is Kind.SIGN
    if kinds[negative:] == [Kind.NUMBER]:
        return _number(tokens[-1].text, negative=negative)
    if kinds == [Kind.STRING]:
        return tokens[0].text
    if kinds == [Kind.SIGN, Kind.STRING] and tokens[0].text == "@":
        return parse_temporal(tokens[1].text)
    called = len(tokens) > 3 and kinds[-2] is Kind.STRING and (tokens[-3].text, tokens[-1].text) == ("(", ")")
    name = " ".join(token.text for token in tokens[:-3])
    return BUILTINS[name].positional(run, (tokens[-2].text,)) if called and name in LITERALS else None


def _number(text: str, *, negative: bool) -> Value:
    try:
        number: Decimal = decimal_context().create_decimal(text)
    except Overflow:
        return None
    return -number if negative else number
