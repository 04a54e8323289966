# SPDX-License-Identifier: EUPL-1.2
"""Errors of the log.

MerkleError                       every refusal of this package
├── TreeRangeError                tree-range: an index or size outside the tree
├── ProofInvalidError             inclusion-proof-invalid, consistency-proof-invalid
├── TileError                     tile-format, tile-mismatch, bundle-format, entry-length
│   └── TileMissingError          tile-missing: the place that should hold a tile has none
├── NoteError                     note-format, note-limit, note-name, vkey-format, vkey-kind, note-signer
│   ├── NoteSignatureError        note-signature-wrong: a key we know did not make this signature (`name`)
│   └── NoteUnverifiedError       note-unverified: no signature of a key we know
├── CheckpointError               checkpoint-format, checkpoint-origin
├── LogProofError                 log-proof-format, log-proof-limit
├── HistoryError                  history-behind, history-forked, history-empty: appending here would make two histories
│   └── AnotherWriterError        another-writer: somebody else appended first; nothing has happened
├── WitnessRequestError           witness-request-format: not what a log sends to a witness, or not what one answers
├── SeenError                     seen-format, seen-other-origin: what a watcher remembers is not what it should be
└── PolicyError                   policy-format
    ├── LogUnknownError           log-unknown: the policy trusts no log of this origin
    └── QuorumError               quorum-missing: too few witnesses cosigned
"""

from bierger_core.values import CoreError


class MerkleError(CoreError):
    """Something about the log is not as it claims."""

    default_code = "merkle-error"


class TreeRangeError(MerkleError):
    """An index or size outside the tree."""

    default_code = "tree-range"


class ProofInvalidError(MerkleError):
    """The proof does not lead to the root."""

    default_code = "inclusion-proof-invalid"


class TileError(MerkleError):
    """A tile or entry bundle is malformed, or is not part of the tree with this root."""

    default_code = "tile-format"


class TileMissingError(TileError):
    """Raised by a `fetch` function: nothing is stored at this path."""

    default_code = "tile-missing"


class NoteError(MerkleError):
    """A signed note or verifier key is malformed."""

    default_code = "note-format"


class NoteSignatureError(NoteError):
    """A signature that names a known key was not made by it. `data["name"]` says which."""

    default_code = "note-signature-wrong"


class NoteUnverifiedError(NoteError):
    """No signature of a known key."""

    default_code = "note-unverified"


class CheckpointError(MerkleError):
    """A checkpoint is malformed, or signed for another origin."""

    default_code = "checkpoint-format"


class LogProofError(MerkleError):
    """A `.tlog-proof` text is malformed."""

    default_code = "log-proof-format"


class HistoryError(MerkleError):
    """To append here would begin a second history, or add nothing to this one."""

    default_code = "history-forked"


class AnotherWriterError(HistoryError):
    """Somebody else appended first. Nothing has happened: read again and try again."""

    default_code = "another-writer"


class WitnessRequestError(MerkleError):
    """A request to a witness, or the size in its answer, is malformed."""

    default_code = "witness-request-format"


class SeenError(MerkleError):
    """What was kept of an earlier look at a log is damaged, or of another log."""

    default_code = "seen-format"


class PolicyError(MerkleError):
    """A policy file is malformed (`line`), or a checkpoint does not satisfy it."""

    default_code = "policy-format"


class LogUnknownError(PolicyError):
    """The policy trusts no log of this origin."""

    default_code = "log-unknown"


class QuorumError(PolicyError):
    """Too few of the policy's witnesses cosigned the checkpoint."""

    default_code = "quorum-missing"
