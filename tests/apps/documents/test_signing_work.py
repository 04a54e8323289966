# SPDX-License-Identifier: EUPL-1.2
"""A signature costs the same whatever the lengths of its parts: counted, not timed.

The library under pyHanko takes a length that ends in 0x80 for an indefinite one and encodes all that is inside anew, and again at each level
above it. A certificate of an unlucky size is enough. So nothing of ours is encoded by it (docs/decisions/0021-pdf-signatures.md).
"""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from asn1crypto import algos, core
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.signers import ExternalSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfWriter

from bierger.documents.plugins.sandbox.holes import with_hole
from bierger_core.signatures import answer_stamp, embed, find_hole, open_answer, signed_attributes, signed_data, stamp_request
from bierger_core.signatures.files import digest_of
from tests.core.signatures.papers import AT, AUTHORITY, OWN_KEY, SIGN, certificate

ENCODERS = (
    core.Asn1Value,
    core.Constructable,
    core.Sequence,
    core.SequenceOf,
    core.Choice,
    core.OctetString,
    core.ParsableOctetString,
    core.Any,
)
UNLUCKY = 477  # bytes of a certificate of this name: then a length around it ends in 0x80


@pytest.fixture
def encoded(monkeypatch) -> Iterator[Counter[str]]:
    """How often asn1crypto encodes something."""
    counted: Counter[str] = Counter()

    def counting(original):
        def dump(self, force=False):
            counted["dumps"] += 1
            return original(self, force=force)

        return dump

    for kind in ENCODERS:
        if "dump" in vars(kind):
            monkeypatch.setattr(kind, "dump", counting(vars(kind)["dump"]))
    return counted


def pages() -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(out)
    return out.getvalue()


def certificate_of(length: int) -> x509.Certificate:
    """Serial numbers and signatures differ by a byte or two, so it may take some."""
    made = (certificate("Commune", OWN_KEY, padding="x" * (length - 326 + jitter % 4)) for jitter in range(400))
    return next(one for one in made if len(one.public_bytes(Encoding.DER)) == length)


def sign(pdf: bytes, own: x509.Certificate) -> bytes:
    """As documents.services.signing does it, in one process."""
    chain = (own,)
    hollow = with_hole(pdf, {"room": 6_000, "at": 0, "label": "Signature"})
    hole = find_hole(hollow)
    attributes = signed_attributes(digest_of(hollow, hole), chain[0])
    signature = SIGN(attributes)
    digest = hashlib.sha256(signature).digest()
    token, _ = open_answer(answer_stamp(AUTHORITY, stamp_request(digest, 1), at=AT, serial=bytes(16)), digest=digest, nonce=1)
    return embed(hollow, hole, signed_data(attributes, signature, chain, token=token))


def test_no_signature_of_ours_is_encoded_by_it(encoded):
    pdf = pages()
    for length in range(UNLUCKY - 20, UNLUCKY + 20, 4):
        assert sign(pdf, certificate_of(length)).startswith(pdf)
    assert sign(pdf, certificate_of(UNLUCKY)).startswith(pdf)
    assert encoded["dumps"] == 0


@pytest.mark.slow
def test_the_stall_is_there_without_that(encoded):
    """The control: the same signature by the library's own way, for certificates that differ by one byte."""
    work = []
    for length in (UNLUCKY - 1, UNLUCKY):
        own = Certificate.load(certificate_of(length).public_bytes(Encoding.DER))
        mechanism = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
        signer = ExternalSigner(own, SimpleCertificateStore(), bytes(71), signature_mechanism=mechanism)
        encoded.clear()
        with ThreadPoolExecutor(1) as apart:  # a browser of an earlier test may keep its event loop in this thread
            assert apart.submit(asyncio.run, signer.async_sign(bytes(32), "sha256")).result().dump()
        work.append(encoded["dumps"])
    assert work[1] > 3 * work[0] > 0  # four times or sixteen: by how many of the lengths above it, drawn with the key, end so
