# SPDX-License-Identifier: EUPL-1.2
"""Uploads are what their bytes say; what is refused has a name."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from bierger.documents.errors import UploadRefused
from bierger.documents.services import inspect_upload


def pdf(password: str = "") -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def photo(kind: str = "JPEG") -> bytes:
    image, out = Image.new("RGB", (40, 20), "red"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[2] = (49.0, 45.0, 0.0)  # where it was taken
    exif[0x0112] = 6  # held upright
    image.save(out, kind, exif=exif)
    return out.getvalue()


def bomb_png(side: int = 50_000) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000)) + chunk(b"IEND", b"")


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 30_000_000)
    return out.getvalue()


def test_a_pdf_passes_unchanged():
    data = pdf()
    upload = inspect_upload(data=data, file_name=" Plan  du\u202e jardin.pdf ", declared_type="application/pdf")
    assert (upload.data, upload.media_type, upload.size) == (data, "application/pdf", len(data))
    assert upload.file_name == "Plan du jardin.pdf"
    assert len(PdfReader(io.BytesIO(upload.data)).pages) == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_forgets_where_it_was_taken(kind):
    upload = inspect_upload(data=photo(kind), file_name="poubelle.pdf")
    seen = Image.open(io.BytesIO(upload.data))
    assert not seen.getexif()
    assert seen.size == (20, 40)  # upright, as it was held
    assert upload.file_name == {"JPEG": "poubelle.jpg", "PNG": "poubelle.png"}[kind]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.pdf", "upload-empty"),
        (b"MZ\x90\0" + b"\0" * 200, "invoice.pdf", "upload-type"),
        (b"\x7fELF" + b"\0" * 200, "invoice.pdf", "upload-type"),
        (b"#!/bin/sh\nrm -rf /\n", "photo.jpg", "upload-type"),
        (b"<html><script>alert(1)</script>", "photo.png", "upload-type"),
        (zip_bomb(), "plans.pdf", "upload-type"),
        (b"GIF89a" + b"\0" * 50, "a.gif", "upload-type"),
        (bomb_png(), "sky.png", "upload-pixels"),
        (photo()[:100], "half.jpg", "upload-broken"),
        (b"%PDF-1.7\nnothing\n%%EOF", "a.pdf", "upload-broken"),
        (pdf()[:-300], "cut.pdf", "upload-broken"),
        (pdf("secret"), "locked.pdf", "upload-encrypted"),
        (pdf(), "../../etc/passwd.pdf", "upload-name"),
        (pdf(), "C:\\temp\\a.pdf", "upload-name"),
        (pdf(), "a\0b.pdf", "upload-name"),
        (pdf(), "..", "upload-name"),
    ],
)
def test_what_is_refused_has_a_name(data, name, code):
    with pytest.raises(UploadRefused) as refused:
        inspect_upload(data=data, file_name=name)
    assert refused.value.code == code


def test_too_large_is_said_with_the_limit():
    with pytest.raises(UploadRefused) as refused:
        inspect_upload(data=b"%PDF-" + b"0" * 100, file_name="a.pdf", max_bytes=50)
    assert (refused.value.code, refused.value.data["max_bytes"]) == ("upload-too-large", 50)


def test_what_the_question_does_not_accept_is_refused():
    with pytest.raises(UploadRefused) as refused:
        inspect_upload(data=pdf(), file_name="a.pdf", accepted=["image/jpeg"])
    assert refused.value.data["found"] == "application/pdf"
