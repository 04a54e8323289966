# SPDX-License-Identifier: EUPL-1.2
"""Acts taken back, with another in their place or without; and the published list of them.

`revoke_act`, `replace_act`, in the officer's transaction:
1. The act's row is locked: of two officers the second waits, and is then told that it was revoked.
2. The public row (commitment, instant, reason) before the act's own columns: the database takes the one only with the other.
3. A corrected act is decided like any other, with its own number, in the same transaction: at no instant do both hold, or none.
4. Those above are told (`documents.act-revoked`): status lists, holder, case. Who is not told within the hour is told again.

An act that is revoked before it reached its holder is not rendered any more, and never delivered (`steps.py`, `mark_delivered`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from bierger.documents.errors import ActNotFound, AlreadyRevoked, EndsByItself, NoteRefused, NotRevocable
from bierger.documents.models import Act, Revocation
from bierger.documents.plugins.revocations import (
    RevocationList,
    RevocationsUnreadable,
    format_revocations,
    parse_revocations,
)
from bierger.documents.services.acts import decide_act
from bierger.documents.services.document_types import type_of
from bierger.documents.types import LONGEST_NOTE, REPLACED, REVOCATION_REASONS
from bierger.infra import clock, outbox
from bierger.infra.locks import Lock, hold
from bierger.infra.principal import current
from bierger.ledger import selectors as log
from bierger.ledger import services as ledger
from bierger_core.interview import unprintable
from bierger_core.merkle import MerkleError, parse_note
from bierger_core.seals import Revocation as Mark

RENEW_AFTER = timedelta(minutes=10)
_AT_A_TIME = 1_000


def revoke_act(*, act: UUID, reason: str, note: str = "") -> None:
    """Take an act back, with a reason of REVOCATION_REASONS; from now on every check says so, and for ever.

    note    what is wrong, for the holder: never published
    The database lets deciders of the issuing administration do it. Raises ActNotFound (also: not theirs), AlreadyRevoked,
    EndsByItself, NotRevocable, NoteRefused.
    """
    if reason not in REVOCATION_REASONS:
        raise NotRevocable(f"{reason!r} is not a reason for a revocation.", reason=reason)
    row = _locked(act)
    _take_back(row, reason, note, clock.now().replace(microsecond=0))


def replace_act(
    *, act: UUID, facts: Mapping[str, str], fields: Mapping[str, str], template: bytes, title: str, note: str = ""
) -> UUID:
    """Issue a corrected act and take this one back as *replaced*; gives back the id of the new one.

    facts, fields, template, title    as `decide_act` takes them: the whole of the new act, of the same version of the package
    Type, language, case, holder and package are those of the old one. Raises as `revoke_act` does, and FactsRefused.
    """
    row = _locked(act)
    if row.erased_at is not None:  # meanwhile: what was read of it before must not come back in another act
        raise ActNotFound("This act was erased.")
    _take_back(row, REPLACED, note, clock.now().replace(microsecond=0))
    return decide_act(
        case_id=row.case_id,
        administration_id=row.administration,
        document_type=type_of(row),
        facts=facts,
        fields=fields,
        template=template,
        language=row.language,
        title=title,
        holder_space=row.holder_space,
        holder_link=row.holder_link,
        package_digest=row.package_digest,
        once=f"replaces/{row.id}",
        replaces=row.id,
    )


def mark_told(*, act: UUID) -> bool:
    """Holder and case have heard of the revocation (worker). False when they had before."""
    waiting = Act.objects.filter(id=act, revoked_at__isnull=False, revocation_told_at__isnull=True)
    return waiting.update(revocation_told_at=clock.now()) == 1


def tell_again() -> int:
    """Send again of which revocations nobody was told, and no job stands for it; gives back how many. System only."""
    untold = Act.objects.filter(revoked_at__lte=clock.now() - outbox.STANDING_AFTER, revocation_told_at__isnull=True)
    some = untold.values_list("id", "case_id")[:_AT_A_TIME]
    return outbox.send_again("documents.act-revoked", [{"act": str(act), "case": str(case)} for act, case in some])


def _locked(act: UUID) -> Act:
    row = Act.objects.select_for_update().filter(id=act).first()
    if row is None:
        raise ActNotFound("No such act, or not this officer's to revoke.")
    if row.revoked_at is not None:
        raise AlreadyRevoked("This act was revoked before.", at=row.revoked_at, reason=row.revocation_reason)
    if row.ends_at is not None:
        raise EndsByItself("A short-lived act is not taken back: who checks it offline would not learn of it.", at=row.ends_at)
    return row


def _take_back(row: Act, reason: str, note: str, now: datetime) -> None:
    said = note.strip()
    if len(said) > LONGEST_NOTE or unprintable(said, lines=True):
        raise NoteRefused("The note is too long, or has characters that cannot be printed.", most=LONGEST_NOTE)
    Revocation.objects.create(commitment=bytes(row.facts_commitment), revoked_at=now, reason=reason)
    taken = Act.objects.filter(id=row.id, revoked_at__isnull=True)
    if taken.update(revoked_at=now, revocation_reason=reason, revocation_note=said, revoked_by=current().officer) != 1:
        raise NotRevocable("This act is not this officer's to revoke.")
    outbox.send("documents.act-revoked", act=str(row.id), case=str(row.case_id))


def publish_revocations() -> int:
    """Publish the list if it changed or grew old; 1 when it was published. Worker only.

    One publisher at a time, in the whole installation: of two, the slower would put its older reading over the newer one, and an
    act would be in force again for a minute. It is the lock of the status lists, which are made from the same rows.
    """
    hold(Lock.STATUS_LISTS)
    rows = Revocation.objects.order_by("revoked_at")
    revoked = {bytes(row.commitment): Mark(row.revoked_at, row.reason) for row in rows}
    now = clock.now().replace(microsecond=0)
    published = _published()
    if published is not None and dict(published.revoked) == revoked and abs(now - published.at) < RENEW_AFTER:
        return 0
    text = format_revocations(RevocationList(log.origin(), now, revoked))
    return int(ledger.publish_note(name="revocations", text=text))


def _published() -> RevocationList | None:
    note = log.published_note("revocations")
    try:
        return None if note is None else parse_revocations(parse_note(note).text)
    except (MerkleError, RevocationsUnreadable):
        return None  # a damaged file is written anew
