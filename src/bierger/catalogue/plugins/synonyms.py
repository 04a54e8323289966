# SPDX-License-Identifier: EUPL-1.2
"""Words that people use for the same thing: `synonyms.txt`, one group a line, `language: word, word, …`.

PostgreSQL's own synonym dictionaries are files on the database server, which an installation cannot count on; so the
groups are added to the keywords when a version is published.
"""

from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("synonyms.txt")


def of(text: str, language: str) -> tuple[str, ...]:
    """The other words of every group that has a word in `text`; in the order of the file, without repeats."""
    lowered = text.casefold()
    found: dict[str, None] = {}
    for group in _groups().get(language, ()):
        if any(word in lowered for word in group):
            found |= dict.fromkeys(word for word in group if word not in lowered)
    return tuple(found)


@cache
def _groups() -> dict[str, tuple[tuple[str, ...], ...]]:
    groups: dict[str, list[tuple[str, ...]]] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        language, _, words = line.partition(":")
        groups.setdefault(language.strip(), []).append(tuple(word.strip().casefold() for word in words.split(",")))
    return {language: tuple(lines) for language, lines in groups.items()}
