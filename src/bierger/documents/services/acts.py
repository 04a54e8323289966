# SPDX-License-Identifier: EUPL-1.2
"""Acts: decided here, in the transaction that decides; what follows is in steps.py.

`decide_act`:
1. One act per case, document type and `once`: a lock on these three, then a look. A job that runs twice decides once.
2. The next number of the administration in this year: the local one, which is the date the act bears.
3. Salt and seal: the facts, as the QR code will carry them, signed with the administration's key.
4. The row, state *decided*; the commitment of the facts queued for the log.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from uuid import UUID, uuid4

from django.db import connection

from bierger.administrations.selectors import administration
from bierger.documents.errors import FactsRefused
from bierger.documents.models import Act
from bierger.documents.plugins.words import plain_name
from bierger.infra import clock
from bierger.ledger import selectors as log
from bierger.ledger import services as ledger
from bierger_core.seals import MAX_FACTS, Claims, DocumentType, facts_commitment, fitted, names_fit, seal
from bierger_core.values import SALT_BYTES, Kind, local_date


def decide_act(
    *,
    case_id: UUID,
    administration_id: UUID,
    document_type: str,
    facts: Mapping[str, str],
    fields: Mapping[str, str],
    template: bytes,
    language: str,
    title: str,
    holder_space: UUID | None,
    holder_link: str | None,
    package_digest: str,
    number: str | None = None,
    once: str = "",
    replaces: UUID | None = None,
) -> UUID:
    """Decide and seal an act; gives back its id, the first act's when it was decided before.

    facts    what the seal says, flat strings in display order; the act's number is added in front as `number`
    fields   further strings for the template, whole
    once     tells apart several acts of one type in one case (a task's id)
    replaces the act whose place this one takes (`services.replace_act`)
    Raises FactsRefused for more facts, or longer names of facts, than `./bierger check` lets pass.
    """
    _lock(f"{case_id}/{document_type}/{once}")
    before = Act.objects.filter(case_id=case_id, document_type=document_type, once=once).values_list("id", flat=True).first()
    if before is not None:
        return before
    issued_at = clock.now().replace(microsecond=0)
    given_number = number or _next_number(administration_id, local_date(issued_at).year)
    named = {"number": given_number, **short_names(facts)}
    if not names_fit(named):
        raise FactsRefused(f"A seal carries 1 to {MAX_FACTS} facts with short names.", code="act-facts-count", most=MAX_FACTS)
    sealed_facts = fitted(named)  # what somebody is called never stops an act: the code shortens it, visibly; the paper does not
    claims = Claims(administration(id=administration_id).code, issued_at, document_type, sealed_facts)
    salt = secrets.token_bytes(SALT_BYTES)
    leaf = facts_commitment(claims, salt)
    act = Act(
        id=uuid4(),
        case_id=case_id,
        administration=administration_id,
        issuer=claims.issuer,
        number=given_number,
        document_type=document_type,
        once=once,
        title=title,
        language=language,
        facts=[[name, value] for name, value in sealed_facts.items()],
        fields=dict(fields),
        template=template.decode("utf-8"),
        package_digest=package_digest,
        seal=_sealed(claims, salt, administration_id),
        facts_salt=salt,
        facts_commitment=leaf,
        holder_space=holder_space,
        holder_link=holder_link,
        decided_at=issued_at,
        replaces=replaces,
        status_place=_next_place(administration_id, claims.issuer),
    )
    act.save(force_insert=True)
    ledger.queue(commitment=leaf, kind=Kind.FACTS)
    return act.id


def _sealed(claims: Claims, salt: bytes, administration_id: UUID) -> str:
    return seal(
        claims,
        document_type=DocumentType(claims.document_type, tuple(claims.facts)),
        salt=salt,
        log_origin=log.origin(),
        signer=ledger.signer_for(administration_id=administration_id),
    )


def mark_delivered(*, act: UUID) -> bool:
    """The last step: the holder has it. False when it was delivered before, is not rendered yet, or was revoked meanwhile."""
    changed = Act.objects.filter(id=act, state="rendered", file_logged_at__isnull=False, revoked_at__isnull=True).update(
        state="delivered", delivered_at=clock.now()
    )
    return changed == 1


def short_names(facts: Mapping[str, str]) -> dict[str, str]:
    """Facts under the names a seal carries: `person.family_name` becomes `family-name`, for every letter is printed.

    Where two would get the same short name, they keep their long ones (`person-name`, `organisation-name`).
    """
    short = {name: plain_name(name.rpartition(".")[2]) for name in facts}
    taken = list(short.values())
    return {
        (short[name] if taken.count(short[name]) == 1 and short[name] != "number" else plain_name(name)): value
        for name, value in facts.items()
        if name != "number"
    }


def _next_number(administration_id: UUID, year: int) -> str:
    """`2026-000017`. The counter's row stays locked until the commit: numbers have no holes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_act_counter (administration, year, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (administration, year) DO UPDATE SET last = documents_act_counter.last + 1 RETURNING last",
            [administration_id, year],
        )
        return f"{year}-{cursor.fetchone()[0]:06d}"


def _next_place(administration_id: UUID, issuer: str) -> int:
    """The next place in the issuer's status list, from 0; locked like a number, without holes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_status_counter (issuer, administration, places) VALUES (%s, %s, 1)"
            " ON CONFLICT (issuer) DO UPDATE SET places = documents_status_counter.places + 1 RETURNING places - 1",
            [issuer, administration_id],
        )
        return int(cursor.fetchone()[0])


def _lock(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"documents.act/{name}"])
