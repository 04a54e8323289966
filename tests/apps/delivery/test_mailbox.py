# SPDX-License-Identifier: EUPL-1.2
"""A mailbox belongs to one space; what was sent stays as it was sent."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError

from bierger.delivery import selectors, services
from bierger.delivery.models import Message
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from tests.apps.documents.story import make_applicant


@pytest.fixture
def letter(transactional, applicant, as_worker):
    with as_worker(), acting_as(SYSTEM):
        for _ in range(2):
            services.send_message(
                space=applicant.space, subject_code="question", params={"title": "A piece is missing"}, once="q/1"
            )
    return applicant


def test_sent_twice_is_there_once_and_read_once(letter):
    with acting_as(letter.principal):
        (message,) = selectors.mailbox()
        assert selectors.unread_count() == 1
        services.mark_read(messages=[message.id])
        first = selectors.mailbox()[0].read_at
        services.mark_read(messages=[message.id])
        assert selectors.mailbox()[0].read_at == first
        assert selectors.unread_count() == 0


def test_nobody_else_sees_it(letter):
    for stranger in (make_applicant().principal, ANONYMOUS):
        with acting_as(stranger):
            assert selectors.mailbox() == ()
            assert not Message.objects.exists()


def test_the_web_sends_nothing_and_changes_nothing(letter):
    with pytest.raises(DatabaseError), acting_as(letter.principal):
        services.send_message(space=letter.space, subject_code="x", params={}, once="q/2")
    with pytest.raises(IntegrityError), acting_as(letter.principal):
        Message.objects.update(subject_code="another")
