# SPDX-License-Identifier: EUPL-1.2
"""The demonstration's folder, its secrets, and the environment each of its processes gets.

    <data>/                 BIERGER_DATA, else var/ in the clone
        secrets.json        0600, drawn once
        demo.lock           held by the running supervisor; says which process and which address
        postgres/           see bierger.infra.postgres
        logs/               what the processes said
        welcome.txt         written by the preparation, printed when the site is ready
        ...                 attachments, log tiles, keys: the applications'

Least privilege: no process gets the address of a role that it does not play.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bierger.infra.postgres import EmbeddedPostgres, FolderNotWritableError, Role
from bierger.site.demo.errors import SecretsUnreadableError

CLONE = Path(__file__).resolve().parents[4]
_SECRETS = ("secret_key", "simulators_secret_key", "oidc_client_secret", "register_secret")


def data_folder(source: Mapping[str, str] = os.environ) -> Path:
    """BIERGER_DATA, else `var` in the clone."""
    given = source.get("BIERGER_DATA", "")
    return Path(given).expanduser().absolute() if given else CLONE / "var"


@dataclass(frozen=True)
class Place:
    """A demonstration on one folder, reached under one address."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def secrets_file(self) -> Path:
        return self.data / "secrets.json"

    @property
    def lock_file(self) -> Path:
        return self.data / "demo.lock"

    @property
    def welcome_file(self) -> Path:
        return self.data / "welcome.txt"

    @property
    def simulators_port(self) -> int:
        return self.port + 1

    @property
    def address(self) -> str:
        return os.environ.get("BIERGER_BASE_URL") or f"http://localhost:{self.port}"

    @property
    def simulators_address(self) -> str:
        return os.environ.get("BIERGER_OIDC_ISSUER") or f"http://localhost:{self.simulators_port}"

    def make(self) -> None:
        """Create the folder. Root's may be passed through, since its database runs under another account.

        Errors: FolderNotWritableError.
        """
        try:
            if not self.data.is_dir():
                self.data.mkdir(parents=True)
                self.data.chmod(0o711 if os.geteuid() == 0 else 0o700)
            self.logs.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise FolderNotWritableError(self.data, (error.strerror or "refused").lower()) from error
        if not os.access(self.data, os.W_OK | os.X_OK):
            raise FolderNotWritableError(self.data, "permission denied")

    def secrets(self) -> dict[str, str]:
        """The secrets, drawn at the first call; a secret that a later release adds is drawn then.

        Errors: SecretsUnreadableError.
        """
        known: dict[str, str] = {}
        if self.secrets_file.exists():
            try:
                known = {key: str(value) for key, value in json.loads(self.secrets_file.read_text("ascii")).items()}
            except (OSError, ValueError, AttributeError) as error:
                raise SecretsUnreadableError(self.secrets_file) from error
        missing = [name for name in _SECRETS if not known.get(name)]
        if missing:
            known |= {name: secrets.token_urlsafe(48) for name in missing}
            part = self.secrets_file.with_name("secrets.json.part")
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                json.dump(known, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            part.rename(self.secrets_file)
        return known

    def environment(self, server: EmbeddedPostgres | None, role: Role | None) -> dict[str, str]:
        """What a process of ours needs to know, with the database as `role`; without a role, no database at all."""
        drawn = self.secrets()
        result = {
            "BIERGER_ENV": "demo",
            "BIERGER_DATA": str(self.data),
            "BIERGER_BASE_URL": self.address,
            "BIERGER_OIDC_ISSUER": self.simulators_address,
            "BIERGER_OIDC_CLIENT_ID": "bierger",
            "BIERGER_OIDC_CLIENT_SECRET": drawn["oidc_client_secret"],
            "BIERGER_REGISTER_URL": os.environ.get("BIERGER_REGISTER_URL") or f"{self.simulators_address}/register",
            "BIERGER_REGISTER_SECRET": drawn["register_secret"],
            "BIERGER_SECRET_KEY": drawn["secret_key" if role else "simulators_secret_key"],
        }
        if server is not None and role is not None:
            result |= {"DATABASE_URL": server.url(role), "DJANGO_SETTINGS_MODULE": "bierger.site.settings"}
        return result


def bare(source: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The caller's environment without what would decide for the demonstration: other databases, other settings."""
    dropped = ("DJANGO_SETTINGS_MODULE", "GRANIAN_", "PG")
    return {key: value for key, value in source.items() if not key.startswith(dropped) and not key.endswith("DATABASE_URL")}
