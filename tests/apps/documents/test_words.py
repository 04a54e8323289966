# SPDX-License-Identifier: EUPL-1.2
"""Acts of release 0.1 name their facts by short codes; the page that checks by itself calls them as the server does."""

from __future__ import annotations

from bierger.documents.plugins.words import fact_labels
from bierger.documents.selectors.sealed_words import sealed_words


def test_the_number_of_an_act_is_not_that_of_an_organisation():
    """Both end with `number`: the act's own facts come before the vocabulary's."""
    facts = dict(sealed_words().facts)
    assert facts["number"]["en"] == fact_labels("number")["en"] == "Number of the act"
    assert facts["organisation-number"]["en"] == "Organisation number"
    assert {code: fact_labels(code) for code in facts} == facts
    assert next(iter(facts)) == "number"
