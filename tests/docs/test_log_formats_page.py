# SPDX-License-Identifier: EUPL-1.2
"""docs/reference/log-formats.md: every test that it names is there, in the folder that it says."""

from __future__ import annotations

import re

from tests.docs.blocks import ROOT

PAGE = (ROOT / "docs" / "reference" / "log-formats.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(test_\w+)`(?: \(`(tests/[\w/]+)`\))?", PAGE)


def test_every_test_of_the_page_is_there() -> None:
    assert len(NAMED) > 40
    for name, folder in NAMED:
        files = (ROOT / (folder or "tests/core/merkle")).glob("test_*.py")
        assert any(f"def {name}(" in file.read_text(encoding="utf-8") for file in files), name
