# SPDX-License-Identifier: EUPL-1.2
"""Acts as a camera sees them: a page of a PDF drawn by poppler, laid on a table, small, askew, a little blurred, compressed."""

from __future__ import annotations

import io
import random
import subprocess
from pathlib import Path

import zxingcpp
from PIL import Image, ImageEnhance, ImageFilter

from tests.tools import required_program

TABLE = (96, 84, 72)


def page_of(pdf: Path, folder: Path, dpi: int = 200) -> Image.Image:
    """The first page as a PNG, read back."""
    target = folder / f"{pdf.stem}-{dpi}"
    program = required_program("pdftoppm", package="poppler-utils")
    subprocess.run([program, "-png", "-singlefile", "-r", str(dpi), str(pdf), str(target)], check=True)
    return Image.open(target.with_suffix(".png")).convert("RGB")


def sheet_with(code: str) -> Image.Image:
    """A sheet of paper with nothing but this code on it, 4 cm wide at 200 dpi."""
    pixels = memoryview(zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(scale=8, add_quiet_zones=True))
    square = Image.frombytes("L", tuple(reversed(pixels.shape)), bytes(pixels)).resize((315, 315), Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", (1654, 2339), "white")
    sheet.paste(square.convert("RGB"), (190, 330))
    return sheet


def photographed(page: Image.Image, *, width: int = 1000, angle: float = 13, size: tuple[int, int] = (1400, 1800)) -> Image.Image:
    """The whole sheet in the picture: `width` pixels for its 21 cm, turned by `angle` degrees, in the light of a room."""
    small = page.resize((width, round(width * page.height / page.width)), Image.Resampling.LANCZOS)
    turned = small.convert("RGBA").rotate(angle, expand=True, resample=Image.Resampling.BICUBIC)
    table = Image.new("RGB", size, TABLE)
    table.paste(turned, ((size[0] - turned.width) // 2, (size[1] - turned.height) // 2), turned)
    return _as_seen(table)


def video_frame(page: Image.Image, *, scale: float = 0.62, angle: float = -9, size: tuple[int, int] = (1280, 720), top: int = 0) -> Image.Image:
    """The sheet from `top` (in its own pixels) down, as much as fits, held in front of a camera with 720 lines."""
    page = page.crop((0, top, page.width, page.height))
    small = page.resize((round(page.width * scale), round(page.height * scale)), Image.Resampling.LANCZOS)
    turned = small.convert("RGBA").rotate(angle, expand=True, resample=Image.Resampling.BICUBIC)
    table = Image.new("RGB", size, TABLE)
    table.paste(turned, (60, -140), turned)
    return _as_seen(table)


def _as_seen(picture: Image.Image) -> Image.Image:
    dim = ImageEnhance.Brightness(picture.filter(ImageFilter.GaussianBlur(0.7))).enhance(0.82)
    grain = Image.frombytes("L", (picture.width // 4, picture.height // 4), random.Random(1).randbytes((picture.width // 4) * (picture.height // 4)))
    return Image.blend(dim, grain.resize(picture.size).convert("RGB"), 0.05)


def jpeg(picture: Image.Image, quality: int = 60) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def video(frame: Image.Image, path: Path) -> Path:
    """A film of one picture, as the browser's camera of the tests plays it (MJPEG)."""
    path.write_bytes(jpeg(frame, 80) * 5)
    return path
