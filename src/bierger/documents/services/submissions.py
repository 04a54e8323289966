# SPDX-License-Identifier: EUPL-1.2
"""What makes a receipt worth something: the submission's event, committed to the log with the submission itself."""

from __future__ import annotations

import secrets

from bierger.documents.models import Submission
from bierger.documents.plugins.receipts import receipt_code
from bierger.documents.types import SubmissionCode
from bierger.infra import clock
from bierger.infra.rows import insert
from bierger.ledger import services as ledger
from bierger_core.seals import submission_commitment
from bierger_core.values import SALT_BYTES, Kind


def register_submission(*, number: str, event_hash: bytes) -> SubmissionCode:
    """Commit to a submission, in its own transaction. number: of the filing, unique. event_hash: 32 bytes."""
    salt = secrets.token_bytes(SALT_BYTES)
    leaf = submission_commitment(number, event_hash, salt)
    insert([Submission(number=number, event_hash=event_hash, salt=salt, commitment=leaf, at=clock.now())])
    ledger.queue(commitment=leaf, kind=Kind.SUBMISSION)
    return SubmissionCode(
        number=number, event_hash=event_hash, salt=salt, commitment=leaf, code=receipt_code(number, event_hash, salt)
    )
