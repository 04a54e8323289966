# SPDX-License-Identifier: EUPL-1.2
"""tlog-scales (Python) on our logs: the same signatures, the same root, the same proofs to the last byte."""

from __future__ import annotations

import itertools

from bierger_core.merkle import parse_proof
from tests.outside import programs
from tests.outside.changes import copied, flipped, flipped_after
from tests.outside.files import RELEASES, Issued, vkeys_of
from tests.outside.logs import SIZES, FreshLog
from tests.outside.verdicts import OUTSIDE, Answer

pytestmark = OUTSIDE
LOG = RELEASES[0].log
NAME = "tlog-scales"
ASK = programs.python("scales.py")
INDEXES = (0, 3, 255, 256, 300, 65_535, SIZES[-1] - 1)


def ask_same_proof(log: object, index: int, ours: bytes) -> Answer:
    """Its own command line makes the proof from our files; ours has the same bytes."""
    made = ASK("prove", log, index)
    assert made.holds, made.words
    return Answer(made.words.encode() == ours, made.words)


def ask_same_growth(log: object, old: int, new: int, ours: tuple[bytes, ...]) -> Answer:
    made = ASK("growth", log, old, new)
    assert made.holds, made.words
    return Answer(made.words.split() == [one.hex() for one in ours], made.words)


def test_whole_logs_are_read(verifier, fresh: FreshLog, issued: Issued):
    scales = verifier(NAME, ASK)
    for log, vkeys in (*((one.log, vkeys_of(one.log)) for one in RELEASES), (issued.log, issued.vkeys), (fresh.folder, fresh.vkeys)):
        scales.accepts("audit", log, *vkeys)


def test_a_cosigned_checkpoint_is_read(verifier, fresh: FreshLog, tmp_path):
    scales, note = verifier(NAME, ASK), tmp_path / "note"
    data, witnesses = fresh.cosigned()
    vkeys = [*fresh.vkeys, *(key.text for key in witnesses)]
    note.write_bytes(data)
    scales.accepts("checkpoint", note, *vkeys)
    for position in (0, len(data) // 2, -30, -60):
        note.write_bytes(flipped(data, position))
        scales.refuses("checkpoint", note, *vkeys)


def test_a_changed_file_is_refused(verifier, tmp_path):
    scales = verifier(NAME, ASK)
    size = (LOG / "checkpoint").read_text().split("\n")[1]
    for path in ("checkpoint", f"tile/0/000.p/{size}", f"tile/entries/000.p/{size}"):
        changed = copied(LOG, tmp_path / path.replace("/", "-"), path, flipped((LOG / path).read_bytes(), 40))
        scales.refuses("audit", changed, *vkeys_of(LOG))


def test_our_proofs_hold_for_it(verifier, fresh: FreshLog, tmp_path):
    scales, path = verifier(NAME, ASK), tmp_path / "x.tlog-proof"
    for index in INDEXES:
        path.write_bytes(fresh.proof(index))
        scales.accepts("proof", path, fresh.entries[index].hex(), *fresh.vkeys)
        scales.refuses("proof", path, fresh.entries[index - 1].hex(), *fresh.vkeys, because="InclusionProofInvalid")
    data = fresh.proof(70)
    for mark in (b"c2sp", b"index 7", b"index 70\n", data.split(b"\n")[5][:9], data.split(b"\n")[16][:9], b"\n\nlog", b"\n663", b"\x94 log"):
        path.write_bytes(flipped_after(data, mark))
        scales.refuses("proof", path, fresh.entries[70].hex(), *fresh.vkeys)


def test_a_log_grows_and_a_fork_is_not_growth(verifier, fresh: FreshLog, tmp_path):
    scales, before, request = verifier(NAME, ASK), tmp_path / "before", tmp_path / "request"
    for old, new in itertools.pairwise(SIZES):
        before.write_bytes(fresh.notes[old])
        request.write_bytes(fresh.request(old, new))
        scales.accepts("grew", before, request, *fresh.vkeys)
    before.write_bytes(fresh.forked(2_000, at=1_234))
    request.write_bytes(fresh.request(2_000, 65_535))
    scales.refuses("grew", before, request, *fresh.vkeys, because="ConsistencyProofInvalid")


def test_its_proofs_are_ours(verifier, fresh: FreshLog):
    same = verifier(NAME, ask_same_proof)
    for index in INDEXES:
        same.accepts(fresh.folder, index, fresh.proof(index))
    same.refuses(fresh.folder, 70, fresh.proof(71))
    same.refuses(fresh.folder, 70, flipped(fresh.proof(70), 60))


def test_its_proofs_of_growth_are_ours(verifier, fresh: FreshLog):
    same = verifier(NAME, ask_same_growth)
    for old, new in itertools.pairwise(SIZES):
        same.accepts(fresh.folder, old, new, fresh.reader(new).consistency(old))
    same.refuses(fresh.folder, 256, 512, fresh.reader(512).consistency(257))


def test_the_proofs_beside_acts_are_those_it_makes(verifier, issued: Issued):
    """A proof is of the checkpoint of its day: those of the newest one can be made again from the files."""
    same = verifier(NAME, ask_same_proof)
    for log, folder in (*((one.log, one.folder) for one in RELEASES), (issued.log, issued.folder / "acts")):
        head = (log / "checkpoint").read_bytes()
        beside = [path.read_bytes() for path in sorted(folder.glob("*.tlog-proof"))]
        newest = [data for data in beside if parse_proof(data).checkpoint == head]
        assert newest
        for data in newest:
            plain = b"\n".join(line for line in data.split(b"\n") if not line.startswith(b"extra "))
            same.accepts(log, parse_proof(data).index, plain)
