# SPDX-License-Identifier: EUPL-1.2
"""Commands beside the demonstration (`./bierger publish`, `list`, `backup`): its database, for their time."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from bierger.infra.postgres import EmbeddedPostgres, Role
from bierger.site.demo.errors import NoDemonstrationError
from bierger.site.demo.place import Place, data_folder


def wanted() -> bool:
    """Does the caller leave the choice of the database to us? Never when one is named, never in production."""
    return not os.environ.get("DATABASE_URL") and os.environ.get("BIERGER_ENV", "") in {"", "demo"}


@contextlib.contextmanager
def database(role: Role, *, fresh: bool = False) -> Iterator[None]:
    """The demonstration's environment for this process; starts its database if it does not run, and stops it then.

    `fresh`: a folder that holds no demonstration yet is made one (a backup is restored into it). Otherwise it is refused.
    Errors: NoDemonstrationError, EmbeddedPostgresError, FolderNotWritableError.
    """
    place = Place(data=data_folder(), port=_port())
    if not place.secrets_file.is_file():
        if not fresh:
            raise NoDemonstrationError(place.data)
        place.make()
        place.secrets()
    os.environ["BIERGER_ENV"] = "demo"
    server = EmbeddedPostgres(place.data / "postgres", die_with_parent=True)
    ours = server.pid() is None
    server.start()
    try:
        os.environ.update(place.environment(server, role))
        yield
    finally:
        if ours:
            server.stop()


def _port() -> int:
    """The port of the running demonstration, as its supervisor wrote it down; else the usual one."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((data_folder() / "demo.lock").read_text("utf-8").rsplit(":", 1)[1])
    return 8000
