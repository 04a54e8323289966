# SPDX-License-Identifier: EUPL-1.2
"""A verdict in words, for the page and for `./bierger verify` alike: what the act is, what it states.

A compact seal names a registered type, which has all the words. An act of release 0.1 names codes; its words are in words.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bierger.documents.plugins.words import document_names, fact_labels, reading_order
from bierger_core.seals import Verdict
from bierger_core.values import LANGUAGES, Text


class WordedFact(NamedTuple):
    """One fact. labels: by language; empty for one that nobody has words for. values: what a choice says, by language."""

    code: str
    value: str
    labels: Mapping[str, str]
    values: Mapping[str, str] = {}


def document_words(verdict: Verdict) -> Mapping[str, str]:
    """What kind of act it is, by language; empty when nothing was read, or nobody has words for it."""
    if verdict.registered is not None:
        return _by_language(verdict.registered.title)
    return {} if verdict.claims is None else document_names(verdict.claims.document_type)


def worded_facts(verdict: Verdict) -> tuple[WordedFact, ...]:
    """The facts in the order in which people read them: of the type, or of the vocabulary, unknown ones last."""
    claims, registered = verdict.claims, verdict.registered
    if claims is None:
        return ()
    if registered is not None:
        stated = [(fact, claims.facts[fact.name]) for fact in registered.facts]
        return tuple(
            WordedFact(fact.name, value, _by_language(fact.label), _by_language(fact.words(value))) for fact, value in stated
        )
    ordered = sorted(claims.facts.items(), key=lambda fact: reading_order(fact[0]))
    return tuple(WordedFact(name, value, fact_labels(name)) for name, value in ordered)


def _by_language(text: Text | None) -> dict[str, str]:
    return {} if text is None else {language: text.in_(language) for language in LANGUAGES}
