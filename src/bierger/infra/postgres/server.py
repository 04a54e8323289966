# SPDX-License-Identifier: EUPL-1.2
"""One PostgreSQL server on one folder: initialise, start, adopt, stop.

Starting, step by step (numbers as in the code):

1. refuse unless this is a demonstration or a test;
2. resolve the folder, check its PostgreSQL major and the space that is left;
3. under the folder's lock: a server that already runs there and answers is adopted, one that is stopping is waited for;
4. what a killed server left behind (its children, its pid file) is cleared;
5. a first initialisation happens beside and is renamed when it is whole;
6. start `postgres` itself in a session of its own, wait until it says it is ready;
7. roles, extensions and the database, where missing.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode

import psycopg
from psycopg.rows import TupleRow

from bierger.infra.postgres import account as accounts
from bierger.infra.postgres import binaries, roles
from bierger.infra.postgres import folder as folders
from bierger.infra.postgres.errors import EnvironmentRefusedError, FolderFullError, StartFailedError, StopFailedError
from bierger.infra.postgres.launch import die_with_parent as dying_with_parent
from bierger.infra.postgres.roles import Role

ENVIRONMENTS = ("demo", "test")
PORT = "5432"  # the socket's name only; the server listens on no network address
START_SECONDS = 60.0  # crash recovery after kill -9 replays at most max_wal_size, far below this
STOP_SECONDS = 30
LOG_LIMIT = 5 * 2**20  # bytes; a larger log is set aside at start, one generation is kept

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # the password decides, not the account: web, worker and PgBouncer may differ
    "max_connections": "60",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "jit": "off",
    "huge_pages": "off",
    "io_method": "sync",  # 18: three processes fewer; the data fit into memory
    "max_worker_processes": "2",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    # Statements and key values may hold personal data: neither may reach the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
_SINCE = {"io_method": 18}
# Gives up what a power cut would cost, not what kill -9 would: commits still reach the system before they are answered.
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """A private PostgreSQL server on `folder`. See the package's docstring for where it may be used.

    `fsync=False` gives up durability for speed: tests only. `die_with_parent=True` (Linux) lets the kernel stop the
    server in order when the process that started it is gone.
    """

    def __init__(self, folder: Path, *, fsync: bool = True, die_with_parent: bool = False) -> None:
        environment = os.environ.get("BIERGER_ENV", "")
        if environment not in ENVIRONMENTS:  # 1
            raise EnvironmentRefusedError(environment)
        self.folder = Path(folder).absolute()
        self._fsync = fsync
        self._die_with_parent = die_with_parent
        self._remove_at_stop = False
        self._process: subprocess.Popen[bytes] | None = None
        # An existing data folder keeps its owner; root then finds the same account again.
        self._account = accounts.choose(self.folder / "data")
        self._home = folders.resolve(self.folder, self._account)  # 2
        if self._home.path != self.folder:
            self._account = accounts.choose(self._home.data)
        with folders.writing(binaries.COPIES):
            self._binaries = binaries.find(self._account)

    @classmethod
    def temporary(cls, *, fsync: bool = False, above: Path | None = None) -> Self:
        """A server on a new private folder; `stop()` removes it, and it dies with the process that made it.

        above   the folder in which the new one is made; without: where temporary files are
        """
        folder = folders.temporary(accounts.choose(Path("/nonexistent")), above=above)
        server = cls(folder, fsync=fsync, die_with_parent=True)
        server._remove_at_stop = True
        return server

    # -- what it is ---------------------------------------------------------------------------------------------------

    @property
    def version(self) -> str:
        return self._binaries.version

    @property
    def major(self) -> int:
        return self._binaries.major

    @property
    def account(self) -> str:
        """The name of the account the server runs under."""
        return self._account.name

    @property
    def data_folder(self) -> Path:
        return self._home.data

    @property
    def socket_folder(self) -> Path:
        return self._home.socket

    @property
    def log_file(self) -> Path:
        return self._home.log

    def binary(self, name: str) -> Path:
        """A program that came with the server (`pg_dump`, `pgbench`, ...). Errors: BinariesMissingError."""
        return self._binaries.path(name)

    def parameters(self, role: Role, database: str = "bierger") -> dict[str, str]:
        """How to connect as `role`, for `psycopg.connect(**...)`. Errors: PasswordsMissingError."""
        words = roles.passwords(self._home.passwords, create=False)
        return {
            "host": str(self._home.socket),
            "port": PORT,
            "user": roles.user(role),
            "password": words[role],
            "dbname": database,
        }

    def url(self, role: Role, database: str = "bierger") -> str:
        """How to connect as `role`: `postgresql://USER:PASSWORD@/DATABASE?host=FOLDER&port=5432`."""
        parts = self.parameters(role, database)
        where = urlencode({"host": parts["host"], "port": parts["port"]}, safe="/")
        return f"postgresql://{parts['user']}:{quote(parts['password'], safe='')}@/{quote(database, safe='')}?{where}"

    def pid(self) -> int | None:
        """The process id of the running server, None if none runs on this folder."""
        found = self._pid_file()
        return found[0] if found is not None and self._lives(found[0]) else None

    def is_running(self) -> bool:
        """Does a server live on this folder, and has it said that it is ready?"""
        found = self._pid_file()
        return found is not None and found[1] == "ready" and self._lives(found[0])

    # -- start and stop -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start or adopt the server (steps in the module's docstring); idempotent.

        Errors: OtherMajorError, FolderFullError, FolderNotWritableError, PasswordsMissingError, StartFailedError.
        """
        with folders.locked(self._home):
            there = folders.check(self._home, self.major)
            words = roles.passwords(self._home.passwords, create=not there)
            if not self._adopt():  # 3
                self._clear_remains()  # 4
                if not there:
                    self._initialise(words["super"])  # 5
                self._launch()  # 6
            self.ensure_roles_and_database()  # 7

    def stop(self, *, keep: bool = False) -> None:
        """Stop the server in order (open transactions are rolled back), whoever started it; idempotent.

        A temporary server's folder goes with it, unless `keep` says that it will be started again.

        Errors: StopFailedError.
        """
        with folders.locked(self._home):
            if self.pid() is not None:
                self._pg_ctl_stop("fast")
            if self._process is not None:
                self._process.wait(timeout=STOP_SECONDS)
                self._process = None
        if self._remove_at_stop and not keep:
            shutil.rmtree(self._home.path, ignore_errors=True)
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # -- roles and databases ------------------------------------------------------------------------------------------

    def ensure_roles_and_database(self, name: str = "bierger") -> None:
        """Create what is missing of roles, extensions and the database `name`."""
        with self._connect("postgres") as connection:
            roles.ensure_roles(connection, roles.passwords(self._home.passwords, create=False))
            if roles.database_exists(connection, name):
                return
        with self._connect("template1") as connection:
            roles.ensure_template(connection)
        self.create_database(name)

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Create database `name`, owned by bierger_owner, if missing. Nobody may be connected to `template`."""
        with self._connect("postgres") as connection:
            roles.create_database(connection, name, template)

    def drop_database(self, name: str) -> None:
        """Drop database `name` and whoever is connected to it, if it exists."""
        with self._connect("postgres") as connection:
            roles.drop_database(connection, name)

    def database_exists(self, name: str) -> bool:
        with self._connect("postgres") as connection:
            return roles.database_exists(connection, name)

    def _connect(self, database: str) -> psycopg.Connection[TupleRow]:
        parts = self.parameters("super", database)
        return psycopg.connect(
            host=parts["host"],
            port=parts["port"],
            user=parts["user"],
            password=parts["password"],
            dbname=database,
            autocommit=True,  # CREATE DATABASE runs in no transaction
            connect_timeout=10,
        )

    # -- the server's process -----------------------------------------------------------------------------------------

    def _pid_file(self) -> tuple[int, str] | None:
        """Process id and state (`starting`, `ready`, `stopping`, ...) as the server wrote them, None without a file."""
        try:
            lines = (self._home.data / "postmaster.pid").read_text("utf-8", "replace").splitlines()
            return int(lines[0]), lines[7].strip() if len(lines) > 7 else "starting"
        except (OSError, ValueError, IndexError):
            return None

    def _lives(self, pid: int) -> bool:
        if self._process is not None and self._process.pid == pid:
            return self._process.poll() is None  # reaps: for kill() and for PostgreSQL a zombie would look alive
        inside = folders.living(self._home.data)
        if inside is not None:
            return pid in inside  # the number alone may have gone to another program since
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

    def _adopt(self) -> bool:
        """Is a server ready on this folder? Waits for one that is starting or stopping."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            found = self._pid_file()
            if found is None or not self._lives(found[0]):
                return False
            if found[1] == "ready":
                return True
            time.sleep(0.05)
        raise StartFailedError("a server on this folder neither starts nor stops", self._home.log, self._last_lines())

    def _clear_remains(self) -> None:
        """End the children of a killed server and remove its pid file: until then a new one refuses to start.

        Two servers on one folder would destroy it, so the file goes only once nobody lives in the folder. Killing these
        children loses nothing: their server is dead, recovery from the write-ahead log has to follow anyway.
        """
        for attempt in range(100):
            inside = folders.living(self._home.data)
            if not inside:
                break
            for pid in inside:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGQUIT if attempt < 40 else signal.SIGKILL)
            time.sleep(0.05)
        if folders.living(self._home.data) == []:
            (self._home.data / "postmaster.pid").unlink(missing_ok=True)

    def _initialise(self, password: str) -> None:
        part = self._home.part
        word = self._home.path / "initial-password"
        try:
            for character_type in ("C.UTF-8", "en_US.UTF-8", "C"):  # the first that the host's C library knows
                shutil.rmtree(part, ignore_errors=True)
                part.mkdir(mode=0o700)
                self._account.give(part)
                word.unlink(missing_ok=True)
                word.touch(mode=0o600)
                self._account.give(word)
                word.write_text(password, "ascii")
                status, said = self._account.run(
                    self._initdb(part, word, character_type), cwd=self._home.path, timeout=START_SECONDS
                )
                if status == 0:
                    part.rename(self._home.data)
                    return
                if "locale" not in said:
                    break
        finally:
            word.unlink(missing_ok=True)
        shutil.rmtree(part, ignore_errors=True)
        if "No space left" in said:
            raise FolderFullError(self._home.path, shutil.disk_usage(self._home.path).free, folders.NEEDED_NEW)
        raise StartFailedError("its data folder could not be initialised", self._home.log, said[-2000:])

    def _initdb(self, part: Path, word: Path, character_type: str) -> list[str | Path]:
        """The language is none (C): names are sorted by a key of our own, so that hosts agree. Letters are Unicode's.

        The builtin provider answers upper() and lower(); full-text search and trigrams still ask the C library what a
        letter is, hence the character type.
        """
        command: list[str | Path] = [self.binary("initdb"), "-D", part, "-U", roles.user("super"), "--encoding=UTF8"]
        command += ["--auth=scram-sha-256", f"--pwfile={word}", "--no-instructions"]
        command += ["--locale=C", f"--lc-ctype={character_type}"]
        if self.major >= 17:
            locale = "PG_UNICODE_FAST" if self.major >= 18 else "C.UTF-8"
            command += ["--locale-provider=builtin", f"--builtin-locale={locale}"]
        return command if self._fsync else [*command, "--no-sync"]

    def _launch(self) -> None:
        folders.make_socket_folder(self._home, self._account)
        settings = {key: value for key, value in _SETTINGS.items() if _SINCE.get(key, 0) <= self.major}
        settings |= {"unix_socket_directories": str(self._home.socket)} | ({} if self._fsync else _NOT_DURABLE)
        command: list[str | Path] = [self.binary("postgres"), "-D", self._home.data, "-p", PORT]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        log = self._open_log()
        try:
            self._process = self._account.popen(
                command,
                cwd=self._home.path,
                output=log,
                preexec=dying_with_parent(signal.SIGINT) if self._die_with_parent else None,  # SIGINT: fast shutdown
            )
        except PermissionError as error:  # root without the right to change its account, as in some containers
            raise StartFailedError(
                f"its account “{self._account.name}” cannot be taken", self._home.log, str(error)
            ) from error
        finally:
            os.close(log)
        self._wait_until_ready(self._process)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if process.poll() is not None:
                self._process = None
                raise StartFailedError(f"it ended with status {process.returncode}", self._home.log, self._last_lines())
            found = self._pid_file()
            if found == (process.pid, "ready"):
                return
            time.sleep(0.02)
        raise StartFailedError(f"it was not ready after {START_SECONDS:.0f} s", self._home.log, self._last_lines())

    def _open_log(self) -> int:
        log = self._home.log
        with folders.writing(log):
            if log.exists() and log.stat().st_size > LOG_LIMIT:
                log.replace(log.with_name("log.1"))
            return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def _last_lines(self) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(self._home.log.read_text("utf-8", "replace").splitlines()[-5:])
        return ""

    def _pg_ctl_stop(self, mode: str) -> None:
        command: list[str | Path] = [self.binary("pg_ctl"), "stop", "-D", self._home.data, "-m", mode, "-w"]
        status, said = self._account.run(
            [*command, "-t", str(STOP_SECONDS)], cwd=self._home.path, timeout=STOP_SECONDS + 10
        )
        if status != 0 and self.pid() is not None:
            if mode == "immediate":
                raise StopFailedError(
                    self._home.data, said.strip().splitlines()[-1] if said.strip() else f"status {status}"
                )
            self._pg_ctl_stop("immediate")
