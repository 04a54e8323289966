# SPDX-License-Identifier: EUPL-1.2
"""The situations that come with Bierger: proved, and walked by people who answer at random and do not know everything."""

from datetime import date
from pathlib import Path
from random import Random

import pytest

from bierger.catalogue.plugins.folder import package_folder_for, vocabulary_for
from bierger.site.commands.check import check_situation, find_packages, read_package
from bierger_core.interview import to_json
from bierger_core.procedures import load
from bierger_core.rules import Value
from bierger_core.situations import Guide, Situation, procedures_of
from bierger_core.situations import load as load_situation

SITUATIONS = Path(__file__).resolve().parents[2] / "situations"
FOLDERS = list(find_packages(SITUATIONS, "situation.yaml"))


def situation(folder: Path) -> Situation:
    files, words = read_package(folder), vocabulary_for(folder)
    places = {key: package_folder_for(folder, key) for key in procedures_of(files)}
    packages = {key: load(read_package(place), vocabulary=words) for key, place in places.items() if place}
    return load_situation(files, vocabulary=words, packages=packages)


def test_four_situations_come_with_bierger() -> None:
    assert {folder.name for folder in FOLDERS} == {"build", "cafe-terrace", "hire", "move"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_is_proved(folder: Path) -> None:
    found = check_situation(folder)
    assert [finding for finding in found.findings if finding.level == "error"] == []
    assert found.scenarios >= 4


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_course_ends_and_what_was_not_asked_changes_nothing(folder: Path) -> None:
    one, draw = situation(folder), Random(4)  # the same in every run
    guide = Guide(one, date(2026, 11, 22))
    examples = {factor.name: [factor.example(n) for n in range(max(factor.classes) + 1)] for factor in guide.order.shared.factors}
    for _ in range(20):
        known: dict[str, Value] = {}
        skipped: list[str] = []
        while (page := guide.next({name: to_json(one.form.question(name), value) for name, value in known.items()}, skipped)) is not None:
            for name in page.names:
                assert name not in known
                assert name not in skipped
                if draw.random() < 0.2:
                    skipped.append(name)
                else:
                    known[name] = draw.choice(examples[name])
        plan = guide.plan({name: to_json(one.form.question(name), value) for name, value in known.items()})
        assert {name for line in plan.lines for name in line.open} <= set(skipped)
        whole = {name: draw.choice(values) for name, values in examples.items()} | known
        for line in plan.lines:
            if line.state != "open":  # whatever the questions that were not asked are answered with
                assert guide.model.evaluate(line.entry.decision, whole).value == line.state


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_choice_that_leads_to_a_procedure_is_offered_there_in_the_same_words(folder: Path) -> None:
    one = situation(folder)
    guide = Guide(one, date(2026, 11, 22))
    for entry in one.entries:
        package = one.packages[entry.key]
        for theirs, own in entry.fills.items():
            for option in one.form.question(own).options:
                if guide.plan({own: option}).line(entry.key).state != "not-needed":
                    assert option in package.form.question(theirs).options, (entry.key, theirs)
                    for language in one.languages:
                        said = one.text(f"question.{own}.option.{option}", language)
                        assert package.text(f"question.{theirs}.option.{option}", language) == said, (entry.key, language)
