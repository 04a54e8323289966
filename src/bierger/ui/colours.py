# SPDX-License-Identifier: EUPL-1.2
"""The colours of an administration, made safe to read.

An administration chooses two colours: `primary` carries buttons, links and the head of the page, `accent` is decoration.
Text must reach a contrast of 4.5 to 1 (WCAG 2.2, 1.4.3), so a primary that is too light is darkened until it does, on
white, on the paper of the page and on its own tint; for dark screens it is lightened the same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3: text below 24 px
WHITE = "#ffffff"
BLACK = "#000000"
PAPER = "#fbfaf7"  # background of the page; the same value stands in web/css/tokens.css, compared by a test
NIGHT = "#151917"  # background of the page on dark screens
_HEX = re.compile(r"#[0-9a-f]{6}")
_STEPS = 100


class BadColour(ValueError):
    """Not a colour written `#rrggbb`."""


def channels(colour: str) -> tuple[int, int, int]:
    """`#rrggbb` as three numbers 0 to 255. Raises BadColour."""
    text = colour.strip().lower()
    if not _HEX.fullmatch(text):
        raise BadColour(colour)
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance 0 to 1 (WCAG 2.2, definition of relative luminance)."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(channel) for channel in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(colour: str, other: str, share: float) -> str:
    """`share` 0 to 1 of `other` in `colour`, channel by channel."""
    pairs = zip(channels(colour), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def readable_on(background: str) -> str:
    """Black or white, whichever reads better."""
    return WHITE if contrast(WHITE, background) >= contrast(BLACK, background) else BLACK


def safe(colour: str, *backgrounds: str, towards: str) -> str:
    """The colour nearest to `colour`, moved towards black or white, that reaches CONTRAST on every background."""
    for step in range(_STEPS + 1):
        candidate = mix(colour, towards, step / _STEPS)
        if all(contrast(candidate, background) >= CONTRAST for background in backgrounds):
            return candidate
    return towards


@dataclass(frozen=True, slots=True)
class Palette:
    """Sixteen steps of the accent scale of the design system, in its own words, for one kind of screen."""

    steps: tuple[tuple[str, str], ...]

    def declarations(self) -> str:
        return "".join(f"--ds-color-accent-{name}:{value};" for name, value in self.steps)


def light_palette(primary: str) -> Palette:
    tint = mix(primary, WHITE, 0.9)
    base = safe(primary, WHITE, PAPER, tint, towards=BLACK)
    return Palette((
        ("background-default", WHITE),
        ("background-tinted", mix(base, WHITE, 0.95)),
        ("surface-default", WHITE),
        ("surface-tinted", mix(base, WHITE, 0.92)),
        ("surface-hover", mix(base, WHITE, 0.86)),
        ("surface-active", mix(base, WHITE, 0.78)),
        ("border-subtle", mix(base, WHITE, 0.65)),
        ("border-default", mix(base, WHITE, 0.15)),
        ("border-strong", base),
        ("text-subtle", safe(base, mix(base, WHITE, 0.78), PAPER, towards=BLACK)),
        ("text-default", mix(base, BLACK, 0.55)),
        ("base-default", base),
        ("base-hover", mix(base, BLACK, 0.2)),
        ("base-active", mix(base, BLACK, 0.36)),
        ("base-contrast-subtle", mix(base, WHITE, 0.9)),
        ("base-contrast-default", WHITE),
    ))


def dark_palette(primary: str) -> Palette:
    base = safe(primary, NIGHT, mix(NIGHT, primary, 0.2), towards=WHITE)
    return Palette((
        ("background-default", NIGHT),
        ("background-tinted", mix(NIGHT, base, 0.06)),
        ("surface-default", mix(NIGHT, base, 0.05)),
        ("surface-tinted", mix(NIGHT, base, 0.1)),
        ("surface-hover", mix(NIGHT, base, 0.17)),
        ("surface-active", mix(NIGHT, base, 0.24)),
        ("border-subtle", mix(NIGHT, base, 0.35)),
        ("border-default", mix(NIGHT, base, 0.75)),
        ("border-strong", base),
        ("text-subtle", safe(base, mix(NIGHT, base, 0.24), towards=WHITE)),
        ("text-default", mix(base, WHITE, 0.75)),
        ("base-default", base),
        ("base-hover", mix(base, WHITE, 0.25)),
        ("base-active", mix(base, WHITE, 0.45)),
        ("base-contrast-subtle", mix(base, BLACK, 0.85)),
        ("base-contrast-default", BLACK if contrast(BLACK, base) >= CONTRAST else WHITE),
    ))


def stylesheet(primary: str, accent: str) -> str:
    """The stylesheet of an administration. Raises BadColour."""
    ribbon = "#" + "".join(f"{channel:02x}" for channel in channels(accent))
    light = light_palette(primary).declarations()
    dark = dark_palette(primary).declarations()
    head = light_palette(primary).steps[11][1]
    own = f"--head:{head};--head-text:{WHITE};--ribbon:{ribbon};--ribbon-text:{readable_on(ribbon)};"
    night_head = mix(head, BLACK, 0.35)
    return (
        f"@layer bierger.colours{{:root{{{light}{own}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{dark}--head:{night_head};}}}}}}\n"
    )
