# SPDX-License-Identifier: EUPL-1.2
"""Why the demonstration does not start, one sentence each.

    DemonstrationError
        ProductionRefusedError     demo-in-production        BIERGER_ENV says something else
        AlreadyRunningError        demo-already-running      another supervisor holds the data folder
        PortInUseError             demo-port-in-use          with a pair of ports that is free
        AddressRefusedError        demo-address-refused      the host's address, or a port below 1024
        SecretsUnreadableError     demo-secrets-unreadable
        PreparationFailedError     demo-preparation-failed   migrations, packages or demonstration country
        NoDemonstrationError       demo-missing              a command needs a database and there is none

A data folder that cannot be written, is full or is of another PostgreSQL: see bierger.infra.postgres.errors.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class DemonstrationError(Exception):
    """Base of the supervisor's errors: `code` is stable, `str()` is one English sentence for the terminal."""

    code: ClassVar[str] = "demo"


class ProductionRefusedError(DemonstrationError):
    code = "demo-in-production"

    def __init__(self, environment: str) -> None:
        self.environment = environment
        super().__init__(
            f"BIERGER_ENV is “{environment}”: the demonstration lets anybody sign in as anybody, "
            "so it starts only where BIERGER_ENV is “demo” or not set."
        )


class AlreadyRunningError(DemonstrationError):
    code = "demo-already-running"

    def __init__(self, data: Path, holder: str) -> None:
        self.data, self.holder = data, holder
        super().__init__(
            f"A demonstration already runs on {data} ({holder}): use it, stop it with Ctrl-C where it runs, "
            "or choose another folder with BIERGER_DATA=/path/to/folder and another PORT."
        )


class PortInUseError(DemonstrationError):
    code = "demo-port-in-use"

    def __init__(self, port: int, suggestion: int) -> None:
        self.port, self.suggestion = port, suggestion
        super().__init__(f"Port {port} is in use: choose another one, for example `make demo PORT={suggestion}`.")


class AddressRefusedError(DemonstrationError):
    code = "demo-address-refused"

    def __init__(self, host: str, port: int, reason: str) -> None:
        self.host, self.port, self.reason = host, port, reason
        super().__init__(
            f"The address {host}, port {port} cannot be listened on ({reason.lower()}): "
            "choose others, for example `make demo HOST=127.0.0.1 PORT=8000`."
        )


class SecretsUnreadableError(DemonstrationError):
    code = "demo-secrets-unreadable"

    def __init__(self, file: Path) -> None:
        self.file = file
        super().__init__(
            f"The demonstration's secrets in {file} cannot be read: put the file back from a backup, "
            "or remove it and new ones are drawn (whoever was signed in has to sign in again)."
        )


class PreparationFailedError(DemonstrationError):
    code = "demo-preparation-failed"

    def __init__(self, status: int, log: Path, last_lines: str) -> None:
        self.status, self.log, self.last_lines = status, log, last_lines
        super().__init__(
            f"The database could not be prepared (status {status}); the last words, more in {log}:\n{last_lines}".rstrip()
        )


class NoDemonstrationError(DemonstrationError):
    code = "demo-missing"

    def __init__(self, data: Path) -> None:
        self.data = data
        super().__init__(
            f"There is no database to work on: set DATABASE_URL, or start the demonstration once with `make demo` "
            f"(its folder would be {data})."
        )
