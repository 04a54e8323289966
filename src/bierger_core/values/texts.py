# SPDX-License-Identifier: EUPL-1.2
"""Texts for people: one text in several languages, each in the standard and, where written, the easy register."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from bierger_core.values.errors import TextError

Language = Literal["fr", "de", "en", "lb"]
Register = Literal["standard", "easy"]
LANGUAGES: tuple[str, ...] = get_args(Language)
REGISTERS: tuple[str, ...] = get_args(Register)

FALLBACKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "fr": ("fr", "de", "en", "lb"),
        "de": ("de", "fr", "en", "lb"),
        "en": ("en", "fr", "de", "lb"),
        "lb": ("lb", "de", "fr", "en"),
    }
)
"""Which language stands in for a missing one. A published package has none missing; drafts and old letters may."""


@dataclass(frozen=True)
class Text:
    """One text; `values` maps (language, register) to words. Build it with `Text.of` or `Text.load`."""

    values: Mapping[tuple[str, str], str]

    def __post_init__(self) -> None:
        for (language, register), words in self.values.items():
            if language not in LANGUAGES:
                raise TextError("A text is in fr, de, en or lb.", code="text-language", language=str(language)[:20])
            if register not in REGISTERS:
                raise TextError("A register is standard or easy.", code="text-register", register=str(register)[:20])
            if not isinstance(words, str) or not words.strip():
                raise TextError("A text must not be empty.", code="text-empty", language=language, register=register)
        if not self.values:
            raise TextError("A text needs at least one language.", code="text-missing")
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def __hash__(self) -> int:
        return hash(frozenset(self.values.items()))

    @classmethod
    def of(cls, **languages: str) -> "Text":
        """`Text.of(fr="Oui", de="Ja")`: standard register."""
        return cls({(language, "standard"): words for language, words in languages.items()})

    @classmethod
    def load(cls, source: Mapping[str, str | Mapping[str, str]]) -> "Text":
        """Read `{"fr": "Oui"}` or `{"fr": {"standard": "Oui", "easy": "Oui"}}`, mixed as one likes."""
        values: dict[tuple[str, str], str] = {}
        for language, words in source.items():
            for register, text in (words if isinstance(words, Mapping) else {"standard": words}).items():
                values[language, register] = text
        return cls(values)

    def in_(self, language: str, register: str = "standard") -> str:
        """The words in `language`, in `register` if written, else standard; else the next language of `FALLBACKS`."""
        if language not in FALLBACKS:
            raise TextError("A text is in fr, de, en or lb.", code="text-language", language=language[:20])
        for candidate in FALLBACKS[language]:
            for wanted in dict.fromkeys((register, "standard", "easy")):
                if (candidate, wanted) in self.values:
                    return self.values[candidate, wanted]
        raise TextError("A text needs at least one language.", code="text-missing")  # pragma: no cover - never empty

    def missing(self, languages: Iterable[str], register: str = "standard") -> tuple[str, ...]:
        """Those of `languages` in which the text is not written in `register`."""
        return tuple(language for language in languages if (language, register) not in self.values)

    def plain(self) -> dict[str, str | dict[str, str]]:
        """The form `load` reads, languages in their fixed order."""
        result: dict[str, str | dict[str, str]] = {}
        for language in LANGUAGES:
            written = [register for register in REGISTERS if (language, register) in self.values]
            words = {register: self.values[language, register] for register in written}
            if words:
                result[language] = words["standard"] if list(words) == ["standard"] else words
        return result
