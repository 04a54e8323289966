# SPDX-License-Identifier: EUPL-1.2
"""What tests need and may not find: what is missing is said loudly, and with CI=true it is a failure."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def required_program(*names: str, package: str) -> str:
    """The path of the first of `names` that is installed."""
    found = next(filter(None, (shutil.which(name) or shutil.which(name, path="/usr/sbin") for name in names)), None)
    if found is None:
        not_run(f"{' or '.join(names)} is missing (Debian package {package}); `make test` installs it when it can.")
    return found


def not_run(message: str) -> NoReturn:
    """What this test needs is not there. message: what, and how it comes there."""
    message = f"NOT RUN: {message}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
