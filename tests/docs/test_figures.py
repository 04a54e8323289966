# SPDX-License-Identifier: EUPL-1.2
"""No figure of a decision without its source: a script of the repository or a place in the code, named in the same paragraph."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs/decisions").glob("0*.md"))
UNIT = r"(?:ms|s|seconds?|milliseconds?|microseconds?|[kKMG]i?B|%|percent|times|fold|/s|requests?|documents?)"
NUMBER = r"(?:[0-9][0-9.,]*|ten|twenty|thirty|fifty|a (?:tenth|hundredth|thousandth|hundred|thousand))"
FIGURE = re.compile(rf"\b{NUMBER} (?:of a )?{UNIT}\b|\b[0-9][0-9.,]* ?%")
SOURCE = re.compile(r"`((?:tools|benchmarks|src|tests)/[\w./]+|make bench)[^`]*`")


def unfounded(text: str) -> list[str]:
    """Figures in paragraphs that name no source; a table belongs to the paragraph before it."""
    paragraphs = re.sub(r"\n\n(?=\|)", "\n", text).split("\n\n")
    return [found[0] for one in paragraphs if not sourced(one) for found in FIGURE.finditer(one)]


def sourced(paragraph: str) -> bool:
    return any(name == "make bench" or (ROOT / name).exists() for name in SOURCE.findall(paragraph))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_decision_names_where_its_figures_come_from(page: Path) -> None:
    assert unfounded(page.read_text()) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It costs 50 ms.", ["50 ms"]),
        ("Measured:\n\n| a | 16 MB |", ["16 MB"]),
        ("About ten microseconds, and 30 times faster.", ["ten microseconds", "30 times"]),
        ("Up to a tenth of a second.", ["a tenth of a second"]),
        ("5 % of them. See `tools/no_such_script.py`.", ["5 %"]),
        ("It costs 50 ms (`tools/decision_figures.py copy`).", []),
        ("PostgreSQL 18, Python 3.11, RFC 6962, `2026-0000123-4`.", []),
    ],
)
def test_a_planted_figure_is_found(text: str, found: list[str]) -> None:
    assert unfounded(text) == found
