# SPDX-License-Identifier: EUPL-1.2
"""The name of an upload as the browser sent it: one with a folder in it is refused at its field, not repaired.

Django's parser cuts a path off and drops what cannot be printed, so that nothing behind it learns that somebody tried. Ours
gives every file whose name is not plain the one name `REFUSED`, which `documents` refuses (code `upload-name`) like any other
name with a folder in it; the form then says so at the field. No part of what was sent is kept.

The parser also passes over every line of a part's head that is no UTF-8, so that a file with such a name would vanish without a
word. `_PlainHeads` puts a control character in place of each byte that cannot be read, before the parser sees it: such a name is
not plain, and is refused like the others.
"""

from __future__ import annotations

import html
from typing import IO
from urllib.parse import unquote

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser
from django.utils.datastructures import ImmutableList

from bierger_core.procedures import files_at_once

REFUSED = "\\"
HEAD_END = b"\r\n\r\n"
LONGEST_HEAD = 16_384  # bytes: more than Django's parser looks through
LONGEST = 255  # bytes: no file system in use has a longer name, so no file has one either


def most_at_once() -> int:
    """Bytes of files that one request can carry here, in whole megabytes (10^6): what a field may promise."""
    return files_at_once(settings.BIERGER_UPLOAD_LIMIT)


def is_plain(file_name: str) -> bool:
    """Is this the name of a file and nothing more? Also after the decoding that somebody behind us may do."""
    for name in (file_name, html.unescape(file_name), unquote(file_name)):
        if "/" in name or "\\" in name or any(ord(char) < 32 or 127 <= ord(char) < 160 for char in name):
            return False
    return bool(file_name.strip(" .")) and len(file_name.encode("utf-8", "replace")) <= LONGEST


class PlainNames(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS: reads the whole request with a parser that lets no path pass."""

    def handle_raw_input(  # type: ignore[override]  # the stubs say None; Django takes a pair as "already read"
        self, input_data: IO[bytes], META: dict[str, str], content_length: int, boundary: str, encoding: str | None = None  # noqa: ARG002, N803  # Django's signature
    ) -> tuple[object, object]:
        handlers: list[FileUploadHandler] = [MemoryFileUploadHandler(self.request), TemporaryFileUploadHandler(self.request)]
        mark = b"--" + boundary.encode() if isinstance(boundary, str) else b"--" + boundary
        heads = _PlainHeads(input_data, mark)
        # Forms are UTF-8, whatever the request says: Python knows codecs that make no text of bytes, and `zlib` would be a fault.
        return _Parser(META, heads, ImmutableList(handlers), "utf-8").parse()  # type: ignore[arg-type]  # the request's own stream


class _Parser(MultiPartParser):
    def sanitize_file_name(self, file_name: str) -> str | None:
        return super().sanitize_file_name(file_name) if is_plain(file_name) else REFUSED


class _PlainHeads:
    """A multipart body (RFC 7578) as it comes, of which the heads of the parts are UTF-8. Not one byte is added or taken away."""

    def __init__(self, source: IO[bytes], mark: bytes) -> None:
        self.source = source
        self.mark = mark
        self.held = b""  # read, and not given on: it may hold the beginning of a mark or of a head
        self.in_head = False

    def read(self, size: int = -1) -> bytes:
        """Some more of the body; b"" at its end."""
        while True:
            more = self.source.read(size)
            given = self._through(self.held + more, ended=not more)
            if given or not more:
                return given

    def _through(self, data: bytes, *, ended: bool) -> bytes:
        given, place = [], 0
        while (found := data.find(wanted := HEAD_END if self.in_head else self.mark, place)) >= 0:
            part = data[place : found + len(wanted)]
            given.append(_readable(part) if self.in_head and len(part) <= LONGEST_HEAD else part)
            self.in_head, place = not self.in_head, found + len(wanted)
        rest = data[place:]
        if self.in_head and len(rest) > LONGEST_HEAD:
            self.in_head = False  # no head is as long: the parser refuses it
        # A head is held until it is whole; elsewhere, as much as may be the beginning of a mark.
        kept = 0 if ended else len(rest) if self.in_head else min(len(self.mark) - 1, len(rest))
        self.held = rest[len(rest) - kept :]
        return b"".join([*given, rest[: len(rest) - kept]])


def _readable(head: bytes) -> bytes:
    """As many bytes, all of them UTF-8: 0x01, which no plain name holds, for each that is not."""
    return b"".join(
        b"\x01" if "\udc80" <= char <= "\udcff" else char.encode() for char in head.decode("utf-8", "surrogateescape")
    )
