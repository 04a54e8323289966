# SPDX-License-Identifier: EUPL-1.2
"""Start the demonstration, keep it alive, stop it. No Django in this process, one thread, nothing between two looks.

The way up (numbers as in the code):

1. the data folder, which one supervisor at a time holds;
2. the ports;
3. the secrets, drawn once;
4. PostgreSQL (a server that survived an earlier supervisor is adopted);
5. the preparation in processes of its own: style sheets if they changed; migrations, packages, demonstration country, unless
   the database bears the mark of all that already: most of a second start is the start of Python, three times at once;
6. web, worker, simulators;
7. wait for /readyz, then say hello.

Then every piece that ends is started again and the terminal is told in one sentence. SIGINT, SIGTERM and SIGHUP stop
the processes, then PostgreSQL by the name of its folder. If the supervisor is killed, the kernel asks the others to
end, and the watchman sees to it.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from types import FrameType
from typing import TextIO

from bierger.infra.postgres import EmbeddedPostgres, EmbeddedPostgresError, FolderNotWritableError
from bierger.site.commands import demo_prepare
from bierger.site.demo import pieces, ports, statics
from bierger.site.demo.children import Child, launch
from bierger.site.demo.errors import AlreadyRunningError, PreparationFailedError
from bierger.site.demo.place import CLONE, Place
from bierger.site.demo.watchman import Watchman

LOOK_SECONDS = 0.5  # SIGCHLD wakes earlier; the database may be somebody else's child
READY_SECONDS = 60.0
STOP_SECONDS = 10.0  # a request that runs may end
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Runs one demonstration until it is told to stop."""

    def __init__(self, place: Place, output: TextIO = sys.stdout) -> None:
        self._place = place
        self._output = output
        self._stopping = False
        self._children: list[Child] = []
        self._watchman: Watchman | None = None
        self._server: EmbeddedPostgres | None = None
        self._server_due = 0.0
        self._server_fails = 0
        self._wake, self._waker = socket.socketpair()

    def run(self) -> int:
        """The whole life of a demonstration. Returns the exit status 0.

        Errors: DemonstrationError, EmbeddedPostgresError.
        """
        began = time.monotonic()
        os.umask(0o077)  # keys, attachments and logs are nobody else's; what others must reach is opened by name
        self._place.make()
        with self._watched(), self._listening(), self._only_one():  # 1
            ports.check(self._place.host, (self._place.port, self._place.simulators_port))  # 2
            self._place.secrets()  # 3
            try:
                self._start_database()  # 4
                if self._prepare() and self._start_children():  # 5, 6
                    self._greet(began)  # 7
                    self._watch()
            finally:
                self._stop()
        return 0

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        # Before the lock is open and a signal is handled: it must inherit neither.
        self._watchman = watchman = Watchman()
        try:
            yield
        finally:
            watchman.dismiss()

    # -- signals ------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _listening(self) -> Iterator[None]:
        self._wake.setblocking(False)
        self._waker.setblocking(False)
        before = {number: signal.signal(number, self._told_to_stop) for number in _STOP_SIGNALS}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        wakeup = signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _told_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _pause(self, seconds: float) -> None:
        """Sleep until something happens: a signal, the end of a child, or the time is over."""
        if select.select([self._wake], [], [], seconds)[0]:
            with contextlib.suppress(BlockingIOError):
                self._wake.recv(4096)

    # -- the way up ---------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _only_one(self) -> Iterator[None]:
        try:
            file = self._place.lock_file.open("a+", encoding="utf-8")
        except OSError as error:
            raise FolderNotWritableError(self._place.data, (error.strerror or "refused").lower()) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                raise AlreadyRunningError(self._place.data, file.read().strip() or "starting") from error
            file.truncate(0)
            file.write(f"process {os.getpid()}, {self._place.address}\n")
            file.flush()
            yield  # the lock goes with the process, however it ends

    def _start_database(self) -> None:
        server = EmbeddedPostgres(self._place.data / "postgres", die_with_parent=True)
        self._say(f"Starting PostgreSQL {server.version} on {server.data_folder}.")
        self._server = server  # from here on it is stopped whatever happens
        server.start()

    def _prepare(self) -> bool:
        """True when prepared, False when told to stop meanwhile. Errors: PreparationFailedError."""
        assert self._server is not None
        with statics.gathering() as changed:
            if changed is not None:
                self._say("Gathering style sheets, scripts and pictures.")
                if not self._run_to_its_end(*pieces.gathering_statics(self._place, self._server)):
                    return False
                statics.gathered(changed)
        command, environment = pieces.preparation(self._place, self._server)
        if demo_prepare.is_done(environment):
            return not self._stopping
        self._say("Preparing the database: migrations, packages, demonstration country.")
        return self._run_to_its_end(command, environment)

    def _run_to_its_end(self, command: list[str], environment: dict[str, str]) -> bool:
        assert self._watchman is not None
        log = self._place.logs / "prepare.log"
        size = log.stat().st_size if log.exists() else 0
        process = launch(command, environment, log, CLONE)
        self._watchman.begins(process.pid)
        while process.poll() is None and not self._stopping:
            self._pause(LOOK_SECONDS)
        if self._stopping:
            self._end_preparation(process)
        self._watchman.ended(process.pid)
        if self._stopping:
            return False
        if process.returncode != 0:
            said = log.read_bytes()[size:].decode("utf-8", "replace") if log.exists() else ""
            raise PreparationFailedError(process.returncode, log, "\n".join(said.splitlines()[-8:]))
        return True

    def _end_preparation(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)  # a migration in progress is rolled back whole
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _start_children(self) -> bool:
        assert self._server is not None
        self._children = pieces.supervised(self._place, self._server)
        for child in self._children:
            child.watchman = self._watchman
            child.start()
        return not self._stopping

    def _greet(self, began: float) -> None:
        answer, until = "", time.monotonic() + READY_SECONDS
        while not self._stopping and time.monotonic() < until:
            ready, answer = self._readiness()
            if ready:
                with contextlib.suppress(OSError):
                    self._output.write("\n" + self._place.welcome_file.read_text("utf-8").strip() + "\n")
                self._say(
                    f"\nStarted in {time.monotonic() - began:.0f} s: {self._place.address}. "
                    f"Data and logs are kept in {self._place.data}. Ctrl-C stops everything."
                )
                return
            self._pause(0.2)
            self._look()
        if not self._stopping:
            self._say(f"The site is not ready yet ({answer}); see {self._place.logs}. It is still being watched.")

    def _readiness(self) -> tuple[bool, str]:
        """Do the site and the sign-in simulator answer? Otherwise which does not, and what it says."""
        for port, path in (
            (self._place.simulators_port, "/.well-known/openid-configuration"),
            (self._place.port, "/readyz"),
        ):
            status = self._ask(port, path)
            if status != 200:
                return False, f"{path} on port {port} answers {status}"
        return True, ""

    def _ask(self, port: int, path: str) -> int | str:
        """The status of a page of ours, or the name of what went wrong."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._place.host, self._place.host)  # noqa: S104 - to connect
        connection = http.client.HTTPConnection(host, port, timeout=3)
        try:
            connection.request("GET", path, headers={"Host": f"localhost:{port}"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()

    # -- while it runs ------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        while not self._stopping:
            self._pause(LOOK_SECONDS)
            if not self._stopping:
                self._look()

    def _look(self) -> None:
        """One look at every piece, the database first: the others need it."""
        assert self._server is not None
        if self._server.pid() is None and time.monotonic() >= self._server_due:
            self._restart_database(self._server)
        for child in self._children:
            sentence = child.look()
            if sentence is not None:
                self._say(sentence)

    def _restart_database(self, server: EmbeddedPostgres) -> None:
        try:
            server.start()
        except EmbeddedPostgresError as error:
            self._server_fails += 1
            pause = min(30.0, 2.0**self._server_fails)
            self._server_due = time.monotonic() + pause
            self._say(f"The database ended; next try in {pause:.0f} s. {error}")
        else:
            self._server_fails = 0
            self._say("The database ended and is started again; what was acknowledged is there.")

    # -- the way down -------------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        if self._stopping:
            self._say("\nStopping.")
        for child in self._children:
            child.ask_to_stop()
        until = time.monotonic() + STOP_SECONDS
        for child in self._children:
            child.stop(until)
        if self._server is not None:
            self._server.stop()
            if self._stopping:
                self._say("Everything is stopped.")

    def _say(self, sentence: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # a closed terminal must not end the demonstration in disorder
            self._output.write(sentence + "\n")
            self._output.flush()
