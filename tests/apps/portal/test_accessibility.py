# SPDX-License-Identifier: EUPL-1.2
"""The public pages and a whole form in a real browser: axe finds nothing, nothing runs out of a telephone's width."""

import pytest

from tests.journeys.inside import served

pytestmark = pytest.mark.browser
PAGES = [
    "/", "/catalogue", "/catalogue?q=xyzzyx", "/procedures/commune/residence-certificate", "/procedures/commune/building-permit",
    "/procedures/commune/problem-report?administration=mersch", "/verify", "/l", "/l/0123456789abcdef", "/accessibility", "/nowhere",
]  # fmt: skip
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
TELEPHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
def site(transactional):
    with served() as address:
        yield address


@pytest.fixture(params=["light", "dark"])
def page(request, browser, site):
    context = browser.new_context(color_scheme=request.param, base_url=site, viewport=DESK)
    context.add_cookies([{"name": "bierger_language", "value": "de", "url": site}])  # the longest words
    yield context.new_page()
    context.close()


def faults(page):
    from axe_playwright_python.sync_playwright import Axe

    found = [
        f"{page.url}: {one['id']} {node['html'][:150]}"
        for one in Axe().run(page, options=RULES).response["violations"]
        for node in one["nodes"]
    ]
    page.set_viewport_size(TELEPHONE)
    beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.set_viewport_size(DESK)
    return [*found, *([f"{page.url}: {beyond} pixels beyond the telephone"] if beyond > 0 else [])]


def test_public_pages(page):
    found = []
    for address in PAGES:
        page.goto(address)
        found += faults(page)
    assert found == []


def test_a_form_with_its_errors(page):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    page.goto("/procedures/commune/problem-report?administration=mersch")
    page.locator("#start button").click()
    page.locator("form.form > .actions button").click()
    found = faults(page)
    page.locator("form.form > .actions button").click()  # nothing chosen: the error summary
    assert page.locator("[data-error-summary]").evaluate("box => box === document.activeElement")
    found += faults(page)
    page.locator("[data-error-summary] a").click()
    assert page.locator("#f-category").evaluate("field => field === document.activeElement")
    page.locator("#f-category").check()
    page.locator("form.form > .actions button").click()
    found += faults(page)
    assert found == []
    assert complaints == []
