# SPDX-License-Identifier: EUPL-1.2
"""Backup and restore for real: the command line, pg_dump, another database, another folder."""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import databases
from tests.conftest import DATABASE
from tests.registers import register, simulators
from tests.stores import S3Server
from tests.system.installations import bierger, installation, tell

__all__ = ["register", "simulators"]
RESTORED = f"{DATABASE}_restored"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Path]:
    """An installation with nothing in it: its data folder; its database is RESTORED."""
    server = databases.server()
    server.drop_database(RESTORED)
    server.create_database(RESTORED)
    yield tmp_path / "restored"
    server.drop_database(RESTORED)


@dataclass(frozen=True)
class Told:
    """What was told before the backup, and the archive of it."""

    town: object  # tests.story_people.Town; its module waits for Django
    certificate: object
    permit: object
    pdf: bytes
    name: str
    archive: Path


_once: dict[str, Told] = {}


@pytest.fixture
def told(transactional, run_jobs, register, _data: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Told and backed up once: tests restore the archive into installations of their own."""
    if "told" not in _once:
        from tests.clients import client_of

        story = tell(run_jobs)
        client_of(story["town"].applicant)  # a session, which stays at home
        file = tmp_path_factory.mktemp("backup") / "backup.tar"
        done = bierger("backup", "--plain", str(file), database=DATABASE, data=_data)
        assert done.returncode == 0, done.stderr
        assert "encrypt it" in done.stdout
        _once["told"] = Told(archive=file, **story)
    return _once["told"]


@pytest.fixture
def own(_data: Path) -> Path:
    """The data folder of the running installation."""
    return _data


@pytest.fixture
def archive(told: Told) -> Path:
    return told.archive


def test_everything_comes_back_and_verifies(told: Told, empty: Path) -> None:
    from bierger.cases import selectors as cases
    from bierger.delivery import selectors as delivery
    from bierger.documents import selectors as documents
    from bierger.documents.services import verify_upload
    from bierger.infra.principal import SYSTEM, acting_as

    permit = told.permit.cases[0]
    done = bierger("restore", str(told.archive), database=RESTORED, data=empty)
    assert done.returncode == 0, done.stderr
    assert "each chain whole" in done.stdout
    assert "leaves under a signed checkpoint" in done.stdout
    with installation(RESTORED, empty):
        with acting_as(told.town.applicant):
            pdf = documents.act_pdf(delivery.mailbox()[0].act_id)
            assert pdf.data == told.pdf
            assert verify_upload(data=pdf.data, file_name=pdf.file_name).authentic == "yes"
            assert documents.verify_text(told.certificate.code).authentic == "yes"
            assert {request.id for request in cases.requests()} == {*told.certificate.cases, permit}
        with acting_as(told.town.clerk):
            view = cases.case_view(permit, purpose=cases.purpose_of(permit))
            plan = documents.read_attachment(
                view.answers["plans"][0]["id"], purpose=cases.purpose_of(permit), subjects=view.parties[0].subjects
            )
            assert plan.data.startswith(b"%PDF")
    with installation(RESTORED, empty, "worker"), acting_as(SYSTEM):
        assert cases.verify_chain(permit) > 3
    offline = empty / "act.pdf"
    offline.write_bytes(told.pdf)
    words = ("verify", str(offline), "--log", str(empty / "log"), "--json")
    verdict = json.loads(bierger(*words, database=RESTORED, data=empty).stdout)
    assert verdict["authentic"] == "yes"


@pytest.mark.slow
def test_a_case_whose_last_event_was_taken_out_is_not_called_whole(told: Told, empty: Path, tmp_path: Path) -> None:
    """The archive is made after the fault: its own counts agree with it, only the case's head does not."""
    import psycopg

    assert bierger("restore", str(told.archive), database=RESTORED, data=empty).returncode == 0
    case = told.permit.cases[0]
    with psycopg.connect(**databases.server().parameters("super", RESTORED), autocommit=True) as fault:
        fault.execute("ALTER TABLE cases_event DISABLE TRIGGER USER")
        cut = fault.execute("DELETE FROM cases_event e USING cases_case c WHERE c.id = %s AND e.case_id = c.id AND sequence = last_sequence", [case])
        assert cut.rowcount == 1
        fault.execute("ALTER TABLE cases_event ENABLE TRIGGER USER")
    again = tmp_path / "cut.tar"
    assert bierger("backup", "--plain", str(again), database=RESTORED, data=empty).returncode == 0
    server = databases.server()
    server.drop_database(RESTORED)
    server.create_database(RESTORED)
    done = bierger("restore", str(again), database=RESTORED, data=tmp_path / "elsewhere")
    assert done.returncode == 1
    assert f"Case {case}: The chain ends with event" in done.stderr
    assert "each chain whole" not in done.stdout


@pytest.mark.slow
def test_outside_the_demonstration_a_moved_clock_is_not_restored(told: Told, empty: Path, tmp_path: Path) -> None:
    """A backup of a demonstration tried out elsewhere: policies ask the row, and would date by it what Python does not."""
    import psycopg

    assert bierger("restore", str(told.archive), database=RESTORED, data=empty).returncode == 0
    with psycopg.connect(**databases.server().parameters("super", RESTORED), autocommit=True) as moved:
        moved.execute("INSERT INTO infra_clock_offset (id, seconds) VALUES (1, 86400)")
    again = tmp_path / "moved.tar"
    assert bierger("backup", "--plain", str(again), database=RESTORED, data=empty).returncode == 0
    server = databases.server()
    server.drop_database(RESTORED)
    server.create_database(RESTORED)
    done = bierger("restore", str(again), database=RESTORED, data=tmp_path / "elsewhere")
    assert (done.returncode, "the machine's again" in done.stdout) == (0, True), done.stderr
    with psycopg.connect(**databases.server().parameters("super", RESTORED)) as seen:
        assert seen.execute("SELECT count(*) FROM infra_clock_offset").fetchone() == (0,)


@pytest.mark.slow
def test_an_archive_moves_attachments_from_files_to_s3_and_back(told: Told, empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Restored into an S3 store, backed up from there, restored into files: the same attachments, and nothing in between."""
    server = S3Server(tmp_path / "s3")
    server.start()
    objects = server.objects("town")
    again = tmp_path / "again.tar"
    with monkeypatch.context() as store:
        for name, value in server.settings("town").items():
            store.setenv(name, value)
        done = bierger("restore", str(told.archive), database=RESTORED, data=empty)
        assert done.returncode == 0, done.stderr
        assert not (empty / "blobs").exists()
        assert names(objects) == members(told.archive)
        assert names(objects)
        done = bierger("backup", "--plain", str(again), database=RESTORED, data=empty)
        assert done.returncode == 0, done.stderr
        server.kill()
        down = bierger("backup", "--plain", str(tmp_path / "none.tar"), database=RESTORED, data=empty)
        assert down.returncode == 1
        assert "The store of attachments fails" in down.stderr
        assert not (tmp_path / "none.tar").exists()
        databases.server().drop_database(RESTORED)
        databases.server().create_database(RESTORED)
        down = bierger("restore", str(again), database=RESTORED, data=tmp_path / "other")
        assert down.returncode == 1
        assert "The store of attachments fails" in down.stderr
        assert "Traceback" not in down.stderr
        server.start()
        full = bierger("restore", str(again), database=RESTORED, data=tmp_path / "other")
        assert full.returncode == 1
        assert "store of attachments is not empty" in full.stderr
        server.kill()
    done = bierger("restore", str(again), database=RESTORED, data=tmp_path / "files")
    assert done.returncode == 0, done.stderr
    assert names(tmp_path / "files" / "blobs") == members(again) == members(told.archive)


def test_a_restore_that_fails_leaves_the_s3_store_empty(archive: Path, empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = S3Server(tmp_path / "s3")
    server.start()
    for name, value in server.settings("town").items():
        monkeypatch.setenv(name, value)

    def spoilt(name: str, data: bytes) -> tuple[str, bytes]:
        return (name, b"no dump at all") if name == "database.dump" else (name, data)

    changed = rewritten(archive, tmp_path / "changed.tar", spoilt, mend=True)
    done = bierger("restore", str(changed), database=RESTORED, data=empty)
    assert done.returncode == 1
    assert "pg_restore" in done.stderr
    assert names(server.objects("town")) == set()
    server.kill()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def members(archive: Path) -> set[str]:
    with tarfile.open(archive) as tar:
        return {Path(name).name for name in tar.getnames() if name.startswith("blobs/")}


def test_the_restored_installation_works_on(told: Told, archive: Path, empty: Path) -> None:
    """The sequencer grows the restored log; a second request is opened, decided, sealed and logged."""
    from bierger.infra.principal import acting_as
    from bierger.ledger import selectors as ledger
    from tests import story
    from tests.jobs import drain

    town = told.town
    assert bierger("restore", str(archive), database=RESTORED, data=empty).returncode == 0
    with installation(RESTORED, empty):
        with acting_as(town.neighbour):
            before = ledger.checkpoint().size
        story.request(town.neighbour, "residence-certificate", story.RESIDENCE)
    with installation(RESTORED, empty, "worker"):
        drain()
    with installation(RESTORED, empty), acting_as(town.neighbour):
        assert ledger.checkpoint().size > before


def test_the_web_role_has_in_the_restored_database_the_rights_it_had(archive: Path, empty: Path) -> None:
    import psycopg

    assert bierger("restore", str(archive), database=RESTORED, data=empty).returncode == 0
    ours = "nspname = 'public'"
    asked = (
        f"SELECT relname, relforcerowsecurity, relacl::text, obj_description(pg_class.oid) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE {ours} AND relkind IN ('r', 'S') ORDER BY 1",
        "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2",
        f"SELECT proname, prosecdef, proconfig::text, proacl::text FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace JOIN pg_roles r ON r.oid = proowner WHERE {ours} AND rolname = 'bierger_owner' ORDER BY 1, 4",
        "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2",
    )
    found = []
    for database in (DATABASE, RESTORED):
        with psycopg.connect(databases.server().url("owner", database)) as connection:
            found.append([connection.execute(query).fetchall() for query in asked])
    assert found[0] == found[1]


@pytest.mark.slow
def test_a_backup_beside_running_work_is_of_one_instant(
    transactional, run_jobs, register, own: Path, empty: Path, tmp_path: Path
) -> None:
    """Requests are filed, decided and logged while the backup runs: whatever it caught, all of it fits together."""
    from concurrent.futures import ThreadPoolExecutor

    from tests import story
    from tests.story_people import town as make

    town, file = make(), tmp_path / "beside.tar"
    story.request(town.applicant, "residence-certificate", story.RESIDENCE)
    run_jobs()
    with ThreadPoolExecutor(1) as pool:
        backup = pool.submit(bierger, "backup", "--plain", str(file), database=DATABASE, data=own)
        filed = 0
        while not backup.done():
            story.request(town.neighbour, "residence-certificate", story.RESIDENCE)
            run_jobs()
            filed += 1
    assert filed
    assert backup.result().returncode == 0, backup.result().stderr
    done = bierger("restore", str(file), database=RESTORED, data=empty)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_an_installation_that_holds_something_is_refused(archive: Path, empty: Path) -> None:
    taken = bierger("restore", str(archive), database=DATABASE, data=empty)
    assert taken.returncode == 1
    assert "database is not empty" in taken.stderr
    (empty / "keys").mkdir(parents=True)
    (empty / "keys" / "x.pem").write_text("somebody's key")
    taken = bierger("restore", str(archive), database=RESTORED, data=empty)
    assert taken.returncode == 1
    assert "is not empty" in taken.stderr
    assert (empty / "keys" / "x.pem").read_text() == "somebody's key"


def test_the_archive_is_for_its_owner_and_never_overwritten(archive: Path, own: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600
    again = bierger("backup", "--plain", str(archive), database=DATABASE, data=own)
    assert again.returncode == 1
    assert "choose another name" in again.stderr
    assert list(archive.parent.glob(".*.part")) == []


@pytest.mark.slow
def test_sessions_stay_at_home(archive: Path, empty: Path) -> None:
    assert bierger("restore", str(archive), database=RESTORED, data=empty).returncode == 0
    import psycopg

    with psycopg.connect(databases.server().url("owner", RESTORED)) as connection:
        assert connection.execute("SELECT count(*) FROM django_session").fetchone() == (0,)


def rewritten(
    archive: Path, target: Path, change: Callable[[str, bytes], tuple[str, bytes] | None], *, mend: bool = False
) -> Path:
    """The archive with its members changed, left out (None) or renamed. mend: the manifest, the last, names the new hashes."""
    hashes: dict[str, str] = {}
    with tarfile.open(archive) as old, tarfile.open(target, "w") as new:
        for member in old:
            changed = change(member.name, old.extractfile(member).read())
            if changed is not None and mend and member.name == "manifest.json":
                manifest = json.loads(changed[1])
                for name, said in hashes.items():
                    manifest["files"][name]["sha256"] = said
                changed = (changed[0], json.dumps(manifest).encode())
            if changed is not None:
                hashes[changed[0]] = hashlib.sha256(changed[1]).hexdigest()
                entry = tarfile.TarInfo(changed[0])
                entry.size = len(changed[1])
                new.addfile(entry, io.BytesIO(changed[1]))
    return target


def test_a_changed_archive_is_refused_by_name(archive: Path, empty: Path, tmp_path: Path) -> None:
    from bierger.site.commands.backup import BackupError
    from bierger.site.commands.restore import restore

    def damaged(kind: str) -> Callable[[str, bytes], tuple[str, bytes]]:
        return lambda name, data: (name, data[:-1] + bytes([data[-1] ^ 1])) if name.startswith(kind) else (name, data)

    def manifest(**changes: object) -> Callable[[str, bytes], tuple[str, bytes]]:
        return lambda name, data: (
            (name, json.dumps(json.loads(data) | changes).encode()) if name == "manifest.json" else (name, data)
        )

    faults = {
        "is not what was backed up": damaged("blobs/"),
        "keys/": damaged("keys/"),
        "database.dump in the archive": damaged("database.dump"),
        "backup was interrupted": lambda name, data: None if name == "manifest.json" else (name, data),
        "not in both": lambda name, data: None if name.startswith("keys/") else (name, data),
        "which no backup writes": lambda name, data: (f"../{name}", data) if name.startswith("log/tile") else (name, data),
        "'/etc/passwd'": lambda name, data: ("/etc/passwd", data) if name == "log/checkpoint" else (name, data),
        "has the format": manifest(format="bierger-backup/9"),
        "later release": manifest(migrations=["cases.9999_future"]),
    }
    for number, (sentence, change) in enumerate(faults.items()):
        changed = rewritten(archive, tmp_path / f"changed-{number}.tar", change)
        with installation(RESTORED, empty, "owner"), pytest.raises(BackupError, match=re.escape(sentence)):
            restore(changed)
        assert not empty.exists()
    short = tmp_path / "short.tar"
    short.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    done = bierger("restore", str(short), database=RESTORED, data=empty)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_a_log_that_was_changed_inside_a_whole_archive_is_refused(archive: Path, empty: Path, tmp_path: Path) -> None:
    """Somebody who can rewrite the manifest as well cannot sign the log's checkpoint."""
    with tarfile.open(archive) as tar:
        files = json.loads(tar.extractfile("manifest.json").read())
        name = f"log/tile/entries/000.p/{files['checkpoint']['size']}"
        data = bytearray(tar.extractfile(name).read())
    data[-1] ^= 1
    files["files"][name]["sha256"] = hashlib.sha256(data).hexdigest()

    def change(member: str, content: bytes) -> tuple[str, bytes]:
        return member, {name: bytes(data), "manifest.json": json.dumps(files).encode()}.get(member, content)

    done = bierger("restore", str(rewritten(archive, tmp_path / "forged.tar", change)), database=RESTORED, data=empty)
    assert done.returncode == 1
    assert "log" in done.stderr
