# SPDX-License-Identifier: EUPL-1.2
"""The name of an upload as the browser sent it: one with a folder in it is refused at its field, not repaired.

Django's parser cuts a path off and drops what cannot be printed, so that nothing behind it learns that somebody tried. Ours
gives every file whose name is not plain the one name `REFUSED`, which `documents` refuses (code `upload-name`) like any other
name with a folder in it; the form then says so at the field. No part of what was sent is kept.
"""

from __future__ import annotations

import html
from typing import IO
from urllib.parse import unquote

from django.core.files.uploadhandler import FileUploadHandler, MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser
from django.utils.datastructures import ImmutableList

REFUSED = "\\"
LONGEST = 255  # bytes: no file system in use has a longer name, so no file has one either


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
        return _Parser(META, input_data, ImmutableList(handlers), encoding).parse()  # type: ignore[arg-type]  # the request's own stream


class _Parser(MultiPartParser):
    def sanitize_file_name(self, file_name: str) -> str | None:
        return super().sanitize_file_name(file_name) if is_plain(file_name) else REFUSED
