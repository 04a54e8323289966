# SPDX-License-Identifier: EUPL-1.2
"""How much one evaluation may do. Rules come in files of others, so every loop of the language is counted.

The bounds hold for one evaluation of one expression or one decision with all that it requires. Together they keep an
evaluation under ten seconds and under 300 MB on the smallest machine we run on (tests/core/rules/test_hostile.py).
"""

from datetime import date

from bierger_core.rules.errors import CallsTooDeep, ListTooLong, StepsExceeded, TextTooLong
from bierger_core.rules.feel.moments import DateTime

MAX_STEPS = 500_000  # turns of loops, items looked at, calls of functions
MAX_ITEMS = 200_000  # of one list
MAX_TEXT = 100_000  # characters of one text
POWER_STEPS, LOGARITHM_STEPS, ROOT_STEPS = 100, 40, 2  # what 34 digits cost; a sum is one of the cheapest steps
MAX_CALLS = 90  # functions within functions; a call costs about eight Python frames of a thousand


class Run:
    """The counters of one evaluation, and what it may know of the world: `now` is an argument, never the host's clock."""

    __slots__ = ("calls", "notes", "now", "steps")

    def __init__(self, now: DateTime | None = None) -> None:
        self.steps = 0
        self.calls = 0
        self.now = now
        self.notes: list[str] = []

    @property
    def today(self) -> date | None:
        """The day of `now`, when it is known."""
        return self.now.day if self.now is not None and isinstance(self.now.day, date) else None

    def note(self, text: str) -> None:
        """Keep why something became null; the first hundred are kept."""
        if len(self.notes) < 100 and text not in self.notes:
            self.notes.append(text)

    def count(self, steps: int = 1) -> None:
        """Count work; raises StepsExceeded."""
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise StepsExceeded(MAX_STEPS)

    def items(self, length: int) -> None:
        """Announce a list of `length` items before it is built; raises ListTooLong."""
        if length > MAX_ITEMS:
            raise ListTooLong(MAX_ITEMS)
        self.count(length)

    def text(self, length: int) -> None:
        """Announce a text of `length` characters before it is built; raises TextTooLong."""
        if length > MAX_TEXT:
            raise TextTooLong(MAX_TEXT)
        self.steps += length >> 4

    def enter(self) -> None:
        """A function is called; raises CallsTooDeep. The caller gives the level back with `leave`."""
        self.calls += 1
        if self.calls > MAX_CALLS:
            raise CallsTooDeep(MAX_CALLS)
        self.count()

    def leave(self) -> None:
        """The function has returned, or failed."""
        self.calls -= 1
