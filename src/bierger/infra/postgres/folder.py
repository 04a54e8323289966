# SPDX-License-Identifier: EUPL-1.2
"""The folder of one embedded server: where it stands, what it must allow, who is alive in it.

    <folder>/                   as given by the caller (the demonstration: <data>/postgres)
        place                   only where the server's account cannot reach the folder: HOME's name
    HOME = <folder> or /var/lib/bierger/<place>
        data/                   PostgreSQL's own, 0700, owned by its account
        data.part/              a first initialisation that did not end; removed at the next start
        socket/                 traversable: PgBouncer may run under a third account, and needs a password like anybody
        passwords.json          0600, the caller's: the four roles' passwords
        log                     0600, the caller's
        lock                    one starter or stopper at a time

Root's clone often lies where no other account may pass; opening those folders for everybody is not ours to do.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bierger.infra.postgres.account import Account
from bierger.infra.postgres.binaries import COPIES
from bierger.infra.postgres.errors import FolderFullError, FolderNotWritableError, OtherMajorError

SOCKET_LIMIT = 90  # bytes for the folder: sun_path holds 108 on Linux, 104 elsewhere, and "/.s.PGSQL.5432" follows
NEEDED_NEW = 200 * 2**20  # bytes: initdb writes 40 MB, the first write-ahead segments and the demonstration the rest
NEEDED_OLD = 48 * 2**20  # bytes: three write-ahead segments, enough to recover and to say so
_TEMPORARY = "bierger-test-"


@dataclass(frozen=True)
class Home:
    """The resolved paths of one server."""

    path: Path
    socket: Path

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def part(self) -> Path:
        return self.path / "data.part"

    @property
    def passwords(self) -> Path:
        return self.path / "passwords.json"

    @property
    def log(self) -> Path:
        return self.path / "log"


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn the system's refusals into this package's sentences."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise FolderFullError(folder, 0, NEEDED_NEW) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ELOOP):
            raise FolderNotWritableError(folder, (error.strerror or "refused").lower()) from error
        raise


def resolve(folder: Path, account: Account) -> Home:
    """Where the server of `folder` stands; creates `folder` (and its `place`) where that is missing.

    Errors: FolderNotWritableError, FolderFullError.
    """
    folder = folder.absolute()
    with writing(folder):
        _make(folder, account)
        home = folder
        if not account.reaches(folder):
            home = COPIES / _place(folder)
            _make(home, account)
        if not os.access(home, os.W_OK | os.X_OK):
            raise FolderNotWritableError(folder, "permission denied")
        home = home.resolve()  # compared with what /proc tells of living servers, which knows no symbolic links
    return Home(path=home, socket=_socket_folder(home, account))


def _make(folder: Path, account: Account) -> None:
    """Create the folder: closed, but for root passable, since its server runs under another account."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711 if account.switch else 0o700)  # whatever the caller's umask says


def _place(folder: Path) -> str:
    """A name of its own for the folder, drawn once: a new clone on an old path must not find the old one's data."""
    file = folder / "place"
    with contextlib.suppress(FileNotFoundError):
        name = file.read_text("ascii").strip()
        if re.fullmatch(r"[0-9a-f]{16}", name):
            return name
    name = secrets.token_hex(8)
    file.write_text(name + "\n", "ascii")
    return name


def _socket_folder(home: Path, account: Account) -> Path:
    """`HOME/socket`, or a short private folder when the path would not fit into a socket's address."""
    wanted = home / "socket"
    if len(os.fsencode(wanted)) > SOCKET_LIMIT:
        short = f"bierger-{account.uid}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        above = Path(runtime) if runtime and not account.switch and len(runtime) < 50 else Path("/tmp")  # noqa: S108 - short; made 0700
        wanted = above / short
    return wanted


def make_socket_folder(home: Home, account: Account) -> None:
    """Create the socket folder. Errors: FolderNotWritableError, also when somebody else laid a trap at its name."""
    with writing(home.socket):
        with contextlib.suppress(FileExistsError):
            home.socket.mkdir(mode=0o711)
            account.give(home.socket)
        found = home.socket.lstat()
        # The short folder lies in a shared one: what stands there must be a folder of ours, not a link of somebody's.
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {account.uid, os.geteuid()}:
            raise FolderNotWritableError(home.socket, "it belongs to somebody else")
        home.socket.chmod(0o711)
        account.give(home.socket)


def check(home: Home, major: int) -> bool:
    """Is there a data folder already? Errors: OtherMajorError, FolderFullError."""
    version = home.data / "PG_VERSION"
    there = version.is_file()
    if there:
        found = version.read_text("ascii", "replace").strip()
        if found != str(major):
            raise OtherMajorError(home.data, found, major)
    free, needed = shutil.disk_usage(home.path).free, NEEDED_OLD if there else NEEDED_NEW
    if free < needed:
        raise FolderFullError(home.path, free, needed)
    return there


@contextlib.contextmanager
def locked(home: Home) -> Iterator[None]:
    """One process at a time starts or stops the server of this folder."""
    with writing(home.path), (home.path / "lock").open("a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def living(data: Path) -> list[int] | None:
    """The processes that work in the data folder (PostgreSQL's stand in it); None where /proc does not tell."""
    if not Path("/proc/self/cwd").exists():
        return None
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            # A zombie has no folder any more, and somebody else's cannot be read: neither is ours.
            with contextlib.suppress(OSError):
                if (entry / "cwd").readlink() == data:
                    found.append(int(entry.name))
    return found


def temporary(account: Account, *, above: Path | None = None) -> Path:
    """A new private folder that the account reaches; sweeps those whose maker is dead."""
    above = (above or Path(tempfile.gettempdir())).resolve()
    if not account.reaches(above):
        above = COPIES
        above.mkdir(mode=0o711, parents=True, exist_ok=True)
    for old in above.glob(f"{_TEMPORARY}*"):
        maker = old.name.removeprefix(_TEMPORARY).split("-")[0]
        abandoned = maker.isdigit() and not Path(f"/proc/{maker}").exists() and Path("/proc/self").exists()
        if abandoned and old.lstat().st_uid == os.geteuid() and not living(old / "data"):
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{_TEMPORARY}{os.getpid()}-", dir=above))
    if account.switch:
        folder.chmod(0o711)
    return folder
