# SPDX-License-Identifier: EUPL-1.2
"""Printed codes are read from poor pictures: a floor under what benchmarks/photographs.py measures and docs/howto/verify.md says."""

from __future__ import annotations

import pytest
from benchmarks import photographs_browser
from benchmarks.photographs import CHANGES, NO_BROWSER, _from_the_side, measure, png_of, publish, read_by_the_server, readers
from PIL import Image

from tests.tools import required_program

# A dot of blur at 100 dots per inch is more than half a module: nothing is left to read.
HOPELESS = {("blurred by a dot", "100"), ("side, turned, blurred, JPEG 30", "100")}


@pytest.mark.slow
@pytest.mark.browser
def test_of_the_letters_of_the_packages_both_readers_read_nearly_all_codes():
    required_program(*photographs_browser.PROGRAMS, package="chromium")
    with readers() as by:
        found = measure(by, (100, 150))
    assert set(found) == {"server", "browser"}
    for read in found.values():
        poor = {(name, dots): share for name, shares in read.items() for dots, share in shares.items() if share < 0.8}
        assert set(poor) <= HOPELESS
        assert len(read) == len(CHANGES)


def test_a_page_without_a_code_is_not_read():
    assert read_by_the_server(png_of(Image.new("L", (200, 200), 255))) == []


def test_without_a_browser_the_server_alone_is_measured_and_nothing_is_published(monkeypatch):
    monkeypatch.setattr(photographs_browser, "PROGRAMS", ("no-such-browser",))
    with readers() as by:
        assert set(by) == {"server"}
    with pytest.raises(SystemExit, match=r"NOT PUBLISHED: .*needs Chromium"):
        publish({"letters": 5, "read": {}, "missing_browser": NO_BROWSER})


def test_what_is_seen_from_the_side_has_moved():
    page = Image.new("L", (200, 200), 255)
    page.paste(0, (0, 0, 20, 20))
    seen = _from_the_side(page)
    assert (page.getpixel((2, 2)), seen.getpixel((2, 2)), seen.getpixel((18, 14))) == (0, 128, 0)
