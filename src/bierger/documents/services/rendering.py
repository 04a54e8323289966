# SPDX-License-Identifier: EUPL-1.2
"""Rendering: the sandbox's answer becomes a PDF or a named error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bierger.documents.errors import (
    LettersMissing,
    OutsideFileRefused,
    PackageImportRefused,
    RenderError,
    RenderMemory,
    RenderTimeout,
    TemplateError,
)
from bierger.documents.plugins import sandbox
from bierger.documents.plugins.letters import drawable
from bierger.documents.types import Attachment, ReceiptData

RECEIPT_TEMPLATE = Path(__file__).parents[1] / "receipt.typ"
SECONDS = 10.0  # a letter takes a hundredth of one
_NAMED = {"render-package-import": PackageImportRefused, "render-outside-file": OutsideFileRefused}


def render_pdf(
    *,
    template: bytes,
    inputs: Mapping[str, str],
    title: str,
    language: str,
    at: datetime,
    qr: str | None = None,
    files: Mapping[str, bytes] | None = None,
    attachments: Sequence[Attachment] = (),
    limits: sandbox.Limits | None = None,
) -> bytes:
    """PDF/A-3a + PDF/UA-1 of a Typst template; the same arguments give the same bytes.

    A letter that no font of ours draws is shown as a box: what somebody is called, or typed, keeps no document from being issued.

    template   sees `sys.inputs` (strings: `inputs`, `title`, `language`), `qr.svg` when `qr` is given, and `files`; nothing else
    at         date of the document (aware)
    Raises RenderTimeout, RenderMemory, PackageImportRefused, OutsideFileRefused, LettersMissing (in the template's own words),
    TemplateError (`.line`).
    """
    return render_parts(
        template=template, inputs=inputs, title=title, language=language, at=at, qr=qr, files=files, attachments=attachments,
        limits=limits,
    )["pdf"]  # fmt: skip


def render_parts(
    *,
    template: bytes,
    inputs: Mapping[str, str],
    title: str,
    language: str,
    at: datetime,
    qr: str | None = None,
    files: Mapping[str, bytes] | None = None,
    attachments: Sequence[Attachment] = (),
    limits: sandbox.Limits | None = None,
    hole: Mapping[str, object] | None = None,
) -> Mapping[str, bytes]:
    """`render_pdf` for a PDF that is to be signed: part `pdf`, and where a hole is asked for, `hollow`, the same with its hole.

    hole    `documents.services.signing.Place.hole`
    """
    parts = {**(files or {}), **{one.name: one.data for one in attachments}, "letter.typ": template}
    body: dict[str, object] = {
        "inputs": {**inputs, "title": title, "language": language},
        "epoch": int(at.timestamp()),
        "attachments": [{"name": one.name, "media_type": one.media_type} for one in attachments],
        **({} if qr is None else {"qr": qr}),
        **({} if hole is None else {"hole": dict(hole)}),
    }
    try:
        return _typeset(body, parts, limits)
    except LettersMissing:
        drawn = {name: drawable(text) for name, text in {**inputs, "title": title}.items()}
        return _typeset({**body, "inputs": {**drawn, "language": language}}, parts, limits)


def _typeset(body: Mapping[str, object], parts: Mapping[str, bytes], limits: sandbox.Limits | None) -> Mapping[str, bytes]:
    answer = sandbox.run("render", body, parts, limits=limits or sandbox.Limits(seconds=SECONDS))
    if answer.outcome == "ok":
        return answer.parts
    raise _error(answer)


def _error(answer: sandbox.Answer) -> RenderError:
    if answer.outcome == "timeout":
        return RenderTimeout("The template does not come to an end.")
    if answer.outcome == "memory":
        return RenderMemory("The template needs more memory than a letter may.")
    code, line = str(answer.body.get("code")), int(str(answer.body.get("line", 0)))
    named = _NAMED.get(code)
    if named is not None:
        return named(f"Line {line} of the template reaches for something it was not given.", line=line)
    message = str(answer.body.get("message", ""))
    if code == LettersMissing.code:
        return LettersMissing(f"Line {line} of the template: {message}", line=line, said=message)
    return TemplateError(f"Line {line} of the template: {message}", line=line, said=message)


def render_receipt(data: ReceiptData) -> bytes:
    """The receipt of a submission as PDF/A-3a + PDF/UA-1, its code as QR and as the attachment `receipt.txt`."""
    inputs = {
        "administration": data.administration,
        "number": data.number,
        "submitted-at": data.submitted_at,
        "event-hash": " ".join(data.event_hash[i : i + 8] for i in range(0, len(data.event_hash), 8)),
        "primary": data.primary,
        "rows": str(len(data.rows)),
        **{f"label-{name}": text for name, text in data.labels.items()},
    }
    for index, (label, value) in enumerate(data.rows):
        inputs[f"row-{index}-label"], inputs[f"row-{index}-value"] = label, value
    return render_pdf(
        template=RECEIPT_TEMPLATE.read_bytes(),
        inputs=inputs,
        title=data.title,
        language=data.language,
        at=data.at,
        qr=data.code,
        attachments=(Attachment("receipt.txt", data.code.encode()),),
    )
