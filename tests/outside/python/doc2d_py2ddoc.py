# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - a small program that prints
"""Verifies the signature of a 2D-Doc with py2ddoc: doc2d_py2ddoc.py CODE CERTIFICATE, both files.

Version 0.1.4 splits fields and days differently from the specification; only its verdict about the signature is asked.
"""

from pathlib import Path

from py2ddoc import TrustStore, TwoDDoc


def main(code, certificate):
    store = TrustStore.from_pem("FR00", Path(certificate).read_bytes())
    doc = TwoDDoc.from_string(Path(code).read_text("latin-1"), trust_store=store)
    print(doc.ca_id, doc.cert_id, doc.is_authentic)
