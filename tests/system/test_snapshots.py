# SPDX-License-Identifier: EUPL-1.2
"""Every snapshot of an earlier release is restored, migrated and replayed: no release forgets what was issued before it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bierger_core.process import State
from tests import databases
from tests.conftest import DATABASE
from tests.system.installations import bierger, installation

SNAPSHOTS = sorted((databases.ROOT / "tests" / "samples").glob("snapshot-*"))
RESTORED = f"{DATABASE}_snapshot"


def test_there_is_a_snapshot_of_each_release() -> None:
    assert [folder.name for folder in SNAPSHOTS] == ["snapshot-0.1"]


def sorted_parts(state: State) -> State:
    """Rows have no order of their own: tokens that wait beside each other are compared as a set."""
    parts = {name: tuple(sorted(getattr(state, name), key=lambda part: part.id)) for name in ("tokens", "tasks", "timers")}
    return replace(state, **parts)


@pytest.fixture(scope="module", params=SNAPSHOTS, ids=lambda folder: folder.name)
def snapshot(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """(the committed folder, the data folder of the installation it was restored into)"""
    server = databases.server()
    server.drop_database(RESTORED)
    server.create_database(RESTORED)
    data = tmp_path_factory.mktemp("snapshot") / "data"
    done = bierger("restore", str(request.param / "backup.tar"), database=RESTORED, data=data)
    assert done.returncode == 0, done.stderr
    yield request.param, data
    server.drop_database(RESTORED)


def test_it_is_migrated_to_this_release(snapshot: tuple[Path, Path]) -> None:
    done = bierger("manage", "migrate", "--check", database=RESTORED, data=snapshot[1])
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_case_replays_from_its_events_to_its_rows(snapshot: tuple[Path, Path]) -> None:
    from bierger.cases import selectors as cases
    from bierger.cases.models import Case
    from bierger.flows import selectors as flows
    from bierger.infra.principal import SYSTEM, acting_as

    folder, data = snapshot
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    with installation(RESTORED, data, "worker"), acting_as(SYSTEM):
        found = list(Case.objects.values_list("id", "status"))
        assert len(found) == expected["cases"]
        assert [status for _, status in found].count("ended") == expected["ended"]
        for case, _ in found:
            assert cases.verify_chain(case) > 0
            assert sorted_parts(cases.replay(case)) == sorted_parts(flows.state_of(case))


def test_what_was_issued_then_is_authentic_now(snapshot: tuple[Path, Path]) -> None:
    from bierger.documents import selectors as documents
    from bierger.documents.services import verify_upload
    from bierger.infra.principal import ANONYMOUS, acting_as

    folder, data = snapshot
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    with installation(RESTORED, data), acting_as(ANONYMOUS):
        act = verify_upload(data=(folder / "act.pdf").read_bytes(), file_name=expected["act"])
        assert act.authentic == "yes"
        assert documents.verify_text(expected["receipt"]).authentic == "yes"
