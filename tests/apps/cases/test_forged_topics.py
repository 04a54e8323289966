# SPDX-License-Identifier: EUPL-1.2
"""Who listens believes no topic: it looks up what it names, and does nothing where nothing is to be done."""

from datetime import timedelta
from uuid import uuid4

import pytest

from bierger.cases import selectors, tasks
from bierger.cases.models import Event
from bierger.documents.models import Act
from bierger.flows import services as flows
from bierger.flows.models import Timer
from bierger.infra import clock, outbox
from bierger.infra.models import Outbox
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from tests import story


@pytest.fixture
def town(transactional):
    from tests.story_people import town as make

    return make()


def test_what_the_web_forges_does_nothing(town, run_jobs, as_worker):
    """The task of one case under the number of another, a task of an officer, an act that nobody took back."""
    case, other = (story.request(town.applicant, "building-permit", story.PERMIT).cases[0] for _ in range(2))
    story.do(town.clerk, case, "check", completeness="complete")
    story.do(town.urbanism, case, "opinion-urbanism", urbanism_opinion="unfavourable", urbanism_remarks="Too high.")
    story.do(town.technical, case, "opinion-technical", technical_opinion="favourable")
    story.do(town.mayor, case, "decide", decision="refused", decision_reasons="Too high.")
    with as_worker(), acting_as(SYSTEM):
        (waits,) = Outbox.objects.filter(topic="flows.task-ready")
        Outbox.objects.all().delete()
        before = Event.objects.count()
    officers = story.open_task(town.clerk, other, "check")
    with acting_as(ANONYMOUS):
        outbox.send("flows.task-ready", task=waits.ids["task"], subject=str(other))  # the refusal of one would be the other's
        outbox.send("flows.task-ready", task=str(officers), subject=str(other))
        outbox.send("documents.act-revoked", act=str(uuid4()), case=str(case))
    run_jobs()
    with as_worker(), acting_as(SYSTEM):
        assert (Event.objects.count(), Act.objects.count()) == (before, 0)
        Outbox.objects.create(topic=waits.topic, ids=waits.ids, at=clock.now())
    run_jobs()
    with acting_as(town.applicant):
        assert selectors.request(case).status == "ended", "What really waited is done."


def test_a_timer_fires_when_it_is_due_and_in_its_own_case(town, as_worker, frozen):
    case, other = (story.request(town.applicant, "building-permit", story.PERMIT).cases[0] for _ in range(2))
    story.do(town.clerk, case, "check", completeness="missing-piece", piece_wanted="The section drawing.")
    with as_worker():
        with acting_as(SYSTEM):
            timer = Timer.objects.get(instance_id=case, state="running").id
            before = Event.objects.count()
        said = [{"timer": str(timer), "subject": str(one)} for one in (case, other)]
        for ids in said:
            tasks.on_timer_due(ids)
        with acting_as(SYSTEM):
            assert Event.objects.count() == before, "It is not due."
        frozen(clock.now() + timedelta(days=190))
        assert flows.poll_timers() == 1
        for ids, written in ((said[1], 0), (said[0], 1), (said[0], 1)):
            tasks.on_timer_due(ids)
            with acting_as(SYSTEM):
                assert Event.objects.filter(type="timer-fired").count() == written
