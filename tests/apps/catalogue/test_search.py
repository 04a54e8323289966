# SPDX-License-Identifier: EUPL-1.2
"""A reader types the word that comes to mind: word forms, parts of words, typing errors, four languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bierger.administrations import selectors as administrations
from bierger.catalogue import selectors, services
from bierger.catalogue.models import Activation
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from tests.apps.catalogue.samples import VOCABULARY, sample

OFFERED = {
    "dog-tax": {
        "fr": ("Déclarer un chien", "La taxe annuelle sur les chiens.", "chiens, animaux"),
        "de": ("Hund anmelden", "Die jährliche Hundesteuer.", "Hunde, Tiere"),
        "en": ("Register a dog", "The yearly tax on dogs.", "dogs, animals"),
        "lb": ("En Hond umellen", "D'Hondstax fir all Joer.", "Hënn, Déieren"),
    },
    "bulky-waste": {
        "fr": ("Enlèvement des encombrants", "Faire enlever de vieux meubles.", "déchets, poubelles"),
        "de": ("Sperrmüllabfuhr bestellen", "Alte Möbel abholen lassen.", "Abfall, Mülltonne"),
        "en": ("Bulky waste collection", "Have old furniture collected.", "waste, bins"),
        "lb": ("Spärgutt ofhuele loossen", "Al Miwwelen ewechfuere loossen.", "Offall, Dreckskëscht"),
    },
    "market-stall": {
        "fr": ("Emplacement sur le marché", "Vendre au marché hebdomadaire.", "marché, vendre"),
        "de": ("Standplatz auf dem Markt", "Auf dem Wochenmarkt verkaufen.", "Markt, verkaufen"),
        "en": ("Market stall", "Sell at the weekly market.", "market, sell"),
        "lb": ("Stand um Maart", "Um Wochemaart verkafen.", "Maart, verkafen"),
    },
}
THEMES = {"dog-tax": "animals", "bulky-waste": "waste", "market-stall": "business"}


Owner = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def offered(as_owner: Owner) -> None:
    with as_owner(), acting_as(SYSTEM):
        for row in Activation.objects.filter(ends__isnull=True):  # what every test database begins with
            Activation.objects.filter(id=row.id).update(ends=row.starts)
        for name, texts in OFFERED.items():
            files = sample(
                name=name,
                theme=THEMES[name],
                titles={language: (title, f'"{summary}"') for language, (title, summary, _) in texts.items()},
                keywords={language: words for language, (_, _, words) in texts.items()},
            )
            services.activate(digest=services.publish(files=files, vocabulary=VOCABULARY).digest)


@pytest.fixture
def catalogue(offered: None) -> Iterator[None]:
    with acting_as(ANONYMOUS):
        yield


def names(words: str, language: str = "fr", **more: object) -> list[str]:
    return [hit.name for hit in selectors.search(words, language=language, **more)]


COMES_TO_MIND = [
    ("chien", "fr", "dog-tax"),  # singular finds plural
    ("CHIENS", "fr", "dog-tax"),
    ("declarer", "fr", "dog-tax"),  # without accent
    ("encombrant", "fr", "bulky-waste"),
    ("Hunde", "de", "dog-tax"),
    ("Möbel", "de", "bulky-waste"),
    ("mobel", "de", "bulky-waste"),
    ("Müll", "de", "bulky-waste"),  # part of Sperrmüllabfuhr
    ("selling", "en", "market-stall"),  # another form of sell
    ("dog", "en", "dog-tax"),
    ("Spargutt", "lb", "bulky-waste"),  # ä written a
    ("maart", "lb", "market-stall"),
    ("knascht", "lb", "bulky-waste"),  # a synonym of Offall
    ("markt", "lb", "market-stall"),  # German word on the Luxembourgish page
    ("furniture", "fr", "bulky-waste"),  # English word on the French page
    ("furnitrue", "en", "bulky-waste"),  # typing error
    ("je veux vendre des légumes au marché", "fr", "market-stall"),  # a sentence
]


def test_the_word_that_comes_to_mind_finds_it(catalogue: None) -> None:
    found = {(words, language): names(words, language)[:1] for words, language, _ in COMES_TO_MIND}
    assert found == {(words, language): [expected] for words, language, expected in COMES_TO_MIND}


def test_results_speak_the_readers_language(catalogue: None) -> None:
    (hit,) = selectors.search("furniture", language="lb")
    assert (hit.language, hit.title) == ("lb", "Spärgutt ofhuele loossen")


def test_what_holds_every_word_goes_alone(catalogue: None) -> None:
    assert names("weekly market", "en") == ["market-stall"]
    assert set(names("dog market", "en")) == {"dog-tax", "market-stall"}


def test_without_words_everything_by_title(catalogue: None) -> None:
    assert names("", "fr") == ["dog-tax", "market-stall", "bulky-waste"]
    assert names("   ", "en") == ["bulky-waste", "market-stall", "dog-tax"]


def test_by_theme_alone_and_with_words(catalogue: None) -> None:
    assert names("", theme="animals") == ["dog-tax"]
    assert names("chien", theme="waste") == []
    assert names("", theme="no-such-theme") == []
    assert set(selectors.themes()) == {"animals", "waste", "business"}


def test_by_administration(catalogue: None) -> None:
    mersch = administrations.administration(code="mersch").id
    nature = administrations.administration(code="nature").id
    assert len(names("", administration=mersch)) == 3
    assert names("", administration=nature) == []  # these are procedures of communes


def test_nothing_found_is_an_empty_answer(catalogue: None) -> None:
    assert names("xylophonkonzert") == []
    assert names("?!… %%%") == []


def test_withdrawn_procedures_are_not_found(as_owner: Owner, offered: None) -> None:
    with as_owner(), acting_as(SYSTEM):
        services.withdraw(owner="commune", name="dog-tax")
    with acting_as(ANONYMOUS):
        assert names("chien") == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(words=st.text(max_size=60), language=st.sampled_from(["fr", "de", "en", "lb", "xx"]))
def test_no_query_breaks_the_search(catalogue: None, words: str, language: str) -> None:
    assert isinstance(selectors.search(words, language=language), tuple)
