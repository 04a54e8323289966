# SPDX-License-Identifier: EUPL-1.2
"""A COSE receipt (RFC 9942) over our root and our inclusion path, judged by scitt-cose.

Bierger hands out `.tlog-proof` files; that the same tree can be shown as a COSE receipt is what is proved here. The few lines that
write one are the test's own.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from bierger_core.seals import cbor
from bierger_core.seals.sealing import signed_bytes
from tests.outside import programs
from tests.outside.changes import flipped
from tests.outside.logs import SIZES, FreshLog
from tests.outside.verdicts import OUTSIDE

pytestmark = OUTSIDE
ALG, EDDSA = 1, -8
VDS, RFC9162_SHA256 = 395, 1
VDP, INCLUSION = 396, -1


def receipt_of(log: FreshLog, index: int, size: int) -> bytes:
    """COSE_Sign1, the root as detached payload; the proof, which opens to the root, stands unprotected."""
    reader = log.reader(size)
    protected = cbor.encode({ALG: EDDSA, VDS: RFC9162_SHA256})
    proof = cbor.encode([size, index, list(reader.inclusion(index))])
    signature = log.signer.sign(signed_bytes(protected, reader.root))
    return cbor.encode(cbor.Tag(18, [protected, {VDP: {INCLUSION: [proof]}}, None, signature]))


def pem_of(log: FreshLog, path: Path) -> Path:
    public = log.signer.private_key.public_key()
    path.write_bytes(public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    return path


@pytest.fixture
def scitt(verifier):
    return verifier("scitt-cose", programs.python("receipt.py"))


def test_a_receipt_over_our_root_is_accepted(scitt, fresh: FreshLog, tmp_path):
    key, path = pem_of(fresh, tmp_path / "key.pem"), tmp_path / "receipt"
    for index, size in ((0, 1), (0, 257), (3, 5), (256, 257), (300, 2_000), (65_535, SIZES[-1])):
        path.write_bytes(receipt_of(fresh, index, size))
        said = scitt.accepts(path, fresh.entries[index].hex(), key)
        assert said.split() == [fresh.reader(size).root.hex(), str(size), str(index)]


def test_another_entry_a_changed_byte_and_another_key_are_refused(scitt, fresh: FreshLog, tmp_path):
    key, path = pem_of(fresh, tmp_path / "key.pem"), tmp_path / "receipt"
    data = receipt_of(fresh, 300, 2_000)
    path.write_bytes(data)
    scitt.refuses(path, fresh.entries[301].hex(), key, because="did not verify")
    scitt.refuses(path, fresh.entries[300].hex(), pem_of(FreshLog(tmp_path), tmp_path / "other.pem"), because="did not verify")
    for position in range(0, len(data), 29):
        path.write_bytes(flipped(data, position))
        scitt.refuses(path, fresh.entries[300].hex(), key)
