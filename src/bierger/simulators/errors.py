# SPDX-License-Identifier: EUPL-1.2
"""What the simulators refuse.

SimulatorsError
├── SimulatorsRefused     somebody started them in production
├── RequestRefused        an OpenID Connect request that may not be answered by a redirect (unknown client, foreign redirect)
└── GrantRefused          the token endpoint says no; `error` is the word of RFC 6749 section 5.2
"""


class SimulatorsError(Exception):
    """Root of the tree; `code` is stable."""

    code = "simulators-error"


class SimulatorsRefused(SimulatorsError):
    code = "simulators-in-production"


class RequestRefused(SimulatorsError):
    code = "request-refused"


class GrantRefused(SimulatorsError):
    code = "grant-refused"

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error
