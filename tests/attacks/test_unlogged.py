# SPDX-License-Identifier: EUPL-1.2
"""A stolen key seals what no log ever held: whoever gave `./bierger verify` a log is told, and who has an old copy learns why not."""

from __future__ import annotations

import shutil
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bierger.documents.plugins.revocations import RevocationList, format_revocations
from bierger.ledger.plugins.outside import LogFolder
from bierger_core.merkle import Note, format_note, log_key, open_checkpoint, sign_checkpoint, sign_note
from bierger_core.seals import Claims, DocumentType, KeyEntry, KeyList, dump_key_list, load_key_list, seal
from bierger_core.values import LocalSigner
from tests.attacks.test_verify import PLAIN, check, failed

COPIED = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Stolen:
    """A copy of a log whose issuer's key a thief has."""

    def __init__(self, place: Path) -> None:
        self.place = Path(shutil.copytree(PLAIN, place))
        honest = load_key_list((PLAIN / "keys.json").read_bytes())
        logs = [log_key(one.owner, one.public_key) for one in honest.entries if one.purpose == "log"]
        head = open_checkpoint((PLAIN / "log" / "checkpoint").read_bytes(), logs).checkpoint
        operator, self.signer = LocalSigner.of(Ed25519PrivateKey.generate()), LocalSigner.of(ec.generate_private_key(ec.SECP256R1()))
        self.origin, since = head.origin, datetime(2026, 1, 1, tzinfo=UTC)
        key = self.key = log_key(self.origin, operator.public_key)
        entries = (
            KeyEntry(operator.kid, self.origin, "log", "EdDSA", operator.public_key, since),
            KeyEntry(self.signer.kid, "probe", "seal", "ES256", self.signer.public_key, since),
            *(one for one in honest.entries if one.purpose == "seal"),
        )
        log = self.place / "log"
        (log / "keys.json").write_bytes(dump_key_list(KeyList(COPIED, entries), key, operator))
        (log / "checkpoint").write_bytes(sign_checkpoint(head, key, operator))
        text = format_revocations(RevocationList(self.origin, COPIED, {}))
        (log / "revocations").write_bytes(format_note(Note(text, (sign_note(text, key, operator),))))

    def sealed(self, at: datetime, origin: str = "") -> Path:
        claims = Claims("probe", at, "residence-certificate", {"family-name": "Betrüger"})
        kind = DocumentType("residence-certificate", ("family-name",))
        code = seal(claims, document_type=kind, salt=bytes(32), log_origin=origin or self.origin, signer=self.signer)
        (self.place / "stolen.txt").write_text(code)
        return self.place / "stolen.txt"


@pytest.fixture
def stolen(tmp_path) -> Stolen:
    return Stolen(tmp_path / "copy")


@pytest.mark.parametrize("served", [False, True], ids=["folder", "web server"])
def test_what_the_given_log_does_not_hold_is_not_authentic(capsys, stolen, served):
    log = stolen.place / "log"
    handler = partial(type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None}), directory=str(log))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        given = ("--log", f"http://127.0.0.1:{server.server_port}" if served else str(log))
        status, answer = check(capsys, stolen.sealed(COPIED - timedelta(hours=1)), *given)
        assert (status, answer["authentic"], failed(answer)) == (1, "no", "facts-not-logged")
        # What it does hold it finds, though a plain web server knows no proofs: they are made from its tiles.
        status, answer = check(capsys, PLAIN / "code.txt", *given)
        assert (status, answer["authentic"], answer["facts_logged"]["index"]) == (2, "facts-only", 1)
        server.shutdown()


def test_a_log_that_answers_by_itself_is_of_now(capsys, stolen):
    """What a thief dates at this very minute is younger than its newest list, and refused all the same."""
    folder = LogFolder(stolen.place / "log")

    class Node(SimpleHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

        def do_GET(self) -> None:
            if not self.path.startswith("/proof/"):
                return super().do_GET()
            known = folder.proof(bytes.fromhex(Path(self.path).stem), [stolen.key])
            self.send_response(404 if known is None else 200)
            self.end_headers()
            self.wfile.write(known or b"")
            return None

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Node, directory=str(folder.folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        status, answer = check(capsys, stolen.sealed(COPIED + timedelta(hours=1)), "--log", f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    assert (status, failed(answer)) == (1, "facts-not-logged")


def test_a_copy_from_before_the_act_cannot_know_it(capsys, stolen):
    status, answer = check(capsys, stolen.sealed(COPIED + timedelta(hours=1)), "--log", str(stolen.place / "log"))
    assert (status, answer["authentic"], failed(answer)) == (4, "unknown", "log-older")


def test_naming_a_log_that_nobody_trusts_does_not_help(capsys, stolen):
    code = stolen.sealed(COPIED - timedelta(hours=1), "log.example.lu/mine")
    for given in (("--log", str(stolen.place / "log")), ("--keys", str(stolen.place / "log" / "keys.json"))):
        status, answer = check(capsys, code, *given)
        assert (status, failed(answer)) == (1, "log-unknown")
        assert (answer["steps"][-1]["code"], answer["revocations_as_of"]) == ("earlier-step-failed", None), "A thief chose its place."


def test_without_a_log_nobody_was_asked(capsys, stolen):
    status, answer = check(capsys, stolen.sealed(COPIED - timedelta(hours=1)), "--keys", str(stolen.place / "log" / "keys.json"))
    assert (status, answer["authentic"]) == (2, "facts-only")
