# SPDX-License-Identifier: EUPL-1.2
"""What sealed codes are called, for a verifier that works away from us: acts of release 0.1 do not bring their words along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bierger.documents.plugins.words import DOCUMENT_TYPES, known_facts


@dataclass(frozen=True)
class SealedWords:
    """Names of document types and of facts by language; the facts in reading order."""

    document_types: Mapping[str, Mapping[str, str]]
    facts: tuple[tuple[str, Mapping[str, str]], ...]


def sealed_words() -> SealedWords:
    return SealedWords(DOCUMENT_TYPES, known_facts())
