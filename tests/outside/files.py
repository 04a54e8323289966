# SPDX-License-Identifier: EUPL-1.2
"""The files that are judged: what an installation handed out a moment ago (see issued.py), and the samples of every release.

A release's samples are found by their folder: those of the next one are judged without a word here.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader

from bierger_core.merkle import log_key
from bierger_core.seals import NO_TYPES, TypeRegistry, load_key_list, load_registry


@dataclass(frozen=True)
class Kind:
    """Whether files of a kind carry a PDF signature."""

    is_signed: bool = False


# By folder. Acts are signed by a certificate of the installation's own; `unsigned` holds the same as with `BIERGER_PDF_SIGNING=off`.
KINDS = {"acts": Kind(is_signed=True), "unsigned": Kind(), "receipts": Kind()}
SAMPLES = Path(__file__).resolve().parents[1] / "samples"


@dataclass(frozen=True)
class Release:
    """What a release handed out, kept for ever; its seals begin with `prefix`."""

    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def acts(self) -> list[Path]:
        """Each has its proof beside it."""
        return sorted(path.with_suffix("") for path in self.folder.glob("*.pdf.tlog-proof"))

    @property
    def receipt(self) -> Path:
        return self.folder / "receipt.pdf"

    @property
    def code(self) -> str:
        """Of the act that is photographed on `photo`."""
        return (self.folder / "code.txt").read_text().rstrip("\n")

    @property
    def prefix(self) -> str:
        return self.code[:5]

    @property
    def photo(self) -> Path:
        return self.folder / "photo.jpg"

    @property
    def is_signed(self) -> bool:
        """Whether its acts are signed as PDFs: since 0.2."""
        return self.folder.name != "v0.1"


RELEASES = [Release(path) for path in sorted(SAMPLES.glob("v*"), key=lambda path: [int(part) for part in path.name[1:].split(".")])]
"""The oldest first."""
KEPT_SIGNED = [act for one in RELEASES if one.is_signed for act in one.acts]
KEPT_PLAIN = [
    *(act for one in RELEASES if not one.is_signed for act in one.acts), *(one.receipt for one in RELEASES), *sorted(SAMPLES.glob("snapshot-*/act.pdf")),
]  # fmt: skip
KEPT = [*KEPT_SIGNED, *KEPT_PLAIN]


@dataclass(frozen=True)
class Issued:
    """What one installation published and handed out."""

    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def files(self, kind: str) -> list[Path]:
        return sorted((self.folder / kind).glob("*.pdf"))

    def all_files(self) -> list[Path]:
        return [path for kind in KINDS for path in self.files(kind)]

    @property
    def anchors(self) -> Path:
        return self.folder / "anchors.pem"

    @property
    def vkeys(self) -> list[str]:
        return vkeys_of(self.log)


def plain_of(act: bytes) -> bytes:
    """A signed act as it is with `BIERGER_PDF_SIGNING=off`: all that stands before the signature's update, which is byte for byte that
    file (`test_a_signed_act_is_the_unsigned_one_and_its_signature`) and the end of line in front of the update.
    """
    plain, _, update = act.partition(b"%%EOF\n")
    (last,), (before,) = re.findall(rb"startxref\s+(\d+)\s+$", plain), re.findall(rb"/Prev (\d+)\s+>>\s+startxref\s", update)
    assert last == before
    assert b"/ByteRange" in update
    return plain + b"%%EOF"


def types_of(log: Path) -> TypeRegistry:
    """The registry that a log publishes; that of release 0.1 had none."""
    types = log / "types.json"
    return load_registry(types.read_bytes()) if types.exists() else NO_TYPES


def vkeys_of(log: Path) -> list[str]:
    entries = load_key_list((log / "keys.json").read_bytes()).entries
    return [log_key(one.owner, one.public_key).text for one in entries if one.purpose == "log"]


def attached(pdf: Path) -> dict[str, bytes]:
    return {item.name: item.content for item in PdfReader(io.BytesIO(pdf.read_bytes())).attachment_list}
