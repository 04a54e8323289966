# SPDX-License-Identifier: EUPL-1.2
"""`./bierger verify` of a 2D-Doc or an HCERT: as text, from standard input, in a picture, beside our own codes."""

import io
import json
import shutil
import sys
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from bierger.site import cli

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
DOC, HCERT = SAMPLES / "foreign" / "2d-doc.txt", SAMPLES / "foreign" / "hcert.txt"
OURS = ("--keys", SAMPLES / "v0.1" / "keys.json", "--log", SAMPLES / "v0.1" / "log")


@pytest.fixture
def verify(capsys):
    def said(*words):
        status = cli.main(["verify", *map(str, words)])
        out, err = capsys.readouterr()
        return status, out + err

    return said


def trusted(*files):
    return [word for file in files for word in ("--trust", file.with_suffix(".pem"))]


def drawn(text, kind, path):
    Image.fromarray(zxingcpp.create_barcode(text, kind).to_image(scale=4)).save(path)
    return path


def test_a_good_signature_is_told_with_whose_it_is_and_what_cannot_be_said(verify):
    status, said = verify(DOC, *trusted(DOC))
    assert status == 2
    assert "no act of Bierger" in said
    assert "SIGNATURE GOOD, by CN=0001" in said
    assert "   10: M/IMPOSABLE/FRANCOIS\n" in said
    assert "Revoked: Bierger cannot say" in said
    status, said = verify(HCERT, *trusted(HCERT))
    assert status == 3
    assert "IT ENDED AT 2021-11-02T18:00:00+00:00" in said


def test_without_a_certificate_nothing_is_examined(verify):
    for given in ([], trusted(HCERT)):
        status, said = verify(DOC, *given)
        assert status == 4
        assert "SIGNATURE NOT EXAMINED (key-unknown)" in said
        assert "GOOD" not in said


def test_a_changed_sign_is_noticed(verify, tmp_path):
    changed = tmp_path / "code.txt"
    changed.write_text(DOC.read_text().replace("FRANCOIS", "FRANCOIZ"))
    assert verify(changed, *trusted(DOC))[1].splitlines()[1].startswith("SIGNATURE NOT GOOD (signature-wrong)")
    status, said = verify(changed, *trusted(DOC), "--json")
    assert (status, json.loads(said)["authentic"], json.loads(said)["code"]) == (1, "no", "signature-wrong")
    changed.write_text(DOC.read_text()[:60])
    assert verify(changed, *trusted(DOC)) == (4, "NOT CHECKED: No signature stands behind the fields. (doc2d-signature)\n")


def test_programs_get_the_fields(verify):
    status, said = verify(DOC, *trusted(DOC), "--json")
    answer = json.loads(said)
    assert (status, answer["authentic"], answer["subject"], answer["signature"], answer["revocation"]) == (2, "facts-only", "2d-doc", "good", "unknown")
    assert answer["fields"][1] == {"code": "40", "value": "1234567890123", "is_cut": False}
    assert json.loads(verify(DOC, "--json")[1])["authentic"] == "unknown"


def test_pictures_are_read_with_our_lists_and_without(verify, tmp_path):
    matrix = drawn(DOC.read_text().strip(), zxingcpp.BarcodeFormat.DataMatrix, tmp_path / "matrix.png")
    square = drawn(HCERT.read_text().strip(), zxingcpp.BarcodeFormat.QRCode, tmp_path / "square.png")
    other = drawn("https://example.org", zxingcpp.BarcodeFormat.QRCode, tmp_path / "other.png")
    shutil.copy(DOC, tmp_path / "text.txt")
    for given in ((), OURS):
        status, said = verify(tmp_path, *trusted(DOC, HCERT), *given)
        assert status == 4
        good = [line.split("  ")[1] for line in said.splitlines() if line.startswith("SIGNATURE GOOD")]
        assert good == [str(matrix), str(square), str(tmp_path / "text.txt")]
        assert f"NOT CHECKED  {other}" in said


def test_ours_and_theirs_in_one_call(verify):
    status, said = verify(SAMPLES / "v0.1" / "certificate.pdf", DOC, *OURS, *trusted(DOC))
    assert status == 2
    assert [line.split("  ")[0] for line in said.splitlines()] == ["AUTHENTIC", "SIGNATURE GOOD"]


def test_standard_input_is_read(verify, monkeypatch):
    class Input:
        buffer = io.BytesIO(DOC.read_bytes())

    monkeypatch.setattr(sys, "stdin", Input)
    assert verify("-", *trusted(DOC))[0] == 2


def test_a_signature_of_the_future_is_refused(verify, monkeypatch):
    monkeypatch.setattr("bierger.site.offline.foreign.time.time", lambda: 1_350_000_000.0)  # a month before it was signed
    assert "SIGNATURE NOT GOOD (issued-in-future)" in verify(DOC, *trusted(DOC))[1]


def test_what_names_nobody_is_refused_and_our_acts_still_want_our_keys(verify, tmp_path):
    assert verify(DOC, "--trust", DOC)[1].endswith("(trust-format)\n")
    assert verify(DOC, "--trust", tmp_path / "none.pem")[1].endswith("(file-unreadable)\n")
    assert verify(SAMPLES / "v0.1" / "code.txt", *trusted(DOC))[1].endswith("(keys-missing)\n")
    assert verify(SAMPLES / "v0.1" / "photo.jpg")[1].endswith("(keys-missing)\n")
