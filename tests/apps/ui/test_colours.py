# SPDX-License-Identifier: EUPL-1.2
"""Whatever colours an administration chooses, people can read the page."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bierger.ui import colours

ROOT = Path(__file__).resolve().parents[3]
colour = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: "#{:02x}{:02x}{:02x}".format(*rgb))


def test_contrast_follows_the_definition_of_wcag():
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)  # the lightest grey that passes on white
    assert colours.contrast("#abcdef", "#abcdef") == 1


@given(colour)
def test_every_primary_becomes_readable(primary):
    light = dict(colours.light_palette(primary).steps)
    assert colours.contrast(light["base-default"], light["base-contrast-default"]) >= colours.CONTRAST
    for background in (colours.WHITE, colours.PAPER, light["surface-tinted"], light["surface-hover"]):
        assert colours.contrast(light["text-subtle"], background) >= colours.CONTRAST
        assert colours.contrast(light["text-default"], background) >= colours.CONTRAST


@given(colour)
def test_every_primary_becomes_readable_at_night(primary):
    dark = dict(colours.dark_palette(primary).steps)
    assert colours.contrast(dark["base-default"], dark["base-contrast-default"]) >= colours.CONTRAST
    for background in (colours.NIGHT, dark["surface-default"], dark["surface-tinted"]):
        assert colours.contrast(dark["text-subtle"], background) >= colours.CONTRAST


@given(colour)
def test_text_on_the_ribbon_is_black_or_white_whichever_reads_better(ribbon):
    chosen = colours.readable_on(ribbon)
    other = colours.BLACK if chosen == colours.WHITE else colours.WHITE
    assert colours.contrast(chosen, ribbon) >= colours.contrast(other, ribbon)


def test_a_dark_primary_is_left_as_it_is():
    assert dict(colours.light_palette("#14594f").steps)["base-default"] == "#14594f"


@pytest.mark.parametrize("text", ["red", "#12", "#1234567", "#12345g", "", "#123456;}body{display:none", "url(x)"])
def test_only_six_hex_digits_are_a_colour(text):
    with pytest.raises(colours.BadColour):
        colours.stylesheet(text, "#000000")
    with pytest.raises(colours.BadColour):
        colours.stylesheet("#000000", text)


def test_paper_and_night_are_those_of_the_stylesheet():
    tokens = (ROOT / "web" / "css" / "tokens.css").read_text()
    assert re.findall(r"--paper: (#\w+);", tokens) == [colours.PAPER, colours.NIGHT]


def test_no_rule_of_ours_takes_the_dot_from_what_is_chosen():
    """The design system draws a chosen radio or box as a background; the shorthand on all fields once wiped it out."""
    css = "".join(path.read_text("utf-8") for path in sorted((ROOT / "web" / "css").glob("*.css")))
    wiping = re.findall(r"([^{}]*\.ds-input[^{}]*)\{[^{}]*background(?:-color|-image)?:", css)
    assert wiping
    for rule in wiping:
        assert any(spared in rule for spared in ('[type="radio"]', ":not(:checked)", '[type="file"]', '[type="search"]')), rule
