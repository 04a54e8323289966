# SPDX-License-Identifier: EUPL-1.2
"""An upload is what its bytes say, not what its name or the browser says.

1. Size, before anything is looked at.
2. The name: one plain base name. A name with a folder in it is refused, not repaired: whoever sends one tries something.
3. The type, from the first bytes. What is not on the list is refused (programs, archives, web pages, ...).
4. The content, opened in the sandbox: a PDF must have its end, pages and no password; a picture must decode within a
   pixel limit and is drawn anew without metadata, so that the place where a photo was taken is never kept by accident.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from bierger.documents.errors import UploadRefused
from bierger.documents.plugins import sandbox
from bierger.documents.plugins.sniffing import sniff
from bierger.documents.types import Upload

ACCEPTED = ("application/pdf", "image/jpeg", "image/png")
MAX_BYTES = 10_000_000
MAX_PIXELS = 60_000_000
SECONDS = 15.0
_SUFFIX = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
_BIDI = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # they make "fdp.exe" look like "exe.pdf"


def safe_name(file_name: str, media_type: str) -> str:
    """A base name to show and to offer for download; its suffix is that of the real type. Raises UploadRefused (upload-name)."""
    name = unicodedata.normalize("NFC", file_name).strip()
    if "/" in name or "\\" in name or name in (".", "..") or any(unicodedata.category(char) == "Cc" for char in name):
        raise UploadRefused("A file name is one name, without a folder.", code="upload-name")
    name = re.sub(r"\s+", " ", name.translate(_BIDI)).strip(" .")
    suffix = _SUFFIX.get(media_type, "")
    stem = PurePosixPath(name).stem if PurePosixPath(name).suffix.lower() in (".pdf", ".jpg", ".jpeg", ".png") else name
    return (stem[:100].strip(" .") or "document") + suffix


def inspect_upload(
    *, data: bytes, file_name: str, declared_type: str = "", accepted: Iterable[str] = ACCEPTED, max_bytes: int = MAX_BYTES
) -> Upload:
    """The upload, checked and cleaned. Raises UploadRefused with a stable code and what the sentence needs in `data`."""
    allowed = tuple(accepted)
    if not data:
        raise UploadRefused("The file is empty.", code="upload-empty")
    if len(data) > max_bytes:
        raise UploadRefused("The file is too large.", code="upload-too-large", max_bytes=max_bytes, size=len(data))
    found = sniff(data)
    if found not in allowed or found not in _SUFFIX:
        raise UploadRefused(
            "Files of this kind are not accepted.",
            code="upload-type",
            found=found,
            declared=declared_type[:100],
            accepted=allowed,
        )
    name = safe_name(file_name, found)
    answer = sandbox.run(
        "inspect", {"media_type": found, "max_pixels": MAX_PIXELS}, {"data": data}, limits=sandbox.Limits(seconds=SECONDS)
    )
    if answer.outcome in ("timeout", "memory"):
        raise UploadRefused("The file unpacks to more than a document may.", code="upload-bomb")
    if answer.outcome != "ok":
        raise UploadRefused("The file cannot be opened.", code=str(answer.body["code"]), max_pixels=MAX_PIXELS)
    clean = answer.parts["data"]
    return Upload(data=clean, media_type=found, file_name=name, size=len(clean))
