# SPDX-License-Identifier: EUPL-1.2
"""What documents give to others: frozen, complete, without rows behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from bierger.disclosures.types import personal_data
from bierger_core.values import local_date

ActState = Literal["decided", "logged", "rendered", "delivered"]
Authentic = Literal["yes", "facts-only", "no", "unknown"]
Subject = Literal["file", "facts", "receipt", "nothing"]
Outcome = Literal["ok", "failed", "not_checked"]
REVOCATION_REASONS = ("error", "fraud", "withdrawn")
"""Why an act is taken back without another in its place."""
REPLACED = "replaced"
LONGEST_NOTE = 1000  # characters of what the holder is told about a revocation


@personal_data
@dataclass(frozen=True)
class Upload:
    """A checked upload. data: what to keep (pictures drawn anew). size: bytes of data."""

    data: bytes
    media_type: str
    file_name: str
    size: int


@personal_data
@dataclass(frozen=True)
class BlobContent:
    """A blob with its plain bytes."""

    id: UUID
    data: bytes
    media_type: str
    file_name: str
    size: int


@dataclass(frozen=True)
class ActTerm:
    """Until when an act is kept, and nothing of what it says. erase_on: the first day on which it is not; None: not said yet.
    under_way: it has not reached its holder yet.
    """

    id: UUID
    number: str
    document_type: str
    decided_at: datetime
    valid_until: date | None
    erase_on: date | None
    erased_at: datetime | None
    under_way: bool


@dataclass(frozen=True)
class ActNumber:
    """An act by its number and the instant of its decision, and nothing of what it says."""

    number: str
    decided_at: datetime


@dataclass(frozen=True)
class Attachment:
    """A file inside a PDF/A-3. name: letters, digits, `.`, `-`, `_`."""

    name: str
    data: bytes
    media_type: str = "text/plain"


@dataclass(frozen=True)
class SubmissionCode:
    """What proves a submission: its number, the hash of its event (32 bytes), the salt of the leaf (32 bytes).

    code: `BRR1:<number>:<hash hex>:<salt hex>`, for a QR code; enough, with the leaf's proof, to verify without asking us.
    """

    number: str
    event_hash: bytes
    salt: bytes = field(repr=False)
    commitment: bytes
    code: str


@personal_data
@dataclass(frozen=True)
class ReceiptData:
    """What stands on a receipt. All texts are given in the reader's language.

    rows: (label, value), shown as a table. labels: keys `verify` (what to do with the code) and `footer`.
    event_hash: hex. code: text of the QR code. primary: `#rrggbb`. at: the document's date (aware).
    """

    language: str
    title: str
    administration: str
    number: str
    submitted_at: str
    event_hash: str
    code: str
    rows: Sequence[tuple[str, str]]
    labels: Mapping[str, str]
    at: datetime
    primary: str = "#1f4e79"


@personal_data
@dataclass(frozen=True)
class ActView:
    """An act. facts: as sealed, in display order. file: the blob of the final PDF once rendered. problem: code of the last
    rendering error, empty when there is none. revocation_note: what its holder was told. revoked_by: an officer.
    successor, successor_number: the act that took its place; replaces, replaced_number: the one whose place it took.
    ends_at: when a short-lived act ends, which is never taken back. valid_until: the last day of any other that ends.
    """

    id: UUID
    case_id: UUID
    administration: UUID
    number: str
    document_type: str
    state: ActState
    title: str
    facts: Mapping[str, str]
    language: str
    decided_at: datetime
    delivered_at: datetime | None
    revoked_at: datetime | None
    revocation_reason: str
    file: UUID | None
    holder_space: UUID | None
    problem: str
    package_digest: str
    revocation_note: str = ""
    revoked_by: UUID | None = None
    successor: UUID | None = None
    successor_number: str = ""
    replaces: UUID | None = None
    replaced_number: str = ""
    ends_at: datetime | None = None
    valid_until: date | None = None

    @property
    def is_erased(self) -> bool:
        """What it said and its file are gone; number and state remain."""
        return self.state == "delivered" and self.file is None

    def is_over(self, now: datetime) -> bool:
        """Whether it ended by itself: its authenticity does not end, its use does."""
        if self.ends_at:
            return now >= self.ends_at
        return self.valid_until is not None and local_date(now) > self.valid_until


@personal_data
@dataclass(frozen=True)
class ActSource:
    """What an act was made of, to make a corrected one: what its seal says by short name, what its template was given, which."""

    view: ActView
    fields: Mapping[str, str]
    template: bytes


@dataclass(frozen=True)
class ActOrigin:
    """Where an act comes from, nothing of what it says: by which law it may be read is read from the version of its procedure."""

    id: UUID
    case_id: UUID
    package_digest: str


@personal_data
@dataclass(frozen=True)
class ActFile:
    """The exact bytes of an act's PDF."""

    data: bytes
    file_name: str


@dataclass(frozen=True)
class StepView:
    """One step of a verification. name and code are stable; screens translate them. data: strings for the sentence."""

    name: str
    outcome: Outcome
    code: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FactView:
    """One sealed fact. labels: by language; empty for a fact this release does not know. values: of a choice, by language."""

    code: str
    value: str
    labels: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SignatureView:
    """What the signature of a PDF says, beside the verdict and no part of it. code: "ok", or why it is not right.

    by, vouched_by: names as the certificates have them. at: of the time stamp, None without one. is_ours: the certificate comes
    from this installation's own authority; None: it has none, so nobody is believed here.
    dated_by: what says that it was made while its certificate was valid (valid_from until valid_until): the time "stamp", the
    "certificate", which is valid still, or "nothing".
    """

    code: str
    by: str = ""
    vouched_by: str = ""
    at: datetime | None = None
    is_ours: bool | None = None
    dated_by: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True)
class VerificationView:
    """What a check found.

    authentic "yes": these very bytes were issued. "facts-only": the facts are sealed; compare them with the paper, which was
    not checked. "no": see `failed`. "unknown": there was nothing to check, and `failed` says why.
    A revoked act is never "yes" nor "facts-only"; its steps up to the revocation are ok.
    successor: the number of the act that took its place; whoever holds the old one's seal is told, the public lists say nothing.
    valid_until: the last day on which the act may be relied on; ends_at: the instant at which that ends; is_over: it has ended.
    It is as authentic as before. short_lived: it ends within hours, and cannot be taken back before.
    """

    subject: Subject
    authentic: Authentic
    steps: tuple[StepView, ...]
    issuer: str = ""
    issuer_names: Mapping[str, str] = field(default_factory=dict)
    issued_at: datetime | None = None
    document_type: str = ""
    document_names: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    facts: tuple[FactView, ...] = ()
    revoked: bool = False
    revoked_at: datetime | None = None
    revocation_reason: str = ""
    successor: str = ""
    logged_at: datetime | None = None
    log_origin: str = ""
    log_index: int | None = None
    log_size: int | None = None
    valid_until: date | None = None
    ends_at: datetime | None = None
    is_over: bool = False
    short_lived: bool = False
    signature: SignatureView | None = None

    @property
    def failed(self) -> StepView | None:
        """The first step that failed."""
        return next((step for step in self.steps if step.outcome == "failed"), None)
