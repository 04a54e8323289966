# SPDX-License-Identifier: EUPL-1.2
"""A register that answers nonsense is treated like a silent one: asked again for a while, then an officer looks."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import override_settings

from bierger.cases import tasks
from bierger.flows import selectors as flows
from bierger.infra import clock
from bierger.infra.principal import SYSTEM, acting_as
from bierger.registry.errors import RegisterAnswerInvalid
from tests import story
from tests.outside_servers import ok, server
from tests.people import person

Role = Callable[[], AbstractContextManager[None]]
PERSON = {
    "given_name": "a", "family_name": "b", "birth_date": "2000-01-01", "matricule": "x", "address": None, "status": "resident", "since": None,
}  # fmt: skip
NONSENSE = {
    "list": b"[]", "empty": b"{}", "deep": b"[" * 200_000, "text": b"<html>",
    "nul": json.dumps({**PERSON, "given_name": "a\0b"}).encode(),
    "date": json.dumps({**PERSON, "birth_date": "not a date"}).encode(),
    "number": json.dumps({**PERSON, "family_name": 7}).encode(),
}  # fmt: skip


def opened(case: UUID) -> dict[str, str]:
    with acting_as(SYSTEM):
        return {one.node: str(one.id) for one in flows.tasks_of(case, open_only=True)}


@pytest.mark.parametrize("body", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_asked_again_and_then_goes_to_an_officer(transactional, as_worker: Role, body: bytes):
    case = story.request(person("lea.beispill"), "residence-certificate", story.RESIDENCE).cases[0]
    with server(pieces=[ok(body)]) as address, as_worker():
        (question,) = opened(case).items()
        ids = {"subject": str(case), "task": question[1]}
        with override_settings(BIERGER_REGISTER_URL=address, BIERGER_REGISTER_SECRET="local-only"):
            with pytest.raises(RegisterAnswerInvalid):
                tasks.on_task_ready(ids)
            assert opened(case) == dict([question])
            with clock.frozen(clock.now() + tasks.REGISTER_PATIENCE + timedelta(seconds=1)):
                tasks.on_task_ready(ids)
        assert question[0] not in opened(case)
        assert opened(case)
