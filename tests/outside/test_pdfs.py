# SPDX-License-Identifier: EUPL-1.2
"""The files themselves: veraPDF (PDF/A-3a, PDF/UA-1), qpdf (structure), pdfsig (signatures) on every kind that is handed out.

Acts carry no PDF signature yet: pdfsig has to find none. So that its word counts, it is shown a file that is signed, and changed.
"""

from __future__ import annotations

from tests.outside import programs
from tests.outside.changes import flipped, flipped_after
from tests.outside.files import KEPT, KINDS, Issued
from tests.outside.signing import signed_pdf
from tests.outside.verdicts import OUTSIDE

pytestmark = OUTSIDE


def test_every_kind_of_file_is_judged(issued: Issued):
    assert {name: len(issued.files(name)) for name in KINDS} == {name: kind.count for name, kind in KINDS.items()}
    assert all(path.exists() for path in KEPT)


# -- veraPDF --------------------------------------------------------------------------------------------------------------


def test_every_file_is_an_archive_and_accessible(verifier, issued: Issued):
    verapdf = verifier("veraPDF", programs.ask_verapdf)
    for path in [*issued.all_files(), *KEPT]:
        verapdf.accepts(path)


def test_a_file_that_claims_too_much_is_refused(verifier, issued: Issued, tmp_path):
    """One byte of the metadata changed: another part of PDF/A than the file keeps to, another part of PDF/UA than there is."""
    verapdf, path = verifier("veraPDF", programs.ask_verapdf), tmp_path / "changed.pdf"
    act = issued.files("acts")[0].read_bytes()
    path.write_bytes(flipped_after(act, b"<pdfaid:part>"))
    assert "ua1: \n" in verapdf.refuses(path, because="3a: 6.6.4")
    path.write_bytes(flipped_after(act, b"<pdfuaid:part>"))
    assert "3a: \n" in verapdf.refuses(path, because="ua1: 5-")


# -- qpdf -----------------------------------------------------------------------------------------------------------------


def test_every_file_is_whole(verifier, issued: Issued):
    qpdf = verifier("qpdf", programs.ask_qpdf)
    for path in [*issued.all_files(), *KEPT]:
        assert "No syntax or stream encoding errors found" in qpdf.accepts(path)


def test_a_broken_structure_is_refused(verifier, issued: Issued, tmp_path):
    """It does not judge every byte: what is wrong inside a font's stream passes. That every byte counts is the log's word."""
    qpdf, path = verifier("qpdf", programs.ask_qpdf), tmp_path / "changed.pdf"
    act = issued.files("acts")[0].read_bytes()
    table = act.rindex(b"\nxref\n")
    row = act.index(b" 00000 n", table)
    for data in (flipped_after(act, b"startxref\n"), flipped(act, row - 1), flipped_after(act, b"/Roo"), act[: len(act) * 2 // 3]):
        path.write_bytes(data)
        qpdf.refuses(path)


# -- pdfsig ---------------------------------------------------------------------------------------------------------------


def test_a_file_carries_a_signature_when_its_kind_says_so(verifier, issued: Issued):
    pdfsig = verifier("pdfsig", programs.ask_pdfsig)
    unsigned = [path for name, kind in KINDS.items() if not kind.is_signed for path in issued.files(name)]
    for path in [*unsigned, *KEPT]:
        pdfsig.refuses(path, because="does not contain any signatures")
    for path in (path for name, kind in KINDS.items() if kind.is_signed for path in issued.files(name)):
        pdfsig.accepts(path)


def test_where_there_is_a_signature_it_is_judged(verifier, issued: Issued, tmp_path):
    pdfsig, path = verifier("pdfsig", programs.ask_pdfsig), tmp_path / "signed.pdf"
    signed = signed_pdf(issued.files("acts")[0], tmp_path)
    path.write_bytes(signed)
    assert "Total document signed" in pdfsig.accepts(path)
    path.write_bytes(flipped(signed, 600))
    pdfsig.refuses(path, because="Digest Mismatch")
