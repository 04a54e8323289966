# SPDX-License-Identifier: EUPL-1.2
"""The files themselves: veraPDF (PDF/A-3a, PDF/UA-1), qpdf (structure), pdfsig (signatures) on every kind that is handed out.

Acts carry a PDF signature and its time stamp, or none where the operator wants none, and receipts never: pdfsig has to find the one and
not the other, veraPDF and qpdf judge every act both ways.
"""

from __future__ import annotations

from bierger_core.signatures import der, find_hole, read_signed
from tests.outside import programs
from tests.outside.changes import flipped, flipped_after
from tests.outside.files import KEPT, KEPT_PLAIN, KEPT_SIGNED, KINDS, RELEASES, Issued, attached
from tests.outside.signing import signed_pdf
from tests.outside.verdicts import OUTSIDE
from tests.procedures.test_packages import FOLDERS, LANGUAGES, package

pytestmark = OUTSIDE


def test_every_kind_of_file_is_judged(issued: Issued):
    acts = [path.stem for path in issued.files("acts")]
    wanted = {f"{package(name).name}-{code}" for name in FOLDERS for code in package(name).documents}
    assert {act.rpartition("-")[0] for act in acts} == wanted
    assert {act.rpartition("-")[2] for act in acts} == {*LANGUAGES, "odd"}
    assert {path.stem for path in issued.files("unsigned")} == {*acts, "plain"}
    assert {path.stem for path in issued.files("receipts")} == {f"receipt-{language}" for language in LANGUAGES}
    assert [one.folder.name for one in RELEASES][:2] == ["v0.1", "v0.2"]
    assert {path.parent.name for path in KEPT} >= {"v0.1", "v0.2", "snapshot-0.1"}
    assert all(path.exists() for path in KEPT)


def test_an_unsigned_act_is_the_signed_one_before_its_signature(issued: Issued):
    """What was never to be signed ends as what is left of a signed one, and has the same parts in it."""
    act, plain = issued.files("acts")[0], issued.folder / "unsigned" / "plain.pdf"
    left = issued.folder / "unsigned" / act.name
    assert act.read_bytes().startswith(left.read_bytes() + b"\n")
    for path in (left, plain):
        data = path.read_bytes()
        assert data.endswith(b"%%EOF")
        assert data.count(b"startxref") == 1
        assert find_hole(data) is None
    assert attached(left).keys() == attached(plain).keys() == attached(act).keys()
    assert attached(left) == attached(act)


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
    act = issued.files("unsigned")[0].read_bytes()
    table = act.rindex(b"\nxref\n")
    row = act.index(b" 00000 n", table)
    for data in (flipped_after(act, b"startxref\n"), flipped(act, row - 1), flipped_after(act, b"/Roo"), act[: len(act) * 2 // 3]):
        path.write_bytes(data)
        qpdf.refuses(path)


# -- pdfsig ---------------------------------------------------------------------------------------------------------------


def test_a_file_carries_a_signature_when_its_kind_says_so(verifier, issued: Issued):
    pdfsig = verifier("pdfsig", programs.ask_pdfsig)
    unsigned = [path for name, kind in KINDS.items() if not kind.is_signed for path in issued.files(name)]
    for path in [*unsigned, *KEPT_PLAIN]:
        pdfsig.refuses(path, because="does not contain any signatures")
    for path in [*(path for name, kind in KINDS.items() if kind.is_signed for path in issued.files(name)), *KEPT_SIGNED]:
        pdfsig.accepts(path)


def test_a_changed_act_is_refused(verifier, issued: Issued, tmp_path):
    pdfsig, path = verifier("pdfsig", programs.ask_pdfsig), tmp_path / "changed.pdf"
    act = issued.files("acts")[0].read_bytes()
    for data in (flipped(act, 600), flipped(act, act.index(b"/ByteRange") - 200), flipped(act, -10)):
        path.write_bytes(data)
        pdfsig.refuses(path)
    path.write_bytes(act + b"\n% more\n")
    pdfsig.refuses(path, because="Not total document signed")


def test_who_believes_the_authority_believes_the_signer(verifier, issued: Issued, tmp_path):
    pdfsig = verifier("pdfsig", programs.ask_pdfsig_whose)
    believing = programs.believing(issued.anchors, tmp_path / "believing")
    for path in issued.files("acts")[:3]:
        assert "Signer Certificate Common Name: Commune d’essai" in pdfsig.accepts(path, believing)
    strange = tmp_path / "strange"
    strange.mkdir()
    own = programs.openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-subj", "/CN=Somebody", "-days", 30,
        "-keyout", strange / "key.pem", "-out", strange / "ca.pem",
    )  # fmt: skip
    assert own.returncode == 0, own.stderr
    pdfsig.refuses(path, programs.believing(strange / "ca.pem", tmp_path / "strangers"), because="Certificate issuer isn't Trusted")


def test_the_signature_of_openssl_is_judged_as_ours(verifier, issued: Issued, tmp_path):
    """The control: pdfsig sees a signature that is not of our making."""
    pdfsig, path = verifier("pdfsig", programs.ask_pdfsig), tmp_path / "signed.pdf"
    signed = signed_pdf(issued.files("unsigned")[0], tmp_path)
    path.write_bytes(signed)
    assert "Total document signed" in pdfsig.accepts(path)
    path.write_bytes(flipped(signed, 600))
    pdfsig.refuses(path, because="Digest Mismatch")


def test_the_same_by_openssl(verifier, issued: Issued, tmp_path):
    """The CMS alone, over the bytes around it; then the time stamp in it, over the signature's own bytes."""
    cms, stamp = verifier("openssl cms", programs.ask_openssl_cms), verifier("openssl ts in acts", programs.ask_openssl_ts)
    signature, content, changed = tmp_path / "signature.der", tmp_path / "content", tmp_path / "changed"
    for path in issued.files("acts")[:3]:
        act = path.read_bytes()
        hole = find_hole(act)
        signature.write_bytes(der.read(bytes.fromhex(act[hole.start + 1 : hole.end - 1].decode()))[2])
        content.write_bytes(act[: hole.start] + act[hole.end :])
        changed.write_bytes(flipped(content.read_bytes(), 600))
        cms.accepts(signature, content, issued.anchors)
        cms.refuses(signature, changed, issued.anchors)
        found = read_signed(signature.read_bytes())
        (tmp_path / "token.der").write_bytes(found.token)
        (tmp_path / "value").write_bytes(found.signature)
        stamp.accepts(tmp_path / "token.der", issued.anchors, "-token_in", "-data", tmp_path / "value")
        (tmp_path / "value").write_bytes(flipped(found.signature, -1))
        stamp.refuses(tmp_path / "token.der", issued.anchors, "-token_in", "-data", tmp_path / "value")
