# SPDX-License-Identifier: EUPL-1.2
"""The record of an erasure that is of no case: an account, an office, a round of readings. It names nobody."""

from __future__ import annotations

import datetime as dt
import secrets
from uuid import UUID

from bierger.filings.models import Deletion
from bierger.infra import clock
from bierger.infra.erasures import Destroyed
from bierger.ledger import services as ledger
from bierger_core.seals import DELETION_FORMAT, deletion_commitment
from bierger_core.values import SALT_BYTES, Kind

LAW = {
    "title": "Règlement (UE) 2016/679 du 27 avril 2016 (règlement général sur la protection des données)",
    "eli": "http://data.europa.eu/eli/reg/2016/679/oj", "articles": ["5(1)(e)"],
}  # fmt: skip


def write_record(kind: str, number: UUID, destroyed: Destroyed, *, period: str, due: dt.date, job: str) -> None:
    """The record, and its leaf. The number means nothing elsewhere: what it named is what was destroyed.

    kind     `account`, `office`, `readings`
    period   how long it was kept, ISO 8601
    """
    now = clock.now()
    record: dict[str, object] = {
        "format": DELETION_FORMAT, kind: str(number), "due_on": due.isoformat(), "erased_at": now.isoformat(timespec="seconds"),
        "rule": {"period": period, "until": "day"}, "laws": [LAW], "by": job,
        "destroyed": {one: count for one, count in sorted(destroyed.counts.items()) if count},
    }  # fmt: skip
    if destroyed.readings:
        record["openings"] = {"readings": [one.hex() for one in destroyed.readings]}
    salt = secrets.token_bytes(SALT_BYTES)
    leaf = deletion_commitment(record, salt)
    # After a restore it is erased a second time: the record of the first has gone with what the backup did not have yet.
    Deletion.objects.update_or_create(id=number, defaults={"at": now, "record": record, "salt": salt, "commitment": leaf})
    ledger.queue(commitment=leaf, kind=Kind.DELETION)
