# SPDX-License-Identifier: EUPL-1.2
"""The one stylesheet of the simulators."""

from functools import lru_cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse


@lru_cache(maxsize=1)
def _bytes() -> bytes:
    return (Path(__file__).parent / "simulators.css").read_bytes()


def stylesheet(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(_bytes(), content_type="text/css; charset=utf-8", headers={"Cache-Control": "max-age=3600"})
