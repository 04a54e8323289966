# SPDX-License-Identifier: EUPL-1.2
"""Verification in numbered steps, by anybody, offline.

1. readable        the code is the text of a seal (and the file a PDF)
2. seal-format     the seal has the one form a seal has
3. key-known       the key list has the key, for seals, and it belongs to the issuer
4. signature       that key signed exactly these facts
5. key-valid       the key could sign at the instant of issue, and that instant is not in the future; if it was revoked
                   later and the list says at which size of the log, step 6 shows that the facts stood there before
6. facts-in-log    the facts' leaf is in the log that the seal names, and the policy trusts that log
7. file-in-log     the leaf of these exact bytes is in that log
8. revocation      the issuer has not withdrawn the act; nobody can withdraw one that ends within a day, so none is asked

A step that rests on one that failed is not checked (`RESTS_ON` in verdict.py says which rests on which); steps that do not
need each other all run, so that a person sees everything that is wrong. What no offline check can know is a revocation after
the key list and the lookup were made. That a thief of a key dated a seal back before its revocation, the log knows: see step 5.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from bierger_core.merkle import Logged, Policy, parse_proof, verify_proof
from bierger_core.seals.commitments import file_commitment, opening_of, submission_commitment
from bierger_core.seals.errors import RevocationUnavailableError, VerificationError
from bierger_core.seals.keys import KeyEntry, KeyList
from bierger_core.seals.registry import NO_TYPES, TypeRegistry
from bierger_core.seals.sealing import Envelope, Seal, decode_cose, decode_text
from bierger_core.seals.verdict import (
    RECEIPT_STEPS,
    SEAL_STEPS,
    Result,
    Revocation,
    RevocationLookup,
    Steps,
    Verdict,
)
from bierger_core.values import Kind, format_instant

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far ahead of the verifier's clock an issuer's clock may be."""


def verify_seal(
    code: str | bytes,
    key_list: KeyList,
    *,
    policy: Policy | None = None,
    facts_proof: bytes | None = None,
    asked: Collection[str] = (),
    revocations: RevocationLookup | None = None,
    types: TypeRegistry = NO_TYPES,
    now: datetime | None = None,
) -> Verdict:
    """Verify the code alone: at best `facts-only`, for nothing is known about the paper or file it stands on.

    `facts_proof` is a `.tlog-proof` text; it is checked only together with a `policy`. `asked` are the names of the
    logs that were asked for a proof: an act of theirs without one was sealed with a key in the wrong hands. With a policy, an act
    of a log that neither policy nor key list names is refused, asked or not. `types` are the registered document types, without
    which compact seals are not read.
    """
    check = _SealCheck(key_list, policy, types, now)
    check.read(lambda: decode_text(code))
    check.check_key()
    if facts_proof is None:
        check.check_asked(asked)
    elif policy is None:
        check.steps.skip("facts-in-log", "facts-proof-not-given")
    else:
        check.check_facts(facts_proof)
    check.check_place()
    check.steps.skip("file-in-log", "facts-only")
    check.check_revocation(revocations)
    return check.verdict()


def verify_act(
    pdf: bytes,
    *,
    code: str | bytes,
    facts_proof: bytes | None,
    file_proof: bytes | None,
    key_list: KeyList,
    policy: Policy,
    file_salt: bytes | None = None,
    revocations: RevocationLookup | None = None,
    types: TypeRegistry = NO_TYPES,
    now: datetime | None = None,
) -> Verdict:
    """Verify the exact bytes of an act: `authentic` only if all of it holds and these bytes are in the log.

    `code` and `facts_proof` are those found inside the file. `file_proof` is the `.tlog-proof` text that goes with it,
    carrying the salt (see `with_opening`) unless `file_salt` is given. A proof that is missing is a step that failed.
    """
    check = _SealCheck(key_list, policy, types, now)
    check.read(lambda: decode_text(_checked_pdf(pdf, code)))
    check.check_key()
    check.check_facts(facts_proof)
    check.check_place()
    check.check_file(pdf, file_proof, file_salt)
    check.check_revocation(revocations)
    return check.verdict()


def verify_receipt(number: str, event_hash: bytes, salt: bytes, proof: bytes | None, policy: Policy) -> Verdict:
    """Verify a receipt: the log holds this number with this hash of the submission event. `authentic` or `refused`."""
    steps = Steps(RECEIPT_STEPS)
    leaf = steps.run("readable", lambda: submission_commitment(number, event_hash, salt))
    logged = None
    if leaf is not None:
        logged = steps.run("submission-in-log", lambda: _logged(leaf, proof, policy, None, "receipt-proof-missing"))
    return Verdict("authentic" if logged else "refused", steps.all(), commitment=leaf, facts_logged=logged)


def _checked_pdf(pdf: bytes, code: str | bytes) -> str | bytes:
    if not pdf.startswith(b"%PDF-"):
        raise VerificationError("The file is not a PDF.", code="act-not-pdf")
    return code


def _logged(leaf: bytes, proof: bytes | None, policy: Policy, origin: str | None, missing: str) -> Logged:
    if proof is None:
        raise VerificationError("The proof that the log holds it is missing.", code=missing)
    logged = verify_proof(parse_proof(proof), leaf, policy)
    if origin is not None and logged.checkpoint.origin != origin:
        found = logged.checkpoint.origin
        raise VerificationError("The proof is of another log.", code="log-other-origin", origin=found, expected=origin)
    return logged


class _SealCheck:
    """The steps that codes and files share, with what earlier steps found."""

    def __init__(self, key_list: KeyList, policy: Policy | None, types: TypeRegistry, now: datetime | None) -> None:
        self.steps = Steps(SEAL_STEPS)
        self.key_list = key_list
        self.policy = policy
        self.types = types
        self.now = now
        self.seal: Seal | None = None
        self.key: KeyEntry | None = None
        self.facts_logged: Logged | None = None
        self.file_logged: Logged | None = None
        self.revocation: Revocation | None = None

    def read(self, text: Callable[[], Envelope]) -> None:
        """Steps 1 and 2."""
        envelope = self.steps.run("readable", text)
        if envelope is not None:
            self.seal = self.steps.run("seal-format", lambda: decode_cose(envelope, self.types))

    def check_key(self) -> None:
        """Steps 3 to 5."""
        seal = self.seal
        if seal is None:
            return
        issuer, issued_at = seal.claims.issuer, seal.claims.issued_at
        key = self.key = self.steps.run("key-known", lambda: self.key_list.entry(seal.kid, owner=issuer, purpose="seal"))
        if key is None:
            return
        self.steps.run("signature", lambda: seal.check(key.public_key))

        def check_validity() -> None:
            key.check_at(issued_at)
            if self.now is not None and issued_at > self.now + CLOCK_TOLERANCE:
                raise VerificationError(
                    "The seal is dated in the future.", code="issued-in-future", issued_at=format_instant(issued_at)
                )

        self.steps.run("key-valid", check_validity)

    def check_place(self) -> None:
        """Step 5 again, with what step 6 found: the log says whether a revoked key signed this in its time."""
        key = self.key
        if key is not None and key.revoked_at_log is not None and not self.steps.is_failed_at("key-valid"):
            self.steps.run("key-valid", lambda: key.check_place(self.facts_logged))

    def check_facts(self, proof: bytes | None) -> None:
        """Step 6."""
        seal, policy = self.seal, self.policy
        if seal is not None and policy is not None:

            def check() -> Logged:
                logged = _logged(seal.commitment, proof, policy, seal.log_origin, "facts-proof-missing")
                extra = parse_proof(proof or b"").extra
                # Not needed, for the seal holds the salt; but what says something must say what is so.
                if extra is not None and extra != bytes([Kind.FACTS]) + seal.salt:
                    raise VerificationError("The proof carries another salt.", code="opening-mismatch")
                return logged

            self.facts_logged = self.steps.run("facts-in-log", check)

    def check_asked(self, logs: Collection[str]) -> None:
        """Step 6 without a proof: brought along by nobody, which says nothing, or not to be had from the log, which says all.

        A key in the wrong hands seals what no log ever held; it must not get away with it by naming a log that nobody knows.
        A log whose key was revoked is one that the key list knows.
        """
        seal, policy = self.seal, self.policy
        origin = None if seal is None else seal.log_origin
        known = {entry.owner for entry in self.key_list.entries if entry.purpose == "log"}
        known |= set() if policy is None else {key.name for key in policy.logs}
        nobody_said = policy is None and not logs
        if nobody_said or (origin in known and origin not in logs):
            self.steps.skip("facts-in-log", "facts-proof-not-given")
            return

        def check() -> None:
            if origin not in logs:
                raise VerificationError("The act names a log that is not trusted.", code="log-unknown", origin=origin)
            raise VerificationError("The log was asked and does not know these facts.", code="facts-not-logged")

        self.steps.run("facts-in-log", check)

    def check_file(self, pdf: bytes, proof: bytes | None, salt: bytes | None) -> None:
        """Step 7, in the log that the seal names: of any other, these bytes might be whoever's."""
        seal, policy = self.seal, self.policy
        if seal is None or policy is None:
            return
        origin = seal.log_origin

        def check() -> Logged:
            if proof is None:
                words = "No proof for exactly these bytes: they are not what was issued, or no log was asked."
                raise VerificationError(words, code="file-proof-missing")
            opening = opening_of(parse_proof(proof))
            if opening is not None and opening.kind is not Kind.FILE:
                raise VerificationError("The proof is not one of a file.", code="opening-mismatch")
            known = salt if salt is not None else opening.salt if opening is not None else None
            if known is None:
                raise VerificationError("The proof of the file carries no salt.", code="file-salt-missing")
            return _logged(file_commitment(pdf, known), proof, policy, origin, "file-proof-missing")

        self.file_logged = self.steps.run("file-in-log", check)

    def check_revocation(self, lookup: RevocationLookup | None) -> None:
        """Step 8."""
        seal = self.seal
        if seal is None or not self.steps.has_ground("revocation"):
            return  # nobody is asked about it
        if seal.registered is not None and seal.registered.is_short_lived:
            self.steps.skip("revocation", "short-lived")
            return
        if lookup is None:
            self.steps.skip("revocation", "lookup-not-given")
            return
        try:
            self.revocation = lookup(seal.commitment)
        except RevocationUnavailableError as unavailable:
            self.steps.skip("revocation", unavailable.code)
            return
        revocation = self.revocation

        def check() -> None:
            if revocation is not None:
                at = format_instant(revocation.revoked_at)
                raise VerificationError("The act was revoked.", code="act-revoked", at=at, reason=revocation.reason)

        self.steps.run("revocation", check)

    def verdict(self) -> Verdict:
        """What the steps amount to."""
        result: Result
        if self.steps.is_failed("revocation"):
            result = "refused"
        elif self.revocation is not None:
            result = "revoked"
        else:
            result = "facts-only" if self.file_logged is None else "authentic"
        seal = self.seal
        return Verdict(
            result,
            self.steps.all(),
            seal.claims if seal else None,
            self.key,
            seal.commitment if seal else None,
            self.facts_logged,
            self.file_logged,
            self.revocation,
            seal.registered if seal else None,
        )
