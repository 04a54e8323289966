# SPDX-License-Identifier: EUPL-1.2
"""Printed codes are read from poor pictures: a floor under what benchmarks/photographs.py measures and docs/howto/verify.md says."""

from __future__ import annotations

import pytest
from benchmarks.photographs import CHANGES, _from_the_side, is_read, measure
from PIL import Image

# A dot of blur at 100 dots per inch is more than half a module: nothing is left to read.
HOPELESS = {("blurred by a dot", "100"), ("side, turned, blurred, JPEG 30", "100")}


@pytest.mark.slow
def test_of_the_letters_of_the_packages_nearly_all_codes_are_read():
    found = measure((100, 150))
    poor = {(name, dots): share for name, shares in found.items() for dots, share in shares.items() if share < 0.8}
    assert set(poor) <= HOPELESS
    assert len(found) == len(CHANGES)


def test_a_page_without_a_code_is_not_read():
    assert not is_read(Image.new("L", (200, 200), 255), "BRG2:X")


def test_what_is_seen_from_the_side_has_moved():
    page = Image.new("L", (200, 200), 255)
    page.paste(0, (0, 0, 20, 20))
    seen = _from_the_side(page)
    assert (page.getpixel((2, 2)), seen.getpixel((2, 2)), seen.getpixel((18, 14))) == (0, 128, 0)
