# SPDX-License-Identifier: EUPL-1.2
"""Status lists (draft-ietf-oauth-status-list): whether an act still holds, for thousands of acts in one small file.

An issuer publishes one list; an act knows its place in it (`status` of a compact seal). Who fetches the whole list tells
nobody which act is in question, and keeps it for use without a network. The list is a CWT:

    protected   {1: -7 (ES256), 4: kid, 16: "application/statuslist+cwt"}
    payload     {2: address of the list, 6: issued at, 4: expires, 65534: seconds to keep it, 65533: {"bits", "lst"}}

`lst` is the statuses, least significant bits first, compressed with zlib. Written in deterministic CBOR, which every
reader of the draft reads; only our own lists are read here, and only in that form.

What a list says is committed to the log once for each day, and again when it changes (`status_list_commitment`): whoever holds a
list can ask the log for that leaf, and an issuer who shows somebody a list of their own has to leave one there.
"""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bierger_core.seals import cbor
from bierger_core.seals.errors import (
    CborError,
    RevocationUnavailableError,
    SealError,
    SealSignatureError,
    StatusListError,
)
from bierger_core.seals.keys import KeyList
from bierger_core.seals.sealing import Seal, signed_bytes
from bierger_core.seals.verdict import Revocation, RevocationLookup
from bierger_core.values import (
    KID_BYTES,
    SALT_BYTES,
    CoreError,
    Kind,
    Signer,
    as_utc,
    check_signature,
    commitment,
    from_epoch,
    to_epoch,
)

VALID, INVALID, SUSPENDED = 0, 1, 2
"""The statuses that the draft names; others are the issuer's own."""
MEDIA_TYPE = "application/statuslist+cwt"
MOST_BYTES = 16_777_216
"""Of statuses, uncompressed: 128 million acts with one bit each."""
LEAST_ROOM = 131_072
"""Places of the smallest list: 16 KiB, which compress to almost nothing while few acts are revoked."""
_PUBLIC_SALT = bytes(SALT_BYTES)  # the list is public: there is nothing to hide behind a salt, and every reader must know it
_ALG, _KID, _TYPE, _ES256 = 1, 4, 16, -7
_SUBJECT, _EXPIRES, _ISSUED_AT, _TTL, _LIST = 2, 4, 6, 65534, 65533


@dataclass(frozen=True)
class StatusList:
    """Statuses of `bits` (1, 2, 4 or 8) each, packed into `data`, the first one in the lowest bits of the first byte."""

    bits: int
    data: bytes

    def __post_init__(self) -> None:
        if self.bits not in {1, 2, 4, 8} or len(self.data) > MOST_BYTES:
            raise StatusListError("A status has 1, 2, 4 or 8 bits, and a list 16 MiB at most.", code="status-list-limit")

    @classmethod
    def of(cls, size: int, statuses: Mapping[int, int], bits: int = 1) -> "StatusList":
        """A list with room for `size` acts, all valid but those in `statuses` (place -> status).

        Raises `StatusListError` (status-list-limit). Give it room ahead: its length tells how many acts there are.
        """
        if bits not in {1, 2, 4, 8} or not 0 <= size <= MOST_BYTES * 8 // bits:
            raise StatusListError("A status has 1, 2, 4 or 8 bits, and a list 16 MiB at most.", code="status-list-limit")
        data = bytearray(-(-size * bits // 8))
        for place, status in statuses.items():
            if not 0 <= place < size or not 0 <= status < 1 << bits:
                raise StatusListError("No such place or status in this list.", code="status-list-limit", place=place)
            byte, shift = divmod(place * bits, 8)
            data[byte] |= status << shift
        return cls(bits, bytes(data))

    def status(self, place: int) -> int | None:
        """The status at a place, 0 for valid; None if the list does not reach so far."""
        byte, shift = divmod(place * self.bits, 8)
        if not 0 <= byte < len(self.data):
            return None
        return self.data[byte] >> shift & ((1 << self.bits) - 1)

    def compressed(self) -> bytes:
        """The `lst` of the draft."""
        return zlib.compress(self.data, 9)

    @classmethod
    def decompressed(cls, bits: int, lst: bytes) -> "StatusList":
        """Read a `lst`. Raises `StatusListError` (status-list-format, status-list-limit)."""
        inflate = zlib.decompressobj()
        try:
            data = inflate.decompress(lst, MOST_BYTES + 1)
        except zlib.error:
            raise StatusListError("The statuses are not compressed with zlib.") from None
        if len(data) <= MOST_BYTES and (not inflate.eof or inflate.unused_data):
            raise StatusListError("The statuses end too early, or something follows them.")
        return cls(bits, data)


@dataclass(frozen=True)
class StatusListToken:
    """The list at the address `uri`, as of `issued_at`; to be believed until `expires_at`, fetched again after `keep`."""

    uri: str
    issued_at: datetime
    expires_at: datetime
    keep: timedelta
    statuses: StatusList

    def lookup(self, seal: Seal) -> RevocationLookup:
        """What `verify_seal` asks about this seal. A suspended act counts as revoked, `reason` tells them apart."""

        def ask(_commitment: bytes) -> Revocation | None:
            status = None if seal.status is None else self.statuses.status(seal.status)
            if status is None:
                raise RevocationUnavailableError("The list has no place for this act.", uri=self.uri)
            if status == VALID:
                return None
            reason = {INVALID: "status-invalid", SUSPENDED: "status-suspended"}.get(status, f"status-{status}")
            return Revocation(self.issued_at, reason)

        return ask


def room_for(places: int) -> int:
    """How long a list should be that has this many places taken: a power of two, at least twice as long.

    Its length says in which order of magnitude an administration issues, and no more. Raises `StatusListError`.
    """
    size = LEAST_ROOM
    while size < 2 * places:
        size *= 2
    if places < 0 or size > MOST_BYTES * 8:
        raise StatusListError("A status list has 128 million places at most.", code="status-list-limit", places=places)
    return size


def status_list_commitment(token: StatusListToken) -> bytes:
    """The leaf of what a list says on its day: 33 bytes, which anybody derives from the list alone.

    It covers the address, the day (UTC) and the statuses, not the instant: a list that is signed anew every few minutes has one
    leaf a day while nothing changes.
    """
    said: list[cbor.Cbor] = [
        token.uri, as_utc(token.issued_at).date().isoformat(), token.statuses.bits, hashlib.sha256(token.statuses.data).digest()
    ]  # fmt: skip
    return commitment(Kind.STATUS_LIST, _PUBLIC_SALT, cbor.encode(said))


def signed_with(data: bytes) -> bytes:
    """The kid in the header of a list that we published ourselves; nothing is verified. Raises `StatusListError`."""
    match _message(data)[0]:
        case {4: bytes(kid), **_rest}:
            return kid
    raise StatusListError("The header of a status list names algorithm, key and type.")


def sign_status_list(token: StatusListToken, signer: Signer) -> bytes:
    """The token as a CWT, signed with a seal key of the issuer. Raises `SealError` (seal-algorithm)."""
    if signer.alg != "ES256" or len(signer.kid) != KID_BYTES:
        raise SealError("Status lists are signed with ES256 and a kid of 8 bytes.", code="seal-algorithm")
    header: dict[int, cbor.Cbor] = {_ALG: _ES256, _KID: signer.kid, _TYPE: MEDIA_TYPE}
    claims: dict[int, cbor.Cbor] = {
        _SUBJECT: token.uri,
        _ISSUED_AT: to_epoch(token.issued_at),
        _EXPIRES: to_epoch(token.expires_at),
        _TTL: token.keep // timedelta(seconds=1),
        _LIST: {"bits": token.statuses.bits, "lst": token.statuses.compressed()},
    }
    protected, payload = cbor.encode(header), cbor.encode(claims)
    signature = signer.sign(signed_bytes(protected, payload))
    return cbor.encode(cbor.Tag(18, [protected, {}, payload, signature]))


def open_status_list(data: bytes, key_list: KeyList, *, owner: str, uri: str | None, now: datetime) -> StatusListToken:
    """Read and verify a status list that `owner` (the issuer of the act) publishes at `uri`.

    None: whoever has the file alone does not know from where it came; an issuer has one list. Raises `StatusListError`
    (status-list-format, status-list-other: of another address; status-list-expired),
    `KeyListError` relatives for the key, `SealSignatureError`.
    """
    header, token, signed, signature = _message(data)
    match header:
        case {1: -7, 4: bytes(kid), 16: str(kind), **rest} if kind == MEDIA_TYPE and not rest:
            pass
        case _:
            raise StatusListError("The header of a status list names algorithm, key and type.")
    key = key_list.find(kid, owner=owner, purpose="seal", at=token.issued_at)
    if not check_signature("ES256", key.public_key, signed, signature):
        raise SealSignatureError("The signature does not fit the status list and the key.", kid=kid.hex())
    if uri is not None and token.uri != uri:
        raise StatusListError("This is another status list.", code="status-list-other", uri=token.uri, expected=uri)
    if now >= token.expires_at:
        raise StatusListError("The status list is out of date.", code="status-list-expired", at=token.expires_at)
    return token


def _message(data: bytes) -> tuple[cbor.Cbor, StatusListToken, bytes, bytes]:
    """Header, claims, what the signature covers, the signature."""
    try:
        match cbor.decode(data, largest=2 * MOST_BYTES):
            case cbor.Tag(18, [bytes(protected), {**unprotected}, bytes(payload), bytes(signature)]) if not unprotected:
                token = _read_claims(cbor.decode(payload, largest=2 * MOST_BYTES))
                return cbor.decode(protected), token, signed_bytes(protected, payload), signature
    except CborError as refused:
        raise StatusListError(str(refused), cause=refused.code) from None
    raise StatusListError("A status list is a signed COSE message.")


def _read_claims(claims: cbor.Cbor) -> StatusListToken:
    match claims:
        case {2: str(uri), 4: int(expires), 6: int(issued), 65534: int(ttl), 65533: {"bits": int(bits), "lst": bytes(lst)}}:
            if not any(isinstance(number, bool) for number in (expires, issued, ttl, bits)) and 0 <= ttl <= 2**31:
                statuses = StatusList.decompressed(bits, lst)
                return StatusListToken(uri, _instant(issued), _instant(expires), timedelta(seconds=ttl), statuses)
    raise StatusListError("A status list states its address, its times and its statuses.")


def _instant(seconds: int) -> datetime:
    try:
        return from_epoch(seconds)
    except CoreError:
        raise StatusListError("The time of the status list is impossible.") from None
