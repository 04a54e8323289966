# SPDX-License-Identifier: EUPL-1.2
"""Rule tasks are answered in one place, for the conductor, the replay and the scenarios."""

import re
from pathlib import Path

from bierger_core.procedures import ApplicantFacts, settle, start_variables
from bierger_core.process import CreateTask, Decide, start
from tests.core.procedures.test_running import CASE, package

SRC = Path(__file__).resolve().parents[3] / "src"


def test_a_rule_task_is_answered_and_what_follows_comes_behind_it():
    report = package("problem-report")
    variables = start_variables(report, {"category": "streetlight"}, case=CASE, applicant=ApplicantFacts("anonymous", "none"))
    state, commands = start(report.process, variables)
    assert any(isinstance(one, Decide) for one in commands)
    settled = list(settle(report, state, commands))
    answered = [one for one in settled if one.outcome is not None]
    assert [type(one.command) for one in answered] == [Decide] * len(answered)
    first = answered[0]
    assert first.state.variables[first.command.result] == first.outcome.value
    assert settled.index(first) < min(place for place, one in enumerate(settled) if isinstance(one.command, CreateTask))
    last = settled[-1].state
    assert {task.id for task in last.tasks} >= {one.command.task_id for one in settled if isinstance(one.command, CreateTask)}
    assert not {task.id for task in last.tasks} & {one.command.task_id for one in answered}


def test_without_a_command_nothing_happens():
    report = package("problem-report")
    state, _ = start(report.process, start_variables(report, {}, case=CASE, applicant=ApplicantFacts("anonymous", "none")))
    assert list(settle(report, state, ())) == []


def test_nobody_answers_them_beside_it():
    answering = re.compile(r"\{\s*\w+\.result:")
    found = {str(path.relative_to(SRC)) for path in SRC.rglob("*.py") if answering.search(path.read_text())}
    assert found == {"bierger_core/procedures/running.py"}
