# SPDX-License-Identifier: EUPL-1.2
"""Instants: aware, in UTC, written as RFC 3339; and the civil day of a place, from pinned zone data.

Zones are read from the `tzdata` package that the lock file pins, never from the host: on which day a deadline ends must
not depend on the machine that asks.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from bierger_core.values.errors import InstantError

_RFC3339_UTC = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z")
_ZONE_NAME = re.compile(r"[A-Z][A-Za-z0-9_+-]+(?:/[A-Z][A-Za-z0-9_+-]+){0,2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def zone(name: str = "Europe/Luxembourg") -> ZoneInfo:
    """The zone `name` from the pinned `tzdata` package. Raises `InstantError` (zone-unknown)."""
    # The name becomes a path inside the package: only the characters of IANA names, so that nothing climbs out.
    if _ZONE_NAME.fullmatch(name):
        resource = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
        if resource.is_file():
            with resource.open("rb") as stream:
                return ZoneInfo.from_file(stream, key=name)
    raise InstantError("This time zone is not known.", code="zone-unknown", zone=name[:60])


LUXEMBOURG = zone("Europe/Luxembourg")


def as_utc(instant: datetime) -> datetime:
    """The same instant in UTC. A datetime without zone is refused: it names no instant."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise InstantError("An instant needs a time zone.", code="instant-naive")
    return instant.astimezone(UTC)


def parse_instant(text: str) -> datetime:
    """Read RFC 3339 in UTC with a capital `T` and `Z`: `2026-11-22T03:00:00Z`, up to six decimals of a second."""
    if _RFC3339_UTC.fullmatch(text):
        try:
            return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
        except ValueError:
            pass  # the form is right but the day or hour does not exist: same answer as below
    raise InstantError("An instant is written like 2026-11-22T03:00:00Z.", code="instant-format", text=text[:40])


def format_instant(instant: datetime) -> str:
    """RFC 3339 in UTC, microseconds only when there are some; `parse_instant` reads it back exactly."""
    return as_utc(instant).replace(tzinfo=None).isoformat() + "Z"


def to_epoch(instant: datetime) -> int:
    """Whole seconds since 1970-01-01T00:00:00Z, rounded down."""
    return (as_utc(instant) - _EPOCH) // timedelta(seconds=1)


def from_epoch(seconds: int) -> datetime:
    """The instant `seconds` after 1970-01-01T00:00:00Z. Raises `InstantError` outside the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        raise InstantError("This instant is out of range.", code="instant-format", text=str(seconds)[:40]) from None


def local(instant: datetime, where: ZoneInfo = LUXEMBOURG) -> datetime:
    """The instant as clocks of `where` show it."""
    return as_utc(instant).astimezone(where)


def local_date(instant: datetime, where: ZoneInfo = LUXEMBOURG) -> date:
    """The civil day of `where` at this instant."""
    return local(instant, where).date()


def day_start(day: date, where: ZoneInfo = LUXEMBOURG) -> datetime:
    """The first instant of a civil day, in UTC."""
    return datetime.combine(day, time(), tzinfo=where).astimezone(UTC)


def day_end(day: date, where: ZoneInfo = LUXEMBOURG) -> datetime:
    """The first instant after a civil day (exclusive end), in UTC. The day has 23 or 25 hours when clocks change."""
    return day_start(day + timedelta(days=1), where)


def last_day(end: datetime, where: ZoneInfo = LUXEMBOURG) -> date:
    """The last civil day that is wholly or partly before an exclusive end: what a deadline is called by. Inverse of `day_end`."""
    return local_date(end - timedelta.resolution, where)
