# SPDX-License-Identifier: EUPL-1.2
"""QR codes, drawn. zxing-cpp computes the matrix; the path is ours: sharp at any size, and a tenth of the picture's bytes."""

from __future__ import annotations

import re

import zxingcpp

QUIET = 4  # modules of white around the code, ISO/IEC 18004
_BLACK = re.compile(rb"\0+")
LEVEL = "M"  # survives 15 % damage; what a folded, photocopied letter needs without making the modules too small


def draw_svg(text: str) -> bytes:
    """The QR code of `text` as an SVG of one path, quiet zone included, black on white."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=LEVEL)
    pixels = memoryview(code.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]  # it is one
    height, width = pixels.shape or (0, 0)
    rows = pixels.tobytes()
    steps = [
        f"M{run.start() + QUIET} {y + QUIET}h{run.end() - run.start()}v1h{run.start() - run.end()}z"
        for y in range(height)
        for run in _BLACK.finditer(rows[y * width : (y + 1) * width])
    ]
    side = width + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}" height="{side}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{"".join(steps)}"/></svg>'
    ).encode()
