# SPDX-License-Identifier: EUPL-1.2
"""An act's way after the decision. Every step may run twice and be killed anywhere; the second run finds its work done.

    decided  -> logged      the facts' commitment has a leaf                                   finish_logged
    logged   -> rendered    the PDF with seal and proof is stored; its own commitment queued    render_act
    rendered -> (ready)     the file's commitment has a leaf; those above are told              finish_logged
    (ready)  -> delivered   a mailbox or a letter took it                                       mark_delivered

An act that was revoked meanwhile is not rendered any more, and goes no further; neither does one that another log took than the
one its seal names (resealing.py).

Each change is a compare-and-swap on the state: of two workers with the same act, one changes a row and speaks, the other sees
zero rows and is silent.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection

from bierger.administrations import selectors as administrations
from bierger.administrations.types import AdministrationView
from bierger.documents.errors import RenderError
from bierger.documents.models import Act, Blob
from bierger.documents.services.blobs import insert_blobs, write_blob
from bierger.documents.services.rendering import render_parts
from bierger.documents.services.resealing import seal_again
from bierger.documents.services.signing import fill, place_for
from bierger.documents.types import Attachment
from bierger.infra import clock, outbox
from bierger.infra.blobs import BlobFileError
from bierger.infra.errors import SandboxBusy
from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger import selectors as log
from bierger.ledger import services as ledger
from bierger_core.merkle import LogProof, format_proof
from bierger_core.procedures import show_date
from bierger_core.seals import file_commitment
from bierger_core.values import SALT_BYTES, Kind, local, local_date


def finish_logged(*, first: int, last: int) -> None:
    """Leaves first..last were appended: move the acts they belong to, and tell who waits for each."""
    tell_logged([entry.commitment for entry in log.logged_between(first, last)])


def tell_logged(commitments: list[bytes]) -> int:
    """These commitments have a leaf: move the acts they belong to, and tell who waits for each; gives back how many moved."""
    moved = seal_again(commitments)
    for act in Act.objects.filter(facts_commitment__in=commitments, state="decided").values_list("id", flat=True):
        if Act.objects.filter(id=act, state="decided").update(state="logged"):
            outbox.send("documents.act-logged", act=str(act))
            moved += 1
    waiting = Act.objects.filter(file_commitment__in=commitments, file_logged_at__isnull=True)
    for act, case in waiting.filter(revoked_at__isnull=True).values_list("id", "case_id"):
        if Act.objects.filter(id=act, file_logged_at__isnull=True).update(file_logged_at=clock.now()):
            outbox.send("documents.act-ready", act=str(act), case=str(case))
            moved += 1
    return moved


def render_act(*, act: UUID) -> None:
    """Render a logged act. Opens its own transactions: none is held while Typst works.

    1. Read the act and the proof of its facts.
    2. Render, in the sandbox, and sign the PDF where the administration has a certificate (signing.py); encrypt it, and put it
       where it will lie. What fails here leaves its code in `problem`, for officers and figures, and the error to the job, which
       is tried again.
    3. Insert the file's row and swap the state in one transaction; whoever comes second throws its rendering away.
    `services.bulk` does 1 and 3 for many acts at a time.
    """
    for one in begun([act]):
        try:
            keep([made(one)])
        except (RenderError, SandboxBusy, BlobFileError) as error:
            note_problem(act, error.code)
            raise


@dataclass(frozen=True)
class Begun:
    """An act that is to be rendered, and all that this needs: nothing more is read from the database for it."""

    row: Act
    proof: LogProof
    inputs: Mapping[str, str]
    issuer: AdministrationView


@dataclass(frozen=True)
class Made:
    """The file of an act, on the disk; `blob` is its row, not yet inserted. Killed here, it is noise without a key."""

    row: Act
    blob: Blob
    salt: bytes
    leaf: bytes


def begun(acts: Collection[UUID]) -> list[Begun]:
    """Those of the acts that are logged, neither revoked nor erased, and have no file yet. Opens its own transaction."""
    with acting_as(SYSTEM):
        wanted = Act.objects.filter(id__in=acts, state="logged", revoked_at__isnull=True, erased_at__isnull=True)
        rows = wanted.order_by("issuer", "number")
        proofs = log.proofs([bytes(row.facts_commitment) for row in rows])
        return [
            Begun(row, proof, inputs_of(row), administrations.administration(id=row.administration))
            for row in rows
            if (proof := proofs.get(bytes(row.facts_commitment))) is not None
        ]


def made(one: Begun) -> Made:
    """The act's file, rendered, signed, encrypted and durable. Reads and writes no row: threads may do it.

    Raises RenderError, SandboxBusy, BlobFileError.
    """
    row = one.row
    # The salt of the file's own leaf travels inside the file: who has the file has all that is needed to ask the log for it.
    salt = secrets.token_bytes(SALT_BYTES)
    attachments = (
        Attachment("seal.txt", row.seal.encode()),
        Attachment("facts.tlog-proof", format_proof(one.proof)),
        Attachment("file-salt.txt", salt.hex().encode()),
    )
    place = place_for(one.issuer, row.language)
    parts = render_parts(
        template=row.template.encode(),
        inputs=one.inputs,
        title=row.title,
        language=row.language,
        at=row.decided_at,
        qr=row.seal,
        attachments=attachments,
        hole=None if place is None else place.hole,
    )
    pdf = parts["pdf"]
    if place is not None:
        pdf = fill(place, pdf=pdf, hollow=parts["hollow"], waiting_since=row.decided_at)
    file_name = f"{row.document_type}-{row.number}.pdf"
    blob = write_blob(administration_id=row.administration, data=pdf, media_type="application/pdf", file_name=file_name)
    return Made(row, blob, salt, file_commitment(pdf, salt))


def note_problem(act: UUID, code: str) -> None:
    """Why an act has no file yet, for officers and figures. Opens its own transaction."""
    with acting_as(SYSTEM):
        Act.objects.filter(id=act, state="logged").update(problem=code)


def inputs_of(row: Act) -> dict[str, str]:
    """What a template sees in `sys.inputs`, besides title and language: its fields, the facts, and the act's own data."""
    return {
        **{str(name): str(value) for name, value in row.facts},
        **{str(name): str(value) for name, value in row.fields.items()},
        "number": row.number,
        **_letterhead(row),
    }


def _letterhead(row: Act) -> dict[str, str]:
    """What the letters of the packages show around their text: `BUILT_IN_FIELDS` of the core, for `check` knows no others."""
    view = administrations.administration(id=row.administration)
    return {
        "administration": view.name(row.language),
        "accent": view.primary,
        "date": show_date(local_date(row.decided_at), row.language),
        "valid_until": _end_of(row),
        "qr": "qr.svg",
        "seal_text": row.seal,
        "verify_url": f"{settings.BIERGER_BASE_URL}/verify",
    }


def _end_of(row: Act) -> str:
    """The last day of an act that has one; of a short-lived one the minute too, in Luxembourg."""
    if row.ends_at is not None:
        return f"{show_date(local_date(row.ends_at), row.language)}, {local(row.ends_at):%H:%M}"
    return "" if row.valid_until is None else show_date(row.valid_until, row.language)


def keep(files: Sequence[Made]) -> None:
    """Swap the state of those acts that still wait for a file; insert the row of each such file, and queue its leaf.

    One transaction of its own for all. Where the other worker's rendering stands, or the act was revoked or erased, no row is
    inserted: that file is an orphan and will be swept.
    """
    with acting_as(SYSTEM):
        # Locked in one order: of two with the same acts, the second waits here, and then sees that they wait no more.
        waiting = Act.objects.filter(
            id__in=[one.row.id for one in files], state="logged", revoked_at__isnull=True, erased_at__isnull=True
        )
        locked = set(waiting.order_by("id").select_for_update(no_key=True).values_list("id", flat=True))
        kept = [one for one in files if one.row.id in locked]
        if not kept:
            return
        insert_blobs([(one.blob, _holders(one.row)) for one in kept])
        _swap(kept)
        ledger.queue_all(commitments=[one.leaf for one in kept], kind=Kind.FILE)


def _holders(row: Act) -> dict[str, UUID | str | None]:
    return {"space": row.holder_space, "link": row.holder_link, "administration": row.administration, "case_id": row.case_id}


def _swap(kept: Sequence[Made]) -> None:
    values = [(one.row.id, one.blob.id, one.blob.sha256, one.salt, one.leaf) for one in kept]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE documents_act AS a SET state = 'rendered', file_id = n.file, file_sha256 = n.sha, file_salt = n.salt,"
            " file_commitment = n.leaf, problem = ''"
            " FROM unnest(%s::uuid[], %s::uuid[], %s::bytea[], %s::bytea[], %s::bytea[]) AS n(act, file, sha, salt, leaf)"
            " WHERE a.id = n.act",
            [list(column) for column in zip(*values, strict=True)],
        )
