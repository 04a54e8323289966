# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong with the embedded database, one sentence each.

    EmbeddedPostgresError
        EnvironmentRefusedError    embedded-database-refused         not demo, not test
        BinariesMissingError       embedded-database-missing         neither the wheel nor pg_config
        AccountMissingError        embedded-database-account         root, and nobody to become
        FolderNotWritableError     data-folder-not-writable          read-only, or somebody else's
        FolderFullError            data-folder-full                  no space left
        OtherMajorError            data-folder-other-major           written by another PostgreSQL major
        PasswordsMissingError      data-folder-passwords-missing     the data are there, the passwords are not
        StartFailedError           database-start-failed             with the last lines of its log
        StopFailedError            database-stop-failed

Each has a stable `code`, its facts as fields, and its sentence as text.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class EmbeddedPostgresError(Exception):
    """Base of this package's errors: `code` is stable, `str()` is one English sentence for the terminal."""

    code: ClassVar[str] = "embedded-database"


class EnvironmentRefusedError(EmbeddedPostgresError):
    code = "embedded-database-refused"

    def __init__(self, environment: str) -> None:
        self.environment = environment
        super().__init__(
            f"The embedded database serves the demonstration and the tests only, and BIERGER_ENV is "
            f"“{environment or 'not set'}”: give the address of a PostgreSQL server in DATABASE_URL."
        )


class BinariesMissingError(EmbeddedPostgresError):
    code = "embedded-database-missing"

    def __init__(self) -> None:
        super().__init__(
            "PostgreSQL's programs were not found: run `make install`, or install PostgreSQL 15 or later "
            "so that `pg_config --bindir` finds it."
        )


class AccountMissingError(EmbeddedPostgresError):
    code = "embedded-database-account"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"PostgreSQL does not run as root, and no other account can be taken ({reason}): "
            "start the demonstration as an ordinary user."
        )


class FolderNotWritableError(EmbeddedPostgresError):
    code = "data-folder-not-writable"

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder, self.reason = folder, reason
        super().__init__(
            f"The data folder {folder} cannot be written ({reason}): "
            "choose another one with BIERGER_DATA=/path/to/folder."
        )


class FolderFullError(EmbeddedPostgresError):
    code = "data-folder-full"

    def __init__(self, folder: Path, free: int, needed: int) -> None:
        self.folder, self.free, self.needed = folder, free, needed
        super().__init__(
            f"There is no space left for the data folder {folder}: {free // 2**20} MB are free and "
            f"{needed // 2**20} MB are needed; make room or choose another folder with BIERGER_DATA=/path/to/folder."
        )


class OtherMajorError(EmbeddedPostgresError):
    code = "data-folder-other-major"

    def __init__(self, folder: Path, found: str, shipped: int) -> None:
        self.folder, self.found, self.shipped = folder, found, shipped
        super().__init__(
            f"The data folder {folder} was written by PostgreSQL {found} and this release ships PostgreSQL {shipped}: "
            "run `./bierger backup FILE` with the release that wrote it, move the folder away, "
            "then run `./bierger restore FILE` here."
        )


class PasswordsMissingError(EmbeddedPostgresError):
    code = "data-folder-passwords-missing"

    def __init__(self, file: Path) -> None:
        self.file = file
        super().__init__(
            f"The database's passwords in {file} are missing or unreadable: put the file back from a backup, "
            "or move the data folder away to begin anew."
        )


class StartFailedError(EmbeddedPostgresError):
    code = "database-start-failed"

    def __init__(self, what: str, log: Path, last_lines: str) -> None:
        self.what, self.log, self.last_lines = what, log, last_lines
        super().__init__(f"PostgreSQL did not start: {what}; its last words, more in {log}:\n{last_lines}".rstrip())


class StopFailedError(EmbeddedPostgresError):
    code = "database-stop-failed"

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder, self.reason = folder, reason
        super().__init__(f"PostgreSQL on {folder} did not stop: {reason}.")
