# SPDX-License-Identifier: EUPL-1.2
"""Registered document types: which facts an act states, in whose words, for how long; so that a seal need not say it.

A compact seal names its type by 12 bytes of the SHA-256 of the type's definition and then lists the facts in its order.
The signature covers those bytes, so whoever hands out a definition cannot change what a signed fact means; nobody
assigns numbers, and two bodies cannot clash. A changed text is a new `version` with another digest; the older ones stay
in the registry for as long as an act of theirs may be shown.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Literal, get_args

from bierger_core.seals.errors import SealError, UnknownTypeError
from bierger_core.seals.types import DocumentType, DocumentTypes
from bierger_core.values import (
    LANGUAGES,
    LUXEMBOURG,
    Canonical,
    CoreError,
    Term,
    Text,
    add_months,
    canonical_json,
    local_date,
    parse_term,
)

FORMAT = "bierger/document-types@v1"
DIGEST_BYTES = 12
"""96 bits: nobody finds a second definition of the same digest."""
LARGEST_REGISTRY = 4_194_304
FactKind = Literal["text", "date"]
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RecursionError, CoreError)
_EPOCH = date(1970, 1, 1).toordinal()
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _is_date(value: str) -> bool:
    try:
        return bool(_DATE.fullmatch(value)) and date.fromisoformat(value) is not None
    except ValueError:
        return False  # the form is right and the day does not exist


@dataclass(frozen=True)
class RegisteredFact:
    """One fact: its short `name`, its `kind`, its `label` in four languages. A `date` is written YYYY-MM-DD."""

    name: str
    kind: FactKind
    label: Text

    def pack(self, value: str) -> str | int:
        """The value as a compact seal carries it: a date as days since 1970-01-01. Raises `SealError` (seal-facts)."""
        if self.kind == "text":
            return value
        if _is_date(value):
            return date.fromisoformat(value).toordinal() - _EPOCH
        raise SealError("This fact is a date, written YYYY-MM-DD.", code="seal-facts", fact=self.name)

    def unpack(self, packed: object) -> str:
        """What `pack` was given. Raises `SealError` (seal-facts)."""
        if self.kind == "text" and isinstance(packed, str):
            return packed
        if self.kind == "date" and type(packed) is int and 1 <= packed + _EPOCH <= date.max.toordinal():
            return date.fromordinal(packed + _EPOCH).isoformat()
        raise SealError("A fact is not of the kind its document type says.", code="seal-facts", fact=self.name)


@dataclass(frozen=True)
class RegisteredType:
    """A version of a kind of act. `valid_for` is how long an act may be relied on after its day of issue (None: for
    ever); days, weeks, months or years, never working days, which a verifier abroad cannot count.
    """

    code: str
    version: int
    title: Text
    facts: tuple[RegisteredFact, ...]
    valid_for: Term | None = None

    def __post_init__(self) -> None:
        DocumentType(self.code, tuple(fact.name for fact in self.facts))
        texts = (self.title, *(fact.label for fact in self.facts))
        kinds_known = all(fact.kind in get_args(FactKind) for fact in self.facts)
        if self.version < 1 or not kinds_known or any(text.missing(LANGUAGES) for text in texts):
            raise SealError("A document type has a version, kinds of facts, and every text in every language.", type=self.code)
        if self.valid_for is not None and (self.valid_for.unit == "working-days" or self.valid_for.amount < 1):
            raise SealError("An act is valid for days, weeks, months or years.", type=self.code)

    @property
    def document_type(self) -> DocumentType:
        """Code and names in reading order, without words."""
        return DocumentType(self.code, tuple(fact.name for fact in self.facts))

    @cached_property
    def digest(self) -> bytes:
        """12 bytes: how a compact seal names this version."""
        return hashlib.sha256(FORMAT.encode() + b"\n" + canonical_json(self.plain())).digest()[:DIGEST_BYTES]

    def plain(self) -> dict[str, Canonical]:
        """The definition as plain JSON values."""
        return {
            "code": self.code,
            "version": self.version,
            "title": self.title.plain(),
            "facts": [{"name": fact.name, "kind": fact.kind, "label": fact.label.plain()} for fact in self.facts],
            "valid_for": None if self.valid_for is None else self.valid_for.text(),
        }

    def holding(self, facts: Mapping[str, str]) -> "RegisteredType":
        """The same type, with those of its dates as text that are none in these facts: a register may know half a date."""
        kept = tuple(
            fact if fact.kind == "text" or _is_date(facts.get(fact.name, "")) else replace(fact, kind="text")
            for fact in self.facts
        )
        return self if kept == self.facts else replace(self, facts=kept)

    def last_day(self, issued_at: datetime) -> date | None:
        """The last day on which an act issued at this instant may be relied on, in Luxembourg; None: no end."""
        if self.valid_for is None:
            return None
        day, amount = local_date(issued_at, LUXEMBOURG), self.valid_for.amount
        if self.valid_for.unit in {"months", "years"}:
            return add_months(day, amount * (12 if self.valid_for.unit == "years" else 1))
        return date.fromordinal(day.toordinal() + amount * (7 if self.valid_for.unit == "weeks" else 1))


@dataclass(frozen=True)
class TypeRegistry:
    """All versions of all document types that a verifier knows; of each code the versions are distinct."""

    types: tuple[RegisteredType, ...]

    def __post_init__(self) -> None:
        if len({(known.code, known.version) for known in self.types}) != len(self.types):
            raise SealError("A version of a document type is registered twice.")

    def find(self, digest: bytes) -> RegisteredType:
        """The version that a seal names. Raises `UnknownTypeError`."""
        for known in self.types:
            if known.digest == digest:
                return known
        raise UnknownTypeError("The registry does not know this document type.", digest=digest.hex())

    def newest(self, code: str) -> RegisteredType:
        """The version to seal with. Raises `UnknownTypeError`."""
        versions = [known for known in self.types if known.code == code]
        if not versions:
            raise UnknownTypeError("The registry does not know this document type.", type=code[:40])
        return max(versions, key=lambda known: known.version)

    def document_types(self) -> DocumentTypes:
        """The newest version of each code, as `Claims.ordered` takes them."""
        return {known.code: self.newest(known.code).document_type for known in self.types}


NO_TYPES = TypeRegistry(())


def dump_registry(registry: TypeRegistry) -> bytes:
    """The registry as JSON, for verifiers to keep beside the key list. It needs no signature: every seal has one."""
    body = {"format": FORMAT, "types": [known.plain() for known in registry.types]}
    return json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n"


def load_registry(data: bytes) -> TypeRegistry:
    """Read a registry. Raises `SealError` (seal-format)."""
    try:
        body = json.loads(data) if len(data) <= LARGEST_REGISTRY else {}
        if body["format"] == FORMAT:
            return TypeRegistry(tuple(_read_type(plain) for plain in body["types"]))
    except _MALFORMED:
        pass
    raise SealError("This is not a registry of document types.")


def load_type(plain: Mapping[str, object]) -> RegisteredType:
    """Read one definition, as `RegisteredType.plain` gave it. Raises `SealError` (seal-format)."""
    try:
        return _read_type(plain)
    except _MALFORMED:
        raise SealError("This is not the definition of a document type.") from None


def _read_type(plain: Mapping[str, object]) -> RegisteredType:
    """One definition; anything missing or of another type raises one of `_MALFORMED`."""
    code, version, title, facts, valid_for = (plain[name] for name in ("code", "version", "title", "facts", "valid_for"))
    if type(version) is not int or not isinstance(code, str) or not isinstance(title, Mapping) or not isinstance(facts, list):
        raise SealError("A document type is malformed.")
    if valid_for is not None and not isinstance(valid_for, str):
        raise SealError("A period of validity is a term.")
    term = None if valid_for is None else parse_term(valid_for)
    return RegisteredType(code, version, Text.load(title), tuple(_read_facts(facts)), term)


def _read_facts(facts: Iterable[Mapping[str, str]]) -> Iterable[RegisteredFact]:
    for fact in facts:
        label = fact["label"]
        if not isinstance(label, Mapping):
            raise SealError("The label of a fact is a text by language.")
        yield RegisteredFact(fact["name"], fact["kind"], Text.load(label))  # type: ignore[arg-type]  # the type checks it
