# SPDX-License-Identifier: EUPL-1.2
"""An act's way after the decision. Every step may run twice and be killed anywhere; the second run finds its work done.

    decided  -> logged      the facts' commitment has a leaf                                   finish_logged
    logged   -> rendered    the PDF with seal and proof is stored; its own commitment queued    render_act
    rendered -> (ready)     the file's commitment has a leaf; those above are told              finish_logged
    (ready)  -> delivered   a mailbox or a letter took it                                       mark_delivered

An act that was revoked meanwhile is not rendered any more, and goes no further.

Each change is a compare-and-swap on the state: of two workers with the same act, one changes a row and speaks, the other sees
zero rows and is silent.
"""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

from babel.dates import format_date
from django.conf import settings
from django.db import transaction

from bierger.administrations import selectors as administrations
from bierger.documents.errors import RenderError, SandboxBusy
from bierger.documents.models import Act
from bierger.documents.services.blobs import store_blob
from bierger.documents.services.rendering import render_parts
from bierger.documents.services.signing import fill, place_for
from bierger.documents.types import Attachment
from bierger.infra import clock, outbox
from bierger.infra.blobs import BlobFileError
from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger import selectors as log
from bierger.ledger import services as ledger
from bierger_core.merkle import format_proof
from bierger_core.seals import file_commitment
from bierger_core.values import SALT_BYTES, Kind, local_date


def finish_logged(*, first: int, last: int) -> None:
    """Leaves first..last were appended: move the acts they belong to, and tell who waits for each."""
    tell_logged([entry.commitment for entry in log.logged_between(first, last)])


def tell_logged(commitments: list[bytes]) -> int:
    """These commitments have a leaf: move the acts they belong to, and tell who waits for each; gives back how many moved."""
    moved = 0
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
    2. Render, in the sandbox, and sign the PDF where the administration has a certificate (signing.py). What fails here or in 3
       leaves its code in `problem`, for officers and figures, and the error to the job, which is tried again.
    3. Store the file and swap the state in one transaction; whoever comes second throws its rendering away.
    """
    with acting_as(SYSTEM):
        row = Act.objects.filter(id=act, state="logged", revoked_at__isnull=True).first()
        proof = None if row is None else log.proof(bytes(row.facts_commitment))
        inputs = {} if row is None else inputs_of(row)
        issuer = None if row is None else administrations.administration(id=row.administration)
    if row is None or proof is None or issuer is None:
        return
    # The salt of the file's own leaf travels inside the file: who has the file has all that is needed to ask the log for it.
    salt = secrets.token_bytes(SALT_BYTES)
    attachments = (
        Attachment("seal.txt", row.seal.encode()),
        Attachment("facts.tlog-proof", format_proof(proof)),
        Attachment("file-salt.txt", salt.hex().encode()),
    )
    try:
        place = place_for(issuer, row.language)
        made = render_parts(
            template=row.template.encode(),
            inputs=inputs,
            title=row.title,
            language=row.language,
            at=row.decided_at,
            qr=row.seal,
            attachments=attachments,
            hole=None if place is None else place.hole,
        )
        pdf = made["pdf"]
        if place is not None:
            pdf = fill(place, pdf=pdf, hollow=made["hollow"], waiting_since=row.decided_at)
        with acting_as(SYSTEM):
            _keep(row, pdf, salt)
    except (RenderError, SandboxBusy, BlobFileError) as error:
        with acting_as(SYSTEM):
            Act.objects.filter(id=act, state="logged").update(problem=error.code)
        raise


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
        "date": format_date(local_date(row.decided_at), "long", locale=row.language),
        "qr": "qr.svg",
        "seal_text": row.seal,
        "verify_url": f"{settings.BIERGER_BASE_URL}/verify",
    }


def _keep(row: Act, pdf: bytes, salt: bytes) -> None:
    leaf = file_commitment(pdf, salt)
    with transaction.atomic():
        blob = store_blob(
            administration_id=row.administration,
            data=pdf,
            media_type="application/pdf",
            file_name=f"{row.document_type}-{row.number}.pdf",
            space=row.holder_space,
            link=row.holder_link,
            administration=row.administration,
            case_id=row.case_id,
        )
        swapped = Act.objects.filter(id=row.id, state="logged", revoked_at__isnull=True).update(
            state="rendered",
            file=blob,
            file_sha256=hashlib.sha256(pdf).digest(),
            file_salt=salt,
            file_commitment=leaf,
            problem="",
        )
        if not swapped:
            # The other worker's rendering stands, or the act was revoked: this file is an orphan and will be swept.
            transaction.set_rollback(True)
            return
        ledger.queue(commitment=leaf, kind=Kind.FILE)
