# SPDX-License-Identifier: EUPL-1.2
"""The situations that come with Bierger: proved, and walked by people who answer at random and do not know everything."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest

from bierger.catalogue.plugins.folder import package_folder_for, vocabulary_for
from bierger.site.commands.check import check_situation, find_packages, read_package
from bierger_core.interview import JSON, to_json
from bierger_core.procedures import load
from bierger_core.rules import Value, read_dmn
from bierger_core.situations import Guide, Situation, procedures_of
from bierger_core.situations import load as load_situation
from tests.core.rules.partial.naive import Naive
from tests.procedures.brute import Brute

SITUATIONS = Path(__file__).resolve().parents[2] / "situations"
FOLDERS = list(find_packages(SITUATIONS, "situation.yaml"))
ON = date(2026, 11, 22)  # the law of which day


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
    guide = Guide(one, ON)
    examples = {factor.name: [factor.example(n) for n in range(max(factor.classes) + 1)] for factor in guide.order.shared.factors}
    for _ in range(20):
        known: dict[str, Value] = {}
        skipped: list[str] = []
        while (
            page := guide.next({name: to_json(one.form.question(name), value) for name, value in known.items()}, skipped)
        ) is not None:
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


def answered(one: Situation, known: Mapping[str, Value]) -> dict[str, JSON]:
    return {name: to_json(one.form.question(name), value) for name, value in known.items()}


def compared(one: Situation, guide: Guide, draws: int, most_open: int) -> tuple[list[str], Counter[str]]:
    """Compare plan and next page with brute force over answers drawn at random; give what differs, and what was met."""
    brute, draw = Brute(one, ON), Random(5)
    found: list[str] = []
    met: Counter[str] = Counter()
    for _ in range(draws):
        left_out = draw.sample(list(brute.domains), draw.randint(1, min(most_open, len(brute.domains))))
        known = {name: draw.choice(answers) for name, answers in brute.domains.items() if name not in left_out}
        given = answered(one, known)
        plan, page = guide.plan(given), guide.next(given)
        found += brute.differences(plan, known)
        useful = {name for decision in brute.needs for name in brute.judged(decision, known)[1]}
        if (page is None) != (not useful) or (page is not None and not set(page.names) <= useful):
            found.append(f"asked next is {page}, what matters is {sorted(useful)}: {known}")
        met += Counter(line.state for line in plan.lines)
        met["without use"] += len(set(left_out) - useful)
    return found, met


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_line_is_what_all_completions_say(folder: Path) -> None:
    one = situation(folder)
    found, met = compared(one, Guide(one, ON), draws=40, most_open=4)
    assert found == []
    assert min(met[kind] for kind in ("needed", "not-needed", "open", "without use")) > 5


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_line_is_what_all_completions_say_however_little_is_known(folder: Path) -> None:
    one = situation(folder)
    guide = Guide(one, ON)
    assert Brute(one, ON).differences(guide.plan({}), {}) == []
    assert compared(one, guide, draws=200, most_open=len(one.form.names))[0] == []


class _CellByCell(Naive):
    """A partial evaluation that leaves open what is settled, in the place of the right one."""

    def __init__(self, guide: Guide, decision: str) -> None:
        super().__init__(guide.model, decision)
        self.inputs = guide.decisions[decision].inputs


def test_brute_force_finds_a_line_that_is_wrongly_left_open() -> None:
    """Nothing that is said is untrue here: what is settled is left open, or a question is named that changes nothing."""
    one = situation(SITUATIONS / "build")
    guide = Guide(one, ON)
    guide.decisions = {name: _CellByCell(guide, name) for name in guide.names}  # type: ignore[misc]  # planted
    found, _ = compared(one, guide, draws=15, most_open=4)
    assert any("the plan says open" in said for said in found)


def test_brute_force_finds_a_line_that_is_wrongly_settled() -> None:
    """A guide over another table than the file says: a boundary lies one further."""
    one = situation(SITUATIONS / "cafe-terrace")
    content = one.files[f"{one.prefix}decisions.dmn"]
    assert b"&gt; 100<" in content
    other = read_dmn(content.replace(b"&gt; 100<", b"&gt; 101<"), path="decisions.dmn")
    found, _ = compared(one, Guide(replace(one, decisions=other), ON), draws=40, most_open=4)
    assert found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_choice_that_leads_to_a_procedure_is_offered_there_in_the_same_words(folder: Path) -> None:
    one = situation(folder)
    guide = Guide(one, ON)
    for entry in one.entries:
        package = one.packages[entry.key]
        for theirs, own in entry.fills.items():
            for option in one.form.question(own).options:
                if guide.plan({own: option}).line(entry.key).state != "not-needed":
                    assert option in package.form.question(theirs).options, (entry.key, theirs)
                    for language in one.languages:
                        said = one.text(f"question.{own}.option.{option}", language)
                        assert package.text(f"question.{theirs}.option.{option}", language) == said, (entry.key, language)
