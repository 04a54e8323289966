# SPDX-License-Identifier: EUPL-1.2
"""A form from its first page to the receipt with nothing but a keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser
FOCUSED = "document.activeElement.name || document.activeElement.id || ''"
MOST_TABS = 60


def tab_to(who: Visitor, selector: str) -> None:
    """Press Tab until the focus is there."""
    for _ in range(MOST_TABS):
        who.page.keyboard.press("Tab")
        if who.page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{MOST_TABS} tabs do not reach {selector} on {who.page.url}: {who.page.evaluate(FOCUSED)}")


def key(who: Visitor, name: str) -> None:
    with who.page.expect_navigation():
        who.page.keyboard.press(name)
    who.look()


def test_a_report_by_keyboard_alone(visitor: Callable[..., Visitor]) -> None:
    who = visitor("en", script=True)
    who.open("/procedures/commune/problem-report?administration=mersch")
    next_button = "form.form .actions .ds-button"
    tab_to(who, "#start button")
    key(who, "Enter")
    tab_to(who, next_button)
    key(who, "Enter")
    tab_to(who, 'input[name="category"]')
    who.page.keyboard.press("ArrowDown")  # the second kind of problem: no question about bins
    assert who.page.evaluate("document.activeElement.value") == "illegal-dump"
    tab_to(who, next_button)
    key(who, "Enter")
    tab_to(who, 'main form.form input[type="text"]')
    who.page.keyboard.type("Behind the station")
    key(who, "Enter")  # Enter in a field sends the page, and does not attach or remove anything
    tab_to(who, "textarea")
    who.page.keyboard.type("Somebody left old tyres there.")
    tab_to(who, next_button)
    key(who, "Enter")
    for _ in ("photo", "e-mail"):
        tab_to(who, next_button)
        key(who, "Enter")
    tab_to(who, "#f-declaration")
    who.page.keyboard.press("Space")
    tab_to(who, ".submit-form .ds-button")
    key(who, "Enter")
    assert who.path.startswith("/filings/")
    assert "/l/" in who.text("#private-link")
