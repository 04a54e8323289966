# SPDX-License-Identifier: EUPL-1.2
"""`./bierger retention`: as the operator types it."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from pathlib import Path

from bierger.infra import clock
from bierger.infra.principal import acting_as
from bierger.site.cli import main
from tests import story
from tests.people import officer


def said(*words: str) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        status = main(["retention", *words])
    return status, out.getvalue()


def test_status_hold_run_and_the_proof(transactional, run_jobs, as_worker, frozen, tmp_path: Path) -> None:
    from bierger.cases import selectors as cases
    from tests.story_people import town

    lea = town().applicant
    case = story.request(lea, "problem-report", story.REPORT).cases[0]
    story.do(officer("pol.sample"), case, "handle", handling="done", answer="Emptied.")
    run_jobs()
    with acting_as(lea):
        number, day = cases.request(case).number, cases.retention(case).erase_on
    frozen(clock.real_now() + timedelta(days=350))
    with as_worker():
        status, text = said("status")
        assert (status, f"{day}  1 cases" in text) == (0, True)
        assert said("hold", "nothing", "--reason", "appeal", "--until", "2030-01-01") == (1, "There is no case nothing.\n")
        assert said("hold", number, "--reason", "appeal", "--until", "2020-01-01")[0] == 1
        assert said("hold", number, "--reason", "appeal", "--until", str(day + timedelta(days=9))) == (0, f"{number} is held until {day + timedelta(days=9)}.\n")
    frozen(clock.real_now() + timedelta(days=370))
    with as_worker():
        assert "0 erased, 0 failed" in said("run")[1]
        assert f"{number}: appeal" in said("status")[1]
        assert said("release", number)[0] == 0
        assert (said("status")[0], number in said("run", "--dry-run")[1]) == (1, True)
        assert "1 erased, 0 failed" in said("run")[1]
        assert said("status")[0] == 0
    run_jobs()
    with acting_as(lea):
        (deletion,) = cases.retention(case).deletions
        proof, keys = tmp_path / "erased.json", tmp_path / "keys.json"
        proof.write_bytes(cases.deletion_certificate(case, deletion.id))
        keys.write_bytes(_key_list())
    status, text = said("verify", str(proof), "--keys", str(keys))
    assert (status, number in text, "IN THE LOG" in text) == (0, True, True)
    proof.write_bytes(proof.read_bytes().replace(b'"event-contents": ', b'"event-contents": 1'))
    assert said("verify", str(proof), "--keys", str(keys))[0] == 1
    assert said("verify", str(keys), "--keys", str(keys)) == (1, "NOT PROVED (deletion-unreadable): This is no certificate of a deletion.\n")
    assert said("verify", str(tmp_path / "none"), "--keys", str(keys))[0] == 1


def _key_list() -> bytes:
    from bierger.ledger import selectors as log

    found = log.key_list_json()
    assert found is not None
    return found
