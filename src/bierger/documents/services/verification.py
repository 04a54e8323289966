# SPDX-License-Identifier: EUPL-1.2
"""Anybody's check of a file or a photo: opened in another process, in no transaction; only the reads are in one.

1. What is it? A PDF by its first bytes, a picture by opening it, else text.
2. A PDF of ours is found by its hash. Any other is opened for what it carries, a picture for the text of its QR code: this takes
   seconds, during which nobody's connection to the database is held.
3. What was found is checked (`documents.selectors.verification`).
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from bierger.documents.plugins import sandbox
from bierger.documents.plugins.receipts import find_seal, read_receipt
from bierger.documents.plugins.sniffing import sniff
from bierger.documents.plugins.uploads import MAX_PIXELS
from bierger.documents.selectors.verification import unread, verify_carried, verify_issued, verify_text
from bierger.documents.types import VerificationView
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
    kind = sniff(data)
    text: str | VerificationView
    if kind == "application/pdf":
        return _verify_pdf(data, principal)
    if kind in ("image/png", "image/jpeg"):
        text = _code_in(data)
    else:
        try:
            text = data[:20_000].decode("utf-8-sig")
        except UnicodeDecodeError:
            text = unread("upload-type")
    if isinstance(text, VerificationView):
        return text
    with _reading(principal):
        return verify_text(text)


def _verify_pdf(data: bytes, principal: Principal | None) -> VerificationView:
    with _reading(principal):
        issued = verify_issued(data)
    if issued is not None:
        return issued
    answer = sandbox.run("attachments", {}, {"data": data}, limits=sandbox.Limits(seconds=SECONDS))
    seal = answer.parts.get("seal.txt", b"").decode("ascii", "replace")
    receipt = answer.parts.get("receipt.txt", b"").decode("utf-8", "replace")
    with _reading(principal):
        return verify_carried(data, seal=seal, receipt=receipt)


def _code_in(picture: bytes) -> str | VerificationView:
    """The text of the code of ours in a picture, or why there is none."""
    answer = sandbox.run("codes", {"max_pixels": MAX_PIXELS}, {"data": picture}, limits=sandbox.Limits(seconds=PHOTO_SECONDS))
    texts = answer.body.get("texts") if answer.outcome == "ok" else None
    if not isinstance(texts, list):
        return unread(str(answer.body["code"]) if answer.outcome == "error" else "upload-broken")
    ours = [str(text) for text in texts if find_seal(str(text)) or read_receipt(str(text))]
    return ours[0] if ours else unread("verify-no-code" if not texts else "verify-foreign-code")


def _reading(principal: Principal | None) -> AbstractContextManager[object]:
    return nullcontext() if principal is None else acting_as(principal)
