# SPDX-License-Identifier: EUPL-1.2
"""Reading what a person typed: never raises, gives the answer or an error with a stable code.

Lenient in form (spaces, commas, national spellings), strict in meaning: what could be read in two ways is refused.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from bierger_core.values import (
    IdentifierError,
    parse_iban,
    parse_matricule,
    parse_organisation_number,
    parse_postal_code,
)

from .types import JSON, AnswerError, Parsed, Question, Setting, Type

_HARD_LIMIT = 100_000  # characters of one field: what is longer is not looked at, whatever the form says
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,15})?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,15}|-?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{1,15}")
_AMBIGUOUS = re.compile(r"^\D*[0-9]{1,3}[.,][0-9]{3}\D*$")
_DATE_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DATE_LOCAL = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})")
_EMAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,63})")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}|[1-9][0-9]{3,10}")
_CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?")
_SECTION = re.compile(r"[A-Za-z]{1,4}")
_PARCEL_NUMBER = re.compile(r"[1-9][0-9]{0,4}(?:/[0-9]{1,5})?")
_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,15})?")

_CONTROLS = frozenset({"Cc", "Cs", "Cn", "Co"})
# Direction overrides make a text read otherwise than it is stored.
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Spaces, separators, and signs that only say something about their neighbours (zero width space, byte order mark, soft hyphen).
_UNSEEN = frozenset({"Cf", "Zl", "Zp", "Zs"})
# Letters, marks and symbols by their category, and yet nothing is drawn: Unicode's Default_Ignorable_Code_Point outside of Cf,
# and the Braille pattern without a dot.
_UNSEEN_SIGNS = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10),
              *range(0xE0100, 0xE01F0)))
)  # fmt: skip

Result = Parsed | AnswerError
REQUIRED = AnswerError("required")


def parse_answer(question: Question, raw: Sequence[str], *, setting: Setting) -> Result:
    """Read the strings of one question (`fields.pick`) into an answer.

    Parsed(None) means: left empty, and that is allowed. Whether a file is there is judged by `validation`.
    """
    if any(len(text) > _HARD_LIMIT for text in raw):
        return AnswerError("too-long", {"max": str(min(question.max_length, _HARD_LIMIT))})
    texts = ["" if is_blank(text) else unicodedata.normalize("NFC", text).strip() for text in raw]
    if question.type is Type.FILE:
        return Parsed(None)
    if not any(texts):
        return REQUIRED if question.required else Parsed(None)
    if any(unprintable(text, lines=question.type is Type.LONGTEXT) for text in texts):
        return AnswerError("bad-characters")
    return _READERS[question.type](question, texts, setting)


def unprintable(text: str, *, lines: bool) -> bool:
    """Say whether a text holds what no keyboard types: controls, lone surrogates, direction overrides."""
    allowed = "\t\r\n" if lines else "\t"
    return any((unicodedata.category(c) in _CONTROLS and c not in allowed) or c in _OVERRIDES for c in text)


def is_blank(text: str) -> bool:
    """Say whether nothing of a text is ever seen: it is empty, or all spaces and signs that draw nothing.

    Controls and lone surrogates are not blank: they are refused as what they are.
    """
    return all(char.isspace() or unicodedata.category(char) in _UNSEEN or char in _UNSEEN_SIGNS for char in text)


def _single(texts: Sequence[str]) -> str | None:
    return texts[0] if len(texts) == 1 else None


def _text(question: Question, texts: Sequence[str], setting: Setting) -> Result:
    del setting
    text = _single(texts)
    if text is None:
        return AnswerError("too-many-values")
    text = text.replace("\r\n", "\n").replace("\r", "\n") if question.type is Type.LONGTEXT else " ".join(text.split())
    if len(text) > question.max_length:
        return AnswerError("too-long", {"max": str(question.max_length)})
    if len(text) < question.min_length:
        return AnswerError("too-short", {"min": str(question.min_length)})
    return Parsed(text)


def _decimal(text: str) -> Decimal | None:
    """Read a number as people of four languages write it; None when it is none, or could be two.

    A single dot or comma is the decimal sign; groups of thousands count only when the other sign follows them.
    """
    compact = re.sub(r"[\s'’]", "", text).removesuffix("€").removeprefix("€")
    if _GROUPED.fullmatch(compact):
        decimal_sign = "," if compact.rfind(",") > compact.rfind(".") else "."
        compact = compact.replace("." if decimal_sign == "," else ",", "")
    elif not _NUMBER.fullmatch(compact):
        return None
    try:
        return Decimal(compact.replace(",", "."))
    except InvalidOperation:  # nothing the patterns let through gets here, but a reader never raises
        return None


def _number(question: Question, texts: Sequence[str], setting: Setting) -> Result:
    del setting
    text = _single(texts)
    if text is None:
        return AnswerError("too-many-values")
    number = _decimal(text)
    if number is None:
        return AnswerError("not-a-number")
    places = 2 if question.type is Type.MONEY else question.decimals
    # "2.500" is two and a half here and two thousand five hundred there: with fewer decimals asked, it is not guessed.
    if number != round(number, places) or (places < 3 and _AMBIGUOUS.search(text)):
        return AnswerError("too-many-decimals", {"max": str(places)})
    if question.min is not None and number < question.min:
        return AnswerError("too-small", {"min": f"{question.min:f}"})
    if question.max is not None and number > question.max:
        return AnswerError("too-large", {"max": f"{question.max:f}"})
    if question.type is Type.MONEY:
        return Parsed(f"{abs(number) if number == 0 else number:.2f}")
    return Parsed(plain_number(number))


def plain_number(number: Decimal) -> str:
    """Write a number without exponent and without trailing zeros: the one spelling kept in answers."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def _date(question: Question, texts: Sequence[str], setting: Setting) -> Result:
    parts = _date_parts(texts)
    if parts is None:
        return AnswerError("not-a-date")
    try:
        day = date(*parts)
    except ValueError:
        return AnswerError("date-impossible")
    if not 1800 <= day.year <= 2200:  # outside of what any register or planner holds: a slip of the hand
        return AnswerError("date-impossible")
    return _in_range(question, day, setting.today) or Parsed(day.isoformat())


def _date_parts(texts: Sequence[str]) -> tuple[int, int, int] | None:
    if len(texts) == 3:  # day, month, year
        numeric = all(re.fullmatch("[0-9]{1,4}", text) for text in texts)
        return (int(texts[2]), int(texts[1]), int(texts[0])) if numeric else None
    text = _single(texts)
    if text is None:
        return None
    if found := _DATE_ISO.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DATE_LOCAL.fullmatch(text):
        return int(found[3]), int(found[2]), int(found[1])
    return None


def _in_range(question: Question, day: date, today: date) -> AnswerError | None:
    if question.max_date == "today" and day > today:
        return AnswerError("date-in-future")
    if question.min_date == "today" and day < today:
        return AnswerError("date-in-past")
    if question.min_date not in {None, "today"} and day.isoformat() < str(question.min_date):
        return AnswerError("date-too-early", {"min": str(question.min_date)})
    if question.max_date not in {None, "today"} and day.isoformat() > str(question.max_date):
        return AnswerError("date-too-late", {"max": str(question.max_date)})
    return None


def _boolean(question: Question, texts: Sequence[str], setting: Setting) -> Result:
    del question, setting
    known = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "0": False}
    text = _single(texts)
    answer = known.get(text.lower()) if text is not None else None
    return AnswerError("not-a-boolean") if answer is None else Parsed(answer)


def _choice(question: Question, texts: Sequence[str], setting: Setting) -> Result:
    del setting
    text = _single(texts)
    if text is None:
        return AnswerError("too-many-values")
    return Parsed(text) if text in question.options else AnswerError("not-a-choice")


def _choices(question: Question, texts: Sequence[str], setting: Setting) -> Result:
    del setting
    chosen = {text for text in texts if text}
    if not chosen <= set(question.options):
        return AnswerError("not-a-choice")
    return Parsed([code for code in question.options if code in chosen])


def _email(question: Question, texts: Sequence[str], setting: Setting) -> Result:
    del question, setting
    text = _single(texts)
    found = _EMAIL.fullmatch(text) if text and len(text) <= 254 else None  # RFC 5321, 4.5.3.1
    if text is None or found is None or any(p.startswith("-") or p.endswith("-") for p in found[1].split(".")):
        return AnswerError("bad-email")
    local, _, domain = text.rpartition("@")
    return Parsed(f"{local}@{domain.lower()}")


def _phone(question: Question, texts: Sequence[str], setting: Setting) -> Result:
    del question, setting
    text = re.sub(r"[\s()./-]", "", _single(texts) or "")
    text = re.sub("^00", "+", text)
    if not _PHONE.fullmatch(text):
        return AnswerError("bad-phone")
    return Parsed(text if text.startswith("+") else f"+352{text}")


def _identifier(code: str, read: Callable[[str], str]) -> Callable[[Question, Sequence[str], Setting], Result]:
    def reader(question: Question, texts: Sequence[str], setting: Setting) -> Result:
        del question, setting
        text = _single(texts)
        try:
            return (
                AnswerError(code) if text is None or len(text) > 60 else Parsed(read(text))
            )  # longest written IBAN with spaces is 42
        except IdentifierError:
            return AnswerError(code)

    return reader


def _postal_code(text: str) -> str:
    """Keep the four digits; `L-` is how the code is shown (values.parse_postal_code gives it with the prefix)."""
    return parse_postal_code(text).removeprefix("L-")


def _commune(question: Question, texts: Sequence[str], setting: Setting) -> Result:
    del question
    text = _single(texts)
    if text is None or not _CODE.fullmatch(text) or (setting.communes is not None and text not in setting.communes):
        return AnswerError("bad-commune")
    return Parsed(text)


def _parcel(question: Question, texts: Sequence[str], setting: Setting) -> Result:
    del question, setting
    if len(texts) != 2 or not _SECTION.fullmatch(texts[0]):  # section, number
        return AnswerError("bad-parcel")
    number = re.sub(r"\s", "", texts[1])
    if not _PARCEL_NUMBER.fullmatch(number):
        return AnswerError("bad-parcel")
    return Parsed({"section": texts[0][0].upper() + texts[0][1:], "number": number})


def _place(question: Question, texts: Sequence[str], setting: Setting) -> Result:
    del setting
    text, lat, lon = (*texts, "", "")[:3]
    text = " ".join(text.split())
    if len(text) > question.max_length:
        return AnswerError("too-long", {"max": str(question.max_length)})
    if not lat and not lon:
        return Parsed({"text": text, "lat": None, "lon": None})
    north, east = _degrees(lat, 90), _degrees(lon, 180)
    if north is None or east is None:
        return AnswerError("bad-place")
    return Parsed({"text": text, "lat": north, "lon": east})


def _degrees(text: str, limit: int) -> str | None:
    """Read WGS84 degrees; six decimals are 11 cm, more would be a false promise."""
    text = text.replace(",", ".")
    if not _DEGREES.fullmatch(text) or abs(Decimal(text)) > limit:
        return None
    return plain_number(round(Decimal(text), 6))


_READERS: Mapping[Type, Callable[[Question, Sequence[str], Setting], Result]] = {
    Type.TEXT: _text,
    Type.LONGTEXT: _text,
    Type.NUMBER: _number,
    Type.MONEY: _number,
    Type.DATE: _date,
    Type.BOOLEAN: _boolean,
    Type.CHOICE: _choice,
    Type.CHOICES: _choices,
    Type.EMAIL: _email,
    Type.PHONE: _phone,
    Type.MATRICULE: _identifier("bad-matricule", parse_matricule),
    Type.ORGANISATION_NUMBER: _identifier("bad-organisation-number", parse_organisation_number),
    Type.IBAN: _identifier("bad-iban", parse_iban),
    Type.POSTAL_CODE: _identifier("bad-postal-code", _postal_code),
    Type.COMMUNE: _commune,
    Type.PARCEL: _parcel,
    Type.PLACE: _place,
}


def check_file(question: Question, *, media_type: str, size: int, count: int) -> AnswerError | None:
    """Judge one more file for a question: `media_type` as sniffed, `size` in bytes, `count` of those there already."""
    if count >= question.max_files:
        return AnswerError("too-many-files", {"max": str(question.max_files)})
    if size <= 0:
        return AnswerError("file-empty")
    if size > question.max_bytes:
        return AnswerError("file-too-large", {"max": str(question.max_bytes)})
    if media_type not in question.accept:
        return AnswerError("bad-media-type", {"accept": ", ".join(question.accept)})
    return None


def is_answer(question: Question, answer: JSON) -> bool:
    """Say whether a stored answer still has the shape its question gives (a draft may outlive a revision)."""
    if answer is None:
        return True
    if question.type is Type.BOOLEAN:
        return isinstance(answer, bool)
    if question.type in {Type.CHOICES, Type.FILE}:
        return isinstance(answer, Sequence) and not isinstance(answer, str)
    if question.type in {Type.PLACE, Type.PARCEL}:
        return isinstance(answer, Mapping)
    return isinstance(answer, str)
