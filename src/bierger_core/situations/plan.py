# SPDX-License-Identifier: EUPL-1.2
"""What a situation leads to, as far as the answers say: the list of procedures, in the order in which they come."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from bierger_core.rules import Derivation, Law

from .types import Entry

State = Literal["needed", "optional", "not-needed", "open"]
_GROUPS = (frozenset({"needed", "optional"}), frozenset({"open"}), frozenset({"not-needed"}))


@dataclass(frozen=True)
class Line:
    """One procedure of the list.

    state       what its decision says; open: it says nothing yet
    open        the questions that can still change it, exactly; () unless open
    after       keys of the procedures that come before it and apply, or may still apply
    derivation  how the decision came; None while it is open. What nobody answered is null in it, or an example
    rules       ids of the rules that fired, that of the decision first: the situation's text `rule.<id>` says why
    law         what the decision rests on
    """

    entry: Entry
    state: State
    open: tuple[str, ...]
    after: tuple[str, ...]
    derivation: Derivation | None
    rules: tuple[str, ...]
    law: tuple[Law, ...]


class Settles(NamedTuple):
    """What one more answer would settle: these procedures whatever it is, and these for some answers."""

    question: str
    surely: tuple[str, ...]
    perhaps: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """All procedures of the situation: what is needed or optional, then what is open, then what is not needed.

    Within each group the order of dependencies, else that of the list. `settles`: for each question that is open, those that
    settle most first.
    """

    lines: tuple[Line, ...]
    settles: tuple[Settles, ...]

    def line(self, key: str) -> Line:
        """Give the line of a procedure; KeyError when the situation does not have it."""
        for line in self.lines:
            if line.entry.key == key:
                return line
        raise KeyError(key)

    def keys(self, state: State) -> tuple[str, ...]:
        """Give the procedures of a state, in order."""
        return tuple(line.entry.key for line in self.lines if line.state == state)

    @property
    def is_settled(self) -> bool:
        """Say whether nothing is open any more."""
        return not self.keys("open")


def ordered(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Put the lines into their order."""
    found: list[Line] = []
    for states in _GROUPS:
        found += _topological([line for line in lines if line.state in states])
    return tuple(found)


def _topological(lines: list[Line]) -> Iterable[Line]:
    """Each time the first of the list before which nothing of the group comes; the list itself where they wait in a circle."""
    left = list(lines)
    while left:
        waiting = {line.entry.key for line in left}
        ready = next((line for line in left if not waiting.intersection(line.after)), left[0])
        left.remove(ready)
        yield ready


def circle(entries: Collection[Entry]) -> tuple[str, ...]:
    """Give the procedures that wait for each other, in the order in which they do; () when none do."""
    after = {entry.key: tuple(key for key in entry.after if key != entry.key) for entry in entries}
    loops = [entry.key for entry in entries if entry.key in entry.after]
    if loops:
        return (loops[0],)
    left = dict(after)
    while ready := [key for key, before in left.items() if not set(before) & left.keys()]:
        for key in ready:
            del left[key]
    if not left:
        return ()
    way = [next(iter(left))]
    while (following := next(key for key in left[way[-1]] if key in left)) not in way:
        way.append(following)
    return tuple(way[way.index(following) :])
