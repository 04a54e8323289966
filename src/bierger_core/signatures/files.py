# SPDX-License-Identifier: EUPL-1.2
"""The signature in a PDF (PAdES baseline, ETSI EN 319 142-1): its hole found, filled, and checked.

The PDF itself, with its field and its empty hole, is made by a PDF library; here only bytes are counted.

    %PDF ... /ByteRange [0 a b c] ... /Contents <000...000> ... %%EOF
             the signature is over bytes 0..a and b..b+c: all of the file but the hole
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from bierger_core.signatures.cms import read_signed
from bierger_core.signatures.errors import SignatureError, SignaturesError
from bierger_core.signatures.stamps import Stamp, open_stamp

Dated = Literal["stamp", "certificate", "nothing"]
_RANGE = re.compile(rb"/ByteRange\s{0,8}\[\s{0,8}(\d{1,10})\s{1,8}(\d{1,10})\s{1,8}(\d{1,10})\s{1,8}(\d{1,10})\s{0,16}\]")


@dataclass(frozen=True)
class Hole:
    """Where the signature stands: hexadecimal digits between `<` at `start` and `>` before `end`."""

    start: int
    end: int

    @property
    def room(self) -> int:
        """Bytes that a signature may have."""
        return (self.end - self.start - 2) // 2


@dataclass(frozen=True)
class FileSignature:
    """A signature that is right: by this key, over the whole file.

    name      the signer's, as the certificate says it
    issuer    who says so: the name of the certificate above
    trusted   the certificate comes from one of the anchors that were given, and was valid at the time; None: none were given
    stamp     of the time-stamping authority, None where there is none; stamp_trusted: as `trusted`
    dated     what says that it was made while the certificate was valid: the time "stamp"; without one the "certificate", which
              is still valid; or "nothing": who stole an old key could have made it today
    """

    name: str
    issuer: str
    certificate: x509.Certificate
    trusted: bool | None
    stamp: Stamp | None
    stamp_trusted: bool | None
    dated: Dated

    @property
    def at(self) -> datetime | None:
        """When it was there at the latest, by the time stamp."""
        return None if self.stamp is None else self.stamp.at


def find_hole(pdf: bytes) -> Hole | None:
    """The hole of the last signature; None where there is none. Raises SignatureError when it does not cover the file."""
    last = max(_RANGE.finditer(pdf), key=re.Match.start, default=None)
    if last is None:
        return None
    first, before, after, rest = (int(number) for number in last.groups())
    whole = first == 0 and before < after and after + rest == len(pdf)
    if not whole or pdf[before : before + 1] != b"<" or pdf[after - 1 : after] != b">":
        raise SignatureError("The signature is not about the whole file.", code="signature-digest")
    return Hole(before, after)


def digest_of(pdf: bytes, hole: Hole, algorithm: str = "sha256") -> bytes:
    """The digest of all but the hole."""
    hashed = hashlib.new(algorithm, pdf[: hole.start])
    hashed.update(pdf[hole.end :])
    return hashed.digest()


def embed(pdf: bytes, hole: Hole, signature: bytes) -> bytes:
    """The PDF with the signature in its hole. Raises SignatureError (signature-space)."""
    if len(signature) > hole.room:
        raise SignatureError(
            "The signature is longer than its place.", code="signature-space", needed=len(signature), room=hole.room
        )
    digits = signature.hex().encode().ljust(2 * hole.room, b"0")
    return pdf[: hole.start + 1] + digits + pdf[hole.end - 1 :]


def check_file_signature(pdf: bytes, *, now: datetime, anchors: Iterable[x509.Certificate] = ()) -> FileSignature | None:
    """The last signature of a PDF, verified; None where it has none. anchors: certificates that are believed.

    What it was signed with had to be valid then: at the instant of the time stamp or, where there is none, or anchors are given
    and its authority comes from none of them, `now`. A certificate's revocation is not asked for. Raises SignaturesError.
    """
    hole = find_hole(pdf)
    if hole is None:
        return None
    try:
        data = bytes.fromhex(pdf[hole.start + 1 : hole.end - 1].decode("ascii"))
    except ValueError as error:
        raise SignatureError("The signature cannot be read.") from error
    signed = read_signed(data)
    if digest_of(pdf, hole, signed.hash.name) != signed.digest:
        raise SignatureError("The file was changed after it was signed.", code="signature-digest")
    stamp = None if signed.token is None else open_stamp(signed.token)
    if stamp is not None and hashlib.sha256(signed.signature).digest() not in stamp.imprint:
        raise SignaturesError("The time stamp is about another signature.", code="stamp-other-digest")
    believed = list(anchors)
    stamp_trusted = leads_to(stamp.certificate, stamp.others, believed, stamp.at) if believed and stamp else None
    # Whoever has a key that ended could have a stamp of any day from an authority of their own.
    at = now if stamp is None or stamp_trusted is False else stamp.at
    dated: Dated = "nothing" if not _is_valid(signed.certificate, at) else "certificate" if at is now else "stamp"
    return FileSignature(
        _name(signed.certificate.subject), _name(signed.certificate.issuer), signed.certificate,
        leads_to(signed.certificate, signed.others, believed, at) if believed else None, stamp, stamp_trusted, dated,
    )  # fmt: skip


_LONGEST_CHAIN = 5


def leads_to(
    certificate: x509.Certificate, others: Iterable[x509.Certificate], anchors: Iterable[x509.Certificate], at: datetime
) -> bool:
    """Whether a chain of signatures leads from the certificate to an anchor, each valid at the instant."""
    known, believed, here = [*others, *anchors], list(anchors), certificate
    for _ in range(_LONGEST_CHAIN):
        if not _is_valid(here, at):
            return False
        if here in believed:
            return True
        above = next((one for one in known if one != here and _issued(here, one)), None)
        if above is None:
            return False
        here = above
    return False


def _is_valid(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _issued(certificate: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
        return by.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.ExtensionNotFound):
        return False


def _name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME) or name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(found[0].value) if found else name.rfc4514_string()
