# SPDX-License-Identifier: EUPL-1.2
"""The limit: the statements of a submission, as pgbench would send them if Python cost nothing.

Two captured submissions are compared literal by literal. What is the same in both is a constant; what differs is an identifier,
a hash, a number or an instant of that one submission. In those (instants excepted) the last twelve characters become `:n`, a
number that no other transaction of the run has. Identifiers that come back in later statements are replaced the same way, so
foreign keys, unique constraints and row-level security hold as they did. What the site
sends in one message, pgbench sends in one.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

# A quoted literal of SQL, doubled quotes inside; E'' strings of psycopg too.
LITERAL = re.compile(r"'(?:[^']|'')*'")
APART = re.compile(LITERAL.pattern + r"|;\s")  # where one statement of a message ends, literals stepped over
INSTANT = re.compile(r"^\d{4}-\d\d-\d\d[ T]\d\d:")
RESULT = re.compile(r"tps = ([0-9.]+)")
LATENCY = re.compile(r"latency average = ([0-9.]+)")
FAILED = re.compile(r"number of failed transactions: (\d+)")
DIGITS = 12


def script(first: list[str], second: list[str]) -> str:
    """A pgbench script from the statements of two submissions. Raises ValueError when they are not the same path."""
    if len(first) != len(second):
        raise ValueError(f"Two submissions sent {len(first)} and {len(second)} statements.")
    fresh: set[str] = set()
    for one, other in zip(first, second, strict=True):
        ours, theirs = LITERAL.findall(one), LITERAL.findall(other)
        if len(ours) != len(theirs):
            raise ValueError(f"Not the same statement:\n{one}\n{other}")
        fresh |= {a[1:-1] for a, b in zip(ours, theirs, strict=True) if a != b and _replaceable(a[1:-1])}
    # Longest first: no identifier is replaced inside a longer one.
    ordered = sorted(fresh, key=len, reverse=True)
    lines = [r"\set i :i + 1", r"\set n :base + :i * :clients + :client_id"]
    for one in first:
        text = one
        for value in ordered:
            text = text.replace(value, f"{value[:-DIGITS]}:n")
        lines.append(APART.sub(lambda found: "\\;\n" if found[0][0] == ";" else found[0], text.rstrip().rstrip(";")) + ";")
    return "\n".join(lines) + "\n"


def _replaceable(value: str) -> bool:
    """Identifiers, hashes, numbers, codes; not instants, and not JSON, in which nothing has to be unique."""
    return len(value) >= DIGITS and not INSTANT.match(value) and value[0] not in "[{"


def run(binary: Path, url: str, file: Path, *, clients: int, seconds: int, base: int) -> dict[str, float]:
    """pgbench in the simple protocol, which is the one Django uses; transactions per second and their mean latency (ms)."""
    command = [
        *(str(binary), "--no-vacuum", "--protocol=simple", f"--client={clients}", f"--jobs={min(clients, 2)}"),
        *(f"--time={seconds}", f"--file={file}", f"--define=base={base}", f"--define=clients={clients}", "--define=i=-1", url),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    tps, latency, failed = RESULT.search(done.stdout), LATENCY.search(done.stdout), FAILED.search(done.stdout)
    if done.returncode or tps is None or latency is None or (failed and int(failed.group(1))) or "aborted" in done.stderr:
        raise RuntimeError(f"pgbench failed:\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
    return {"clients": clients, "per_second": float(tps.group(1)), "mean_ms": float(latency.group(1))}
