# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - a small program that prints
"""Verifies the text of a seal with base45 and cwt: seal.py CODE KEYS, both files; prints the claims as JSON.

KEYS is the published key list (keys.json), read as plain JSON: `kid` in hexadecimal, `public_key` an uncompressed P-256 point.
"""

import base64
import json
from pathlib import Path

import base45
import cwt


def key_of(entry):
    point = base64.b64decode(entry["public_key"])
    return cwt.COSEKey.new({1: 2, -1: 1, 3: -7, 4: [2], 2: bytes.fromhex(entry["kid"]), -2: point[1:33], -3: point[33:]})


def main(code, keys):
    text = Path(code).read_text("ascii").rstrip("\n")
    listed = [key_of(entry) for entry in json.loads(Path(keys).read_bytes())["keys"] if entry["purpose"] == "seal"]
    claims = cwt.decode(base45.b45decode(text.removeprefix("BRG1:").removeprefix("BRG2:")), listed)
    print(json.dumps({str(name): value for name, value in claims.items()}, default=bytes.hex))
