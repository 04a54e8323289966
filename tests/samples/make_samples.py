# SPDX-License-Identifier: EUPL-1.2
"""Makes the samples of a release, once: `python -m pytest tests/samples/make_samples.py`.

The files are committed and never made again: every later release must still verify them (tests/attacks/test_verify.py).
Only its name keeps this out of the suite; it goes the whole way of an act, as the worker does.
"""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import zxingcpp
from PIL import Image
from pypdf import PdfReader
from tests.apps.documents.story import FACTS, decide, officer_of, typed

from bierger.documents import selectors, services
from bierger.documents.types import ReceiptData
from bierger.infra.principal import SYSTEM, acting_as
from bierger_core.seals import RegisteredType
from bierger_core.values import Text

RELEASE = Path(__file__).parent / "v0.2"
# The folder of this file may be reached through a link; the samples belong beside the real one.
RELEASE = RELEASE.resolve()
WORKS = {"person.family_name": "Beispill", "works.kind": "shed"}
LABELS = {
    "verify": "Keep this receipt. Anybody can check its number and hash at the verification page.",
    "footer": "This receipt says that your request arrived. It is not a decision.",
}


def attached(pdf: bytes, name: str) -> bytes:
    return next(item.content for item in PdfReader(io.BytesIO(pdf)).attachment_list if item.name == name)


def photo(code: str) -> bytes:
    """A sheet with the code on it, held a little askew, in poor light, as a telephone compresses it."""
    pixels = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(scale=5, add_quiet_zones=True)
    square = (
        Image.fromarray(pixels)
        if hasattr(pixels, "__array_interface__")
        else Image.frombytes("L", tuple(reversed(memoryview(pixels).shape)), bytes(memoryview(pixels)))
    )
    sheet = Image.new("L", (900, 1200), 225)
    sheet.paste(square.resize((560, 560)), (170, 300))
    out = io.BytesIO()
    sheet.rotate(11, fillcolor=90).convert("RGB").save(out, "JPEG", quality=60)
    return out.getvalue()


def works() -> RegisteredType:
    """A kind of act with a choice in it."""
    kind = typed(WORKS, code="works-notice")
    options = {"shed": Text.of(fr="Abri", de="Schuppen", en="Shed", lb="Schapp"), "house": Text.of(fr="Maison", de="Haus", en="House", lb="Haus")}
    chosen = tuple(replace(fact, kind="choice", options=options) if fact.name == "kind" else fact for fact in kind.facts)
    return replace(kind, facts=chosen)


def test_make(commune, applicant, as_worker, run_jobs, data_folder, frozen):
    assert not RELEASE.exists(), "The samples of a release are made once."
    frozen(datetime(2026, 11, 20, 9, 30, tzinfo=UTC))
    with as_worker():
        kept, revoked = decide(commune, applicant), decide(commune, applicant, title="Residence certificate (revoked)")
        over = decide(commune, applicant, title="Proof of residence", document_type=typed(FACTS, code="residence-proof", valid_for="PT24H"))
        chosen = decide(commune, applicant, title="Notice of works", document_type=works(), facts=WORKS)
    with acting_as(applicant.principal):
        submission = services.register_submission(number="F-2026-000042", event_hash=bytes(range(32)))
    run_jobs()
    with acting_as(officer_of(commune, "decider")):
        services.revoke_act(act=revoked, reason="error")
    run_jobs()
    RELEASE.mkdir(parents=True)
    with as_worker(), acting_as(SYSTEM):
        services.publish_revocations()
        for act, name in ((kept, "certificate.pdf"), (revoked, "revoked.pdf"), (over, "proof.pdf"), (chosen, "choice.pdf")):
            pdf = selectors.act_pdf(act).data
            (RELEASE / name).write_bytes(pdf)
            (RELEASE / f"{name}.tlog-proof").write_bytes(selectors.act_proof(act))
            if act == kept:
                code = attached(pdf, "seal.txt").decode()
                (RELEASE / "code.txt").write_text(code + "\n")
                (RELEASE / "photo.jpg").write_bytes(photo(code))
    receipt = services.render_receipt(
        ReceiptData(
            language="en",
            title="Receipt",
            administration="Test commune",
            number=submission.number,
            submitted_at="22 November 2026, 10:15",
            event_hash=submission.event_hash.hex(),
            code=submission.code,
            rows=(("Number", submission.number), ("Request", "Residence certificate"), ("Received", "22 November 2026, 10:15")),
            labels=LABELS,
            at=datetime(2026, 11, 22, tzinfo=UTC),
        )
    )
    (RELEASE / "receipt.pdf").write_bytes(receipt)
    shutil.copytree(data_folder / "log", RELEASE / "log")
    shutil.copy(data_folder / "log" / "keys.json", RELEASE / "keys.json")
    expected = {
        "certificate.pdf": "authentic",
        "revoked.pdf": "revoked",
        "proof.pdf": "authentic",
        "choice.pdf": "authentic",
        "code.txt": "facts-only",
        "photo.jpg": "facts-only",
        "receipt.pdf": "authentic",
    }
    (RELEASE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
