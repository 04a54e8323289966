# SPDX-License-Identifier: EUPL-1.2
"""A small time-stamping authority (RFC 3161): a request in, an answer out; clock, serial numbers and key are the caller's.

Fit for demonstrations, tests and an organisation's own use. It is nobody's trusted third party: a stamp by whoever made the file
says no more than that they say so (docs/howto/sign-pdfs.md).
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from bierger_core.signatures import der
from bierger_core.signatures.cms import Chain, Sign, signed_attributes, signed_data
from bierger_core.signatures.errors import StampError
from bierger_core.signatures.stamps import BAD_POLICY, TST_INFO, Request, read_request

SERIAL_BYTES = 16  # random: no two stamps share a number, though nobody keeps a counter
ACCURACY = 1  # seconds; the time is cut to whole seconds, so it is at most so much early
POLICY = "2.25.145392757527684975270526607942428046490"  # of a random UUID (ITU-T X.667): "no promise but the accuracy"
_REJECTION = 2


@dataclass(frozen=True)
class Authority:
    """An authority's certificate and key.

    chain   the certificate, whose one purpose is time stamping (critical), and those above it
    sign    with its key, as `raw_signer` gives it
    """

    chain: Chain
    sign: Sign = field(repr=False)
    policy: str = POLICY


def answer_stamp(authority: Authority, request: bytes, *, at: datetime, serial: bytes) -> bytes:
    """The TimeStampResp to a TimeStampReq: a stamp, or a refusal with its reason; never an error.

    at      now (aware)
    serial  SERIAL_BYTES random bytes
    """
    try:
        asked = read_request(request)
    except StampError as error:
        return _refusal(str(error), int(str(error.data["failure"])))
    if asked.policy not in (None, authority.policy):
        return _refusal("This is another authority's policy.", BAD_POLICY)
    info = _info(authority, asked, at, int.from_bytes(serial, "big"))
    attributes = signed_attributes(hashlib.sha256(info).digest(), authority.chain[0], content_type=TST_INFO)
    token = signed_data(
        attributes, authority.sign(attributes), authority.chain,
        content=(TST_INFO, info), with_certificates=asked.with_certificate,
    )  # fmt: skip
    return der.sequence(der.sequence(der.integer(0)), token)


def _info(authority: Authority, asked: Request, at: datetime, serial: int) -> bytes:
    return der.sequence(
        der.integer(1), der.oid(authority.policy), asked.imprint, der.integer(serial), der.generalized_time(at),
        der.sequence(der.integer(ACCURACY)), b"" if asked.nonce is None else der.integer(asked.nonce),
    )  # fmt: skip


def _refusal(said: str, failure: int) -> bytes:
    """PKIStatusInfo with one bit of PKIFailureInfo; trailing zero bits are cut, as DER wants of named bits."""
    bits = (1 << (7 - failure % 8)).to_bytes(1, "big").rjust(failure // 8 + 1, b"\0")
    told = der.sequence(der.tagged(der.UTF8, said.encode()))
    return der.sequence(der.sequence(der.integer(_REJECTION), told, der.tagged(der.BIT_STRING, bytes((7 - failure % 8,)) + bits)))
