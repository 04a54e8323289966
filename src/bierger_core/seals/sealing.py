# SPDX-License-Identifier: EUPL-1.2
"""The seal: the signed content of a QR code, in two profiles. Both are

    prefix  +  Base 45  of  COSE_Sign1 (RFC 9052), tagged 18, ES256:
        protected   {1: -7 (ES256), 4: kid, -65537: [salt, log origin]}
        unprotected {}
        payload     CWT claims (RFC 8392)

    BRG1:   {1: issuer, 6: issued at, -65537: [document type, {name: fact}]}
    BRG2:   {1: issuer, 6: issued at, -65538: [digest of the document type, [fact, ...]]}            compact
            {1: issuer, 6: issued at, -65538: [digest of the document type, [fact, ...], status]}

Everything is inside the signature, the salt and the log's origin too: no byte of a seal can be changed without being
noticed offline, and nobody can make a verifier ask another log. There is no choice of algorithm and no compression.
BRG1, of release 0.1, says everything itself and is read for ever. A compact seal leaves to the registry of document
types (see `registry`) what is the same in every act of a type: the names of the facts, their order, which of them are
dates. `status` is the act's place in its issuer's status list (see `statuses`); a short-lived act never has one.

The leaf in the log commits to the payload and the salt, in both profiles; not to the signature. An ES256 signature
(r, s) is as good as (r, n - s), and anybody can turn one into the other. In BRG1 a code so turned still verifies: it
states the same facts, opens the same leaf and finds the same revocation. In BRG2 only the smaller s is accepted, so
that one signing has one text.

On paper: a QR code of version 13 at level M (69 modules) holds 318 bytes. In BRG1 everything but the claims takes 126
bytes and the length of the log's origin; eight facts with names of ten letters need version 14, and compact version 12
(65 modules). Longer claims are no error, the code grows by 4 modules for every 30 to 40 bytes; `text_room` says how many
bytes of texts keep it small.
"""

from dataclasses import dataclass

from bierger_core.seals import base45, cbor
from bierger_core.seals.errors import Base45Error, CborError, SealError, SealSignatureError
from bierger_core.seals.registry import NO_TYPES, RegisteredType, TypeRegistry
from bierger_core.seals.types import CLAIM_ACT, CLAIM_ISSUED_AT, CLAIM_ISSUER, Claims, DocumentType
from bierger_core.values import (
    KID_BYTES,
    SALT_BYTES,
    CoreError,
    Kind,
    Signer,
    check_signature,
    commitment,
    from_epoch,
    low_s,
    to_epoch,
)

PREFIX, COMPACT_PREFIX = "BRG1:", "BRG2:"
LONGEST_CODE = 4296
"""Signs: the most a QR code holds in alphanumeric mode."""
LARGEST_SMALL = 318
"""Bytes of a seal in a QR code of version 13 at level M (69 modules): 483 signs."""
LONGEST_ORIGIN = 120
LARGEST_STATUS = 2**31 - 1
CLAIM_COMPACT = -65538
LAST_ISSUE = 253370764800
"""1 January 9999: what is dated later could not be shown in every zone."""
_TAG_SIGN1 = 18
_ALG, _KID, _LOG = 1, 4, -65537
_ES256 = -7


@dataclass(frozen=True)
class Seal:
    """A seal that was read. Nothing is verified until `check` says so."""

    claims: Claims
    salt: bytes
    log_origin: str
    kid: bytes
    signature: bytes
    signed: bytes
    """The bytes the signature covers, see `signed_bytes`."""
    payload: bytes
    registered: RegisteredType | None = None
    """The document type of a compact seal, as the registry has it; None in BRG1."""
    status: int | None = None
    """The act's place in the issuer's status list, if it has one."""

    def check(self, public_key: bytes) -> None:
        """Verify the signature with a P-256 key. Raises `SealSignatureError`, or `SigningError` for a broken key."""
        if not check_signature("ES256", public_key, self.signed, self.signature):
            raise SealSignatureError("The signature does not fit the facts and the key.", kid=self.kid.hex())

    @property
    def commitment(self) -> bytes:
        """The leaf of the facts in the log, 33 bytes."""
        return commitment(Kind.FACTS, self.salt, self.payload)


def signed_bytes(protected: bytes, payload: bytes) -> bytes:
    """What a COSE signature covers (Sig_structure of RFC 9052 section 4.4)."""
    return cbor.encode(["Signature1", protected, b"", payload])


@dataclass(frozen=True)
class Envelope:
    """The bytes behind the text of a code, and in which profile they must be."""

    data: bytes
    is_compact: bool


def compact_payload(claims: Claims, registered: RegisteredType, status: int | None = None) -> bytes:
    """What a compact seal signs and its leaf commits to. Raises `SealError` (seal-facts): not the facts of the type."""
    if claims.document_type != registered.code or set(claims.facts) != {fact.name for fact in registered.facts}:
        raise SealError("The facts are not those of the document type.", code="seal-facts", type=registered.code)
    if status is not None and not 0 <= status <= LARGEST_STATUS:
        raise SealError("No status list has this place.", status=status)
    if status is not None and registered.is_short_lived:
        raise SealError("What ends within a day has no place in a status list.", code="seal-claims", type=registered.code)
    packed: list[cbor.Cbor] = [fact.pack(claims.facts[fact.name]) for fact in registered.facts]
    act: list[cbor.Cbor] = [registered.digest, packed]
    payload: dict[int, cbor.Cbor] = {
        CLAIM_ISSUER: claims.issuer,
        CLAIM_ISSUED_AT: to_epoch(claims.issued_at),
        CLAIM_COMPACT: act if status is None else [*act, status],
    }
    return cbor.encode(payload)


def seal(
    claims: Claims,
    *,
    document_type: DocumentType | RegisteredType,
    salt: bytes,
    log_origin: str,
    signer: Signer,
    status: int | None = None,
) -> str:
    """Sign the claims: the text of the QR code, compact for a registered document type.

    The facts must be exactly those of the document type. `salt` is 32 fresh random bytes, also kept with the record;
    `log_origin` is the log that will hold the leaf; `status` the place in the issuer's status list, only in a compact
    seal. Raises `SealError` (seal-facts, seal-algorithm, seal-limit).
    """
    if signer.alg != "ES256" or len(signer.kid) != KID_BYTES:
        raise SealError("Seals are signed with ES256 and a kid of 8 bytes.", code="seal-algorithm")
    if len(salt) != SALT_BYTES or not 1 <= len(log_origin) <= LONGEST_ORIGIN:
        raise SealError("A seal needs a salt of 32 bytes and the origin of a log.")
    header: dict[int, cbor.Cbor] = {_ALG: _ES256, _KID: signer.kid, _LOG: [salt, log_origin]}
    protected = cbor.encode(header)
    if isinstance(document_type, RegisteredType):
        prefix, types = COMPACT_PREFIX, TypeRegistry((document_type,))
        payload = compact_payload(claims, document_type, status)
        signature = low_s(signer.sign(signed_bytes(protected, payload)))
    else:
        prefix, types = PREFIX, NO_TYPES
        payload = _plain_payload(claims, document_type, status)
        signature = signer.sign(signed_bytes(protected, payload))
    text = prefix + base45.encode(cbor.encode(cbor.Tag(_TAG_SIGN1, [protected, {}, payload, signature])))
    open_seal(text, types)  # whatever is handed out can be read back
    return text


def text_room(registered: RegisteredType, *, issuer: str, log_origin: str) -> int:
    """Bytes that a small code has for all texts of an act of this type; negative where there is none left for any."""
    longest = {"text": "", "date": "9999-12-31"}
    facts = {fact.name: longest.get(fact.kind, next(iter(fact.options), "")) for fact in registered.facts}
    claims = Claims(issuer, from_epoch(LAST_ISSUE - 1), registered.code, facts)
    header: dict[int, cbor.Cbor] = {_ALG: _ES256, _KID: bytes(KID_BYTES), _LOG: [bytes(SALT_BYTES), log_origin]}
    payload = compact_payload(claims, registered, None if registered.is_short_lived else LARGEST_STATUS)
    parts: list[cbor.Cbor] = [cbor.encode(header), {}, payload, bytes(64)]
    texts = sum(fact.kind == "text" for fact in registered.facts)
    # A text longer than 23 bytes, and a payload longer than 255, say their length in a byte more.
    return LARGEST_SMALL - len(cbor.encode(cbor.Tag(_TAG_SIGN1, parts))) - texts - 1


def _plain_payload(claims: Claims, document_type: DocumentType, status: int | None) -> bytes:
    if claims.document_type != document_type.code or set(claims.facts) != set(document_type.facts):
        raise SealError("The facts are not those of the document type.", code="seal-facts", type=document_type.code)
    if status is not None:
        raise SealError("Only a compact seal has a place in a status list.")
    return claims.canonical()


def decode_text(code: str | bytes) -> Envelope:
    """The bytes behind the text of a QR code. Raises `SealError` (seal-prefix, seal-limit), `Base45Error`."""
    if len(code) > LONGEST_CODE:
        raise SealError("This is longer than any QR code.", code="seal-limit", length=len(code))
    text = code.decode("latin-1") if isinstance(code, bytes) else code
    prefix, rest = text[: len(PREFIX)], text[len(PREFIX) :]
    if prefix not in {PREFIX, COMPACT_PREFIX}:
        raise SealError("This code is not a seal of Bierger.", code="seal-prefix", start=text[:8])
    return Envelope(base45.decode(rest), prefix == COMPACT_PREFIX)


def decode_cose(envelope: Envelope, types: TypeRegistry = NO_TYPES) -> Seal:
    """Read the bytes of a seal.

    Raises `SealError` (seal-format, seal-algorithm, seal-claims, seal-facts), `UnknownTypeError`.
    """
    try:
        message = cbor.decode(envelope.data)
    except CborError as refused:
        raise SealError(str(refused), cause=refused.code) from None
    match message:
        case cbor.Tag(18, [bytes(protected), {**unprotected}, bytes(payload), bytes(signature)]):
            pass
        case _:
            raise SealError("A seal is a signed COSE message.")
    if unprotected:
        raise SealError("Nothing in a seal stands outside the signature.")
    salt, origin, kid = _read_header(protected)
    signed = signed_bytes(protected, payload)
    if not envelope.is_compact:
        return Seal(_read_claims(payload), salt, origin, kid, signature, signed, payload)
    claims, registered, status = _read_compact(payload, types)
    if signature != low_s(signature):
        raise SealError("The signature is the other one of its two forms.", cause="signature-high-s")
    return Seal(claims, salt, origin, kid, signature, signed, payload, registered, status)


def _read_header(protected: bytes) -> tuple[bytes, str, bytes]:
    header = _decoded(protected)
    if isinstance(header, dict) and header.get(_ALG) != _ES256:
        raise SealError("Seals are signed with ES256 only.", code="seal-algorithm")
    match header:
        case {1: _, 4: bytes(kid), -65537: [bytes(salt), str(origin)], **rest} if not rest:
            if len(kid) == KID_BYTES and len(salt) == SALT_BYTES and 1 <= len(origin) <= LONGEST_ORIGIN:
                return salt, origin, kid
    raise SealError("The header of the seal names key, salt and log.")


def _read_claims(payload: bytes) -> Claims:
    claims = _decoded(payload)
    if isinstance(claims, dict) and set(claims) == {CLAIM_ISSUER, CLAIM_ISSUED_AT, CLAIM_ACT}:
        issuer, issued_at, act = claims[CLAIM_ISSUER], claims[CLAIM_ISSUED_AT], claims[CLAIM_ACT]
        match act:
            case [str(document_type), {**facts}] if isinstance(issuer, str) and type(issued_at) is int:
                texts = {name: fact for name, fact in facts.items() if isinstance(name, str) and isinstance(fact, str)}
                if len(texts) == len(facts):
                    return _checked_claims(issuer, issued_at, document_type, texts)
    raise SealError("The seal does not state issuer, instant, document type and facts.", code="seal-claims")


def _read_compact(payload: bytes, types: TypeRegistry) -> tuple[Claims, RegisteredType, int | None]:
    claims = _decoded(payload)
    if isinstance(claims, dict) and set(claims) == {CLAIM_ISSUER, CLAIM_ISSUED_AT, CLAIM_COMPACT}:
        issuer, issued_at, act = claims[CLAIM_ISSUER], claims[CLAIM_ISSUED_AT], claims[CLAIM_COMPACT]
        match act:
            case [bytes(digest), [*packed], *status] if isinstance(issuer, str) and type(issued_at) is int:
                registered = types.find(digest)
                place = _read_status(status)
                if place is not None and registered.is_short_lived:
                    raise SealError("What ends within a day has no place in a status list.", code="seal-claims")
                if len(packed) != len(registered.facts):
                    raise SealError("The facts are not those of the document type.", code="seal-facts")
                facts = {fact.name: fact.unpack(one) for fact, one in zip(registered.facts, packed, strict=True)}
                return _checked_claims(issuer, issued_at, registered.code, facts), registered, place
    raise SealError("The seal does not state issuer, instant, document type and facts.", code="seal-claims")


def _read_status(status: list[cbor.Cbor]) -> int | None:
    match status:
        case []:
            return None
        case [int(place)] if type(place) is int and 0 <= place <= LARGEST_STATUS:
            return place
    raise SealError("The place in the status list is a number.", code="seal-claims")


def _checked_claims(issuer: str, issued_at: int, document_type: str, facts: dict[str, str]) -> Claims:
    if issued_at >= LAST_ISSUE:
        raise SealError("The instant of issue is impossible.", code="seal-claims")
    try:
        return Claims(issuer, from_epoch(issued_at), document_type, facts)
    except SealError:
        raise
    except CoreError as refused:
        raise SealError("The instant of issue is impossible.", code="seal-claims", cause=refused.code) from None


def _decoded(data: bytes) -> cbor.Cbor:
    try:
        return cbor.decode(data)
    except CborError as refused:
        raise SealError(str(refused), cause=refused.code) from None


def open_seal(code: str | bytes, types: TypeRegistry = NO_TYPES) -> Seal:
    """Read the text of a QR code; nothing is verified. Raises `SealError`, also for broken Base 45.

    A compact seal wants its document type in `types`: `UnknownTypeError`.
    """
    try:
        envelope = decode_text(code)
    except Base45Error as refused:
        raise SealError(str(refused), cause=refused.code) from None
    return decode_cose(envelope, types)
