# SPDX-License-Identifier: EUPL-1.2
"""What a reader believes: a key list, the log keys in it, the document types, and what the log says.

1. The key list that the reader keeps, else the log's own. It must carry the signature of a log key that it names.
2. A kept list may be old. The log's newer one takes its place if a log key of the kept list signed it and it rewrites nothing
   (`KeyList.check_follows`); otherwise the check ends here, for the log or its key is not to be believed.
3. The log's newest checkpoint and its revocations, both signed by these log keys.
4. The document types, kept or the log's. They need no signature: a seal names its type by digest.
5. Status lists that the reader keeps, signed by their issuers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from bierger.documents.plugins.revocations import RevocationList, parse_revocations
from bierger.ledger.plugins.outside import LogAddress, LogFolder, Source, fetch_of, newest, search
from bierger.site.given_files import read_whole
from bierger_core.merkle import (
    Checkpoint,
    MerkleError,
    Policy,
    TileReader,
    VerifierKey,
    log_key,
    parse_checkpoint_text,
    parse_note,
    policy_of_logs,
    verify_note,
)
from bierger_core.seals import (
    NO_TYPES,
    KeyList,
    Revocation,
    RevocationUnavailableError,
    TypeRegistry,
    load_key_list,
    load_registry,
)


class CannotCheck(Exception):
    """There is nothing to check, or nothing to check it with; `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Trust:
    """What every check of this run believes. proofs: those of this run's leaves, asked for once.

    asked: the names of the logs that `log` answers for: its own, and those that ended before it.
    """

    key_list: KeyList
    keys: tuple[VerifierKey, ...]
    policy: Policy
    types: TypeRegistry = NO_TYPES
    own_keys: bool = True  # the reader brought the list; otherwise it is the log's word about itself
    newer: bytes | None = None  # the log's list, where it took the place of an older one of the reader's
    log: Source | None = None
    head: Checkpoint | None = None
    asked: tuple[str, ...] = ()
    revocations: RevocationList | None = None
    status_lists: tuple[bytes, ...] = ()  # as they were kept; whose each is, and whether it still counts, is asked for each act
    proofs: dict[bytes, bytes | None] = field(default_factory=dict)

    def proof(self, leaf: bytes) -> bytes | None:
        """The log's proof of a leaf; None without a log, or when it does not have it."""
        if self.log is None:
            return None
        if leaf not in self.proofs:
            found = self.log.proof(leaf, self.keys)
            self.proofs[leaf] = search(self.log, leaf, self.keys) if found is None and self._is_mirror else found
        return self.proofs[leaf]

    def is_copy_from_before(self, at: datetime) -> bool:
        """Whether the log at hand is a copy made before this instant, which cannot know what came after.

        A node that answers by itself is of now: whoever dates a forged act at this very minute gains nothing.
        """
        made = None if self.revocations is None else self.revocations.at
        is_copy = isinstance(self.log, LogFolder) or self._is_mirror
        return is_copy and made is not None and made < at

    @cached_property
    def _is_mirror(self) -> bool:
        """Files on somebody's web server: an address that has no proof of an entry which its own tiles show."""
        if not isinstance(self.log, LogAddress) or self.head is None or self.head.size == 0:
            return False
        entry = TileReader(fetch_of(self.log), self.head.size, self.head.root).entry(self.head.size - 1)
        return self.log.proof(entry, self.keys) is None

    def revoked(self, leaf: bytes) -> Revocation | None:
        """What the core asks in its last step."""
        if self.revocations is None:
            raise RevocationUnavailableError("No list of revocations at hand.")
        return self.revocations.revoked.get(leaf)


def load_trust(log: str | None, keys: Path | None, types: Path | None = None, statuses: Sequence[Path] = ()) -> Trust:
    """Gather it. Raises CannotCheck, FileRefused, LogUnreachable, RevocationsUnreadable, CoreError (key-list-rewritten, ...)."""
    source = None if log is None else _source(log)
    kept = None if keys is None else read_whole(keys)
    said = None if source is None else source.get("keys.json")
    data = said if kept is None else kept
    if data is None:
        raise CannotCheck("keys-missing", "Say whom to believe: --keys FILE, or --log with the log's address or folder.")
    key_list, log_keys = _opened(data)
    newer = None
    if kept is not None and said is not None and said != kept:
        offered = load_key_list(said)
        if offered.issued_at > key_list.issued_at or not _follows(key_list, offered):
            load_key_list(said, log_keys)
            offered.check_follows(key_list)
            (key_list, log_keys), newer = _opened(said), said
    trust = Trust(key_list, log_keys, policy_of_logs(log_keys), own_keys=keys is not None, newer=newer, log=source)
    registered = read_whole(types) if types is not None else None if source is None else source.get("types.json")
    trust.types = NO_TYPES if registered is None else load_registry(registered)
    trust.status_lists = tuple(read_whole(one) for one in statuses)
    if source is not None:
        _ask(trust, source)
    return trust


def _follows(one: KeyList, older: KeyList) -> bool:
    """Is the reader's list a later one of the same line? Then the log shows an old copy, as a mirror may."""
    return one.issued_at >= older.issued_at and {entry.kid for entry in older.entries} <= {entry.kid for entry in one.entries}


def _opened(data: bytes) -> tuple[KeyList, tuple[VerifierKey, ...]]:
    key_list = load_key_list(data)
    log_keys = tuple(
        log_key(entry.owner, entry.public_key)
        for entry in key_list.entries
        if entry.purpose == "log" and entry.status != "revoked"
    )
    load_key_list(data, log_keys)  # the list must be signed by a log key it names: a changed copy is noticed
    return key_list, log_keys


def _ask(trust: Trust, source: Source) -> None:
    head = newest(source, trust.keys)
    trust.head = None if head is None else head.checkpoint
    trust.asked = () if trust.head is None else (trust.head.origin, *_ended(source))
    note = source.get("revocations")
    if note is not None:
        parsed = parse_note(note)
        verify_note(parsed, trust.keys)
        trust.revocations = parse_revocations(parsed.text)


def _ended(source: Source) -> tuple[str, ...]:
    """The names of the logs that ended before this one, as far as it says so."""
    try:
        if isinstance(source, LogFolder):
            notes = [LogFolder(note.parent).get("checkpoint") for note in (source.folder / "earlier").glob("*/checkpoint")]
            return tuple(parse_checkpoint_text(parse_note(note).text).origin for note in notes if note is not None)
        return tuple(str(one["origin"]) for one in json.loads(source.get("earlier.json") or b"[]"))
    except (MerkleError, ValueError, TypeError, KeyError):
        return ()  # an act of such a log is then one of which nobody was asked


def _source(log: str) -> Source:
    return LogAddress(log) if log.startswith(("http://", "https://")) else LogFolder(Path(log))
