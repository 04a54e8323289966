# SPDX-License-Identifier: EUPL-1.2
"""`POST /api/verify`: many codes and files in one request, for firms; anonymous, counted as `/verify` is.

multipart/form-data    any number of `code` and `file` fields
application/json       {"codes": ["BRG2:…", "BRR1:…"]}
The answer: {"results": [{"authentic": …}, …]}, the codes in their order, then the files. Codes of steps and refusals are those of
the command line and never change their meaning; so is `pdf_signature`, which stands beside the verdict. Messages are for logs.
Nothing that is sent is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bierger.documents import selectors as documents
from bierger.documents import services as document_services
from bierger.documents.errors import DocumentsError
from bierger.documents.types import SignatureView, VerificationView
from bierger.infra.brakes import WINDOW, attempt, files_in
from bierger.infra.principal import ANONYMOUS, acting_as, outside_transaction
from bierger_core.values import format_instant

MOST_CODES, MOST_FILES = 100, 10
CODES_OF_A_FILE = 5  # as at /verify: a file is opened, and may take a worker for seconds
LONGEST_CODE = 8000  # characters; a seal has about 500
Result = dict[str, object]


@csrf_exempt  # asked by programs, without a session; nothing is written but the count of attempts
@never_cache
@outside_transaction
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Each file is opened in no transaction of the database, like one that is given at /verify."""
    try:
        codes = _codes(request)
    except SuspiciousOperation:  # too many fields or files, or too much text
        return _refused(413, "request-limit", f"At most {MOST_CODES} codes and {MOST_FILES} files in one request.")
    except (BadRequest, MultiPartParserError):
        codes = None
    if codes is None:
        return _refused(400, "request-format", 'Send multipart/form-data with `code` and `file` fields, or {"codes": [...]}.')
    files = files_in(request)
    if not codes and not files:
        return _refused(400, "nothing-to-verify", "There is neither a code nor a file.")
    if len(codes) > MOST_CODES or files > MOST_FILES:
        return _refused(413, "request-limit", f"At most {MOST_CODES} codes and {MOST_FILES} files in one request.")
    if not attempt(request, "verify", int(settings.BIERGER_VERIFY_LIMIT), times=len(codes) + CODES_OF_A_FILE * files):
        answer = _refused(429, "too-many-requests", "Too many checks from this address; ask again later.")
        answer["Retry-After"] = str(WINDOW)
        return answer
    return JsonResponse({"results": [*_of_codes(codes), *_of_files(request)]})


def _codes(request: HttpRequest) -> list[str] | None:
    if request.content_type != "application/json":
        return [code[:LONGEST_CODE] for code in request.POST.getlist("code")]
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    codes = body.get("codes") if isinstance(body, dict) else None
    if not isinstance(codes, list) or not all(isinstance(one, str) for one in codes):
        return None
    return [code[:LONGEST_CODE] for code in codes]


def _of_codes(codes: list[str]) -> Iterator[Result]:
    with acting_as(ANONYMOUS):
        for code in codes:
            yield _plain(documents.verify_text(code))


def _of_files(request: HttpRequest) -> Iterator[Result]:
    for _name, files in request.FILES.lists():
        for file in files:
            named: Result = {"file": file.name or ""}
            try:
                found = document_services.verify_upload(data=file.read(), file_name="", principal=ANONYMOUS)
                yield named | _plain(found) | {"pdf_signature": _signature(found.signature)}
            except DocumentsError as refused:  # the worker is busy: this file was not looked at
                yield named | {"authentic": "unknown", "error": {"code": refused.code, "message": str(refused)}}


def _plain(found: VerificationView) -> Result:
    place = {"origin": found.log_origin, "index": found.log_index, "size": found.log_size}
    steps = [{"name": step.name, "outcome": step.outcome, "code": "" if step.code == "ok" else step.code} for step in found.steps]
    return {
        "authentic": found.authentic,
        "subject": found.subject,
        "steps": steps,
        "issuer": found.issuer,
        "issued_at": None if found.issued_at is None else format_instant(found.issued_at),
        "document_type": found.document_type,
        "document_names": dict(found.document_names),
        "number": found.number,
        "facts": {fact.code: fact.value for fact in found.facts},
        "valid_until": None if found.valid_until is None else found.valid_until.isoformat(),
        "ends_at": None if found.ends_at is None else format_instant(found.ends_at),
        "is_over": found.is_over,
        "short_lived": found.short_lived,
        "revoked_at": None if found.revoked_at is None else format_instant(found.revoked_at),
        "revocation_reason": found.revocation_reason,
        "successor": found.successor,
        "log": None if found.log_index is None else place,
    }


def _signature(said: SignatureView | None) -> Result | None:
    """As `./bierger verify --json` says it; `believed` only where this installation has an authority of its own."""
    if said is None or said.code != "ok":
        return None if said is None else {"valid": False, "code": said.code}
    believed = {} if said.is_ours is None else {"believed": said.is_ours}
    times = {"time_stamp": said.at, "certificate_from": said.valid_from, "certificate_until": said.valid_until}
    dated: Result = {name: None if at is None else format_instant(at) for name, at in times.items()}
    return {"valid": True, "by": said.by, "vouched_by": said.vouched_by, "dated_by": said.dated_by} | dated | believed


def _refused(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": message}}, status=status)
