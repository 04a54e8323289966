# SPDX-License-Identifier: EUPL-1.2
"""From text to tokens (DMN 1.5 section 10.3.1.2, grammar rules 22 to 38 and 62).

Names of FEEL may hold blanks and operators, so only the scope knows where they end: the tokens here are the smallest
pieces, words and single signs, and the reader joins them.
"""

import re
from dataclasses import dataclass
from enum import Enum

from bierger_core.rules.lexer import refusal
from bierger_core.rules.syntax import Position

MAX_SOURCE = 20_000  # characters of one expression; the longest that we have seen has some two thousand

_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
WORD = re.compile(f"[{_START}][{_START}0-9\u00b7\u0300-\u036f\u203f-\u2040]*")
NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
BLANK = re.compile(
    r"(?:[\s\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+"
)
SIGNS = ("**", "..", "!=", "<=", ">=", "->")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}
UNICODE = re.compile(r"u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})")


class Kind(Enum):
    NAME = "name"
    NUMBER = "number"
    STRING = "string"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is what stands there, for strings the text meant; `start` and `end` are offsets in the source."""

    kind: Kind
    text: str
    start: int
    end: int


class Source:
    """A text and where it stands in its file."""

    def __init__(self, text: str, start: Position) -> None:
        self.text, self.start = text, start
        if len(text) > MAX_SOURCE:
            message = f"the expression has {len(text)} characters, at most {MAX_SOURCE} are read."
            raise refusal("feel-limit", start, "long expression", message, "Split it into several decisions.")

    def at(self, offset: int) -> Position:
        """Give line and column of an offset."""
        before = self.text[:offset]
        breaks = before.count("\n")
        column = offset - before.rfind("\n") if breaks else self.start.column + offset
        return Position(self.start.path, self.start.line + breaks, column)

    def tokens(self) -> list[Token]:
        """Cut the text into tokens, the last of kind END; raises ExpressionRefused."""
        found: list[Token] = []
        index = 0
        while True:
            blank = BLANK.match(self.text, index)
            index = blank.end() if blank else index
            if index >= len(self.text):
                found.append(Token(Kind.END, "", index, index))
                return found
            token = self._token(index)
            found.append(token)
            index = token.end

    def _token(self, index: int) -> Token:
        if self.text[index] == '"':
            return self._string(index)
        for kind, pattern in ((Kind.NUMBER, NUMBER), (Kind.NAME, WORD)):
            match = pattern.match(self.text, index)
            if match and not self.text.startswith("..", index):
                return Token(kind, match[0], index, match.end())
        length = 2 if self.text.startswith(SIGNS, index) else 1
        return Token(Kind.SIGN, self.text[index : index + length], index, index + length)

    def _string(self, start: int) -> Token:
        pieces: list[str] = []
        index = start + 1
        while index < len(self.text) and self.text[index] != '"':
            if self.text[index] != "\\":
                pieces.append(self.text[index])
                index += 1
                continue
            piece, index = self._escape(index + 1)
            pieces.append(piece)
        if index >= len(self.text):
            raise refusal("feel-syntax", self.at(start), "unfinished text", "this text has no end.", 'Close it with ".')
        # Halves of a surrogate pair that stand side by side are one character; a half alone is no text.
        text = "".join(pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return Token(Kind.STRING, text, start, index + 1)

    def _escape(self, index: int) -> tuple[str, int]:
        sign = self.text[index : index + 1]
        if sign in ESCAPES and sign:
            return ESCAPES[sign], index + 1
        match = UNICODE.match(self.text, index)
        if match and int(match[1] or match[2], 16) <= 0x10FFFF:
            return chr(int(match[1] or match[2], 16)), match.end()
        return "\\", index  # the grammar knows no such escape: the sign stands for itself


def words_of(name: str) -> tuple[str, ...]:
    """Cut a name as `tokens` would cut it where it stands in an expression."""
    found: list[str] = []
    index = 0
    while index < len(name):
        blank = BLANK.match(name, index)
        if blank:
            index = blank.end()
            continue
        match = NUMBER.match(name, index) or WORD.match(name, index)
        length = 2 if name.startswith(SIGNS, index) else 1
        found.append(match[0] if match else name[index : index + length])
        index += len(found[-1])
    return tuple(found)
