# SPDX-License-Identifier: EUPL-1.2
"""Values as words: for letters (in the reader's language) and for seals (dates and amounts as ISO writes them)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from bierger_core.interview import Type
from bierger_core.rules import Value

from .schema import kind_of
from .types import Package

_MONTHS: Mapping[str, str] = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
    "lb": "Januar Februar Mäerz Abrëll Mee Juni Juli August September Oktober November Dezember",
}
_YES: Mapping[str, tuple[str, str]] = {"fr": ("oui", "non"), "de": ("ja", "nein"), "en": ("yes", "no"), "lb": ("jo", "nee")}
_SECTION: Mapping[str, str] = {
    "fr": "section {section}, n° {number}",
    "de": "Flur {section}, Nr. {number}",
    "en": "section {section}, no. {number}",
    "lb": "Sektioun {section}, Nr. {number}",
}
NARROW = "\u202f"  # thin no-break space between groups of thousands


def show_date(day: date, language: str) -> str:
    """Write a day in words: 1er mars 2026, 1. März 2026, 1 March 2026, 1. Mäerz 2026."""
    month = _MONTHS[language].split()[day.month - 1]
    number = {"fr": "1er" if day.day == 1 else str(day.day), "en": str(day.day)}.get(language, f"{day.day}.")
    return f"{number} {month} {day.year}"


def show_number(number: Decimal, language: str, *, money: bool = False) -> str:
    """Write a number or an amount of euros as the language does."""
    text = f"{number:,.2f}" if money else f"{number:,f}"
    if language != "en":
        text = text.replace(",", NARROW).replace(".", ",")
        return f"{text}{NARROW}€" if money else text
    return f"€{text}" if money else text


def show(package: Package, path: str, value: Value, language: str) -> str:
    """Write the value of a path for a letter; "" for null."""
    kind, question = kind_of(package, path)
    if value is None:
        return ""
    if isinstance(value, bool):
        return _YES[language][0 if value else 1]
    if isinstance(value, date):
        return show_date(value, language)
    if isinstance(value, Decimal):
        return show_number(value, language, money=kind == "money")
    if isinstance(value, Mapping):
        return _composite(value, language)
    if isinstance(value, tuple):
        return ", ".join(show(package, path, one, language) for one in value)
    label = f"question.{path}.option.{value}"
    if question is not None and question.options and package.has_text(label):
        return package.text(label, language)
    return f"L-{value}" if _is_postal_code(kind, path) else str(value)


def _is_postal_code(kind: str, path: str) -> bool:
    return kind == "postal_code" or path.endswith(".postal_code")


def _composite(value: Mapping[str, Value], language: str) -> str:
    if "section" in value:
        return _SECTION[language].format(section=value["section"], number=value["number"])
    if "file_name" in value:
        return str(value["file_name"])
    place = [str(value.get("text") or "")]
    if value.get("lat") is not None:
        place.append(f"{value['lat']}, {value['lon']}")
    return " · ".join(part for part in place if part)


def is_coded(package: Package, path: str) -> bool:
    """Whether a seal states the value of a path by the code of an option: the answer to a question with one choice."""
    question = None if "." in path else package.question(path)
    return question is not None and question.type is Type.CHOICE and bool(question.options)


def show_fact(package: Package, path: str, value: Value, language: str) -> str:
    """Write the value of a path for a seal: what machines compare stays ISO, a choice is its code (the words are registered)."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal) and not isinstance(value, bool):
        return f"{value:f}"
    if isinstance(value, Mapping) and "section" in value:
        return f"{value['section']} {value['number']}"
    if isinstance(value, str) and is_coded(package, path):
        return value
    kind, _ = kind_of(package, path)
    return str(value or "") if _is_postal_code(kind, path) else show(package, path, value, language)
