# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger verify FILE [--log URL|DIR] [--keys FILE] [--json]`: check an act or a receipt without asking its issuer.

1. The key list: from `--keys` (you got it from somebody you trust), else from the log's `keys.json`. It must carry the signature
   of a log key it names; these log keys are the policy.
2. What the file brings: a PDF its seal, its salt and the proof of its facts; a photo the text of its QR code; `FILE.tlog-proof`
   beside the file the proof of its exact bytes.
3. What the log adds, when there is one: its checkpoint (signature verified; proofs brought along must lie in its history), the
   proofs that are missing, the revocations.
4. The core's numbered steps, one line each.
Whoever wrote the file may be a stranger: PDFs and pictures are opened by the sandbox's worker, in little time and memory.
Needs neither Django nor a database. Exit status: 0 authentic; 2 the facts are, and nothing was said about the paper; 1 otherwise.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bierger.documents.plugins import sandbox
from bierger.documents.plugins.receipts import ReceiptCode, find_seal, read_receipt
from bierger.documents.plugins.revocations import RevocationList, RevocationsUnreadable, parse_revocations
from bierger.documents.plugins.sniffing import sniff
from bierger.documents.plugins.words import document_names, fact_labels, reading_order
from bierger.ledger.plugins.outside import LogAddress, LogFolder, LogUnreachable, Source, fetch_of, newest
from bierger_core.merkle import (
    Checkpoint,
    Policy,
    TileReader,
    VerifierKey,
    log_key,
    parse_checkpoint_text,
    parse_note,
    parse_proof,
    policy_of_logs,
    verify_consistency,
    verify_note,
)
from bierger_core.seals import (
    KeyList,
    Revocation,
    RevocationUnavailableError,
    Verdict,
    file_commitment,
    load_key_list,
    open_seal,
    submission_commitment,
    verify_act,
    verify_receipt,
    verify_seal,
)
from bierger_core.values import CoreError

MAX_PIXELS = 60_000_000
MAX_FILE = 50_000_000
SECONDS = 30.0  # of one file; a letter of ours takes a fraction of one, a photo one or two


class CannotCheck(Exception):
    """There is nothing to check, or nothing to check it with; `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Trust:
    """What the check believes: the key list, the log keys in it, and what the log said."""

    key_list: KeyList
    keys: tuple[VerifierKey, ...]
    policy: Policy
    own_keys: bool = True  # the reader brought the list; otherwise it is the log's word about itself
    log: Source | None = None
    head: Checkpoint | None = None
    revocations: RevocationList | None = None

    def proof(self, leaf: bytes) -> bytes | None:
        return None if self.log is None else self.log.proof(leaf, self.keys)

    def revoked(self, leaf: bytes) -> Revocation | None:
        if self.revocations is None:
            raise RevocationUnavailableError("No list of revocations at hand.")
        return self.revocations.revoked.get(leaf)


@dataclass
class Found:
    """What a file brings to its own check."""

    subject: str
    data: bytes = b""
    code: str | None = None
    receipt: ReceiptCode | None = None
    facts_proof: bytes | None = None
    file_proof: bytes | None = None
    file_salt: bytes | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a PDF, a photo of a QR code (PNG, JPEG), or a text with a code")
    parser.add_argument("--log", metavar="URL|DIR", help="the log: its address (https://…/log), or a folder with its files")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="a key list you trust; default: the log's keys.json")
    parser.add_argument("--json", action="store_true", help="the result as JSON")


def run(args: argparse.Namespace) -> int:
    """0 authentic, 2 facts only, 1 not authentic or not checkable."""
    try:
        trust = _trust(args.log, args.keys)
        found = _read(args.file)
        verdict = _check(found, trust)
        _follow_history(found, trust)
    except (CannotCheck, LogUnreachable, RevocationsUnreadable, CoreError) as error:
        return _say_cannot(error.code, str(error), as_json=args.json)
    (_print_json if args.json else _print)(verdict, found, trust)
    return {"authentic": 0, "facts-only": 2}.get(verdict.result, 1)


def _trust(log: str | None, keys: Path | None) -> Trust:
    source = None if log is None else _source(log)
    data = _bytes_of(keys) if keys is not None else (source.get("keys.json") if source is not None else None)
    if data is None:
        raise CannotCheck("keys-missing", "Say whom to believe: --keys FILE, or --log with the log's address or folder.")
    key_list = load_key_list(data)
    log_keys = tuple(
        log_key(entry.owner, entry.public_key)
        for entry in key_list.entries
        if entry.purpose == "log" and entry.status != "revoked"
    )
    load_key_list(data, log_keys)  # the list must be signed by a log key it names: a changed copy is noticed
    trust = Trust(key_list, log_keys, policy_of_logs(log_keys), keys is not None, source)
    if source is not None:
        head = newest(source, log_keys)
        trust.head = None if head is None else head.checkpoint
        note = source.get("revocations")
        if note is not None:
            parsed = parse_note(note)
            verify_note(parsed, log_keys)
            trust.revocations = parse_revocations(parsed.text)
    return trust


def _source(log: str) -> Source:
    return LogAddress(log) if log.startswith(("http://", "https://")) else LogFolder(Path(log))


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE:
            raise CannotCheck("file-too-large", f"{path} is larger than any act.")
        return path.read_bytes()
    except OSError as error:
        raise CannotCheck("file-unreadable", f"{path}: {error.strerror}") from error


def _read(path: Path) -> Found:
    data = _bytes_of(path)
    kind = sniff(data)
    if kind == "application/pdf":
        return _read_pdf(path, data)
    if kind in ("image/png", "image/jpeg"):
        found = _opened(path, "codes", {"max_pixels": MAX_PIXELS}, data).body["texts"]
        texts = [str(one) for one in found] if isinstance(found, list) else []
        text = next((one for one in texts if find_seal(one) or read_receipt(one)), None)
        if text is None:
            raise CannotCheck("verify-no-code", f"No code of an act was found on {path}.")
    else:
        text = data[:20_000].decode("utf-8-sig", "replace")
    code, receipt = find_seal(text), read_receipt(text)
    if code is None and receipt is None:
        raise CannotCheck("verify-not-a-code", f"{path} is neither a PDF, a picture nor the text of a code.")
    return Found("facts" if code else "receipt", code=code, receipt=None if code else receipt)


def _opened(path: Path, operation: str, body: Mapping[str, object], data: bytes) -> sandbox.Answer:
    """What the worker made of the file; raises CannotCheck when it refused it, hung or swelled."""
    answer = sandbox.run(operation, body, {"data": data}, limits=sandbox.Limits(seconds=SECONDS))
    if answer.outcome == "error":
        raise CannotCheck(str(answer.body["code"]), f"{path} cannot be opened as a picture.")
    if answer.outcome != "ok":
        used = f"{SECONDS:g} seconds" if answer.outcome == "timeout" else "the memory it may have"
        raise CannotCheck("verify-too-hard", f"{path} could not be opened within {used}: no letter of ours is like that.")
    return answer


def _read_pdf(path: Path, data: bytes) -> Found:
    parts = _opened(path, "attachments", {}, data).parts
    beside = path.with_name(path.name + ".tlog-proof")
    code = find_seal(parts.get("seal.txt", b"").decode("ascii", "replace"))
    receipt = read_receipt(parts.get("receipt.txt", b"").decode("utf-8", "replace"))
    if code is None and receipt is not None:
        return Found("receipt", receipt=receipt)
    if code is None:
        raise CannotCheck("verify-no-seal", f"{path} carries no seal.")
    try:
        salt = bytes.fromhex(parts.get("file-salt.txt", b"").decode("ascii"))
    except ValueError:
        salt = b""
    return Found(
        "file",
        data=data,
        code=code,
        facts_proof=parts.get("facts.tlog-proof"),
        file_proof=_bytes_of(beside) if beside.exists() else None,
        file_salt=salt if len(salt) == 32 else None,
    )


def _check(found: Found, trust: Trust) -> Verdict:
    now = dt.datetime.fromtimestamp(time.time(), dt.UTC)
    if found.receipt is not None:
        receipt = found.receipt
        if receipt.salt is None:
            raise CannotCheck(
                "receipt-salt", "Number and hash alone are checked at /verify; here the receipt's QR code is needed."
            )
        leaf = submission_commitment(receipt.number, receipt.event_hash, receipt.salt)
        found.file_proof = trust.proof(leaf)
        return verify_receipt(receipt.number, receipt.event_hash, receipt.salt, found.file_proof, trust.policy)
    assert found.code is not None
    if found.facts_proof is None:
        found.facts_proof = _facts_proof(found.code, trust)
    if found.subject == "facts":
        return verify_seal(
            found.code,
            trust.key_list,
            policy=trust.policy,
            facts_proof=found.facts_proof,
            revocations=trust.revoked,
            now=now,
        )
    if found.file_proof is None and found.file_salt is not None:
        found.file_proof = trust.proof(file_commitment(found.data, found.file_salt))
    return verify_act(
        found.data,
        code=found.code,
        facts_proof=found.facts_proof,
        file_proof=found.file_proof,
        file_salt=found.file_salt,
        key_list=trust.key_list,
        policy=trust.policy,
        revocations=trust.revoked,
        now=now,
    )


def _facts_proof(code: str, trust: Trust) -> bytes | None:
    try:
        return trust.proof(open_seal(code).commitment)
    except CoreError:
        return None  # the numbered steps say what is wrong with the code


def _follow_history(found: Found, trust: Trust) -> None:
    """The trees of the proofs brought along must be beginnings of the log's tree; otherwise there are two histories."""
    if trust.log is None or trust.head is None:
        return
    for proof in (found.facts_proof, found.file_proof):
        if proof is None:
            continue
        try:
            old = parse_checkpoint_text(parse_note(parse_proof(proof).checkpoint).text)
        except CoreError:
            continue  # the numbered steps said it already
        if old.origin != trust.head.origin or old.size == 0:
            continue
        if old.size > trust.head.size:
            raise CannotCheck("log-behind", "The log shows an older state than the proof: it hides or lost entries.")
        reader = TileReader(fetch_of(trust.log), trust.head.size, trust.head.root)
        verify_consistency(old.size, old.root, trust.head.size, trust.head.root, reader.consistency(old.size))


def _say_cannot(code: str, message: str, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"authentic": "no", "error": {"code": code, "message": message}}))
    else:
        print(f"NOT AUTHENTIC, or not checkable: {message} ({code})", file=sys.stderr)
    return 1


_WORDS = {
    "authentic": "AUTHENTIC: these very bytes were issued.",
    "facts-only": "THE FACTS ARE AUTHENTIC. Compare them with the paper: nothing was said about the rest of it.",
    "revoked": "REVOKED: it was issued, and taken back.",
    "refused": "NOT AUTHENTIC.",
}

_SKIPPED = {  # a step that was not done says only a code
    "earlier-step-failed": "An earlier step failed.",
    "facts-proof-not-given": "No proof was brought along, and no log was given to ask for it.",
    "facts-only": "A code speaks of the facts, not of the paper or file that it stands on.",
    "lookup-not-given": "No log was given that would know.",
    "revocation-unavailable": "The log shows no list of revocations.",
}


def _print(verdict: Verdict, found: Found, trust: Trust) -> None:
    for number, step in enumerate(verdict.steps, 1):
        detail = "" if not step.code or step.outcome == "ok" else f"  {step.code}: {step.message or _SKIPPED[step.code]}"
        print(f"{number}. {step.name:<18} {step.outcome.replace('_', ' '):<12}{detail}".rstrip())
    held = found.receipt is not None and verdict.accepted
    print("THE RECEIPT HOLDS: this submission is in the log." if held else _WORDS[verdict.result])
    claims = verdict.claims
    if claims is not None:
        said = "issued by" if verdict.result != "refused" else "it claims to be issued by"
        name = document_names(claims.document_type).get("en", claims.document_type)
        print(f"{name}, {said} {claims.issuer} at {claims.issued_at.isoformat()}")
        for code, value in sorted(claims.facts.items(), key=lambda fact: reading_order(fact[0])):
            print(f"   {fact_labels(code).get('en', code)}: {value}")
    if found.receipt is not None:
        print(f"Receipt {found.receipt.number}, event {found.receipt.event_hash.hex()}")
    _print_log(verdict, found, trust)


def _print_log(verdict: Verdict, found: Found, trust: Trust) -> None:
    """Revoked or not, in the log or not, and who says so."""
    if verdict.revocation is not None:
        print(f"Revoked at {verdict.revocation.revoked_at.isoformat()}, reason: {verdict.revocation.reason}")
    elif trust.revocations is not None and found.receipt is None:
        print(f"Revoked: no, as of {trust.revocations.at.isoformat()}")
    elif found.receipt is None:
        print("Revoked: not checked (no log was given)")
    first = "facts" if found.receipt is None else "submission"
    for what, logged in ((first, verdict.facts_logged), ("file", verdict.file_logged)):
        if logged is not None:
            head = logged.checkpoint
            print(f"In the log {head.origin}: {what} at leaf {logged.index} of {head.size}")
    if not trust.own_keys:
        print("Keys: the log's own list. To be sure whose it is, give --keys FILE with a list that reached you another way.")


def _print_json(verdict: Verdict, found: Found, trust: Trust) -> None:
    authentic = {"authentic": "yes", "facts-only": "facts-only"}.get(verdict.result, "no")
    as_of = None if trust.revocations is None else trust.revocations.at.isoformat()
    keys = "given" if trust.own_keys else "from the log"
    plain = {"authentic": authentic, "subject": found.subject, "keys": keys, **verdict.plain(), "revocations_as_of": as_of}
    print(json.dumps(plain, indent=1))
