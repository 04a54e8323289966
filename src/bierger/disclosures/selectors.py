# SPDX-License-Identifier: EUPL-1.2
"""Who read my data."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from bierger.administrations.errors import UnknownAdministration
from bierger.administrations.selectors import administration, services_of
from bierger.disclosures.errors import ReadingUnknown
from bierger.disclosures.models import Aside, Chain, Disclosure, Entry, Held
from bierger.disclosures.models import Delay as DelayRow
from bierger.disclosures.plugins.payloads import DelayTold, payload
from bierger.disclosures.types import BatchView, Delay, Law, Order, OrderRow, Reading, ReadingFilter, Sealed, own_data
from bierger.infra import clock
from bierger.infra.pages import CAP, FIRST, SIZE, Page, Turn, turned
from bierger_core.merkle import split_leaves

_OWN = "The finder and the policy both ask for the acting person among the subjects."
_ID = re.compile(r"[0-9]{1,18}")
_NEWEST = 5_000  # readings among which the administrations are looked for
_COUNTED = 100_000  # readings that are counted for a machine
_ALL = ReadingFilter()


@own_data(_OWN)
def readings() -> tuple[Reading, ...]:
    """The newest readings of the acting person's data, as many as one page shows; see `readings_page`."""
    return tuple(_fetch(None, back=False, most=SIZE))


@own_data(_OWN)
def readings_page(turn: Turn = FIRST, *, size: int = SIZE, wanted: ReadingFilter = _ALL) -> Page[Reading]:
    """A page of the readings of the acting person's data, the newest first. Raises PageUnknown.

    A member who acts in the space of an organisation reads about the organisation. A representative reads about themselves
    wherever they act: a mandate is a right to act, not to see who looked at the person represented.
    """
    return turned(
        turn,
        size=size,
        read=lambda text: int(text) if _ID.fullmatch(text) else None,
        write=lambda reading: str(reading.id),
        fetch=lambda key, back, most: _fetch(key, back=back, most=most, wanted=wanted),
        count=lambda: _count(wanted),
    )


@own_data(_OWN)
def reading(number: int) -> Reading:
    """One reading of the acting person's data. Raises ReadingUnknown, also for one that is told later."""
    row = _rows().filter(id=number).first()
    if row is None:
        raise ReadingUnknown(f"No reading {number}.")
    return _views([row])[0]


@own_data(_OWN)
def reading_administrations() -> tuple[UUID, ...]:
    """The administrations among the newest readings: what a page lets choose."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT disclosures_houses_about_me(%s)", [_NEWEST])
        return tuple(row[0] for row in cursor.fetchall())


@own_data(_OWN)
def usage_page(*, wanted: ReadingFilter, offset: int, limit: int) -> tuple[int, tuple[Reading, ...]]:
    """How many readings there are, to a cap, and some of them, the newest first: for machines that count pages from the start."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT disclosures_usage_of_me(%s, %s, %s, %s, %s)",
            [wanted.administration, wanted.since, wanted.before, offset, limit],
        )
        found = [row[0] for row in cursor.fetchall()]
    return _count(wanted, most=_COUNTED), tuple(_views(list(_rows().filter(id__in=found).order_by("-id"))))


def _fetch(key: int | None, *, back: bool, most: int, wanted: ReadingFilter = _ALL) -> list[Reading]:
    with connection.cursor() as cursor:
        older, newer = (None, key) if back else (key, None)
        cursor.execute(
            "SELECT disclosures_about_me(%s, %s, %s, %s, %s, %s)",
            [older, newer, most, wanted.administration, wanted.since, wanted.before],
        )
        found = [row[0] for row in cursor.fetchall()]
    return _views(list(_rows().filter(id__in=found).order_by("id" if back else "-id")))


def _count(wanted: ReadingFilter, *, most: int = CAP + 1) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT disclosures_count_about_me(%s, %s, %s, %s)", [most, wanted.administration, wanted.since, wanted.before]
        )
        found: int = cursor.fetchone()[0]
    return found


def _views(rows: list[Disclosure]) -> list[Reading]:
    """The rows as people read them. The policies show own entries only, so each reading has one at most."""
    entries = {one.reading: one for one in Entry.objects.filter(reading__in=[row.id for row in rows])} if rows else {}
    heads = _heads({one.batch_id for one in entries.values()})
    delays = _delays({row.delay for row in rows if row.delay})
    return [_reading(row, entries.get(row.id), heads, delays) for row in rows]


def _rows() -> QuerySet[Disclosure]:
    """The acting person's, each with whether it could not be sealed so far: in the same statement."""
    return Disclosure.objects.annotate(is_aside=Exists(Aside.objects.filter(reading=OuterRef("id"))))


def _reading(row: Disclosure, entry: Entry | None, heads: Mapping[int, Head], delays: Mapping[UUID, DelayTold]) -> Reading:
    try:
        names = administration(id=row.administration).names if row.administration else {}
    except UnknownAdministration:
        names = {}
    services = services_of(row.administration) if row.administration else ()
    told = delays.get(row.delay) if row.delay else None
    return Reading(
        id=row.id,
        at=row.at,
        actor_kind=row.actor_kind,
        administration=row.administration,
        administration_names=names,
        service_names=next((service.names for service in services if service.id == row.service), {}),
        legal_basis=_laws(row.legal_basis),
        purpose=row.purpose,
        case=row.case_id,
        facts=tuple(row.facts),
        on_behalf_of=row.on_behalf_of,
        sequence=entry.sequence if entry else None,
        batch=entry.batch_id if entry else None,
        commitment=heads[entry.batch_id].commitment if entry else b"",
        is_aside=entry is None and bool(getattr(row, "is_aside", False)),
        delay=Delay(told.begun_on, told.until, told.reason, _laws(told.laws), told.orders) if told else None,
    )


def _laws(named: Sequence[Mapping[str, Any]]) -> tuple[Law, ...]:
    """What is no law is passed over: of a row from before the database refused it, the rest is shown."""
    laws = [law for law in named if isinstance(law, dict) and "title" in law]
    return tuple(Law(law["title"], law.get("eli", ""), tuple(law.get("articles", ()))) for law in laws)


def _delays(wanted: set[UUID]) -> dict[UUID, DelayTold]:
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM disclosures_delays_told(%s)", [list(wanted)])
        return {row[0]: DelayTold.of(row) for row in cursor.fetchall()}


# -- oversight --------------------------------------------------------------------------------------------------------------


def orders() -> tuple[Order, ...]:
    """The orders of the acting officer's administration, those in force first; none to who neither orders nor watches."""
    rows = list(DelayRow.objects.order_by("ordered_on", "until"))
    firsts = [row for row in rows if row.extends_id is None]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM disclosures_withheld(%s)", [[row.id for row in firsts]])
        counts = {row[0]: row[1:] for row in cursor.fetchall()}
    today = clock.today()
    found = [_order(row, [one for one in rows if row.id in (one.id, one.extends_id)], counts, today) for row in firsts]
    return tuple(sorted(found, key=lambda one: (not one.in_force, one.until)))


def _order(first: DelayRow, rows: list[DelayRow], counts: Mapping[UUID, tuple[Any, ...]], today: dt.date) -> Order:
    ends = [row.until for row in rows if row.ended]
    until = min(ends) if ends else max(row.until for row in rows)
    readings, people, newest = counts.get(first.id, (0, 0, None))
    return Order(
        id=first.id,
        case=first.case_id,
        begun_on=first.begun_on,
        until=until,
        in_force=until > today,
        rows=tuple(OrderRow(r.officer, r.ordered_on, r.until, r.reason, _laws(r.legal_basis), r.ended) for r in rows),
        readings=readings,
        people=people,
        newest=newest,
        longest=first.begun_on + dt.timedelta(days=settings.BIERGER_LONGEST_DELAY),
    )


# -- what can be proved -----------------------------------------------------------------------------------------------------


class Head(NamedTuple):
    """A batch without its leaves."""

    number: int
    at: dt.datetime
    salt: bytes
    size: int
    root: bytes
    commitment: bytes
    kept: int
    v: int


def _heads(numbers: Collection[int]) -> dict[int, Head]:
    if not numbers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM disclosures_batch_heads(%s)", [list(numbers)])
        rows = cursor.fetchall()
    return {row[0]: Head(row[0], row[1], bytes(row[2]), row[3], bytes(row[4]), bytes(row[5]), *row[6:]) for row in rows}


def batch(number: int) -> BatchView | None:
    """A batch, public: nobody is in it who does not hold a key. None when there is none of this number."""
    head = _heads([number]).get(number)
    if head is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT disclosures_batch_leaves(%s)", [number])
        leaves = split_leaves(bytes(cursor.fetchone()[0]))
    return BatchView(number, head.at, head.salt, head.commitment, leaves, head.kept, head.v)


def batch_commitment(number: int) -> bytes | None:
    """What the log is to hold of a batch."""
    head = _heads([number]).get(number)
    return None if head is None else head.commitment


@own_data(_OWN)
def chain_of_mine() -> tuple[UUID, int] | None:
    """Whose chain, and how long it is; None before the first reading was sealed."""
    with connection.cursor() as cursor:  # as far as its entries are shown
        cursor.execute("SELECT subject, least(sequence, disclosures_hidden_from() - 1) FROM disclosures_chain")
        mine: tuple[UUID, int] | None = cursor.fetchone()
    return mine if mine is None or mine[1] else None


@own_data("Policies show the chain of the acting person, or of the organisation of which they are a member.")
def sealed() -> Sealed:
    """The whole chain, with what each entry says, and what waits; before the first reading was sealed that is all there is.

    What an entry says is made of the row anew: if the row was changed, it does not fit the commitment, and the verifier finds it.
    """
    mine, subject = Chain.objects.first(), _concerned()
    entries = list(Entry.objects.order_by("sequence"))
    # Of one that cannot be sealed there is no content that could be; the page shows it, and says so.
    waits = Disclosure.objects.filter(batch=None).exclude(id__in=Aside.objects.values("reading"))
    unsealed = list(waits.values_list("id", flat=True))
    known = [one.reading for one in entries] + unsealed
    rows = {row.id: row for row in Disclosure.objects.filter(id__in=known)}
    delays = _delays({row.delay for row in rows.values() if row.delay})
    held = {one.reading: one for one in Held.objects.all()}
    told = tuple(_entry(one, rows.get(one.reading), delays, held.get(one.reading), subject) for one in entries)
    chained = {one.reading for one in entries}
    waiting = tuple(
        payload(row, subject, delays.get(row.delay) if row.delay else None)
        for number, row in sorted(rows.items())
        if number not in chained
    )
    numbers = {one.batch_id for one in entries} | {one["early"]["batch"] for one in told if one.get("early")}
    return Sealed(subject, bytes(mine.key) if mine else None, told, waiting, tuple(sorted(numbers)))


def _concerned() -> UUID:
    """Whose readings the acting person sees: as the policies ask."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT disclosures_concerned()")
        subject: UUID = cursor.fetchone()[0]
    return subject


def _entry(
    entry: Entry, row: Disclosure | None, delays: Mapping[UUID, DelayTold], held: Held | None, subject: UUID
) -> Mapping[str, Any]:
    said: dict[str, Any] = {
        "sequence": entry.sequence,
        "number": entry.reading,
        "previous": bytes(entry.previous).hex(),
        "commitment": bytes(entry.commitment).hex(),
        "hash": bytes(entry.hash).hex(),
        "batch": entry.batch_id,
        "salt": bytes(entry.salt).hex() if entry.salt else None,
        "reading": None,
    }
    if entry.erased_in:
        said["erased_in"] = str(entry.erased_in)
    if row is not None and entry.salt:
        said["reading"] = payload(row, subject, delays.get(row.delay) if row.delay else None)
    if row is not None and held is not None:
        said["early"] = {
            "batch": held.batch_id,
            "tag": bytes(held.tag).hex(),
            "salt": bytes(held.salt).hex(),
            "commitment": bytes(held.commitment).hex(),
            "reading": payload(row, subject),
        }
    return said
