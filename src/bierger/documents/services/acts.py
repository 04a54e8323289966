# SPDX-License-Identifier: EUPL-1.2
"""Acts: decided here, in the transaction that decides; what follows is in steps.py.

`decide_act`:
1. One act per case, document type and `once`: a lock on these three, then a look. A job that runs twice decides once.
2. The next number of the administration in this year: the local one, which is the date the act bears.
3. The document type, registered if these words are new, and the next place in the issuer's status list.
4. Salt and seal: the facts, as the QR code will carry them, signed with the administration's key.
5. The row, state *decided*; the commitment of the facts queued for the log.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from bierger.administrations.selectors import administration
from bierger.documents.errors import FactsRefused
from bierger.documents.models import Act
from bierger.documents.services.document_types import register_type
from bierger.infra import clock
from bierger.ledger import selectors as log
from bierger.ledger import services as ledger
from bierger_core.procedures import NUMBER, short_names
from bierger_core.seals import MAX_FACTS, Claims, RegisteredType, facts_commitment, fitted, names_fit, seal
from bierger_core.values import SALT_BYTES, Kind, local_date


def decide_act(
    *,
    case_id: UUID,
    administration_id: UUID,
    document_type: RegisteredType,
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

    document_type   of the package; registered here, with the version that is due
    facts           what the seal says, flat strings; the act's number is added in front as `number`
    fields          further strings for the template, whole
    once            tells apart several acts of one type in one case (a task's id)
    replaces        the act whose place this one takes (`services.replace_act`)
    Raises FactsRefused for other facts than the type's, more, or with longer names, than `./bierger check` lets pass.
    """
    _lock(f"{case_id}/{document_type.code}/{once}")
    before = Act.objects.filter(case_id=case_id, document_type=document_type.code, once=once).values_list("id", flat=True).first()
    if before is not None:
        return before
    issued_at = clock.now().replace(microsecond=0)
    given_number = number or _next_number(administration_id, local_date(issued_at).year)
    named = _sealed_facts(document_type, given_number, facts)
    claims = Claims(administration(id=administration_id).code, issued_at, document_type.code, named)
    sealed = _seal(claims, document_type, administration_id)
    act = Act.objects.create(
        case_id=case_id,
        administration=administration_id,
        issuer=claims.issuer,
        number=given_number,
        document_type=document_type.code,
        once=once,
        title=title,
        language=language,
        facts=[[fact.name, claims.facts[fact.name]] for fact in sealed.registered.facts],
        fields=dict(fields),
        template=template.decode("utf-8"),
        package_digest=package_digest,
        seal=sealed.code,
        facts_salt=sealed.salt,
        facts_commitment=sealed.leaf,
        holder_space=holder_space,
        holder_link=holder_link,
        decided_at=issued_at,
        replaces=replaces,
        status_place=sealed.place,
        valid_until=sealed.registered.last_day(issued_at),
    )
    ledger.queue(commitment=sealed.leaf, kind=Kind.FACTS)
    return act.id


@dataclass(frozen=True)
class _Sealed:
    """An act's seal: the type as registered, the place in the status list, the salt and the leaf, the text of the code."""

    registered: RegisteredType
    place: int
    salt: bytes
    leaf: bytes
    code: str


def _sealed_facts(document_type: RegisteredType, number: str, facts: Mapping[str, str]) -> dict[str, str]:
    """The facts under their short names, as the code will carry them."""
    named = {NUMBER: number, **{short: facts[name] for name, short in short_names(facts).items()}}
    if not names_fit(named) or set(named) != set(document_type.document_type.facts):
        raise FactsRefused(f"A seal carries the 1 to {MAX_FACTS} facts of its type.", code="act-facts-count", most=MAX_FACTS)
    return fitted(named)  # what somebody is called never stops an act: the code shortens it, visibly; the paper does not


def _seal(claims: Claims, document_type: RegisteredType, administration_id: UUID) -> _Sealed:
    registered = register_type(document_type.holding(claims.facts))
    place = _next_place(administration_id, claims.issuer)
    salt = secrets.token_bytes(SALT_BYTES)
    code = seal(
        claims,
        document_type=registered,
        salt=salt,
        log_origin=log.origin(),
        signer=ledger.signer_for(administration_id=administration_id, at=claims.issued_at),
        status=place,
    )
    return _Sealed(registered, place, salt, facts_commitment(claims, salt, registered=registered, status=place), code)


def mark_delivered(*, act: UUID) -> bool:
    """The last step: the holder has it. False when it was delivered before, is not rendered yet, or was revoked meanwhile."""
    changed = Act.objects.filter(id=act, state="rendered", file_logged_at__isnull=False, revoked_at__isnull=True).update(
        state="delivered", delivered_at=clock.now()
    )
    return changed == 1


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
