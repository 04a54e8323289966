# SPDX-License-Identifier: EUPL-1.2
"""What the sandbox can do, by name. Runs in the worker only; every function takes (body, parts) and gives back (body, parts).

render         a Typst template -> PDF/A-3a + PDF/UA-1
inspect        an upload -> its type, cleaned bytes
attachments    a PDF -> the files our acts carry (seal and proof), and what its signature says
codes          a photo -> the texts of the QR codes on it, of others' Data Matrix codes where asked
"""

from __future__ import annotations

from datetime import datetime

from bierger.documents.plugins.pdf_signatures import said_by
from bierger.documents.plugins.sandbox.images import clean_image, read_codes
from bierger.documents.plugins.sandbox.pdfs import check_pdf, read_attachments
from bierger.documents.plugins.sandbox.typesetting import render
from bierger.infra.sandbox.worker import Body, Operation, Parts


def inspect(body: Body, parts: Parts) -> tuple[dict[str, object], dict[str, bytes]]:
    """body: media_type as sniffed, max_pixels. parts: data."""
    media_type = str(body["media_type"])
    if media_type == "application/pdf":
        return {"pages": check_pdf(parts["data"])}, {"data": parts["data"]}
    return {}, {"data": clean_image(parts["data"], media_type, max_pixels=int(str(body["max_pixels"])))}


def attachments(body: Body, parts: Parts) -> tuple[dict[str, object], dict[str, bytes]]:
    """body: now (ISO 8601); anchors (PEM), where some are believed. parts: data."""
    now = datetime.fromisoformat(str(body["now"]))
    signature = said_by(parts["data"], now=now, anchors=str(body.get("anchors", "")).encode())
    return {"signature": signature}, read_attachments(parts["data"])


def codes(body: Body, parts: Parts) -> tuple[dict[str, object], dict[str, bytes]]:
    """body: max_pixels; matrix: Data Matrix too. parts: data."""
    found = read_codes(parts["data"], max_pixels=int(str(body["max_pixels"])), matrix=bool(body.get("matrix")))
    return {"texts": found}, {}


OPERATIONS: dict[str, Operation] = {"render": render, "inspect": inspect, "attachments": attachments, "codes": codes}
