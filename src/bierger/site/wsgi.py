# SPDX-License-Identifier: EUPL-1.2
"""The web process: `granian --interface wsgi bierger.site.wsgi:application`."""

import io
import os
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any

from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bierger.site.settings")
BODILESS = ("GET", "HEAD", "OPTIONS")
PIECE = 65_536  # bytes read at a time


class Measured:
    """Every body has a declared length, so that one limit holds for all (`site.middleware.UploadLimit`).

    Django takes a body without one (chunked; over HTTP/2 any) for an empty one: what was sent would be lost without a word. Here
    it is read first, into memory and never beyond the limit; a longer one gets a length that is refused.
    """

    def __init__(self, application: "WSGIApplication", limit: int) -> None:
        self.application, self.limit = application, limit

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        undeclared = not environ.get("CONTENT_LENGTH") and environ["REQUEST_METHOD"] not in BODILESS
        # Only such a server says where the body ends; reading on after another's would wait for the next request.
        if undeclared and environ.get("wsgi.input_terminated"):
            body = self._read(environ["wsgi.input"])
            environ = {**environ, "wsgi.input": body, "CONTENT_LENGTH": str(body.getbuffer().nbytes)}
        return self.application(environ, start_response)

    def _read(self, source: IO[bytes]) -> io.BytesIO:
        """The whole body, or one byte more than is allowed."""
        body, left = io.BytesIO(), self.limit + 1
        while left and (piece := source.read(min(PIECE, left))):
            left -= body.write(piece)
        body.seek(0)
        return body


def _application() -> "WSGIApplication":
    from django.conf import settings

    from bierger.site.warm import keep_warm

    whole = get_wsgi_application()
    keep_warm()
    return Measured(whole, settings.BIERGER_UPLOAD_LIMIT)


application = _application()
