# SPDX-License-Identifier: EUPL-1.2
"""`make bench` runs and prints its table. How fast is nobody's test: only that every number was measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks import load, page, prepared, replay
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_bench_runs_and_prints_one_table(tmp_path: Path):
    result = tmp_path / "result.json"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("BIERGER_", "DJANGO_")) and key != "DATABASE_URL"}
    environment["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
    command = [sys.executable, "-m", "benchmarks", "--tiny", "--profile", "--json", str(result)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for said in ("submissions/s", "of the limit", "catalogue", "worklist", "Recording who read", "acts, decided to delivered", "log appends", "PSS", "fsync on", "second start"):
        assert said in done.stdout
    measured = json.loads(result.read_text())
    assert [one["clients"] for one in measured["submissions"]] == [one["clients"] for one in measured["limit"]] == [1, 2]
    assert all(one["wrong"] == 0 and one["answers"] > 0 for one in measured["submissions"])
    assert all(size > 1 for size in measured["memory"].values())
    assert set(measured["memory"]) == {"web", "worker", "simulators", "postgres"}
    assert measured["demonstration_pss"] > sum(measured["memory"].values()) / 2
    assert {name for name, seconds in measured["recovery"].items() if all(one > 0 for one in seconds)} == {
        "first start", "second start", "web killed, back", "worker killed, back", "database killed, back",
    }  # fmt: skip
    assert set(measured["readings"]) == {"with_ms", "without_ms", "cost_ms", "ratio"}
    assert len(measured["profile"]["statements"]) == measured["messages"] - 2  # BEGIN and COMMIT


def test_what_differs_between_two_submissions_becomes_fresh_and_stays_the_same_identifier_everywhere():
    one = ["BEGIN", "INSERT INTO a VALUES ('aaaaaaaa-0000-4000-8000-000000000001'::uuid, 'commune', '2026-01-01 10:00:00+00:00')",
           "INSERT INTO b VALUES ('aaaaaaaa-0000-4000-8000-000000000001'::uuid, '{\"at\": \"x\"}', 'it''s')"]
    other = ["BEGIN", "INSERT INTO a VALUES ('bbbbbbbb-0000-4000-8000-000000000002'::uuid, 'commune', '2026-01-01 11:00:00+00:00')",
             "INSERT INTO b VALUES ('bbbbbbbb-0000-4000-8000-000000000002'::uuid, '{\"at\": \"y\"}', 'it''s')"]
    script = replay.script(one, other)
    assert script.count("'aaaaaaaa-0000-4000-8000-:n'::uuid") == 2
    assert "'commune', '2026-01-01 10:00:00+00:00'" in script
    assert "'{\"at\": \"x\"}', 'it''s'" in script
    with pytest.raises(ValueError, match="Two submissions sent"):
        replay.script(one, other[:2])


def test_the_page_shows_the_committed_run():
    text, run = page.PAGE.read_text("utf-8"), json.loads(page.RUN.read_text("utf-8"))
    assert page.written(text, run) == text
    run["submissions"][0]["per_second"] += 1
    assert page.written(text, run) != text


def test_what_the_site_sends_in_one_message_pgbench_sends_in_one():
    message = "INSERT INTO a VALUES ('x; y'' ;\n');\nDELETE FROM b"
    assert replay.script(["BEGIN", message], ["BEGIN", message]).splitlines()[2:] == [
        "BEGIN;", "INSERT INTO a VALUES ('x; y'' ;", "')\\;", "DELETE FROM b;",
    ]  # fmt: skip


@given(st.integers(prepared.FIRST, prepared.FIRST * 10 - 1))
def test_a_prepared_draft_and_its_session_end_with_its_number(number: int):
    for identifier in (prepared.draft_id(number), prepared.session_key(number), prepared.link(number)):
        assert identifier.endswith(f"{number:012d}")
    assert (len(prepared.draft_id(number)), len(prepared.session_key(number)), len(prepared.link(number))) == (36, 32, 64)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=50), st.integers(1, 100))
def test_a_percentile_is_a_measured_value_with_that_share_at_or_below_it(values: list[float], percent: int):
    ordered = sorted(values)
    found = load.percentile(ordered, percent)
    assert found in ordered
    assert sum(value <= found for value in ordered) * 100 >= percent * len(ordered)
