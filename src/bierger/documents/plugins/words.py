# SPDX-License-Identifier: EUPL-1.2
"""What is said in acts of release 0.1 (BRG1), by language: their document types here, facts in the shared vocabulary.

Such an act names its type and facts by codes alone; one that this release has no words for is shown as it is. Later acts name a
registered document type, which brings all words itself: nothing is added here any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

from bierger_core.seals import RegisteredFact, RegisteredType
from bierger_core.values import LANGUAGES, Text

VOCABULARY = Path(__file__).resolve().parents[4] / "procedures" / "vocabulary.yaml"

DOCUMENT_TYPES: Mapping[str, Mapping[str, str]] = {
    "residence-certificate": {
        "fr": "Certificat de résidence",
        "de": "Wohnsitzbescheinigung",
        "en": "Residence certificate",
        "lb": "Residenzcertificat",
    },
    "residence-refusal": {
        "fr": "Refus d’un certificat de résidence",
        "de": "Ablehnung einer Wohnsitzbescheinigung",
        "en": "Refusal of a residence certificate",
        "lb": "Refus vun engem Residenzcertificat",
    },
    "building-permit": {
        "fr": "Autorisation de bâtir",
        "de": "Baugenehmigung",
        "en": "Building permit",
        "lb": "Baugenehmegung",
    },
    "building-refusal": {
        "fr": "Refus d’une autorisation de bâtir",
        "de": "Ablehnung einer Baugenehmigung",
        "en": "Refusal of a building permit",
        "lb": "Refus vun enger Baugenehmegung",
    },
    "red-dot": {
        "fr": "Certificat « point rouge »",
        "de": "Bescheinigung „Roter Punkt“",
        "en": "Red-dot certificate",
        "lb": "Certificat „Roude Punkt“",
    },
}
_OWN_FACTS: Mapping[str, Mapping[str, str]] = {
    "number": {"fr": "Numéro de l’acte", "de": "Nummer des Dokuments", "en": "Number of the act", "lb": "Nummer vum Akt"}
}


def document_names(code: str) -> Mapping[str, str]:
    """Names of a document type by language; empty for an unknown one."""
    return DOCUMENT_TYPES.get(code, {})


def fact_labels(code: str) -> Mapping[str, str]:
    """Labels of a sealed fact (short or long name) by language; empty for an unknown one."""
    return _OWN_FACTS.get(code) or _vocabulary().get(code, {})


def worded_type(code: str, facts: Sequence[str], *, title: str) -> RegisteredType:
    """A type in today's words for an act that names none. title: for a type that has no name here."""
    named = document_names(code) or dict.fromkeys(LANGUAGES, title)
    labels = {name: fact_labels(name) or dict.fromkeys(LANGUAGES, name) for name in facts}
    worded = tuple(RegisteredFact(name, "text", Text.of(**label)) for name, label in labels.items())
    return RegisteredType(code, 1, Text.of(**named), worded)


def reading_order(code: str) -> int:
    """Where a fact stands among others: the act's number first, then as in the vocabulary, unknown ones last."""
    known = [*_OWN_FACTS, *_vocabulary()]
    return known.index(code) if code in known else len(known)


def known_facts() -> tuple[tuple[str, Mapping[str, str]], ...]:
    """Every fact that has labels, in reading order; the labels are those of `fact_labels`."""
    return tuple((code, fact_labels(code)) for code in {**_OWN_FACTS, **_vocabulary()})


@cache
def _vocabulary() -> Mapping[str, Mapping[str, str]]:
    try:
        read = yaml.safe_load(VOCABULARY.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    labels: dict[str, Mapping[str, str]] = {}
    for name, fact in (read.get("facts") or {}).items():
        label = dict(fact.get("label") or {})
        labels.setdefault(_plain(str(name).rpartition(".")[2]), label)
        labels[_plain(str(name))] = label
    return labels


def _plain(name: str) -> str:
    return name.replace(".", "-").replace("_", "-")
