# SPDX-License-Identifier: EUPL-1.2
"""Photos of strangers, opened in the worker by Pillow; QR codes read by zxing-cpp."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from bierger.infra.sandbox.refusals import Refused

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_QR_OR_MATRIX = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix])
# What one picture may cost. A PNG is unpacked whole: 25 megapixels take about 2 seconds and 200 MB. A JPEG of a telephone
# (12 or 48 megapixels) is scaled while it is decoded, so its limit, the caller's `max_pixels`, may be higher.
UNPACKED_PIXELS = 25_000_000
# Codes are looked for in no more than this: the search costs far more per pixel than the decoding.
READ_PIXELS = 6_000_000
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
_DAMAGE = (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, OverflowError)


def _open(data: bytes, formats: list[str], max_pixels: int, wanted: int = UNPACKED_PIXELS) -> Image.Image:
    """The decoded image. Its size is known from the header: a bomb is refused before a single pixel is unpacked.

    A JPEG of more than UNPACKED_PIXELS is decoded at a half, a quarter or an eighth: at least `wanted` pixels, less than 4 times.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=formats)
            pixels = image.width * image.height
            if pixels > (max_pixels if image.format == "JPEG" else min(max_pixels, UNPACKED_PIXELS)):
                raise Refused("upload-pixels", pixels=pixels)
            if pixels > UNPACKED_PIXELS:
                part = math.sqrt(wanted / pixels)
                image.draft(None, (int(image.width * part), int(image.height * part)))
            image.load()
    except Image.DecompressionBombError as error:
        raise Refused("upload-pixels") from error
    except _DAMAGE as error:
        raise Refused("upload-broken") from error
    return image


def clean_image(data: bytes, media_type: str, *, max_pixels: int) -> bytes:
    """The same picture, upright, drawn anew: without the place, time and device that cameras write into it."""
    kind = FORMATS[media_type]
    image = ImageOps.exif_transpose(_open(data, [kind], max_pixels, UNPACKED_PIXELS // 4))
    out = io.BytesIO()
    if kind == "JPEG":
        image = image if image.mode in ("RGB", "L") else image.convert("RGB")
        image.save(out, "JPEG", quality=90)
    else:
        plain = image if image.mode in ("RGB", "RGBA", "L", "LA", "1") else image.convert("RGBA")
        Image.frombytes(plain.mode, plain.size, plain.tobytes()).save(out, "PNG")
    return out.getvalue()


def read_codes(data: bytes, *, max_pixels: int, matrix: bool = False) -> list[str]:
    """Texts of the QR codes, and with `matrix` of Data Matrix codes, at most 8.

    Tried as taken, then enlarged, then with more contrast: small, dark photos need it.
    """
    image = _open(data, ["JPEG", "PNG"], max_pixels, READ_PIXELS).convert("L")
    if image.width * image.height > READ_PIXELS:
        part = math.sqrt(READ_PIXELS / (image.width * image.height))
        small = (max(1, int(image.width * part)), max(1, int(image.height * part)))
        image = image.resize(small, Image.Resampling.BOX)
    formats = _QR_OR_MATRIX if matrix else _QR
    for attempt in _attempts(image):
        texts = [code.text for code in zxingcpp.read_barcodes(attempt, formats=formats) if code.valid]
        if texts:
            return texts[:8]
    return []


def _attempts(image: Image.Image) -> Iterator[Image.Image]:
    yield image
    larger = min(2.0, math.sqrt(READ_PIXELS / (image.width * image.height)))
    if larger > 1.3:  # less changes nothing for the reader
        yield image.resize((int(image.width * larger), int(image.height * larger)), Image.Resampling.BICUBIC)
    yield ImageOps.autocontrast(image, cutoff=2)
    yield ImageOps.autocontrast(image.filter(ImageFilter.UnsharpMask(radius=2, percent=200)), cutoff=2)
