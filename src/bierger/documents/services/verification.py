# SPDX-License-Identifier: EUPL-1.2
"""Anybody's check of a file or a photo: opened in another process, in no transaction; only the reads are in one.

1. What is it? A PDF by its first bytes, a picture by opening it, else text.
2. A PDF of ours is found by its hash. Any other is opened for what it carries, a picture for the text of its QR code: this takes
   seconds, during which nobody's connection to the database is held.
3. What was found is checked (`documents.selectors.verification`), and beside it the signature of a PDF.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from bierger.documents.plugins.opening import NotOpened, open_file
from bierger.documents.plugins.pdf_signatures import said_by, view_of
from bierger.documents.plugins.sniffing import sniff
from bierger.documents.plugins.uploads import MAX_PIXELS
from bierger.documents.selectors.verification import unread, verify_brought, verify_issued
from bierger.documents.services.signing import anchors
from bierger.documents.types import VerificationView
from bierger.infra import clock
from bierger.infra.principal import Principal, acting_as

LARGEST_TO_VERIFY = 25_000_000  # bytes
SECONDS = 15.0
# A photo takes 1 or 2 seconds at most. A picture drawn to be hard (thousands of corners of codes and no code) would take minutes,
# and everybody else's files wait meanwhile.
PHOTO_SECONDS = 6.0


def verify_upload(*, data: bytes, file_name: str, principal: Principal | None = None) -> VerificationView:
    """Check a PDF, a photo of a QR code (PNG, JPEG), or a text with a code in it. Raises SandboxBusy.

    principal    who asks, outside every transaction; None: whoever is acting, in whose transaction all of it happens
    """
    del file_name  # a name proves nothing
    if len(data) > LARGEST_TO_VERIFY:
        return unread("upload-too-large")
    if sniff(data) == "application/pdf":
        with _reading(principal):
            issued = verify_issued(data)
        if issued is not None:  # our own bytes: nobody else need open them
            return replace(issued, signature=view_of(said_by(data, now=clock.now(), anchors=_anchors())))
    try:
        brought = open_file(
            data, now=clock.now(), seconds=SECONDS, photo_seconds=PHOTO_SECONDS, max_pixels=MAX_PIXELS, anchors=_anchors()
        )
    except NotOpened as refused:
        found = unread("upload-broken" if refused.code == "verify-too-hard" else refused.code)
        return replace(found, signature=refused.signature)
    with _reading(principal):
        return replace(verify_brought(data, brought), signature=brought.signature)


def _anchors() -> bytes:
    """Whom to believe about names; nobody, where the web may not read the folder. The check itself goes on without."""
    try:
        return anchors()
    except OSError:
        return b""


def _reading(principal: Principal | None) -> AbstractContextManager[object]:
    return nullcontext() if principal is None else acting_as(principal)
