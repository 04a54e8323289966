# SPDX-License-Identifier: EUPL-1.2
"""A log with its keys, witnesses and policies, for the tests that watch, witness and append."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bierger_core.merkle import EMPTY_EDGE, Checkpoint, cosign, grow, log_key, parse_policy, sign_checkpoint, witness_key
from bierger_core.values import LocalSigner

ORIGIN = "log.example.lu/bettborn"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def signer_of(number):
    return LocalSigner.of(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


LOG = signer_of(1)
LOG_KEY = log_key(ORIGIN, LOG.public_key)
WITNESSES = {f"w{n}": signer_of(10 + n) for n in range(5)}
WITNESS_KEYS = {name: witness_key(f"{name}.example.lu", signer.public_key) for name, signer in WITNESSES.items()}


def entries_of(start, end):
    return [b"entry %d" % n for n in range(start, end)]


def signed(size, root, signer=LOG, key=LOG_KEY):
    return sign_checkpoint(Checkpoint(key.name, size, root), key, signer)


def log_of(size, entries=None):
    """All files of a log of `size` entries, and its checkpoint."""
    growth = grow(EMPTY_EDGE, entries_of(0, size) if entries is None else entries)
    return dict(growth.files), signed(size, growth.edge.root())


def cosigned(note, *names, at=NOON):
    for name in names:
        note = cosign(note, WITNESS_KEYS[name], WITNESSES[name], at)
    return note


def policy_of(quorum="none", *groups):
    lines = [f"log {LOG_KEY.text}", *(f"witness {n} {k.text}" for n, k in WITNESS_KEYS.items()), *groups, f"quorum {quorum}"]
    return parse_policy("\n".join(lines) + "\n")
