# SPDX-License-Identifier: EUPL-1.2
"""Writes docs/reference/configuration.md from bierger.site.environment; a test compares the two."""

from __future__ import annotations

from pathlib import Path

from bierger.site.environment import ELSEWHERE, VARIABLES, Variable

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "configuration.md"
HEAD = """# Configuration

Everything is configured by environment variables. This page is written by `python tools/configuration_page.py` from
`src/bierger/site/environment.py` and compared with it by a test.

`make demo` sets what has no default itself. *Required* means that a process in production refuses to start without it.

| variable | meaning | default |
|---|---|---|
"""


def page() -> str:
    return HEAD + "".join(f"| `{one.name}` | {one.meaning} | {_default(one)} |\n" for one in (*VARIABLES, *ELSEWHERE))


def _default(variable: Variable) -> str:
    if variable.default is None:
        local = f" (demo and test: `{variable.local}`)" if variable.local else ""
        return f"required{local}"
    return f"`{variable.default}`" if variable.default else ""


if __name__ == "__main__":
    PAGE.write_text(page())
