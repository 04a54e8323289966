# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong with administrations.

AdministrationsError
├── UnknownAdministration
└── UnknownService
"""


class AdministrationsError(Exception):
    """Root of the tree; `code` is stable."""

    code = "administrations-error"


class UnknownAdministration(AdministrationsError):
    code = "unknown-administration"


class UnknownService(AdministrationsError):
    code = "unknown-service"
