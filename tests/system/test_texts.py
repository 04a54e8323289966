# SPDX-License-Identifier: EUPL-1.2
"""Every text of the screens exists in every language, complete and with the same figures in it."""

import re

import pytest

from tools import messages

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def test_nothing_is_missing_and_nothing_fuzzy():
    assert messages.missing() == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_translations_keep_the_figures(language):
    wrong = []
    for message in messages.read(language):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        # The first form stands beside the singular, which may say its figure as a word; all others beside the plural.
        wanted = [set(PLACEHOLDER.findall(one)) for one in (ids[0], *([ids[-1]] * (len(strings) - 1)))]
        wrong += [one for one, figures in zip(strings, wanted, strict=True) if set(PLACEHOLDER.findall(one)) != figures]
    assert wrong == []


@pytest.mark.parametrize("language", [one for one in messages.LANGUAGES if one != messages.ORIGINAL])
def test_long_texts_are_not_left_in_english(language):
    same = [
        message.id
        for message in messages.read(language)
        if message.id and message.id == message.string and len(re.findall(r"[A-Za-z]{2,}", PLACEHOLDER.sub("", str(message.id)))) > 2
    ]
    assert same == []


def test_french_signs_have_their_space():
    forms = [one.string if isinstance(one.string, (tuple, list)) else (one.string,) for one in messages.read("fr") if one.id]
    texts = [text for form in forms for text in form]
    near, far = re.compile(r"[^\s\xa0\u202f] ?[?!;»](?!\w)|« "), re.compile(r" [?!;:»]|\w[?!;]")
    assert [text for text in texts if near.search(text) and far.search(text)] == []
