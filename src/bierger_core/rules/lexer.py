# SPDX-License-Identifier: EUPL-1.2
"""From text to tokens; what is not in the subset is refused here when a single sign gives it away."""

import re
from dataclasses import dataclass
from enum import Enum

from bierger_core.rules.errors import ExpressionRefused
from bierger_core.rules.syntax import Position
from bierger_core.values.findings import Finding

MAX_SOURCE = 10_000  # characters of one expression; the longest of a real package has some hundreds

NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
WORD = re.compile(r"[^\W\d]\w*")
OPERATORS = ("**", "..", "!=", "<=", ">=", "+", "-", "*", "/", "=", "<", ">", "(", ")", "[", "]", ",", ".", "@")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}
FOREIGN = {
    "//": ("comment", "Write the remark into the description of the rule."),
    "/*": ("comment", "Write the remark into the description of the rule."),
    "==": ("operator ==", "Write = for equality."),
    "<>": ("operator <>", "Write != for inequality."),
    "&&": ("operator &&", "Write and."),
    "||": ("operator ||", "Write or."),
    "{": ("context literal", "Give the parts names of their own."),
    "}": ("context literal", "Give the parts names of their own."),
    "?": ("input placeholder ?", "Write the test without it: < 5 instead of ? < 5."),
    "'": ("single quotes", 'Put texts between double quotes: "text".'),
    "%": ("operator %", "The subset has no remainder."),
    "!": ("operator !", "Write not(...)."),
    ";": ("semicolon", "Separate with a comma."),
    ":": ("colon", "The subset has no contexts or time literals."),
}


class Kind(Enum):
    NAME = "name"
    NUMBER = "number"
    STRING = "string"
    OPERATOR = "operator"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is what stands there, for strings the text meant (escapes resolved)."""

    kind: Kind
    text: str
    at: Position


def refusal(code: str, at: Position, construct: str, message: str, mend: str) -> ExpressionRefused:
    """Build the one error of lexer and parser."""
    finding = Finding(code, at.path, at.line, f"column {at.column}: {message}", mend)
    return ExpressionRefused(finding, column=at.column, construct=construct)


def not_in_subset(at: Position, construct: str, mend: str) -> ExpressionRefused:
    """Refuse FEEL that exists but is not in the subset."""
    return refusal("feel-not-in-subset", at, construct, f"{construct} is not in the FEEL subset.", mend)


def tokens_of(text: str, start: Position) -> list[Token]:
    """Cut a text into tokens, the last of kind END; raises ExpressionRefused."""
    if len(text) > MAX_SOURCE:
        message = f"the expression has {len(text)} characters, at most {MAX_SOURCE} are read."
        raise refusal("feel-limit", start, "long expression", message, "Split it into several decisions.")
    tokens: list[Token] = []
    line, line_start, index = start.line, 1 - start.column, 0
    while index < len(text):
        if text[index].isspace():
            if text[index] == "\n":
                line, line_start = line + 1, index + 1
            index += 1
            continue
        token, end = _token(text, index, Position(start.path, line, index - line_start + 1))
        tokens.append(token)
        index = end
    tokens.append(Token(Kind.END, "", Position(start.path, line, index - line_start + 1)))
    return tokens


def _token(text: str, index: int, at: Position) -> tuple[Token, int]:
    if text[index] == '"':
        return _string(text, index, at)
    for sign, (construct, mend) in FOREIGN.items():
        if text.startswith(sign, index) and not text.startswith("!=", index):
            raise not_in_subset(at, construct, mend)
    if not text.startswith("..", index) and (match := NUMBER.match(text, index)):
        return Token(Kind.NUMBER, match.group(), at), match.end()
    if match := WORD.match(text, index):
        return Token(Kind.NAME, match.group(), at), match.end()
    for operator in OPERATORS:
        if text.startswith(operator, index):
            return Token(Kind.OPERATOR, operator, at), index + len(operator)
    message = f"the sign {text[index]!r} means nothing here."
    raise refusal("feel-syntax", at, "unknown sign", message, "Remove it.")


def _string(text: str, index: int, at: Position) -> tuple[Token, int]:
    out: list[str] = []
    index += 1
    while index < len(text) and text[index] not in '"\n':
        if text[index] != "\\":
            out.append(text[index])
            index += 1
            continue
        piece, index = _escape(text, index + 1, at)
        out.append(piece)
    if index >= len(text) or text[index] != '"':
        raise refusal("feel-syntax", at, "unfinished text", "this text has no end.", 'Close it with ".')
    return Token(Kind.STRING, "".join(out), at), index + 1


def _escape(text: str, index: int, at: Position) -> tuple[str, int]:
    sign = text[index : index + 1]
    if sign in ESCAPES and sign:
        return ESCAPES[sign], index + 1
    if sign in ("u", "U") and sign:
        length = 4 if sign == "u" else 6
        digits = text[index + 1 : index + 1 + length]
        if re.fullmatch(f"[0-9a-fA-F]{{{length}}}", digits):
            number = int(digits, 16)
            if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF:  # halves of surrogate pairs are no text
                return chr(number), index + 1 + length
    message = f"the escape \\{sign} is not known."
    raise refusal("feel-syntax", at, "unknown escape", message, r"Known are \" \\ \n \t \r \uXXXX.")
