# SPDX-License-Identifier: EUPL-1.2
"""2D-Docs and HCERTs written by libraries that are not ours, read by ours, and judged by both with and without a change."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import date

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bierger_core.seals import ForeignCodeError, base45
from bierger_core.seals.foreign import examine, load_trusted, read_foreign
from tests.core.seals.test_foreign import KEY, OTHER, RSA_KEY, certificate, pem
from tests.outside import programs
from tests.outside.changes import flipped
from tests.outside.verdicts import OUTSIDE

pytestmark = OUTSIDE
WRITE, TDDOC, PY2DDOC = (programs.python(f"doc2d_{name}.py") for name in ("write", "tddoc", "py2ddoc"))
HCERT = programs.python("hcert.py")


def ask_hcert(code, signer):
    return HCERT("read", code, signer)


def private_pem(key, path):
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def signer_of(key, path, **names):
    path.write_bytes(pem(certificate(key, **names)))
    return path


def is_good(text, signer):
    try:
        return examine(read_foreign(text), load_trusted(signer.read_bytes())).signature == "good"
    except ForeignCodeError:
        return False


@pytest.mark.parametrize("version", [2, 3, 4])
def test_every_field_that_tddoc_writes_is_read_and_three_agree_about_the_signature(verifier, tmp_path, version):
    tddoc, py2ddoc = verifier("tddoc", TDDOC), verifier("py2ddoc", PY2DDOC)
    signer, written = signer_of(KEY, tmp_path / "signer.pem", issuer="FR00"), WRITE(version, private_pem(KEY, tmp_path / "key.pem"))
    assert written.holds, written.words
    codes, text, read = json.loads(written.words), tmp_path / "code.txt", set()
    for one in codes:
        text.write_text(one["code"], "latin-1")
        code = read_foreign(one["code"])
        assert [[field.code, field.value] for field in code.fields] == one["fields"]
        assert (code.version, code.issued_on, code.signed_on) == (version, date(2026, 11, 19), date(2026, 11, 20))
        assert is_good(one["code"], signer)
        days = [str(code.issued_on), str(code.signed_on)]
        assert json.loads(tddoc.accepts(text, signer)) == [version, "FR00", "0001", *days, [field.code for field in code.fields]]
        assert py2ddoc.accepts(text, signer) == "FR00 0001 True\n"
        read |= {field.code for field in code.fields}
    assert len(read) > 350


def test_no_letter_of_a_2d_doc_can_be_changed(verifier, tmp_path):
    """The signature's own text: as bytes, for Base 32 has more signs at its end than the bytes need, and only ours refuses these."""
    tddoc, py2ddoc = verifier("tddoc", TDDOC), verifier("py2ddoc", PY2DDOC)
    signer, other = signer_of(KEY, tmp_path / "signer.pem", issuer="FR00"), signer_of(OTHER, tmp_path / "other.pem", issuer="FR00")
    whole = json.loads(WRITE(4, private_pem(KEY, tmp_path / "key.pem")).words)[0]["code"]
    message, signature = whole.split("\x1f")
    raw, text = base64.b32decode(signature + "="), tmp_path / "code.txt"
    changed = [f"{flipped(message.encode(), at).decode()}\x1f{signature}" for at in range(30, len(message), 41)]
    changed += [f"{message}\x1f{base64.b32encode(flipped(raw, at)).decode().rstrip('=')}" for at in range(0, len(raw), 9)]
    for one in changed:
        assert not is_good(one, signer)
        text.write_text(one, "latin-1")
        tddoc.refuses(text, signer)
        py2ddoc.refuses(text, signer)
    text.write_text(whole, "latin-1")
    assert not is_good(whole, other)
    tddoc.refuses(text, other)
    py2ddoc.refuses(text, other)


@pytest.mark.parametrize(("key", "alg"), [(KEY, "ES256"), (RSA_KEY, "PS256")], ids=["ES256", "PS256"])
def test_what_cwt_writes_is_read_and_both_agree_about_the_signature(verifier, tmp_path, key, alg):
    cwt = verifier("cwt", ask_hcert)
    signer = signer_of(key, tmp_path / "signer.pem")
    written = HCERT("write", private_pem(key, tmp_path / "key.pem"), signer)
    assert written.holds, written.words
    code, text = read_foreign(written.words), tmp_path / "code.txt"
    text.write_text(written.words)
    claims = json.loads(cwt.accepts(text, signer))
    assert (code.algorithm, code.issuer, code.valid_until.timestamp(), code.signed_on.timestamp()) == (alg, claims["1"], claims["4"], claims["6"])
    assert [(one.code, one.value) for one in code.fields] == [("1.ver", "1.3.0"), ("1.nam.fn", "Schmit"), ("1.v.1.dn", "2"), ("1.v.1.dt", "2026-11-20")]
    assert is_good(written.words, signer)
    message = zlib.decompress(base45.decode(written.words.removeprefix("HC1:")))
    for position in range(0, len(message), 19):
        changed = "HC1:" + base45.encode(zlib.compress(flipped(message, position)))
        assert not is_good(changed, signer), position
        text.write_text(changed)
        cwt.refuses(text, signer)
