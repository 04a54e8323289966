# SPDX-License-Identifier: EUPL-1.2
"""Reading blobs. Another's blob, an erased one and one that never was give the same answer, except to the system."""

from __future__ import annotations

from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bierger.documents.errors import BlobErased, BlobNotFound
from bierger.documents.models import Blob
from bierger.documents.types import BlobContent, BlobInfo
from bierger.infra import blobs

NONCE_BYTES = 12


def blob_info(blob: UUID) -> BlobInfo:
    """What a blob is. Raises BlobNotFound."""
    row = _row(blob)
    return BlobInfo(id=row.id, media_type=row.media_type, file_name=row.file_name, size=row.size, sha256=bytes(row.sha256).hex())


def read_blob(blob: UUID) -> BlobContent:
    """The plain bytes. Raises BlobNotFound (not there, or not yours), BlobErased (its file is gone or no longer opens).

    The caller records the disclosure: only it knows whose data these are and why they are read.
    """
    row = _row(blob)
    try:
        sealed = blobs.read(row.area, row.name)
        data = AESGCM(bytes(row.key)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], row.id.bytes)
    except (blobs.BlobFileError, InvalidTag) as error:
        raise BlobErased("The file of this blob cannot be opened any more.") from error
    return BlobContent(id=row.id, data=data, media_type=row.media_type, file_name=row.file_name, size=row.size)


def _row(blob: UUID) -> Blob:
    row = Blob.objects.filter(id=blob).first()
    if row is None:
        raise BlobNotFound("No such document.")
    return row
