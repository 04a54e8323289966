# SPDX-License-Identifier: EUPL-1.2
"""What a file brings to its own check, for the page, the interface and `./bierger verify` alike.

A PDF is opened for its attachments, a picture for the text of its QR code, both in another process: whoever wrote the file may be
a stranger. Anything else is text with a code in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bierger.documents.plugins import sandbox
from bierger.documents.plugins.pdf_signatures import view_of
from bierger.documents.plugins.receipts import ReceiptCode, find_seal, read_receipt
from bierger.documents.plugins.sniffing import sniff
from bierger_core.seals.foreign import is_foreign

if TYPE_CHECKING:  # what screens show stands on a framework; `./bierger verify` knows none
    from bierger.documents.types import SignatureView

_LONGEST_TEXT = 20_000


class NotOpened(Exception):
    """There is nothing to check in it; `code` is stable. signature: of a PDF that has nothing else to be checked."""

    def __init__(self, code: str, message: str, signature: SignatureView | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.signature = signature


@dataclass(frozen=True)
class Brought:
    """A seal (`code`) or a receipt, and what travelled with it. is_pdf: a file, whose bytes can be checked themselves.

    signature: of the PDF, where it has one.
    """

    code: str | None = None
    receipt: ReceiptCode | None = None
    is_pdf: bool = False
    facts_proof: bytes | None = None
    file_salt: bytes | None = None
    signature: SignatureView | None = None


def open_file(
    data: bytes, *, now: datetime, seconds: float, photo_seconds: float, max_pixels: int, anchors: bytes = b""
) -> Brought:
    """Open it within so much time. anchors: certificates whose signatures are believed, PEM; now: whether one is still valid.

    Raises NotOpened, SandboxBusy.
    """
    kind = sniff(data)
    if kind == "application/pdf":
        return _open_pdf(data, seconds, {"anchors": anchors.decode("ascii"), "now": now.isoformat()})
    if kind in ("image/png", "image/jpeg"):
        return _read(_code_in(data, photo_seconds, max_pixels))
    try:
        text = data[:_LONGEST_TEXT].decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # an archive, a program, a picture of another kind
        raise NotOpened("upload-type", "This is neither a PDF, a PNG or JPEG picture nor a text: it was not opened.")
    return _read(text)


def foreign_text(data: bytes) -> str | None:
    """The text of somebody else's code (2D-Doc, HCERT), if that is what the bytes are, line ends left out.

    A 2D-Doc of version 1 ends with bytes of any kind. Readers of codes write its separators by name.
    """
    head = data[:_LONGEST_TEXT]
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    text = text.rstrip("\r\n")
    return _with_separators(text) if is_foreign(text) else None


def texts_in_picture(data: bytes, *, seconds: float, max_pixels: int) -> list[str]:
    """The texts of all codes in a picture, Data Matrix too; none if it is no picture. Raises NotOpened, SandboxBusy."""
    if sniff(data) not in ("image/png", "image/jpeg"):
        return []
    return [_with_separators(one) for one in _texts(data, seconds, max_pixels, matrix=True)]


def _with_separators(text: str) -> str:
    return text.replace("<GS>", "\x1d").replace("<RS>", "\x1e").replace("<US>", "\x1f") if text.startswith("DC") else text


def _read(text: str) -> Brought:
    code, receipt = find_seal(text), read_receipt(text)
    if code is None and receipt is None:
        raise NotOpened("verify-not-a-code", "This is neither a PDF, a picture nor the text of a code.")
    return Brought(code, None if code else receipt)


def _open_pdf(data: bytes, seconds: float, body: Mapping[str, object]) -> Brought:
    answer = _opened("attachments", body, data, seconds)
    parts, signature = answer.parts, view_of(answer.body.get("signature"))
    code = find_seal(parts.get("seal.txt", b"").decode("ascii", "replace"))
    receipt = read_receipt(parts.get("receipt.txt", b"").decode("utf-8", "replace"))
    if code is None and receipt is None:
        raise NotOpened("verify-no-seal", "The PDF carries no seal.", signature)
    try:
        salt = bytes.fromhex(parts.get("file-salt.txt", b"").decode("ascii"))
    except ValueError:
        salt = b""
    return Brought(
        code, None if code else receipt, True, parts.get("facts.tlog-proof"), salt if len(salt) == 32 else None, signature
    )


def _code_in(picture: bytes, seconds: float, max_pixels: int) -> str:
    """The text of the code of ours in a picture."""
    found = _texts(picture, seconds, max_pixels)
    ours = [one for one in found if find_seal(one) or read_receipt(one)]
    if ours:
        return ours[0]
    if found:
        raise NotOpened("verify-foreign-code", "The code in this picture is none of an act.")
    raise NotOpened("verify-no-code", "No code of an act was found in this picture.")


def _texts(picture: bytes, seconds: float, max_pixels: int, *, matrix: bool = False) -> list[str]:
    texts = _opened("codes", {"max_pixels": max_pixels, "matrix": matrix}, picture, seconds).body.get("texts")
    return [str(one) for one in texts] if isinstance(texts, list) else []


def _opened(operation: str, body: Mapping[str, object], data: bytes, seconds: float) -> sandbox.Answer:
    """What the worker made of it; raises NotOpened when it refused it, hung or swelled."""
    answer = sandbox.run(operation, body, {"data": data}, limits=sandbox.Limits(seconds=seconds))
    if answer.outcome == "error":
        raise NotOpened(str(answer.body["code"]), "It cannot be opened as a picture.")
    if answer.outcome != "ok":
        used = f"{seconds:g} seconds" if answer.outcome == "timeout" else "the memory it may have"
        raise NotOpened("verify-too-hard", f"It could not be opened within {used}: no letter of ours is like that.")
    return answer
