# SPDX-License-Identifier: EUPL-1.2
"""Document types, registered: stored once by their digest, in the transaction that seals the first act of them.

A package has no say over version numbers: two communes may each word a type of the same code. What was registered before with
the same words is found again; other words are the next version.
"""

from __future__ import annotations

from dataclasses import replace

from bierger.documents.models import Act, DocumentType
from bierger.documents.plugins.words import worded_type
from bierger.documents.selectors.document_types import read_type, seal_of, type_registry
from bierger.infra import clock, outbox
from bierger.infra.locks import Lock, hold
from bierger.infra.rows import insert
from bierger.ledger import services as ledger
from bierger_core.seals import RegisteredType, dump_registry


def register_type(wanted: RegisteredType) -> RegisteredType:
    """The type as it is registered, in its right version; the caller's transaction registers it if nobody has.

    1. Is it there, whatever its version? Read without a lock: rows never change.
    2. Lock the code, look again, take the next version. Two that come with the same words register it once.
    """
    found = _registered(wanted)
    if found is not None:
        return found
    hold(Lock.DOCUMENT_TYPE, wanted.code)
    found = _registered(wanted)
    if found is not None:
        return found
    newest = DocumentType.objects.filter(code=wanted.code).order_by("-version").values_list("version", flat=True).first()
    new = replace(wanted, version=(newest or 0) + 1)
    row = DocumentType(
        digest=new.digest, code=new.code, version=new.version, body=new.plain(), registered_at=clock.now()
    )
    insert([row])
    outbox.send("documents.type-registered", code=new.code)
    return new


def type_of(row: Act) -> RegisteredType:
    """The type to seal the successor of an act with: its own, or in its words for an act of release 0.1, which names none."""
    registered = seal_of(row.seal).registered
    if registered is not None:
        return registered
    return worded_type(row.document_type, tuple(str(name) for name, _ in row.facts), title=row.title)


def publish_types() -> int:
    """Put the registry beside the checkpoint, for who reads the log as a folder; 1 when it changed. Worker only."""
    return int(ledger.publish_file(name="types.json", data=dump_registry(type_registry())))


def _registered(wanted: RegisteredType) -> RegisteredType | None:
    """The newest version that says exactly this."""
    for row in DocumentType.objects.filter(code=wanted.code).order_by("-version"):
        known = read_type(bytes(row.digest), row.body)
        if known is not None and replace(known, version=wanted.version) == wanted:
            return known
    return None
