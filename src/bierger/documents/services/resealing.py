# SPDX-License-Identifier: EUPL-1.2
"""Acts that were sealed for a log which ended before it took them (`./bierger log begin --over`): the next log took them, and
every check refuses them, since their seal names the other.

Nobody has them yet: they were decided, and wait for their leaf. Each is taken back as *replaced* by the same act under a new
number, which is sealed for the log of now, in one transaction. A short-lived act cannot be taken back, and ends before long: its
holder asks for another.
"""

from __future__ import annotations

from collections.abc import Collection

from bierger.documents.models import Act
from bierger.documents.selectors.document_types import seal_of
from bierger.documents.services.revocations import replace_act
from bierger.ledger import selectors as log
from bierger_core.procedures import NUMBER


def seal_again(commitments: Collection[bytes]) -> int:
    """Issue again the acts whose facts are these leaves in another log than their seal names; gives back how many (system)."""
    if not log.earlier_logs():
        return 0
    took = {entry.commitment: entry.origin for entry in log.logged_among(commitments)}
    waiting = Act.objects.filter(facts_commitment__in=list(took), state="decided", ends_at__isnull=True)
    again = 0
    for row in waiting.filter(revoked_at__isnull=True, erased_at__isnull=True).order_by("decided_at", "id"):
        if seal_of(row.seal).log_origin != took[bytes(row.facts_commitment)]:
            facts = {str(name): str(value) for name, value in row.facts if name != NUMBER}
            fields = {str(name): str(value) for name, value in row.fields.items()}
            replace_act(act=row.id, facts=facts, fields=fields, template=row.template.encode(), title=row.title)
            again += 1
    return again
