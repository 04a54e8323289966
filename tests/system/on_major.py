# SPDX-License-Identifier: EUPL-1.2
"""Run tests on another PostgreSQL than the embedded one: `python -m tests.system.on_major FOLDER_OF_ITS_PROGRAMS PYTEST_ARGUMENTS…`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest


def main(folder: str, *arguments: str) -> int:
    """The exit status of pytest. The suite's own server is the one whose programs lie in `folder`."""
    os.environ["BIERGER_ENV"] = "test"
    from bierger.infra.postgres import binaries

    # What an installation without the wheel does: the programs that pg_config names.
    binaries._wheel_folder = lambda: None
    binaries._system_folder = lambda: Path(folder)
    return pytest.main(["-n0", "-q", "-p", "no:cacheprovider", *arguments])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
