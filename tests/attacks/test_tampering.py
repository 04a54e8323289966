# SPDX-License-Identifier: EUPL-1.2
"""Acts changed after they were issued, and papers that only look like acts: /verify's own function, on a real act."""

from __future__ import annotations

import io
import random
from collections import Counter

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from bierger.documents import selectors, services
from bierger.documents.plugins import sandbox
from bierger.infra.principal import ANONYMOUS, acting_as
from bierger.ledger import selectors as log
from bierger_core.seals import Claims, DocumentType, seal
from tests.apps.documents.story import decide


@pytest.fixture
def act(commune, applicant, as_worker, run_jobs) -> bytes:
    with as_worker():
        decided = decide(commune, applicant)
    run_jobs()
    with acting_as(applicant.principal):
        return selectors.act_pdf(decided).data


def verify(data: bytes):
    with acting_as(ANONYMOUS):
        return services.verify_upload(data=data, file_name="x")


def seal_in(pdf: bytes) -> str:
    return next(item.content for item in PdfReader(io.BytesIO(pdf)).attachment_list if item.name == "seal.txt").decode()


@pytest.mark.parametrize("flips", [50, pytest.param(500, marks=pytest.mark.slow)])
def test_random_flips_are_all_refused_with_the_step_that_failed(act, flips: int):
    assert verify(act).authentic == "yes"  # the control: untouched, the same bytes are authentic
    chance, steps = random.Random(2026), Counter()
    for _ in range(flips):
        place, bit = chance.randrange(len(act)), 1 << chance.randrange(8)
        flipped = bytearray(act)
        flipped[place] ^= bit
        seen = verify(bytes(flipped))
        assert seen.authentic == ("unknown" if seen.subject == "nothing" else "no"), (place, bit)
        steps[(seen.failed.name, seen.failed.code)] += 1
    assert {name for name, _ in steps} <= {"readable", "seal-format", "key-known", "signature", "file-in-log"}, steps
    assert steps[("file-in-log", "file-proof-missing")] > flips / 2, steps


def test_a_seal_moved_to_another_paper_is_not_that_paper(act):
    """The seal is real, the paper is not: the facts are shown, the file is refused."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(300, 300)
    writer.add_attachment("seal.txt", seal_in(act).encode())
    writer.write(out)
    seen = verify(out.getvalue())
    assert (seen.authentic, seen.failed.name) == ("no", "file-in-log")
    assert ("family-name", "Beispill") in [(fact.code, fact.value) for fact in seen.facts]


def test_bytes_added_after_the_end_are_noticed(act):
    assert verify(act + b"\n").authentic == "no"
    assert verify(act[:-1]).authentic == "no"


def test_a_code_proves_the_facts_and_no_paper(act):
    code = seal_in(act)
    with acting_as(ANONYMOUS):
        seen = selectors.verify_text(f"  {code}\r\n")
        assert (seen.authentic, seen.subject) == ("facts-only", "facts")
        wrapped = "\n".join(code[start : start + 60] for start in range(0, len(code), 60))
        assert selectors.verify_text(wrapped).authentic == "facts-only"
        changed = selectors.verify_text(code[:-9] + ("A" if code[-9] != "A" else "B") + code[-8:])
    assert changed.authentic == "no"


@pytest.mark.parametrize("angle", [0, 17, 90, 200])
def test_a_photo_of_the_code_is_read_however_it_is_held(act, angle):
    import zxingcpp

    pixels = memoryview(zxingcpp.create_barcode(seal_in(act), zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(scale=6))
    code = Image.frombytes("L", tuple(reversed(pixels.shape)), bytes(pixels))
    paper = Image.new("L", (code.width + 300, code.height + 500), 230)
    paper.paste(code, (150, 250))
    out = io.BytesIO()
    paper.rotate(angle, expand=True, fillcolor=120).convert("RGB").save(out, "JPEG", quality=55)
    assert verify(out.getvalue()).authentic == "facts-only"


def test_a_photo_without_a_code_says_so(act):
    out = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(out, "PNG")
    assert verify(out.getvalue()).failed.code == "verify-no-code"


def test_a_stolen_key_cannot_seal_what_the_log_never_held(act, commune, as_worker):
    """Sealed with the right key, dated yesterday, never logged: offline the seal looks right, the log denies it."""
    from bierger.infra import clock
    from bierger.infra.principal import SYSTEM
    from bierger.ledger import services as ledger

    with as_worker(), acting_as(SYSTEM):
        signer, origin = ledger.signer_for(administration_id=commune.id), log.origin()
        claims = Claims(commune.code, clock.now(), "residence-certificate", {"family-name": "Beispill"})
    kind = DocumentType("residence-certificate", ("family-name",))
    code = seal(claims, document_type=kind, salt=bytes(32), log_origin=origin, signer=signer)
    with acting_as(ANONYMOUS):
        seen = selectors.verify_text(code)
    assert (seen.authentic, seen.failed.name, seen.failed.code) == ("no", "facts-in-log", "facts-not-logged")
    code = seal(claims, document_type=kind, salt=bytes(32), log_origin="log.example.lu/mine", signer=signer)
    with acting_as(ANONYMOUS):
        assert selectors.verify_text(code).failed.code == "log-unknown", "Naming a log that nobody knows does not help."


def test_what_is_nothing_is_said_to_be_nothing(act):
    for data, code in (
        (b"hello", "verify-not-a-code"),
        (b"%PDF-1.4\n%%EOF", "verify-no-seal"),
        (b"\x89PNG\r\n\x1a\nx", "upload-broken"),
        (b"\xff\xfe\0", "upload-type"),
        (b"PK\3\4 text, and a \0 in it", "upload-type"),
    ):
        seen = verify(data)
        assert (seen.subject, seen.authentic, seen.failed.code) == ("nothing", "unknown", code)


def test_a_receipt_is_accepted_typed_scanned_and_from_its_pdf(applicant, transactional, as_worker, run_jobs):
    with acting_as(applicant.principal):
        submission = services.register_submission(number="F-2026-000007", event_hash=bytes(range(32)))
        waiting = selectors.verify_text(f"F-2026-000007 {bytes(range(32)).hex()}")
        assert (waiting.authentic, waiting.failed.code) == ("no", "submission-waiting")
    run_jobs()
    typed = "F-2026-000007  " + " ".join(bytes(range(32)).hex()[start : start + 8].upper() for start in range(0, 64, 8))
    with acting_as(ANONYMOUS):
        for text in (submission.code, typed):
            seen = selectors.verify_text(text)
            assert (seen.subject, seen.authentic, seen.number) == ("receipt", "yes", "F-2026-000007")
        assert selectors.submission_code("F-2026-000007", bytes(range(32))) == submission
        for text in (typed.replace("000007", "000008"), typed.replace("00010203", "00010204"), submission.code[:-1] + ("0" if submission.code.endswith("f") else "f")):
            assert selectors.verify_text(text).authentic == "no"
        assert selectors.verify_text(typed.replace("00010203", "00010204")).failed.code == "submission-unknown"


def test_the_worker_that_reads_strangers_files_survives_them(act):
    for data in (
        b"%PDF-1.7\n" + b"[" * 200_000 + b"\n%%EOF",
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
    ):
        assert verify(data).authentic == "unknown"
    assert sandbox.run("attachments", {"now": "2026-11-22T12:00:00Z"}, {"data": act}).outcome == "ok"
