# SPDX-License-Identifier: EUPL-1.2
"""Reads of drafts and filings: always one's own (the database lets nobody else see them)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from bierger.administrations import selectors as administrations
from bierger.administrations.types import AdministrationView
from bierger.catalogue import selectors as catalogue
from bierger.disclosures.types import own_data
from bierger.filings.errors import DraftUnknown, FilingError, FilingUnknown, OutOfMandate
from bierger.filings.models import Deletion, Draft, ErasureFailure, Filing, FilingCase
from bierger.filings.types import BundleView, DraftLine, DraftView, NotEnded, Receipt, StepState
from bierger.infra import clock
from bierger.infra.pages import FIRST, SIZE, Order, Page, Turn, cut
from bierger.infra.principal import current
from bierger.ledger import selectors as log
from bierger_core.interview import JSON, first_incomplete_step, missing, relevant_steps
from bierger_core.merkle import format_proof
from bierger_core.procedures import Package
from bierger_core.seals import certificate

_ORDER = Order("changed_at")
_HELD = "The policy shows drafts and filings to the space or private link that holds them, and to nobody else."


@own_data(_HELD)
def draft(draft_id: UUID) -> DraftView:
    """One draft. Raises DraftUnknown, OutOfMandate."""
    row = Draft.objects.filter(id=draft_id).first()
    if row is None:
        raise unknown_draft(draft_id)
    return _draft(row)


def _draft(row: Draft) -> DraftView:
    package = catalogue.package(row.digest)
    incomplete = first_incomplete_step(package.form, row.answers)
    return DraftView(
        id=row.id, package=package, administration=row.administration_id, language=row.language, answers=row.answers,
        raw={name: values for typed in row.raw.values() for name, values in typed.items()}, known=row.known,
        steps=_steps(package, row.answers), next_step=incomplete.id if incomplete else None,
        begun_at=row.begun_at, changed_at=row.changed_at, expires_at=row.expires_at, bundle=row.bundle,
        situation=row.situation, copied=row.copied,
    )  # fmt: skip


@own_data(_HELD)
def bundle(bundle_id: UUID) -> BundleView:
    """Drafts that are submitted together. Raises DraftUnknown, OutOfMandate."""
    rows = Draft.objects.filter(bundle=bundle_id).order_by("place")
    drafts = tuple(_draft(row) for row in rows)
    if not drafts:
        raise unknown_draft(bundle_id)
    return BundleView(bundle_id, drafts[0].situation, drafts)


def unknown_draft(draft_id: UUID) -> FilingError:
    """Why this principal finds no such draft. Under a mandate for one procedure the answer names the mandate, for a draft of
    another procedure and for one that never was alike.
    """
    principal = current()
    if principal.mandate is not None and principal.scope != "*":
        return OutOfMandate("Nothing here under this mandate.", scope=principal.scope or "")
    return DraftUnknown(f"No draft {draft_id}.")


@own_data(_HELD)
def drafts() -> tuple[DraftLine, ...]:
    """The newest drafts of this space or link, as many as one page shows."""
    return _lines(_own_drafts().order_by(*_ORDER.columns(back=False))[:SIZE])


@own_data(_HELD)
def drafts_page(turn: Turn = FIRST, *, size: int = SIZE) -> Page[DraftLine]:
    """A page of the drafts of this space or link, the last changed first. Raises PageUnknown."""
    page = cut(_own_drafts(), order=_ORDER, turn=turn, size=size)
    return page.holding(_lines(page.rows))


def _own_drafts() -> QuerySet[Draft]:
    principal = current()
    # The policy says so too, but among alternatives, through which the planner finds no index.
    own = {"space": principal.space} if principal.kind == "person" else {"link": principal.link}
    rows = Draft.objects.only("digest", "changed_at", "expires_at", "bundle", "situation")
    before = Draft.objects.filter(bundle=OuterRef("bundle"), place__lt=OuterRef("place"))  # a bundle is one line
    return rows.none() if None in own.values() else rows.filter(**own).exclude(Exists(before))


def _lines(rows: Iterable[Draft]) -> tuple[DraftLine, ...]:
    return tuple(
        DraftLine(row.id, row.digest, row.changed_at, row.expires_at, row.bundle, row.situation) for row in rows
    )


@own_data(_HELD)
def cases_of_receipt(number: str) -> tuple[UUID, ...]:
    """The cases that a filing of this space or link opened, by the number on its receipt; none: there is no such filing."""
    return tuple(FilingCase.objects.filter(filing__number=number).values_list("case_id", flat=True))


@own_data(_HELD)
def receipt(filing: UUID) -> Receipt:
    """The receipt of a filing. Raises FilingUnknown."""
    row = Filing.objects.filter(id=filing).first()
    if row is None:
        raise FilingUnknown(f"No filing {filing}.")
    return receipt_of(row)


@own_data(_HELD)
def receipt_of_draft(draft_id: UUID) -> Receipt | None:
    """The receipt of the filing that was made from this draft, alone or among others, or from this bundle; None: none was."""
    row = Filing.objects.filter(draft=draft_id).first() or Filing.objects.filter(filingcase__draft=draft_id).first()
    return receipt_of(row, again=True) if row else None


def takers(package: Package) -> tuple[AdministrationView, ...]:
    """The administrations that take requests for this procedure now, by name: it is in force there, and somebody is in office
    to receive them. Nobody: the procedure was withdrawn.
    """
    places = catalogue.offered_to(package.owner, package.name)
    if places is None:
        return ()
    kind = package.administration.kind
    found = administrations.administrations(on=clock.today(), kind=None if kind == "any" else kind)
    there = (one for one in found if one.served and (not places or one.id in places))
    return tuple(one for one in there if kind != "any" or _has(package, one.id))


def _has(package: Package, administration: UUID) -> bool:
    """Of any administration, those that have the services which the package names."""
    return set(package.services) <= {one.code for one in administrations.services_of(administration)}


def filing_of_case(case: UUID) -> UUID | None:
    """The filing that opened a case."""
    return FilingCase.objects.filter(case_id=case).values_list("filing_id", flat=True).first()


def filed_together(case: UUID) -> tuple[UUID, ...]:
    """The other cases of the same filing, in order, as far as whoever asks may see them: of the rest not even that they are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT filed_together(%s)", [case])
        return tuple(other for (other,) in cursor.fetchall())


@own_data(_HELD)
def receipt_of(row: Filing, *, cases: tuple[UUID, ...] | None = None, again: bool = False) -> Receipt:
    """The receipt from its row."""
    if cases is None:
        cases = tuple(FilingCase.objects.filter(filing=row).order_by("id").values_list("case_id", flat=True))
    return Receipt(
        row.id,
        row.number,
        row.submitted_at,
        bytes(row.event_hash).hex(),
        row.code,
        row.digest,
        row.language,
        cases,
        str(row.signature.get("level", "")),
        row.fee_cents,
        again,
    )


def _steps(package: Package, answers: Mapping[str, JSON]) -> tuple[StepState, ...]:
    relevant = {step.id for step in relevant_steps(package.form, answers)}
    lacking = set(missing(package.form, answers))
    states = []
    for step in package.form.steps:
        if step.id not in relevant:
            states.append(StepState(step.id, "not-needed"))
        else:
            incomplete = any(question.name in lacking for question in step.questions)
            states.append(StepState(step.id, "todo" if incomplete else "done"))
    return tuple(states)


def not_ended(*, most: int) -> tuple[NotEnded, ...]:
    """Accounts and offices that could not be erased on their day, the longest first (system)."""
    rows = ErasureFailure.objects.order_by("due_on", "id")[:most]
    return tuple(NotEnded(row.kind, row.id, row.due_on, row.code) for row in rows)


def deletion_certificate(number: UUID) -> bytes | None:
    """The proof that an account, an office or a round of readings was erased, by its number (system).

    None: none was, or it waits for the log.
    """
    row = Deletion.objects.filter(id=number).first()
    proof = None if row is None else log.proof(bytes(row.commitment))
    return None if row is None or proof is None else certificate(row.record, bytes(row.salt), format_proof(proof))
