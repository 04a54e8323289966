# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - a small program that prints
"""Verifies a status list with cwt and reads it with zlib: status.py LIST KEYS; prints its address, size and the places that are set.

KEYS is the published key list, as in seal.py. Bits are read as the Token Status List says: the first place is the lowest bit of the
first byte.
"""

import base64
import json
import zlib
from pathlib import Path

import cwt


def key_of(entry):
    point = base64.b64decode(entry["public_key"])
    return cwt.COSEKey.new({1: 2, -1: 1, 3: -7, 4: [2], 2: bytes.fromhex(entry["kid"]), -2: point[1:33], -3: point[33:]})


def main(status, keys):
    listed = [key_of(entry) for entry in json.loads(Path(keys).read_bytes())["keys"] if entry["purpose"] == "seal"]
    claims = cwt.decode(Path(status).read_bytes(), listed)
    bits, data = claims[65533]["bits"], zlib.decompress(claims[65533]["lst"])
    each = 8 // bits
    places = [
        place for place in range(len(data) * each) if data[place // each] >> (place % each * bits) & ((1 << bits) - 1)
    ]
    print(json.dumps({"address": claims[2], "size": len(data) * each, "places": places, "keep": claims[65534]}))
