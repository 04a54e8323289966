# SPDX-License-Identifier: EUPL-1.2
"""The page about signed PDFs: its commands run one after the other; certification authority and counter are played here."""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import override_settings

from bierger.documents import services
from bierger.documents.plugins import sandbox
from bierger.documents.plugins.signing import signer_of
from bierger.documents.services import signing
from bierger.infra import clock
from tests.apps.documents.fixtures import data_folder
from tests.core.signatures.papers import CA, CA_KEY, certificate
from tests.tools import required_program

__all__ = ["data_folder"]

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "sign-pdfs.md"
BLOCKS = re.findall(r"^<!-- run -->\n```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def test_every_block_is_run():
    assert len(BLOCKS) == PAGE.read_text().count("```") // 2 == 5


@pytest.fixture
def reader(tmp_path):
    def follow(number: int) -> str:
        done = subprocess.run(["sh", "-ec", BLOCKS[number]], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    required_program("openssl", package="openssl")
    return follow


def test_an_operators_certificate(reader, tmp_path, data_folder):
    reader(0)
    asked = x509.load_pem_x509_csr((tmp_path / "mersch.csr").read_bytes())
    now = clock.real_now()
    valid = (now - timedelta(days=1), now + timedelta(days=365))
    given = certificate("Commune de Mersch", asked.public_key(), by=CA, by_key=CA_KEY, valid=valid)
    (tmp_path / "mersch.pem").write_bytes(given.public_bytes(Encoding.PEM) + CA.public_bytes(Encoding.PEM))
    assert "CN = Commune de Mersch" in reader(1)
    with override_settings(BIERGER_PDF_SIGNING=str(tmp_path)):
        assert signer_of("mersch", "Mersch").chain == (given, CA)


@pytest.mark.slow
def test_what_a_recipient_does(reader, tmp_path, data_folder):
    required_program("certutil", package="libnss3-tools")
    required_program("pdfsig", package="poppler-utils")
    place = signing.Place(signer_of("mersch", "Commune de Mersch"), None, 2_000, "Signature")
    body = {"inputs": {"title": "T", "language": "fr"}, "epoch": 0, "hole": place.hole}
    made = sandbox.run("render", body, {"letter.typ": b"= A letter"}).parts
    (tmp_path / "act.pdf").write_bytes(signing.fill(place, **made, waiting_since=clock.now()))
    reader(2)
    (tmp_path / "answer.tsr").write_bytes(services.answer_stamp_request(request=(tmp_path / "query.tsq").read_bytes()))
    (tmp_path / "certificates.pem").write_bytes(services.anchors())
    assert "Verification: OK" in reader(3)
    said = reader(4)
    assert "Signature is Valid." in said
    assert "Certificate is Trusted." in said
