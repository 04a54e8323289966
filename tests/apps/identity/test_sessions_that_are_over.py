# SPDX-License-Identifier: EUPL-1.2
"""Sessions that are over go, and only these."""

from datetime import timedelta

from django.contrib.sessions.models import Session

from bierger.identity.tasks import forget_sessions
from bierger.infra import clock
from bierger.site.wiring import periodic


def keep(key: str, ends: timedelta) -> None:
    Session.objects.create(session_key=key, session_data="x", expire_date=clock.real_now() + ends)


def test_the_worker_forgets_sessions_that_are_over(transactional, as_worker):
    keep("over", timedelta(seconds=-1))
    keep("open", timedelta(hours=1))
    with as_worker():
        assert forget_sessions() == 1
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
    assert periodic()["identity.sessions"][1] is forget_sessions
