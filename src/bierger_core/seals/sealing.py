# SPDX-License-Identifier: EUPL-1.2
"""The seal: the signed content of a QR code.

    BRG1:  +  Base 45  of  COSE_Sign1 (RFC 9052), tagged 18, ES256:
        protected   {1: -7 (ES256), 4: kid, -65537: [salt, log origin]}
        unprotected {}
        payload     CWT claims (RFC 8392) {1: issuer, 6: issued at, -65537: [document type, {name: fact}]}

Everything is inside the signature, the salt and the log's origin too: no byte of a seal can be changed without being
noticed offline, and nobody can make a verifier ask another log. There is no choice of algorithm and no compression.
The format is final: `BRG2:` would be another one.

On paper: a QR code of version 13 at level M (69 modules) holds 318 bytes. Everything but the claims takes 126 bytes and
the length of the log's origin; so some 175 bytes are left for issuer, document type and facts: eight short ones. Longer
claims are no error, the code grows by 4 modules for every 30 to 40 bytes.
"""

from dataclasses import dataclass

from bierger_core.seals import base45, cbor
from bierger_core.seals.errors import Base45Error, CborError, SealError, SealSignatureError
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
)

PREFIX = "BRG1:"
LONGEST_CODE = 4296
"""Signs: the most a QR code holds in alphanumeric mode."""
LONGEST_ORIGIN = 120
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
    """The bytes the signature covers (Sig_structure of RFC 9052 section 4.4)."""

    def check(self, public_key: bytes) -> None:
        """Verify the signature with a P-256 key. Raises `SealSignatureError`, or `SigningError` for a broken key."""
        if not check_signature("ES256", public_key, self.signed, self.signature):
            raise SealSignatureError("The signature does not fit the facts and the key.", kid=self.kid.hex())

    @property
    def commitment(self) -> bytes:
        """The leaf of the facts in the log, 33 bytes."""
        return commitment(Kind.FACTS, self.salt, self.claims.canonical())


def _signed_bytes(protected: bytes, payload: bytes) -> bytes:
    return cbor.encode(["Signature1", protected, b"", payload])


def seal(claims: Claims, *, document_type: DocumentType, salt: bytes, log_origin: str, signer: Signer) -> str:
    """Sign the claims: the text of the QR code.

    The facts must be exactly those of the document type. `salt` is 32 fresh random bytes, also kept with the record;
    `log_origin` is the log that will hold the leaf. Raises `SealError` (seal-facts, seal-algorithm, seal-limit).
    """
    if claims.document_type != document_type.code or set(claims.facts) != set(document_type.facts):
        raise SealError("The facts are not those of the document type.", code="seal-facts", type=document_type.code)
    if signer.alg != "ES256" or len(signer.kid) != KID_BYTES:
        raise SealError("Seals are signed with ES256 and a kid of 8 bytes.", code="seal-algorithm")
    if len(salt) != SALT_BYTES or not 1 <= len(log_origin) <= LONGEST_ORIGIN:
        raise SealError("A seal needs a salt of 32 bytes and the origin of a log.")
    header: dict[int, cbor.Cbor] = {_ALG: _ES256, _KID: signer.kid, _LOG: [salt, log_origin]}
    protected = cbor.encode(header)
    payload = claims.canonical()
    signature = signer.sign(_signed_bytes(protected, payload))
    text = PREFIX + base45.encode(cbor.encode(cbor.Tag(_TAG_SIGN1, [protected, {}, payload, signature])))
    open_seal(text)  # whatever is handed out can be read back
    return text


def decode_text(code: str | bytes) -> bytes:
    """The bytes behind the text of a QR code. Raises `SealError` (seal-prefix, seal-limit), `Base45Error`."""
    if len(code) > LONGEST_CODE:
        raise SealError("This is longer than any QR code.", code="seal-limit", length=len(code))
    text = code.decode("latin-1") if isinstance(code, bytes) else code
    if not text.startswith(PREFIX):
        raise SealError("This code is not a seal of Bierger.", code="seal-prefix", start=text[:8])
    return base45.decode(text.removeprefix(PREFIX))


def decode_cose(data: bytes) -> Seal:
    """Read the bytes of a seal. Raises `SealError` (seal-format, seal-algorithm, seal-claims, seal-facts)."""
    try:
        message = cbor.decode(data)
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
    return Seal(_read_claims(payload), salt, origin, kid, signature, _signed_bytes(protected, payload))


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


def _checked_claims(issuer: str, issued_at: int, document_type: str, facts: dict[str, str]) -> Claims:
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


def open_seal(code: str | bytes) -> Seal:
    """Read the text of a QR code; nothing is verified. Raises `SealError`, also for broken Base 45."""
    try:
        data = decode_text(code)
    except Base45Error as refused:
        raise SealError(str(refused), cause=refused.code) from None
    return decode_cose(data)
