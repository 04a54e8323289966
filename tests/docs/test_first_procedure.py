# SPDX-License-Identifier: EUPL-1.2
"""The tutorial does what it says: its files are written, its commands run, what it prints is compared."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests import databases
from tests.conftest import DATABASE

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "learn" / "first-procedure.md"
BLOCK = re.compile(r"^<!-- (?P<what>.+?) -->\n```\w+\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r'(?P<verb>file|append|after|replace|run)(?: "(?P<text>[^"]+)")?(?:: (?P<path>\S+))?')
DIGEST = re.compile(r"\b[0-9a-f]{16}(?:[0-9a-f]{48})?\b")


def bierger(command: str, folder: Path) -> str:
    """Run `./bierger ...` in a folder; stdout."""
    program, *arguments = shlex.split(command)
    assert program == "./bierger"
    # Publishing is the owner's: the address that the launcher gives the command when the demonstration runs.
    environment = {**os.environ, "DATABASE_URL": databases.server().url("owner", DATABASE), "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-m", "bierger.site", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stderr == ""
    return DIGEST.sub("." * 16, done.stdout)


def follow(page: str, folder: Path) -> int:
    """Do what every marked block says; the number of commands run."""
    commands, blocks = 0, list(BLOCK.finditer(page))
    assert blocks
    for block in blocks:
        mark, content = MARK.fullmatch(block["what"]), block["content"]
        assert mark, block["what"]
        if mark["verb"] == "run":
            first, _, expected = content.partition("\n")
            assert bierger(first.removeprefix("$ "), folder) == expected
            commands += 1
            continue
        path = folder / mark["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        if mark["verb"] == "file":
            path.write_text(content)
        elif mark["verb"] == "append":
            path.write_text(path.read_text() + content)
        else:
            lines = path.read_text().splitlines(keepends=True)
            at = next(number for number, line in enumerate(lines) if line.startswith(mark["text"]))
            lines[at : at + 1] = [lines[at], content] if mark["verb"] == "after" else [content]
            path.write_text("".join(lines))
    return commands


def test_the_tutorial_does_what_it_says(tmp_path, transactional):
    assert follow(PAGE.read_text(), tmp_path) == 6


def test_every_block_of_the_tutorial_is_used():
    page = PAGE.read_text()
    assert page.count("```") == 2 * len(BLOCK.findall(page))
