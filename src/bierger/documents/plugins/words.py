# SPDX-License-Identifier: EUPL-1.2
"""What sealed codes are called, by language: document types here, facts in the shared vocabulary of the procedures.

Whoever verifies an act has often never seen the procedure it came from; a code without a name is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

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


def plain_name(name: str) -> str:
    """A name of the vocabulary as a seal may carry it: `person.family_name` is `person-family-name`."""
    return name.replace(".", "-").replace("_", "-")


def fact_labels(code: str) -> Mapping[str, str]:
    """Labels of a sealed fact (short or long name) by language; empty for an unknown one."""
    return _OWN_FACTS.get(code) or _vocabulary().get(code, {})


def reading_order(code: str) -> int:
    """Where a fact stands among others: the act's number first, then as in the vocabulary, unknown ones last."""
    known = [*_OWN_FACTS, *_vocabulary()]
    return known.index(code) if code in known else len(known)


@cache
def _vocabulary() -> Mapping[str, Mapping[str, str]]:
    try:
        read = yaml.safe_load(VOCABULARY.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    labels: dict[str, Mapping[str, str]] = {}
    for name, fact in (read.get("facts") or {}).items():
        label = dict(fact.get("label") or {})
        labels.setdefault(plain_name(str(name).rpartition(".")[2]), label)
        labels[plain_name(str(name))] = label
    return labels
