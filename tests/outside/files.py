# SPDX-License-Identifier: EUPL-1.2
"""The files that are judged: what an installation handed out a moment ago (see issued.py), and the samples of every release."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader

from bierger_core.merkle import log_key
from bierger_core.seals import load_key_list


@dataclass(frozen=True)
class Kind:
    """Whether files of a kind carry a PDF signature."""

    is_signed: bool = False


# By folder. Acts are signed by a certificate of the installation's own; with `BIERGER_PDF_SIGNING=off` they are the same without.
KINDS = {"acts": Kind(is_signed=True), "unsigned": Kind(), "receipts": Kind()}
SAMPLES = Path(__file__).resolve().parents[1] / "samples"
RELEASE = SAMPLES / "v0.1"
LOG = RELEASE / "log"
KEPT_ACTS = (RELEASE / "certificate.pdf", RELEASE / "revoked.pdf")
KEPT = (*KEPT_ACTS, RELEASE / "receipt.pdf", SAMPLES / "snapshot-0.1" / "act.pdf")


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


def vkeys_of(log: Path) -> list[str]:
    entries = load_key_list((log / "keys.json").read_bytes()).entries
    return [log_key(one.owner, one.public_key).text for one in entries if one.purpose == "log"]


def attached(pdf: Path) -> dict[str, bytes]:
    return {item.name: item.content for item in PdfReader(io.BytesIO(pdf.read_bytes())).attachment_list}
