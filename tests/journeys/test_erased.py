# SPDX-License-Identifier: EUPL-1.2
"""How long a request is kept, that it is held, that it was erased: as its applicant and as an officer read it, wide and on a telephone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bierger.infra import clock
from bierger.infra.principal import SYSTEM, acting_as
from tests import story
from tests.journeys.inside import Examiner, drawn, served
from tests.people import officer
from tests.registers import register, simulators
from tests.story_people import town

__all__ = ["register", "simulators"]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("register")]


@pytest.mark.parametrize("language", ["fr"])
def test_it_is_told_before_while_and_after(
    transactional, run_jobs: Callable[[], None], as_worker: Callable[[], AbstractContextManager[None]],
    frozen: Callable[[datetime], None], browser: Browser, tmp_path: Path, language: str,
) -> None:  # fmt: skip
    from bierger.cases import selectors as cases
    from bierger.cases import services

    mersch, pol = town(), officer("pol.sample")
    ended, held = (story.request(mersch.applicant, "problem-report", story.REPORT).cases[0] for _ in range(2))
    certificate = story.request(mersch.applicant, "residence-certificate", story.RESIDENCE)
    open_ = story.request(mersch.applicant, "building-permit", story.PERMIT).cases[0]
    for case in (ended, held):
        story.do(pol, case, "handle", handling="done", answer="Emptied this morning.")
    run_jobs()
    with as_worker(), acting_as(SYSTEM):
        services.hold_case(case=held, reason="appeal", until=clock.today() + timedelta(days=900), note="The court asked for it.")
    with served() as address, drawn() as names:
        all_of = Examiner(browser, address, language, names)
        lea, desk = all_of.visitor(mersch.applicant), all_of.visitor(pol)

        def look(name: str, *pages: tuple[object, str]) -> None:
            for number, (who, path) in enumerate(pages):
                all_of.read(who, path)
                for details in who.page.locator("details").all():
                    details.evaluate("one => one.open = true")
                for width in (390, 1280):
                    who.page.set_viewport_size({"width": width, "height": 900})
                    who.page.screenshot(path=str(tmp_path / f"{name}-{number}-{width}.png"), full_page=True)

        look("before", (lea, f"/requests/{open_}"), (lea, f"/requests/{ended}"), (lea, f"/requests/{held}"), (desk, f"/desk/cases/{held}"))
        frozen(clock.real_now() + timedelta(days=500))
        run_jobs()
        look(
            "after", (lea, f"/requests/{ended}"), (lea, f"/requests/{certificate.cases[0]}"), (lea, f"/filings/{certificate.id}"), (desk, f"/desk/cases/{ended}"),
            (lea, "/requests"), (lea, "/mailbox"),
        )
        for who, room in ((lea, ""), (desk, "/desk")):
            path = f"/requests/{ended}" if not room else f"/desk/cases/{ended}"
            who.page.goto(address + path)
            with who.page.expect_download() as proof:
                who.page.locator("a[download]").first.click()
            assert b"bierger-deletion/1" in Path(str(proof.value.path())).read_bytes()
        for who in all_of.visitors:
            assert who.complaints == []
    with acting_as(mersch.applicant):
        assert cases.retention(held).erased_at is None
        assert cases.retention(ended).erased_at is not None
