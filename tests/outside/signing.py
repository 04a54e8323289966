# SPDX-License-Identifier: EUPL-1.2
"""A PDF with a detached CMS signature made by openssl, for pdfsig alone: a judge who is shown no signature proves nothing.

This is no part of the product and no PAdES.
"""

from __future__ import annotations

import re
from pathlib import Path

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from tests.outside import programs

_ROOM = 8_192  # bytes for the signature
_FAR = 9_999_999_999  # as wide as any position in a file


def signed_pdf(source: Path, folder: Path) -> bytes:
    """The file rewritten with one signature over the whole of it."""
    prepared = folder / "prepared.pdf"
    writer = PdfWriter(clone_from=source)
    _add_field(writer)
    writer.write(prepared)
    data = prepared.read_bytes()
    hole = re.search(rb"<(?:00)+>", data)
    numbers = re.search(rb"\[ ?0 (?:9999999999 ?){3}\]", data)
    assert hole
    assert numbers
    ranges = (0, hole.start(), hole.end(), len(data) - hole.end())
    written = b"[%d %d %d %d" % ranges
    data = data[: numbers.start()] + written.ljust(len(numbers[0]) - 1) + b"]" + data[numbers.end() :]
    (folder / "signed").write_bytes(data[: hole.start()] + data[hole.end() :])
    signature = _cms(folder).hex().encode()
    return data[: hole.start()] + b"<" + signature.ljust(2 * _ROOM, b"0") + b">" + data[hole.end() :]


def _add_field(writer: PdfWriter) -> None:
    signature = DictionaryObject({
        NameObject("/Type"): NameObject("/Sig"),
        NameObject("/Filter"): NameObject("/Adobe.PPKLite"),
        NameObject("/SubFilter"): NameObject("/adbe.pkcs7.detached"),
        NameObject("/ByteRange"): ArrayObject(NumberObject(one) for one in (0, _FAR, _FAR, _FAR)),
        NameObject("/Contents"): ByteStringObject(bytes(_ROOM)),
    })  # fmt: skip
    field = DictionaryObject({
        NameObject("/Type"): NameObject("/Annot"),
        NameObject("/Subtype"): NameObject("/Widget"),
        NameObject("/FT"): NameObject("/Sig"),
        NameObject("/T"): TextStringObject("control"),
        NameObject("/Rect"): ArrayObject(NumberObject(0) for _ in range(4)),
        NameObject("/F"): NumberObject(132),
        NameObject("/P"): writer.pages[0].indirect_reference,
        NameObject("/V"): writer._add_object(signature),
    })  # fmt: skip
    place = writer._add_object(field)
    page = writer.pages[0]
    page[NameObject("/Annots")] = ArrayObject([*page.get("/Annots", ArrayObject()), place])
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([place]), NameObject("/SigFlags"): NumberObject(3)})
    writer.root_object[NameObject("/AcroForm")] = writer._add_object(form)


def _cms(folder: Path) -> bytes:
    key, certificate, out = folder / "control.pem", folder / "control.crt", folder / "cms.der"
    for words in (
        ("req", "-x509", "-newkey", "rsa:2048", "-noenc", "-subj", "/CN=control", "-days", 30, "-keyout", key, "-out", certificate),
        ("cms", "-sign", "-binary", "-md", "sha256", "-signer", certificate, "-inkey", key, "-in", folder / "signed", "-outform", "DER", "-out", out),
    ):
        done = programs.openssl(*words)
        assert done.returncode == 0, done.stderr
    return out.read_bytes()
