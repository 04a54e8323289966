# SPDX-License-Identifier: EUPL-1.2
"""Dates, amounts, sizes and periods as people of the four languages write them (CLDR data through Babel)."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Protocol

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bierger_core.values import LUXEMBOURG, last_day

_LOCALES = {"fr": "fr_LU", "de": "de_LU", "en": "en_GB", "lb": "lb_LU"}
_PERIOD = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?")
_KILO = 1000  # decimal, as phones and browsers count


def locale(language: str | None = None) -> str:
    """The CLDR locale of a language; French for one we do not speak."""
    return _LOCALES.get((language or get_language() or "fr")[:2], "fr_LU")


def day(value: dt.date, language: str | None = None) -> str:
    """"2 novembre 2026"."""
    return format_date(value, "long", locale=locale(language))


def fact(value: str, language: str | None = None) -> str:
    """A sealed fact: an ISO day as people write it, everything else as it was sealed."""
    try:
        return day(dt.date.fromisoformat(value), language) if len(value) == len("2026-01-31") else value
    except ValueError:
        return value


def instant(value: dt.datetime, language: str | None = None) -> str:
    """Day and minute in Luxembourg, for an aware instant: "2 November 2026, 14:05"."""
    local = value.astimezone(LUXEMBOURG)
    return f"{day(local.date(), language)}, {format_datetime(local, 'HH:mm', locale=locale(language))}"


def local_day(value: dt.datetime, language: str | None = None) -> str:
    """The day in Luxembourg of an aware instant."""
    return day(value.astimezone(LUXEMBOURG).date(), language)


def due_day(due_at: dt.datetime, language: str | None = None) -> str:
    """The last day on which it is in time: a deadline that ends with a day ends at the midnight after it."""
    return day(last_day(due_at), language)


def money(amount: Decimal | str, language: str | None = None) -> str:
    """Euros."""
    return format_currency(Decimal(amount), "EUR", locale=locale(language))


def cents(amount: int, language: str | None = None) -> str:
    """Whole cents as euros."""
    return money(Decimal(amount) / 100, language)


class Cost(Protocol):
    """Of `bierger_core.procedures.Fee`, what is written: whole cents from `cents` to `highest`."""

    @property
    def cents(self) -> int: ...
    @property
    def highest(self) -> int: ...
    @property
    def verified(self) -> bool: ...


def fee(cost: Cost, language: str | None = None) -> str:
    """What a procedure costs, on every page the same: as much as is known of it, and no more."""
    if not cost.highest:
        return _("Free of charge") if cost.verified else _("Set by the administration")
    return amount_of(cost.cents, cost.highest, verified=cost.verified, language=language)


def amount_of(lowest: int, highest: int, *, verified: bool, language: str | None = None) -> str:
    """Whole cents from lowest to highest; whether they are to be confirmed."""
    text = cents(lowest, language)
    if highest > lowest:
        text = _("%(lowest)s to %(highest)s") % {"lowest": text, "highest": cents(highest, language)}
    return text if verified else to_confirm(text)


def to_confirm(text: str) -> str:
    """Of what nobody has read in the source."""
    return _("%(text)s, to be confirmed") % {"text": text}


def number(value: Decimal | str | int, language: str | None = None) -> str:
    try:
        return format_decimal(Decimal(value), locale=locale(language))
    except InvalidOperation:
        return str(value)


def size(count: int, language: str | None = None) -> str:
    """A file size, to one decimal from a megabyte on."""
    if count < _KILO:
        return ngettext("%(count)d byte", "%(count)d bytes", count) % {"count": count}
    if count < _KILO * _KILO:
        return _("%(size)s kB") % {"size": number(round(count / _KILO), language)}
    return _("%(size)s MB") % {"size": number(Decimal(count * 10 // (_KILO * _KILO)) / 10, language)}


def period(text: str, *, working: bool = False) -> str:
    """An ISO 8601 period of years, months, weeks or days in words: "3 months", "5 working days"."""
    found = _PERIOD.fullmatch(text)
    if not found:
        return text
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    parts = []
    if years:
        parts.append(ngettext("%(count)d year", "%(count)d years", years) % {"count": years})
    if months:
        parts.append(ngettext("%(count)d month", "%(count)d months", months) % {"count": months})
    if weeks:
        parts.append(ngettext("%(count)d week", "%(count)d weeks", weeks) % {"count": weeks})
    if days and working:
        parts.append(ngettext("%(count)d working day", "%(count)d working days", days) % {"count": days})
    elif days:
        parts.append(ngettext("%(count)d day", "%(count)d days", days) % {"count": days})
    return ", ".join(parts) or _("at once")
