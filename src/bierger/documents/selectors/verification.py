# SPDX-License-Identifier: EUPL-1.2
"""Anybody's check of a code or of a file whose parts are known; `documents.services.verification` opens the file.

1. A PDF whose exact bytes we issued is found by their hash; a PDF we did not issue may still carry a seal, whose facts are shown
   beside the step that failed.
2. The core verifies, step by step, with the key list, the log's proofs and the revocations.
3. The verdict becomes a view: names of issuer, document and facts in every language.
Nothing here needs a right: who asks holds the file, the code or the receipt.
"""

from __future__ import annotations

import hashlib

from django.db import connection

from bierger.administrations.errors import UnknownAdministration
from bierger.administrations.selectors import administration
from bierger.documents.models import Revocation as RevocationRow
from bierger.documents.plugins.opening import Brought
from bierger.documents.plugins.receipts import ReceiptCode, find_seal, read_receipt
from bierger.documents.plugins.sniffing import sniff
from bierger.documents.plugins.verdicts import document_words, worded_facts
from bierger.documents.selectors.document_types import seal_of, type_registry
from bierger.documents.selectors.submissions import submission_code
from bierger.documents.types import FactView, StepView, Subject, VerificationView
from bierger.infra import clock
from bierger.ledger import selectors as log
from bierger_core.merkle import format_proof
from bierger_core.seals import (
    Revocation,
    Seal,
    Verdict,
    file_commitment,
    submission_commitment,
    verify_act,
    verify_receipt,
    verify_seal,
    with_opening,
)
from bierger_core.values import CoreError, Kind


def verify_text(text: str) -> VerificationView:
    """Check the text of a QR code, or number and hash of a receipt as typed."""
    found = find_seal(text)
    if found is not None:
        return _verify_facts(found, "facts")
    receipt = read_receipt(text)
    if receipt is not None:
        return _verify_receipt(receipt)
    return unread("verify-not-a-code")


def verify_issued(data: bytes) -> VerificationView | None:
    """Check a PDF whose exact bytes we issued, found by their hash; None for any other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seal, file_salt FROM documents_find_file(%s)", [hashlib.sha256(data).digest()])
        found = cursor.fetchone()
    if found is None:
        return None
    salt = bytes(found[1])
    proof = log.proof(file_commitment(data, salt))
    file_proof = None if proof is None else with_opening(proof, Kind.FILE, salt)
    return _verify_file(data, str(found[0]), file_proof)


def verify_brought(data: bytes, brought: Brought) -> VerificationView:
    """Check a file that we do not know (any more) as it is, by what it brings.

    An act that we issued and whose time is over is not known here: its holder's file brings the salt of its leaf.
    """
    if brought.code is not None:
        if not brought.is_pdf:
            return _verify_facts(brought.code, "facts")
        return _verify_file(data, brought.code, _proof_by(data, brought.file_salt))
    assert brought.receipt is not None
    return _verify_receipt(brought.receipt, of_paper=sniff(data) in ("application/pdf", "image/png", "image/jpeg"))


def _proof_by(data: bytes, salt: bytes | None) -> bytes | None:
    proof = None if salt is None else log.proof(file_commitment(data, salt))
    return None if proof is None or salt is None else with_opening(proof, Kind.FILE, salt)


def _verify_file(data: bytes, code: str, file_proof: bytes | None) -> VerificationView:
    verdict = verify_act(
        data,
        code=code,
        facts_proof=_facts_proof(code),
        file_proof=file_proof,
        key_list=log.key_list(),
        policy=log.policy(),
        revocations=_revocation,
        types=type_registry(),
        now=clock.now(),
    )
    return _view(verdict, "file", code)


def _verify_facts(code: str, subject: Subject) -> VerificationView:
    verdict = verify_seal(
        code,
        log.key_list(),
        policy=log.policy(),
        facts_proof=_facts_proof(code),
        asked=log.origins(),
        revocations=_revocation,
        types=type_registry(),
        now=clock.now(),
    )
    return _view(verdict, subject, code)


def _facts_proof(code: str) -> bytes | None:
    seal = _opened(code)
    proof = None if seal is None else log.proof(seal.commitment)
    return None if proof is None else format_proof(proof)


def _opened(code: str) -> Seal | None:
    try:
        return seal_of(code)
    except CoreError:
        return None  # the verification itself says which part could not be read


def _revocation(commitment: bytes) -> Revocation | None:
    row = RevocationRow.objects.filter(commitment=commitment).first()
    return None if row is None else Revocation(row.revoked_at, row.reason)


def _successor(commitment: bytes, salt: bytes) -> str:
    """The number of the act that took the place of this one, for who holds its seal; "" without one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT documents_find_successor(%s, %s)", [commitment, salt])
        return str(cursor.fetchone()[0] or "")


def _verify_receipt(receipt: ReceiptCode, *, of_paper: bool = False) -> VerificationView:
    salt = receipt.salt
    if salt is None:
        known = submission_code(receipt.number, receipt.event_hash)
        if known is None:
            return _refused_receipt(receipt.number, "submission-unknown")
        salt = known.salt
    leaf = submission_commitment(receipt.number, receipt.event_hash, salt)
    proof = log.proof(leaf)
    if proof is None:
        known_here = submission_code(receipt.number, receipt.event_hash) is not None
        return _refused_receipt(receipt.number, "submission-waiting" if known_here else "submission-unknown")
    verdict = verify_receipt(receipt.number, receipt.event_hash, salt, format_proof(proof), log.policy())
    entry, head = log.logged(leaf), log.checkpoint()
    return VerificationView(
        subject="receipt",
        authentic=("facts-only" if of_paper else "yes") if verdict.accepted else "no",
        steps=_steps(verdict),
        number=receipt.number,
        logged_at=entry.logged_at if entry else None,
        log_origin=log.origin(),
        log_index=entry.index if entry else None,
        log_size=head.size if head else None,
    )


def _refused_receipt(number: str, code: str) -> VerificationView:
    steps = (StepView("readable", "ok", "ok"), StepView("submission-in-log", "failed", code))
    return VerificationView(subject="receipt", authentic="no", steps=steps, number=number)


def unread(code: str) -> VerificationView:
    """Nothing could be checked, and why."""
    return VerificationView(subject="nothing", authentic="unknown", steps=(StepView("readable", "failed", code),))


def _steps(verdict: Verdict) -> tuple[StepView, ...]:
    return tuple(
        StepView(step.name, step.outcome, step.code, {str(name): str(value) for name, value in step.data.items()})
        for step in verdict.steps
    )


def _view(verdict: Verdict, subject: Subject, code: str) -> VerificationView:
    claims = verdict.claims
    leaf = verdict.commitment
    entry = None if leaf is None or verdict.facts_logged is None else log.logged(leaf)  # of what nobody sealed no place is told
    revoked = None if leaf is None or verdict.result != "revoked" else _revocation(leaf)
    head = log.checkpoint()
    seal = _opened(code)
    authentic = {"authentic": "yes", "facts-only": "facts-only"}.get(verdict.result, "no")
    return VerificationView(
        subject=subject,
        authentic=authentic,  # type: ignore[arg-type]  # one of the three words, chosen above
        steps=_steps(verdict),
        issuer="" if claims is None else claims.issuer,
        issuer_names={} if claims is None else _names(claims.issuer),
        issued_at=None if claims is None else claims.issued_at,
        document_type="" if claims is None else claims.document_type,
        document_names=document_words(verdict),
        number="" if claims is None else claims.facts.get("number", ""),
        facts=tuple(FactView(*fact) for fact in worded_facts(verdict)),
        valid_until=verdict.valid_until,
        ends_at=verdict.ends_at,
        is_over=verdict.is_over(clock.now()),
        short_lived=verdict.is_short_lived,
        revoked=revoked is not None,
        revoked_at=None if revoked is None else revoked.revoked_at,
        revocation_reason="" if revoked is None else revoked.reason,
        successor="" if revoked is None or leaf is None or seal is None else _successor(leaf, seal.salt),
        logged_at=entry.logged_at if entry else None,
        log_origin="" if seal is None else seal.log_origin,
        log_index=entry.index if entry else None,
        log_size=head.size if head else None,
    )


def _names(code: str) -> dict[str, str]:
    try:
        return dict(administration(code=code).names)
    except UnknownAdministration:
        return {}
