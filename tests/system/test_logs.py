# SPDX-License-Identifier: EUPL-1.2
"""Logs are structured and hold no personal data: not a name, not a number, not an address with an identifier in it."""

import io
import json
import logging

import pytest

from bierger.site.logs import FIELDS, JsonFormatter
from tests import story
from tests.clients import client_of
from tests.people import person


@pytest.fixture
def log():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def test_a_request_with_names_in_it_leaves_none_in_the_log(transactional, run_jobs, log):
    lea = person("lea.beispill")
    receipt = story.request(lea, "building-permit", story.PERMIT)
    client = client_of(lea)
    for address in (
        "/requests",
        f"/requests/{receipt.cases[0]}",
        f"/filings/{receipt.id}",
        "/catalogue?q=Beispill",
        "/verify",
        "/nowhere/Beispill",
    ):
        client.get(address)
    run_jobs()
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    requests = [line for line in lines if line["logger"] == "bierger.http"]
    assert len(requests) == 6
    assert all({"request_id", "method", "route", "status", "milliseconds", "principal"} <= set(line) for line in requests)
    written = log.getvalue()
    for personal in ("Beispill", "Léa", str(receipt.cases[0]), receipt.number, str(lea.person), "rue de l'Exemple"):
        assert personal not in written


def test_only_named_fields_get_into_a_line():
    record = logging.LogRecord("x", logging.INFO, "", 0, "said", (), None)
    record.name_of_somebody = "Beispill"
    record.status = 200
    line = json.loads(JsonFormatter().format(record))
    assert line["status"] == 200
    assert set(line) <= {"at", "level", "logger", "message", "traceback", *FIELDS}
