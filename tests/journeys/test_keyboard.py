# SPDX-License-Identifier: EUPL-1.2
"""A form from its first page to the receipt, a situation to its plan and back, an officer's decision, with nothing but a keyboard.

At every stop of the Tab key the focus is looked at: can it be seen, and does it go on in the order of the page?
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.steps import sign_in_twice, submit
from tests.journeys.test_residence_certificate import SHEET, fill_in
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser
Arrive = Callable[..., Visitor]
NEXT = "form.form .actions .ds-button"
COMPLETE = ".desk-form .form .actions .ds-button"
FOCUSED = "document.activeElement.outerHTML.slice(0, 200)"
STOP = """() => {
  const at = document.activeElement, before = window.stoppedAt, box = at.getBoundingClientRect();
  const drawn = style => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
  window.stoppedAt = at;
  return {
    drawn: drawn(getComputedStyle(at)) || drawn(getComputedStyle(at, '::after')),  // a card's link is drawn around the card
    shown: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    onward: !before || !before.isConnected || Boolean(before.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
}"""
MOST_TABS = 60


def tab(who: Visitor) -> None:
    """One stop further."""
    who.page.keyboard.press("Tab")
    stop: dict[str, bool] = who.page.evaluate(STOP)
    assert stop == {"drawn": True, "shown": True, "onward": True}, (stop, who.page.url, who.page.evaluate(FOCUSED))


def tab_to(who: Visitor, selector: str) -> None:
    """Press Tab until the focus is there."""
    for _ in range(MOST_TABS):
        tab(who)
        if who.page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{MOST_TABS} tabs do not reach {selector} on {who.page.url}: {who.page.evaluate(FOCUSED)}")


def skip(who: Visitor) -> None:
    """The first stop of a page leads past its header, and shows itself when it is reached."""
    tab(who)
    assert who.page.evaluate("document.activeElement.matches('.ds-skip-link')")
    who.page.keyboard.press("Enter")
    assert who.page.evaluate("document.activeElement.id") == "main"
    who.page.evaluate("() => { window.stoppedAt = undefined }")


def key(who: Visitor, name: str) -> None:
    with who.page.expect_navigation():
        who.page.keyboard.press(name)
    who.look()


@pytest.mark.slow
def test_a_report_by_keyboard_alone(visitor: Arrive) -> None:
    who = visitor("en", script=True)
    who.open("/procedures/commune/problem-report?administration=mersch")
    skip(who)
    tab_to(who, "#start button")
    key(who, "Enter")
    tab_to(who, NEXT)
    key(who, "Enter")
    tab_to(who, 'input[name="category"]')
    who.page.keyboard.press("ArrowDown")  # the second kind of problem: no question about bins
    assert who.page.evaluate("document.activeElement.value") == "illegal-dump"
    tab_to(who, NEXT)
    key(who, "Enter")
    tab_to(who, 'main form.form input[type="text"]')
    who.page.keyboard.type("Behind the station")
    key(who, "Enter")  # Enter in a field sends the page, and does not attach or remove anything
    tab_to(who, "textarea")
    who.page.keyboard.type("Somebody left old tyres there.")
    tab_to(who, NEXT)
    key(who, "Enter")
    for _ in ("photo", "e-mail"):
        tab_to(who, NEXT)
        key(who, "Enter")
    tab_to(who, "#f-declaration")
    who.page.keyboard.press("Space")
    tab_to(who, ".submit-form .ds-button")
    key(who, "Enter")
    assert who.path.startswith("/filings/")
    assert "/l/" in who.text("#private-link")


UNKNOWN = 'form.form button[name="unknown"]'


@pytest.mark.slow
def test_a_situation_by_keyboard_alone(visitor: Arrive) -> None:
    who = visitor("en", script=True).open("/situations")
    skip(who)
    tab_to(who, 'main a[href="/situations/build"]')
    key(who, "Enter")
    tab_to(who, "form.actions .ds-button")
    key(who, "Enter")
    for number in range(MOST_TABS):
        if who.path.endswith("/plan"):
            break
        choice = who.page.locator('main form.form input[type="radio"]')
        if number < 3 and choice.count():
            tab_to(who, 'main form.form input[type="radio"]')
            who.page.keyboard.press("Space")
            tab_to(who, NEXT)
        else:
            tab_to(who, UNKNOWN)
        key(who, "Enter")
    opened = who.page.locator("main details").first
    tab_to(who, "main details summary")  # why, with the law
    who.page.keyboard.press("Enter")
    assert opened.get_attribute("open") is not None
    tab_to(who, 'main a[href*="/situations/build?"]')  # a question that is still open, or an answer to change
    key(who, "Enter")
    assert who.page.locator("main form.form h1").count() == 1
    tab_to(who, '.side a[href*="/plan"]')
    key(who, "Enter")
    assert who.path.endswith("/plan")
    tab_to(who, ".side .ds-button")
    key(who, "Enter")
    assert who.path.endswith("/authorize"), who.path


@pytest.mark.slow
def test_an_officer_decides_by_keyboard_alone(visitor: Arrive, tmp_path: Path) -> None:
    emma = visitor("de")
    sign_in_twice(emma, "emma.primjer", SHEET)
    fill_in(emma, "Primjer")
    request = submit(emma, tmp_path)
    case = request.replace("/requests/", "/desk/cases/")
    claire = visitor("de", script=True).as_officer("claire.muster")
    claire.until("/desk", f'main a[href="{case}"]')
    skip(claire)
    tab_to(claire, f'main a[href="{case}"]')
    key(claire, "Enter")
    skip(claire)
    tab_to(claire, 'form[action$="/take"] button')
    key(claire, "Enter")
    skip(claire)
    tab_to(claire, COMPLETE)
    key(claire, "Enter")  # nothing was decided: the focus is on what is wrong, and leads to the field
    assert claire.page.evaluate("document.activeElement.matches('[data-error-summary]')")
    tab_to(claire, "[data-error-summary] a")
    claire.page.keyboard.press("Enter")
    assert claire.page.evaluate("document.activeElement.name") == "review_outcome"
    claire.page.keyboard.press("ArrowDown")
    assert claire.page.evaluate("document.activeElement.value") == "refuse"
    tab_to(claire, 'textarea[name="reasons"]')
    claire.page.keyboard.type("Nobody of this name lives at the address.")
    tab_to(claire, COMPLETE)
    key(claire, "Enter")
    assert claire.path.endswith("/done")
    skip(claire)
    tab_to(claire, "main a")
    emma.until(request, 'a[href^="/acts/"][href$=".pdf"]')
