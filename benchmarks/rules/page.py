# SPDX-License-Identifier: EUPL-1.2
"""`python -m benchmarks.rules.page`: put the committed runs beside docs/explain/performance.md into that page."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any  # JSON of our own making: an edge

from benchmarks import interview
from benchmarks.rules import report

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explain" / "performance.md"
NAMES = ("rules", "interview")
RUNS = {name: PAGE.with_name(f"performance-{name}.json") for name in NAMES}


def written(page: str, name: str, run: Mapping[str, Any]) -> str:
    """The page with this run between its marks. Raises ValueError when it has none."""
    measured = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if len(measured.findall(page)) != 1:
        raise ValueError(f"The page has one place for the run of {name}.")
    return measured.sub(lambda found: found[1] + _text(name, run) + found[2], page)


def _text(name: str, run: Mapping[str, Any]) -> str:
    if name == "rules":
        machine = report.machine(run["machine"]).replace("\n", "; ")
        parts = [report.rows(run["table"]), report.columns(run["columns"]), report.proofs(run["proof"])]
    else:
        machine = report.machine({**run["machine"], "peers": {}}).replace("\n", "; ").removesuffix(", ")
        parts = interview.parts(run)
    return f"{machine}.\n\n" + "\n".join(f"{title}\n\n{_table(head, rows)}\n" for title, head, rows in parts)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    text = PAGE.read_text("utf-8")
    for each in NAMES:
        text = written(text, each, json.loads(RUNS[each].read_text("utf-8")))
    PAGE.write_text(text, "utf-8")
    sys.exit(0)
