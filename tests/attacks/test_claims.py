# SPDX-License-Identifier: EUPL-1.2
"""/verify says no more than what was checked, whatever a PDF looks like: signed twice, added to, covered, or by the key of somebody else."""

from __future__ import annotations

import html
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from bierger.documents import selectors, services
from bierger.documents.types import VerificationView
from bierger.infra.principal import ANONYMOUS, acting_as
from bierger_core.signatures import (
    SignaturesError,
    embed,
    find_hole,
    raw_signer,
    signed_attributes,
    signed_data,
)
from bierger_core.signatures.files import digest_of
from bierger_core.values import LocalSigner
from tests.apps.documents.fixtures import applicant, commune, data_folder
from tests.apps.documents.story import decide
from tests.core.signatures.papers import OWN, OWN_KEY

__all__ = ["applicant", "commune", "data_folder"]


@pytest.fixture
def pdf(commune, applicant, as_worker, run_jobs) -> bytes:
    """An act as its holder has it, signed."""
    with as_worker():
        act = decide(commune, applicant)
    run_jobs()
    with acting_as(applicant.principal):
        return selectors.act_pdf(act).data


def seen(data: bytes) -> VerificationView:
    with acting_as(ANONYMOUS):
        return services.verify_upload(data=data, file_name="x.pdf")


def page(**sent: object) -> str:
    answer = Client().post("/verify", sent, headers={"Accept-Language": "en"})
    return re.sub(r"\s+", " ", html.unescape(answer.content.decode()))


def covered(pdf: bytes) -> bytes:
    """Rewritten by another program, with something over what was signed."""
    writer, out = PdfWriter(clone_from=io.BytesIO(pdf)), io.BytesIO()
    over = DecodedStreamObject()
    over.set_data(b"q 1 1 1 rg 0 0 600 850 re f Q")
    writer.pages[0][NameObject("/Contents")] = writer._add_object(over)
    writer.write(out)
    return out.getvalue()


def added_to(pdf: bytes, more: bytes) -> bytes:
    """An incremental update: the signed revision stays, byte by byte, as a beginning."""
    return pdf + b"\n" + more + b"\n%%EOF\n"


def range_of(pdf: bytes) -> bytes:
    return re.search(rb"/ByteRange\s*\[[^\]]*\]", pdf)[0]


def signed_again(pdf: bytes) -> bytes:
    """By somebody who calls himself as he likes, over all of it: in a comment, where no reader of PDFs looks."""
    room, tail, words = 3_000, b"\n%%EOF\n", b"\n%% /ByteRange [0 %010d %010d %010d] "
    start = len(pdf) + len(words % (0, 0, 0))
    end = start + 2 * room + 2
    whole = pdf + words % (start, end, len(tail)) + b"<" + b"0" * 2 * room + b">" + tail
    hole = find_hole(whole)
    attributes = signed_attributes(digest_of(whole, hole), OWN)
    return embed(whole, hole, signed_data(attributes, raw_signer(LocalSigner.of(OWN_KEY))(attributes), (OWN,)))


def test_nothing_that_was_added_covered_or_signed_again_is_authentic(pdf):
    assert (seen(pdf).authentic, seen(pdf).signature.code) == ("yes", "ok")
    shadows = {
        "added": added_to(pdf, b"1 0 obj << /Type /Catalog >> endobj"),
        "the same range again, in a comment": added_to(pdf, b"% " + range_of(pdf)),
        "an older revision": pdf[: pdf.index(b"%%EOF") + 5],
        "covered": covered(pdf),
        "two files in one": pdf + pdf,
        "something before": b"%PDF-1.7\n%\n" + pdf,
    }
    for what, changed in shadows.items():
        found = seen(changed)
        assert found.authentic == ("unknown" if found.subject == "nothing" else "no"), what  # some leave no seal to be checked
        assert found.signature is None or found.signature.code != "ok", what
    again = signed_again(pdf)
    found = seen(again)
    assert (found.authentic, found.signature.code, found.signature.is_ours) == ("unknown", "ok", False)
    said = page(file=SimpleUploadedFile("x.pdf", again))
    assert "Nothing could be checked" in said, "Its seal is gone: a signature in anybody's name takes the place of none."
    assert "Whether that can be believed was not checked here" in said


def test_a_hole_is_no_place_for_anything_but_a_signature(pdf):
    """What the signature does not cover is its own digits: nothing else fits in between, and no other range counts."""
    hole, same = find_hole(pdf), range_of(pdf)
    after = len(pdf) - hole.end
    ranges = [(0, 0, 0, len(pdf)), (0, hole.start - 1, hole.end, after), (1, hole.start - 1, hole.end, after), (0, hole.start, hole.end + 1, after - 1),
              (0, hole.start, hole.end, after - 1)]  # fmt: skip
    for numbers in ranges:
        written = (b"/ByteRange [%d %d %d %d]" % numbers).ljust(len(same))
        assert len(written) == len(same)
        with pytest.raises(SignaturesError):
            find_hole(pdf.replace(same, written))
    for place, digits in ((hole.start + 5, b"(x)"), (hole.end - 40, b">><</A"), (hole.end - 9, b"00000001")):
        found = seen(pdf[:place] + digits + pdf[place + len(digits) :])
        assert found.authentic == "no"
        assert found.signature.code != "ok"


def test_facts_that_failed_a_check_are_a_claim(pdf):
    code = next(one.content for one in PdfReader(io.BytesIO(pdf)).attachment_list if one.name == "seal.txt").decode()
    good, wrong = page(code=code), page(code=code[:-3] + ("AAA" if code[-3:] != "AAA" else "BBB"))
    assert "Compare these facts with the document" in good
    for said in (wrong, page(file=SimpleUploadedFile("x.pdf", pdf[:-1]))):
        assert "Not authentic" in said
        assert "What was sealed" not in said
    claimed = page(file=SimpleUploadedFile("x.pdf", pdf[:-1]))
    assert "<summary>What the code claims, and nothing vouches for</summary>" in claimed, "behind a click: nobody reads it for what is so"


def test_the_code_of_a_receipt_vouches_for_no_paper(applicant, run_jobs):
    """A genuine code on a paper that says something else: the paper was not checked, and the page does not say that it was."""
    with acting_as(applicant.principal):
        submission = services.register_submission(number="F-2026-000007", event_hash=bytes(range(32)))
    run_jobs()
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(300, 300)
    writer.add_attachment("receipt.txt", submission.code.encode())
    writer.write(out)
    paper = page(file=SimpleUploadedFile("receipt.pdf", out.getvalue()))
    assert "The facts are genuine" in paper
    assert "The document in front of you was not checked" in paper
    assert "This receipt is genuine" not in paper
    assert "This receipt is genuine" in page(code=submission.code)
