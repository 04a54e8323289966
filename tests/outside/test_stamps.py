# SPDX-License-Identifier: EUPL-1.2
"""Our time-stamping authority, asked by openssl's own query and judged by `openssl ts -verify`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from bierger_core.signatures import answer_stamp
from tests.core.signatures.papers import AT, AUTHORITY, CA
from tests.outside import programs
from tests.outside.changes import flipped
from tests.outside.verdicts import OUTSIDE

pytestmark = OUTSIDE


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """A folder with `data`, `query.tsq` of openssl's making, `answer.tsr` of ours, and `ca.pem`."""
    (tmp_path / "data").write_bytes(b"what is stamped")
    (tmp_path / "ca.pem").write_bytes(CA.public_bytes(Encoding.PEM))
    done = programs.openssl("ts", "-query", "-data", tmp_path / "data", "-sha256", "-cert", "-out", tmp_path / "query.tsq")
    assert done.returncode == 0, done.stderr
    answer(tmp_path)
    return tmp_path


def answer(folder: Path) -> bytes:
    given = answer_stamp(AUTHORITY, (folder / "query.tsq").read_bytes(), at=AT, serial=bytes(range(1, 17)))
    (folder / "answer.tsr").write_bytes(given)
    return given


def test_a_stamp_answers_its_query(verifier, asked: Path):
    openssl = verifier("openssl ts", programs.ask_openssl_ts)
    openssl.accepts(asked / "answer.tsr", asked / "ca.pem", "-queryfile", asked / "query.tsq")
    openssl.accepts(asked / "answer.tsr", asked / "ca.pem", "-data", asked / "data")
    openssl.accepts(asked / "answer.tsr", asked / "ca.pem", "-digest", hashlib.sha256(b"what is stamped").hexdigest())


def test_another_digest_or_nonce_is_refused(verifier, asked: Path):
    openssl = verifier("openssl ts", programs.ask_openssl_ts)
    openssl.refuses(
        asked / "answer.tsr", asked / "ca.pem", "-digest", hashlib.sha256(b"another").hexdigest(), because="message imprint mismatch"
    )
    programs.openssl("ts", "-query", "-data", asked / "data", "-sha256", "-cert", "-out", asked / "other.tsq")
    openssl.refuses(asked / "answer.tsr", asked / "ca.pem", "-queryfile", asked / "other.tsq", because="nonce mismatch")


def test_a_changed_stamp_is_refused(verifier, asked: Path):
    openssl, changed = verifier("openssl ts", programs.ask_openssl_ts), asked / "changed.tsr"
    good = (asked / "answer.tsr").read_bytes()
    for at in (-1, good.index(b"20261122")):
        changed.write_bytes(flipped(good, at))
        openssl.refuses(changed, asked / "ca.pem", "-data", asked / "data")


def test_a_refusal_is_read_as_one(asked: Path):
    (asked / "query.tsq").write_bytes(b"no query")
    answer(asked)
    done = programs.openssl("ts", "-reply", "-in", asked / "answer.tsr", "-text")
    assert "Status: Rejected." in done.stdout
    assert "This is no request for a time stamp." in done.stdout
    assert "the data submitted has the wrong format" in done.stdout
