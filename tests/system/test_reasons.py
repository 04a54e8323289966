# SPDX-License-Identifier: EUPL-1.2
"""Where a checker is told to look away, the same line says why."""

from __future__ import annotations

import io
import re
import subprocess
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOOK_AWAY = re.compile(r"(?:ruff: *)?noqa(?P<rules>: *[A-Z]+[0-9]+(?:, *[A-Z]+[0-9]+)*)?|type: *ignore(?P<errors>\[[a-z-]+(?:, *[a-z-]+)*\])?")
LEAST = 8  # letters of a reason: "ok" is none


def without_reason(name: str, text: str) -> list[str]:
    """Comments that switch a check off without naming it, or without words beside it (or beside the next one of the line)."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        parts = [part.strip() for part in token.string.split("#")[1:]]
        marks = [mark for part in parts if (mark := LOOK_AWAY.match(part))]
        words = " ".join(LOOK_AWAY.sub("", part).strip(" -–:") for part in parts if not part.startswith("fmt:"))
        if marks and (len(words) < LEAST or not all(mark["rules"] or mark["errors"] for mark in marks)):
            found.append(f"{name}:{token.start[0]} {token.string}")
    return found


def test_every_exception_has_its_reason() -> None:
    # Tracked files and those about to be; the house's own, not what is installed beside them.
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.py"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\n")
    names = [name for name in listed if name and (ROOT / name).exists()] or [
        str(path.relative_to(ROOT)) for folder in ("src", "tests", "tools", "benchmarks") for path in (ROOT / folder).rglob("*.py")
    ]  # an unpacked archive has no git
    assert len(names) > 300
    assert [fault for name in names for fault in without_reason(name, (ROOT / name).read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: S603",
        "# noqa",
        "# type: ignore",
        "# type: ignore[arg-type]",
        "# type: ignore[arg-type]  # fmt: skip",
        "# noqa: S603  # type: ignore[arg-type]",
        "# noqa: S603, S607",
        "# noqa: S603 - ok",
        "# noqa  # every rule, which nobody can have meant",
        "# ruff: noqa: T201",
    ],
)
def test_a_planted_one_is_found(comment: str) -> None:
    assert without_reason("a.py", f"x = 1  {comment}\n") == [f"a.py:1 {comment}"]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: S603 - a fixed program of ours",
        "# noqa: SLF001,S608 - our own names",
        "# type: ignore[arg-type]  # a column of text that a constraint keeps to these words",
        "# type: ignore[arg-type]  # noqa: S603 - one reason for both",
        "# ruff: noqa: T201 - this is the terminal",
        "# what noqa means stands in CONTRIBUTING",
    ],
)
def test_one_with_a_reason_passes(comment: str) -> None:
    assert without_reason("a.py", f'x = "# noqa"  {comment}\n') == []
