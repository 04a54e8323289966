# SPDX-License-Identifier: EUPL-1.2
"""`python -m benchmarks.page`: put the committed run (docs/explain/performance.json) into the page that explains it.

The page has two blocks: the whole table, and the profile of the submission. A test compares page and run.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from benchmarks import report

PAGE = Path(__file__).resolve().parents[1] / "docs" / "explain" / "performance.md"
RUN = PAGE.with_suffix(".json")
BLOCK = re.compile(r"```text\n.*?```", re.DOTALL)


def written(page: str, run: dict[str, object]) -> str:
    """The page with this run in its blocks. Raises ValueError when it has not two."""
    whole, profile = report.split(run)
    if len(BLOCK.findall(page)) != 2:
        raise ValueError("The page has one block for the table and one for the profile.")
    blocks = iter([whole, profile])
    return BLOCK.sub(lambda _found: f"```text\n{next(blocks)}\n```", page)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8"), json.loads(RUN.read_text("utf-8"))), "utf-8")
    sys.exit(0)
