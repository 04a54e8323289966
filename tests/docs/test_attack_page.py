# SPDX-License-Identifier: EUPL-1.2
"""A sceptic follows the page and attacks the log: each attack is found as printed. Keys, roots and signatures differ."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "learn" / "attack-the-log.md"
BLOCK = re.compile(r"^<!-- run: (\d) -->\n```console\n\$ (.+?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SCEPTIC = "/tmp/attack"
# A key with its id, a signature, and a root that hangs on nothing random stays as printed.
ANY = ((re.compile(r"\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}"), "+key"), (re.compile(r" [A-Za-z0-9+/]{91}="), " signature"))


def plain(text: str) -> str:
    for pattern, word in ANY:
        text = pattern.sub(word, text)
    return text


@pytest.mark.slow  # two dozen processes
def test_every_attack_goes_as_printed(tmp_path):
    blocks = BLOCK.findall(PAGE.read_text())
    assert PAGE.read_text().count("```") == 2 * len(blocks)
    place = str(tmp_path / "attack")
    for status, command, expected in blocks:
        done = subprocess.run(["/bin/sh", "-c", command.replace(SCEPTIC, place)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, plain(done.stdout + done.stderr)) == (int(status), plain(expected.replace(SCEPTIC, place))), command
    assert list(tmp_path.iterdir()) == []  # whoever follows the page a second time finds nothing of the first


def test_the_page_ends_as_it_began():
    blocks = BLOCK.findall(PAGE.read_text())
    assert (blocks[0][1].split(" && ")[0], blocks[-1]) == (f"mkdir {SCEPTIC}", ("0", f"rm -r {SCEPTIC}", ""))


def test_the_page_shows_every_attack():
    said = PAGE.read_text()
    codes = ("tile-mismatch", "tile-width", "entries-swapped", "entry-changed", "checkpoint-refused", "checkpoint-smaller", "history-behind", "fork")
    assert [code for code in codes if f"({code})" not in said] == []
