# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - a small program that prints
"""Asks scitt-cose about a COSE receipt (RFC 9942): receipt.py RECEIPT ENTRY KEY, the entry in hexadecimal, the key as PEM."""

import sys
from pathlib import Path

from scitt_cose.receipt import verify_receipt


def main(receipt, entry, key):
    found = verify_receipt(Path(receipt).read_bytes(), leaf_entry_hex=entry, log_public_key_pem=Path(key).read_bytes())
    if not found.ok:
        sys.exit("; ".join(found.errors))
    print(found.root, found.tree_size, found.leaf_index)
