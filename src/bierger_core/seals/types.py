# SPDX-License-Identifier: EUPL-1.2
"""What a seal says: document types and claims."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from bierger_core.seals import cbor
from bierger_core.seals.errors import SealError
from bierger_core.values import as_utc, to_epoch

MOST_FACTS = 32
LONGEST_FACT = 300
"""Characters of one fact. A QR code is printed on paper: eight facts of a dozen characters are comfortable."""
LONGEST_ISSUER = 64
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")

CLAIM_ISSUER = 1
CLAIM_ISSUED_AT = 6
CLAIM_ACT = -65537
"""CWT claims (RFC 8392): `iss`, `iat`, and one for private use: `[document type, {name: fact}]`."""


@dataclass(frozen=True)
class DocumentType:
    """A kind of act: its `code`, and the names of its `facts` in the order in which people read them."""

    code: str
    facts: tuple[str, ...]

    def __post_init__(self) -> None:
        if not all(_NAME.fullmatch(name) for name in (self.code, *self.facts)):
            raise SealError("Codes and names of facts are short lower-case words.", code="seal-facts", type=self.code)
        if not 1 <= len(set(self.facts)) == len(self.facts) <= MOST_FACTS:
            raise SealError("A document type has 1 to 32 facts, each once.", code="seal-facts", type=self.code)


DocumentTypes: TypeAlias = Mapping[str, DocumentType]
"""The registry, by code; the caller passes its own."""


@dataclass(frozen=True)
class Claims:
    """What an act says: `issuer` (an administration's code) states `facts` of a `document_type` at an instant.

    `issued_at` is kept to the second. `facts` maps short names to plain texts. Their order is not part of the claims:
    it belongs to the document type, so that claims read back from a table commit to the same leaf.
    """

    issuer: str
    issued_at: datetime
    document_type: str
    facts: Mapping[str, str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "issued_at", as_utc(self.issued_at).replace(microsecond=0))
        object.__setattr__(self, "facts", MappingProxyType(dict(sorted(self.facts.items()))))
        if not 1 <= len(self.issuer) <= LONGEST_ISSUER or not _is_plain(self.issuer) or " " in self.issuer:
            raise SealError("The issuer is a short code.", code="seal-claims", claim="issuer")
        if not _NAME.fullmatch(self.document_type):
            raise SealError("The document type is a short code.", code="seal-claims", claim="document-type")
        if not 1 <= len(self.facts) <= MOST_FACTS:
            raise SealError("A seal has 1 to 32 facts.", code="seal-facts", count=len(self.facts))
        for name, fact in self.facts.items():
            if not _NAME.fullmatch(name) or len(fact) > LONGEST_FACT or not _is_plain(fact):
                raise SealError("A fact is a short plain text.", code="seal-facts", fact=name[:40])

    def __hash__(self) -> int:
        return hash(self.canonical())

    def canonical(self) -> bytes:
        """Deterministic CBOR: what is signed as payload and committed to as the leaf of the facts."""
        claims: dict[int, cbor.Cbor] = {
            CLAIM_ISSUER: self.issuer,
            CLAIM_ISSUED_AT: to_epoch(self.issued_at),
            CLAIM_ACT: [self.document_type, self.facts],
        }
        return cbor.encode(claims)

    def ordered(self, types: DocumentTypes) -> tuple[tuple[str, str], ...]:
        """The facts in reading order; by name if the registry does not know the document type."""
        known = types.get(self.document_type)
        names = known.facts if known is not None and set(known.facts) == set(self.facts) else tuple(self.facts)
        return tuple((name, self.facts[name]) for name in names)


def _is_plain(text: str) -> bool:
    # Control and direction-changing characters could make a screen show something else than what was signed.
    return not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for sign in text)
