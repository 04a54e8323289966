# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - a small program that prints
"""Asks tlog-scales about a log. Runs in the verifiers' own environment; nothing of Bierger is imported.

scales.py checkpoint NOTE VKEY...            every key signed the checkpoint
scales.py audit      FOLDER VKEY...          entries, tiles of every level and the signed root fit
scales.py proof      PROOF ENTRY VKEY...     the entry (hexadecimal) is in the log, says the .tlog-proof
scales.py grew       OLD REQUEST VKEY...     a tlog-witness request leads from the old checkpoint (a file) to its own
scales.py growth     FOLDER OLD NEW          prints the consistency proof between two sizes, one hash in hexadecimal a line
scales.py prove      FOLDER INDEX            prints the .tlog-proof that its own command line makes
"""

import sys
from base64 import b64decode
from pathlib import Path

import tlog_scales.cli
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey, VkeySet
from tlog_scales.tiles import next_split
from tlog_scales.tlog import Checkpoint, ConsistencyProof, InclusionProof
from tlog_scales.utils import sha256


def opened(text, vkeys):
    """A checkpoint that each of the keys signed."""
    checkpoint = Checkpoint.from_text(text)
    keys = [Vkey.from_string(one) for one in vkeys]
    signed = {(key.name, key.key_id) for key, _ in VkeySet(*keys).verify(checkpoint.signatures, checkpoint)}
    missing = [key.name for key in keys if (key.name, key.key_id) not in signed]
    if missing:
        sys.exit(f"no good signature by {', '.join(missing)}")
    return checkpoint


def hash_of_leaves(leaves, start, size):
    if size == 1:
        return leaves[start]
    k = next_split(size)
    return sha256(b"\1" + hash_of_leaves(leaves, start, k) + hash_of_leaves(leaves, start + k, size - k))


def audit(folder, vkeys):
    checkpoint = opened((folder / "checkpoint").read_text("utf-8"), vkeys)
    reader = TilesReader(LocalBackend(folder))
    reader.set_size(checkpoint.size)
    leaves = [sha256(b"\0" + reader.get_entry(index)) for index in range(checkpoint.size)]
    if hash_of_leaves(leaves, 0, checkpoint.size) != checkpoint.root_hash or reader.calculate_root_hash() != checkpoint.root_hash:
        sys.exit("entries or tiles make another root")
    width = 1
    while width <= checkpoint.size:  # one hash of a tile of each level after the other
        for start in range(0, checkpoint.size - width + 1, width):
            if reader.mth(start, start + width) != hash_of_leaves(leaves, start, width):
                sys.exit(f"the tiles are wrong about {width} entries from {start} on")
        width *= 256
    print(checkpoint.size)


def parts(path, title, vkeys):
    """The lines of a proof or a request behind its first one, and the checkpoint below them."""
    head, _, signed = Path(path).read_text("utf-8").partition("\n\n")
    first, *lines = head.split("\n")
    if first != title:
        sys.exit(f"{path} does not begin with {title}")
    return lines, opened(signed, vkeys)


def check_proof(path, entry, *vkeys):
    lines, checkpoint = parts(path, "c2sp.org/tlog-proof@v1", vkeys)
    if lines[0].startswith("extra "):
        lines = lines[1:]
    index, hashes = int(lines[0].removeprefix("index ")), [b64decode(line, validate=True) for line in lines[1:]]
    InclusionProof(index, checkpoint.size, hashes).check(sha256(b"\0" + bytes.fromhex(entry)), checkpoint.root_hash)


def check_growth(old, request, *vkeys):
    before = opened(Path(old).read_text("utf-8"), vkeys)
    lines, after = parts(request, f"old {before.size}", vkeys)
    proof = ConsistencyProof(before.size, after.size, [b64decode(line, validate=True) for line in lines])
    proof.check(before.root_hash, after.root_hash)


def growth(folder, old, new):
    reader = TilesReader(LocalBackend(Path(folder)))
    reader.set_size(int(new))
    print("\n".join(one.hex() for one in reader.get_consistency_proof(int(old), int(new)).node_hashes))


def prove(folder, index):
    sys.argv = ["tlog-tiles", "gen-proof", folder, str(index)]
    tlog_scales.cli.main()


COMMANDS = {
    "checkpoint": lambda path, *vkeys: opened(Path(path).read_text("utf-8"), vkeys),
    "audit": lambda folder, *vkeys: audit(Path(folder), vkeys),
    "proof": check_proof,
    "grew": check_growth,
    "growth": growth,
    "prove": prove,
}


def main(command, *words):
    COMMANDS[command](*words)
