# SPDX-License-Identifier: EUPL-1.2
"""The published list of revocations: signed with the log's key, renewed even when nothing changed, so that its date tells."""

from __future__ import annotations

from datetime import timedelta

from bierger.documents.models import Revocation
from bierger.documents.plugins.revocations import (
    RevocationList,
    RevocationsUnreadable,
    format_revocations,
    parse_revocations,
)
from bierger.infra import clock
from bierger.ledger import selectors as log
from bierger.ledger import services as ledger
from bierger_core.merkle import MerkleError, parse_note
from bierger_core.seals import Revocation as Mark

RENEW_AFTER = timedelta(minutes=10)


def publish_revocations() -> int:
    """Publish the list if it changed or grew old; 1 when it was published. Worker only."""
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
