# SPDX-License-Identifier: EUPL-1.2
"""What a sender says and hears: entries in three forms, one answer.

`POST /add` takes, by its Content-Type:

* `application/octet-stream`: the body is one entry
* `application/x-tlog-entries`: many, as in a bundle of tlog-tiles: each after its length in two bytes
* `application/json`: `{"entries": ["Base 64", ...]}`

and answers 200 with `{"index": 17, "count": 3, "checkpoint": "the signed note"}`: entries 17 to 19, durable under this
checkpoint. Otherwise `{"code": "...", "message": "..."}`; 503 with Retry-After.
"""

from __future__ import annotations

import base64
import json

from bierger.ledger.plugins.node.batching import Added
from bierger.ledger.plugins.node.errors import NodeError, RequestRefused
from bierger_core.merkle import LONGEST_ENTRY

ONE, MANY, JSON = "application/octet-stream", "application/x-tlog-entries", "application/json"
RETRY_AFTER = 1  # seconds
MOST_ENTRIES = 5_000  # of one request
LARGEST_REQUEST = 8 * 2**20


def read_entries(content_type: str, body: bytes) -> list[bytes]:
    """At least one, each of 65,535 bytes at most. Raises RequestRefused."""
    kind = content_type.partition(";")[0].strip().lower()
    readers = {ONE: lambda: [body], MANY: lambda: _many(body), JSON: lambda: _json(body)}
    if kind not in readers:
        raise RequestRefused("type-unknown", f"Send {ONE}, {MANY} or {JSON}.", 415)
    entries = readers[kind]()
    if not 0 < len(entries) <= MOST_ENTRIES:
        raise RequestRefused("entries-malformed", f"Send between one and {MOST_ENTRIES} entries.", 400)
    if max(map(len, entries)) > LONGEST_ENTRY:
        raise RequestRefused("entry-length", f"An entry has at most {LONGEST_ENTRY} bytes.", 400)
    return entries


def _many(body: bytes) -> list[bytes]:
    entries, position = [], 0
    while position < len(body):
        end = position + 2 + int.from_bytes(body[position : position + 2], "big")
        if end > len(body) or position + 2 > len(body):
            raise RequestRefused("entries-malformed", "The last entry is cut.", 400)
        entries.append(body[position + 2 : end])
        position = end
    return entries


def _json(body: bytes) -> list[bytes]:
    try:
        found = json.loads(body)["entries"]
        if type(found) is list:
            return [_base64(text) for text in found]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise RequestRefused("entries-malformed", 'Send {"entries": ["Base 64", ...]}.', 400)


def _base64(text: str) -> bytes:
    """One value has one text: what another reader would take for other bytes is refused. Raises ValueError, AttributeError."""
    data = base64.b64decode(text.encode("ascii"), validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not canonical Base 64")
    return data


def added(answer: Added, count: int) -> bytes:
    """The body of an answer 200."""
    return json.dumps({"index": answer.first, "count": count, "checkpoint": answer.note.decode()}).encode() + b"\n"


def refused(error: NodeError) -> bytes:
    """The body of any other answer."""
    return json.dumps({"code": error.code, "message": str(error)}).encode() + b"\n"
