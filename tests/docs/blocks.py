# SPDX-License-Identifier: EUPL-1.2
"""The code blocks of the pages, and who runs them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^    \S", re.MULTILINE)
LONGEST = 600  # seconds one command may take on a busy machine


@dataclass(frozen=True)
class Block:
    """One block: the page's path in the clone, the word behind the fence, the lines between."""

    page: str
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page}: {self.text.splitlines()[0]}"

    @property
    def commands(self) -> list[str]:
        return [line for line in self.text.splitlines() if line and not line.startswith("#")]


def blocks_of(page: str, text: str | None = None) -> list[Block]:
    return [Block(page, *found) for found in FENCED.findall((ROOT / page).read_text() if text is None else text)]


def block(page: str, first: str) -> Block:
    """The one block of a page that begins so."""
    (found,) = (one for one in blocks_of(page) if one.text.startswith(first))
    return found


def shell(line: str, environment: Mapping[str, str], **replaced: str) -> str:
    """Run a line as a reader would, from the clone; what it printed. `make` is asked what it would do: its commands are run by others."""
    for before, after in replaced.items():
        line = line.replace(before, after)
    if line.startswith("make "):
        line = f"make --no-print-directory --dry-run {line.removeprefix('make ')}"
    done = subprocess.run(
        ["/bin/sh", "-c", line], cwd=ROOT, env=dict(environment), capture_output=True, text=True, timeout=LONGEST, check=False
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr
