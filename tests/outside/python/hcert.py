# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - a small program that prints
"""HCERTs by cwt and base45: hcert.py write KEY CERTIFICATE prints one; hcert.py read CODE CERTIFICATE verifies one. All are files.

`kid` and algorithm are those that cwt derives from the certificate of a signer of health certificates.
"""

import json
import zlib
from pathlib import Path

import base45
import cwt

CLAIMS = {1: "LU", 4: 1_900_000_000, 6: 1_795_000_000, -260: {1: {"ver": "1.3.0", "nam": {"fn": "Schmit"}, "v": [{"dn": 2, "dt": "2026-11-20"}]}}}


def main(what, first, certificate):
    known = cwt.load_pem_hcert_dsc(Path(certificate).read_bytes())
    if what == "write":
        signer = cwt.COSEKey.from_pem(Path(first).read_bytes(), alg=known.alg, kid=known.kid)
        message = cwt.encode(CLAIMS, signer, tagged=False)
        print("HC1:" + base45.b45encode(zlib.compress(message)).decode(), end="")
    else:
        message = zlib.decompress(base45.b45decode(Path(first).read_text("ascii").removeprefix("HC1:")))
        print(json.dumps({str(name): value for name, value in cwt.decode(message, known).items()}))
