# SPDX-License-Identifier: EUPL-1.2
"""Acts, seen by their holder, by officers of the issuing administration, by the worker."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from bierger.disclosures import services as disclosures
from bierger.disclosures.types import Purpose, own_data
from bierger.documents.errors import ActNotFound
from bierger.documents.models import Act, Revocation
from bierger.documents.selectors.blobs import read_attachment, read_blob
from bierger.documents.types import ActFile, ActNumber, ActOrigin, ActSource, ActView
from bierger.identity.selectors import people_of
from bierger.infra.pages import SIZE
from bierger.infra.principal import current
from bierger.ledger import selectors as log
from bierger_core.seals import Revocation as RevocationMark
from bierger_core.seals import with_opening
from bierger_core.values import Kind


@own_data("the act of the holder who asks; the worker reads it to deliver it")
def act(act_id: UUID) -> ActView:
    """One act. Raises ActNotFound."""
    return _view(_row(act_id))


@own_data("the acts of the principal's own space or link")
def my_acts(*, case: UUID | None = None, only: Collection[UUID] | None = None) -> tuple[ActView, ...]:
    """The acts of the space (or private link) in which the principal is, the newest first.

    All those of one case, or those with one of the ids; without either the newest, as many as one page of a list shows.
    """
    principal = current()
    rows = _acts().order_by("-decided_at", "-id")
    if principal.space is not None:
        rows = rows.filter(holder_space=principal.space)
    elif principal.link is not None:
        rows = rows.filter(holder_link=principal.link)
    else:
        return ()
    if case is not None:
        rows = rows.filter(case_id=case)
    if only is not None:
        rows = rows.filter(id__in=only)
    everything = case is None and only is None
    return tuple(_view(row) for row in (rows[:SIZE] if everything else rows))


def undelivered(acts: Collection[UUID]) -> frozenset[UUID]:
    """Those of the acts that are on their way to their holder (worker). What was revoked or erased is so no more."""
    rows = Act.objects.filter(id__in=list(acts), revoked_at__isnull=True, erased_at__isnull=True).exclude(state="delivered")
    return frozenset(rows.values_list("id", flat=True))


def acts_of_case(case_id: UUID, *, purpose: Purpose) -> tuple[ActView, ...]:
    """The acts of a case, in order of decision; one disclosure for their holders."""
    rows = list(_acts().filter(case_id=case_id).order_by("decided_at"))
    subjects = {person for row in rows if row.holder_space for person in people_of(row.holder_space)}
    disclosures.record(purpose=purpose, subjects=subjects, facts=["act"])
    return tuple(_view(row) for row in rows)


def replaced_acts(case: UUID) -> tuple[tuple[ActNumber, ActNumber], ...]:
    """The acts of a case that another took the place of, each with the one that holds in the end; as far as they may be seen."""
    rows = {row.id: row for row in Act.objects.filter(case_id=case).only("id", "replaces", "number", "decided_at")}
    after = {row.replaces: row for row in rows.values() if row.replaces}

    def last(row: Act) -> Act:
        return last(after[row.id]) if row.id in after else row

    pairs = ((row, last(row)) for row in rows.values() if row.id in after)
    return tuple((ActNumber(old.number, old.decided_at), ActNumber(new.number, new.decided_at)) for old, new in pairs)


def act_origin(act_id: UUID) -> ActOrigin:
    """Where an act comes from. Shows nothing of it. Raises ActNotFound."""
    row = _row(act_id)
    return ActOrigin(row.id, row.case_id, row.package_digest)


def act_by_number(number: str, *, administration: UUID) -> ActOrigin | None:
    """The act with this number, as an officer types it from paper; None: none, or not theirs to see. Shows nothing of it."""
    row = Act.objects.filter(administration=administration, number=number).only("id", "case_id", "package_digest").first()
    return None if row is None else ActOrigin(row.id, row.case_id, row.package_digest)


def act_source(act_id: UUID, *, purpose: Purpose) -> ActSource:
    """An act and what it was made of, for an officer; one disclosure for its holders. Raises ActNotFound."""
    row = _row(act_id)
    subjects = people_of(row.holder_space) if row.holder_space else ()
    disclosures.record(purpose=purpose, subjects=subjects, facts=["act"])
    return ActSource(_view(row), {str(name): str(value) for name, value in row.fields.items()}, row.template.encode())


@own_data("the act of the holder who asks; an officer reads it with a purpose")
def act_pdf(act_id: UUID) -> ActFile | None:
    """The exact bytes that were logged; None until they are rendered. Raises ActNotFound, BlobErased."""
    row = _row(act_id)
    if row.file_id is None:
        return None
    blob = read_blob(row.file_id)
    return ActFile(data=blob.data, file_name=blob.file_name)


def act_file(act_id: UUID, *, purpose: Purpose) -> ActFile | None:
    """As `act_pdf`, for an officer; one disclosure for its holders. An act of another case than the purpose's: ActNotFound."""
    row = _row(act_id)
    if row.case_id != purpose.case:
        raise ActNotFound("No such act in this case.")
    if row.file_id is None:
        return None
    blob = read_attachment(row.file_id, purpose=purpose, subjects=people_of(row.holder_space), facts=["act"])
    return ActFile(data=blob.data, file_name=blob.file_name)


def act_proof(act_id: UUID) -> bytes | None:
    """The `.tlog-proof` of the file, its salt in the `extra` line: PDF and proof together verify offline. None until logged."""
    row = _row(act_id)
    if row.file_commitment is None or row.file_salt is None:
        return None
    found = log.proof(bytes(row.file_commitment))
    return None if found is None else with_opening(found, Kind.FILE, bytes(row.file_salt))


def revocations() -> dict[bytes, RevocationMark]:
    """Every revocation, by the commitment of the act's facts: public."""
    rows = Revocation.objects.order_by("revoked_at")
    return {bytes(row.commitment): RevocationMark(row.revoked_at, row.reason) for row in rows}


def _acts() -> QuerySet[Act]:
    """Acts with what took their place, and whose place they took, in the same statement."""
    after = Act.objects.filter(replaces=OuterRef("id"))
    return Act.objects.annotate(
        successor=Subquery(after.values("id")),
        successor_number=Subquery(after.values("number")),
        replaced_number=Subquery(Act.objects.filter(id=OuterRef("replaces")).values("number")),
    )


def _row(act_id: UUID) -> Act:
    row = _acts().filter(id=act_id).first()
    if row is None:
        raise ActNotFound("No such act.")
    return row


def _view(row: Act) -> ActView:
    return ActView(
        id=row.id,
        case_id=row.case_id,
        administration=row.administration,
        number=row.number,
        document_type=row.document_type,
        state=row.state,  # type: ignore[arg-type]  # the database holds it to the four values
        title=row.title,
        facts={str(name): str(value) for name, value in row.facts},
        language=row.language,
        decided_at=row.decided_at,
        delivered_at=row.delivered_at,
        revoked_at=row.revoked_at,
        revocation_reason=row.revocation_reason,
        file=row.file_id,
        holder_space=row.holder_space,
        problem=row.problem,
        package_digest=row.package_digest,
        revocation_note=row.revocation_note,
        revoked_by=row.revoked_by,
        successor=getattr(row, "successor", None),
        successor_number=getattr(row, "successor_number", None) or "",
        replaces=row.replaces,
        replaced_number=getattr(row, "replaced_number", None) or "",
        ends_at=row.ends_at,
        valid_until=row.valid_until,
    )
