# SPDX-License-Identifier: EUPL-1.2
"""Makes the snapshot of a release, once: `python -m pytest tests/samples/make_snapshot.py`.

A whole small installation as `./bierger backup` writes it, with cases at different points of their way. It is committed and never
made again: every later release must still restore, migrate and replay it (tests/system/test_snapshots.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.apps.simulators.running import Simulators, running
from tests.conftest import DATABASE
from tests.system.installations import bierger, tell

RELEASE = Path(__file__).parent.resolve() / "snapshot-0.1"


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Simulators]:
    from django.test import override_settings

    with running(tmp_path) as simulators:
        register = f"{simulators.issuer}/register"
        with override_settings(BIERGER_REGISTER_URL=register, BIERGER_REGISTER_SECRET="local-only"):
            yield simulators


@pytest.fixture
def own(_data: Path) -> Path:
    return _data


def test_make(transactional: None, run_jobs: Callable[[], None], register: Simulators, own: Path) -> None:
    from tests import story

    assert not RELEASE.exists(), "The snapshot of a release is made once."
    told = tell(run_jobs)
    town = told["town"]
    story.request(town.neighbour, "problem-report", story.REPORT)
    story.request(town.neighbour, "building-permit", story.PERMIT)
    run_jobs()
    RELEASE.mkdir()
    done = bierger("backup", "--plain", str(RELEASE / "backup.tar"), database=DATABASE, data=own)
    assert done.returncode == 0, done.stderr
    (RELEASE / "act.pdf").write_bytes(told["pdf"])
    (RELEASE / "expected.json").write_text(
        json.dumps({"act": told["name"], "receipt": told["certificate"].code, "cases": 4, "ended": 1}, indent=1) + "\n"
    )
