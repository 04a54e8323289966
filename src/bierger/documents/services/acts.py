# SPDX-License-Identifier: EUPL-1.2
"""Acts: decided here, in the transaction that decides; what follows is in steps.py.

`decide_act`, and `decide_acts` for many of one type at once:
1. One act per case, document type and `once`: a lock, then a look. A job that runs twice decides once.
2. The next numbers of the administration in this year: the local one, which is the date the acts bear.
3. The document type, registered if these words are new, and the next places in the issuer's status list; short-lived acts
   have none.
4. Salt and seal: the facts, as the QR code will carry them, signed with the administration's key.
5. The rows, state *decided*; the commitments of the facts queued for the log.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from uuid import UUID

from django.db import connection

from bierger.administrations.selectors import administration
from bierger.documents.errors import FactsRefused
from bierger.documents.models import Act
from bierger.documents.services.document_types import register_type
from bierger.infra import clock
from bierger.infra.locks import Lock, hold
from bierger.infra.rows import insert
from bierger.ledger import selectors as log
from bierger.ledger import services as ledger
from bierger_core.procedures import NUMBER, short_names
from bierger_core.seals import MAX_FACTS, Claims, RegisteredType, facts_commitment, fitted, names_fit, seal, text_room
from bierger_core.values import SALT_BYTES, Kind, LocalSigner, local_date

_ROWS = 500  # of one INSERT


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An act to be decided. Each field as `decide_act` takes it."""

    case_id: UUID
    administration_id: UUID
    document_type: RegisteredType
    facts: Mapping[str, str]
    fields: Mapping[str, str]
    template: bytes
    language: str
    title: str
    holder_space: UUID | None
    holder_link: str | None
    package_digest: str
    number: str | None = None
    once: str = ""
    replaces: UUID | None = None


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
    wanted = Wanted(
        case_id=case_id, administration_id=administration_id, document_type=document_type, facts=facts, fields=fields,
        template=template, language=language, title=title, holder_space=holder_space, holder_link=holder_link,
        package_digest=package_digest, number=number, once=once, replaces=replaces,
    )  # fmt: skip
    return decide_acts(wanted=[wanted], lock=f"{case_id}/{document_type.code}/{once}")[0]


def decide_acts(*, wanted: Sequence[Wanted], lock: str) -> list[UUID]:
    """Decide and seal acts of one administration and one code, at least one; their ids, in order, as from `decide_act`.

    The administration's numbers and places wait for the caller's commit. lock: what any two have in common that might decide the
    same act at once. Raises FactsRefused: then none is decided.
    """
    hold(Lock.ACT, lock)
    code, administration_id = wanted[0].document_type.code, wanted[0].administration_id
    before = Act.objects.filter(
        case_id__in={one.case_id for one in wanted}, document_type=code, once__in={one.once for one in wanted}
    )
    known = {(case, once): act for case, once, act in before.values_list("case_id", "once", "id")}
    fresh = {(one.case_id, one.once): one for one in wanted if (one.case_id, one.once) not in known}
    if fresh:
        known |= _decided(list(fresh.values()), administration_id)
    return [known[one.case_id, one.once] for one in wanted]


def _decided(wanted: Sequence[Wanted], administration_id: UUID) -> dict[tuple[UUID, str], UUID]:
    issued_at = clock.now().replace(microsecond=0)
    year = local_date(issued_at).year
    unnumbered = sum(one.number is None for one in wanted)
    numbers = _next_numbers(administration_id, year, unnumbered) if unnumbered else count()
    listed = sum(not one.document_type.is_short_lived for one in wanted)
    sealing = _Sealing(administration_id, administration(id=administration_id).code, listed)
    signer = ledger.signer_for(administration_id=administration_id, at=issued_at)
    acts = []
    for one in wanted:
        given_number = one.number or f"{year}-{next(numbers):06d}"
        named = _sealed_facts(one.document_type, sealing.issuer, given_number, one.facts)
        claims = Claims(sealing.issuer, issued_at, one.document_type.code, named)
        acts.append(_act(one, given_number, claims, sealing.seal(claims, one.document_type, signer)))
    for first in range(0, len(acts), _ROWS):
        insert(acts[first : first + _ROWS])
    ledger.queue_all(commitments=[bytes(act.facts_commitment) for act in acts], kind=Kind.FACTS)
    return {(act.case_id, act.once): act.id for act in acts}


def _act(one: Wanted, number: str, claims: Claims, sealed: _Sealed) -> Act:
    return Act(
        case_id=one.case_id,
        administration=one.administration_id,
        issuer=claims.issuer,
        number=number,
        document_type=claims.document_type,
        once=one.once,
        title=one.title,
        language=one.language,
        facts=[[fact.name, claims.facts[fact.name]] for fact in sealed.registered.facts],
        fields=dict(one.fields),
        template=one.template.decode("utf-8"),
        package_digest=one.package_digest,
        seal=sealed.code,
        facts_salt=sealed.salt,
        facts_commitment=sealed.leaf,
        holder_space=one.holder_space,
        holder_link=one.holder_link,
        decided_at=claims.issued_at,
        replaces=one.replaces,
        status_place=sealed.place,
        valid_until=sealed.registered.last_day(claims.issued_at),
        ends_at=sealed.registered.ends_at(claims.issued_at) if sealed.registered.is_short_lived else None,
    )


@dataclass(frozen=True)
class _Sealed:
    """An act's seal: the type as registered, its place in the status list, if any, the salt, the leaf, the text of the code."""

    registered: RegisteredType
    place: int | None
    salt: bytes
    leaf: bytes
    code: str


def _sealed_facts(document_type: RegisteredType, issuer: str, number: str, facts: Mapping[str, str]) -> dict[str, str]:
    """The facts under their short names, as the code will carry them."""
    named = {NUMBER: number, **{short: facts[name] for name, short in short_names(facts).items()}}
    if not names_fit(named) or set(named) != set(document_type.document_type.facts):
        raise FactsRefused(f"A seal carries the 1 to {MAX_FACTS} facts of its type.", code="act-facts-count", most=MAX_FACTS)
    # What somebody is called never stops an act: the code shortens it, visibly; the paper does not.
    held = document_type.holding(named)
    room = text_room(held, issuer=issuer, log_origin=log.origin())
    return fitted(named, room=room, kept=[fact.name for fact in held.facts if fact.kind != "text"])


class _Sealing:
    """The seals of some acts of one administration: their types registered once, their places taken together."""

    def __init__(self, administration_id: UUID, issuer: str, listed: int) -> None:
        self.issuer = issuer
        self._registered: dict[RegisteredType, RegisteredType] = {}
        self._places = _next_places(administration_id, issuer, listed) if listed else count()

    def seal(self, claims: Claims, document_type: RegisteredType, signer: LocalSigner) -> _Sealed:
        wanted = document_type.holding(claims.facts)
        if wanted not in self._registered:
            self._registered[wanted] = register_type(wanted)
        registered, salt = self._registered[wanted], secrets.token_bytes(SALT_BYTES)
        place = None if registered.is_short_lived else next(self._places)
        code = seal(claims, document_type=registered, salt=salt, log_origin=log.origin(), signer=signer, status=place)
        return _Sealed(registered, place, salt, facts_commitment(claims, salt, registered=registered, status=place), code)


def mark_delivered(*, act: UUID) -> bool:
    """The last step: the holder has it. False when it was delivered before, is not ready, or was revoked or erased meanwhile."""
    ready = Act.objects.filter(id=act, state="rendered", file_logged_at__isnull=False)
    return ready.filter(revoked_at__isnull=True, erased_at__isnull=True).update(state="delivered", delivered_at=clock.now()) == 1


def _next_numbers(administration_id: UUID, year: int, some: int) -> count[int]:
    """The first of so many, counting on. The counter's row stays locked until the commit: numbers have no holes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_act_counter (administration, year, last) VALUES (%s, %s, %s)"
            " ON CONFLICT (administration, year) DO UPDATE SET last = documents_act_counter.last + excluded.last RETURNING last",
            [administration_id, year, some],
        )
        return count(int(cursor.fetchone()[0]) - some + 1)


def _next_places(administration_id: UUID, issuer: str, some: int) -> count[int]:
    """The first of so many places in the issuer's status list, from 0, counting on; locked like numbers, without holes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_status_counter (issuer, administration, places) VALUES (%s, %s, %s)"
            " ON CONFLICT (issuer) DO UPDATE SET places = documents_status_counter.places + excluded.places RETURNING places",
            [issuer, administration_id, some],
        )
        return count(int(cursor.fetchone()[0]) - some)
