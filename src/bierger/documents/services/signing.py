# SPDX-License-Identifier: EUPL-1.2
"""Signing an act's PDF (PAdES baseline B-B, with a time stamp B-T), and the time stamps of our own authority.

1. `place_for`: whether acts of this administration are signed, and how large a hole the PDF needs. Asked before rendering.
2. The sandbox renders, and gives back the PDF twice: as Typst made it, and with an empty hole behind it.
3. `fill`: the bytes around the hole are hashed here, the attributes signed by the administration's key, the signature stamped,
   and all of it put into the hole.
No key enters the process that opens templates, and what that process hands over is held against what Typst made: the signed file
begins with it, byte for byte.

When the time-stamping authority is silent, the act waits (its job is tried again) for PATIENCE after its decision; then it is
signed without a time stamp. The log dates it all the same.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bierger.administrations.types import AdministrationView
from bierger.documents.errors import SigningUnavailable, StampUnavailable
from bierger.documents.plugins import signing
from bierger.infra import clock
from bierger_core.signatures import SignatureError, embed, find_hole, signed_attributes, signed_data
from bierger_core.signatures.files import digest_of

logger = logging.getLogger("bierger.documents")
PATIENCE = timedelta(minutes=10)
WARNED_DAYS = 30  # time to order a new certificate and to be asked who one is
_MOST_SIGNATURE = 72  # bytes of a P-256 signature in DER
_DIGEST = bytes(32)
# What a screen reader says of the field, which nobody sees; the language is the act's.
LABELS = {"fr": "Signature de l’administration", "de": "Signatur der Verwaltung", "en": "Signature of the administration",
          "lb": "Signatur vun der Verwaltung"}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """What an act's signature will be made with, and how many bytes it may need."""

    signer: signing.FileSigner
    stamping: signing.Stamping | None
    room: int
    label: str

    @property
    def hole(self) -> dict[str, object]:
        """What the sandbox is told."""
        return {"room": self.room, "at": int(clock.now().timestamp()), "label": self.label}


def place_for(administration: AdministrationView, language: str) -> Place | None:
    """None: acts of this administration are not signed as PDFs. Raises SigningUnavailable."""
    signer = signing.signer_of(administration.code, administration.name("fr"))
    if signer is None:
        return None
    stamping = signing.stamping()
    bare = signed_data(signed_attributes(_DIGEST, signer.chain[0]), bytes(_MOST_SIGNATURE), signer.chain)
    wrapping = 64  # bytes around the stamp, and lengths that need a byte more
    return Place(signer, stamping, len(bare) + (stamping.room if stamping else 0) + wrapping, LABELS.get(language, LABELS["en"]))


def fill(place: Place, *, pdf: bytes, hollow: bytes, waiting_since: datetime) -> bytes:
    """The signed PDF. pdf, hollow: as the sandbox gave them. Raises SigningUnavailable, StampUnavailable (to be tried again)."""
    try:
        hole = find_hole(hollow)
    except SignatureError as error:
        raise SigningUnavailable("The place of the signature is not what it should be.", reason=error.code) from error
    if hole is None or not hollow.startswith(pdf) or hole.start < len(pdf) or hole.room != place.room:
        raise SigningUnavailable("The place of the signature is not what it should be.")
    attributes = signed_attributes(digest_of(hollow, hole), place.signer.chain[0])
    signature = place.signer.sign(attributes)
    return embed(
        hollow, hole, signed_data(attributes, signature, place.signer.chain, token=_stamp(place, signature, waiting_since))
    )


def _stamp(place: Place, signature: bytes, waiting_since: datetime) -> bytes | None:
    if place.stamping is None:
        return None
    try:
        return place.stamping.stamp(signature)
    except StampUnavailable as error:
        if clock.now() - waiting_since < PATIENCE:
            raise
        logger.warning("an act is signed without a time stamp", extra={"reason": str(error.data.get("reason", ""))})
        return None


def answer_stamp_request(*, request: bytes) -> bytes:
    """What our own time-stamping authority answers (RFC 3161). Raises SigningUnavailable where its key cannot be read."""
    return signing.answer(request)


def anchors() -> bytes:
    """PEM of the certification authority of our own; nothing where there is none. Public."""
    return signing.anchors_pem()


def warn_of_certificates() -> int:
    """Say in the log which of the operator's certificates end soon or have ended; how many these are."""
    late = 0
    for code, days in certificate_days().items():
        if days < WARNED_DAYS:
            late += 1
            logger.warning("The certificate of %s ends in %s days: acts wait when it is over", code, days)
    return late


def certificate_days() -> dict[str, int]:
    """Whole days that each certificate of the operator's has left, by administration; below zero: it is over."""
    now = clock.now()
    return {code: (ends - now).days for code, ends in signing.ends().items()}
