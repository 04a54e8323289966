# SPDX-License-Identifier: EUPL-1.2
"""A finding: what is wrong in a file, where, and how to mend it; shared by rules, process, interview and procedures."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing to mend in one file.

    `code` is stable and kebab-case (screens translate by it), `line` counts from 1 (0: the file as a whole). `data`: what the
    sentence of a screen names, by name. An error stops publication, a warning is shown.
    """

    code: str
    path: str
    line: int
    message: str
    mend: str
    level: Level = "error"
    data: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Give the line that `bierger check` prints."""
        return f"{self.path}:{self.line}: {self.level} {self.code}: {self.message} Mend: {self.mend}"


class FileReader:
    """The base of whatever reads one file whole and keeps every finding, rather than stop at the first.

    `findings` is a list of the caller's when several files are read into one.
    """

    def __init__(self, path: str, findings: list[Finding] | None = None) -> None:
        self.path = path
        self.findings: list[Finding] = [] if findings is None else findings

    def refuse(self, code: str, line: int, message: str, mend: str) -> None:
        """Keep a finding, an error, and go on."""
        self.findings.append(Finding(code, self.path, line, message, mend))
