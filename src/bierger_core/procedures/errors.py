# SPDX-License-Identifier: EUPL-1.2
"""Errors of the procedures.

CoreError
├── DocumentUnknown      an act was not made of any document of this package
├── PackageRefused       a package cannot be loaded: `findings` says where and how to mend it (at least one)
└── VariableMissing      a document or a service needs a variable that the case does not have
"""

from bierger_core.values import CoreError
from bierger_core.values.findings import Finding


class PackageRefused(CoreError):
    """A package cannot be loaded; every finding has a file, a line and a mend."""

    default_code = "package-refused"

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings


class DocumentUnknown(CoreError):
    """An act was not made of any document of this version of the package, or its words were changed since."""

    default_code = "document-unknown"


class VariableMissing(CoreError):
    """A variable is asked for that the case does not have: the definition was not proved, or rows are lost."""

    default_code = "variable-missing"
