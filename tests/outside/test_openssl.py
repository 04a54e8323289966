# SPDX-License-Identifier: EUPL-1.2
"""openssl on every kind of signature we make: checkpoints, cosignatures, the key list, the revocations, seals.

What is signed is put together here from the published bytes and the specifications (signed-note, tlog-cosignature, RFC 9052), with
nothing of the core's; only Base 45 is decoded by it, which is text and no cryptography.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from bierger_core.seals import base45
from tests.outside import programs
from tests.outside.changes import flipped
from tests.outside.files import RELEASES, Issued, attached
from tests.outside.logs import FreshLog
from tests.outside.verdicts import OUTSIDE, Answer

pytestmark = OUTSIDE
# What stands before the bytes of a public key in its SubjectPublicKeyInfo: RFC 8410 section 4, RFC 5480 section 2.
ED25519 = bytes.fromhex("302a300506032b6570032100")
P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")


@pytest.fixture
def ask(tmp_path: Path):
    def asking(kind: bytes, key: bytes, message: bytes, signature: bytes) -> Answer:
        files = {"key.der": kind + key, "message": message, "signature": signature}
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        how = ("-rawin",) if kind == ED25519 else ("-rawin", "-digest", "sha256")
        done = programs.openssl(
            "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", tmp_path / "key.der", *how,
            "-in", tmp_path / "message", "-sigfile", tmp_path / "signature",
        )  # fmt: skip
        return programs.answer(done)

    return asking


@pytest.fixture
def openssl(verifier, ask):
    def judge(kind: bytes, key: bytes, message: bytes, signature: bytes) -> None:
        """Yes to this, no to another message and to another signature."""
        one = verifier("openssl", ask)
        one.accepts(kind, key, message, signature)
        one.refuses(kind, key, flipped(message, len(message) // 2), signature, because="Verification Failure")
        one.refuses(kind, key, message, flipped(signature, -1))

    return judge


def lines_of(note: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Text and signature lines: name, and what Base 64 holds (four bytes of key id first)."""
    text, _, tail = note.decode().rpartition("\n\n")
    lines = [line.split(" ") for line in tail.splitlines()]
    return f"{text}\n".encode(), [(name, base64.b64decode(value)) for _dash, name, value in lines]


def log_keys(folder: Path) -> dict[str, bytes]:
    listed = json.loads((folder / "keys.json").read_bytes())["keys"]
    return {one["owner"]: base64.b64decode(one["public_key"]) for one in listed if one["purpose"] == "log"}


@pytest.mark.parametrize("name", ["checkpoint", "revocations"])
def test_notes_of_a_log(openssl, issued: Issued, name):
    for folder in (*(one.log for one in RELEASES), issued.log):
        text, ((origin, value),) = lines_of((folder / name).read_bytes())
        openssl(ED25519, log_keys(folder)[origin], text, value[4:])


def test_the_key_list(openssl, issued: Issued):
    """Signed as a note: its format, then its JSON with sorted keys and without spaces."""
    for folder in (*(one.log for one in RELEASES), issued.log):
        plain = json.loads((folder / "keys.json").read_bytes())
        (line,) = plain.pop("signatures")
        _dash, origin, value = line.split(" ")
        text = f"{plain['format']}\n{json.dumps(plain, sort_keys=True, separators=(',', ':'), ensure_ascii=False)}\n"
        openssl(ED25519, log_keys(folder)[origin], text.encode(), base64.b64decode(value)[4:])


def test_cosignatures(openssl, fresh: FreshLog):
    note, witnesses = fresh.cosigned(2)
    text, lines = lines_of(note)
    keys = {key.name: key.public_key for key in witnesses}
    for name, value in lines[1:]:
        time = int.from_bytes(value[4:12], "big")
        openssl(ED25519, keys[name], f"cosignature/v1\ntime {time}\n".encode() + text, value[12:])
    assert len(lines) == 3


def test_seals(openssl, issued: Issued):
    acts = [*((act, issued.log) for act in issued.files("acts")), *((act, one.log) for one in RELEASES for act in one.acts)]
    for act, folder in acts:
        protected, unprotected, payload, signature = cbor2.loads(base45.decode(attached(act)["seal.txt"].decode()[5:])).value
        kid = cbor2.loads(protected)[4].hex()
        (key,) = [one for one in json.loads((folder / "keys.json").read_bytes())["keys"] if one["kid"] == kid]
        signed = cbor2.dumps(["Signature1", protected, b"", payload])
        pair = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
        openssl(P256, base64.b64decode(key["public_key"]), signed, pair)
        assert unprotected == {}
