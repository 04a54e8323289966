# SPDX-License-Identifier: EUPL-1.2
"""Programs that tests need from the system: missing ones are said loudly, and with CI=true they are a failure."""

from __future__ import annotations

import os
import shutil

import pytest


def required_program(*names: str, package: str) -> str:
    """The path of the first of `names` that is installed."""
    for name in names:
        found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
        if found:
            return found
    message = f"NOT RUN: {' or '.join(names)} is missing (Debian package {package}); `make test` installs it when it can."
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
