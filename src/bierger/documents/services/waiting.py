# SPDX-License-Identifier: EUPL-1.2
"""Files given for an answer or a task, from the upload to the sending.

Given: the blob is held by whoever gave it (a space, a private link, an officer) and by nobody of the case; a row says for what it
waits. All that somebody has waiting, for whatever and in however many sessions, stays below MOST_FILES and MOST_BYTES.
Taken out: the blob is erased, its key first.
Sent: in the transaction of the event that names them, case and administration hold the blobs, and the rows go.
Never sent: erased KEPT after it was given.

Each verb takes the giver's lock before it looks, and the lock of a case, if any, comes after it: a file that is being sent is not
taken out at the same time, and two uploads do not both find the last place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Sum

from bierger.documents.errors import UploadRefused
from bierger.documents.models import BlobHolder, WaitingFile
from bierger.documents.services.blobs import erase_blob, hold_blob, store_blob
from bierger.documents.types import Upload
from bierger.infra import believed, clock
from bierger.infra.locks import Lock, hold
from bierger.infra.principal import current

MOST_FILES = 40
MOST_BYTES = 200_000_000
KEPT = timedelta(days=7)  # told to whoever attaches a file
SWEPT_AT_ONCE = 200
_FIELDS = {"person": "space", "link": "link", "officer": "officer"}  # the kind of a giver, and the field that names it


def lock_waiting() -> None:
    """The giver's lock, until the transaction ends. To be taken before the lock of a case. Nothing for who can give nothing."""
    principal = current()
    value = getattr(principal, _FIELDS.get(principal.kind, ""), None)
    if value is not None:
        _lock(_FIELDS[principal.kind], value)


def keep_waiting(*, about: str, question: str, procedure: str, administration: UUID, upload: Upload) -> UUID:
    """Store a checked upload that waits. procedure: of the case, as owner/name.

    Raises UploadRefused (upload-waiting-full), infra.blobs.BlobFileError.
    """
    giver = _giver()
    lock_waiting()
    there = WaitingFile.objects.filter(**giver).aggregate(files=Count("blob"), bytes=Sum("blob__size"))
    if there["files"] >= MOST_FILES or (there["bytes"] or 0) + upload.size > MOST_BYTES:
        raise UploadRefused("Too much waits to be sent.", code="upload-waiting-full", max_files=MOST_FILES, max_bytes=MOST_BYTES)
    who = current()  # a person has a space and nothing else of the three, and so on
    blob = store_blob(
        administration_id=administration, data=upload.data, media_type=upload.media_type, file_name=upload.file_name,
        space=who.space, link=who.link, officer=who.officer,
    )  # fmt: skip
    WaitingFile.objects.create(
        blob_id=blob, procedure=procedure, about=about, question=question, since=clock.now(), **giver
    )
    return blob


def drop_waiting(*, about: str, file: str | None = None) -> int:
    """Erase what waits for `about`, or one file of it; gives back how many. What is not there, or not mine, is passed over."""
    lock_waiting()
    rows = WaitingFile.objects.filter(about=about, **_giver())
    return sum(erase_blob(blob=row.blob_id) for row in rows if file in (None, str(row.blob_id)))


def send_waiting(*, about: str, case: UUID, administration: UUID) -> None:
    """Let case and administration hold what I gave for `about`: from now on it is part of the case."""
    giver = _giver()
    lock_waiting()
    for row in WaitingFile.objects.filter(about=about, **giver):
        hold_blob(blob=row.blob_id, administration=administration)
        if "officer" in giver:  # an applicant keeps what they gave; an officer's stays with the office
            BlobHolder.objects.filter(blob_id=row.blob_id, **giver).delete()
        hold_blob(blob=row.blob_id, case_id=case)  # last: from here on it follows the case
        WaitingFile.objects.filter(blob_id=row.blob_id).delete()


def sweep_waiting() -> int:
    """Erase some of what has waited for longer than KEPT; gives back how many. System only."""
    if not believed.can_be_the_day("sweep-waiting"):
        return 0
    over = list(WaitingFile.objects.filter(since__lt=clock.now() - KEPT).order_by("since")[:SWEPT_AT_ONCE])
    # In one order, so that two sweeps do not wait for each other.
    for name, value in sorted({_named(row) for row in over}):
        _lock(name, value)
    return sum(erase_blob(blob=blob) for blob in _unsent([row.blob_id for row in over]))


def _unsent(blobs: Sequence[UUID]) -> list[UUID]:
    """Again, under the locks: those that were not sent meanwhile. What a case holds does not wait, by policy; it is never swept
    all the same.
    """
    held = BlobHolder.objects.filter(blob__in=blobs, case_id__isnull=False).values_list("blob_id", flat=True)
    return list(WaitingFile.objects.filter(blob__in=blobs).exclude(blob__in=list(held)).values_list("blob_id", flat=True))


def _giver() -> dict[str, UUID | str]:
    """Who acts, as the one field of the row that says so. Raises ValueError for whoever can give nothing."""
    principal = current()
    field = _FIELDS.get(principal.kind, "")
    value = getattr(principal, field, None)
    if value is None:
        raise ValueError(f"{principal.kind} gives no files.")
    return {field: value}


def _named(row: WaitingFile) -> tuple[str, str]:
    return next((name, str(value)) for name in _FIELDS.values() if (value := getattr(row, name)) is not None)


def _lock(name: str, value: UUID | str) -> None:
    hold(Lock.GIVER, f"{name} {value}")
