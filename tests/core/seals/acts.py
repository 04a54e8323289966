# SPDX-License-Identifier: EUPL-1.2
"""One sealed act with its log, for the tests: keys, key list, facts, proofs, all made from fixed bytes."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bierger_core.merkle import (
    EMPTY_EDGE,
    Checkpoint,
    TileReader,
    build_proof,
    fetch_from,
    grow,
    log_key,
    policy_of_logs,
    sign_checkpoint,
)
from bierger_core.seals import (
    Claims,
    DocumentType,
    KeyEntry,
    KeyList,
    LocalSigner,
    facts_commitment,
    file_commitment,
    seal,
    submission_commitment,
    with_opening,
)
from bierger_core.values import Kind

ORIGIN = "log.bettborn.lu"
ISSUED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SALT, FILE_SALT, RECEIPT_SALT = (bytes([n]) * 32 for n in (1, 2, 3))
RESIDENCE = DocumentType("residence", ("no", "name", "given", "born", "street", "place", "since", "until"))
FACTS = {
    "no": "2026-000123",
    "name": "Schmit",
    "given": "Anne-Marie",
    "born": "1985-01-15",
    "street": "2, rue de l'École",
    "place": "L-8606 Bettborn",
    "since": "2020-05-01",
    "until": "2027-02-22",
}
CLAIMS = Claims("bettborn", ISSUED, "residence", FACTS)
SIGNER = LocalSigner.of(ec.derive_private_key(7, ec.SECP256R1()))
OTHER_SIGNER = LocalSigner.of(ec.derive_private_key(8, ec.SECP256R1()))
LOG_SIGNER = LocalSigner.of(Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32))
LOG_KEY = log_key(ORIGIN, LOG_SIGNER.public_key)
POLICY = policy_of_logs([LOG_KEY])


def entry_of(signer=SIGNER, **changes):
    fields = {
        "kid": signer.kid,
        "owner": "bettborn",
        "purpose": "seal",
        "alg": signer.alg,
        "public_key": signer.public_key,
        "valid_from": datetime(2026, 1, 1, tzinfo=UTC),
        "valid_to": datetime(2028, 1, 1, tzinfo=UTC),
    }
    return KeyEntry(**(fields | changes))


KEYS = KeyList(ISSUED, (entry_of(), entry_of(OTHER_SIGNER, owner="redange"), entry_of(LOG_SIGNER, purpose="log")))
CODE = seal(CLAIMS, document_type=RESIDENCE, salt=SALT, log_origin=ORIGIN, signer=SIGNER)
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8 + b"\n%%EOF\n"
EVENT_HASH = bytes(range(32))

_LEAVES = [
    file_commitment(b"another act", bytes(32)),
    facts_commitment(CLAIMS, SALT),
    file_commitment(PDF, FILE_SALT),
    submission_commitment("F-2026-000001", EVENT_HASH, RECEIPT_SALT),
    file_commitment(b"one more", bytes(32)),
]
_GROWTH = grow(EMPTY_EDGE, _LEAVES)
CHECKPOINT = sign_checkpoint(Checkpoint(ORIGIN, len(_LEAVES), _GROWTH.edge.root()), LOG_KEY, LOG_SIGNER)
_READER = TileReader(fetch_from(_GROWTH.files), len(_LEAVES), _GROWTH.edge.root())


def proof_of(index, checkpoint=CHECKPOINT):
    return build_proof(index, _READER.read, checkpoint)


FACTS_PROOF = with_opening(proof_of(1), Kind.FACTS, SALT)
FILE_PROOF = with_opening(proof_of(2), Kind.FILE, FILE_SALT)
RECEIPT_PROOF = with_opening(proof_of(3), Kind.SUBMISSION, RECEIPT_SALT)
