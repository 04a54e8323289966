# SPDX-License-Identifier: EUPL-1.2
"""What documents hold of a case, destroyed when its time is over. For the system, under the lock of the case.

Of a file the key goes, with its row; then, after the commit, the file. Of an act go facts, fields, seal, salts and file: what
the log holds of it can never be opened again by us. Whoever has the PDF has its seal, its salts and its proof, and verifies it
as before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from bierger.documents.models import Act, Blob, BlobHolder, Submission, WaitingFile
from bierger.documents.services.blobs import erase_blob
from bierger.infra import clock
from bierger.infra.erasures import Destroyed


def plan_erasure(*, days: Mapping[UUID, date]) -> None:
    """Say of acts on which day they are erased: once, an act that has a day keeps it."""
    for act, day in days.items():
        Act.objects.filter(id=act, erase_on__isnull=True).update(erase_on=day)


def forget_files(*, case: UUID, waiting: Collection[str]) -> Destroyed:
    """Every file of the case but those of its acts, and what was given and never sent (`waiting`: for what, as cases name it)."""
    acts = Act.objects.filter(case_id=case, file__isnull=False).values("file")
    held = BlobHolder.objects.filter(case_id=case).exclude(blob__in=acts).values_list("blob_id", flat=True)
    unsent = WaitingFile.objects.filter(about__in=list(waiting)).values_list("blob_id", flat=True)
    return Destroyed({"attachments": sum(_destroy(blob, case) for blob in sorted({*held, *unsent}))})


def forget_acts(*, acts: Collection[UUID]) -> Destroyed:
    """What these acts say. Their numbers, kinds, days and commitments stay, and what was taken back of them."""
    done = Destroyed()
    for row in Act.objects.select_for_update().filter(id__in=list(acts), erased_at__isnull=True).order_by("id"):
        leaves = [bytes(row.facts_commitment), *([bytes(row.file_commitment)] if row.file_commitment else [])]
        file, case = row.file_id, row.case_id
        Act.objects.filter(id=row.id).update(
            facts=[], fields={}, template="", seal="", facts_salt=b"", file=None, file_sha256=None, file_salt=None,
            revocation_note="", problem="", erased_at=clock.now(),
        )  # fmt: skip
        if file is not None:
            _destroy(file, case)
        done += Destroyed({"acts": 1}, log=tuple(leaves))
    return done


def forget_submission(*, number: str) -> Destroyed:
    """The opening of a receipt's leaf: who holds the receipt has it still."""
    row = Submission.objects.filter(number=number).first()
    if row is None:
        return Destroyed()
    row.delete()
    return Destroyed({"receipts": 1}, log=(bytes(row.commitment),))


def _destroy(blob: UUID, case: UUID) -> bool:
    """The key, then the file. Only another case that holds it keeps it: a space or an office held it for this one."""
    BlobHolder.objects.filter(blob_id=blob, case_id=case).delete()
    if not Blob.objects.filter(id=blob).exists() or BlobHolder.objects.filter(blob_id=blob, case_id__isnull=False).exists():
        return False
    return erase_blob(blob=blob)
