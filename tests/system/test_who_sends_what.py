# SPDX-License-Identifier: EUPL-1.2
"""Who sends which topic: the web process what its code sends, about identifiers; every other is the worker's to say."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from bierger.infra import clock, outbox
from bierger.infra.models import Outbox
from bierger.site import wiring

SOURCES = Path(wiring.__file__).parents[1]
# What only the worker sends, and when. A topic that is sent stands here or in `wiring.OF_THE_WEB`.
OF_THE_WORKER = {
    "flows.timer-due": "poll_timers: a timer ran out",
    "ledger.logged": "the sequencer: leaves were appended",
    "documents.act-logged": "finish_logged: the facts of an act have a leaf",
    "documents.act-ready": "finish_logged: the file of an act has a leaf",
    "delivery.act-delivered": "deliver_act: an act reached its holder",
    "disclosures.batch": "the notariser: readings were sealed",
}


def topics_in_the_sources():
    """What every call of `send` and `send_again` names."""
    sent, unread = set(), []
    for path in SOURCES.rglob("*.py"):
        for said in re.findall(r"outbox\.send(?:_again)?\(\s*([^,)]*)", path.read_text()):
            named = re.fullmatch(r'"([a-z-]+\.[a-z-]+)"', said)
            if named:
                sent.add(named[1])
            else:
                unread.append((path.name, said))
    assert not unread
    return sent


def test_every_topic_has_its_senders_and_somebody_listens():
    assert topics_in_the_sources() == set(wiring.OF_THE_WEB) | set(OF_THE_WORKER)
    assert not set(wiring.OF_THE_WEB) & set(OF_THE_WORKER)
    assert [topic for topic in topics_in_the_sources() if not outbox.handlers_of(topic)] == []


def test_the_database_knows_the_same_topics_of_the_web(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT topic, ids FROM infra_outbox_of_web()")
        assert {topic: set(ids) for topic, ids in cursor.fetchall()} == wiring.OF_THE_WEB


def test_the_web_sends_its_topics_and_no_other(db):
    """As the web's login, with whatever principal it names; a number given in advance is not kept."""
    some = str(uuid4())
    for topic, names in wiring.OF_THE_WEB.items():
        outbox.send(topic, **dict.fromkeys(names, some))
    last = Outbox.objects.order_by("-id").first().id
    Outbox.objects.create(id=last + 7, topic="flows.task-ready", ids={"task": some, "subject": some}, at=clock.now())
    assert Outbox.objects.order_by("-id").first().id == last + 1
    for topic in OF_THE_WORKER:
        assert refused(topic, {"act": some, "case": some, "first": "0", "last": "9", "timer": "1", "batch": "1"})


@pytest.mark.parametrize(
    ("topic", "ids"),
    [
        ("nobody.listens", {}),
        ("flows.task-ready", {}),
        ("flows.task-ready", {"task": str(uuid4())}),
        ("flows.task-ready", {"task": str(uuid4()), "subject": str(uuid4()), "more": "1"}),
        ("flows.task-ready", {"task": str(uuid4()), "subject": None}),
        ("flows.task-ready", {"task": str(uuid4()), "subject": "not an identifier"}),
        ("documents.act-revoked", {"act": {"a": 1}, "case": str(uuid4())}),
        ("documents.type-registered", {"code": "x" * 201}),
    ],
)
def test_the_web_sends_identifiers_alone(db, topic, ids):
    """A job that cannot read its identifiers would fail, and be an alarm, for ever."""
    assert refused(topic, ids)


def refused(topic, ids):
    try:
        with transaction.atomic():
            Outbox.objects.create(topic=topic, ids=ids, at=clock.now())
    except ProgrammingError:
        return True
    return False
