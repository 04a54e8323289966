# SPDX-License-Identifier: EUPL-1.2
"""`python -m benchmarks.rules.page`: put the committed run, docs/explain/performance-rules.json, into the page beside it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any  # JSON of our own making: an edge

from benchmarks.rules import report

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explain" / "performance.md"
RUN = PAGE.with_name("performance-rules.json")
MEASURED = re.compile(r"(<!-- rules -->\n).*?(<!-- /rules -->)", re.DOTALL)


def written(page: str, run: Mapping[str, Any]) -> str:
    """The page with this run between its marks. Raises ValueError when it has none."""
    if len(MEASURED.findall(page)) != 1:
        raise ValueError("The page has one place for the run of the rules.")
    return MEASURED.sub(lambda found: found[1] + _text(run) + found[2], page)


def _text(run: Mapping[str, Any]) -> str:
    machine = report.machine(run["machine"]).replace("\n", "; ")
    parts = (report.rows(run["table"]), report.columns(run["columns"]), report.proofs(run["proof"]))
    return f"{machine}.\n\n" + "\n".join(f"{title}\n\n{_table(head, rows)}\n" for title, head, rows in parts)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8"), json.loads(RUN.read_text("utf-8"))), "utf-8")
    sys.exit(0)
