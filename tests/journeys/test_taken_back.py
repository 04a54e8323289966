# SPDX-License-Identifier: EUPL-1.2
"""An officer corrects a permit and revokes the corrected one; the applicant reads it, everybody who checks the paper is told.

Wide and on a telephone, with axe on every page; the officer without JavaScript too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser

from bierger.infra.principal import acting_as
from tests import story
from tests.journeys.inside import Examiner, drawn, served
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTE = "The parcel number was wrong. Please use the new permit."
CHECK, CONFIRM, CHANGE = ('main button[name="check"]', 'main button[name="confirm"]', 'main button[name="change"]')


@pytest.fixture
def town(transactional: None, run_jobs: Callable[[], None]) -> object:
    from tests.story_people import town as people

    return people()


@pytest.fixture
def case(town, run_jobs: Callable[[], None]) -> UUID:
    made: UUID = story.request(town.applicant, "building-permit", story.PERMIT).cases[0]
    story.do(town.clerk, made, "check", completeness="complete")
    story.do(town.urbanism, made, "opinion-urbanism", urbanism_opinion="favourable")
    story.do(town.technical, made, "opinion-technical", technical_opinion="favourable")
    story.do(town.mayor, made, "decide", decision="granted", decision_reasons="In line with the plan.")
    run_jobs()
    return made


@pytest.fixture
def examiner(town, case, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Examiner]:
    with served() as address, drawn() as names:
        one = Examiner(browser, address, request.param, names)
        yield one
        one.leave()


@pytest.mark.parametrize("examiner", ["de"], indirect=True)
def test_a_permit_is_corrected_then_revoked_and_everybody_concerned_reads_it(examiner, town, case, run_jobs, tmp_path: Path) -> None:
    nora, lea = examiner.visitor(town.mayor), examiner.visitor(town.applicant)
    examiner.read(nora, f"/desk/cases/{case}")
    examiner.press(nora, 'a[href$="/correct"]')
    examiner.press(nora, CHECK)  # nothing corrected, no note
    assert nora.page.locator(".ds-error-summary, [aria-invalid=true]").count() > 0
    nora.fill(note=NOTE, **{"parcel.number": "1234/568"})
    examiner.press(nora, CHECK)
    assert nora.page.locator("main", has_text="1234/568").count() == 1
    examiner.press(nora, CHANGE)
    assert nora.page.locator('[name="parcel.number"]').input_value() == "1234/568"
    examiner.press(nora, CHECK)
    examiner.press(nora, CONFIRM)
    new = nora.path.rpartition("/")[2]
    run_jobs()
    examiner.read(nora, f"/desk/cases/{case}")
    old = _act_replaced_by(town, UUID(new))
    examiner.read(nora, f"/desk/acts/{old}")
    assert nora.page.locator("blockquote", has_text=NOTE).count() == 1
    for page in (f"/requests/{case}", "/mailbox"):
        examiner.read(lea, page)
        assert lea.page.locator("main", has_text=NOTE).count() == 1, page
    _check(examiner, town, old, tmp_path)
    nora = _without_script(examiner, town)
    examiner.press(nora, f'a[href$="/desk/acts/{new}/revoke"]')
    examiner.press(nora, CHECK)  # neither reason nor note
    nora.fill(reason="withdrawn", note="The conditions were not met.")
    examiner.press(nora, CHECK)
    examiner.press(nora, CONFIRM)
    assert nora.path == f"/desk/acts/{new}"
    run_jobs()
    examiner.read(lea, f"/requests/{case}")
    assert lea.page.locator(".act-revoked").count() == 2
    _check(examiner, town, UUID(new), tmp_path)
    nora.page.goto(f"{examiner.base}/desk/acts")
    examiner.press(nora, "main form .ds-button")  # no number
    nora.fill(number=_number(town, UUID(new)))
    examiner.press(nora, "main form .ds-button")
    assert nora.path == f"/desk/acts/{new}"


def _act_replaced_by(town, new: UUID) -> UUID:
    from bierger.documents import selectors

    with acting_as(town.applicant):
        return selectors.act(new).replaces


def _number(town, act: UUID) -> str:
    from bierger.documents import selectors

    with acting_as(town.applicant):
        return selectors.act(act).number


def _without_script(examiner: Examiner, town) -> Visitor:
    """The same officer at a browser that runs no scripts."""
    with_script = examiner.visitor(town.mayor)
    cookies = with_script.context.cookies()
    who = Visitor(examiner.browser, examiner.base, examiner.seen, language=examiner.language, script=False, wide=True)
    who.context.add_cookies(cookies)
    examiner.visitors.append(who)
    act = _newest(town)
    return examiner.read(who, f"/desk/acts/{act}")


def _newest(town) -> UUID:
    from bierger.documents import selectors

    with acting_as(town.applicant):
        return next(one.id for one in selectors.my_acts() if one.replaces)


def _check(examiner: Examiner, town, act: UUID, folder: Path) -> None:
    """Somebody who was shown the paper asks /verify."""
    from bierger.documents import selectors

    with acting_as(town.applicant):
        file = folder / f"{act}.pdf"
        file.write_bytes(selectors.act_pdf(act).data)
    who = Visitor(examiner.browser, examiner.base, examiner.seen, language=examiner.language, script=False, wide=True)
    who.context.add_cookies([{"name": "bierger_language", "value": examiner.language, "url": examiner.base}])
    examiner.visitors.append(who)
    who.page.goto(f"{examiner.base}/verify")
    who.page.locator('#verify-server input[type="file"]').set_input_files(file)
    examiner.press(who, "#verify-server form:has(input[type=file]) .ds-button")
    assert who.page.locator(".verdict-no").count() == 1
