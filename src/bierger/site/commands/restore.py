# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger restore FILE`: an archive of `./bierger backup` into an empty installation.

0. An encrypted archive is opened with the keys of BIERGER_BACKUP_KEYS (or of `--keys`), into a file without a name.
1. The whole archive is read first: every name, size and hash against the manifest. Nothing has been touched yet.
2. The installation must be empty (no table, no file, no attachment in its store) and know every migration of the archive.
3. The files are written (attachments into the configured store, whichever they came from), then the database in one
   transaction: an interrupted restore leaves an empty database.
4. Migrations of this release that the archive did not know are applied.
5. Verified: rows of each table, every attachment, the log from its leaves to its signed checkpoint, every case's chain from its
   first event to the head that the case names.
6. What the register of erasures (beside the keys) says was erased since the backup is erased again, before anybody can sign in.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import django
import psycopg
from psycopg import sql

from bierger.infra.postgres.roles import EXTENSIONS
from bierger.site.commands.backup import (
    DUMP,
    FOLDERS,
    FORMAT,
    MANIFEST,
    BackupError,
    call,
    connection_words,
    count_rows,
    find_program,
)

if TYPE_CHECKING:
    from bierger.infra.blobs import Store

_NAMES = re.compile(
    r"blobs/[a-z0-9-]{1,64}/[0-9a-f]{2}/[0-9a-f]{64}"
    r"|log/(?:checkpoint|keys\.json|keys\.tlog-proof|revocations|types\.json|status/[a-z0-9-]{1,64}|tile/[0-9a-z/.]{1,80})"
    r"|keys/(?:[0-9a-f]{2,128}|pdf/[a-z0-9-]{1,64})\.pem|database\.dump|manifest\.json"
)
AGE = b"age-encryption.org/v1"
MOST_MANIFEST = 256 * 1024 * 1024
# Of the database itself, not of us: extensions are made by whoever owns the server, their comments cannot be set by us.
_NOT_OURS = re.compile(r"\b(?:EXTENSION|SCHEMA - public|ACL - SCHEMA|COMMENT - EXTENSION|DEFAULT ACL)\b")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="an archive written by `./bierger backup`")
    words = "key, or folder of keys, of the archive, with the register of erasures; default: BIERGER_BACKUP_KEYS"
    parser.add_argument("--keys", type=Path, metavar="PATH", help=words)


def run(args: argparse.Namespace) -> int:
    """0 when everything is restored and verified; 1 with a sentence."""
    django.setup()
    try:
        told = restore(args.file, keys=args.keys)
    except BackupError as error:
        print(f"Not restored: {error}", file=sys.stderr)
        return 1
    print(*told, sep="\n")
    return 0


def restore(file: Path, *, keys: Path | None = None) -> list[str]:
    """Restore and verify; gives back what was verified, one sentence each. Raises BackupError."""
    from django.conf import settings

    from bierger.infra import erasures

    data = Path(settings.BIERGER_DATA)
    keys = keys or erasures.folder()
    try:
        with _opened(file, keys) as plain, tarfile.open(fileobj=plain, mode="r:") as tar:
            manifest = check_archive(tar)
            _refuse_unknown_migrations(manifest)
            _refuse_non_empty(data)
            try:
                _write_files(tar, data)
                _restore_database(tar)
            except BaseException:
                _empty_again(tar, data)
                raise
    except (tarfile.TarError, OSError) as error:
        raise BackupError("restore-unreadable", f"{file} cannot be read as an archive: {error}.") from error
    told = _verify_rows(manifest)
    _migrate()
    return [*told, *_set_clock_back(), *verify(), _erase_again(keys if keys.is_dir() else keys.parent)]


@contextmanager
def _opened(file: Path, keys: Path) -> Iterator[IO[bytes]]:
    """The archive in plain. One that is encrypted is opened into a file without a name, which is gone with this process."""
    with file.open("rb") as stream:
        if stream.read(len(AGE)) != AGE:
            stream.seek(0)
            yield stream
            return
        stream.seek(0)
        with tempfile.TemporaryFile() as plain:
            _decrypt(stream, plain, keys)
            plain.seek(0)
            yield plain


def _decrypt(stream: IO[bytes], plain: IO[bytes], keys: Path) -> None:
    from pyrage import DecryptError, IdentityError, decrypt_io, x25519

    from bierger.infra.backup_keys import secrets_in

    try:
        identities = [x25519.Identity.from_str(secret) for secret in secrets_in(keys)]
        if identities:
            decrypt_io(stream, plain, identities)
            return
    except (DecryptError, IdentityError) as error:
        raise BackupError("restore-key", f"No key in {keys} opens the archive, or it is damaged: {error}.") from error
    raise BackupError("restore-key", f"There is no key in {keys}: the archive is encrypted, and opens with its own key alone.")


def _erase_again(place: Path) -> str:
    """What was erased since the backup. The register goes along into the folder of this installation."""
    from bierger.filings.services import erase_again
    from bierger.infra import erasures

    known = erasures.registered(place)
    if not known:
        return f"Erasures: {place} knows of none. Those that were carried out after the backup have to be carried out again."
    try:
        again = erase_again(known)
        for one in sorted(set(known) - set(erasures.registered()), key=lambda erasure: (erasure.day, erasure.id)):
            erasures.register(one)
    except Exception as error:
        raise BackupError("restore-erasures", f"What was erased after the backup could not be erased again: {error}") from error
    return f"Erasures: {len(known)} registered, {again} of them carried out again."


def check_archive(tar: tarfile.TarFile) -> Mapping[str, object]:
    """The manifest, after every file was compared with it. Raises BackupError by name."""
    members: dict[str, tarfile.TarInfo] = {}
    for member in tar:
        if not member.isreg() or not _NAMES.fullmatch(member.name) or ".." in member.name or member.name in members:
            raise BackupError("restore-name", f"The archive holds {member.name!r}, which no backup writes.")
        members[member.name] = member
    if MANIFEST not in members or members[MANIFEST].size > MOST_MANIFEST:
        raise BackupError("restore-incomplete", "The archive has no manifest: the backup was interrupted.")
    manifest: dict[str, Any] = json.loads(_read(tar, members[MANIFEST]))
    if manifest.get("format") != FORMAT:
        raise BackupError("restore-format", f"The archive has the format {manifest.get('format')!r}, not {FORMAT}.")
    wanted: Mapping[str, Mapping[str, object]] = manifest["files"]
    if set(wanted) != set(members) - {MANIFEST}:
        odd = min(set(wanted) ^ (set(members) - {MANIFEST}))
        raise BackupError("restore-incomplete", f"{odd} is in the archive or in its manifest, but not in both.")
    for name, said in wanted.items():
        if _hash(tar, members[name]) != said["sha256"]:
            raise BackupError("restore-damaged", f"{name} in the archive is not what was backed up.")
    return manifest


def verify() -> list[str]:
    """Attachments, log and chains of this installation; a sentence each. Raises BackupError at the first thing wrong."""
    return [_verify_blobs(), _verify_log(), _verify_chains()]


def _refuse_unknown_migrations(manifest: Mapping[str, object]) -> None:
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = {f"{app}.{name}" for app, name in loader.disk_migrations}
    later = sorted(set(_list(manifest["migrations"])) - known)
    if later:
        raise BackupError("restore-newer", f"The archive was made by a later release (it knows {later[0]}): install that.")


def _refuse_non_empty(data: Path) -> None:
    with _connect() as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        if found and found[0]:
            raise BackupError("restore-not-empty", "The database is not empty: create a new one and name it in DATABASE_URL.")
        roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in ("bierger_owner", "bierger_web", "bierger_worker"):
            if role not in roles:
                raise BackupError("restore-roles", f"The role {role} is missing: create the three roles first.")
    for folder in FOLDERS:
        if any((data / folder).rglob("*")):
            raise BackupError("restore-not-empty", f"{data / folder} is not empty: choose another BIERGER_DATA.")
    with _store() as blobs:
        if next(blobs.stored(time.time()), None) is not None:
            raise BackupError("restore-not-empty", "The store of attachments is not empty: choose another BIERGER_BLOBS.")


def _write_files(tar: tarfile.TarFile, data: Path) -> None:
    from bierger.infra.blobs import write_durably

    with _store() as blobs:
        for member in _members(tar, "blobs"):
            _, area, _, name = member.name.split("/")
            blobs.put(area, name, _read(tar, member))
    for folder, mode in (("log", 0o644), ("keys", 0o600)):
        for member in _members(tar, folder):
            write_durably(data / member.name, _read(tar, member), mode=mode)


def _empty_again(tar: tarfile.TarFile, data: Path) -> None:
    """Folders and store were empty a moment ago, and must be for the next try."""
    for folder in FOLDERS:
        shutil.rmtree(data / folder, ignore_errors=True)
    with suppress(BackupError), _store() as blobs:
        for member in _members(tar, "blobs"):
            _, area, _, name = member.name.split("/")
            blobs.delete(area, name)


def _members(tar: tarfile.TarFile, folder: str) -> Iterator[tarfile.TarInfo]:
    return (member for member in tar.getmembers() if member.name.startswith(f"{folder}/"))


@contextmanager
def _store() -> Iterator[Store]:
    """The configured store of attachments; what goes wrong with it is told as ours."""
    from bierger.infra import blobs

    try:
        yield blobs.configured()
    except blobs.BlobFileError as error:
        raise BackupError("restore-store", f"The store of attachments fails: {error}") from error


def _restore_database(tar: tarfile.TarFile) -> None:
    with tempfile.TemporaryDirectory(prefix="bierger-restore-") as folder:
        dump, wanted = Path(folder) / DUMP, Path(folder) / "wanted.txt"
        with dump.open("wb") as file:
            for chunk in _chunks(tar, tar.getmember(DUMP)):
                file.write(chunk)
        listed = call_list(dump)
        wanted.write_text("\n".join(line for line in listed.splitlines() if not _NOT_OURS.search(line)), "utf-8")
        _extensions()
        call("pg_restore", ["--single-transaction", "--exit-on-error", "--no-owner", f"--use-list={wanted}", str(dump)])


def call_list(dump: Path) -> str:
    """The table of contents of a dump, without a database."""
    command = [find_program("pg_restore"), "--list", str(dump)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - PostgreSQL's own program
    if done.returncode:
        raise BackupError("restore-damaged", f"pg_restore cannot read the dump: {done.stderr.strip()}")
    return done.stdout


def _extensions() -> None:
    with _connect() as connection:
        for name in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))


def _verify_rows(manifest: Mapping[str, object]) -> list[str]:
    with _connect() as connection:
        found = count_rows(connection)
    said = manifest["rows"]
    assert isinstance(said, dict)
    for table, count in said.items():
        if found.get(table) != count:
            raise BackupError("restore-rows", f"{table} has {found.get(table)} rows, the archive says {count}.")
    return [f"Database: {sum(found.values())} rows in {len(said)} tables, as backed up on {str(manifest['made_at'])[:16]}."]


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def _set_clock_back() -> list[str]:
    """Outside the demonstration nothing may be dated by a clock that somebody moved there: policies ask the row."""
    from django.conf import settings

    if settings.BIERGER_ENV == "demo":
        return []
    with _connect() as connection:
        moved = connection.execute("DELETE FROM infra_clock_offset WHERE seconds <> 0").rowcount
    return ["Clock: it was moved in the demonstration, and is the machine's again."] if moved else []


def _verify_blobs() -> str:
    from bierger.infra import blobs

    with _connect() as connection:
        named = connection.execute("SELECT DISTINCT area, name FROM documents_blob").fetchall()
    erased = 0
    for area, name in named:
        try:
            blobs.read(area, name)
        except blobs.BlobFileError as error:
            if error.code == "blob-damaged":
                raise BackupError("restore-blob", f"The attachment {area}/{name} is not what its name says.") from error
            if error.code != "blob-missing":
                raise BackupError("restore-store", f"The store of attachments fails: {error}") from error
            erased += 1
    return f"Attachments: {len(named) - erased} whole" + (f", {erased} without a file." if erased else ".")


def _verify_log() -> str:
    """The tree is computed again from its leaves.

    1. The checkpoint is signed by the log's key.  2. The leaves give its root.  3. The index names each leaf's own place.
    """
    from bierger.infra.principal import SYSTEM, acting_as
    from bierger.ledger import selectors as ledger
    from bierger.ledger import services
    from bierger_core.merkle import Frontier, MerkleError, TileReader, leaf_hash, open_checkpoint

    with acting_as(SYSTEM), _connect() as connection:
        services.rebuild_earlier()
        head = ledger.checkpoint()
        if head is None:
            return "Log: empty."
        try:
            opened = open_checkpoint(head.note, ledger.log_keys()).checkpoint
            reader = TileReader(ledger.published_tile, head.size, head.root)
            leaves = [reader.entry(index) for index in range(head.size)]
        except MerkleError as error:
            raise BackupError("restore-log", f"The log does not hold together: {error}") from error
        tree = Frontier()
        for leaf in leaves:
            tree = tree.append(leaf_hash(leaf))
        if (opened.size, opened.root) != (head.size, head.root) or tree.root() != head.root:
            raise BackupError("restore-log", "The log's leaves do not give the root of its checkpoint.")
        ended = ledger.base()
        query = "SELECT leaf_index - %s, commitment FROM ledger_queue WHERE leaf_index >= %s AND leaf_index < %s"
        index = connection.execute(query, [ended, ended, ended + head.size])
        obstacle = ledger.obstacle()
        for place, commitment in index:
            if leaves[place] != bytes(commitment):
                raise BackupError("restore-log", f"Leaf {place} of the log is not what the index says.")
    told = f"Log {opened.origin}: {head.size} leaves under a signed checkpoint."
    return told if obstacle is None else f"{told} IT WILL NOT GROW ({obstacle.code}): {obstacle}"


def _verify_chains() -> str:
    from bierger.cases import selectors as cases
    from bierger.cases.errors import ChainBroken
    from bierger.infra.principal import SYSTEM, acting_as

    with _connect() as connection:
        found = [row[0] for row in connection.execute("SELECT id FROM cases_case")]
    events = 0
    with acting_as(SYSTEM):
        for case in found:
            try:
                events += cases.verify_chain(case)
            except ChainBroken as error:
                raise BackupError("restore-chain", f"Case {case}: {error}") from error
    return f"Cases: {len(found)}, each chain whole, {events} events."


def _connect() -> psycopg.Connection:
    conninfo, password = connection_words()
    try:
        return psycopg.connect(conninfo, password=password)
    except psycopg.OperationalError as error:
        raise BackupError("restore-database", f"The database does not answer: {error}") from error


def _chunks(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    file = tar.extractfile(member)
    assert file is not None  # it is a regular file
    while chunk := file.read(1024 * 1024):
        yield chunk


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    return b"".join(_chunks(tar, member))


def _hash(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(tar, member):
        digest.update(chunk)
    return digest.hexdigest()


def _list(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
