# SPDX-License-Identifier: EUPL-1.2
"""The relay between outbox and jobs; the worker calls it a few times a second."""

from __future__ import annotations

from django.db import connection, transaction

from bierger.infra.jobs import defer_many
from bierger.infra.outbox import handlers_of

BATCH = 200


def relay() -> int:
    """Turn waiting rows into jobs; gives back how many rows. Several relays may run: none takes another's rows."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM infra_outbox WHERE id IN (SELECT id FROM infra_outbox ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)"
            " RETURNING id, topic, ids::text",
            [BATCH],
        )
        rows = sorted(cursor.fetchall())
        defer_many([(topic, name, ids) for _, topic, ids in rows for name in handlers_of(topic)])
    return len(rows)
