# SPDX-License-Identifier: EUPL-1.2
"""PDFs of strangers, read in the worker by pypdf: what hangs or swells ends at the worker's limits."""

from __future__ import annotations

import io

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from bierger.infra.sandbox.refusals import Refused

# The files our own acts carry; nothing else is taken out of a stranger's PDF.
OURS = ("seal.txt", "facts.tlog-proof", "file-salt.txt", "receipt.txt")
MAX_ATTACHMENT = 100_000
MAX_PAGES = 2_000
# What pypdf's reader is known to raise on damaged input besides its own errors.
_DAMAGE = (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OverflowError, AssertionError)


def check_pdf(data: bytes) -> int:
    """How many pages. Refuses what is broken, protected by a password or absurdly long."""
    if b"%%EOF" not in data[-2048:]:
        raise Refused("upload-broken")
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise Refused("upload-encrypted")
        pages = len(reader.pages)
    except _DAMAGE as error:
        raise Refused("upload-broken") from error
    if pages == 0 or pages > MAX_PAGES:
        raise Refused("upload-broken")
    return pages


def read_attachments(data: bytes) -> dict[str, bytes]:
    """Our attachments by name; none when the PDF is not ours or cannot be read."""
    found: dict[str, bytes] = {}
    try:
        for item in PdfReader(io.BytesIO(data)).attachment_list:
            if item.name in OURS and item.name not in found:
                content = item.content
                if len(content) <= MAX_ATTACHMENT:
                    found[item.name] = content
    except _DAMAGE:
        return found
    return found
