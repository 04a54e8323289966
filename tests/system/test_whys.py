# SPDX-License-Identifier: EUPL-1.2
"""Every question that comes with Bierger says why it is asked, in standard and in easy words of each language; `check` warns of one without."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bierger.site.commands.check import find_packages
from bierger_core.procedures import load, prove_whys
from tests.core.procedures.small import VOCABULARY, files, line_of

ROOT = Path(__file__).parents[2]
FOLDERS = [
    folder.relative_to(ROOT)
    for place, mark in (("procedures", "procedure.yaml"), ("situations", "situation.yaml"))
    for folder in find_packages(ROOT / place, mark)
]


def read(path: Path) -> dict:
    return yaml.safe_load((ROOT / path).read_text())


REGISTERS = [(folder, register) for folder in FOLDERS for register in ("standard", "easy")]


@pytest.mark.parametrize(("folder", "register"), REGISTERS, ids=str)
def test_every_question_says_why(folder: Path, register: str) -> None:
    names = [question["name"] for step in read(folder / "form.yaml")["steps"] for question in step["questions"]]
    head = read(next(folder / mark for mark in ("procedure.yaml", "situation.yaml") if (ROOT / folder / mark).is_file()))
    assert names
    for language in head["languages"]:
        said = read(folder / "texts" / f"{language}.yaml")[register]["question"]
        assert [name for name in names if not {"label", "why"} <= set(said[name])] == [], language


def test_check_warns_of_each_question_that_does_not_say_why() -> None:
    found = prove_whys(load(files(), vocabulary=VOCABULARY))
    assert [one.message.split("`")[1] for one in found] == ["commune", "name", "kind", "weight"]  # not of an officer's task
    assert {(one.code, one.level, one.path) for one in found} == {("question-without-why", "warning", "form.yaml")}
    assert found[1].line == line_of("form.yaml", "{name: name", {})
    told = ("name: {label: Name}", "name: {label: Name, why: It stands on the receipt.}")
    texts = {f"texts/{language}.yaml": told for language in ("fr", "de", "en", "lb")}
    assert prove_whys(load(files(plant=texts), vocabulary=VOCABULARY)) == (found[0], *found[2:])
