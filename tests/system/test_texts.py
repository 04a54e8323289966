# SPDX-License-Identifier: EUPL-1.2
"""Every text of the screens exists in every language, complete and with the same figures in it."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from tools import messages

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def test_nothing_is_missing_and_nothing_fuzzy():
    assert messages.missing() == []


def test_what_is_marked_is_extracted():
    """Nothing reads a text marked inside an f-string: it would stay English, and no list would miss it."""
    known = {message.id if isinstance(message.id, str) else message.id[0] for message in messages.read(messages.ORIGINAL) if message.id}
    marked = {
        (file.name, call.args[0].value)
        for file in (Path(__file__).resolve().parents[2] / "src" / "bierger").rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_", "gettext", "gettext_noop")
        if call.args and isinstance(call.args[0], ast.Constant)
    }
    assert sorted(one for one in marked if one[1] not in known) == []


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


# A final n or nn falls before every consonant but n, d, t, z and h. Before an s it may stay in short words, after a comma it may
# stay everywhere: only what is certain is looked for, two words with nothing but one space between them.
N_THAT_FALLS = re.compile(r"(?<![\w-])([^\W\d_]*n) (?=[bcfgjklmpqrvwx])", re.IGNORECASE)
# The n of a word from elsewhere stays (Persoun, Situatioun, Terrain), and so does one that stands for a d that fell (Enn, Grënn).
N_THAT_STAYS = re.compile(
    r"(.*(oun|zon|camion)|terrain|brouillon|login|ombudsman|kran|enn|grënn|hënn"
    r"|maison|réinsertion|retention)$",  # French names of things, and a command of ours
    re.IGNORECASE,
)


def test_luxembourgish_drops_its_final_n():
    texts = [text for one in messages.read("lb") if one.id for text in ([one.string] if isinstance(one.string, str) else one.string)]
    for path in sorted(messages.ROOT.glob("procedures/**/texts/lb.yaml")) + sorted(messages.ROOT.glob("situations/**/texts/lb.yaml")):
        texts += _leaves(yaml.safe_load(path.read_text(encoding="utf-8")))
    wrong = [(found[1], text) for text in texts for found in N_THAT_FALLS.finditer(text) if not N_THAT_STAYS.match(found[1])]
    assert wrong == []


def _leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in _leaves(part)]
    return [value] if isinstance(value, str) else []
