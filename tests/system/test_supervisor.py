# SPDX-License-Identifier: EUPL-1.2
"""`./bierger demo` with real processes: refusals in one sentence; pieces killed and back; everything stopped in order."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bierger.infra.postgres import EmbeddedPostgres
from bierger.infra.postgres import folder as folders
from bierger.site.demo.children import Child, how
from bierger.site.demo.place import Place
from tests.ports import free_ports

CLONE = Path(__file__).resolve().parents[2]
FIRST_START = 300.0  # seconds
BACK = 120.0  # seconds; a shared machine may be slow, `make bench` measures


def environment(data: Path, **more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BIERGER_", "DATABASE_", "DJANGO_"))}
    return {**kept, "BIERGER_DATA": str(data), **more}


def two_free_ports() -> int:
    """A port that is free together with the next one."""
    return free_ports(2)


def wait_until(condition: Callable[[], object], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return bool(condition())


class Demo:
    """A running `./bierger demo`, and what it said."""

    def __init__(self, data: Path) -> None:
        self.data, self.port, self.said = data, two_free_ports(), []
        self.process = subprocess.Popen(
            [CLONE / "bierger", "demo", "--port", str(self.port)],
            env=environment(data),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=lambda: self.said.extend(iter(self.process.stdout.readline, "")), daemon=True)
        self._reader.start()

    def text(self) -> str:
        return "".join(self.said)

    def ready(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
            return answer.status == 200
        return False

    def wait_for_hello(self) -> None:
        assert wait_until(lambda: "Started in" in self.text() or self.process.poll() is not None, FIRST_START)
        assert "Started in" in self.text(), self.text() + self.logs()

    def logs(self) -> str:
        return "".join(f"\n== {path}\n{path.read_text()[-2000:]}" for path in sorted((self.data / "logs").glob("*.log")))

    def piece(self, words: str) -> psutil.Process:
        """The supervisor's child whose command line holds `words`."""
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                if words in " ".join(child.cmdline()):
                    return child
        raise AssertionError(f"no process {words}: {self.text()}{self.logs()}")

    def has(self, words: str) -> bool:
        try:
            return self.piece(words).status() != psutil.STATUS_ZOMBIE
        except (AssertionError, psutil.Error):
            return False

    def serving(self) -> set[int]:
        """The processes below the web process, by number: those that answer."""
        with contextlib.suppress(AssertionError, psutil.Error):
            return {child.pid for child in self.piece("bierger.site.wsgi").children() if child.status() != psutil.STATUS_ZOMBIE}
        return set()

    def left_behind(self) -> list[str]:
        """Every process that belongs to this demonstration's folder, by its environment or by where it stands."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.environ().get("BIERGER_DATA") == str(self.data) or self.data in Path(process.cwd()).parents:
                    found.append(" ".join(process.cmdline()))
        return found

    def end(self) -> int:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        status = self.process.wait(timeout=BACK)
        self._reader.join(timeout=BACK)
        return status


def make_data() -> Path:
    """A folder that the database's account reaches, unlike pytest's own."""
    folder = folders.temporary(folders.Account(name="", uid=0, gid=0, switch=False))
    folder.chmod(0o711)
    return folder


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    folder = make_data()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def demo(data: Path) -> Iterator[Demo]:
    running = Demo(data)
    try:
        running.wait_for_hello()
        yield running
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.end()


def refused(data: Path, *arguments: str, **more: str) -> str:
    """Start a demonstration that does not start: exit status 1 and one sentence, which is returned."""
    done = subprocess.run(
        [CLONE / "bierger", "demo", *arguments],
        env=environment(data, **more),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=BACK,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.startswith("bierger: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


# -- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [0, 1])
def test_a_port_in_use_gets_one_sentence_with_another_port(tmp_path, offset):
    port = two_free_ports()
    with socket.create_server(("127.0.0.1", port + offset)):
        sentence = refused(tmp_path / "data", "--port", str(port))
    assert f"Port {port + offset} is in use" in sentence
    assert "make demo PORT=" in sentence
    assert not (tmp_path / "data" / "postgres").exists()


def test_an_address_of_another_machine_gets_one_sentence(tmp_path):
    assert "192.0.2.1" in refused(tmp_path / "data", "--host", "192.0.2.1", "--port", str(two_free_ports()))


def test_a_port_that_is_no_port_is_refused_by_name(tmp_path):
    done = subprocess.run(
        [CLONE / "bierger", "demo", "--port", "70000"], env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "1 to 65534" in done.stderr


def test_a_folder_that_cannot_be_made_gets_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be written" in refused(tmp_path / "file" / "data", "--port", str(two_free_ports()))


def test_a_read_only_folder_gets_one_sentence(data):
    folder = data / "read-only"
    folder.mkdir(mode=0o555)
    lines = "from bierger.site.cli import *; from bierger.site.demo import command; import sys, os, encodings.idna\n"
    if os.geteuid() == 0:  # root may write anywhere: become somebody who may not, once everything is imported
        nobody = pwd.getpwnam("nobody")
        lines += f"os.setgroups([]); os.setresgid(*[{nobody.pw_gid}]*3); os.setresuid(*[{nobody.pw_uid}]*3)\n"
    lines += f"sys.exit(main(['demo', '--port', '{two_free_ports()}']))"
    done = subprocess.run(
        [CLONE / ".venv" / "bin" / "python", "-c", lines],
        env=environment(folder, PYTHONPATH=str(CLONE / "src")), cwd="/", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "cannot be written (permission denied)" in done.stderr
    assert done.stderr.count("\n") == 1


def test_data_of_another_major_get_one_sentence_and_stay(monkeypatch):
    monkeypatch.setenv("BIERGER_ENV", "test")
    folder = make_data()
    try:
        with EmbeddedPostgres(folder / "postgres", fsync=False, die_with_parent=True) as server:
            version = server.data_folder / "PG_VERSION"
        version.write_text("16\n")
        sentence = refused(folder, "--port", str(two_free_ports()))
        assert "PostgreSQL 16" in sentence
        assert "./bierger restore" in sentence
        assert version.read_text() == "16\n"
    finally:
        shutil.rmtree(folder)


def test_a_second_supervisor_on_the_same_folder_gets_one_sentence(tmp_path):
    (tmp_path / "demo.lock").write_text("process 1, http://localhost:1\n")
    with (tmp_path / "demo.lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "already runs" in refused(tmp_path, "--port", str(two_free_ports()))


@pytest.mark.parametrize("value", ["production", "test"])
def test_refused_where_it_could_be_production(tmp_path, value):
    assert "BIERGER_ENV" in refused(tmp_path / "data", BIERGER_ENV=value)
    assert not (tmp_path / "data").exists()


def test_damaged_secrets_get_one_sentence(tmp_path):
    (tmp_path / "secrets.json").write_text("{")
    assert "secrets" in refused(tmp_path, "--port", str(two_free_ports()))


# -- parts ------------------------------------------------------------------------------------------------------------


def test_secrets_are_drawn_once_and_closed(tmp_path):
    place = Place(tmp_path)
    drawn = place.secrets()
    assert place.secrets() == drawn
    assert stat.S_IMODE(place.secrets_file.stat().st_mode) == 0o600
    assert len(set(drawn.values())) == len(drawn)
    assert all(len(value) >= 50 for value in drawn.values())


def test_a_process_that_cannot_live_is_tried_later_and_later(tmp_path):
    child = Child("The stone", ["/bin/sh", "-c", "exit 3"], {}, tmp_path / "log", tmp_path)
    child.start()
    said = []
    assert wait_until(lambda: said.append(child.look()) or child.ends >= 3, BACK)
    child.stop(time.monotonic())
    sentences = [sentence for sentence in said if sentence]
    assert sentences[0] == "The stone ended with status 3 and is started again."
    assert "3 times in a row: next try in 2 s" in sentences[2]
    assert child.process is None


def test_what_a_killed_process_started_is_ended_before_it_starts_again(tmp_path):
    child = Child("The tree", ["/bin/sh", "-c", "sleep 300 & echo $!; wait"], {}, tmp_path / "log", tmp_path)
    child.start()
    assert wait_until(lambda: child.log.read_text().strip(), BACK)
    branch = int(child.log.read_text())
    child.process.kill()
    assert wait_until(child.look, BACK)
    assert wait_until(lambda: not psutil.pid_exists(branch) or psutil.Process(branch).status() == psutil.STATUS_ZOMBIE, BACK)
    child.stop(time.monotonic())


def test_a_process_that_does_not_listen_is_ended(tmp_path):
    child = Child(
        "The deaf", ["/bin/sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"], {}, tmp_path / "log", tmp_path
    )
    child.start()
    assert wait_until(lambda: "up" in child.log.read_text(), BACK)
    process = child.process
    child.ask_to_stop()
    child.stop(time.monotonic() + 0.3)
    assert process.returncode == -signal.SIGKILL
    assert how(process.returncode) == "was ended by SIGKILL"


def test_the_watchman_ends_what_a_killed_supervisor_left(tmp_path):
    lines = f"""
import os, signal, sys, time
from pathlib import Path
from bierger.site.demo.children import Child
from bierger.site.demo.watchman import Watchman
deaf = "trap '' TERM; sleep 300 & echo $$ $!; while :; do sleep 0.1; done"
child = Child("The deaf", ["/bin/sh", "-c", deaf], {{}}, Path({str(tmp_path)!r}, "log"), Path("/"), watchman=Watchman())
child.start()
while not child.log.read_text().strip():
    time.sleep(0.05)
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run(
        [sys.executable, "-c", lines], env=environment(tmp_path, PYTHONPATH=str(CLONE / "src")), check=False, timeout=BACK
    )
    left = [int(word) for word in (tmp_path / "log").read_text().split()]
    assert len(left) == 2
    alive = [psutil.Process(pid) for pid in left if psutil.pid_exists(pid)]
    assert alive  # they did not care that their parent was killed
    assert wait_until(lambda: not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in alive), BACK)


# -- a whole demonstration --------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_no_process_knows_more_of_the_database_than_its_role(demo):
    owner = {"bierger.site.wsgi": "bierger_web", "bierger.site worker": "bierger_worker", "bierger.simulators.wsgi": None}
    for words, role in owner.items():
        values = demo.piece(words).environ()
        addresses = [value for value in values.values() if "postgresql://" in value]
        assert len(addresses) == (1 if role else 0), words
        assert all(f"//{role}:" in address for address in addresses)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("bierger.site.wsgi", "The web process"),
        ("bierger.site worker", "The worker"),
        ("bierger.simulators.wsgi", "The simulators"),
        ("bin/postgres", "The database"),
    ],
)
def test_a_killed_piece_is_back_and_said_in_one_sentence(demo, words, title):
    before, said = demo.piece(words), len(demo.said)
    before.kill()
    assert wait_until(lambda: any(line.startswith(title) for line in demo.said[said:]), BACK)
    assert wait_until(lambda: demo.has(words) and demo.piece(words).pid != before.pid and demo.ready(), BACK), (
        demo.text() + demo.logs()
    )
    assert sum(line.startswith(title) for line in demo.said[said:]) == 1


@pytest.mark.slow
def test_a_killed_server_process_below_the_web_process_is_back(demo):
    below = demo.piece("bierger.site.wsgi").children()
    victim = next(child for child in below if "granian" in " ".join(child.cmdline()))
    victim.kill()
    # Another process answers now, not the one that was killed, whose number the parent keeps until it has been waited for.
    assert wait_until(lambda: not victim.is_running() or victim.status() == psutil.STATUS_ZOMBIE, BACK)
    assert wait_until(lambda: demo.serving() - {victim.pid} and demo.ready(), BACK), demo.text() + demo.logs()


@pytest.mark.slow
def test_a_second_demonstration_on_the_same_folder_is_refused(demo):
    assert f"http://localhost:{demo.port}" in refused(demo.data, "--port", str(two_free_ports()))
    assert demo.ready()


@pytest.mark.slow
@pytest.mark.parametrize("how_it_ends", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_behind_and_the_data_are_found_again(how_it_ends):
    folder = make_data()
    demo = Demo(folder)
    try:
        demo.wait_for_hello()
        secrets = (folder / "secrets.json").read_text()
        files = {path.name for path in folder.iterdir()}
        assert len(demo.left_behind()) >= 6
        demo.process.send_signal(how_it_ends)
        assert demo.process.wait(timeout=BACK) == (-signal.SIGKILL if how_it_ends == signal.SIGKILL else 0)
        assert wait_until(lambda: not demo.left_behind(), BACK), demo.left_behind()
        assert not (folder / "postgres" / "data" / "postmaster.pid").exists()
        demo = Demo(folder)
        demo.wait_for_hello()
        assert (folder / "secrets.json").read_text() == secrets
        assert files <= {path.name for path in folder.iterdir()}
    finally:
        demo.end()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_told_to_stop_while_it_prepares_it_stops_in_order():
    folder = make_data()
    demo = Demo(folder)
    try:
        assert wait_until(lambda: "Preparing" in demo.text(), FIRST_START)
        assert demo.end() == 0
        assert not demo.left_behind()
    finally:
        demo.process.kill()
        shutil.rmtree(folder, ignore_errors=True)
