# SPDX-License-Identifier: EUPL-1.2
"""The registry of document types as rows: public, never changed. A compact seal cannot be read without it."""

from __future__ import annotations

from collections.abc import Mapping

from bierger.documents.models import DocumentType
from bierger_core.seals import RegisteredType, Seal, SealError, TypeRegistry, dump_registry, load_type, open_seal

# By digest, which says everything about a type: whatever a row is read for, it is parsed once in a process.
_read: dict[bytes, RegisteredType] = {}


def type_registry() -> TypeRegistry:
    """Every version of every document type that was ever sealed with here, oldest version first."""
    digests = [bytes(one) for one in DocumentType.objects.order_by("code", "version").values_list("digest", flat=True)]
    missing = [digest for digest in digests if digest not in _read]
    for row in DocumentType.objects.filter(digest__in=missing) if missing else ():
        read_type(bytes(row.digest), row.body)
    return TypeRegistry(tuple(_read[digest] for digest in digests if digest in _read))


def types_json() -> bytes:
    """The registry as served. It is not signed: a seal names its type by digest, inside its own signature."""
    return dump_registry(type_registry())


def seal_of(code: str) -> Seal:
    """One of our own seals, read. Raises SealError for anything else."""
    return open_seal(code, type_registry())


def read_type(digest: bytes, body: Mapping[str, object]) -> RegisteredType | None:
    """A row as the core has it; None for one that is no type, or not the one that its digest names.

    The web role registers types when an act is decided, so it can insert rows, never change them. A row that is not what it says
    may not keep others from being read.
    """
    if digest not in _read:
        try:
            found = load_type(body)
        except SealError:
            return None
        if found.digest != digest:
            return None
        _read[digest] = found
    return _read[digest]
