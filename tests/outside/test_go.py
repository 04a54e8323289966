# SPDX-License-Identifier: EUPL-1.2
"""The Go project's own packages (golang.org/x/mod/sumdb/note and tlog) on our logs: signatures, trees, tiles, proofs."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from pathlib import Path

import pytest

from bierger.site.cli import main
from bierger_core.seals import file_commitment, open_seal, submission_commitment
from tests.outside import programs
from tests.outside.changes import copied, flipped, positions
from tests.outside.files import RELEASES, Issued, attached, types_of, vkeys_of
from tests.outside.logs import SIZES, FreshLog
from tests.outside.verdicts import OUTSIDE, Answer

pytestmark = OUTSIDE
LOG = RELEASES[0].log
NOTE, TREE = "x/mod/sumdb/note", "x/mod/sumdb/tlog"


@pytest.fixture
def ask(go: Path):
    """`ask("audit", folder, *vkeys)`."""

    def asking(*words: object) -> Answer:
        return programs.answer(programs.run(go, *words))

    return asking


# -- signatures -----------------------------------------------------------------------------------------------------------


def test_checkpoints_are_signed_by_the_log_and_its_witnesses(verifier, ask, fresh: FreshLog, issued: Issued, tmp_path):
    note = verifier(NOTE, ask)
    for log in (*(one.log for one in RELEASES), issued.log):
        for name in ("checkpoint", "revocations"):
            note.accepts("note", log / name, *vkeys_of(log))
    cosigned, (data, witnesses) = tmp_path / "cosigned", fresh.cosigned()
    cosigned.write_bytes(data)
    said = json.loads(note.accepts("note", cosigned, *fresh.vkeys, *(key.text for key in witnesses)))
    assert said["signers"] == ["log.example.lu/outside", "w0.example.lu", "w1.example.lu", "w2.example.lu"]


def test_no_byte_of_a_cosigned_checkpoint_can_be_changed(verifier, ask, fresh: FreshLog, tmp_path):
    note = verifier(NOTE, ask)
    (data, (witness,)), changed = fresh.cosigned(1), tmp_path / "changed"
    for position in positions(data):
        changed.write_bytes(flipped(data, position))
        note.refuses("note", changed, *fresh.vkeys, witness.text)


def test_another_log_did_not_sign(verifier, ask, fresh: FreshLog):
    verifier(NOTE, ask).refuses("note", LOG / "checkpoint", *fresh.vkeys, because="no verifiable signatures")


# -- the whole tree -------------------------------------------------------------------------------------------------------


def test_whole_logs_are_derived_again(verifier, ask, fresh: FreshLog, issued: Issued):
    tree = verifier(TREE, ask)
    for log, vkeys in (*((one.log, vkeys_of(one.log)) for one in RELEASES), (issued.log, issued.vkeys), (fresh.folder, fresh.vkeys)):
        said = json.loads(tree.accepts("audit", log, *vkeys))
        assert said["records"] == said["size"] if said["size"] < 1000 else said["records"] > 900
    assert (said["size"], said["tiles"]) == (SIZES[-1], 259 + 2 + 1)  # levels 0, 1, 2


def test_a_thousand_tiles_have_names_in_groups_of_three_digits(verifier, ask, tmp_path):
    log = FreshLog(tmp_path / "log")
    log.folder.mkdir()
    log.write((300, 256_300))
    assert (log.folder / "tile/0/x001/000").exists()
    assert json.loads(verifier(TREE, ask).accepts("audit", log.folder, *log.vkeys))["size"] == 256_300


def test_no_byte_of_a_log_can_be_changed(verifier, ask, tmp_path):
    """Every file that belongs to the checkpoint's size, every third byte of it."""
    tree, vkeys = verifier(TREE, ask), vkeys_of(LOG)
    size = int((LOG / "checkpoint").read_text().split("\n")[1])
    for path in ("checkpoint", f"tile/0/000.p/{size}", f"tile/entries/000.p/{size}"):
        data = (LOG / path).read_bytes()
        log = copied(LOG, tmp_path / path.replace("/", "-"), path, data)
        for position in positions(data, 3):
            (log / path).write_bytes(flipped(data, position))
            tree.refuses("audit", log, *vkeys)
        (log / path).write_bytes(data)
        tree.accepts("audit", log, *vkeys)


@pytest.mark.parametrize("path", ["tile/0/000", "tile/1/000", "tile/2/000.p/1", "tile/entries/137", "tile/0/258.p/252"])
def test_a_changed_file_of_a_large_log_is_refused(verifier, ask, fresh: FreshLog, path):
    file = fresh.folder / path
    if not file.exists():
        pytest.fail(f"{path} is no file of this log: the tree of the test is another one")
    data = file.read_bytes()
    try:
        file.write_bytes(flipped(data, len(data) // 2))
        verifier(TREE, ask).refuses("audit", fresh.folder, *fresh.vkeys)
    finally:
        file.write_bytes(data)


# -- proofs ---------------------------------------------------------------------------------------------------------------


def test_the_proofs_in_and_beside_acts_hold(verifier, ask, issued: Issued, tmp_path):
    tree = verifier(TREE, ask)
    kept = [(path, one.log) for one in RELEASES for path in one.acts]
    for number, (act, log) in enumerate([*((path, issued.log) for path in issued.files("acts")), *kept]):
        vkeys, types = vkeys_of(log), types_of(log)
        parts = attached(act)
        facts = tmp_path / f"{number}.tlog-proof"
        facts.write_bytes(parts["facts.tlog-proof"])
        tree.accepts("proof", facts, open_seal(parts["seal.txt"], types).commitment.hex(), *vkeys)
        file = file_commitment(act.read_bytes(), bytes.fromhex(parts["file-salt.txt"].decode()))
        beside = act.with_name(f"{act.name}.tlog-proof")
        tree.accepts("proof", beside, file.hex(), *vkeys)
        changed = file_commitment(flipped(act.read_bytes(), 1000), bytes.fromhex(parts["file-salt.txt"].decode()))
        tree.refuses("proof", beside, changed.hex(), *vkeys, because="invalid")


def test_the_key_list_is_in_the_log(verifier, ask, issued: Issued, tmp_path):
    """As whoever keeps a copy checks it: the commitment is put together here, from the published bytes and the salt in the proof."""
    tree, path = verifier(TREE, ask), tmp_path / "keys.tlog-proof"
    for log in (*(one.log for one in RELEASES), issued.log):
        path.write_bytes((log / "keys.tlog-proof").read_bytes())
        _title, extra, _rest = path.read_text().split("\n", 2)
        opening = base64.b64decode(extra.removeprefix("extra "))
        for changed in (False, True):
            body = (log / "keys.json").read_bytes()
            digest = hashlib.sha256(b"bierger/commit/v1" + opening + (flipped(body, 200) if changed else body)).hexdigest()
            (tree.refuses if changed else tree.accepts)("proof", path, opening[:1].hex() + digest, *vkeys_of(log))


def test_the_proof_that_our_command_makes_of_a_receipt_holds(verifier, ask, issued: Issued, tmp_path, capsys):
    tree, path = verifier(TREE, ask), tmp_path / "receipt.tlog-proof"
    for receipt in issued.files("receipts"):
        _prefix, number, event, salt = attached(receipt)["receipt.txt"].decode().split(":")
        entry = submission_commitment(number, bytes.fromhex(event), bytes.fromhex(salt)).hex()
        assert main(["log", "prove", str(issued.log), "--entry", entry, "--keys", str(issued.log / "keys.json")]) == 0
        path.write_text(capsys.readouterr().out)
        tree.accepts("proof", path, entry, *issued.vkeys)
        tree.refuses("proof", path, submission_commitment(number, bytes([255]) * 32, bytes.fromhex(salt)).hex(), *issued.vkeys)


def test_a_proof_stands_for_one_entry_and_no_byte_of_it_can_be_changed(verifier, ask, fresh: FreshLog, tmp_path):
    tree, path = verifier(TREE, ask), tmp_path / "x.tlog-proof"
    for index in (0, 3, 255, 256, 300, 65_535, SIZES[-1] - 1):
        path.write_bytes(fresh.proof(index))
        tree.accepts("proof", path, fresh.entries[index].hex(), *fresh.vkeys)
        tree.refuses("proof", path, fresh.entries[index - 1].hex(), *fresh.vkeys)
    data = fresh.proof(70)
    for position in positions(data, 5):
        path.write_bytes(flipped(data, position))
        tree.refuses("proof", path, fresh.entries[70].hex(), *fresh.vkeys)


def test_a_log_grows_and_a_fork_is_not_growth(verifier, ask, fresh: FreshLog, tmp_path):
    tree, before, request = verifier(TREE, ask), tmp_path / "before", tmp_path / "request"
    for old, new in itertools.pairwise(SIZES):
        before.write_bytes(fresh.notes[old])
        request.write_bytes(fresh.request(old, new))
        tree.accepts("grew", before, request, *fresh.vkeys)
    before.write_bytes(fresh.forked(2_000, at=1_234))
    request.write_bytes(fresh.request(2_000, 65_535))
    tree.refuses("grew", before, request, *fresh.vkeys, because="invalid")
