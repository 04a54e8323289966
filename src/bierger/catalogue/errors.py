# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong in the catalogue.

CatalogueError
├── FolderRefusedError         a folder that cannot be read as a package (.path)
├── PublicationRefusedError    it does not load, is not proved, or a scenario fails (.findings: where, how to mend)
├── UnknownVersionError        no published version has this digest (.digest)
├── UnknownProcedureError      nothing of this owner and name is in force (.owner, .name)
├── NotThereError             activate: a situation is for everybody, not for one administration (.name)
├── NotActiveError             withdraw: no version is in force there (.owner, .name)
└── PeriodTakenError           activate: another activation of this procedure begins later (.begins)
"""

from datetime import datetime
from pathlib import Path

from bierger_core.values.findings import Finding


class CatalogueError(Exception):
    """Root of the tree; `code` is stable, the message is English, screens translate by code."""

    code = "catalogue"


class FolderRefusedError(CatalogueError):
    code = "folder-refused"

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be read as a package: {why}.")
        self.path = path


class PublicationRefusedError(CatalogueError):
    code = "publication-refused"

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("The package is not published:\n" + "\n".join(str(finding) for finding in findings))
        self.findings = findings


class UnknownVersionError(CatalogueError):
    code = "unknown-version"

    def __init__(self, digest: str) -> None:
        super().__init__(f"No published version has the digest {digest}; `./bierger list` shows those there are.")
        self.digest = digest


class UnknownProcedureError(CatalogueError):
    code = "unknown-procedure"

    def __init__(self, owner: str, name: str) -> None:
        super().__init__(f"The procedure {owner}/{name} is not offered.")
        self.owner, self.name = owner, name


class NotThereError(CatalogueError):
    code = "not-there"

    def __init__(self, name: str) -> None:
        super().__init__(f"The situation {name} is for everybody: it is in force everywhere or nowhere.")
        self.name = name


class NotActiveError(CatalogueError):
    code = "not-active"

    def __init__(self, owner: str, name: str) -> None:
        super().__init__(f"No version of {owner}/{name} is in force there.")
        self.owner, self.name = owner, name


class PeriodTakenError(CatalogueError):
    code = "period-taken"

    def __init__(self, owner: str, name: str, begins: datetime) -> None:
        super().__init__(
            f"Another version of {owner}/{name} is planned from {begins.isoformat()}; "
            "let this one end before, or withdraw that one first."
        )
        self.begins = begins
