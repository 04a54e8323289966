# SPDX-License-Identifier: EUPL-1.2
"""How texts are set: French signs keep their no-break space, in the screens, the packages and the sign-in of the demonstration."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from bierger.simulators.texts import TEXTS
from bierger.site.commands.check import find_packages, read_package
from bierger_core.interview import Type
from bierger_core.procedures import load
from tools import messages

PROCEDURES, SITUATIONS = (Path(__file__).parents[3] / name for name in ("procedures", "situations"))
FOLDERS = list(find_packages(PROCEDURES))
NARROW, WIDE = "\u202f", "\u00a0"
# U+202F before ; ! ?   ·   U+00A0 before : and inside « »   ·   an address or a clock keeps its colon
BROKEN = re.compile(rf"(?<!{NARROW})[;!?](?=\s|$|»)|(?<=[ {NARROW}]):|\w:(?=\s)|«(?!{WIDE})|(?<!{WIDE})»")


def words(tree: object) -> list[str]:
    if isinstance(tree, dict):
        return [one for value in tree.values() for one in words(value)]
    return [str(tree)] if not isinstance(tree, list) else [one for value in tree for one in words(value)]


@cache
def french() -> dict[str, list[str]]:
    paths = [*PROCEDURES.glob("**/texts/fr.yaml"), *SITUATIONS.glob("**/texts/fr.yaml")]
    found = {str(path.relative_to(PROCEDURES.parent)): words(yaml.safe_load(path.read_text("utf-8"))) for path in paths}
    strings = [one.string if isinstance(one.string, tuple | list) else (one.string,) for one in messages.read("fr") if one.id]
    return found | {"screens": [text for many in strings for text in many], "simulators": [one["fr"] for one in TEXTS.values()]}


@pytest.mark.parametrize("where", french())
def test_french_signs_keep_a_no_break_space(where):
    assert [text for text in french()[where] if BROKEN.search(text)] == []


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Quoi ?", False), ("Quoi?", False), (f"Quoi{NARROW}?", True), (f"Lieu{WIDE}: ici", True), ("Lieu : ici", False),
        (f"Lieu{NARROW}: ici", False), ("Lieu: ici", False), (f"«{WIDE}oui{WIDE}»", True), ("« oui »", False), ("«oui»", False),
        ("http://localhost/l/x", True), ("à 12:30", True), (f"«{WIDE}Quoi{NARROW}?{WIDE}»", True),
    ],
)  # fmt: skip
def test_the_check_itself(text, right):
    assert (BROKEN.search(text) is None) == right


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_the_field_says_by_itself_is_not_said_again(folder):
    """Kinds, size and number of files stand below every upload, and `(optional)` beside every label that is."""
    package = load(read_package(folder), vocabulary=(PROCEDURES / "vocabulary.yaml").read_bytes())
    asked = [one for step in package.form.steps for one in step.questions]
    asked += [one for task in package.tasks.values() for one in task.questions]
    twice = []
    for question in asked:
        for language in ("fr", "de", "en", "lb"):
            hint, label = f"question.{question.name}.hint", package.text(f"question.{question.name}.label", language)
            said = package.text(hint, language) if package.has_text(hint) else ""
            if question.type is Type.FILE and re.search(r"\d+ ?(MB|Mo|kB|ko|fi|Datei|page|Seite|Säit)|\bMB\b|\bMo\b", said):
                twice.append((language, said))
            if re.search(r"\((facultatif|freiwillig|optional|fräiwëlleg)\)", label):
                twice.append((language, label))
    assert twice == []
