# SPDX-License-Identifier: EUPL-1.2
"""One file against what its reader believes.

1. What the file brings: a PDF its seal, its salt and the proof of its facts; a photo the text of its QR code; `FILE.tlog-proof`
   beside the file the proof of its exact bytes.
2. What the log adds, when there is one: the proofs that are missing, or were signed by a key that is believed no more; and proofs
   that were brought must lie in its history.
3. The core's numbered steps.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from pathlib import Path

from bierger.documents.plugins.opening import Brought, NotOpened, open_file
from bierger.documents.plugins.receipts import ReceiptCode
from bierger.infra.errors import SandboxBusy
from bierger.ledger.plugins.outside import fetch_of
from bierger.site.given_files import read_whole
from bierger.site.offline.revocation import known_about
from bierger.site.offline.trust import CannotCheck, Trust
from bierger_core.merkle import (
    NoteUnverifiedError,
    TileReader,
    parse_checkpoint_text,
    parse_note,
    parse_proof,
    verify_consistency,
    verify_note,
)
from bierger_core.seals import (
    RevocationLookup,
    Verdict,
    file_commitment,
    open_seal,
    submission_commitment,
    verify_act,
    verify_receipt,
    verify_seal,
)
from bierger_core.values import CoreError

MAX_PIXELS = 60_000_000
_NOT_IN_LOG = frozenset({"facts-not-logged", "facts-proof-missing", "file-proof-missing"})
SECONDS = 30.0  # of one file; a letter of ours takes a fraction of one, a photo one or two


@dataclass(frozen=True)
class Checked:
    """What came out. subject: file, facts or receipt. is_over: the period of validity has ended, which makes no forgery.
    as_of: the date of the newest list that said whether it was revoked. problem: why a status list that was given said nothing.
    """

    subject: str
    verdict: Verdict
    receipt: ReceiptCode | None = None
    is_over: bool = False
    as_of: dt.datetime | None = None
    problem: str = ""

    @property
    def status(self) -> int:
        """0 authentic; 2 the facts are, nothing was said of the paper; 3 either, but its time is over; 1 refused or revoked."""
        if not self.verdict.accepted:
            return 1
        if self.is_over:
            return 3
        return 0 if self.verdict.result == "authentic" else 2


def check_file(path: Path, data: bytes, trust: Trust) -> Checked:
    """Check what was read from a file, beside which a proof may stand.

    Raises CannotCheck, FileRefused, LogUnreachable, CoreError (of a log that does not hold together).
    """
    now = dt.datetime.fromtimestamp(time.time(), dt.UTC)
    try:
        brought = open_file(data, now=now, seconds=SECONDS, photo_seconds=SECONDS, max_pixels=MAX_PIXELS)
    except (NotOpened, SandboxBusy) as refused:
        raise CannotCheck(refused.code, f"{path}: {refused}") from refused
    if brought.receipt is not None:
        return Checked("receipt", _check_receipt(brought.receipt, trust), brought.receipt)
    assert brought.code is not None
    known = known_about(brought.code, trust, now)
    check = _Check(trust, known.lookup, now)
    verdict = check.act(path, data, brought) if brought.is_pdf else check.code(brought.code)
    _check_the_log_could_know(verdict, trust)
    kind, over = "file" if brought.is_pdf else "facts", verdict.is_over(now)
    problem = known.problem or ("" if trust.log is None else "the log shows no list of revocations")
    as_of = known.as_of if verdict.step("revocation").outcome != "not_checked" else None  # a list that nobody asked has no date
    return Checked(kind, verdict, is_over=over, as_of=as_of, problem=problem)


def _check_the_log_could_know(verdict: Verdict, trust: Trust) -> None:
    failed, claims = verdict.failed, verdict.claims
    if failed is None or claims is None or failed.code not in _NOT_IN_LOG or not trust.is_copy_from_before(claims.issued_at):
        return
    raise CannotCheck("log-older", "This copy of the log is older than the act, and cannot know it: take a newer one.")


def _check_receipt(receipt: ReceiptCode, trust: Trust) -> Verdict:
    if not trust.asked:
        raise CannotCheck("log-needed", "Whether a receipt is genuine only its log knows: give --log.")
    if receipt.salt is None:
        raise CannotCheck("receipt-salt", "Number and hash alone are checked at /verify; here the receipt's QR code is needed.")
    leaf = submission_commitment(receipt.number, receipt.event_hash, receipt.salt)
    return verify_receipt(receipt.number, receipt.event_hash, receipt.salt, trust.proof(leaf), trust.policy)


@dataclass(frozen=True)
class _Check:
    """One act's check."""

    trust: Trust
    revocations: RevocationLookup
    now: dt.datetime

    def code(self, code: str, proof: bytes | None = None) -> Verdict:
        """The code alone. proof: of its facts, where one was brought along."""
        return verify_seal(
            code,
            self.trust.key_list,
            policy=self.trust.policy,
            facts_proof=proof or _facts_proof(code, self.trust),
            asked=self.trust.asked,
            revocations=self.revocations,
            types=self.trust.types,
            now=self.now,
        )

    def act(self, path: Path, data: bytes, brought: Brought) -> Verdict:
        """The exact bytes of a PDF."""
        assert brought.code is not None
        trust, beside = self.trust, path.with_name(path.name + ".tlog-proof")
        of_file = _usable(read_whole(beside) if beside.exists() else None, trust)
        if of_file is None and brought.file_salt is not None:
            of_file = trust.proof(file_commitment(data, brought.file_salt))
        of_facts = _usable(brought.facts_proof, trust) or _facts_proof(brought.code, trust)
        if of_file is None and not trust.asked:  # nobody was asked about the file: its facts are still what was sealed
            return self.code(brought.code, of_facts)
        verdict = verify_act(
            data,
            code=brought.code,
            facts_proof=of_facts,
            file_proof=of_file,
            file_salt=brought.file_salt,
            key_list=trust.key_list,
            policy=trust.policy,
            revocations=self.revocations,
            types=trust.types,
            now=self.now,
        )
        for proof in (of_facts, of_file):
            _follow_history(proof, trust)
        return verdict


def _usable(proof: bytes | None, trust: Trust) -> bytes | None:
    """The proof, unless its checkpoint was signed by keys nobody believes any more and there is a log to ask for another."""
    if proof is None or trust.log is None:
        return proof
    try:
        verify_note(parse_note(parse_proof(proof).checkpoint), trust.keys)
    except NoteUnverifiedError:
        return None
    except CoreError:
        return proof  # the numbered steps say what is wrong with it
    return proof


def _facts_proof(code: str, trust: Trust) -> bytes | None:
    try:
        return trust.proof(open_seal(code, trust.types).commitment)
    except CoreError:
        return None  # the numbered steps say what is wrong with the code


def _follow_history(proof: bytes | None, trust: Trust) -> None:
    """The tree of a proof brought along must be a beginning of the log's tree; otherwise there are two histories."""
    if proof is None or trust.log is None or trust.head is None:
        return
    try:
        old = parse_checkpoint_text(parse_note(parse_proof(proof).checkpoint).text)
    except CoreError:
        return  # the numbered steps said it already
    if old.origin != trust.head.origin or old.size == 0:
        return
    if old.size > trust.head.size:
        raise CannotCheck("log-behind", "The log shows an older state than the proof: it hides or lost entries.")
    reader = TileReader(fetch_of(trust.log), trust.head.size, trust.head.root)
    verify_consistency(old.size, old.root, trust.head.size, trust.head.root, reader.consistency(old.size))
