# SPDX-License-Identifier: EUPL-1.2
"""Two plans that are each small enough and together too much: said at the field before, by the browser, and after sending."""

from __future__ import annotations

import html
import re
from pathlib import Path
from uuid import UUID

import pytest
from django.test import override_settings

from bierger.infra.principal import ANONYMOUS
from bierger.ui.messages import TOO_LARGE
from tests.attacks.test_uploads import draft, stored, web
from tests.clients import client_of

__all__ = ["draft", "web"]

AT_ONCE = {"fr": "26 Mo", "de": "26 MB", "en": "26 MB", "lb": "26 MB"}


def text(answer) -> str:
    return html.unescape(answer.content.decode()).replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize("language", AT_ONCE)
def test_the_field_says_how_many_how_large_and_together(town, draft: UUID, language: str) -> None:
    page = text(client_of(town.applicant, language=language).get(f"/drafts/{draft}/plans"))
    limits = re.search(r'id="f-plans-limits">(.*?)</p>', page).group(1)
    assert {"20", "8", "26"} <= set(re.findall(r"\d+", limits)), limits
    assert AT_ONCE[language] in limits
    assert 'data-most="26000000"' in page


def test_a_small_installation_promises_no_more_than_it_takes(town, draft: UUID) -> None:
    with override_settings(BIERGER_UPLOAD_LIMIT=10 * 2**20):
        page = text(client_of(town.applicant).get(f"/drafts/{draft}/plans"))
    assert "up to 10 MB each" in page
    assert 'data-most="10000000"' in page


@pytest.mark.parametrize("language", AT_ONCE)
def test_the_refusal_says_what_is_possible_and_leads_back_to_the_form(town, draft: UUID, language: str) -> None:
    browser, where = client_of(town.applicant, language=language), f"/drafts/{draft}/plans"
    form = f"http://testserver{where}"
    sent = {"content_type": "multipart/form-data; boundary=x", "headers": {"content-length": "30000000", "referer": form}}
    answer = browser.post(where, b"", **sent)
    assert answer.status_code == TOO_LARGE
    page = text(answer)
    assert AT_ONCE[language] in page
    assert f'href="{where}"' in page
    assert "%(" not in page
    assert "<title>" in page


@pytest.mark.parametrize(
    "came_from", ["", "https://elsewhere.example/form", "javascript:alert(1)", "//elsewhere.example/form", "http://testserver@elsewhere.example/"]
)
def test_it_leads_nowhere_else(transactional: None, came_from: str) -> None:
    headers = {"content-length": "30000000"} | ({"referer": came_from} if came_from else {})
    page = text(client_of(ANONYMOUS).post("/verify", b"", content_type="application/octet-stream", headers=headers))
    assert "Back to the form" not in page
    assert "elsewhere" not in page


def test_two_plans_of_15_mb(web: int, town, draft: UUID, browser, tmp_path: Path) -> None:
    """A real browser and the real web process. With scripts the field says it at once and sends nothing; without, the page does."""
    plans = []
    for number in range(2):
        plan = tmp_path / f"{number}.pdf"
        plan.write_bytes(b"%PDF-1.4\n" + b"0" * 15_000_000)
        plans.append(str(plan))
    address = f"http://127.0.0.1:{web}/drafts/{draft}/plans"
    session = client_of(town.applicant).cookies["bierger_session"].value
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts)
        context.add_cookies([
            {"name": "bierger_session", "value": session, "domain": "127.0.0.1", "path": "/"},
            {"name": "bierger_language", "value": "en", "domain": "127.0.0.1", "path": "/"},
        ])  # fmt: skip
        page = context.new_page()
        page.goto(address)
        page.set_input_files("#f-plans", plans)
        if scripts:
            says = page.locator("#f-plans-over")
            says.wait_for()
            assert "send one after the other" in says.inner_text()
            assert page.locator("#f-plans").input_value() == ""
            assert page.locator("#f-plans").get_attribute("aria-describedby").endswith("f-plans-over")
            page.set_input_files("#f-plans", plans[:1])
            assert not says.count()
        else:
            page.click("button[name=attach]")
            page.wait_for_selector("text=This is too large")
            assert "26\u00a0MB" in page.inner_text("main").replace(" MB", "\u00a0MB")
            page.click("text=Back to the form")
            page.wait_for_selector("#f-plans")
            assert page.url == address
        context.close()
    assert stored(town, draft) == []
