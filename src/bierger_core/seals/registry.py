# SPDX-License-Identifier: EUPL-1.2
"""Registered document types: which facts an act states, in whose words, for how long; so that a seal need not say it.

A compact seal names its type by 12 bytes of the SHA-256 of the type's definition and then lists the facts in its order.
The signature covers those bytes, so whoever hands out a definition cannot change what a signed fact means; nobody
assigns numbers, and two bodies cannot clash. A changed text is a new `version` with another digest; the older ones stay
in the registry for as long as an act of theirs may be shown.

A type whose period is counted in hours, at most `MOST_HOURS`, is short-lived: its acts end by themselves, have no place in
a status list and cannot be taken back.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from types import MappingProxyType
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
    day_end,
    last_day,
    local_date,
    parse_term,
)

FORMAT = "bierger/document-types@v1"
MOST_HOURS = 24
"""Beyond a day an act must be one that can be taken back (ARF 3.0.0, VCR_01: at most 24 hours, or a status list)."""
DIGEST_BYTES = 12
"""96 bits: nobody finds a second definition of the same digest."""
LARGEST_REGISTRY = 4_194_304
FactKind = Literal["text", "date", "choice"]
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RecursionError, CoreError)
_EPOCH = date(1970, 1, 1).toordinal()
_CODE = re.compile(r"[a-z][a-z0-9-]{0,63}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _is_date(value: str) -> bool:
    try:
        return bool(_DATE.fullmatch(value)) and date.fromisoformat(value) is not None
    except ValueError:
        return False  # the form is right and the day does not exist


@dataclass(frozen=True)
class RegisteredFact:
    """One fact: its short `name`, its `kind`, its `label` in four languages. A `date` is written YYYY-MM-DD.

    A `choice` is stated by its code, one of `options`, which has the words of each; a seal names its place among the codes.
    """

    name: str
    kind: FactKind
    label: Text
    options: Mapping[str, Text] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", MappingProxyType(dict(sorted(self.options.items()))))
        if (self.kind == "choice") != bool(self.options) or any(not _CODE.fullmatch(code) for code in self.options):
            raise SealError("A choice, and nothing else, has options with short codes.", fact=self.name)

    def words(self, value: str) -> Text | None:
        """What an option is called; None for what is no choice and says itself."""
        return self.options.get(value)

    def plain(self) -> dict[str, Canonical]:
        """The fact as plain JSON values."""
        said: dict[str, Canonical] = {"name": self.name, "kind": self.kind, "label": self.label.plain()}
        return said | {"options": {code: text.plain() for code, text in self.options.items()}} if self.options else said

    def holds(self, value: str) -> bool:
        """Whether the value is of this kind."""
        return self.kind == "text" or (_is_date(value) if self.kind == "date" else value in self.options)

    def pack(self, value: str) -> str | int:
        """The value as a compact seal carries it: a date as days since 1970-01-01. Raises `SealError` (seal-facts)."""
        if self.kind == "text":
            return value
        if not self.holds(value):
            raise SealError("This fact is a date, written YYYY-MM-DD, or one of some options.", code="seal-facts", fact=self.name)
        return list(self.options).index(value) if self.options else date.fromisoformat(value).toordinal() - _EPOCH

    def unpack(self, packed: object) -> str:
        """What `pack` was given. Raises `SealError` (seal-facts)."""
        if self.kind == "text" and isinstance(packed, str):
            return packed
        if self.kind == "date" and type(packed) is int and 1 <= packed + _EPOCH <= date.max.toordinal():
            return date.fromordinal(packed + _EPOCH).isoformat()
        if self.kind == "choice" and type(packed) is int and 0 <= packed < len(self.options):
            return list(self.options)[packed]
        raise SealError("A fact is not of the kind its document type says.", code="seal-facts", fact=self.name)


@dataclass(frozen=True)
class RegisteredType:
    """A version of a kind of act. `valid_for` is how long an act may be relied on after its day of issue (None: for
    ever); days, weeks, months or years, never working days, which a verifier abroad cannot count. Hours, 1 to
    `MOST_HOURS`, run from the instant of issue: a short-lived act.
    """

    code: str
    version: int
    title: Text
    facts: tuple[RegisteredFact, ...]
    valid_for: Term | None = None

    def __post_init__(self) -> None:
        DocumentType(self.code, tuple(fact.name for fact in self.facts))
        texts = (self.title, *(text for fact in self.facts for text in (fact.label, *fact.options.values())))
        kinds_known = all(fact.kind in get_args(FactKind) for fact in self.facts)
        if self.version < 1 or not kinds_known or any(text.missing(LANGUAGES) for text in texts):
            raise SealError("A document type has a version, kinds of facts, and every text in every language.", type=self.code)
        if self.valid_for is not None and (self.valid_for.unit == "working-days" or self.valid_for.amount < 1):
            raise SealError("An act is valid for hours, days, weeks, months or years.", type=self.code)
        if self.is_short_lived and self.valid_for is not None and self.valid_for.amount > MOST_HOURS:
            raise SealError("An act that cannot be taken back ends within a day.", type=self.code, most=MOST_HOURS)

    @property
    def is_short_lived(self) -> bool:
        """Its acts end within hours: they have no place in a status list, and are never taken back."""
        return self.valid_for is not None and self.valid_for.unit == "hours"

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
            "facts": [fact.plain() for fact in self.facts],
            "valid_for": None if self.valid_for is None else self.valid_for.text(),
        }

    def holding(self, facts: Mapping[str, str]) -> "RegisteredType":
        """The same type, with those facts as text that are not of their kind here: a register may know half a date."""
        kept = tuple(
            fact if fact.holds(facts.get(fact.name, "")) else replace(fact, kind="text", options={}) for fact in self.facts
        )
        return self if kept == self.facts else replace(self, facts=kept)

    def last_day(self, issued_at: datetime) -> date | None:
        """The last day on which an act issued at this instant may be relied on, in Luxembourg; None: no end."""
        if self.valid_for is None:
            return None
        if self.is_short_lived:
            return last_day(issued_at + timedelta(hours=self.valid_for.amount))
        day, amount = local_date(issued_at, LUXEMBOURG), self.valid_for.amount
        try:
            if self.valid_for.unit in {"months", "years"}:
                return add_months(day, amount * (12 if self.valid_for.unit == "years" else 1))
            return date.fromordinal(day.toordinal() + amount * (7 if self.valid_for.unit == "weeks" else 1))
        except (ValueError, OverflowError):
            return date.max  # what a forged seal claims is shown too, and may end after the calendar does

    def ends_at(self, issued_at: datetime) -> datetime | None:
        """The first instant at which it may not be relied on any more; None: no end. Of days, the midnight in Luxembourg."""
        if self.is_short_lived and self.valid_for is not None:
            return issued_at + timedelta(hours=self.valid_for.amount)
        day = self.last_day(issued_at)
        if day == date.max:
            return datetime.max.replace(tzinfo=UTC)
        return None if day is None else day_end(day)


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
        body = json.loads(data.decode()) if len(data) <= LARGEST_REGISTRY else {}
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
        options: object = fact.get("options", {})
        if not isinstance(options, Mapping):
            raise SealError("Options are texts by code.")
        words = {str(code): Text.load(text) for code, text in options.items()}
        yield RegisteredFact(fact["name"], fact["kind"], Text.load(label), words)  # type: ignore[arg-type]  # the type checks it
