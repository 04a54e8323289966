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


def test_a_fault_is_logged_by_its_place_and_kind_never_by_what_it_says(log):
    try:
        int("Key (matricule)=(1893120105732) already exists")
    except ValueError:
        logging.getLogger("bierger.planted").exception("work failed")
    logging.getLogger("django.request").error("%s: %s", "Internal Server Error", "/l/the-secret-of-a-link")
    logging.getLogger("django.security.csrf").warning("Forbidden (%s): %s", "no cookie", "/l/the-secret-of-a-link")
    logging.getLogger("procrastinate.worker").error("Job with %s failed", {"matricule": "1893120105732"})
    written = log.getvalue()
    fault = json.loads(written.splitlines()[0])
    assert fault["fault"] == "ValueError"
    assert "test_logs.py" in fault["traceback"][0]
    assert "1893120105732" not in written
    assert "the-secret-of-a-link" not in written


def test_a_private_link_that_fails_leaves_no_secret(transactional, log):
    from django.test import Client

    Client(enforce_csrf_checks=True).post("/l/the-secret-of-a-link")
    Client().get("/l/the-secret-of-a-link")
    assert "the-secret-of-a-link" not in log.getvalue()


def test_only_named_fields_get_into_a_line():
    record = logging.LogRecord("x", logging.INFO, "", 0, "said", (), None)
    record.name_of_somebody = "Beispill"
    record.status = 200
    line = json.loads(JsonFormatter().format(record))
    assert line["status"] == 200
    assert set(line) <= {"at", "level", "logger", "message", "fault", "traceback", *FIELDS}
