# SPDX-License-Identifier: EUPL-1.2
"""The proof of a deletion: a record of what was destroyed, committed to the log, and the certificate that anybody checks.

record       JSON object, `format` = FORMAT: number of the case, days, rule and law, how many of which kind were destroyed, the
             commitments whose openings are gone (hex). It holds nothing of what was destroyed.
in the log   commitment(DELETION, salt, canonical JSON of the record)
certificate  {"record": …, "salt": hex of 32 bytes, "proof": text of a .tlog-proof}: whole in itself, checked offline

What it proves: that on this day this installation said in public that it had destroyed these openings. That no copy is left
anywhere is beyond any proof; who finds a copy that opens one of the commitments proves that the record was not true.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from bierger_core.merkle import Policy, parse_proof, verify_proof
from bierger_core.seals.errors import VerificationError
from bierger_core.values import Canonical, Kind, canonical_json, commitment

FORMAT = "bierger-deletion/1"
LARGEST = 4_000_000  # bytes of a certificate: some ten thousand openings
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


@dataclass(frozen=True)
class DeletionProved:
    """A record that stands in a log: at which leaf, under a checkpoint of how many."""

    record: Mapping[str, object]
    origin: str
    index: int
    size: int
    witnesses: tuple[str, ...]


def deletion_commitment(record: Mapping[str, object], salt: bytes) -> bytes:
    """The leaf of a record. Raises CanonicalError, CommitmentError."""
    return commitment(Kind.DELETION, salt, canonical_json(cast("Canonical", record)))


def certificate(record: Mapping[str, object], salt: bytes, proof: bytes) -> bytes:
    """The file that proves a deletion: JSON, readable by people."""
    whole = {"record": record, "salt": salt.hex(), "proof": proof.decode()}
    return json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def verify_deletion(data: bytes, policy: Policy) -> DeletionProved:
    """Check a certificate against a policy.

    Raises VerificationError (deletion-unreadable), CommitmentError, CanonicalError, MerkleError.
    """
    record, salt, proof = _read(data)
    logged = verify_proof(parse_proof(proof), deletion_commitment(record, salt), policy)
    return DeletionProved(record, logged.checkpoint.origin, logged.index, logged.checkpoint.size, tuple(sorted(logged.witnesses)))


def _read(data: bytes) -> tuple[Mapping[str, object], bytes, bytes]:
    refused = VerificationError("This is no certificate of a deletion.", code="deletion-unreadable")
    try:
        whole = json.loads(data) if len(data) <= LARGEST else None
    except (ValueError, RecursionError):
        raise refused from None
    match whole:
        case {"record": {"format": str(form)} as record, "salt": str(salt), "proof": str(proof), **more}:
            if form != FORMAT or more or not _HEX.fullmatch(salt):
                raise refused
            return record, bytes.fromhex(salt), proof.encode()
    raise refused
