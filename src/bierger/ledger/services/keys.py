# SPDX-License-Identifier: EUPL-1.2
"""Keys: made once, listed, the list signed by the log's key and itself committed to the log.

1. Take the advisory lock of the keys: two workers that start together make one key.
2. Look for the active key of this owner and purpose; there: done.
3. Make the key; its private file is on disk before its row can commit. A rollback leaves a file that no list names.
4. Insert the row (a unique index allows one active key), write a new signed version of the list, queue its commitment.

How keys end is in `changes`. Which one signs is a question of the instant that the signed thing bears: around a rotation an act
gets the key that is valid at its own second, whichever transaction commits first.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from bierger.administrations.selectors import administration, administrations
from bierger.infra import clock
from bierger.infra.locks import Lock, hold
from bierger.ledger.errors import KeyMissing
from bierger.ledger.models import Key, KeyListVersion, QueueEntry
from bierger.ledger.plugins.key_files import load_signer, make_key, state_of
from bierger.ledger.selectors import check_name, earlier_logs, key_entries
from bierger_core.merkle import log_key
from bierger_core.seals import KeyList, dump_key_list, load_key_list
from bierger_core.values import SALT_BYTES, Kind, LocalSigner, commitment


def ensure_keys(*, administration_ids: Iterable[UUID] | None = None) -> int:
    """The log's key and a seal key of each administration (default: all that are served here); gives back how many are new."""
    wanted = tuple(administration_ids) if administration_ids is not None else _served()
    missing = [_owner(None)] if _active(_owner(None)[0], "log") is None else []
    missing += [owner for owner in map(_owner, wanted) if _active(owner[0], "seal") is None]
    return _make(missing) if missing else 0


def signer_for(*, administration_id: UUID, at: datetime | None = None) -> LocalSigner:
    """The seal signer of an administration, for what bears the instant `at` (default: now).

    The worker makes a missing key; the web cannot: raises KeyMissing. Raises KeyFileMissing, KeyFileExposed.
    """
    code, _ = _owner(administration_id)
    return _signer(code, "seal", administration_id, at)


def log_signer() -> LocalSigner:
    """The signer of our log."""
    return _signer(str(settings.BIERGER_LOG_ORIGIN), "log", None)


def _signer(owner: str, purpose: str, administration_id: UUID | None, at: datetime | None = None) -> LocalSigner:
    row = _valid(owner, purpose, at or clock.now())
    if row is None:
        if not _may_make():
            raise KeyMissing(f"{owner} has no {purpose} key yet; the worker makes it within a minute.")
        ensure_keys(administration_ids=() if administration_id is None else (administration_id,))
        row = _active(owner, purpose)
        assert row is not None
    return load_signer(bytes(row.kid))


def lock_keys() -> None:
    """One at a time changes keys, until its transaction ends."""
    hold(Lock.KEYS)


def _make(missing: list[tuple[str, UUID | None]]) -> int:
    lock_keys()
    check_name()  # a name that was only written into the settings begins no log
    now = clock.now()
    ended = earlier_logs()
    # From the day's beginning: seconds between two machines' clocks must not make the first act of a new key invalid.
    since = now.replace(hour=0, minute=0, second=0, microsecond=0)
    since = max(since, ended[-1].ended_at) if ended else since  # a key signs for one log
    made = 0
    for owner, administration_id in missing:
        purpose = "log" if administration_id is None else "seal"
        if _active(owner, purpose) is not None:  # the other worker was first
            continue
        add_key(owner, administration_id, valid_from=since)
        made += 1
    if made:
        publish_key_list()
    return made


def add_key(owner: str, administration_id: UUID | None, *, valid_from: datetime, valid_to: datetime | None = None) -> Key:
    """A new key of this owner: its file first, then its row. The list is the caller's to publish. valid_to: its end is known."""
    purpose = "log" if administration_id is None else "seal"
    signer = make_key(purpose)
    return Key.objects.create(
        kid=signer.kid,
        owner=owner,
        administration=administration_id,
        purpose=purpose,
        alg=signer.alg,
        public_key=signer.public_key,
        valid_from=valid_from,
        valid_to=valid_to,
        status="active" if valid_to is None else "retired",
    )


def publish_key_list() -> None:
    """A new signed version of the list, to be called after every change of a key.

    Every key of our logs that is not revoked and whose file is here signs, the newest first: who keeps a list from before a
    rotation knows the old one. Raises KeyListError (key-list-rewritten) before it publishes what no keeper of the last one takes.
    """
    now = clock.now().replace(microsecond=0)
    last = KeyListVersion.objects.order_by("-id").first()
    before = None if last is None else load_key_list(bytes(last.body))
    if before is not None:
        now = max(now, before.issued_at)  # a clock that went wrong and was mended
    listed = KeyList(now, key_entries())
    if before is not None:
        listed.check_follows(before)
    log_signer()  # made if there is none; raises if the file of the one in use is gone
    rows = Key.objects.filter(purpose="log").exclude(status="revoked").order_by("-valid_from")
    signers = [(row.owner, load_signer(bytes(row.kid))) for row in rows if state_of(bytes(row.kid)) == "here"]
    pairs = [(log_key(owner, signer.public_key), signer) for owner, signer in signers]
    body = dump_key_list(listed, None, None, *pairs)
    salt = secrets.token_bytes(SALT_BYTES)
    leaf = commitment(Kind.KEY_LIST, salt, body)
    KeyListVersion.objects.create(issued_at=now, body=body, salt=salt, commitment=leaf)
    QueueEntry.objects.bulk_create([QueueEntry(commitment=leaf, kind=Kind.KEY_LIST, queued_at=now)], ignore_conflicts=True)


def _valid(owner: str, purpose: str, at: datetime) -> Key | None:
    """The key that signs at this instant: after a rotation was ordered, the old one until the new one begins."""
    rows = Key.objects.filter(owner=owner, purpose=purpose, valid_from__lte=at).exclude(status="revoked")
    ending = rows.filter(status="retired", valid_to__gt=at).order_by("-valid_from").first()
    return ending or _active(owner, purpose)


def _active(owner: str, purpose: str) -> Key | None:
    return Key.objects.filter(owner=owner, purpose=purpose, status="active").first()


def _owner(administration_id: UUID | None) -> tuple[str, UUID | None]:
    """(owner as listed, administration): a seal key's owner is the administration's code, the log's its origin."""
    if administration_id is None:
        return str(settings.BIERGER_LOG_ORIGIN), None
    return administration(id=administration_id).code, administration_id


def _served() -> tuple[UUID, ...]:
    return tuple(view.id for view in administrations(on=clock.today()) if view.served)


def _may_make() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('ledger_key', 'INSERT')")
        return bool(cursor.fetchone()[0])
