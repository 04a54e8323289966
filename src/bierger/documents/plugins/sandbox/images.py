# SPDX-License-Identifier: EUPL-1.2
"""Photos of strangers, opened in the worker by Pillow; QR codes read by zxing-cpp."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from bierger.documents.plugins.sandbox.refusals import Refused

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
_DAMAGE = (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, OverflowError)


def _open(data: bytes, formats: list[str], max_pixels: int) -> Image.Image:
    """The decoded image. Its size is known from the header: a bomb is refused before a single pixel is unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=formats)
            if image.width * image.height > max_pixels:
                raise Refused("upload-pixels", pixels=image.width * image.height)
            image.load()
    except Image.DecompressionBombError as error:
        raise Refused("upload-pixels") from error
    except _DAMAGE as error:
        raise Refused("upload-broken") from error
    return image


def clean_image(data: bytes, media_type: str, *, max_pixels: int) -> bytes:
    """The same picture, upright, drawn anew: without the place, time and device that cameras write into it."""
    kind = FORMATS[media_type]
    image = ImageOps.exif_transpose(_open(data, [kind], max_pixels))
    out = io.BytesIO()
    if kind == "JPEG":
        image = image if image.mode in ("RGB", "L") else image.convert("RGB")
        image.save(out, "JPEG", quality=90)
    else:
        plain = image if image.mode in ("RGB", "RGBA", "L", "LA", "1") else image.convert("RGBA")
        Image.frombytes(plain.mode, plain.size, plain.tobytes()).save(out, "PNG")
    return out.getvalue()


def read_codes(data: bytes, *, max_pixels: int) -> list[str]:
    """Texts of the QR codes, at most 8. Tried as taken, then enlarged, then with more contrast: small, dark photos need it."""
    image = ImageOps.exif_transpose(_open(data, ["JPEG", "PNG"], max_pixels)).convert("L")
    for attempt in _attempts(image):
        texts = [code.text for code in zxingcpp.read_barcodes(attempt, formats=_QR) if code.valid]
        if texts:
            return texts[:8]
    return []


def _attempts(image: Image.Image) -> Iterator[Image.Image]:
    yield image
    if max(image.size) <= 2500:
        yield image.resize((image.width * 2, image.height * 2), Image.Resampling.BICUBIC)
    yield ImageOps.autocontrast(image, cutoff=2)
    yield ImageOps.autocontrast(image.filter(ImageFilter.UnsharpMask(radius=2, percent=200)), cutoff=2)
