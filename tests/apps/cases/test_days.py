# SPDX-License-Identifier: EUPL-1.2
"""The day an act bears is the local day on which it was decided: at New Year, and however late it is rendered."""

from datetime import UTC, datetime, timedelta

import pytest

from bierger.cases.models import ServiceJob
from bierger.documents import selectors as documents
from bierger.documents.services import verify_upload
from bierger.infra import clock
from bierger.infra.principal import SYSTEM, acting_as
from tests import story

# Luxembourg is an hour before UTC in winter.
SILVESTER = datetime(2026, 12, 31, 22, 59, tzinfo=UTC)  # 23:59
NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # 00:30 of the 1st of January


@pytest.fixture
def town(transactional):
    from tests.story_people import town as make

    return make()


def permit_decided(town):
    case = story.request(town.applicant, "building-permit", story.PERMIT).cases[0]
    story.do(town.clerk, case, "check", completeness="complete")
    story.do(town.urbanism, case, "opinion-urbanism", urbanism_opinion="favourable")
    story.do(town.technical, case, "opinion-technical", technical_opinion="favourable")
    story.do(town.mayor, case, "decide", decision="granted", decision_reasons="In line with the plan.")
    return case


def acts(town, case):
    with acting_as(town.applicant):
        return {act.document_type: act for act in documents.my_acts(case=case)}


@pytest.mark.parametrize(("decided", "day", "year"), [(SILVESTER, "2026-12-31", "2026"), (NEW_YEAR, "2027-01-01", "2027")])
def test_number_and_date_are_of_the_local_day_of_the_decision(town, run_jobs, as_worker, frozen, decided, day, year):
    frozen(decided)
    case = permit_decided(town)
    with as_worker():
        decide_only()
    frozen(decided + timedelta(hours=9))  # the machine that renders was away until the morning
    run_jobs()
    found = acts(town, case)
    assert found["building-permit"].number.startswith(f"{year}-")
    assert found["red-dot"].facts["date"] == day
    assert found["red-dot"].facts["permit-number"] == found["building-permit"].number


def decide_only():
    """What the worker does before the machine fails: the act is decided, and nothing rendered."""
    from bierger.cases import tasks
    from bierger.infra.models import Outbox

    with acting_as(SYSTEM):
        (row,) = Outbox.objects.filter(topic="flows.task-ready")
    tasks.on_task_ready(row.ids)
    with acting_as(SYSTEM):
        assert ServiceJob.objects.count() == 1


def test_a_second_reminder_reaches_the_mailbox(town, run_jobs, as_worker, frozen):
    """The posting was irregular: the applicant posts again, and is reminded again, in the same words."""
    from bierger.cases import services as cases
    from bierger.cases import tasks
    from bierger.delivery import selectors as delivery
    from bierger.flows.models import Task
    from tests.apps.cases.test_building_permit import give

    def reminders():
        with acting_as(town.applicant):
            return [one for one in delivery.mailbox() if one.params.get("node") == "remind-posting"]

    case = permit_decided(town)
    run_jobs()
    for turn in (1, 2):
        frozen(clock.now() + timedelta(days=93))
        run_jobs()
        assert len(reminders()) == turn
        task = story.open_task(town.applicant, case, "post-certificate")
        give(town.applicant, case, task, "posting_photo", f"photo-{turn}.jpg")
        day = clock.today()
        with acting_as(town.applicant):
            raw = {f"posted_on.{part}": [str(getattr(day, part))] for part in ("day", "month", "year")}
            assert not cases.complete(task=task, raw=raw).errors
        story.do(town.clerk, case, "appeal-watch", appeal="posting-irregular", appeal_reference="Hidden by a hedge.")
        run_jobs()
    with as_worker():
        with acting_as(SYSTEM):
            done = list(Task.objects.filter(node="remind-posting").values_list("id", flat=True))
        for one in done:  # both jobs once more
            tasks.on_task_ready({"task": str(one), "subject": str(case)})
    assert len(done) == len(reminders()) == 2


LONG = "王Ü😀é" * 50  # 200 characters, 550 bytes


def test_the_longest_names_in_the_widest_letters_go_the_whole_way(town, run_jobs, as_owner):
    from bierger.filings.models import Draft

    draft = story.begin(town.applicant, "building-permit")
    said = story.PERMIT | {
        "site": LONG,
        "works_description": LONG * 15,
        "works_cost": "90000.00",
        "architect_name": LONG,
        "architect_number": LONG[:20],
    }
    story.fill(town.applicant, draft, said)
    with as_owner():  # names come from the sign-in and are locked in the form
        row = Draft.objects.get(id=draft)
        row.answers = row.answers | {"given_name": LONG, "family_name": LONG}
        row.save()
    case = story.submit(town.applicant, draft).cases[0]
    story.do(town.clerk, case, "check", completeness="complete")
    story.do(town.urbanism, case, "opinion-urbanism", urbanism_opinion="reserved", urbanism_remarks=LONG * 15)
    story.do(town.technical, case, "opinion-technical", technical_opinion="reserved", technical_remarks=LONG * 15)
    story.do(town.mayor, case, "decide", decision="granted", decision_reasons=LONG * 20, conditions=LONG * 20)
    run_jobs()
    found = acts(town, case)
    assert set(found) == {"building-permit", "red-dot"}
    assert {act.state for act in found.values()} == {"delivered"}
    with acting_as(town.applicant):
        for act in found.values():
            pdf = documents.act_pdf(act.id)
            assert verify_upload(data=pdf.data, file_name=pdf.file_name).authentic == "yes"
    short = found["building-permit"].facts
    assert {name for name, value in short.items() if value.endswith("…")} == {"family-name", "given-name", "site"}
    assert LONG.startswith(short["site"].removesuffix("…"))
    assert story.open_task(town.applicant, case, "post-certificate")
