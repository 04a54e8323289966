# SPDX-License-Identifier: EUPL-1.2
"""A witness (C2SP tlog-witness): cosigns a log's checkpoint only when it extends the last one it cosigned.

    POST <prefix>/add-checkpoint      old <size>, consistency hashes, an empty line, the checkpoint

Here are the texts of both sides and the witness's answer, as a step from state to state. Whoever runs a witness reads
the state, calls `decide`, stores the new state and only then answers; reading and storing are one transaction (or one
compare-and-swap), or two requests at once could make the witness sign a history backwards. No node of `bierger` runs
one yet: the address over HTTP is missing. The node that witnesses others, and asks others to witness it, is planned; `decide`,
`size_answered`, `take_cosignatures`, `monitoring_path` and `notes.cosigned_at` wait for it.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bierger_core.merkle.checkpoints import Checkpoint, parse_checkpoint_text
from bierger_core.merkle.errors import CheckpointError, MerkleError, NoteError, ProofInvalidError, WitnessRequestError
from bierger_core.merkle.notes import Note, cosign_note, format_note, parse_note, parse_signature_line, verify_note
from bierger_core.merkle.seen import Fork, Seen
from bierger_core.merkle.tree import EMPTY_ROOT, HASH_BYTES, LARGEST_SIZE, verify_consistency
from bierger_core.merkle.vkeys import VerifierKey, read_base64
from bierger_core.values import Signer

SIZE_TYPE = "text/x.tlog.size"
"""Media type of the answer that tells a log which size the witness knows."""
TEXT_TYPE = "text/plain; charset=utf-8"
LARGEST_REQUEST = 147_456
"""Bytes: a checkpoint note of 128 KiB and a proof."""
_LONGEST_PROOF = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n")

WitnessState: TypeAlias = Mapping[str, Seen]
"""The last checkpoint cosigned, by origin. Its note carries the log's signature and the witness's own."""


@dataclass(frozen=True)
class AddCheckpoint:
    """What a log asks: cosign this `checkpoint` (a note); `proof` leads to it from the tree of `old` entries."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes


@dataclass(frozen=True)
class Answer:
    """The `state` to store, then what to answer over HTTP: `status`, `body` and `media_type`.

    `code` says why: cosigned (200), request-malformed or old-size-larger (400), checkpoint-unsigned (403), log-unknown
    (404), old-size-conflict or root-conflict (409), consistency-proof-invalid (422). With root-conflict, and when the
    proof fails, `fork` holds both checkpoints, signed: publish them.
    """

    state: WitnessState
    status: int
    code: str
    body: bytes
    media_type: str = TEXT_TYPE
    fork: Fork | None = None


def format_add_checkpoint(request: AddCheckpoint) -> bytes:
    """The body of the request. Raises `WitnessRequestError` for more than 63 hashes."""
    if len(request.proof) > _LONGEST_PROOF:
        raise WitnessRequestError("A consistency proof has at most 63 hashes.")
    lines = [f"old {request.old}", *(b64encode(step).decode() for step in request.proof)]
    return ("\n".join(lines) + "\n\n").encode() + request.checkpoint


def parse_add_checkpoint(data: bytes) -> AddCheckpoint:
    """Read the body of a request; the checkpoint is not looked at. Raises `WitnessRequestError`."""
    if len(data) > LARGEST_REQUEST:
        raise WitnessRequestError("The request is too long.")
    head, separator, checkpoint = data.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
        proof = tuple(read_base64(line) for line in lines)
    except ValueError:
        raise WitnessRequestError("A line of the consistency proof is not Base 64.") from None
    old = _OLD.fullmatch(first)
    if not separator or old is None or int(old[1]) > LARGEST_SIZE:
        raise WitnessRequestError("A request begins with the old size, ends its proof with an empty line.")
    if len(proof) > _LONGEST_PROOF or any(len(step) != HASH_BYTES for step in proof):
        raise WitnessRequestError("A consistency proof is at most 63 hashes of 32 bytes.")
    return AddCheckpoint(int(old[1]), proof, checkpoint)


def decide(
    state: WitnessState,
    body: bytes,
    *,
    logs: Iterable[VerifierKey],
    cosigners: Sequence[tuple[VerifierKey, Signer]],
    at: datetime,
) -> Answer:
    """One step of a witness that knows `logs` and signs with `cosigners` (at least one) at the instant `at`.

    1. The request is well formed, the checkpoint too.
    2. The log is known.
    3. One of its keys signed the checkpoint.
    4. The old size is not larger than the new one.
    5. It is the size of the last checkpoint cosigned (0: none was).
    6. Of two checkpoints of one size the roots are the same; otherwise the proof leads from one root to the other.
    7. The new checkpoint is remembered and cosigned.

    The state changes in step 7 only. The time is the host's word: verifiers refuse cosignatures from the future.
    """
    try:
        request = parse_add_checkpoint(body)
        note = parse_note(request.checkpoint)
        checkpoint = parse_checkpoint_text(note.text)
    except MerkleError as refused:
        return _refusal(state, 400, "request-malformed", str(refused))
    keys = tuple(key for key in logs if key.name == checkpoint.origin)
    if not keys:
        return _refusal(state, 404, "log-unknown", "This witness does not know the log.")
    try:
        signed_by = verify_note(note, keys)
    except NoteError as refused:
        return _refusal(state, 403, "checkpoint-unsigned", str(refused))
    # Lines of strangers are not kept: anybody may put them there.
    own = Note(note.text, tuple(line for line in note.signatures if any(line.is_by(key) for key in signed_by)))
    refusal = _history(state, request, checkpoint, format_note(own))
    if refusal is not None:
        return refusal
    lines = tuple(cosign_note(note.text, key, signer, at) for key, signer in cosigners)
    seen = Seen.of(format_note(Note(own.text, (*own.signatures, *lines))))
    answer = "".join(line.line for line in lines).encode()
    return Answer({**state, checkpoint.origin: seen}, 200, "cosigned", answer)


def _history(state: WitnessState, request: AddCheckpoint, checkpoint: Checkpoint, note: bytes) -> Answer | None:
    """Steps 4 to 6."""
    last = state.get(checkpoint.origin)
    size, root = (last.size, last.root) if last is not None else (0, EMPTY_ROOT)
    if request.old > checkpoint.size:
        return _refusal(state, 400, "old-size-larger", "The old size is larger than the new one.")
    if request.old != size:
        return Answer(state, 409, "old-size-conflict", b"%d\n" % size, SIZE_TYPE)
    fork = Fork(last.note, note) if last is not None else None
    if size == checkpoint.size and root != checkpoint.root:
        return Answer(state, 409, "root-conflict", b"%d\n" % size, SIZE_TYPE, fork)
    try:
        verify_consistency(size, root, checkpoint.size, checkpoint.root, request.proof)
    except ProofInvalidError as refused:
        return _refusal(state, 422, refused.code, str(refused), fork)
    return None


def _refusal(state: WitnessState, status: int, code: str, message: str, fork: Fork | None = None) -> Answer:
    return Answer(state, status, code, f"{code}: {message}\n".encode(), fork=fork)


def size_answered(body: bytes) -> int:
    """The size in a witness's answer 409 with `SIZE_TYPE`. Raises `WitnessRequestError`."""
    found = _SIZE.fullmatch(body)
    if found is None or int(found[1]) > LARGEST_SIZE:
        raise WitnessRequestError("The witness does not tell a size.")
    return int(found[1])


def take_cosignatures(checkpoint: bytes, body: bytes, keys: Iterable[VerifierKey]) -> bytes:
    """The log's side: the checkpoint note with those lines of a witness's answer 200 that `keys` made.

    Older lines of the same keys are replaced, lines of other keys left out. Raises `NoteError` (malformed),
    `NoteSignatureError` (a line of one of `keys` is wrong), `NoteUnverifiedError` (no line is theirs).
    """
    note = parse_note(checkpoint)
    try:
        *lines, end = body.decode().split("\n")
    except UnicodeDecodeError:
        raise NoteError("A witness answers in UTF-8.") from None
    if end:
        raise NoteError("A signature line ends in a newline.")
    answer = Note(note.text, tuple(parse_signature_line(line) for line in lines))
    made = verify_note(answer, keys)
    if any(key.name == parse_checkpoint_text(note.text).origin for key in made):
        raise CheckpointError("A log does not witness itself.", code="checkpoint-origin")
    kept = tuple(line for line in note.signatures if not any(line.is_by(key) for key in made))
    taken = tuple(line for line in answer.signatures if any(line.is_by(key) for key in made))
    return format_note(Note(note.text, (*kept, *taken)))


def monitoring_path(origin: str) -> str:
    """Where below its monitoring prefix a witness serves the last checkpoint it cosigned for a log."""
    return f"{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint"
