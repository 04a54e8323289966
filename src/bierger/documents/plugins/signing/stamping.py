# SPDX-License-Identifier: EUPL-1.2
"""Whose time: `BIERGER_TSA` is `off`, `own` (an authority in this process) or the address of one (RFC 3161 over HTTP).

An authority that does not answer is asked again after a pause, not by every act: what waits for it must not hold all jobs.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass

from django.conf import settings

from bierger.documents.errors import StampUnavailable
from bierger.documents.plugins.signing.identities import stamper
from bierger.infra import clock
from bierger.infra.outside import NoAnswer, post
from bierger_core.signatures import SERIAL_BYTES, Authority, SignaturesError, answer_stamp, open_answer, stamp_request
from bierger_core.signatures.stamps import NONCE_BYTES

WHOLE = 8.0  # seconds for all of an answer, however slowly it comes
LARGEST = 60_000  # bytes of an answer
PAUSE = 20.0  # seconds in which a silent authority is not asked again
OWN_ROOM, FOREIGN_ROOM = 2_000, 10_000  # bytes that a stamp may have; foreign ones carry whole chains


@dataclass(frozen=True)
class Stamping:
    """room: bytes a stamp may have. address: '' for our own authority."""

    room: int
    address: str

    def stamp(self, signature: bytes) -> bytes:
        """A time stamp of the signature, checked against what was asked. Raises StampUnavailable."""
        digest, nonce = hashlib.sha256(signature).digest(), int.from_bytes(secrets.token_bytes(NONCE_BYTES), "big")
        request = stamp_request(digest, nonce)
        said = _ask(self.address, request) if self.address else answer(request)
        try:
            token, _ = open_answer(said, digest=digest, nonce=nonce)
        except SignaturesError as error:
            raise StampUnavailable(f"The time stamp is of no use: {error}", reason=error.code) from error
        if len(token) > self.room:
            raise StampUnavailable("The time stamp is longer than its place.", reason="signature-space")
        return token


def stamping() -> Stamping | None:
    """As configured; None: signatures carry no time stamp."""
    told = str(settings.BIERGER_TSA)
    if told == "off":
        return None
    return Stamping(OWN_ROOM, "") if told == "own" else Stamping(FOREIGN_ROOM, told)


def answer(request: bytes) -> bytes:
    """What our own authority answers to a request of anybody's: a stamp or a refusal."""
    signer = stamper()
    authority = Authority(signer.chain, signer.sign)
    return answer_stamp(authority, request, at=clock.now(), serial=secrets.token_bytes(SERIAL_BYTES))


_silent_until: dict[str, float] = {}


def _ask(address: str, request: bytes) -> bytes:
    if time.monotonic() < _silent_until.get(address, 0.0):
        raise StampUnavailable("The time-stamping authority did not answer a moment ago.", reason="silent")
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        said = post(address, request, headers=headers, seconds=WHOLE, largest=LARGEST)
    except NoAnswer as error:
        _silent_until[address] = time.monotonic() + PAUSE
        raise StampUnavailable("The time-stamping authority does not answer.", reason=str(error)) from error
    _silent_until.pop(address, None)
    return said
