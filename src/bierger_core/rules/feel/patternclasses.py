# SPDX-License-Identifier: EUPL-1.2
"""Classes of characters of XML Schema regular expressions (digits, words, blanks, names), Unicode categories and blocks."""

import unicodedata
from collections.abc import Callable
from functools import cache

Accepts = Callable[[str], bool]

# The blocks of Unicode that a European form meets; others are no pattern (null), never a wrong answer.
BLOCKS = {
    "BasicLatin": (0x0000, 0x007F),
    "Latin-1Supplement": (0x0080, 0x00FF),
    "LatinExtended-A": (0x0100, 0x017F),
    "LatinExtended-B": (0x0180, 0x024F),
    "IPAExtensions": (0x0250, 0x02AF),
    "SpacingModifierLetters": (0x02B0, 0x02FF),
    "CombiningDiacriticalMarks": (0x0300, 0x036F),
    "Greek": (0x0370, 0x03FF),
    "GreekandCoptic": (0x0370, 0x03FF),
    "Cyrillic": (0x0400, 0x04FF),
    "Armenian": (0x0530, 0x058F),
    "Hebrew": (0x0590, 0x05FF),
    "Arabic": (0x0600, 0x06FF),
    "Devanagari": (0x0900, 0x097F),
    "Thai": (0x0E00, 0x0E7F),
    "Georgian": (0x10A0, 0x10FF),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF),
    "GreekExtended": (0x1F00, 0x1FFF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "SuperscriptsandSubscripts": (0x2070, 0x209F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "BoxDrawing": (0x2500, 0x257F),
    "GeometricShapes": (0x25A0, 0x25FF),
    "Dingbats": (0x2700, 0x27BF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7A3),
    "PrivateUse": (0xE000, 0xF8FF),
}
_CATEGORIES = """
    L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po Z Zs Zl Zp S Sm Sc Sk So C Cc Cf Co Cn
"""
CATEGORIES = frozenset(_CATEGORIES.split())


def one_of(signs: str) -> Accepts:
    """Accept the characters of a text."""
    return lambda one: one in signs


def category(name: str) -> Accepts | None:
    """Accept a Unicode category (`Lu`, `L`) or block (`IsGreek`); None when there is none of this name."""
    if name in CATEGORIES:
        return lambda one: unicodedata.category(one).startswith(name)
    block = BLOCKS.get(name.removeprefix("Is")) if name.startswith("Is") else None
    if block is None:
        return None
    low, high = block
    return lambda one: low <= ord(one) <= high


@cache
def _variants() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Group the characters that have cases by their lower and by their upper case; none stands beyond the second plane."""
    lower: dict[str, list[str]] = {}
    upper: dict[str, list[str]] = {}
    for one in map(chr, range(0x20000)):
        if one != one.lower() or one != one.upper():
            lower.setdefault(one.lower(), []).append(one)
            upper.setdefault(one.upper(), []).append(one)
    return lower, upper


def same_but_case(one: str, other: str) -> bool:
    """Tell whether two texts differ in nothing but case: by their lower or by their upper letters (XPath F&O, flag i)."""
    return one.lower() == other.lower() or one.upper() == other.upper()


def ignoring_case(accepts: Accepts) -> Accepts:
    """Accept a character when it or a case-variant of it is accepted: [A-Z] takes k and the sign of Kelvin too."""

    def accepts_variant(one: str) -> bool:
        if accepts(one):
            return True
        lower, upper = _variants()
        return any(accepts(other) for other in (*lower.get(one.lower(), ()), *upper.get(one.upper(), ())))

    return accepts_variant


def _word(one: str) -> bool:
    return unicodedata.category(one)[0] not in "PZC"


def _name_start(one: str) -> bool:
    return one in "_:" or unicodedata.category(one) in ("Lu", "Ll", "Lt", "Lo", "Nl")


def _name(one: str) -> bool:
    return _name_start(one) or one in "-.\u00b7" or unicodedata.category(one) in ("Nd", "Mn", "Mc", "Lm")


def _blank(one: str) -> bool:
    return one in " \t\n\r"


def _digit(one: str) -> bool:
    return unicodedata.category(one) == "Nd"


def _not(accepts: Accepts) -> Accepts:
    return lambda one: not accepts(one)


_POSITIVE: dict[str, Accepts] = {"s": _blank, "d": _digit, "w": _word, "i": _name_start, "c": _name}
MULTI: dict[str, Accepts] = {**_POSITIVE, **{sign.upper(): _not(accepts) for sign, accepts in _POSITIVE.items()}}
