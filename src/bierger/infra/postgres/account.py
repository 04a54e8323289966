# SPDX-License-Identifier: EUPL-1.2
"""Under which account PostgreSQL runs: the caller's own, or, for root, one without privileges.

PostgreSQL refuses to run as root. Opening the folders above its data for somebody else would be the easy way out
and the wrong one (a clone often lies under /root); so root's server lives where its account can reach it anyway.
"""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bierger.infra.postgres.errors import AccountMissingError

CANDIDATES = ("nobody", "daemon", "postgres")  # the first that exists; an existing data folder keeps its owner


@dataclass(frozen=True)
class Account:
    """Who runs the server. `switch` is True when the caller is root and becomes somebody else."""

    name: str
    uid: int
    gid: int
    switch: bool

    def popen(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path,
        output: int,
        extra: Mapping[str, str] | None = None,
        preexec: Callable[[], None] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program as this account in a session of its own, with a bare environment and no standard input."""
        return subprocess.Popen(  # noqa: S603 - a list, no shell; the program's path is found by binaries.py
            [str(part) for part in command],
            cwd=cwd,  # the caller's own folder may be closed to the account
            env=_environment(extra),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is for the supervisor, which stops the server in order
            preexec_fn=preexec,  # noqa: PLW1509 - prctl only, see launch.py
            umask=0o077,
            user=self.uid if self.switch else None,
            group=self.gid if self.switch else None,
            extra_groups=[] if self.switch else None,
        )

    def run(self, command: Sequence[str | Path], *, cwd: Path, timeout: float) -> tuple[int, str]:
        """Run a program to its end: exit status and everything it said. Raises subprocess.TimeoutExpired."""
        with self.popen(command, cwd=cwd, output=subprocess.PIPE) as process:
            try:
                said, _ = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            return process.returncode, said.decode("utf-8", "replace")

    def give(self, path: Path) -> None:
        """Make the account the owner of a file or folder that root created."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def reaches(self, folder: Path) -> bool:
        """May the account pass through every existing folder above `folder`, itself included? (Mode bits only.)"""
        if not self.switch:
            return True
        for step in (*reversed(folder.parents), folder):
            try:
                found = step.stat()
            except FileNotFoundError:
                return True  # what does not exist yet is made by us, open enough
            except NotADirectoryError:
                return True  # the sentence for this comes from creating the folder
            group = stat.S_IXGRP if found.st_gid == self.gid else stat.S_IXOTH
            if not found.st_mode & (stat.S_IXUSR if found.st_uid == self.uid else group):
                return False
        return True


def _environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    """Nothing of the caller's: a PGDATA, PGPORT or locale set outside must not move the server."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **(extra or {})}


def choose(data: Path) -> Account:
    """The account for the server on folder `data`: its owner if it exists, so that nothing changes hands later.

    Errors: AccountMissingError when root finds none of CANDIDATES.
    """
    uid = os.geteuid()
    if uid != 0:
        return Account(name=_name(uid), uid=uid, gid=os.getegid(), switch=False)
    try:
        owner = data.stat()
    except OSError:
        owner = None
    if owner is not None and owner.st_uid != 0:
        return Account(name=_name(owner.st_uid), uid=owner.st_uid, gid=owner.st_gid, switch=True)
    for name in CANDIDATES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=found.pw_uid, gid=found.pw_gid, switch=True)
    raise AccountMissingError(f"none of {', '.join(CANDIDATES)} exists")


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # containers run under numbers without a name
        return str(uid)
