# SPDX-License-Identifier: EUPL-1.2
"""From the text of an XPath regular expression to the program that `patterns` runs.

regexp = branch { "|" branch }       branch = { piece }       piece = atom [ ("?" | "*" | "+" | "{n,m}") [ "?" ] ]
atom   = character | "." | "^" | "$" | backslash escape | "[" class "]" | "(" [ "?:" ] regexp ")" | backslash number
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bierger_core.rules.feel.patternclasses import MULTI, Accepts, category, ignoring_case, one_of

MAX_PROGRAM = 20_000  # instructions: a{1000}{1000} would have a million
MAX_DEPTH = 30  # groups within groups
SINGLE = {"n": "\n", "r": "\r", "t": "\t", **{sign: sign for sign in "\\|.?*+(){}-[]^$"}}
QUANTITY = re.compile(r"\{([0-9]{1,4})(?:(,)([0-9]{1,4})?)?\}", re.ASCII)
CATEGORY = re.compile(r"\{([A-Za-z0-9-]{1,60})\}", re.ASCII)


class Unreadable(Exception):
    """The text is no regular expression of XPath."""


def _never(_text: str) -> bool:
    return False


def _nowhere(_text: str, _position: int) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Instruction:
    """One step, by kind: char(accepts), split(first, second), jump(first), save(first), progress(first), reference(first),
    assert(holds), match.
    """

    kind: str
    first: int = 0
    second: int = 0
    accepts: Accepts = field(default=_never)
    holds: Callable[[str, int], bool] = field(default=_nowhere)


Code = list[Instruction]  # jumps are relative while a piece is built: pieces are moved and repeated


def _line_start(text: str, position: int) -> bool:
    return position == 0 or text[position - 1] == "\n"


def _line_end(text: str, position: int) -> bool:
    return position == len(text) or text[position] == "\n"


class PatternReader:
    """One pass over one pattern."""

    def __init__(self, pattern: str, flags: frozenset[str]) -> None:
        self.flags = flags
        self.pattern = pattern
        if "x" in flags and "q" not in flags:
            self.pattern = self._without_blanks(pattern)
        self.index = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.references = False
        self.depth = 0
        self.slots = 0

    @staticmethod
    def _without_blanks(pattern: str) -> str:
        kept: list[str] = []
        inside = 0
        for index, sign in enumerate(pattern):
            escaped = index > 0 and pattern[index - 1] == "\\"
            inside += (sign == "[" and not escaped) - (sign == "]" and not escaped)
            if inside > 0 or sign not in " \t\n\r":
                kept.append(sign)
        return "".join(kept)

    def program(self) -> Code:
        """Give the whole program; raises Unreadable."""
        if "q" in self.flags:
            code = [Instruction("char", accepts=self.single(one_of(sign))) for sign in self.pattern]
        else:
            code = self.alternatives()
            if self.index < len(self.pattern):
                raise Unreadable
        absolute: Code = []
        for place, one in enumerate([*code, Instruction("match")]):
            jumps = one.kind in ("split", "jump")
            moved = Instruction(one.kind, place + one.first, place + one.second) if jumps else one
            absolute.append(moved)
        return self._with_slots(absolute)

    def _with_slots(self, code: Code) -> Code:
        """Loops remember where they began in slots behind those of the groups."""
        base = 2 * self.groups + 2
        return [
            Instruction("save", base + one.second)
            if one.kind == "mark"
            else Instruction("progress", base + one.second)
            if one.kind == "progress"
            else one
            for one in code
        ]

    def single(self, accepts: Accepts) -> Accepts:
        """Flag i is about single characters and ranges; categories and escapes of many stay as they are."""
        return ignoring_case(accepts) if "i" in self.flags else accepts

    def peek(self) -> str:
        return self.pattern[self.index : self.index + 1]

    def take(self) -> str:
        sign = self.peek()
        if not sign:
            raise Unreadable
        self.index += 1
        return sign

    def alternatives(self) -> Code:
        branches = [self.branch()]
        while self.peek() == "|":
            self.index += 1
            branches.append(self.branch())
        code = branches[-1]
        for branch in reversed(branches[:-1]):
            code = [
                Instruction("split", 1, len(branch) + 2),
                *branch,
                Instruction("jump", len(code) + 1),
                *code,
            ]
        return code

    def branch(self) -> Code:
        code: Code = []
        while self.peek() not in ("", "|", ")"):
            code += self.quantified(self.atom())
            if len(code) > MAX_PROGRAM:
                raise Unreadable
        return code

    def quantified(self, atom: Code) -> Code:
        sign = self.peek()
        if sign in ("?", "*", "+") and sign:
            self.index += 1
            low, high = {"?": (0, 1), "*": (0, None), "+": (1, None)}[sign]
        elif sign == "{":
            match = QUANTITY.match(self.pattern, self.index)
            if not match:
                raise Unreadable
            self.index = match.end()
            low = int(match[1])
            high = low if not match[2] else int(match[3]) if match[3] else None
            if high is not None and high < low:
                raise Unreadable
        else:
            return atom
        greedy = self.peek() != "?"
        self.index += not greedy
        if self.peek() in ("?", "*", "+") and self.peek():
            raise Unreadable
        if len(atom) * max(low, high or 0) > MAX_PROGRAM:
            raise Unreadable
        return self._repeat(atom, low, high, greedy=greedy)

    def _repeat(self, atom: Code, low: int, high: int | None, *, greedy: bool) -> Code:
        def split(go: int, leave: int) -> Instruction:
            return Instruction("split", go, leave) if greedy else Instruction("split", leave, go)

        code = atom * low
        if high is None:
            slot, self.slots = self.slots, self.slots + 1
            body = [Instruction("mark", second=slot), *atom, Instruction("progress", second=slot)]
            return [*code, split(1, len(body) + 2), *body, Instruction("jump", -len(body) - 1)]
        optional: Code = []
        for _ in range(high - low):
            optional = [split(1, len(atom) + len(optional) + 1), *atom, *optional]
        return code + optional

    def atom(self) -> Code:
        sign = self.take()
        if sign == "(":
            return self.group()
        if sign == "[":
            return [Instruction("char", accepts=self.char_class())]
        if sign == ".":
            return [Instruction("char", accepts=(lambda _: True) if "s" in self.flags else (lambda one: one not in "\n\r"))]
        if sign == "^":
            return [Instruction("assert", holds=_line_start if "m" in self.flags else lambda _, place: place == 0)]
        if sign == "$":
            at_end = _line_end if "m" in self.flags else lambda text, place: place == len(text)
            return [Instruction("assert", holds=at_end)]
        if sign == "\\":
            if self.peek() in "123456789" and self.peek():
                return [self.reference()]
            return [Instruction("char", accepts=self.escape())]
        if sign in "?*+{}])":
            raise Unreadable
        return [Instruction("char", accepts=self.single(one_of(sign)))]

    def group(self) -> Code:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable
        captures = True
        if self.peek() == "?":
            self.index += 1
            if self.take() != ":":
                raise Unreadable
            captures = False
        if captures:
            self.groups += 1
        number = self.groups
        code = self.alternatives()
        if self.take() != ")":
            raise Unreadable
        self.depth -= 1
        if not captures:
            return code
        self.closed.add(number)
        return [Instruction("save", 2 * number), *code, Instruction("save", 2 * number + 1)]

    def reference(self) -> Instruction:
        digits = self.take()
        while self.peek() and self.peek() in "0123456789" and int(digits + self.peek()) <= self.groups:
            digits += self.take()
        if int(digits) not in self.closed:
            raise Unreadable
        self.references = True
        return Instruction("reference", int(digits))

    def escape(self) -> Accepts:
        sign = self.take()
        if sign in SINGLE:
            return self.single(one_of(SINGLE[sign]))
        if sign in MULTI:
            return MULTI[sign]
        if sign in ("p", "P"):
            match = CATEGORY.match(self.pattern, self.index)
            accepts = category(match[1]) if match else None
            if match is None or accepts is None:
                raise Unreadable
            self.index = match.end()
            found = accepts
            return found if sign == "p" else lambda one: not found(one)
        raise Unreadable

    # -- classes -----------------------------------------------------------------------------------------------

    def char_class(self) -> Accepts:
        """Read what stands after [, its ] and a class that is taken away: [a-z-[aeiou]]."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable
        negative = self.peek() == "^"
        self.index += negative
        parts: list[Accepts] = []
        minus: Accepts = _never
        while self.peek() != "]" or not parts:
            if self.pattern.startswith("-[", self.index) and parts:
                self.index += 2
                minus = self.char_class()
                if self.peek() != "]":
                    raise Unreadable
                break
            parts.append(self.class_part())
        self.index += 1
        self.depth -= 1
        known, without = tuple(parts), minus

        def accepts(one: str) -> bool:
            return (any(part(one) for part in known) != negative) and not without(one)

        return accepts

    def class_part(self) -> Accepts:
        low, single = self.class_sign()
        following = self.pattern[self.index + 1 : self.index + 2]
        if single is None or self.peek() != "-" or following in ("]", "[", ""):
            return low
        self.index += 1
        _, last = self.class_sign()
        if last is None or last < single:
            raise Unreadable
        first, end = single, last
        return self.single(lambda one: first <= one <= end)

    def class_sign(self) -> tuple[Accepts, str | None]:
        """Give what one sign of a class accepts, and the sign itself when it is a single one."""
        sign = self.take()
        if sign == "[":
            raise Unreadable
        if sign != "\\":
            return self.single(one_of(sign)), sign
        escaped = self.peek()
        accepts = self.escape()
        return accepts, SINGLE.get(escaped)
