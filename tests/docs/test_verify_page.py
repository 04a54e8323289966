# SPDX-License-Identifier: EUPL-1.2
"""The page for verifiers does what it says: its commands run on the committed samples; status and output are compared."""

import re
import subprocess
from pathlib import Path

import pytest

from bierger_core.seals import SEAL_STEPS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "howto" / "verify.md"
BLOCK = re.compile(r"^<!-- run: (\d) -->\n```console\n\$ (.+?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(PAGE.read_text())


@pytest.mark.parametrize(("status", "command", "expected"), BLOCKS)
def test_a_command_of_the_page_answers_as_printed(status, command, expected):
    program, *arguments = command.split()
    assert program == "./bierger"
    done = subprocess.run([ROOT / "bierger", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (int(status), expected)


def test_every_block_of_the_page_is_run():
    assert len(BLOCKS) == 4
    assert PAGE.read_text().count("```") == 2 * len(BLOCKS)


def test_the_page_names_every_step():
    named = re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text(), re.MULTILINE)
    assert tuple(named) == SEAL_STEPS
