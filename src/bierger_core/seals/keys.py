# SPDX-License-Identifier: EUPL-1.2
"""The key list: which key may sign for whom, for what and when. A verifier keeps a copy and needs no network."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeGuard, get_args

from bierger_core.merkle import (
    Logged,
    Note,
    VerifierKey,
    parse_signature_line,
    sign_note,
    verify_note,
)
from bierger_core.seals.errors import (
    KeyExpiredError,
    KeyListError,
    KeyNotYetValidError,
    KeyOfOtherOwnerError,
    KeyRevokedError,
    UnknownKeyError,
)
from bierger_core.values import (
    KID_BYTES,
    Algorithm,
    CoreError,
    Signer,
    as_utc,
    canonical_json,
    format_instant,
    parse_instant,
)

FORMAT = "bierger/key-list@v1"
LARGEST_LIST = 4_194_304
"""Bytes: some ten thousand keys."""
Purpose = Literal["seal", "log"]
Status = Literal["active", "retired", "revoked"]
_PUBLIC_KEY_BYTES = {"ES256": 65, "EdDSA": 32}


@dataclass(frozen=True)
class KeyEntry:
    """One key. `owner` is the code of the administration for which it may sign, for one `purpose`.

    It may sign from `valid_from` up to, not including, `valid_to` (None: no end set). A `retired` key signs nothing
    new, but what it signed stays good. What a `revoked` key signed from `revoked_from` on (None: ever) is refused.

    A thief dates his seals back. `revoked_at_log` says how many entries the owner's log (origin) had at `revoked_from`:
    then only what stands in front of that place was signed earlier, and a seal without proof of its place is refused.
    """

    kid: bytes
    owner: str
    purpose: Purpose
    alg: Algorithm
    public_key: bytes
    valid_from: datetime
    valid_to: datetime | None = None
    status: Status = "active"
    revoked_from: datetime | None = None
    revoked_at_log: tuple[str, int] | None = None

    def __post_init__(self) -> None:
        fits = (
            len(self.kid) == KID_BYTES
            and self.purpose in get_args(Purpose)
            and self.status in get_args(Status)
            and len(self.public_key) == _PUBLIC_KEY_BYTES.get(self.alg)
            and bool(self.owner)
        )
        if not fits or (self.valid_to is not None and self.valid_to <= self.valid_from):
            raise KeyListError("An entry of the key list is malformed.", code="key-entry", kid=self.kid.hex())
        if self.revoked_from is not None and self.status != "revoked":
            raise KeyListError("Only a revoked key is revoked from an instant.", code="key-entry", kid=self.kid.hex())
        if self.revoked_at_log is not None and (self.revoked_from is None or self.revoked_at_log[1] < 0):
            raise KeyListError("The log's size goes with the instant of revocation.", code="key-entry", kid=self.kid.hex())
        for instant in (self.valid_from, self.valid_to, self.revoked_from):
            if instant is not None:
                as_utc(instant)

    def check_at(self, at: datetime) -> None:
        """Whether the key could sign at this instant: `KeyNotYetValidError`, `KeyRevokedError`, `KeyExpiredError`."""
        kid, owner = self.kid.hex(), self.owner
        if at < self.valid_from:
            since = format_instant(self.valid_from)
            raise KeyNotYetValidError("The key was not valid yet.", kid=kid, owner=owner, valid_from=since)
        if self.status == "revoked" and (self.revoked_from is None or at >= self.revoked_from):
            raise KeyRevokedError("The key was revoked.", kid=kid, owner=owner)
        if self.valid_to is not None and at >= self.valid_to:
            until = format_instant(self.valid_to)
            raise KeyExpiredError("The key was not valid any more.", kid=kid, owner=owner, valid_to=until)


    def check_place(self, logged: Logged | None) -> None:
        """Whether the log dates what a revoked key signed before its revocation. Raises `KeyRevokedError`."""
        if self.revoked_at_log is None:
            return
        origin, size = self.revoked_at_log
        if logged is None or logged.checkpoint.origin != origin or logged.index >= size:
            place = None if logged is None else logged.index
            raise KeyRevokedError(
                "The key was revoked; the log has nothing of before.", kid=self.kid.hex(), owner=self.owner, place=place
            )


@dataclass(frozen=True)
class KeyList:
    """All keys as known at `issued_at`. Identifiers are unique."""

    issued_at: datetime
    entries: tuple[KeyEntry, ...]

    def __post_init__(self) -> None:
        if len({entry.kid for entry in self.entries}) != len(self.entries):
            raise KeyListError("Two keys have the same identifier.")

    def entry(self, kid: bytes, *, owner: str, purpose: Purpose) -> KeyEntry:
        """The key of this identifier. Raises `UnknownKeyError`, `KeyOfOtherOwnerError`."""
        for entry in self.entries:
            if entry.kid == kid and entry.purpose == purpose:
                if entry.owner != owner:
                    raise KeyOfOtherOwnerError(
                        "The key may not sign for this issuer.", kid=kid.hex(), owner=entry.owner, issuer=owner
                    )
                return entry
        raise UnknownKeyError("The key list has no such key.", kid=kid.hex(), purpose=purpose)

    def find(self, kid: bytes, *, owner: str, purpose: Purpose, at: datetime) -> KeyEntry:
        """The key of this identifier if it could sign for `owner` at the instant `at`."""
        entry = self.entry(kid, owner=owner, purpose=purpose)
        entry.check_at(at)
        return entry

    def revoked(self, kid: bytes, since: datetime, log: tuple[str, int], at: datetime) -> "KeyList":
        """A newer list, issued `at`, in which the key is revoked from the instant `since` on.

        `log` is the origin of the owner's log and its size at `since`, or smaller if nobody knows. Raises
        `KeyListError` (key-rotation) for a key that is unknown or revoked already.
        """
        entry = next((entry for entry in self.entries if entry.kid == kid and entry.status != "revoked"), None)
        if entry is None:
            raise KeyListError("No such key can be revoked.", code="key-rotation", kid=kid.hex())
        revoked = replace(entry, status="revoked", revoked_from=since, revoked_at_log=log)
        return KeyList(at, tuple(revoked if one.kid == kid else one for one in self.entries))

    def check_follows(self, older: "KeyList") -> None:
        """Whether this list may take the place of an older one that a verifier keeps.

        It is not older itself; every key is still there for the same owner, purpose and validity from; none has come
        back from retirement or revocation, none is revoked later than it was or valid for longer than was said. Raises
        `KeyListError` (key-list-rewritten).
        """
        newer = {entry.kid: entry for entry in self.entries}
        for entry in older.entries:
            if entry.kid not in newer or not _may_follow(newer[entry.kid], entry):
                raise KeyListError("The list changes what was.", code="key-list-rewritten", kid=entry.kid.hex())
        if self.issued_at < older.issued_at:
            raise KeyListError("The list is older than the one at hand.", code="key-list-rewritten")


_STATUS_ORDER: tuple[Status, ...] = ("active", "retired", "revoked")


def _may_follow(newer: KeyEntry, older: KeyEntry) -> bool:
    is_same = replace(
        newer,
        status=older.status,
        valid_to=older.valid_to,
        revoked_from=older.revoked_from,
        revoked_at_log=older.revoked_at_log,
    )
    if is_same != older or _STATUS_ORDER.index(newer.status) < _STATUS_ORDER.index(older.status):
        return False
    if older.valid_to is not None and (newer.valid_to is None or newer.valid_to > older.valid_to):
        return False
    return older.status != "revoked" or _revoked_no_later(newer, older)


def _revoked_no_later(newer: KeyEntry, older: KeyEntry) -> bool:
    if newer.revoked_from is None:  # revoked for ever: nothing is stricter
        return True
    if older.revoked_from is None or newer.revoked_from > older.revoked_from:
        return False
    if older.revoked_at_log is None:
        return True
    log = newer.revoked_at_log
    return log is not None and log[0] == older.revoked_at_log[0] and log[1] <= older.revoked_at_log[1]


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else format_instant(instant)


def _body(key_list: KeyList) -> dict[str, object]:
    return {
        "format": FORMAT,
        "issued_at": format_instant(key_list.issued_at),
        "keys": [
            {
                "alg": entry.alg,
                "kid": entry.kid.hex(),
                "owner": entry.owner,
                "public_key": base64.b64encode(entry.public_key).decode(),
                "purpose": entry.purpose,
                "revoked_from": _instant(entry.revoked_from),
                "status": entry.status,
                "valid_from": format_instant(entry.valid_from),
                "valid_to": _instant(entry.valid_to),
                # Only where there is one: lists of earlier releases, which have none, keep their bytes and signatures.
                **({"revoked_at_log": list(entry.revoked_at_log)} if entry.revoked_at_log else {}),
            }
            for entry in key_list.entries
        ],
    }


def _note_text(body: Mapping[str, object]) -> str:
    # The first line keeps this apart from a checkpoint, whose second line is a number.
    return f"{FORMAT}\n{canonical_json(body).decode()}\n"  # type: ignore[arg-type]  # body is plain JSON by construction


def dump_key_list(
    key_list: KeyList, key: VerifierKey | None = None, signer: Signer | None = None, *more: tuple[VerifierKey, Signer]
) -> bytes:
    """The key list as JSON, signed as a note over its canonical form when `key` and `signer` (a log's) are given.

    `more`: further keys of the log. One that took over lets its predecessor sign too: who keeps an older list knows only that.
    """
    body = _body(key_list)
    pairs = (*(() if key is None or signer is None else ((key, signer),)), *more)
    lines = [sign_note(_note_text(body), one, by).line.rstrip("\n") for one, by in pairs]
    return json.dumps({**body, "signatures": lines}, ensure_ascii=False, indent=1).encode() + b"\n"


def load_key_list(data: bytes, keys: Iterable[VerifierKey] | None = None) -> KeyList:
    """Read a key list. With `keys`, one of them must have signed it; without, whoever gave the file is trusted.

    Raises `KeyListError` (key-list-format, key-list-limit, key-entry), `NoteSignatureError`, `NoteUnverifiedError`.
    """
    if len(data) > LARGEST_LIST:
        raise KeyListError("The key list is too long.", code="key-list-limit", length=len(data))
    try:
        key_list, text, lines = _read_list(data)
    except KeyListError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, CoreError):
        raise KeyListError("This is not a key list.") from None
    if keys is not None:
        verify_note(Note(text, tuple(parse_signature_line(line) for line in lines)), keys)
    return key_list


def _read_list(data: bytes) -> tuple[KeyList, str, list[str]]:
    body = json.loads(data.decode())  # UTF-8 without a mark, and nothing else
    lines = body.pop("signatures")
    if not _are_texts(lines) or body["format"] != FORMAT:
        raise KeyListError("This is not a key list.")
    entries = tuple(_read_entry(raw) for raw in body["keys"])
    return KeyList(parse_instant(body["issued_at"]), entries), _note_text(body), lines


def _are_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _read_entry(raw: Mapping[str, object]) -> KeyEntry:
    """One entry of the JSON form; anything missing or of another type raises one of the errors `load` catches."""

    def text(name: str) -> str:
        value = raw[name]
        if not isinstance(value, str):
            raise KeyListError("An entry of the key list is malformed.", code="key-entry", field=name)
        return value

    def instant(name: str) -> datetime | None:
        return None if raw[name] is None else parse_instant(text(name))

    return KeyEntry(
        kid=_read_hex(text("kid")),
        owner=text("owner"),
        purpose=text("purpose"),  # type: ignore[arg-type]  # the entry checks its own words
        alg=text("alg"),  # type: ignore[arg-type]  # the entry checks its own words
        public_key=base64.b64decode(text("public_key"), validate=True),
        valid_from=parse_instant(text("valid_from")),
        valid_to=instant("valid_to"),
        status=text("status"),  # type: ignore[arg-type]  # the entry checks its own words
        revoked_from=instant("revoked_from"),
        revoked_at_log=_read_place(raw.get("revoked_at_log")),
    )


def _read_hex(text: str) -> bytes:
    if text.split() != [text]:
        raise ValueError("White space is no digit, though Python forgives it.")
    return bytes.fromhex(text)


def _read_place(place: object) -> tuple[str, int] | None:
    match place:
        case None:
            return None
        case [str(origin), int(size)] if type(size) is int:
            return origin, size
    raise KeyListError("An entry of the key list is malformed.", code="key-entry", field="revoked_at_log")
