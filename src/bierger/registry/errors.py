# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong when a register is asked.

RegistryError
├── UnknownRegister          a package names a register that this installation does not know
├── AskedInTransaction       a defect of the caller: the register's silence would hold its locks, a rollback hide the asking
└── RegisterFailed           no answer to use
    ├── RegisterUnavailable      no answer in time, or the register is out of order: ask again later
    ├── RegisterRefused          it does not let us ask: configuration
    └── RegisterAnswerInvalid    it answered something that cannot be understood
"""


class RegistryError(Exception):
    """Root of the tree; `code` is stable."""

    code = "registry-error"


class UnknownRegister(RegistryError):
    code = "unknown-register"


class AskedInTransaction(RegistryError):
    code = "register-asked-in-transaction"


class RegisterFailed(RegistryError):
    code = "register-failed"


class RegisterUnavailable(RegisterFailed):
    code = "register-unavailable"


class RegisterRefused(RegisterFailed):
    code = "register-refused"


class RegisterAnswerInvalid(RegisterFailed):
    code = "register-answer-invalid"
