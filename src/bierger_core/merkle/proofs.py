# SPDX-License-Identifier: EUPL-1.2
"""Proofs that stand alone (C2SP tlog-proof): index, path and checkpoint in one text, verified offline.

The `extra` line is authenticated by nothing: whoever reads it must check that it fits the rest.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bierger_core.merkle.checkpoints import Checkpoint, parse_checkpoint_text
from bierger_core.merkle.errors import LogProofError
from bierger_core.merkle.notes import LARGEST_NOTE, parse_note
from bierger_core.merkle.policy import Policy
from bierger_core.merkle.tree import HASH_BYTES, LARGEST_SIZE, ReadHash, inclusion_proof, leaf_hash, verify_inclusion
from bierger_core.merkle.vkeys import VerifierKey, read_base64

FIRST_LINE = "c2sp.org/tlog-proof@v1"
LARGEST_PROOF = LARGEST_NOTE + 16_384
_LONGEST_PATH = 63
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True)
class LogProof:
    """The entry at `index` is in the tree of the `checkpoint` note (bytes, verbatim); `hashes` go from leaf to root."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


@dataclass(frozen=True)
class Logged:
    """A verified proof: which entry of which log, under which checkpoint, seen by which witnesses at which instants."""

    index: int
    checkpoint: Checkpoint
    log: VerifierKey
    witnesses: Mapping[str, datetime]


def build_proof(index: int, read_hash: ReadHash, checkpoint: bytes, extra: bytes | None = None) -> LogProof:
    """The proof of one entry in the tree of a checkpoint note. Raises `TreeRangeError` if it is not in it yet."""
    size = parse_checkpoint_text(parse_note(checkpoint).text).size
    return LogProof(index, inclusion_proof(index, size, read_hash), checkpoint, extra)


def format_proof(proof: LogProof) -> bytes:
    """The text of a `.tlog-proof` file."""
    lines = [FIRST_LINE]
    if proof.extra is not None:
        lines.append(f"extra {base64.b64encode(proof.extra).decode()}")
    lines.append(f"index {proof.index}")
    lines.extend(base64.b64encode(step).decode() for step in proof.hashes)
    return ("\n".join(lines) + "\n\n").encode() + proof.checkpoint


def parse_proof(data: bytes) -> LogProof:
    """Read a `.tlog-proof` text; nothing is verified. Raises `LogProofError` (log-proof-format, log-proof-limit)."""
    if len(data) > LARGEST_PROOF:
        raise LogProofError("The proof is too long.", code="log-proof-limit", length=len(data))
    head, separator, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise LogProofError("The first part of a proof is plain ASCII.") from None
    if not separator or lines[0] != FIRST_LINE:
        raise LogProofError(f"A proof begins with {FIRST_LINE}.")
    try:
        has_extra = len(lines) > 1 and lines[1].startswith("extra ")
        extra = read_base64(lines[1].removeprefix("extra ")) if has_extra else None
        path = lines[2 + has_extra :]
        hashes = tuple(read_base64(line) for line in path)
    except ValueError:
        raise LogProofError("A line of the proof is not Base 64.") from None
    index = _INDEX.fullmatch(lines[1 + has_extra]) if len(lines) > 1 + has_extra else None
    if index is None or int(index[1]) > LARGEST_SIZE:
        raise LogProofError("A proof names the index of the entry.")
    if len(hashes) > _LONGEST_PATH or any(len(step) != HASH_BYTES for step in hashes):
        raise LogProofError("The path of a proof is at most 63 hashes of 32 bytes.")
    return LogProof(int(index[1]), hashes, checkpoint, extra)


def verify_proof(proof: LogProof, entry: bytes, policy: Policy) -> Logged:
    """That `entry` (the leaf's data, not its hash) is in a log the policy trusts.

    First the checkpoint against the policy, then the path. Raises `MerkleError`s by name, see `Policy.judge` and
    `verify_inclusion`.
    """
    endorsed = policy.judge(proof.checkpoint)
    checkpoint = endorsed.checkpoint
    verify_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return Logged(proof.index, checkpoint, endorsed.log, endorsed.witnesses)
