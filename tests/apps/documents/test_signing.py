# SPDX-License-Identifier: EUPL-1.2
"""Acts as signed PDFs: whose signature, when stamped, what happens when a certificate or the authority fails."""

from __future__ import annotations

import argparse
import html
import io
import stat
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from pypdf import PdfReader

from bierger.documents import selectors, services, tasks
from bierger.documents.errors import SigningUnavailable, StampUnavailable
from bierger.documents.plugins import pdf_signatures
from bierger.documents.plugins.pdf_signatures import said_by
from bierger.documents.plugins.signing import own_authority, signer_of
from bierger.documents.plugins.signing import stamping as stamping_now
from bierger.documents.plugins.signing.identities import own_folder
from bierger.documents.services import signing
from bierger.documents.types import Attachment
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from bierger.ledger import services as ledger
from bierger_core.signatures import answer_stamp, check_file_signature, find_hole, open_answer, stamp_request
from tests.apps.documents.story import TEMPLATE, decide
from tests.conftest import _as_role
from tests.core.signatures.papers import AUTHORITY, CA, CA_KEY, OWN, OWN_KEY, certificate, key
from tests.outside.files import plain_of

NOW = clock.real_now()
VALID = (NOW - timedelta(days=1), NOW + timedelta(days=30))


def pem(*parts: object) -> bytes:
    return b"".join(
        one.public_bytes(Encoding.PEM) if isinstance(one, x509.Certificate)
        else one.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for one in parts
    )  # fmt: skip


@contextmanager
def authority(reply=None):
    """A time-stamping authority over HTTP, of another maker's server; `reply` changes what it says."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(self.headers["Content-Type"])
            query = self.rfile.read(int(self.headers["Content-Length"]))
            said = answer_stamp(AUTHORITY, query, at=clock.real_now(), serial=bytes(16))
            said = reply(said) if reply else said
            self.send_response(200 if said else 503)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            """Quiet."""

    asked: list[str] = []
    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsr", asked
    finally:
        server.shutdown()
        server.server_close()
        stamping_module()._silent_until.clear()


def stamping_module():
    import sys

    return sys.modules["bierger.documents.plugins.signing.stamping"]


def issued(act) -> bytes:
    with _as_role("worker"), acting_as(SYSTEM):
        return selectors.act_pdf(act).data


def standing(act) -> tuple[str, str]:
    with _as_role("worker"), acting_as(SYSTEM):
        view = selectors.act(act)
    return view.state, view.problem


def render(act) -> None:
    """As the worker's job does it."""
    with _as_role("worker"):
        tasks.on_act_logged({"act": str(act)})


@pytest.fixture
def logged(commune, applicant, as_worker):
    """A function: an act that waits to be rendered."""

    def make():
        with as_worker():
            act = decide(commune, applicant)
            ledger.sequence()
            with acting_as(SYSTEM):
                services.finish_logged(first=0, last=9)
            return act

    return make


def test_an_act_is_signed_stamped_and_otherwise_what_typst_made(commune, applicant, as_worker, run_jobs):
    with as_worker():
        act = decide(commune, applicant)
    run_jobs()
    pdf = issued(act)
    anchors = x509.load_pem_x509_certificates(Client().get("/tsa/certificates.pem").content)
    found = check_file_signature(pdf, anchors=anchors, now=clock.real_now())
    assert (found.name, found.trusted, found.stamp_trusted) == ("Commune d’essai", True, True)
    assert clock.now() - timedelta(minutes=1) < found.at <= clock.now()
    read, before = PdfReader(io.BytesIO(pdf)), PdfReader(io.BytesIO(pdf[: pdf.index(b"%%EOF") + 5]))
    assert read.trailer["/Root"]["/Metadata"].get_data() == before.trailer["/Root"]["/Metadata"].get_data()
    assert [one.name for one in read.attachment_list] == [one.name for one in before.attachment_list]
    assert read.get_fields()["Seal"]["/TU"] == "Signature of the administration"
    signature = read.get_fields()["Seal"]["/V"]
    assert (signature["/SubFilter"], read.trailer["/Root"]["/Perms"]["/DocMDP"]) == ("/ETSI.CAdES.detached", signature)
    assert read.pages[0]["/Tabs"] == "/S"
    with acting_as(ANONYMOUS):
        assert services.verify_upload(data=pdf, file_name="x.pdf").authentic == "yes"
        assert services.verify_upload(data=pdf[:-1], file_name="x.pdf").authentic != "yes"


def test_the_page_says_who_signed_when_and_whether_it_is_whole(commune, applicant, as_worker, run_jobs):
    with as_worker():
        act = decide(commune, applicant)
    run_jobs()
    pdf = issued(act)
    changed = pdf.replace(b"/Lang", b"/Lamg", 1)
    with acting_as(ANONYMOUS):
        said = services.verify_upload(data=pdf, file_name="x.pdf").signature
        broken = services.verify_upload(data=changed, file_name="x.pdf")
    assert (said.code, said.by, said.is_ours) == ("ok", "Commune d’essai", True)
    assert (broken.authentic, broken.signature.code) == ("no", "signature-digest")

    def page(data: bytes) -> str:
        answer = Client().post("/verify", {"file": SimpleUploadedFile("act.pdf", data)}, headers={"Accept-Language": "en"})
        return html.unescape(answer.content.decode())

    for part in ("Signed by: Commune d’essai.", "Not a byte was changed since.", "says its time stamp", "this site’s own authority"):
        assert part in page(pdf)
    assert "The file was changed after it was signed" in page(changed)


def test_a_signature_of_a_kind_that_is_not_known_is_no_forgery(place):
    """The codes are the core's; what cannot be judged is not called wrong."""
    from bierger.documents.types import SignatureView, VerificationView
    from bierger.portal.selectors import verdict_of

    def outcomes(code: str, *, is_ours: bool = True) -> list[str]:
        found = VerificationView(subject="nothing", authentic="no", steps=(), signature=SignatureView(code, is_ours=is_ours))
        return [row.outcome for row in verdict_of(found, "", "en").steps]

    undated = VerificationView(
        subject="nothing", authentic="no", steps=(),
        signature=SignatureView("ok", by="Commune", vouched_by="Root", dated_by="nothing", valid_until=NOW),
    )  # fmt: skip
    (row,) = verdict_of(undated, "", "en").steps
    assert row.outcome == "not_checked"
    assert "When it was signed cannot be said" in row.answer
    assert outcomes("ok", is_ours=False) == ["not_checked"]  # a stranger's certificate may hold any name
    assert [outcomes(code) for code in ("ok", "signature-algorithm", "stamp-wrong", "der-format")] == [["ok"], ["not_checked"], ["failed"], ["failed"]]
    made = rendered(place)
    assert said_by(made["pdf"], now=NOW) is None
    assert said_by(made["hollow"], now=NOW)["valid"] is False


@pytest.mark.slow
def test_another_library_says_the_same(commune, applicant, as_worker, run_jobs):
    from asn1crypto.x509 import Certificate
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    with as_worker():
        act = decide(commune, applicant)
    run_jobs()
    roots = [Certificate.load(one.public_bytes(Encoding.DER)) for one in x509.load_pem_x509_certificates(services.anchors())]
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    (signature,) = PdfFileReader(io.BytesIO(issued(act))).embedded_signatures
    status = validate_pdf_signature(signature, context, ts_validation_context=context, skip_diff=True)
    assert (status.intact, status.valid, status.trusted, status.coverage.name) == (True, True, True, "ENTIRE_FILE")
    assert (status.timestamp_validity.valid, status.timestamp_validity.trusted) == (True, True)
    assert (status.md_algorithm, status.pkcs7_signature_mechanism) == ("sha256", "sha256_ecdsa")


def test_the_command_says_who_signed(place, tmp_path, capsys):
    from bierger.site.commands import verify

    made = rendered(place)
    file = tmp_path / "act.pdf"
    file.write_bytes(signing.fill(place, **made, waiting_since=NOW))
    said = verify._signature(file.read_bytes())
    assert (said["valid"], said["by"], said["time_stamp"], said["dated_by"]) == (True, "Probe", None, "certificate")
    verify._print_signature(said)
    assert "Signature of the PDF: by Probe, no time stamp.\n   Its certificate is valid now." in capsys.readouterr().out
    later = said_by(file.read_bytes(), now=NOW + timedelta(days=4000))
    verify._print_signature(later)
    assert (later["valid"], later["dated_by"]) == (True, "nothing")
    assert "When it was made cannot be said" in capsys.readouterr().out
    file.write_bytes(file.read_bytes().replace(b"/Title", b"/Titel", 1))
    assert verify._signature(file.read_bytes()) == {"valid": False, "code": "signature-digest"}
    file.write_bytes(made["pdf"])
    assert verify._signature(file.read_bytes()) is None
    assert pdf_signatures._printable("Mersch\x1b[2J") == "Mersch?[2J"


@override_settings(BIERGER_PDF_SIGNING="off")
def test_without_a_certificate_acts_are_as_before(commune, applicant, as_worker, run_jobs):
    with as_worker():
        act = decide(commune, applicant)
    run_jobs()
    assert check_file_signature(issued(act), now=clock.real_now()) is None


# -- the operator's certificates ------------------------------------------------------------------------------------------


def test_an_operators_certificate_signs(commune, tmp_path, logged):
    own = certificate("Gemeng Test", OWN_KEY, by=CA, by_key=CA_KEY, valid=VALID)
    (tmp_path / f"{commune.code}.pem").write_bytes(pem(own, CA))
    (tmp_path / f"{commune.code}.key").write_bytes(pem(OWN_KEY))
    with override_settings(BIERGER_PDF_SIGNING=str(tmp_path), BIERGER_TSA="off"):
        act = logged()
        render(act)
        found = check_file_signature(issued(act), anchors=[CA], now=clock.real_now())
        assert signer_of("another", "Another") is None  # no certificate: not signed
    assert (found.name, found.issuer, found.trusted, found.stamp) == ("Gemeng Test", "Root", True, None)


@pytest.mark.parametrize("wrong", ["key", "curve", "text", "expired", "future", "no-key"])
def test_a_certificate_that_cannot_be_used_stops_the_act_and_says_so(commune, tmp_path, logged, wrong):
    from cryptography.hazmat.primitives.asymmetric import ec

    ends = {
        "expired": (NOW - timedelta(days=3), NOW - timedelta(days=1)),
        "future": (NOW + timedelta(days=1), NOW + timedelta(days=2)),
    }
    mine = ec.generate_private_key(ec.SECP384R1()) if wrong == "curve" else OWN_KEY
    own = certificate("Gemeng Test", mine, by=CA, by_key=CA_KEY, valid=ends.get(wrong, VALID))
    keys = {"key": pem(key()), "text": b"not a key", "no-key": b""}
    (tmp_path / f"{commune.code}.pem").write_bytes(pem(own, CA) + keys.get(wrong, pem(mine)))
    act = logged()
    with override_settings(BIERGER_PDF_SIGNING=str(tmp_path)), pytest.raises(SigningUnavailable):
        render(act)
    assert standing(act) == ("logged", "signing-unavailable")
    render(act)  # mended: the next attempt succeeds
    assert standing(act) == ("rendered", "")


def test_whoever_operates_is_told_before_a_certificate_ends(place, tmp_path, caplog, capsys):
    from bierger.documents import services
    from bierger.site.commands import keys

    for code, days in {"mersch": 9, "esch": 200, "echternach": -1}.items():
        end = (NOW - timedelta(days=300), NOW + timedelta(days=days, hours=1))
        (tmp_path / f"{code}.pem").write_bytes(pem(certificate(code, OWN_KEY, by=CA, by_key=CA_KEY, valid=end), CA))
    (tmp_path / "broken.pem").write_bytes(b"no certificate")
    with override_settings(BIERGER_PDF_SIGNING=str(tmp_path)):
        assert services.certificate_days() == {"echternach": -1, "esch": 200, "mersch": 9}
        assert services.warn_of_certificates() == 2
        assert "The certificate of mersch ends in 9 days" in caplog.text
        assert "esch" not in caplog.text
        assert keys.run(argparse.Namespace(action="list")) == 0
    said = capsys.readouterr().out
    assert "certificate of mersch: 9 days left  RENEW IT" in said
    assert "certificate of esch: 200 days left\n" in said
    with override_settings(BIERGER_PDF_SIGNING="own"):
        assert services.certificate_days() == {}  # they are renewed by themselves


# -- the authority of our own ---------------------------------------------------------------------------------------------


def test_keys_are_made_once_and_are_their_owners_alone(tmp_path):
    made = []
    threads = [
        threading.Thread(
            target=lambda: made.append(
                own_authority.identity(tmp_path, "mersch", "Mersch", own_authority.DOCUMENTS, NOW).read_bytes()
            )
        )
        for _ in range(6)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(made)) == 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*.pem")} == {0o600}
    assert b"PRIVATE" not in own_authority.anchors(tmp_path)


def test_certificates_are_renewed_before_they_end(tmp_path):
    def signer(at) -> x509.Certificate:
        file = own_authority.identity(tmp_path, "mersch", "Mersch", own_authority.DOCUMENTS, at)
        return x509.load_pem_x509_certificate(file.read_bytes())

    first, day = signer(NOW), timedelta(days=1)
    assert signer(NOW + 669 * day) == first
    second = signer(NOW + 671 * day)
    assert second != first
    assert second.issuer == first.issuer
    far = signer(NOW + 3_000 * day)  # the authority itself would end before this certificate
    assert far.issuer != first.issuer
    names = [one.subject for one in x509.load_pem_x509_certificates(own_authority.anchors(tmp_path))]
    assert names == [far.issuer, first.issuer]  # what was signed before is still to be verified


# -- time stamps ----------------------------------------------------------------------------------------------------------


def test_a_stamp_of_another_authority(logged):
    with authority() as (address, asked), override_settings(BIERGER_TSA=address):
        act = logged()
        render(act)
    found = check_file_signature(issued(act), anchors=[CA], now=clock.real_now())
    assert (found.stamp.certificate.subject, found.stamp_trusted) == (AUTHORITY.chain[0].subject, True)
    assert asked == ["application/timestamp-query"]


def test_an_act_waits_for_the_authority_and_then_no_longer(logged, frozen):
    with authority(reply=lambda said: b"") as (address, asked), override_settings(BIERGER_TSA=address):
        act = logged()
        for _ in range(3):
            with pytest.raises(StampUnavailable):
                render(act)
        assert len(asked) == 1  # asked once; the next attempts do not wait for it
        assert standing(act) == ("logged", "stamp-unavailable")
        frozen(clock.now() + signing.PATIENCE + timedelta(seconds=5))
        render(act)
    found = check_file_signature(issued(act), now=clock.real_now())
    assert found.name == "Commune d’essai"
    assert found.stamp is None
    assert standing(act) == ("rendered", "")


@pytest.mark.parametrize(
    "reply",
    [lambda said: said[:-1], lambda said: bytes(70_000), lambda said: b"<html>", lambda said: said.replace(b"\x02\x01\x00", b"\x02\x01\x02", 1)],
    ids=["cut", "large", "page", "refused"],
)  # fmt: skip
def test_a_stamp_of_no_use_is_none(reply):
    with authority(reply) as (address, _), override_settings(BIERGER_TSA=address), pytest.raises(StampUnavailable):
        stamping_now().stamp(b"signature")


def test_anybody_may_ask_for_a_stamp(transactional, data_folder):
    client = Client(enforce_csrf_checks=True)
    query = stamp_request(bytes(32), 99)
    kind = {"content_type": "application/timestamp-query"}
    answer = client.post("/tsa", query, **kind)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200,
        "application/timestamp-reply",
        "no-store",
    )
    assert not answer.cookies
    _, stamp = open_answer(answer.content, digest=bytes(32), nonce=99)
    assert stamp.at <= clock.now()
    _, again = open_answer(client.post("/tsa", query, **kind).content, digest=bytes(32), nonce=99)
    assert again.serial != stamp.serial
    assert client.post("/tsa", b"x", **kind).status_code == 200  # a refusal is an answer of the protocol
    assert client.post("/tsa", bytes(5_000), **kind).status_code == 413
    assert client.post("/tsa", query, content_type="text/plain").status_code == 415
    assert client.get("/tsa").status_code == 405
    with override_settings(BIERGER_TSA="off"):
        assert client.post("/tsa", query, **kind).status_code == 404
    with override_settings(BIERGER_VERIFY_LIMIT=3):
        assert {client.post("/tsa", query, **kind).status_code for _ in range(3)} == {429}


# -- what the sandbox hands over ------------------------------------------------------------------------------------------


def rendered(place) -> dict[str, bytes]:
    from bierger.documents.services.rendering import render_parts

    return dict(
        render_parts(
            template=TEMPLATE, inputs={"body": "x", "number": "1", "date": "d"}, title="T", language="fr", at=NOW, qr="BRG1:X",
            attachments=[Attachment("seal.txt", b"x")], hole=None if place is None else place.hole,
        )
    )  # fmt: skip


@pytest.fixture
def place(data_folder: Path):
    return signing.Place(signer_of("probe", "Probe"), None, 1_500, "Signature")


def test_a_signed_act_is_the_unsigned_one_and_its_signature(place):
    """To the byte: what a validator says of all that stands before the signature, it says of acts with signing off."""
    assert plain_of(signing.fill(place, **rendered(place), waiting_since=NOW)) == rendered(None)["pdf"]


def test_only_what_begins_with_typsts_file_is_signed(place):
    made = rendered(place)
    assert check_file_signature(signing.fill(place, **made, waiting_since=NOW), now=clock.real_now()).name == "Probe"
    hole = find_hole(made["hollow"])
    assert hole.room == place.room
    for hollow in (
        made["pdf"], made["hollow"][:-1], b"x" + made["hollow"], made["hollow"].replace(b"/Title", b"/Titel", 1), b"",
        made["hollow"].replace(b"/ByteRange", b"/ByteRanga"),
    ):  # fmt: skip
        with pytest.raises(SigningUnavailable):
            signing.fill(place, pdf=made["pdf"], hollow=hollow, waiting_since=NOW)


def test_no_key_is_where_templates_are_opened(place):
    from bierger.documents.plugins import sandbox

    rendered(place)
    worker = sandbox.pool._pool("render").worker.process.pid
    opened = {str(path.readlink()) for path in Path(f"/proc/{worker}/fd").iterdir()}
    assert not [path for path in opened if str(own_folder()) in path]
    assert OWN.subject  # the certificate is public; the key's file is read by nobody there
