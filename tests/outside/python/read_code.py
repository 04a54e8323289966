# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - a small program that prints
"""Reads the one QR code on the pictures of some pages with zxing-cpp: read_code.py PICTURE... prints its text."""

import sys

import zxingcpp
from PIL import Image


def main(*pictures):
    found = []
    for name in pictures:
        with Image.open(name) as picture:
            found += [one.text for one in zxingcpp.read_barcodes(picture.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)]
    if len(found) != 1:
        sys.exit(f"{len(found)} codes were read")
    print(found[0], end="")
