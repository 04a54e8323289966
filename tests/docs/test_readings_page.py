# SPDX-License-Identifier: EUPL-1.2
"""docs/howto/check-who-looked.md: its commands run on the committed samples and answer as printed."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.docs.blocks import ROOT

PAGE = ROOT / "docs" / "howto" / "check-who-looked.md"
BLOCKS = re.findall(r"^<!-- run: (\d) -->\n```console\n\$ (.+?)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("status", "command", "expected"), BLOCKS)
def test_a_command_of_the_page_answers_as_printed(status: str, command: str, expected: str) -> None:
    assert command.startswith("python3 tools/verify_readings.py ")
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace("python3", sys.executable, 1)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (int(status), expected)


def test_every_block_of_the_page_is_run() -> None:
    assert len(BLOCKS) == 8
    assert PAGE.read_text(encoding="utf-8").count("```") == 2 * len(BLOCKS)
