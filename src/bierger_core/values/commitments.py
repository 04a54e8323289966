# SPDX-License-Identifier: EUPL-1.2
"""Salted commitments: what the log holds instead of data.

A commitment binds its maker to the content and tells nobody else anything about it as long as the salt stays secret.
Erasing the salt and the content leaves 33 bytes that are indistinguishable from random ones: the log, its root and the
proofs of all other leaves stay valid. It does not make the data anonymous while a copy of the salt is left anywhere,
the holder's included.
"""

import hashlib
from enum import IntEnum

from bierger_core.values.errors import CommitmentError

SALT_BYTES = 32
COMMITMENT_BYTES = 33
_DOMAIN = b"bierger/commit/v1"


class Kind(IntEnum):
    """What a leaf commits to. The numbers are written into the log for ever: never reuse one."""

    FACTS = 1  # the claims of an act, as its QR code carries them
    FILE = 2  # the exact bytes of an act's final file
    ACCESS = 3  # one reading of somebody's data
    EXCHANGE = 4  # the receipt of an exchange between two administrations
    KEY_LIST = 5  # one version of the key list
    REVOCATION = 6  # the state of the revocations
    FOREIGN_CHECKPOINT = 7  # a checkpoint of another body's log
    SUBMISSION = 8  # the receipt of a submission
    DISCLOSURES = 9  # the root of one batch of readings
    DELETION = 10  # the record of what was erased of a case, and by which rule
    STATUS_LIST = 11  # what an issuer's status list said on a day
    EARLIER_LOG = 12  # how a log ended that went before this one


def commitment(kind: int, salt: bytes, content: bytes) -> bytes:
    """33 bytes: `kind || SHA-256("bierger/commit/v1" || kind || salt || content)`.

    `salt` is exactly 32 random bytes: a fixed length keeps salt and content apart without a separator. Raises
    `CommitmentError` (commitment-kind, commitment-salt).
    """
    if kind not in Kind._value2member_map_:
        raise CommitmentError("This kind of leaf is not known.", code="commitment-kind", kind=int(kind))
    if len(salt) != SALT_BYTES:
        raise CommitmentError("A salt has 32 bytes.", code="commitment-salt", length=len(salt))
    prefix = bytes([kind])
    return prefix + hashlib.sha256(_DOMAIN + prefix + salt + content).digest()
