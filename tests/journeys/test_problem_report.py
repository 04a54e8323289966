# SPDX-License-Identifier: EUPL-1.2
"""Somebody who does not sign in reports a bin, follows the report by a private link, and reads how it ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.story import photo
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser
Arrive = Callable[..., Visitor]
SHEET = "/procedures/commune/problem-report"


def report(who: Visitor, folder: Path, place: str) -> str:
    """Fill in and submit without an account; gives back the private link."""
    who.open(f"{SHEET}?administration=mersch").fill(administration="mersch").press("#start button")
    who.go_on()  # the commune
    who.fill(category="bin-not-emptied").go_on()
    who.fill(**{"place": place} if who.page.locator('[name="place"]').count() else {"place.text": place}).go_on()
    who.fill(bin_kind="paper").go_on()
    who.fill(description="The blue bin was left full on both collection days.").go_on()
    who.page.locator('input[name="photo"]').set_input_files(photo(folder))
    who.press('button[name="attach"]')
    assert "bin.png" in who.text(".files")
    who.go_on()
    who.go_on()  # no e-mail address
    who.fill(declaration="yes").press(".submit-form .ds-button")
    return who.text("#private-link").strip()


PASSES = [  # each language once; the three journeys together have each language on the desk and on the telephone, with and without JavaScript
    pytest.param("en", False, False, id="english-phone-without-javascript", marks=pytest.mark.slow),
    pytest.param("fr", True, True, id="french-desk-with-javascript", marks=pytest.mark.slow),
    pytest.param("de", True, True, id="german-desk-with-javascript", marks=pytest.mark.slow),
    pytest.param("lb", False, True, id="luxembourgish-desk-without-javascript", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("language", "script", "wide"), PASSES)
def test_report_followed_by_its_link(visitor: Arrive, tmp_path: Path, language: str, *, script: bool, wide: bool) -> None:
    reporter = visitor(language, script=script, wide=wide)
    place = f"12, rue de l’Exemple ({language})"
    link = report(reporter, tmp_path, place)
    receipt = reporter.path
    case = (reporter.page.locator('a.ds-button[href^="/requests/"]').get_attribute("href") or "").replace("requests", "desk/cases")
    for officer in ("claire.muster", "nora.beispiel"):  # neither the citizens' office nor the mayor empties bins
        other = visitor(language, script=script, wide=wide).as_officer(officer)
        assert other.page.locator(f'a[href="{case}"]').count() == 0, officer
    pol = visitor(language, script=script, wide=wide).as_officer("pol.sample")
    pol.press(f'main a[href="{case}"]')
    assert place in pol.text()
    file = pol.page.locator('a[href*="/files/"]').first.get_attribute("href") or ""
    assert pol.context.request.get(file).headers["content-type"] == "image/png"
    pol.press('form[action$="/take"] button')
    pol.fill(handling="done").press(".desk-form .form .ds-button")
    assert pol.page.locator('[aria-invalid="true"]').count() > 0  # an answer is asked for
    pol.fill(answer="The bin was emptied this morning. We are sorry.").press(".desk-form .form .ds-button")
    assert pol.path.endswith("/done")

    follower = visitor(language, script=script, wide=wide)
    follower.open(link)
    assert follower.path.startswith("/requests/")
    request = follower.path
    follower.until(request, "text=The bin was emptied this morning")
    stranger = visitor(language, script=script, wide=wide)
    for path in (receipt, request):
        stranger.page.goto(stranger.base + path)
        assert place not in stranger.page.content()
    reporter.open(request)
    assert link.rsplit("/", 1)[1] not in reporter.page.content()  # shown on the receipt only
    leave(reporter, link, request)


def leave(who: Visitor, link: str, request: str) -> None:
    """On a shared computer: whoever sits down next finds nothing, and the link alone leads back."""
    who.page.locator(".account > summary").click()
    who.look().press(".account-menu form button")
    who.page.goto(who.base + request)
    assert who.path != request
    assert not [one for one in who.context.cookies() if one["name"] == "bierger_link"]
    assert who.open(link).path == request
