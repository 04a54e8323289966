# SPDX-License-Identifier: EUPL-1.2
"""How keys end: rotated, retired, revoked. Each change is a new signed and logged version of the key list, in one transaction.

rotate   the successor is made now and begins `AHEAD` from now: whoever decides an act in this minute signs with the key that
         is valid at the act's own second. What the old key signed stays good. Its file is destroyed a day later (`sweep_keys`),
         except a log key's: that goes on signing the list, for those who keep one from before.
         The old file is lost: the successor begins at once.
revoke   what the key signed from an instant on is refused, and of what bears an earlier date only that stays good which stood
         in the log by then: a thief dates his seals back, the log does not. The log's size at that instant goes into the list:
         by our clock, or, where that was wrong, as the operator says.
         A key in use gets a successor at once. A revoked key of the log vouches for nothing any more, for its old checkpoints
         neither: the successor signs from the next entry on, and who keeps an older list needs the new one another way.
retire   an administration that issues nothing here any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from bierger.administrations.selectors import administrations
from bierger.infra import believed, clock
from bierger.ledger.errors import KeyRefused
from bierger.ledger.models import Checkpoint, Key
from bierger.ledger.plugins.key_files import destroy, state_of
from bierger.ledger.selectors import earlier_logs, key_first, key_place
from bierger.ledger.services.keys import add_key, lock_keys, publish_key_list
from bierger.ledger.types import KeyView

AHEAD = timedelta(minutes=1)
"""Holds while no transaction that decides an act lasts longer; a request may take 30 seconds."""
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class KeyChange:
    """What was done: to this key, from this instant on, and who took over. log_size: of a revocation."""

    kid: bytes
    owner: str
    since: datetime
    successor: bytes | None = None
    log_size: int | None = None


def rotate_key(*, owner: str, is_lost: bool = False) -> KeyChange:
    """Let a new key take over from the active one of an owner: an administration's code, or the log's origin. Worker only.

    Raises KeyRefused (key-none, key-pending; key-lost: the private file is gone and is_lost was not said).
    """
    lock_keys()
    old = Key.objects.filter(owner=owner, status="active").first()
    if old is None:
        raise KeyRefused("key-none", f"{owner} has no active key.")
    now = clock.now().replace(microsecond=0)
    if old.valid_from >= now:
        raise KeyRefused("key-pending", f"A key of {owner} begins at {old.valid_from.isoformat()}; wait for it.")
    if state_of(bytes(old.kid)) == "gone" and not is_lost:
        words = f"The private file of the key {bytes(old.kid).hex()} is not here. Restore it from a backup, or say --lost."
        raise KeyRefused("key-lost", words)
    since = now if is_lost else now + timedelta(seconds=1) + AHEAD
    old.status, old.valid_to = "retired", since if old.valid_to is None else min(since, old.valid_to)
    old.save(update_fields=["status", "valid_to"])
    new = add_key(owner, old.administration, valid_from=since)
    publish_key_list()
    return KeyChange(bytes(old.kid), owner, since, bytes(new.kid))


def revoke_key(*, kid: bytes, since: datetime, reason: str, size: int | None = None) -> KeyChange:
    """Revoke a key from an instant on, not later than now. Worker only.

    A second time: from an earlier instant, or with fewer entries.
    size: how many entries of its log stood certainly before the theft, where our clock does not tell.
    Raises KeyRefused (key-none, key-future, key-size, key-revoked-already).
    """
    lock_keys()
    now = clock.now()
    since = since.replace(microsecond=0)
    key = Key.objects.filter(kid=kid).first()
    if key is None:
        raise KeyRefused("key-none", "The key list has no such key.")
    if since > now:
        raise KeyRefused("key-future", "A key is revoked from an instant that has passed; rotate it to let it end later.")
    rows = _rows_before(since) if size is None else _rows_named(key, size)
    if key.status == "revoked":
        _check_stricter(key, since, rows)
        rows = rows if key.revoked_at_size is None else min(rows, key.revoked_at_size)
    was_active = key.status == "active"
    key.status, key.revoked_from, key.reason, key.revoked_at_size = "revoked", since, reason, rows
    key.save(update_fields=["status", "revoked_from", "reason", "revoked_at_size"])
    new = _successor(key, now.replace(microsecond=0), was_active=was_active)
    publish_key_list()
    size = key_place(key.valid_from, key.revoked_at_size, earlier_logs())[1]
    return KeyChange(bytes(kid), key.owner, since, None if new is None else bytes(new.kid), size)


def _rows_before(since: datetime) -> int:
    """How many entries all our logs had, one after the other, when a clock that only goes forward said `since`.

    A checkpoint bears what our clock said. One from `since` on is followed by nothing earlier, whatever the clock said after it:
    a clock that fell back by a year does not put a thief's entries before the theft.
    """
    late = Checkpoint.objects.filter(at__gte=since).order_by("size").first()
    if late is not None:
        return late.previous
    head = Checkpoint.objects.order_by("-size").first()
    return 0 if head is None else head.size


def _rows_named(key: Key, size: int) -> int:
    """The same, as the operator counts: entries of the one log for which the key signed."""
    head = Checkpoint.objects.order_by("-size").first()
    ended = earlier_logs()
    most = key_place(key.valid_from, 0 if head is None else head.size, ended)[1]
    if not 0 <= size <= most:
        raise KeyRefused("key-size", f"The log of this key has {most} entries: name as many or fewer.")
    return key_first(key.valid_from, ended) + size


def _check_stricter(key: Key, since: datetime, rows: int) -> None:
    """Raises KeyRefused when the key was revoked as early already: nobody could tell a later instant from a thief's word."""
    is_earlier = key.revoked_from is not None and since < key.revoked_from
    is_fewer = since == key.revoked_from and key.revoked_at_size is not None and rows < key.revoked_at_size
    if not (is_earlier or is_fewer):
        raise KeyRefused("key-revoked-already", "The key is revoked from an earlier instant already.")


def _successor(key: Key, now: datetime, *, was_active: bool) -> Key | None:
    """Who signs from now on; None: it did not sign any more. Between the order of a rotation and its instant the old key does,
    and the next one may not yet: a third signs in that minute.
    """
    if was_active:
        return add_key(key.owner, key.administration, valid_from=now)
    after = Key.objects.filter(owner=key.owner, status="active", valid_from__gt=now).first()
    if after is None or key.valid_to is None or key.valid_to <= now:
        return None
    return add_key(key.owner, key.administration, valid_from=now, valid_to=after.valid_from)


def retire_key(*, kid: bytes) -> KeyChange:
    """End a key without a successor. Worker only. Raises KeyRefused (key-none; key-in-use: its owner still issues acts here)."""
    lock_keys()
    key = Key.objects.filter(kid=kid, status="active").first()
    if key is None:
        raise KeyRefused("key-none", "The key list has no such active key.")
    served = {view.id for view in administrations(on=clock.today()) if view.served}
    if key.purpose == "log" or key.administration in served:
        raise KeyRefused("key-in-use", f"{key.owner} still signs with this key: rotate it.")
    now = clock.now().replace(microsecond=0) + timedelta(seconds=1)
    key.status, key.valid_to = "retired", now
    key.save(update_fields=["status", "valid_to"])
    publish_key_list()
    return KeyChange(bytes(kid), key.owner, now)


def sweep_keys() -> int:
    """Destroy the private files of seal keys that ended a day ago, and of revoked keys; gives back how many. Worker only."""
    ended = Q(purpose="seal", status="retired", valid_to__lte=clock.now() - KEPT)
    over = ended | Q(status="revoked") if believed.can_be_the_day("old-keys") else Q(status="revoked")
    rows = Key.objects.filter(over).values_list("kid", flat=True)
    return sum(destroy(bytes(kid)) for kid in rows)


def all_keys() -> tuple[KeyView, ...]:
    """Every key that ever signed, with the state of its private file on this machine, for the operator."""
    rows, ended = Key.objects.order_by("owner", "valid_from", "kid"), earlier_logs()
    return tuple(
        KeyView(
            kid=bytes(row.kid),
            owner=row.owner,
            purpose=row.purpose,
            status=row.status,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            revoked_from=row.revoked_from,
            revoked_at_size=None if row.revoked_at_size is None else key_place(row.valid_from, row.revoked_at_size, ended)[1],
            reason=row.reason,
            file=state_of(bytes(row.kid)),
        )
        for row in rows
    )


def owner_named(word: str) -> str:
    """`log` is our log's origin; anything else an owner as it is listed."""
    return str(settings.BIERGER_LOG_ORIGIN) if word == "log" else word
