# SPDX-License-Identifier: EUPL-1.2
"""How an operation refuses inside the worker: a code and data that cross the pipe; the caller makes a named error of it."""


class Refused(Exception):
    """code: stable, kebab-case. data: JSON values."""

    def __init__(self, code: str, **data: object) -> None:
        super().__init__(code)
        self.code = code
        self.data = data
