# SPDX-License-Identifier: EUPL-1.2
"""What was erased is gone from the backups too: by the register when one is restored, by its key when it is old."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.test import override_settings

from bierger.infra import clock
from tests import databases, story
from tests.apps.cases.test_erasure import tables_with
from tests.attacks.together import superuser
from tests.conftest import DATABASE
from tests.people import officer
from tests.system.installations import bierger, installation

RESTORED = f"{DATABASE}_restored"
SAID = {**story.REPORT, "description": "Planted in the description zq7x."}
pytestmark = pytest.mark.slow


@pytest.fixture
def own(_data: Path) -> Path:
    """The data folder of the running installation."""
    return _data


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Path]:
    server = databases.server()
    server.drop_database(RESTORED)
    server.create_database(RESTORED)
    yield tmp_path / "restored"
    server.drop_database(RESTORED)


def test_what_was_erased_after_the_backup_is_erased_again_by_the_restore(
    transactional, run_jobs, as_worker, frozen, own: Path, empty: Path, tmp_path: Path
) -> None:
    """The backup holds the case, whole and open to whoever has its key; the register beside the key knows better."""
    from bierger.cases import selectors as cases
    from bierger.infra.principal import SYSTEM, acting_as
    from tests.story_people import town

    lea = town().applicant
    gone = story.request(lea, "problem-report", SAID).cases[0]
    story.do(officer("pol.sample"), gone, "handle", handling="done", answer="It was emptied zq7x.")
    kept = story.request(lea, "problem-report", {**story.REPORT, "description": "Planted to stay wj4k."}).cases[0]
    run_jobs()
    archive, keys = tmp_path / "town.tar.age", own / "backup-keys"
    done = bierger("backup", str(archive), database=DATABASE, data=own)
    assert done.returncode == 0, done.stderr
    (key,) = keys.glob("*.key")
    assert key.stat().st_mode & 0o777 == 0o600
    assert re.search(r"^AGE-SECRET-KEY-1[A-Z0-9]{58}$", key.read_text(), re.MULTILINE)  # as the age program reads it
    for telling in (b"zq7x", b"manifest.json", b"PGDMP"):
        assert telling not in archive.read_bytes()
    assert archive.read_bytes().startswith(b"age-encryption.org/v1")
    frozen(clock.real_now() + timedelta(days=400))
    with override_settings(BIERGER_BACKUP_DAYS=500):  # otherwise its key would be gone by now
        run_jobs()
    with superuser() as seen:
        assert seen.execute("SELECT count(*) FROM cases_case WHERE erased_at IS NOT NULL").fetchone() == (1,)
    assert tables_with(["zq7x"]) == {}

    without = bierger("restore", str(archive), database=RESTORED, data=empty)
    assert without.returncode == 1
    assert "There is no key in" in without.stderr
    done = bierger("restore", str(archive), "--keys", str(keys), database=RESTORED, data=empty)
    assert done.returncode == 0, done.stderr
    assert "Erasures: 1 registered, 1 of them carried out again." in done.stdout
    with psycopg.connect(**databases.server().parameters("super", RESTORED)) as seen:
        assert tables_with(["wj4k"], seen)
        assert tables_with(["zq7x"], seen) == {}
    with installation(RESTORED, empty, "worker"), acting_as(SYSTEM):
        assert cases.retention(gone).erased_at is not None
        assert cases.retention(kept).erased_at is None
        assert cases.verify_chain(gone) > 3
        assert cases.replay(gone) == "erased"
        assert cases.replay(kept) != "erased"
    assert (empty / "backup-keys" / "erasures").read_text() == (keys / "erasures").read_text()


def test_a_backup_whose_key_is_old_opens_no_more(transactional, as_worker, frozen, own: Path, empty: Path, tmp_path: Path) -> None:
    from bierger.infra.backup_keys import destroy_old_keys

    archive, keys = tmp_path / "old.tar.age", own / "backup-keys"
    assert bierger("backup", str(archive), database=DATABASE, data=own).returncode == 0
    (key,) = keys.glob("*.key")
    other = tmp_path / "other.tar.age"
    frozen(clock.real_now() + timedelta(days=90))
    with as_worker():
        assert destroy_old_keys() == 0
    frozen(clock.real_now() + timedelta(days=91))
    with as_worker():
        with override_settings(BIERGER_BACKUP_DAYS=365):
            assert destroy_old_keys() == 0
        assert destroy_old_keys() == 1
    assert not key.exists()
    assert bierger("backup", str(other), database=DATABASE, data=own).returncode == 0
    done = bierger("restore", str(archive), "--keys", str(keys), database=RESTORED, data=empty)
    assert done.returncode == 1
    assert "No key in" in done.stderr
    assert not empty.exists()


def test_a_backup_that_fails_leaves_neither_archive_nor_key(transactional, own: Path, tmp_path: Path) -> None:
    done = bierger("backup", str(tmp_path / "none" / "x.tar.age"), database=DATABASE, data=own)
    assert done.returncode == 1
    done = bierger("backup", str(tmp_path / "x.tar.age"), database="bierger_nowhere", data=own)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert list(tmp_path.glob("*")) == []
    assert list((own / "backup-keys").glob("*.key")) == []
