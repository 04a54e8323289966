# SPDX-License-Identifier: EUPL-1.2
"""`./bierger verify` against the samples of every release, honest and attacked."""

from __future__ import annotations

import argparse
import io
import json
import random
import shutil
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from bierger.site.commands import verify
from bierger.site.offline import checking
from bierger.site.offline.revocation import known_about
from bierger.site.offline.trust import load_trust
from bierger_core.merkle import Checkpoint, log_key, open_checkpoint, parse_note, sign_checkpoint
from bierger_core.seals import KeyEntry, KeyList, dump_key_list, load_key_list
from bierger_core.values import LocalSigner

SAMPLES = Path(__file__).parents[1] / "samples"
RELEASES = sorted(SAMPLES.glob("v*"))
PLAIN = SAMPLES / "v0.1"  # its seals say everything themselves: a key list is all one needs
OVER = {"proof.pdf"}  # good for a day, which is long past
STATUS = {"authentic": 0, "facts-only": 2, "revoked": 1}


def check(capsys, file: Path, *options: str) -> tuple[int, dict]:
    parser = argparse.ArgumentParser()
    verify.add_arguments(parser)
    status = verify.run(parser.parse_args([str(file), "--json", *options]))
    return status, json.loads(capsys.readouterr().out)


def failed(answer: dict) -> str:
    """The code that says why: of the first failed step, or of the check that could not be made."""
    if "error" in answer:
        return answer["error"]["code"]
    return next(step["code"] for step in answer["steps"] if step["outcome"] == "failed")


@pytest.fixture
def copy(tmp_path) -> Path:
    return Path(shutil.copytree(PLAIN, tmp_path / "sample"))


CASES = [
    (release, name, result)
    for release in RELEASES
    for name, result in json.loads((release / "expected.json").read_text()).items()
]


@pytest.mark.parametrize(("release", "name", "result"), CASES, ids=[f"{release.name}-{name}" for release, name, _ in CASES])
def test_samples_of_every_release_verify(capsys, release, name, result):
    status, answer = check(capsys, release / name, "--log", str(release / "log"))
    assert (answer["result"], status) == (result, 3 if name in OVER else STATUS[result])
    if release.name != "v0.1" and "receipt" not in name:
        assert answer["short_lived"] == (name in OVER)
        assert (release / "code.txt").read_text().startswith("BRG2:")


def test_with_the_proof_beside_it_a_file_needs_no_log(capsys):
    status, answer = check(capsys, PLAIN / "certificate.pdf", "--keys", str(PLAIN / "keys.json"))
    assert (status, answer["authentic"]) == (0, "yes")
    assert answer["steps"][-1]["outcome"] == "not_checked"  # revocation: nobody was asked


def test_without_proof_and_without_log_only_its_facts_are_authentic(capsys, copy):
    """Nobody was asked about the file: that is no refusal."""
    (copy / "certificate.pdf.tlog-proof").unlink()
    status, answer = check(capsys, copy / "certificate.pdf", "--keys", str(copy / "keys.json"))
    assert (status, answer["authentic"], answer["subject"]) == (2, "facts-only", "file")
    assert answer["facts_logged"], "It brings the proof of its facts along."
    status, answer = check(capsys, copy / "receipt.pdf", "--keys", str(copy / "keys.json"))
    assert (status, answer["authentic"], failed(answer)) == (4, "unknown", "log-needed")
    status, answer = check(capsys, copy / "certificate.pdf", "--log", str(copy / "log"))
    assert status == 0, "The log knows it."
    (copy / "certificate.pdf").write_bytes((copy / "certificate.pdf").read_bytes() + b"\n")
    status, answer = check(capsys, copy / "certificate.pdf", "--log", str(copy / "log"))
    assert (status, failed(answer)) == (1, "file-proof-missing")


def test_over_http_from_a_plain_file_server(capsys):
    handler = partial(type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None}), directory=str(PLAIN / "log"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        status, answer = check(capsys, PLAIN / "certificate.pdf", "--log", f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    assert (status, answer["authentic"]) == (0, "yes")
    assert answer["revocations_as_of"]


def test_a_log_that_does_not_answer_is_said(capsys):
    status, answer = check(capsys, PLAIN / "certificate.pdf", "--log", "http://127.0.0.1:9")
    assert (status, answer["authentic"], failed(answer)) == (4, "unknown", "log-unreachable")


def test_a_log_that_gives_no_proofs_today_makes_no_forgery(capsys):
    """It shows its lists and answers 503 to the one question: nothing was found out."""

    class Ailing(SimpleHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

        def do_GET(self) -> None:
            if self.path.startswith("/proof/"):
                self.send_error(503)
            else:
                super().do_GET()

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Ailing, directory=str(PLAIN / "log"))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        log = f"http://127.0.0.1:{server.server_port}"
        status, answer = check(capsys, PLAIN / "code.txt", "--log", log)
        assert (status, answer["authentic"], failed(answer)) == (4, "unknown", "log-unreachable")
        parser = argparse.ArgumentParser()
        verify.add_arguments(parser)
        assert verify.run(parser.parse_args([str(PLAIN / "code.txt"), str(PLAIN / "photo.jpg"), "--log", log])) == 4
        server.shutdown()
    assert {line.split("  ")[0] for line in capsys.readouterr().out.splitlines()} == {"NOT CHECKED"}


def test_under_a_refusal_nothing_is_said_of_revocation_or_term(capsys, copy):
    """A forger writes any term and any place in a list into the code: what nobody sealed is asked no more about."""
    code = (copy / "code.txt").read_text().strip()
    (copy / "code.txt").write_text(code[:-6] + ("A" if code[-6] != "A" else "B") + code[-5:])
    parser = argparse.ArgumentParser()
    verify.add_arguments(parser)
    assert verify.run(parser.parse_args([str(copy / "code.txt"), "--log", str(copy / "log")])) == 1
    said = capsys.readouterr().out
    assert "signature-wrong" in said
    assert "8. revocation         not checked   earlier-step-failed" in said
    assert not any(word in said for word in ("Revoked", "Valid until", "no log"))


def test_somebody_must_be_believed(capsys):
    assert failed(check(capsys, PLAIN / "certificate.pdf")[1]) == "keys-missing"


def test_random_flips_of_the_file_are_refused(capsys, copy):
    """40 here through the whole command; 500 against the database in test_tampering.py."""
    chance, honest = random.Random(7), (copy / "certificate.pdf").read_bytes()
    for _ in range(40):
        place = chance.randrange(len(honest))
        flipped = bytearray(honest)
        flipped[place] ^= 1 << chance.randrange(8)
        (copy / "certificate.pdf").write_bytes(flipped)
        status, answer = check(capsys, copy / "certificate.pdf", "--log", str(copy / "log"))
        assert status == (4 if "error" in answer else 1), place  # some leave no seal to be checked
        assert failed(answer), place


def test_a_tampered_seal_is_refused_by_name(capsys, copy):
    code = (copy / "code.txt").read_text().strip()
    seen = set()
    for place in range(5, len(code), 7):
        letter = "A" if code[place] != "A" else "B"
        (copy / "code.txt").write_text(code[:place] + letter + code[place + 1 :])
        status, answer = check(capsys, copy / "code.txt", "--log", str(copy / "log"))
        assert status == (4 if "error" in answer else 1), place
        seen.add(failed(answer))
    assert "signature-wrong" in seen


def forged_list(*, keep_seals: bool) -> tuple[bytes, LocalSigner]:
    """A key list signed by a log key that the attacker made."""
    honest = load_key_list((PLAIN / "keys.json").read_bytes())
    signer = LocalSigner.of(Ed25519PrivateKey.generate())
    origin = next(entry.owner for entry in honest.entries if entry.purpose == "log")
    own = KeyEntry(signer.kid, origin, "log", "EdDSA", signer.public_key, datetime(2020, 1, 1, tzinfo=UTC))
    kept = tuple(entry for entry in honest.entries if keep_seals and entry.purpose == "seal")
    return dump_key_list(KeyList(honest.issued_at, (own, *kept)), log_key(origin, signer.public_key), signer), signer


def test_an_unknown_key_is_refused_by_name(capsys, copy):
    (copy / "none.json").write_bytes(forged_list(keep_seals=False)[0])
    status, answer = check(capsys, copy / "code.txt", "--keys", str(copy / "none.json"))
    assert (status, failed(answer)) == (1, "key-unknown")


def test_another_log_key_does_not_vouch_for_our_checkpoints(capsys, copy):
    (copy / "theirs.json").write_bytes(forged_list(keep_seals=True)[0])
    status, answer = check(capsys, copy / "certificate.pdf", "--keys", str(copy / "theirs.json"))
    assert (status, failed(answer)) == (1, "note-unverified")


def test_a_changed_key_list_is_refused_by_name(capsys, copy):
    keys = copy / "keys.json"
    keys.write_bytes(keys.read_bytes().replace(b'"valid_from": "20', b'"valid_from": "19', 1))
    assert failed(check(capsys, copy / "certificate.pdf", "--keys", str(keys))[1]) == "note-signature-wrong"


def test_a_key_used_before_it_was_valid_is_refused_by_name(capsys, copy):
    honest = load_key_list((copy / "keys.json").read_bytes())
    signer = LocalSigner.of(Ed25519PrivateKey.generate())
    origin = next(entry.owner for entry in honest.entries if entry.purpose == "log")
    late = tuple(
        KeyEntry(e.kid, e.owner, e.purpose, e.alg, e.public_key, e.valid_from + timedelta(days=900))
        for e in honest.entries
        if e.purpose == "seal"
    )
    own = KeyEntry(signer.kid, origin, "log", "EdDSA", signer.public_key, honest.issued_at)
    (copy / "late.json").write_bytes(
        dump_key_list(KeyList(honest.issued_at, (own, *late)), log_key(origin, signer.public_key), signer)
    )
    assert failed(check(capsys, copy / "code.txt", "--keys", str(copy / "late.json"))[1]) == "key-not-yet-valid"


def test_a_checkpoint_with_a_wrong_signature_is_refused_by_name(capsys, copy):
    place = copy / "log" / "checkpoint"
    honest = place.read_text()
    text, size = honest.split("\n"), int(honest.split("\n")[1])
    text[1] = str(size + 1)
    place.write_text("\n".join(text))
    status, answer = check(capsys, copy / "certificate.pdf", "--log", str(copy / "log"))
    assert (status, failed(answer)) == (4, "note-signature-wrong")
    text[1] = str(size)
    text[2] = "A" * 43 + "="
    place.write_text("\n".join(text))
    assert failed(check(capsys, copy / "certificate.pdf", "--log", str(copy / "log"))[1]) == "note-signature-wrong"


def test_a_second_history_under_the_right_key_is_noticed(capsys, tmp_path, monkeypatch):
    """The log's own key signs another tree for us: the proof beside the file does not lie in it."""
    copy = Path(shutil.copytree(PLAIN, tmp_path / "sample"))
    honest = load_key_list((copy / "keys.json").read_bytes())
    listed, signer = forged_list(keep_seals=True)
    origin = next(entry.owner for entry in honest.entries if entry.purpose == "log")
    own_key = log_key(origin, signer.public_key)
    for place in (copy / "keys.json", copy / "log" / "keys.json"):
        place.write_bytes(listed)

    def resigned(note: bytes, *, root: bytes | None = None) -> bytes:
        old = open_checkpoint(note, [log_key(e.owner, e.public_key) for e in honest.entries if e.purpose == "log"]).checkpoint
        return sign_checkpoint(Checkpoint(old.origin, old.size, root or old.root), own_key, signer)

    proof = (copy / "certificate.pdf.tlog-proof").read_bytes()
    head, _, note = proof.partition(b"\n\n")
    (copy / "certificate.pdf.tlog-proof").write_bytes(head + b"\n\n" + resigned(note))
    (copy / "log" / "revocations").unlink()
    checkpoint = copy / "log" / "checkpoint"
    checkpoint.write_bytes(resigned(checkpoint.read_bytes(), root=bytes(32)))
    assert parse_note(checkpoint.read_bytes()).text.startswith(origin)
    status, answer = check(capsys, copy / "certificate.pdf", "--log", str(copy / "log"), "--keys", str(copy / "keys.json"))
    assert (status, failed(answer)) == (4, "tile-mismatch")


def test_a_forged_list_of_revocations_is_refused_by_name(capsys, copy):
    place = copy / "log" / "revocations"
    place.write_text("\n".join(line for line in place.read_text().split("\n") if " error" not in line))
    status, answer = check(capsys, copy / "revoked.pdf", "--log", str(copy / "log"))
    assert (status, failed(answer)) == (4, "note-signature-wrong")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.txt", b"hello", "verify-not-a-code"),
        ("a.pdf", b"%PDF-1.7 nothing %%EOF", "verify-no-seal"),
        ("a.png", b"\x89PNG\r\n\x1a\n broken", "upload-broken"),
        ("a.bin", b"\x7fELF" + bytes(100), "upload-type"),
        ("a.heic", b"\0\0\0\x18ftypheic" + b"\xff" * 40, "upload-type"),
    ],
)
def test_what_is_no_act_is_said(capsys, tmp_path, name, data, code):
    (tmp_path / name).write_bytes(data)
    status, answer = check(capsys, tmp_path / name, "--log", str(PLAIN / "log"))
    assert (status, answer["authentic"], failed(answer)) == (4, "unknown", code)


def test_it_is_a_program_that_needs_no_settings_and_no_database():
    program = (
        "import sys; from bierger.site.cli import main; status = main(sys.argv[1:]); "
        "from django.conf import settings; sys.exit(9 if settings.configured else status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "verify", str(PLAIN / "certificate.pdf"), "--log", str(PLAIN / "log")],
        env={"PYTHONPATH": str(Path(verify.__file__).parents[3]), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "AUTHENTIC: these very bytes were issued." in done.stdout
    assert "Family name: Beispill" in done.stdout


def test_the_command_itself_loads_no_framework():
    program = "import sys; import bierger.site.commands.verify; sys.exit('django' in sys.modules or 'psycopg' in sys.modules)"
    environment = {"PYTHONPATH": str(Path(verify.__file__).parents[3]), "PATH": "/usr/bin:/bin"}
    assert subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode == 0


def swelling_pdf() -> bytes:
    """Two hundred files under a name of ours, each a few hundred bytes that unpack, twice, to 70 MB."""
    writer = PdfWriter()
    writer.add_blank_page(9, 9)
    packed = zlib.compress(zlib.compress(bytes(70_000_000), 9), 9)
    names = ArrayObject()
    for _ in range(200):
        stream = StreamObject()
        stream._data = packed
        stream[NameObject("/Filter")] = ArrayObject([NameObject("/FlateDecode"), NameObject("/FlateDecode")])
        held = DictionaryObject({NameObject("/F"): writer._add_object(stream)})
        file = DictionaryObject({NameObject("/Type"): NameObject("/Filespec"), NameObject("/F"): TextStringObject("seal.txt")})
        names += [TextStringObject("seal.txt"), writer._add_object(DictionaryObject({**file, NameObject("/EF"): held}))]
    writer.root_object[NameObject("/Names")] = DictionaryObject(
        {NameObject("/EmbeddedFiles"): DictionaryObject({NameObject("/Names"): names})}
    )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


UNLIMITED = """
import resource, sys
from bierger.documents.plugins.sandbox.pdfs import read_attachments
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
read_attachments(open(sys.argv[1], "rb").read())
"""


@pytest.mark.slow
def test_a_strangers_pdf_that_swells_or_hangs_is_given_up(capsys, tmp_path, monkeypatch):
    file = tmp_path / "swells.pdf"
    file.write_bytes(swelling_pdf())
    assert file.stat().st_size < 300_000
    # 1. Opened in the process itself it takes twice what the worker may have, and more.
    environment = {"PYTHONPATH": str(Path(verify.__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", UNLIMITED, str(file)], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "MemoryError" in done.stderr) == (1, True), done.stderr
    # 2. The command gives up, by memory and by time.
    status, answer = check(capsys, file, "--log", str(PLAIN / "log"))
    assert (status, failed(answer)) == (4, "verify-too-hard")
    assert "memory" in answer["error"]["message"]
    monkeypatch.setattr(checking, "SECONDS", 0.2)
    status, answer = check(capsys, file, "--log", str(PLAIN / "log"))
    assert (status, failed(answer)) == (4, "verify-too-hard")
    assert "0.2 seconds" in answer["error"]["message"]
    # 3. And the next file is verified.
    monkeypatch.undo()
    assert check(capsys, PLAIN / "certificate.pdf", "--log", str(PLAIN / "log"))[0] == 0


# -- a kept list, and the log's newer one ------------------------------------------------------------------------------------


def newer_list(change: Callable[[KeyList], KeyList], *, signed_by: LocalSigner | None = None) -> tuple[bytes, bytes]:
    """An older list signed by a log key of the attacker's or ours, and the newer one that the change makes of it."""
    listed, signer = forged_list(keep_seals=True)
    older = load_key_list(listed)
    by = signed_by or signer
    origin = next(entry.owner for entry in older.entries if entry.purpose == "log")
    return listed, dump_key_list(change(older), log_key(origin, by.public_key), by)


def later(listed: KeyList) -> datetime:
    return listed.issued_at + timedelta(days=1)


def revoking(listed: KeyList) -> KeyList:
    seal_key = next(entry for entry in listed.entries if (entry.purpose, entry.owner) == ("seal", "probe"))
    log = next(entry.owner for entry in listed.entries if entry.purpose == "log")
    return listed.revoked(seal_key.kid, seal_key.valid_from, (log, 0), later(listed))


def dropping(listed: KeyList) -> KeyList:
    return KeyList(later(listed), tuple(entry for entry in listed.entries if entry.purpose == "log"))


@pytest.mark.parametrize(
    ("change", "signed_by", "code"),
    [
        (revoking, None, "key-revoked"),  # what the log knows better is believed
        (dropping, None, "key-list-rewritten"),
        (revoking, LocalSigner.of(Ed25519PrivateKey.generate()), "note-unverified"),
    ],
)
def test_a_kept_list_follows_the_logs_newer_one_and_is_never_rewritten(capsys, copy, change, signed_by, code):
    older, newer = newer_list(change, signed_by=signed_by)
    (copy / "kept.json").write_bytes(older)
    for name in ("checkpoint", "revocations"):
        (copy / "log" / name).unlink()
    (copy / "log" / "keys.json").write_bytes(newer)
    words = (copy / "code.txt", "--log", str(copy / "log"), "--keys", str(copy / "kept.json"))
    status, answer = check(capsys, *words)
    assert (status, failed(answer)) == (1 if code == "key-revoked" else 4, code)
    assert (copy / "kept.json").read_bytes() == older
    check(capsys, *words, "--update-keys")
    assert (copy / "kept.json").read_bytes() == (newer if code == "key-revoked" else older)


def test_an_old_copy_of_the_log_does_not_undo_a_newer_list(capsys, copy):
    older, newer = newer_list(revoking)
    (copy / "kept.json").write_bytes(newer)
    for name in ("checkpoint", "revocations"):
        (copy / "log" / name).unlink()
    (copy / "log" / "keys.json").write_bytes(older)
    status, answer = check(capsys, copy / "code.txt", "--log", str(copy / "log"), "--keys", str(copy / "kept.json"))
    assert (status, failed(answer)) == (1, "key-revoked")


# -- several at once ----------------------------------------------------------------------------------------------------------


def test_a_folder_is_checked_file_by_file_and_the_worst_decides(capsys, copy):
    parser = argparse.ArgumentParser()
    verify.add_arguments(parser)
    folder = copy / "desk"
    folder.mkdir()
    for name in ("certificate.pdf", "revoked.pdf", "photo.jpg", "receipt.pdf"):
        shutil.copy(copy / name, folder / name)
    (folder / "notes.txt").write_text("nothing in it")
    (folder / "paper.heic").write_bytes(b"\0\0\0\x18ftypheic" + b"\xff" * 40)
    words = [str(folder), "--log", str(copy / "log")]
    assert verify.run(parser.parse_args([*words, "--json"])) == 1, "One was revoked."
    said = {Path(line["file"]).name: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert {name: line.get("result") or line["error"]["code"] for name, line in said.items()} == {
        "certificate.pdf": "authentic", "notes.txt": "verify-not-a-code", "paper.heic": "upload-type", "photo.jpg": "facts-only", "receipt.pdf": "authentic", "revoked.pdf": "revoked",
    }  # fmt: skip
    assert verify.run(parser.parse_args(words)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["AUTHENTIC", "NOT CHECKED", "NOT CHECKED", "FACTS ONLY", "RECEIPT HOLDS", "REVOKED"]
    for name, status in (("revoked.pdf", 4), ("notes.txt", 4), ("paper.heic", 2), ("photo.jpg", 0)):
        (folder / name).unlink()
        assert verify.run(parser.parse_args(words)) == status
    capsys.readouterr()


def test_an_empty_folder_is_no_good_news(capsys, tmp_path):
    status, answer = check(capsys, tmp_path, "--log", str(PLAIN / "log"))
    assert (status, failed(answer)) == (4, "nothing-to-check")


def test_a_list_that_is_dated_ahead_knows_nothing_of_what_is_to_come():
    """The clock that signed it was wrong: revoked or not is known as of now, and not as of next year."""
    trust = load_trust(str(PLAIN / "log"), None)
    now = trust.revocations.at
    trust.revocations = replace(trust.revocations, at=now + timedelta(days=365))
    assert known_about((PLAIN / "code.txt").read_text().strip(), trust, now).as_of == now
