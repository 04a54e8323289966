# SPDX-License-Identifier: EUPL-1.2
"""The guide for authors does what it says: its files are written, its commands run, what they print is compared."""

from tests.docs.test_first_procedure import BLOCK, ROOT, follow

PAGE = ROOT / "docs" / "learn" / "rules-and-interviews.md"


def test_the_guide_does_what_it_says(tmp_path, transactional):
    assert follow(PAGE.read_text(), tmp_path) == 6


def test_every_block_of_the_guide_is_used():
    page = PAGE.read_text()
    assert page.count("\n```") // 2 == len(list(BLOCK.finditer(page)))
