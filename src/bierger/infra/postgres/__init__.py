# SPDX-License-Identifier: EUPL-1.2
"""The embedded PostgreSQL of the demonstration and of the test suite: one private server on one folder.

Never in production: `EmbeddedPostgres` refuses unless `BIERGER_ENV` is `demo` or `test`. Everything that knows
where the programs come from and under which account they run stays behind this package.
"""

from bierger.infra.postgres.errors import (
    AccountMissingError,
    BinariesMissingError,
    EmbeddedPostgresError,
    EnvironmentRefusedError,
    FolderFullError,
    FolderNotWritableError,
    OtherMajorError,
    PasswordsMissingError,
    StartFailedError,
    StopFailedError,
)
from bierger.infra.postgres.launch import die_with_parent
from bierger.infra.postgres.roles import Role
from bierger.infra.postgres.server import EmbeddedPostgres

__all__ = [
    "AccountMissingError",
    "BinariesMissingError",
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "EnvironmentRefusedError",
    "FolderFullError",
    "FolderNotWritableError",
    "OtherMajorError",
    "PasswordsMissingError",
    "Role",
    "StartFailedError",
    "StopFailedError",
    "die_with_parent",
]
