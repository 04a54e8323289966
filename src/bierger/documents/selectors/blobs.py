# SPDX-License-Identifier: EUPL-1.2
"""Reading blobs. Another's blob, an erased one and one that never was give the same answer, except to the system."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bierger.disclosures import services as disclosures
from bierger.disclosures.types import Purpose, own_data
from bierger.documents.errors import BlobErased, BlobNotFound
from bierger.documents.models import Blob
from bierger.documents.types import BlobContent
from bierger.infra import blobs

NONCE_BYTES = 12
_HELD = "The policy shows a file to who holds it; an officer, whose administration holds it too, reads with a purpose."


@own_data(_HELD)
def read_blob(blob: UUID) -> BlobContent:
    """The plain bytes, for their holder. Raises as `read_attachment`."""
    return _open(blob)


def read_attachment(
    blob: UUID, *, purpose: Purpose, subjects: Iterable[UUID], facts: Iterable[str] = ("attachment",)
) -> BlobContent:
    """The plain bytes of a file in a case, for an officer; one disclosure for `subjects`, those of the case's parties.

    Raises BlobNotFound, BlobErased, infra.blobs.BlobFileError: then nothing was read, and nothing is recorded.
    """
    content = _open(blob)
    disclosures.record(purpose=purpose, subjects=subjects, facts=facts)
    return content


def _open(blob: UUID) -> BlobContent:
    """The plain bytes. Raises BlobNotFound (not there, or not yours), BlobErased (its file is gone or no longer opens),
    infra.blobs.BlobFileError with blob-store-... when nothing can be said, because the store does not answer.
    """
    row = _row(blob)
    try:
        sealed = blobs.read(row.area, row.name)
        data = AESGCM(bytes(row.key)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], row.id.bytes)
    except blobs.BlobFileError as error:
        if error.code not in ("blob-missing", "blob-damaged"):
            raise
        raise BlobErased("The file of this blob cannot be opened any more.") from error
    except InvalidTag as error:
        raise BlobErased("The file of this blob cannot be opened any more.") from error
    return BlobContent(id=row.id, data=data, media_type=row.media_type, file_name=row.file_name, size=row.size)


def _row(blob: UUID) -> Blob:
    row = Blob.objects.filter(id=blob).first()
    if row is None:
        raise BlobNotFound("No such document.")
    return row
