# SPDX-License-Identifier: EUPL-1.2
"""Blobs: written before their row, erased by destroying their key.

Store: 1. a new key; 2. encrypt; 3. the ciphertext is on disk for good; 4. the row, with the caller's transaction. A rollback or a
crash between 3 and 4 leaves noise without a key, which `sweep_orphans` takes away.
Erase: 1. the row, and with it the only copy of the key; 2. after the commit, the file. A crash between leaves the same noise.
Backups of the database hold keys: they are covered when the oldest backup is older than the erasure (see the backup page).
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Mapping, Sequence
from itertools import islice
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from bierger.documents.models import Blob, BlobHolder
from bierger.documents.selectors import read_blob
from bierger.infra import believed, blobs, clock
from bierger.infra.rows import insert

logger = logging.getLogger("bierger.documents")
KEY_BYTES, NONCE_BYTES = 32, 12
ORPHAN_SECONDS = 3600.0  # longer than any transaction that has written its file and not yet its row
SWEPT_AT_ONCE = 500


def store_blob(
    *,
    administration_id: UUID,
    data: bytes,
    media_type: str,
    file_name: str,
    space: UUID | None = None,
    link: str | None = None,
    administration: UUID | None = None,
    case_id: UUID | None = None,
    officer: UUID | None = None,
) -> UUID:
    """Keep bytes for an administration; the holders named may read them (see `hold_blob`).

    Raises infra.blobs.BlobFileError when the store cannot keep them: then nothing may be acknowledged.
    """
    row = write_blob(administration_id=administration_id, data=data, media_type=media_type, file_name=file_name)
    holders = {"space": space, "link": link, "officer": officer, "administration": administration, "case_id": case_id}
    insert_blobs([(row, holders)])
    return row.id


def copy_blob(*, blob: UUID, administration_id: UUID, space: UUID | None = None, link: str | None = None) -> UUID:
    """The same bytes once more, for an administration, under a name and a key of their own: either outlives the other's erasure.

    Raises as `selectors.read_blob` and `store_blob`.
    """
    found = read_blob(blob)
    return store_blob(
        administration_id=administration_id, data=found.data, media_type=found.media_type, file_name=found.file_name,
        space=space, link=link,
    )  # fmt: skip


def write_blob(*, administration_id: UUID, data: bytes, media_type: str, file_name: str) -> Blob:
    """Steps 1 to 3: the row to be inserted by `insert_blobs`, soon (ORPHAN_SECONDS). Needs no database.

    Raises infra.blobs.BlobFileError.
    """
    blob_id = uuid4()
    key, nonce = AESGCM.generate_key(KEY_BYTES * 8), secrets.token_bytes(NONCE_BYTES)
    # The identifier is bound in: a row that points to another blob's file does not open it, even with the right key.
    sealed = nonce + AESGCM(key).encrypt(nonce, data, blob_id.bytes)
    area = str(administration_id)
    return Blob(
        id=blob_id,
        administration=administration_id,
        area=area,
        name=blobs.put(area, sealed),
        key=key,
        sha256=hashlib.sha256(data).digest(),
        size=len(data),
        media_type=media_type,
        file_name=file_name,
        created_at=clock.now(),
    )


def insert_blobs(rows: Sequence[tuple[Blob, Mapping[str, UUID | str | None]]]) -> None:
    """Step 4, with who holds each: space, link, officer, administration, case_id.

    Holders of a blob come in one statement, while nobody holds it: afterwards the database lets only a holder name further ones.
    """
    insert([row for row, _ in rows])
    insert([holder for row, named in rows for holder in _holders(row.id, named)], once=True)


def _holders(blob: UUID, named: Mapping[str, UUID | str | None]) -> list[BlobHolder]:
    return [BlobHolder(blob_id=blob, **{field: value}) for field, value in named.items() if value is not None]


def hold_blob(
    *,
    blob: UUID,
    space: UUID | None = None,
    link: str | None = None,
    administration: UUID | None = None,
    case_id: UUID | None = None,
    officer: UUID | None = None,
) -> None:
    """Let others hold a blob: each name given is one more holder. Holding twice is holding once.

    The database refuses it to who does not hold the blob (and is neither worker nor system). Inside `rows.together` it waits for
    the rest, and is refused there.
    """
    named = {"space": space, "link": link, "officer": officer, "administration": administration, "case_id": case_id}
    insert(_holders(blob, named), once=True)


def release_blob(
    *,
    blob: UUID,
    space: UUID | None = None,
    link: str | None = None,
    administration: UUID | None = None,
    case_id: UUID | None = None,
    officer: UUID | None = None,
) -> None:
    """One holder less. A blob held by a case stays; one that only its releasing holder held is erased."""
    named = {"space": space, "link": link, "officer": officer, "administration": administration, "case_id": case_id}
    for field, value in named.items():
        if value is None:
            continue
        mine = BlobHolder.objects.filter(blob_id=blob, **{field: value})
        others = BlobHolder.objects.filter(blob_id=blob).exclude(**{field: value})
        if field == "case_id":
            # A case's hold goes first: until then the database lets nobody erase it, the system neither.
            mine.delete()
            if not others.exists():
                erase_blob(blob=blob)
        # The database does not show everybody a case's hold, nor anybody one of a moment ago, but refuses to erase what it holds.
        elif others.exists() or not erase_blob(blob=blob):
            mine.delete()


def erase_blob(*, blob: UUID) -> bool:
    """Destroy the key, then the file. False, and nothing done, for a blob that is not there, not yours, or part of a case.

    Somebody is making it part of a case at this moment: the DELETE waits for them, and then finds that it is (a trigger of the
    table, with migration 0004). The other way round their hold fails, and with it whatever it belongs to.
    """
    row = Blob.objects.filter(id=blob).first()
    if row is None:
        return False
    deleted, _ = Blob.objects.filter(id=blob).delete()
    if deleted:
        transaction.on_commit(lambda: _delete_file(row.area, row.name))
    return bool(deleted)


def _delete_file(area: str, name: str) -> None:
    """After the commit. The key is gone, which is what counts: a store that does not answer leaves noise to the sweeper."""
    try:
        blobs.delete(area, name)
    except blobs.BlobFileError as error:
        logger.warning("a blob's file is left to the sweeper", extra={"code": error.code})


def sweep_orphans(*, now: float | None = None) -> int:
    """Remove files that no row names; gives back how many. System only: others do not see all rows.

    now: seconds since 1970, of the machine and not of the demonstration's clock, because the files' ages are. Raises
    BlobFileError: what was not looked at waits for the next time.
    """
    if not believed.can_be_the_day("sweep"):
        return 0
    removed = 0
    old = (file for file in blobs.stored(now=time.time() if now is None else now) if file.age > ORPHAN_SECONDS)
    while some := list(islice(old, SWEPT_AT_ONCE)):
        places = Blob.objects.filter(area__in={file.area for file in some}, name__in=[file.name for file in some])
        named = set(places.values_list("area", "name"))  # one question for many files
        for file in some:
            if (file.area, file.name) not in named:
                blobs.delete(file.area, file.name)
                removed += 1
    return removed
