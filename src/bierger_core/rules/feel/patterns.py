# SPDX-License-Identifier: EUPL-1.2
"""Regular expressions of XPath (XQuery and XPath Functions 3.1 section 5.6, XML Schema part 2 appendix F), in bounded time.

A pattern becomes a small program for a machine that tries the ways in order (leftmost, greedy first). The machine keeps
the states that have failed, so without back references its work is at most program x text; with them, and in any case,
it is counted: PatternRefused after MAX_WORK steps. A pattern that is none gives None (FEEL: null).
"""

from dataclasses import dataclass
from functools import lru_cache

from bierger_core.rules.errors import PatternRefused
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.patternclasses import same_but_case
from bierger_core.rules.feel.patternreader import Instruction, PatternReader, Unreadable

MAX_WORK = 1_000_000  # steps of one search: about one second
MAX_PATTERN = 2_000  # characters
FLAGS = frozenset("smixq")


@dataclass(frozen=True, slots=True)
class Match:
    """A place where a pattern matched: `spans` of the whole and of each group, None for a group that took no part."""

    spans: tuple[tuple[int, int] | None, ...]

    @property
    def start(self) -> int:
        return self.spans[0][0] if self.spans[0] else 0

    @property
    def end(self) -> int:
        return self.spans[0][1] if self.spans[0] else 0


@lru_cache(maxsize=256)
def compile_pattern(pattern: str, flags: str) -> "Pattern | None":
    """Read a pattern; None when pattern or flags are none."""
    if len(pattern) > MAX_PATTERN or not set(flags) <= FLAGS:
        return None
    try:
        reader = PatternReader(pattern, frozenset(flags))
        return Pattern(reader, tuple(reader.program()))
    except Unreadable:
        return None


class Pattern:
    """A compiled pattern."""

    def __init__(self, reader: PatternReader, program: tuple[Instruction, ...]) -> None:
        self.program = program
        self.groups, self.references = reader.groups, reader.references
        self.literal, self.ignores_case = "q" in reader.flags, "i" in reader.flags
        self.unsaved = (-1,) * (2 * reader.groups + 2 + reader.slots)

    def search(self, run: Run, text: str, start: int = 0) -> Match | None:
        """Find the first match at or after `start`."""
        failed: set[int] = set()
        work = [0]
        for begin in range(start, len(text) + 1):
            match = self._match(text, begin, failed, work)
            if match is not None:
                run.count(work[0] // 4)
                return match
        run.count(work[0] // 4)
        return None

    def _match(  # noqa: C901, PLR0912 - one case for each kind of instruction, in one loop for speed
        self, text: str, begin: int, failed: set[int], work: list[int]
    ) -> Match | None:
        size = len(text) + 1
        stack: list[tuple[int, int, tuple[int, ...]]] = [(0, begin, self.unsaved)]
        while stack:
            counter, position, saved = stack.pop()
            while True:
                work[0] += 1
                if work[0] > MAX_WORK:
                    raise PatternRefused(MAX_WORK)
                if not self.references:  # a state that was tried has failed: the first success ends the search
                    state = counter * size + position
                    if state in failed:
                        break
                    failed.add(state)
                instruction = self.program[counter]
                kind = instruction.kind
                if kind == "char":
                    if position < len(text) and instruction.accepts(text[position]):
                        counter, position = counter + 1, position + 1
                        continue
                    break
                if kind == "split":
                    stack.append((instruction.second, position, saved))
                    counter = instruction.first
                elif kind == "jump":
                    counter = instruction.first
                elif kind == "save":
                    saved = (*saved[: instruction.first], position, *saved[instruction.first + 1 :])
                    counter += 1
                elif kind == "progress":  # a loop whose body matched nothing would turn for ever
                    if position == saved[instruction.first]:
                        break
                    counter += 1
                elif kind == "reference":
                    low, high = saved[2 * instruction.first], saved[2 * instruction.first + 1]
                    piece = text[low:high] if low >= 0 and high >= 0 else ""
                    found = text[position : position + len(piece)]
                    if found != piece and not (self.ignores_case and same_but_case(found, piece)):
                        break
                    counter, position = counter + 1, position + len(piece)
                elif kind == "match":
                    return _spans((begin, position, *saved[2 : 2 * self.groups + 2]))
                elif instruction.holds(text, position):
                    counter += 1
                else:
                    break
        return None

    def replace(self, run: Run, text: str, replacement: str) -> str | None:
        """Replace every match; None for a replacement that is none, or a pattern that matches nothing at all."""
        parts = [replacement] if self.literal else self._replacement(replacement)
        if parts is None or self.search(run, "") is not None:
            return None
        pieces: list[str] = []
        place, length = 0, 0
        while (match := self.search(run, text, place)) is not None:
            new = "".join(part if isinstance(part, str) else _group(text, match, part) for part in parts)
            pieces += [text[place : match.start], new]
            length += match.start - place + len(new)
            run.text(length)
            place = match.end
        return "".join([*pieces, text[place:]])

    def _replacement(self, text: str) -> list[str | int] | None:
        """Read group numbers and escaped signs; None for a lonely dollar or backslash."""
        parts: list[str | int] = []
        index = 0
        while index < len(text):
            sign = text[index]
            if sign == "\\":
                if text[index + 1 : index + 2] not in ("\\", "$") or index + 1 >= len(text):
                    return None
                parts.append(text[index + 1])
                index += 2
            elif sign == "$":
                digits = index + 1
                while digits < len(text) and text[digits] in "0123456789":
                    if digits > index + 1 and int(text[index + 1 : digits + 1]) > self.groups:
                        break  # $12 with three groups is group 1 and a 2
                    digits += 1
                if digits == index + 1:
                    return None
                parts.append(int(text[index + 1 : digits]))
                index = digits
            else:
                parts.append(sign)
                index += 1
        return parts

    def split(self, run: Run, text: str) -> tuple[str, ...] | None:
        """Cut at every match; None for a pattern that matches nothing at all."""
        if self.search(run, "") is not None:
            return None
        pieces: list[str] = []
        place = 0
        while (match := self.search(run, text, place)) is not None:
            pieces.append(text[place : match.start])
            run.items(len(pieces) if len(pieces) % 1000 == 0 else 0)
            place = match.end
        return (*pieces, text[place:])


def _group(text: str, match: Match, number: int) -> str:
    span = match.spans[number] if number < len(match.spans) else None
    return text[span[0] : span[1]] if span else ""


def _spans(saved: tuple[int, ...]) -> Match:
    pairs = zip(saved[::2], saved[1::2], strict=True)
    return Match(tuple((low, high) if low >= 0 and high >= 0 else None for low, high in pairs))
