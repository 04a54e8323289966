# SPDX-License-Identifier: EUPL-1.2
"""The notariser: seals readings, one chain per person, one root per batch.

`seal_batch`, step by step, in one transaction; the process may be killed between any two:
1. Take the advisory lock: one seals at a time, in the whole installation.
2. Take readings that are in no batch yet, oldest first; and delayed ones whose time is over.
3. Commit to each, for each person whom it concerns, with a salt of its own. What is told later gets a leaf of its own at once,
   and no place in a chain.
4. Append to each person's chain; the new ends are leaves.
5. Write batch, entries, ends of chains; mark the readings.
6. Tell those above by one outbox row: the ledger reads the commitment and queues it for the log.
7. Commit. From here on a hash may be shown, and its batch is bound to reach the log: both are in this one transaction.
Killed before 7: nothing happened, the readings wait. Nobody has seen a hash that is not there.
Stopped for a day: readings go on, recorded and shown as not sealed yet; the next run takes them, batch after batch.

One that cannot be sealed, for whatever reason, stops nobody else: a batch that fails is tried in halves, down to the one reading,
which is set aside (`seal_all`), named in the worker's log, in `./bierger jobs` and in `/metrics`, and tried again every hour.

The window: what was recorded after the last batch is held by the database alone. Who can write there as its owner could still
take it out; after the batch they are found out.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Max

from bierger.disclosures.errors import AnotherNotariser, NotSealed
from bierger.disclosures.models import Aside, Batch, Chain, Disclosure, Entry, Held, kept_days
from bierger.disclosures.plugins.payloads import DelayTold, payload
from bierger.infra import clock, outbox
from bierger.infra.locks import Lock, hold
from bierger.infra.principal import SYSTEM, acting_as
from bierger.infra.rows import insert
from bierger_core.merkle import ReadingBatch, ReadingEntry, chain, make_batch, reading_commitment, reading_tag
from bierger_core.merkle.readings import GENESIS

ROWS = 2_000  # readings of one batch: a transaction of about a second
ENTRIES = 10_000  # entries of one batch: a worklist concerns many people at once
AGAIN = timedelta(hours=1)  # after which a reading that could not be sealed is tried again
ASIDE_AT_ONCE = 10  # so many in one run: the fault is not in a reading, and the next run goes on

logger = logging.getLogger("bierger.disclosures")

Step = Callable[[str], None]
_COLUMNS = ", ".join(str(one.column) for one in Disclosure._meta.local_concrete_fields)  # noqa: SLF001 - _meta is documented


@dataclass
class _Work:
    """What one batch is made of. told: for each subject what enters their chain, in order. held: what is told later.

    taken: at most so many readings, those whose delay is over among them; known before one of them is read.
    """

    most: int
    taken: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    told: dict[UUID, list[_Told]] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    released: list[int] = field(default_factory=list)
    entries: int = 0


@dataclass(frozen=True)
class _Told:
    reading: int
    salt: bytes
    commitment: bytes
    delay: UUID | None


def seal_all() -> int:
    """Seal all that waits, a transaction for each batch; gives back how many readings. Worker only.

    Raises what keeps the database from answering; and NotSealed where one reading after the other fails: then it is no reading.
    """
    sealed, most, aside = 0, ROWS, 0
    while True:
        try:
            with acting_as(SYSTEM):
                some = seal_batch(most=most)
        except NotSealed as failed:
            logger.exception("reading %d could not be sealed; it is tried again", failed.reading, extra={"code": failed.reason})
            _set_aside(failed)
            aside, most = aside + 1, ROWS
            if aside == ASIDE_AT_ONCE:
                raise
        except (OperationalError, InterfaceError, AnotherNotariser):  # no reading is to blame
            raise
        except Exception:
            if most == 1:
                raise
            most = max(1, most // 2)
        else:
            if not some:
                return sealed
            sealed += some


def seal_batch(*, most: int | None = None, step: Step = lambda _name: None) -> int:
    """Seal up to a batch of readings; gives back how many, 0 when nothing waits. System only. Raises AnotherNotariser.

    most   readings; None: as many as a batch takes. Of 1 that cannot be sealed NotSealed is raised
    step   called with the name of each step when it is done: where the tests kill the process
    """
    hold(Lock.READINGS)
    step("locked")
    work = _Work(most or ROWS)
    try:
        return _seal(work, step)
    except (OperationalError, InterfaceError, AnotherNotariser):
        raise
    except Exception as error:
        if work.most > 1 or not work.taken:
            raise
        raise NotSealed(work.taken[0], str(getattr(error, "code", type(error).__name__))[:100]) from error


def _seal(work: _Work, step: Step) -> int:
    _collect(work)
    if not work.taken:
        return 0
    number = (Batch.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    chains = _chains(list(work.told))
    step("read")
    entries: list[Entry] = []
    leaves: list[bytes] = []
    for subject, told in work.told.items():
        its = chains[subject]
        links = chain(subject, its.sequence, bytes(its.head), [one.commitment for one in told])
        entries += [_entry(link, one, number) for link, one in zip(links, told, strict=True)]
        its.sequence, its.head = links[-1].sequence, links[-1].digest()
        leaves.append(reading_tag(bytes(its.key), number) + its.head)
    leaves += [bytes(one.tag) + bytes(one.commitment) for one in work.held]
    seed = secrets.token_bytes(32)
    kept = kept_days()
    _write_batch(make_batch(number, clock.now(), leaves, seed, kept), seed, kept)
    step("batch")
    _write_entries(entries, chains, work.held, number)
    step("entries")
    _mark(work, number)
    step("marked")
    outbox.send("disclosures.batch", batch=str(number))
    step("outbox")
    return len(work.taken)


def _set_aside(failed: NotSealed) -> None:
    now = clock.now()
    with acting_as(SYSTEM):
        Aside.objects.update_or_create(
            reading=failed.reading,
            defaults={"again_at": now + AGAIN, "code": failed.reason},
            create_defaults={"since": now, "again_at": now + AGAIN, "code": failed.reason},
        )


# -- what is sealed ---------------------------------------------------------------------------------------------------------


def _collect(work: _Work) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT disclosures_to_seal(%s, %s)", [work.most, clock.now()])
        work.taken = sorted(row[0] for row in cursor.fetchall())
    fresh = _readings(work.taken)
    over = _over({row.delay for row in fresh if row.delay})
    for row in fresh:
        if work.entries and work.entries + len(row.subjects) > ENTRIES:
            break
        work.rows.append(row.id)
        for subject in dict.fromkeys(row.subjects):
            work.entries += 1
            if row.delay is None or row.delay in over:
                _tell(work, row, subject, over)
            else:
                salt = secrets.token_bytes(32)
                made = reading_commitment(salt, payload(row, subject))
                tag = secrets.token_bytes(32)
                work.held.append(Held(reading=row.id, delay=row.delay, subject=subject, salt=salt, commitment=made, tag=tag))
    work.taken = list(work.rows)
    _release(work)


def _release(work: _Work) -> None:
    """Readings whose delay is over enter the chains, with what was kept from the person: why, and until when."""
    later = Aside.objects.filter(again_at__gt=clock.now()).values("reading")
    waiting = list(
        Held.objects.filter(told_in=None, delay__in=_ended())
        .exclude(reading__in=later)
        .order_by("id")
        .values_list("id", "reading", "subject", "delay")[: work.most - len(work.rows)]
    )
    if not waiting:
        return
    work.taken += [reading for _, reading, _, _ in waiting]
    rows = {row.id: row for row in _readings([reading for _, reading, _, _ in waiting])}
    over = _over({delay for _, _, _, delay in waiting})
    for held, reading, subject, _delay in waiting:
        work.released.append(held)
        _tell(work, rows[reading], subject, over)


def _tell(work: _Work, row: Disclosure, subject: UUID, over: Mapping[UUID, DelayTold]) -> None:
    salt = secrets.token_bytes(32)
    made = reading_commitment(salt, payload(row, subject, over.get(row.delay) if row.delay else None))
    work.told.setdefault(subject, []).append(_Told(row.id, salt, made, row.delay))


def _readings(numbers: Sequence[int]) -> list[Disclosure]:
    # Columns of the model, as it names them.
    return list(Disclosure.objects.raw(f"SELECT {_COLUMNS} FROM disclosures_by_number(%s) ORDER BY id", [list(numbers)]))  # noqa: S608 - our columns


def _ended() -> list[UUID]:
    """Orders that are over, and of which somebody was not told yet."""
    pending = list(Held.objects.filter(told_in=None).values_list("delay", flat=True).distinct())
    with connection.cursor() as cursor:
        cursor.execute("SELECT one FROM unnest(%s::uuid[]) AS one WHERE disclosures_told(one)", [pending])
        return [row[0] for row in cursor.fetchall()]


def _over(delays: set[UUID]) -> dict[UUID, DelayTold]:
    """Of these orders those that are over, with what is told about them."""
    if not delays:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM disclosures_delays_told(%s)", [list(delays)])
        return {row[0]: DelayTold.of(row) for row in cursor.fetchall()}


# -- what is written --------------------------------------------------------------------------------------------------------


def _chains(subjects: Sequence[UUID]) -> dict[UUID, Chain]:
    """The chains of these people; who has none gets one, with a key of their own.

    One that was forgotten with its account goes on after its last entry, which stays: from the beginning it would take the same
    places again, and the database lets nobody have a place twice.
    """
    found = {one.subject: one for one in Chain.objects.filter(subject__in=subjects)}
    new = [one for one in subjects if one not in found]
    last = Entry.objects.filter(subject__in=new).order_by("subject", "-sequence").distinct("subject")
    ends = {row[0]: row[1:] for row in last.values_list("subject", "sequence", "hash")}
    fresh = []
    for one in new:
        sequence, head = ends.get(one, (0, GENESIS))
        fresh.append(Chain(subject=one, key=secrets.token_bytes(32), sequence=sequence, head=head))
    insert(fresh)
    return found | {one.subject: one for one in fresh}


def _entry(link: ReadingEntry, told: _Told, batch: int) -> Entry:
    return Entry(
        subject=link.subject, sequence=link.sequence, previous=link.previous, commitment=link.commitment, hash=link.digest(),
        salt=told.salt, reading=told.reading, batch_id=batch, delay=told.delay,
    )  # fmt: skip


def _write_batch(batch: ReadingBatch, seed: bytes, kept: int) -> None:
    salt = secrets.token_bytes(32)
    insert(
        [
            Batch(
                number=batch.number, at=batch.at, salt=salt, seed=seed, size=len(batch.leaves), leaves=b"".join(batch.leaves),
                root=batch.root, commitment=batch.commitment(salt), kept=kept,
            )
        ]
    )  # fmt: skip


def _write_entries(entries: list[Entry], chains: Mapping[UUID, Chain], held: list[Held], number: int) -> None:
    for one in held:
        one.batch_id = number
    insert(entries)
    insert(held)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE disclosures_chain c SET sequence = n.sequence, head = n.head"
            " FROM unnest(%s::uuid[], %s::int[], %s::bytea[]) AS n(subject, sequence, head) WHERE c.subject = n.subject",
            [list(chains), [one.sequence for one in chains.values()], [bytes(one.head) for one in chains.values()]],
        )


def _mark(work: _Work, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT disclosures_seal(%s, %s)", [work.rows, number])
        marked = cursor.fetchone()[0]
    released = Held.objects.filter(id__in=work.released, told_in=None).update(told_in=number)
    Aside.objects.filter(reading__in=work.taken).delete()
    if (marked, released) != (len(work.rows), len(work.released)):
        raise AnotherNotariser("Some of these readings were sealed by another notariser.")
