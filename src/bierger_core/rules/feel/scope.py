# SPDX-License-Identifier: EUPL-1.2
"""What names mean where an expression stands: names with blanks and operators are found by the longest match."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bierger_core.rules.feel.lexer import Kind, Token, words_of
from bierger_core.rules.feel.properties import PROPERTIES
from bierger_core.rules.feel.types import ALIASES, Type

_words = lru_cache(maxsize=4096)(words_of)


@dataclass(frozen=True, slots=True)
class Entry:
    """A name, cut into words, with what is known of the shape of its value."""

    words: tuple[str, ...]
    name: str
    shape: Type | None


class Names:
    """A set of names, searched by the words that stand at a place."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[Entry]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str, shape: Type | None = None) -> None:
        """Add a name, or give it another shape."""
        words = _words(name)
        if not words:
            return
        entries = self._by_first.setdefault(words[0], [])
        entries[:] = [entry for entry in entries if entry.words != words]
        entries.append(Entry(words, name, shape))
        entries.sort(key=lambda entry: -len(entry.words))

    def match(self, tokens: list[Token], index: int) -> Entry | None:
        """Give the longest name that stands at `index`."""
        for entry in self._by_first.get(tokens[index].text, ()):
            end = index + len(entry.words)
            if end <= len(tokens) and all(
                token.text == word and token.kind is not Kind.STRING
                for token, word in zip(tokens[index:end], entry.words, strict=True)
            ):
                return entry
        return None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all scopes of one model share.

    `loose` are names of parts (components, keys) that may stand after a dot or in a filter although the type of what is
    before is not known; `types` the item definitions, by a resolver because they may refer to each other.
    """

    loose: Names
    types: Names
    find_type: Callable[[str], Type | None]


def surroundings(
    parts: Iterable[str] = (), types: Iterable[str] = (), find_type: Callable[[str], Type | None] = lambda _: None
) -> Surroundings:
    """Build what scopes share from the names of parts and of types."""
    return Surroundings(
        Names([*PROPERTIES, *parts]), Names([*ALIASES, *types]), lambda name: find_type(name) or ALIASES.get(name)
    )


class Scope:
    """A scope within another; `dynamic`: an item of unknown shape may define names too."""

    def __init__(self, parent: "Scope | None", shared: Surroundings, *, dynamic: bool = False) -> None:
        self.parent, self.shared = parent, shared
        self.dynamic: bool = dynamic or (parent is not None and parent.dynamic)
        self.names = Names()

    def inner(self, names: Mapping[str, Type | None] | None = None, *, dynamic: bool = False) -> "Scope":
        """Give a scope within this one."""
        scope = Scope(self, self.shared, dynamic=dynamic)
        for name, shape in (names or {}).items():
            scope.names.add(name, shape)
        return scope

    def match(self, tokens: list[Token], index: int) -> Entry | None:
        """Give the longest name that stands at `index`; of equally long ones the innermost."""
        found: Entry | None = None
        scope: Scope | None = self
        while scope is not None:
            entry = scope.names.match(tokens, index)
            if entry is not None and (found is None or len(entry.words) > len(found.words)):
                found = entry
            scope = scope.parent
        return found
