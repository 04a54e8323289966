# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - a small program that prints
"""Verifies a 2D-Doc with tddoc: doc2d_tddoc.py CODE CERTIFICATE, both files; prints its header and the codes of its fields as JSON."""

import json
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tddoc.doc import TwoDDoc
from tddoc.keychain import KeyChain


def main(code, certificate):
    doc = TwoDDoc.from_code(Path(code).read_text("latin-1"))
    chain = KeyChain()
    chain.der_add(x509.load_pem_x509_certificate(Path(certificate).read_bytes()).public_bytes(Encoding.DER))
    if not doc.signature_is_valid(chain):
        raise SystemExit("the signature is wrong")
    header = doc.header
    fields = [one.definition.id for one in doc.message.dataset]
    print(json.dumps([header.version, header.ca_id, header.cert_id, str(header.emit_date), str(header.sign_date), fields]))
