# SPDX-License-Identifier: EUPL-1.2
"""Files that people attach in the journeys: a plan as PDF, a photo as PNG, made here so that nothing binary is committed."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw
from pypdf import PdfWriter

from tests.tools import required_program

DPI = 150
"""Dots per inch of a page as a telephone's photo would show it."""


def plan(folder: Path, name: str = "plan.pdf") -> Path:
    """A PDF of one empty A4 page."""
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.write(folder / name)
    return folder / name


def photo(folder: Path, name: str = "bin.png") -> Path:
    """A picture that could be a bin in the street."""
    image = Image.new("RGB", (640, 480), "#9fb8c8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 380, 640, 480), fill="#777777")
    draw.rounded_rectangle((240, 160, 400, 420), 12, fill="#2f5d3a")
    draw.rectangle((225, 140, 415, 170), fill="#1e3f27")
    image.save(folder / name)
    return folder / name


def photographed(pdf: Path, folder: Path, page: int = 1) -> Path:
    """One page of a PDF as a picture, as somebody would photograph it."""
    program = required_program("pdftoppm", package="poppler-utils")
    command = [program, "-r", str(DPI), "-f", str(page), "-l", str(page), "-png", "-singlefile", str(pdf), str(folder / pdf.stem)]
    subprocess.run(command, check=True, timeout=60)
    return folder / f"{pdf.stem}.png"


def tampered(pdf: Path, folder: Path) -> Path:
    """The same file with one byte of its page flipped."""
    data = bytearray(pdf.read_bytes())
    data[len(data) // 3] ^= 0x01
    (folder / "tampered.pdf").write_bytes(data)
    return folder / "tampered.pdf"


def sealed_code(picture: Path) -> str:
    """What the QR code on a picture of an act says: what a person would type."""
    import zxingcpp

    with Image.open(BytesIO(picture.read_bytes())) as image:
        found = [str(code.text) for code in zxingcpp.read_barcodes(image)]
    assert found, f"No code on {picture.name}."
    return found[0]
