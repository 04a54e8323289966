# SPDX-License-Identifier: EUPL-1.2
"""How each outside verifier is asked. None of them runs in this process, none finds a module of Bierger's."""

from __future__ import annotations

import atexit
import fcntl
import functools
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.outside.verdicts import Answer
from tests.tools import not_run, required_program

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PLACE = ROOT / ".outside"
SECONDS = 300


def required(path: Path) -> Path:
    """A file that tools/outside.sh installs."""
    if not path.exists():
        not_run(f"{path.relative_to(ROOT)} is missing; `make test-outside` installs it when it can.")
    return path


def bare() -> dict[str, str]:
    """An environment without ours: PYTHONPATH and the like are no business of an outsider."""
    return {"LC_ALL": "C.UTF-8", **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}}


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in words], env=bare(), capture_output=True, text=True, timeout=SECONDS, check=False
    )


def answer(done: subprocess.CompletedProcess[str]) -> Answer:
    return Answer(done.returncode == 0, done.stdout + done.stderr)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process of the suite at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """What `make` puts into the folder, made by whichever process of the suite comes first."""
    with alone(folder.with_suffix(".lock")):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)  # somebody failed in the middle
            folder.mkdir()
            make(folder)
            (folder / "done").touch()
    return folder


def build_go(folder: Path) -> None:
    go = required_program("go", package="golang-go")
    required(PLACE / ".done-go_packages")
    done = subprocess.run(
        [go, "build", "-o", str(folder / "outside"), "."], cwd=HERE / "go", capture_output=True, text=True, timeout=SECONDS, check=False,
        env={**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "GOPROXY": "off"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


class Process:
    """A verifier that stays in memory: one line asks, one line answers. It starts when it is asked first."""

    def __init__(self, command: Callable[[], Sequence[object]]) -> None:
        self._command = command
        self._process: subprocess.Popen[str] | None = None

    def ask(self, line: str) -> str:
        if self._process is None:
            words = [str(word) for word in self._command()]
            self._process = subprocess.Popen(words, env=bare(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            atexit.register(self._process.kill)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline()
        assert said, f"{self._process.args} ended with {self._process.wait(SECONDS)}"
        return said.rstrip("\n")


@functools.cache
def python(script: str) -> Callable[..., Answer]:
    """A script of `python/` in the verifiers' own environment; -I: no module but theirs can be imported."""
    folder = HERE / "python"
    process = Process(lambda: (required(PLACE / "venv" / "bin" / "python"), "-I", folder / "answer.py", folder / script))
    return lambda *words: Answer(*json.loads(process.ask(json.dumps([str(word) for word in words]))))


def _verapdf_command() -> Sequence[object]:
    java = required_program("java", package="default-jdk-headless")
    required(PLACE / ".done-java_packages")
    return java, "-Djava.awt.headless=true", "-XX:+UseSerialGC", "-cp", f"{PLACE / 'java'}/*", HERE / "java" / "Validate.java"


_VERAPDF = Process(_verapdf_command)


def ask_verapdf(path: Path) -> Answer:
    """Whether the file keeps to PDF/A-3a and to PDF/UA-1; a validator that looked at nothing has nothing to say."""
    words = []
    for said in _VERAPDF.ask(str(path)).split("\t"):
        flavour, checks, broken = said.split("|", 2)
        words.append(f"{flavour}: {broken if broken or int(checks) > 100 else f'only {checks} checks were made'}\n")
    return Answer(words == ["3a: \n", "ua1: \n"], "".join(words))


def ask_qpdf(path: Path) -> Answer:
    """A warning is a refusal too: it exits with 3."""
    return answer(run(required_program("qpdf", package="qpdf"), "--check", path))


def ask_pdfsig(path: Path) -> Answer:
    """Whether the file carries signatures, all valid and each over the whole of it; nothing is said about whose they are."""
    done = run(required_program("pdfsig", package="poppler-utils"), "-nocert", path)
    words = done.stdout + done.stderr
    signatures = words.count("Signature Validation:")
    valid = words.count("Signature Validation: Signature is Valid.")
    return Answer(0 < signatures == valid == words.count("Total document signed"), words)


def ask_pdfsig_whose(path: Path, believed: Path) -> Answer:
    """As `ask_pdfsig`, and whether each certificate comes from one that is believed. believed: a folder with a database of NSS."""
    done = run(required_program("pdfsig", package="poppler-utils"), "-nssdir", f"sql:{believed}", path)
    words = done.stdout + done.stderr
    signatures = words.count("Signature Validation: Signature is Valid.")
    return Answer(0 < signatures == words.count("Certificate Validation: Certificate is Trusted."), words)


def believing(certificate: Path, folder: Path) -> Path:
    """A database of NSS in which one certification authority is believed for signatures."""
    certutil = required_program("certutil", package="libnss3-tools")
    folder.mkdir()
    for words in (("-N", "--empty-password"), ("-A", "-n", "believed", "-t", "CT,C,C", "-i", certificate)):
        done = run(certutil, "-d", f"sql:{folder}", *words)
        assert done.returncode == 0, done.stderr
    return folder


def ask_openssl_cms(signature: Path, content: Path, believed: Path) -> Answer:
    """Whether a detached signature is good for the content, by a signer whom the certification authority vouches for."""
    return answer(
        openssl(
            "cms", "-verify", "-inform", "DER", "-binary", "-cades", "-purpose", "any", "-in", signature, "-content", content,
            "-CAfile", believed, "-out", "/dev/null",
        )
    )  # fmt: skip


def ask_openssl_ts(answer_file: Path, believed: Path, *about: object) -> Answer:
    """Whether a time stamp is good for the query or the data. about: -queryfile FILE, -data FILE or -digest HEX."""
    return answer(openssl("ts", "-verify", "-in", answer_file, "-CAfile", believed, *about))


def openssl(*words: object) -> subprocess.CompletedProcess[str]:
    return run(required_program("openssl", package="openssl"), *words)
