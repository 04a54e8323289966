# SPDX-License-Identifier: EUPL-1.2
"""The log over HTTP, as tlog-tiles asks: what is final may be cached for ever, what grows must not be.

Nothing here is personal: commitments, public keys and signatures. Reading needs no session and sets no cookie.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from bierger.disclosures import selectors as disclosures
from bierger.documents import selectors as documents
from bierger.documents import services as documents_services
from bierger.documents.errors import SigningUnavailable
from bierger.infra.brakes import WINDOW, attempt
from bierger.infra.principal import ANONYMOUS, acting_as, outside_transaction
from bierger.ledger import selectors as log
from bierger_core.merkle import TileError, format_proof
from bierger_core.values import format_instant

FOREVER = "public, max-age=31536000, immutable"  # a tile's name fixes its bytes
FRESH = "no-cache"  # may be stored, must be asked for again: an old checkpoint would hide a revocation
MINUTE = "public, max-age=60"
_LARGEST = 2**63  # what the database counts to
TEXT = "text/plain; charset=utf-8"
STATUS_LIST = "application/statuslist+cwt"
LARGEST_QUERY = 4_096  # bytes
View = Callable[..., HttpResponse]


def _open_to_all(view: View) -> View:
    """Pages of other origins may read the log: a verifier in a browser is one of them."""

    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    return answer


def _bytes(data: bytes | None, content_type: str, caching: str) -> HttpResponse:
    if data is None:
        raise Http404
    response = HttpResponse(data, content_type=content_type)
    response["Cache-Control"] = caching
    return response


@_open_to_all
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """From the row, not the file: the newest that was ever promised, also right after a crash."""
    head = log.checkpoint()
    return _bytes(None if head is None else head.note, TEXT, FRESH)


@_open_to_all
def tile(_request: HttpRequest, rest: str) -> HttpResponse:
    try:
        data = log.published_tile(f"tile/{rest}")
    except TileError as error:  # no tile's name, or none there yet
        raise Http404 from error
    return _bytes(data, "application/octet-stream", FOREVER)


@_open_to_all
def earlier(_request: HttpRequest) -> HttpResponse:
    """Our logs that ended, if any did: how, and what the next one's first leaf commits to."""
    return _bytes(log.earlier_json(), "application/json", MINUTE)


@_open_to_all
def earlier_checkpoint(_request: HttpRequest, number: int) -> HttpResponse:
    """It grows no more; whoever keeps a larger one should still come and see."""
    return _bytes(log.earlier_checkpoint(number), TEXT, FRESH)


@_open_to_all
def earlier_tile(_request: HttpRequest, number: int, rest: str) -> HttpResponse:
    try:
        data = log.earlier_tile(number, f"tile/{rest}")
    except TileError as error:  # no tile's name, or no such log
        raise Http404 from error
    return _bytes(data, "application/octet-stream", FOREVER)


@_open_to_all
def keys(_request: HttpRequest) -> HttpResponse:
    return _bytes(log.key_list_json(), "application/json", MINUTE)


@_open_to_all
def policy(_request: HttpRequest) -> HttpResponse:
    """A tlog-policy for whoever wants to begin with the log's own word; who wants more writes one with witnesses."""
    return _bytes(log.policy_text(), TEXT, MINUTE)


@_open_to_all
def keys_proof(_request: HttpRequest) -> HttpResponse:
    return _bytes(log.key_list_proof(), TEXT, FRESH)


@_open_to_all
def types(_request: HttpRequest) -> HttpResponse:
    """Without a signature: a seal names its document type by digest, and whoever changes a word changes the digest."""
    return _bytes(documents.types_json(), "application/json", MINUTE)


@_open_to_all
def statuses(_request: HttpRequest, issuer: str) -> HttpResponse:
    """Whoever fetches the whole list tells nobody which act they look at."""
    return _bytes(documents.status_list(issuer), STATUS_LIST, MINUTE)


@_open_to_all
def revocations(_request: HttpRequest) -> HttpResponse:
    """A note signed by the log's key; the worker renews it, since its date is half of what it says."""
    return _bytes(log.published_note("revocations"), TEXT, MINUTE)


@_open_to_all
def readings_batch(_request: HttpRequest, number: int) -> HttpResponse:
    """A batch of readings: leaves that look random to all but those who hold a key (docs/reference/readings.md)."""
    found = disclosures.batch(number) if number < _LARGEST else None
    if found is None:
        raise Http404
    batch = found.tree
    said = {
        "v": found.v, "number": batch.number, "at": format_instant(batch.at), "size": len(batch.leaves), "root": batch.root.hex(),
        "salt": found.salt.hex(), "kept_days": found.kept, "leaves": [leaf.hex() for leaf in batch.leaves],
    }  # fmt: skip
    return _bytes(json.dumps(said).encode(), "application/json", MINUTE)


@_open_to_all
def proof(_request: HttpRequest, commitment: str) -> HttpResponse:
    """The proof of a leaf, for who knows its commitment. Without a salt: that stays with the holder of the document."""
    try:
        leaf = bytes.fromhex(commitment)
    except ValueError as error:
        raise Http404 from error
    found = log.proof(leaf)
    return _bytes(None if found is None else format_proof(found), TEXT, FRESH)


@csrf_exempt  # asked by programs, without a session; nothing is written but the count of attempts
@outside_transaction
@require_POST
def stamp(request: HttpRequest) -> HttpResponse:
    """RFC 3161 over HTTP (section 3.4): a query in, a reply out, a refusal being one too."""
    if settings.BIERGER_TSA != "own":
        raise Http404
    if request.content_type != "application/timestamp-query":
        return HttpResponse("Send a query as application/timestamp-query.\n", content_type=TEXT, status=415)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_QUERY:
        return HttpResponse("No query is that long.\n", content_type=TEXT, status=413)
    if not attempt(request, "stamp", settings.BIERGER_VERIFY_LIMIT):
        wait = {"Retry-After": str(WINDOW)}
        return HttpResponse("Too many queries; ask again later.\n", content_type=TEXT, status=429, headers=wait)
    try:
        with acting_as(ANONYMOUS):
            answer = documents_services.answer_stamp_request(request=request.body)
    except SigningUnavailable:
        return HttpResponse("The authority's key cannot be used.\n", content_type=TEXT, status=503)
    return _bytes(answer, "application/timestamp-reply", "no-store")


@_open_to_all
def certificates(_request: HttpRequest) -> HttpResponse:
    """Whom one has to believe to believe our own signatures and stamps; 404 where they are somebody else's."""
    return _bytes(documents_services.anchors() or None, "application/x-pem-file", MINUTE)
