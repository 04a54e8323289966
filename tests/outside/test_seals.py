# SPDX-License-Identifier: EUPL-1.2
"""The printed code of every act, drawn by poppler, read by zxing-cpp, decoded by base45, verified by cwt against the key list."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from bierger_core.seals import base45, open_seal
from tests.outside import programs
from tests.outside.changes import flipped
from tests.outside.files import RELEASES, Issued, Release, attached, types_of
from tests.outside.verdicts import OUTSIDE, Answer
from tests.tools import required_program

pytestmark = OUTSIDE
EACH = pytest.mark.parametrize("release", RELEASES, ids=lambda one: one.folder.name)


def drawn(pdf: Path, folder: Path) -> list[Path]:
    """Its pages as a scanner at 200 dpi would see them; the code stands on the last one of a long act."""
    pages = Path(tempfile.mkdtemp(prefix=pdf.stem, dir=folder))
    done = programs.run(required_program("pdftoppm", package="poppler-utils"), "-gray", "-r", 200, pdf, pages / "page")
    assert done.returncode == 0, done.stderr
    return sorted(pages.iterdir())


def ask_code(expected: str, *pictures: Path) -> Answer:
    read = programs.python("read_code.py")(*pictures)
    return Answer(read.holds and read.words == expected, read.words)


ASK_SEAL = programs.python("seal.py")


def test_the_code_on_every_act_is_its_seal_and_verifies(verifier, issued: Issued, tmp_path):
    zxing, cwt = verifier("zxing-cpp", ask_code), verifier("cwt", ASK_SEAL)
    for act, log in [*((act, issued.log) for act in issued.files("acts")), *((act, one.log) for one in RELEASES for act in one.acts)]:
        code = attached(act)["seal.txt"].decode("ascii")
        assert zxing.accepts(code, *drawn(act, tmp_path)) == code
        text = tmp_path / "code.txt"
        text.write_text(code)
        claims = json.loads(cwt.accepts(text, log / "keys.json"))
        seal = open_seal(code, types_of(log))
        read = seal.claims
        assert claims["1"] == read.issuer
        if seal.registered is None:  # of release 0.1
            assert claims["-65537"] == [read.document_type, dict(read.facts)]
        else:
            packed = [fact.pack(read.facts[fact.name]) for fact in seal.registered.facts]
            place = [] if seal.status is None else [seal.status]  # an act good for a day is not on the status list
            assert claims["-65538"] == [seal.registered.digest.hex(), packed, *place]


def test_the_code_on_a_receipt_is_read(verifier, issued: Issued, tmp_path):
    zxing = verifier("zxing-cpp", ask_code)
    for receipt in [*issued.files("receipts"), *(one.receipt for one in RELEASES)]:
        zxing.accepts(attached(receipt)["receipt.txt"].decode(), *drawn(receipt, tmp_path))


@EACH
def test_a_photographed_code_is_read(verifier, release: Release):
    verifier("zxing-cpp", ask_code).accepts(release.code, release.photo)


@EACH
def test_a_page_whose_code_is_cut_is_not_read(verifier, release: Release, tmp_path):
    """A third of the code painted over: more than the error correction of level M gives back."""
    from PIL import Image, ImageDraw

    with Image.open(release.photo) as photo:
        picture = photo.convert("L")
    ImageDraw.Draw(picture).rectangle((300, 400, 600, 800), fill=255)
    picture.save(tmp_path / "cut.png")
    verifier("zxing-cpp", ask_code).refuses(release.code, tmp_path / "cut.png", because="codes were read")


@EACH
def test_no_byte_of_a_seal_can_be_changed(verifier, release: Release, tmp_path):
    cwt, text = verifier("cwt", ASK_SEAL), tmp_path / "code.txt"
    message = base45.decode(release.code.removeprefix(release.prefix))
    for position in range(0, len(message), 19):
        text.write_text(release.prefix + base45.encode(flipped(message, position)))
        cwt.refuses(text, release.log / "keys.json")


@EACH
def test_a_key_that_is_not_in_the_list_signed_nothing(verifier, release: Release, issued: Issued):
    verifier("cwt", ASK_SEAL).refuses(release.folder / "code.txt", issued.log / "keys.json")


@pytest.mark.parametrize("name", ["compact-1.json"])
def test_the_compact_seal_verifies(verifier, tmp_path, name):
    golden = json.loads((programs.ROOT / "tests" / "core" / "seals" / "golden" / name).read_text())
    code, keys = tmp_path / "code.txt", tmp_path / "keys.json"
    code.write_text(golden["code"])
    keys.write_text(json.dumps(golden["keys"]))
    cwt = verifier("cwt", ASK_SEAL)
    assert json.loads(cwt.accepts(code, keys))["-65538"][2] == golden["status"]
    message = base45.decode(golden["code"].removeprefix("BRG2:"))
    code.write_text("BRG2:" + base45.encode(flipped(message, -1)))
    cwt.refuses(code, keys)
