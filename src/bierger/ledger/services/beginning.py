# SPDX-License-Identifier: EUPL-1.2
"""A log begun under another origin, because the one before is over: its key signed two histories, or what it showed is lost.

1. Which log ends, and may it? The settings name the new origin, the rows the old one. Nothing may wait for the old log, unless
   the operator says that it cannot go on.
2. Its last checkpoint, signed by a key of it that is still believed.
3. Its files are written to `earlier/<number>`, from the rows.
4. One transaction: the row that ends it; the statement about it, queued in front of whatever waits, so that it is the new log's
   first leaf; every key ends, and each owner gets a new one, so that a key has signed for one log only; a key list signed by the
   old log's keys and the new one's.
5. What lies in the log's folder is set aside: it may know more than the rows.

Killed before the commit of 4, or no room on the disk: nothing happened. After it: the same command does 5. Nothing else may run
meanwhile: the processes of an installation read their log's name when they start.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bierger.infra import clock
from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger import selectors
from bierger.ledger.errors import KeyRefused, LogNotBegun
from bierger.ledger.models import Checkpoint, EarlierLog, Key, QueueEntry
from bierger.ledger.plugins import folder
from bierger.ledger.plugins.key_files import load_signer
from bierger.ledger.services.keys import add_key, lock_keys, publish_key_list
from bierger.ledger.services.sequencer import lock_log, tell, write_earlier
from bierger.ledger.types import EarlierLogView
from bierger_core.merkle import (
    Checkpoint as Head,
)
from bierger_core.merkle import (
    NoteUnverifiedError,
    Seen,
    log_key,
    open_checkpoint,
    sign_checkpoint,
)
from bierger_core.values import SALT_BYTES, Canonical, Kind, canonical_json, commitment, format_instant


@dataclass(frozen=True)
class Begun:
    """What ended, and what began: the new log's key, as policies name it."""

    ended: EarlierLogView
    key: str


def begin_log(*, reason: str, is_over: bool = False) -> Begun:
    """End the log that the rows hold, and begin the one that the settings name. Worker only, and nothing else running.

    is_over: what waits goes to the new log, since the old one cannot take it. Raises LogNotBegun (log-empty, log-same-origin,
    log-origin-used, log-waiting), KeyFileMissing, KeyRefused (key-none: the old log has no key that may sign; key-pending).
    """
    with acting_as(SYSTEM):
        row, ended = selectors.newest_row(), selectors.earlier_logs()
    if row is None and ended and _is_begun(ended[-1]):
        folder.set_aside(ended[-1].number)  # 5, of one that was killed, or found no room
    elif row is None:
        raise LogNotBegun("log-empty", "Nothing was logged yet under another name: there is nothing to end.")
    else:
        _end(row, ended, reason, is_over=is_over)
    with acting_as(SYSTEM):
        return Begun(selectors.earlier_logs()[-1], selectors.log_keys()[0].text)


def _end(row: Checkpoint, ended: tuple[EarlierLogView, ...], reason: str, *, is_over: bool) -> None:
    old, number, first = Seen.of(row.note.encode()).origin, len(ended) + 1, ended[-1].until if ended else 0
    with acting_as(SYSTEM):
        _check(old, ended, is_over=is_over)  # 1
        note = _last_note(row, old)  # 2
        write_earlier(number, first, row.size, note)  # 3
        seen = [one.note for one in folder.marks().of(old)] + [one for one in [folder.published()] if one is not None]
    with acting_as(SYSTEM):  # 4
        lock_keys()
        lock_log()
        newest = selectors.newest_row()
        if newest is None or newest.size != row.size:
            raise LogNotBegun("log-waiting", "The log has just grown: stop everything that runs, then try again.")
        now = clock.now().replace(microsecond=0) + timedelta(seconds=1)  # an act of this very second keeps its key
        body, salt = _statement(old, note, reason, now, seen), secrets.token_bytes(SALT_BYTES)
        tell(Seen.of(note).size)
        EarlierLog.objects.create(
            number=number, origin=old, until=row.size, note=note.decode(), ended_at=now, body=body, salt=salt
        )
        leaf = commitment(Kind.EARLIER_LOG, salt, body)
        # Whatever waits, this comes first.
        least = QueueEntry.objects.order_by("id").values_list("id", flat=True).first() or 0
        QueueEntry.objects.create(id=min(least, 0) - 1, commitment=leaf, kind=Kind.EARLIER_LOG, queued_at=now)
        _renew_keys(old, now)
        publish_key_list()
    folder.set_aside(number)  # 5


def _check(old: str, ended: tuple[EarlierLogView, ...], *, is_over: bool) -> None:
    new = selectors.origin()
    if old == new:
        raise LogNotBegun("log-same-origin", f"The log is called {new} already: write another name into BIERGER_LOG_ORIGIN.")
    if any(one.origin == new for one in ended):
        raise LogNotBegun("log-origin-used", f"A log called {new} ended already: a name is never used again.")
    if not is_over and QueueEntry.objects.filter(leaf_index__isnull=True).exists():
        words = f"Something waits for {old}: put its name back and let the worker finish, or say --over if it cannot."
        raise LogNotBegun("log-waiting", words)


def _last_note(row: Checkpoint, old: str) -> bytes:
    """Signed by a key that is believed: the newest checkpoint itself, or the same tree under the key that took over."""
    note = row.note.encode()
    try:
        open_checkpoint(note, [key for key in selectors.log_keys() if key.name == old])
    except NoteUnverifiedError:
        active = Key.objects.filter(owner=old, purpose="log", status="active").first()
        if active is None:
            raise KeyRefused("key-none", f"{old} has no active key.") from None
        signer, head = load_signer(bytes(active.kid)), Seen.of(note)
        return sign_checkpoint(Head(old, head.size, head.root), log_key(old, signer.public_key), signer)
    return note


def _statement(old: str, note: bytes, reason: str, at: datetime, seen: Iterable[bytes]) -> bytes:
    """What the first leaf commits to: how the log ended, why, and every checkpoint of it that does not lie before its end."""
    last = Seen.of(note)
    others = sorted({one.decode() for one in seen if one != note and Seen.of(one).size >= last.size})
    said: dict[str, Canonical] = {
        "v": 1, "origin": old, "ended_at": format_instant(at), "reason": reason, "checkpoint": note.decode(),
        "seen": [*others], "next": selectors.origin(),
    }  # fmt: skip
    return canonical_json(said)


def _renew_keys(old: str, now: datetime) -> None:
    for key in Key.objects.filter(status="active").order_by("valid_from", "kid"):
        if key.valid_from >= now:
            raise KeyRefused("key-pending", f"A key of {key.owner} begins at {key.valid_from.isoformat()}; wait for it.")
        key.status, key.valid_to = "retired", now if key.valid_to is None else min(now, key.valid_to)
        key.save(update_fields=["status", "valid_to"])
        add_key(selectors.origin() if key.owner == old else key.owner, key.administration, valid_from=now)


def _is_begun(ended: EarlierLogView) -> bool:
    """The log that the settings name follows this one, and nothing lies in the folder that could be its own."""
    found = folder.published()
    return json.loads(ended.body)["next"] == selectors.origin() and (found is None or Seen.of(found).origin == ended.origin)
