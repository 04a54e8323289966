# SPDX-License-Identifier: EUPL-1.2
"""SIGKILL between any two steps: what was acknowledged is there once, each act is issued once, and nothing else is there.

Every child here is a forked process with its own connection to the real PostgreSQL. It dies before its n-th step, for every n
until it survives. No fault is simulated inside the product. test_kill_9_database.py kills the database at the same steps.
"""

from __future__ import annotations

import pytest

from tests.attacks import killed_stories
from tests.attacks.killed_stories import around_commits, every_step
from tests.attacks.killing import killed_before


def test_the_web_process_killed_at_every_step_of_a_submission(town):
    assert killed_stories.submission(town, killed_before, every_step) >= 10  # its messages to the database, at least


def test_the_web_process_killed_around_the_commits_of_the_submission_of_a_bundle(town, as_worker, data_folder):
    assert killed_stories.submission_together(town, killed_before, around_commits, as_worker, data_folder) >= 2


@pytest.mark.slow
def test_the_web_process_killed_at_every_step_of_the_submission_of_a_bundle(town, as_worker, data_folder):
    assert killed_stories.submission_together(town, killed_before, every_step, as_worker, data_folder) >= 20


def test_the_web_process_killed_around_the_commits_of_an_answer_with_a_file(town):
    assert killed_stories.answer(town, killed_before, around_commits) >= 2


@pytest.mark.slow
def test_the_web_process_killed_at_every_step_of_an_answer_with_a_file(town):
    assert killed_stories.answer(town, killed_before, every_step) > 10


def test_the_worker_killed_at_every_step_of_a_sweep_leaves_nothing_half(town, as_worker, data_folder):
    deaths = killed_stories.sweeps(town, killed_before, as_worker, data_folder)
    assert min(deaths["drafts"], deaths["waiting"]) > 5, deaths


def test_the_web_process_killed_around_the_commits_of_a_decision(town, run_jobs):
    assert killed_stories.decision(town, killed_before, around_commits, run_jobs) >= 2


@pytest.mark.slow
def test_the_web_process_killed_at_every_step_of_a_decision(town, run_jobs):
    assert killed_stories.decision(town, killed_before, every_step, run_jobs) > 10


@pytest.mark.slow
def test_the_web_process_killed_at_every_step_of_a_check(town):
    assert killed_stories.task(town, killed_before, every_step, node="check", completeness="complete")[2] > 10


@pytest.mark.slow
def test_the_worker_killed_at_every_step_issues_each_act_once(town, register, as_worker, data_folder):
    assert killed_stories.act(town, killed_before, as_worker, data_folder).total() > 100
