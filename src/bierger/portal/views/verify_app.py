# SPDX-License-Identifier: EUPL-1.2
"""The verification page as something to install: a page of its own for each language, a manifest, a service worker.

1. `/verify/app/<language>`, with its words in `.json`, is the same for everybody and names nobody: nothing of a person can end
   up in a cache.
2. The service worker's script begins with the list of files it keeps, each with the SHA-256 of its content. A changed file
   changes the script, and so the browser installs the new set as a whole and drops the old one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bierger.portal.plugins.verifier import given
from bierger.ui.context import LANGUAGES

SCOPE = "/verify"
_CODES = tuple(code for code, _name in LANGUAGES)
_SCRIPT = "js/verify-worker.js"
# What pages name by `static`: under the name that carries the content's hash where there is one.
_HASHED = (
    "css/base.css", "css/blocks.css", "css/print.css", "css/tokens.css", "css/verify.css", "img/mark.svg", "img/icon-192.png",
    "vendor/designsystemet/designsystemet.css", "vendor/designsystemet/theme.css",
    "vendor/inter/inter-latin-ext-wght-normal.woff2", "vendor/inter/inter-latin-wght-italic.woff2",
    "vendor/inter/inter-latin-wght-normal.woff2",
    "js/bierger.js", "js/verify/page.js",
)  # fmt: skip
# What scripts import from each other: under their own names.
_IMPORTED = (
    "js/comforts.js", "js/forms.js",
    *(f"js/verify/{name}.js" for name in (
        "base45", "bytes", "cbor", "checking", "earlier", "growth", "inflate", "kept", "keys", "kiosk", "notes", "pdf",
        "pictures", "proofs", "reading", "reading-thread", "result", "revocations", "scan", "seal", "signing", "speech", "trust",
        "types", "verdict", "words",
    )),
    "vendor/noble-ed25519/index.js", "vendor/zxing-wasm/reader/index.js", "vendor/zxing-wasm/share.js",
    "vendor/zxing-wasm/zxing_reader.wasm",
)  # fmt: skip


@cache_control(no_cache=True)
@require_safe
def verify_app(request: HttpRequest, language: str) -> HttpResponse:
    if language not in _CODES:
        raise Http404
    with override(language):
        return render(request, "portal/verify_app.html", {"section": "verify", "code": language, "codes": LANGUAGES})


@cache_control(no_cache=True)
@require_safe
def verify_words(_request: HttpRequest, language: str) -> HttpResponse:
    if language not in _CODES:
        raise Http404
    return JsonResponse(_words(language), json_dumps_params={"ensure_ascii": False})


@cache_control(public=True, max_age=3600)
@require_safe
def verify_manifest(_request: HttpRequest, language: str) -> HttpResponse:
    if language not in _CODES:
        raise Http404
    with override(language):
        body = {
            "id": SCOPE,
            "name": _("Verify a document"),
            "short_name": _("Verify"),
            "description": _(
                "Is this certificate or receipt genuine, and is it still in force? Anybody may ask, without signing in."
            ),
            "lang": language,
            "start_url": f"{SCOPE}/app/{language}",
            "scope": SCOPE,
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#14594f",
            "icons": [
                {"src": static("img/icon-192.png"), "sizes": "192x192", "type": "image/png", "purpose": "any"},
                {"src": static("img/icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any maskable"},
                {"src": static("img/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            ],
        }
    return JsonResponse(body, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@cache_control(no_cache=True)
@require_safe
def verify_worker(_request: HttpRequest) -> HttpResponse:
    files = _files()
    pages = [f"{SCOPE}/app/{code}{ending}" for code in _CODES for ending in ("", ".json")] + [f"{SCOPE}/reader.js"]
    words = hashlib.sha256(json.dumps([_words(code) for code in _CODES], sort_keys=True).encode())
    version = hashlib.sha256(json.dumps([files, _template(), words.hexdigest()], sort_keys=True).encode()).hexdigest()[:20]
    kept = json.dumps({"version": version, "files": files, "pages": pages}, indent=0)
    response = HttpResponse(f"const KEPT = {kept};\n{_read(_SCRIPT).decode()}", content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = SCOPE
    return response


def _words(code: str) -> dict[str, object]:
    with override(code):
        return given(code)


@cache_control(no_cache=True)
@require_safe
def verify_reader(_request: HttpRequest) -> HttpResponse:
    """The thread that reads pictures.

    A service worker hands out, without a network, the thread and what it imports only if its own address is in its scope.
    """
    script = f'import "{settings.STATIC_URL}js/verify/reading-thread.js";\n'
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@cache
def _files() -> Mapping[str, str]:
    """Address -> SHA-256 of what is served there."""
    # A style sheet that was gathered names its fonts by their hashed names: read under the name by which it is served.
    named = [static(name).removeprefix(settings.STATIC_URL) for name in _HASHED]
    return {settings.STATIC_URL + name: hashlib.sha256(_read(name)).hexdigest() for name in (*named, *_IMPORTED)}


def _read(name: str) -> bytes:
    gathered = Path(staticfiles_storage.path(name))
    # Where sources are served as they are, what somebody gathered earlier may be older than they.
    found = finders.find(name) if settings.WHITENOISE_USE_FINDERS or not gathered.is_file() else gathered
    assert found is not None, name
    return Path(found).read_bytes()


@cache
def _template() -> str:
    folder = Path(__file__).resolve().parents[1] / "templates" / "portal"
    texts = [(folder / name).read_bytes() for name in ("verify_app.html", "parts/verifier.html")]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()
