# SPDX-License-Identifier: EUPL-1.2
"""The answer of a verification: numbered steps, and what follows from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias, TypeVar

from bierger_core.merkle import Logged
from bierger_core.seals.keys import KeyEntry
from bierger_core.seals.registry import RegisteredType
from bierger_core.seals.types import Claims
from bierger_core.values import CoreError, format_instant

Outcome = Literal["ok", "failed", "not_checked"]
Result = Literal["authentic", "facts-only", "revoked", "refused"]

SEAL_STEPS = (
    "readable",
    "seal-format",
    "key-known",
    "signature",
    "key-valid",
    "facts-in-log",
    "file-in-log",
    "revocation",
)
RECEIPT_STEPS = ("readable", "submission-in-log")

RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "seal-format": ("readable",),
    "key-known": ("seal-format",),
    "signature": ("key-known",),
    # Instant of issue, name of the log and salt are anybody's words until a known key signed them: an attacker names a day on
    # which the key was valid, and a log of their own in which they entered facts and file.
    "key-valid": ("signature",),
    "facts-in-log": ("signature",),
    "file-in-log": ("signature",),
    # No list takes back what nobody issued, and its place in a list was invented: that it is not revoked would say nothing.
    # Not on `file-in-log`: of a changed file the seal is still a seal, and whether its act was taken back is worth knowing.
    "revocation": ("key-valid", "facts-in-log"),
    "submission-in-log": ("readable",),
}
"""Which steps must hold for a step to say anything. One of them failed, or was not checked for that reason: neither is this one.

A step that nobody asked for (no proof was given) takes the ground from nothing. The browser's verifier has the same table.
"""

NOT_CHECKED_CODES = frozenset(
    {"earlier-step-failed", "facts-proof-not-given", "facts-only", "lookup-not-given", "revocation-unavailable", "short-lived"}
)
"""Why a step was not checked."""

FAILED_CODES = frozenset(
    {
        # readable, seal-format
        "act-not-pdf",
        "base45-length",
        "base45-sign",
        "base45-value",
        "document-type-unknown",
        "seal-algorithm",
        "seal-claims",
        "seal-facts",
        "seal-format",
        "seal-limit",
        "seal-prefix",
        # key-known, signature, key-valid
        "issued-in-future",
        "key-expired",
        "key-not-yet-valid",
        "key-of-other-owner",
        "key-revoked",
        "key-unknown",
        "signature-wrong",
        "signing-algorithm",
        "signing-key",
        # facts-in-log, file-in-log, submission-in-log
        "checkpoint-format",
        "commitment-salt",
        "facts-not-logged",
        "facts-proof-missing",
        "file-proof-missing",
        "file-salt-missing",
        "inclusion-proof-invalid",
        "log-other-origin",
        "log-proof-format",
        "log-proof-limit",
        "log-unknown",
        "note-format",
        "note-limit",
        "note-name",
        "note-signature-wrong",
        "note-unverified",
        "opening-mismatch",
        "quorum-missing",
        "receipt-format",
        "receipt-proof-missing",
        # revocation
        "act-revoked",
    }
)
"""Why a step failed: every code a screen must have words for."""

_Checked = TypeVar("_Checked")
_GROUNDLESS = "earlier-step-failed"


@dataclass(frozen=True)
class Step:
    """One step: its `name`, `outcome`, and unless ok a stable `code` with `data` and an English `message`."""

    name: str
    outcome: Outcome
    code: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    message: str = ""


@dataclass(frozen=True)
class Revocation:
    """An act was revoked at an instant, for a reason that may be told."""

    revoked_at: datetime
    reason: str


RevocationLookup: TypeAlias = Callable[[bytes], Revocation | None]
"""Asked with the commitment of the facts (33 bytes, no personal data). Raises `RevocationUnavailableError`."""


@dataclass(frozen=True)
class Verdict:
    """What the steps amount to.

    * `authentic`: these exact bytes are the act (for a receipt: it was submitted), as logged;
    * `facts-only`: the facts are signed by their issuer; compare them with the paper, nothing vouches for the rest;
    * `revoked`: all of it was true, and the issuer has withdrawn it since;
    * `refused`: a step failed. `claims` are then what the code says, not what is so.
    """

    result: Result
    steps: tuple[Step, ...]
    claims: Claims | None = None
    key: KeyEntry | None = None
    commitment: bytes | None = None
    facts_logged: Logged | None = None
    file_logged: Logged | None = None
    revocation: Revocation | None = None
    registered: RegisteredType | None = None
    """The document type that a compact seal names."""

    @property
    def valid_until(self) -> date | None:
        """The last day on which the act may be relied on, in Luxembourg; None: no end. No step: an old act is no forgery."""
        return None if self.registered is None or self.claims is None else self.registered.last_day(self.claims.issued_at)

    @property
    def ends_at(self) -> datetime | None:
        """The first instant at which the act may not be relied on any more; None: no end."""
        return None if self.registered is None or self.claims is None else self.registered.ends_at(self.claims.issued_at)

    @property
    def is_short_lived(self) -> bool:
        """It ends by itself within a day, and cannot be taken back before."""
        return self.registered is not None and self.registered.is_short_lived

    def is_over(self, now: datetime) -> bool:
        """Whether its period of validity has ended. It is as authentic as before."""
        return self.ends_at is not None and now >= self.ends_at

    @property
    def accepted(self) -> bool:
        """Whether nothing failed (`authentic` or `facts-only`)."""
        return self.result in {"authentic", "facts-only"}

    @property
    def failed(self) -> Step | None:
        """The first step that failed."""
        return next((step for step in self.steps if step.outcome == "failed"), None)

    def step(self, name: str) -> Step:
        """The step of this name. Raises KeyError."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    def plain(self) -> dict[str, object]:
        """The verdict as plain JSON values, for machines."""
        claims, revoked = self.claims, self.revocation
        return {
            "result": self.result,
            "steps": [
                {
                    "step": number,
                    "name": step.name,
                    "outcome": step.outcome,
                    "code": step.code,
                    "data": {name: str(value) for name, value in step.data.items()},
                    "message": step.message,
                }
                for number, step in enumerate(self.steps, start=1)
            ],
            "issuer": claims.issuer if claims else None,
            "issued_at": format_instant(claims.issued_at) if claims else None,
            "document_type": claims.document_type if claims else None,
            "facts": dict(claims.facts) if claims else None,
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
            "ends_at": format_instant(self.ends_at) if self.ends_at else None,
            "short_lived": self.is_short_lived,
            "commitment": self.commitment.hex() if self.commitment else None,
            "facts_logged": _plain_logged(self.facts_logged),
            "file_logged": _plain_logged(self.file_logged),
            "revocation": {"at": format_instant(revoked.revoked_at), "reason": revoked.reason} if revoked else None,
        }


def _plain_logged(logged: Logged | None) -> dict[str, object] | None:
    if logged is None:
        return None
    return {
        "origin": logged.checkpoint.origin,
        "index": logged.index,
        "size": logged.checkpoint.size,
        "witnesses": {name: format_instant(at) for name, at in logged.witnesses.items()},
    }


class Steps:
    """Collects the steps of one verification in their fixed order."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._done: dict[str, Step] = {}

    def has_ground(self, name: str) -> bool:
        """Whether every step that this one rests on was reached, and neither failed nor lacked its own ground."""
        grounds = [self._done.get(ground) for ground in RESTS_ON.get(name, ())]
        return all(step is not None and step.outcome != "failed" and step.code != _GROUNDLESS for step in grounds)

    def run(self, name: str, check: Callable[[], _Checked]) -> _Checked | None:
        """Run one check: ok, or failed with the code of the `CoreError` it raised; then None. Without ground it is not run."""
        if not self.has_ground(name):
            self.skip(name, _GROUNDLESS)
            return None
        try:
            result = check()
        except CoreError as refused:
            self._done[name] = Step(name, "failed", refused.code, refused.data, str(refused))
            return None
        self._done[name] = Step(name, "ok")
        return result

    def skip(self, name: str, code: str) -> None:
        """Note that a step was not checked, and why: an earlier one that failed comes before any other reason."""
        self._done[name] = Step(name, "not_checked", code if self.has_ground(name) else _GROUNDLESS)

    def all(self) -> tuple[Step, ...]:
        """Every step; those that nobody reached wait for an earlier one that failed."""
        return tuple(self._done.get(name, Step(name, "not_checked", _GROUNDLESS)) for name in self._names)

    def is_failed_at(self, name: str) -> bool:
        """Whether this step was run and failed."""
        return name in self._done and self._done[name].outcome == "failed"

    def is_failed(self, *except_for: str) -> bool:
        """Whether any step failed, apart from those named."""
        return any(step.outcome == "failed" and step.name not in except_for for step in self._done.values())
