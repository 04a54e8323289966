# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger verify FILE... [--log URL|DIR] [--keys FILE] [--types FILE] [--status FILE] [--json]`: acts, without their issuer.
With [--trust FILE.pem], or without a log and keys, codes of other systems too (2D-Doc, HCERT).

`site/offline` does it; here is what a person reads, and what a program does. Of one file the numbered steps are printed, of
several or of a folder a line each; with --json of one file an object, of several an object a line.
Needs neither Django nor a database. Exit status, of several the worst: 0 authentic; 2 the facts are, and nothing was said about
the paper; 3 authentic, and no longer valid by its own words; 4 not checked, which says nothing about it; 1 refused or revoked.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bierger.documents.plugins.pdf_signatures import said_by
from bierger.documents.plugins.revocations import RevocationsUnreadable
from bierger.documents.plugins.verdicts import document_words, worded_facts
from bierger.ledger.plugins.outside import LogUnreachable
from bierger.site.given_files import MAX_FILE, FileRefused, read_whole
from bierger.site.offline import (
    CannotCheck,
    Checked,
    CheckedForeign,
    Trust,
    check_file,
    check_foreign,
    load_trust,
    load_trusted_files,
)
from bierger_core.seals import Verdict
from bierger_core.seals.foreign import TrustedKey
from bierger_core.values import CoreError, local

_WORST = (1, 4, 3, 2, 0)
_NOT_CHECKED = 4
# What is looked for in a folder: pictures that cannot be opened too, for their line says so.
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".heic", ".heif", ".webp", ".avif", ".gif", ".bmp", ".tif", ".tiff"})
_KINDS = _PICTURES | {".pdf", ".txt"}
_NONE_OF_OURS = frozenset({"verify-no-code", "verify-foreign-code"})
_FOREIGN = {"good": "SIGNATURE GOOD", "wrong": "SIGNATURE NOT GOOD", "not-examined": "NOT EXAMINED"}
_Refused = (CannotCheck, FileRefused, LogUnreachable, RevocationsUnreadable, CoreError)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = "a PDF, a photo of a code (PNG, JPEG), a text with a code, - for standard input; or a folder of such"
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help=what)
    parser.add_argument("--log", metavar="URL|DIR", help="the log: its address (https://…/log), or a folder with its files")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="a key list you trust; default: the log's keys.json")
    parser.add_argument("--update-keys", action="store_true", help="keep the log's newer key list in FILE, if it follows yours")
    parser.add_argument("--types", type=Path, metavar="FILE", help="the document types; default: the log's types.json")
    says = "an issuer's status list you keep (log/status/ISSUER); may be given several times"
    parser.add_argument("--status", type=Path, metavar="FILE", action="append", default=[], help=says)
    trusts = "certificates or public keys (PEM) whose codes of other systems you trust; may be given several times"
    parser.add_argument("--trust", type=Path, metavar="FILE", action="append", default=[], help=trusts)
    parser.add_argument("--json", action="store_true", help="the result as JSON; of several files one line each")


def run(args: argparse.Namespace) -> int:
    """0 authentic, 2 facts only, 3 no longer valid, 4 not checked, 1 not authentic; of several files the worst."""
    files = [file for given in args.files for file in (_files_below(given) if _is_folder(given) else [given])]
    many = len(files) != 1 or _is_folder(args.files[0])
    try:
        believed = _believed(args)
        if not files:
            raise CannotCheck("nothing-to-check", f"{args.files[0]} holds no PDF, picture or text.")
    except _Refused as error:
        return _say_cannot(error, None, as_json=args.json)
    statuses = {_check(file, believed, many=many, as_json=args.json) for file in files}
    return next(status for status in _WORST if status in statuses)


@dataclass(frozen=True)
class _Believed:
    """Whom the reader believes. ours: for acts and receipts; None, and why. theirs: for codes of other systems."""

    ours: Trust | None
    why: CannotCheck | None
    theirs: tuple[TrustedKey, ...]


def _believed(args: argparse.Namespace) -> _Believed:
    theirs = load_trusted_files(args.trust)
    try:
        trust = load_trust(args.log, args.keys, args.types, args.status)
    except CannotCheck as error:
        if error.code != "keys-missing" or args.log is not None:
            raise
        return _Believed(None, error, theirs)  # a code of another system needs none of ours
    if args.update_keys and args.keys is not None and trust.newer is not None:
        _keep(trust.newer, args.keys)
    return _Believed(trust, None, theirs)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # somewhere above it nobody may look: reading it says so
        return False


def _files_below(folder: Path) -> list[Path]:
    """What can be checked in a folder, and the folders in it that cannot be read, which fail as files do.

    Others may write there meanwhile: what has vanished since is not there to be checked.
    """
    unread: list[OSError] = []
    names = [Path(above, name) for above, _, some in os.walk(folder, onerror=unread.append) for name in some]
    refused = [Path(error.filename) for error in unread if not isinstance(error, FileNotFoundError)]
    return sorted([*(one for one in names if one.suffix.lower() in _KINDS and _may_be_file(one)), *refused])


def _may_be_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return True


def _keep(newer: bytes, file: Path) -> None:
    try:
        file.write_bytes(newer)
    except OSError as error:
        raise CannotCheck("keys-unwritable", f"{file} cannot be written: {error.strerror}.") from error


def _read(file: Path) -> bytes:
    """A file's bytes, of `-` those of standard input."""
    if str(file) != "-":
        return read_whole(file)
    data = sys.stdin.buffer.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise FileRefused("file-too-large", file, f"Standard input is too large: {MAX_FILE} bytes are read at most.")
    return data


def _judged(file: Path, data: bytes, believed: _Believed) -> tuple[Checked, Trust] | CheckedForeign:
    """What came out; of one of ours with whom that was believed."""
    trust = believed.ours
    theirs = check_foreign(data, believed.theirs, look_at_pictures=trust is None)
    if theirs is not None:
        return theirs
    if trust is None:
        assert believed.why is not None
        raise believed.why
    try:
        return check_file(file, data, trust), trust
    except CannotCheck as refused:
        theirs = check_foreign(data, believed.theirs, look_at_pictures=True) if refused.code in _NONE_OF_OURS else None
        if theirs is None:
            raise
        return theirs


def _check(file: Path, believed: _Believed, *, many: bool, as_json: bool) -> int:
    try:
        data = _read(file)  # once: what is said of its signature is said of the bytes that were judged
        judged = _judged(file, data, believed)
    except _Refused as error:
        return _say_cannot(error, file if many else None, as_json=as_json)
    if isinstance(judged, CheckedForeign):
        return _say_foreign(judged, file, many=many, as_json=as_json)
    checked, trust = judged
    if as_json:
        signature = _signature(data)
        plain = {**_plain(checked, trust), **({} if signature is None else {"pdf_signature": signature})}
        print(json.dumps({"file": str(file), **plain}) if many else json.dumps(plain, indent=1))
    elif many:
        print(_line(file, checked))
    else:
        _print(checked)
        _print_signature(_signature(data))
        _print_keys(trust)
    return checked.status


def _say_foreign(checked: CheckedForeign, file: Path, *, many: bool, as_json: bool) -> int:
    if as_json:
        plain = checked.plain()
        print(json.dumps({"file": str(file), **plain}) if many else json.dumps(plain, indent=1))
    elif many:
        print(f"{_FOREIGN[checked.examined.signature]}  {file}  {checked.line}")
    else:
        print(*checked.words(), sep="\n")
    return checked.status


def _signature(data: bytes) -> dict[str, object] | None:
    """What a PDF's own signature says (PAdES), beside the verdict and not part of it: seal and log need no certificate."""
    return said_by(data, now=datetime.fromtimestamp(time.time(), UTC)) if data.startswith(b"%PDF-") else None


def _print_signature(said: Mapping[str, object] | None) -> None:
    if said is not None and said["valid"]:
        at = f"time stamp of {said['time_stamp']}" if said["time_stamp"] else "no time stamp"
        print(f"Signature of the PDF: by {said['by']}, {at}.")
        term = f"from {said['certificate_from']} until {said['certificate_until']}"
        print(f"   {_DATED[str(said['dated_by'])]} It is valid {term}.")
        print(f"   Who vouches for that: {said['vouched_by']}. Whether to believe them was not judged.")
    elif said is not None:
        print(f"Signature of the PDF: wrong ({said['code']})")


def _say_cannot(error: Exception, file: Path | None, *, as_json: bool) -> int:
    """Nothing was found out about it: that is no verdict, and no forgery."""
    code = str(getattr(error, "code", ""))
    if as_json:
        named: Mapping[str, object] = {} if file is None else {"file": str(file)}
        print(json.dumps({**named, "authentic": "unknown", "error": {"code": code, "message": str(error)}}))
    elif file is not None:
        print(f"NOT CHECKED  {file}  {error} ({code})")
    else:
        print(f"NOT CHECKED: {error} ({code})", file=sys.stderr)
    return _NOT_CHECKED


_DATED = {
    "stamp": "At that instant its certificate was valid.",
    "certificate": "Its certificate is valid now.",
    "nothing": "When it was made cannot be said: its certificate is not valid at that instant.",
}
_RECEIPT = "THE RECEIPT HOLDS: this submission is in the log. What else stands on the page around the code was not checked."
_WORDS = {
    "authentic": "AUTHENTIC: these very bytes were issued.",
    "facts-only": "THE FACTS ARE AUTHENTIC. Compare them with the paper: nothing was said about the rest of it.",
    "revoked": "REVOKED: it was issued, and taken back.",
    "refused": "NOT AUTHENTIC.",
}
_SHORT = {"authentic": "AUTHENTIC", "facts-only": "FACTS ONLY", "revoked": "REVOKED", "refused": "NOT AUTHENTIC"}

_SKIPPED = {  # a step that was not done says only a code
    "earlier-step-failed": "An earlier step failed.",
    "facts-proof-not-given": "No proof was brought along, and the log that it names was not asked.",
    "facts-only": "A code speaks of the facts, not of the paper or file that it stands on.",
    "lookup-not-given": "No log was given that would know.",
    "revocation-unavailable": "The log shows no list of revocations.",
    "short-lived": "It ends by itself within a day, and nobody can take it back before.",
}


def _line(file: Path, checked: Checked) -> str:
    """One file among several."""
    verdict = checked.verdict
    failed = f"  {verdict.failed.code}" if verdict.failed is not None else ""
    over = f"  was valid until {_end(verdict)}" if checked.is_over else ""
    if checked.receipt is not None:
        return f"{'RECEIPT HOLDS' if verdict.accepted else 'NOT AUTHENTIC'}  {file}  {checked.receipt.number}{failed}"
    number = "" if verdict.claims is None else f"  {verdict.claims.issuer} {verdict.claims.facts.get('number', '')}".rstrip()
    return f"{_SHORT[verdict.result]}  {file}{number}{failed}{over}"


def _print(checked: Checked) -> None:
    verdict = checked.verdict
    for number, step in enumerate(verdict.steps, 1):
        detail = "" if not step.code or step.outcome == "ok" else f"  {step.code}: {step.message or _SKIPPED[step.code]}"
        print(f"{number}. {step.name:<18} {step.outcome.replace('_', ' '):<12}{detail}".rstrip())
    held = checked.receipt is not None and verdict.accepted
    print(_RECEIPT if held else _WORDS[verdict.result])
    if checked.is_over and verdict.accepted:
        said = "EXPIRED AT" if verdict.is_short_lived else "WAS VALID UNTIL"
        print(f"IT {said} {_end(verdict)}: genuine, and by its own words not to be relied on any more.")
    claims = verdict.claims
    if claims is not None:
        said = "issued by" if verdict.result != "refused" else "it claims to be issued by"
        name = document_words(verdict).get("en", claims.document_type)
        print(f"{name}, {said} {claims.issuer} at {claims.issued_at.isoformat()}")
        for fact in worded_facts(verdict):
            print(f"   {fact.labels.get('en', fact.code)}: {fact.values.get('en', fact.value)}")
        if verdict.valid_until is not None and not checked.is_over and verdict.accepted:
            short = "; cannot be taken back before then: short-lived" if verdict.is_short_lived else ""
            print(f"Valid until {_end(verdict)}{short}")
    if checked.receipt is not None:
        print(f"Receipt {checked.receipt.number}, event {checked.receipt.event_hash.hex()}")
    _print_log(verdict, checked)


def _end(verdict: Verdict) -> str:
    """The last day, or of a short-lived act the minute, in Luxembourg."""
    if verdict.is_short_lived and verdict.ends_at is not None:
        return f"{local(verdict.ends_at):%Y-%m-%d %H:%M} (Luxembourg)"
    return str(verdict.valid_until)


def _print_log(verdict: Verdict, checked: Checked) -> None:
    """Revoked or not, in the log or not, and who says so."""
    is_act = checked.receipt is None
    if verdict.result == "refused":
        pass  # whether what nobody issued was taken back is no question
    elif verdict.is_short_lived:
        print("Revoked: no, for it cannot be; it ends by itself")
    elif verdict.revocation is not None and verdict.revocation.reason.startswith("status-"):
        # Such a list says neither when nor why.
        print(f"Revoked: yes, says the issuer's status list of {verdict.revocation.revoked_at.isoformat()}")
    elif verdict.revocation is not None:
        print(f"Revoked at {verdict.revocation.revoked_at.isoformat()}, reason: {verdict.revocation.reason}")
    elif checked.as_of is not None and is_act:
        print(f"Revoked: no, as of {checked.as_of.isoformat()}")
    elif is_act:
        print(f"Revoked: not checked ({checked.problem or 'no log and no status list was given'})")
    first = "facts" if is_act else "submission"
    for what, logged in ((first, verdict.facts_logged), ("file", verdict.file_logged)):
        if logged is not None:
            head = logged.checkpoint
            print(f"In the log {head.origin}: {what} at leaf {logged.index} of {head.size}")


def _print_keys(trust: Trust) -> None:
    if not trust.own_keys:
        print("Keys: the log's own list. To be sure whose it is, give --keys FILE with a list that reached you another way.")
    elif trust.newer is not None:
        print(f"Keys: the log's list of {trust.key_list.issued_at.isoformat()}, which follows yours.")


def _plain(checked: Checked, trust: Trust) -> dict[str, object]:
    verdict = checked.verdict
    return {
        "authentic": {"authentic": "yes", "facts-only": "facts-only"}.get(verdict.result, "no"),
        "subject": checked.subject,
        "keys": "given" if trust.own_keys else "from the log",
        **verdict.plain(),
        "is_over": checked.is_over,
        "revocations_as_of": None if checked.as_of is None else checked.as_of.isoformat(),
    }
