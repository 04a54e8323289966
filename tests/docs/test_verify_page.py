# SPDX-License-Identifier: EUPL-1.2
"""The page for verifiers does what it says: its commands run on the committed samples; status and output are compared."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from bierger_core.seals import SEAL_STEPS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "howto" / "verify.md"
BLOCK = re.compile(r"^<!-- run: (\d) -->\n```console\n\$ (.+?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
API = re.findall(r"^<!-- api: \w+ -->\n```json\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(PAGE.read_text())
# The walk of a sceptic, who writes below this folder: its commands follow each other.
SCEPTIC = "/tmp/sceptic"
WALK = [block for block in BLOCKS if SCEPTIC in block[1]]


def run(status: str, command: str, expected: str) -> None:
    done = subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (int(status), expected)


@pytest.mark.parametrize(("status", "command", "expected"), [block for block in BLOCKS if block not in WALK])
def test_a_command_of_the_page_answers_as_printed(status, command, expected):
    assert command.startswith("./bierger ")
    run(status, command, expected)


def test_the_walk_of_a_sceptic_goes_as_printed_twice(tmp_path):
    place = str(tmp_path / "sceptic")
    for status, command, expected in [*WALK, *WALK]:
        run(status, command.replace(SCEPTIC, place), expected.replace(SCEPTIC, place))
    assert list(tmp_path.iterdir()) == []


def test_every_block_of_the_page_is_run():
    assert (len(BLOCKS), len(WALK)) == (16, 7)
    assert PAGE.read_text().count("```") == 2 * (len(BLOCKS) + len(API))


def test_a_program_is_answered_as_printed(db):
    sent, printed = API
    answer = Client().post("/api/verify", sent, content_type="application/json")
    assert answer.json() == json.loads(printed)


def test_the_tables_of_pictures_are_the_measured_ones():
    from benchmarks import photographs

    said = json.loads(photographs.FIGURES.read_text())
    for mark, shares in (("photographs", said["read"]), ("photographs-browser", said["browser"])):
        assert f"<!-- {mark} -->\n{photographs.table(shares)}\n" in PAGE.read_text()
        assert shares.keys() == photographs.CHANGES.keys()
        assert all(tuple(map(int, shares[name])) == photographs.RESOLUTIONS for name in shares)


def test_the_page_names_every_step():
    named = re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text(), re.MULTILINE)
    assert tuple(named) == SEAL_STEPS
