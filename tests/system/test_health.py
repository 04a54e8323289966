# SPDX-License-Identifier: EUPL-1.2
"""What load balancers and monitoring ask, against the real database, also when it is gone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.test import Client, override_settings

from bierger.infra import clock
from tests.ports import free_ports
from tests.stores import s3_settings


@pytest.fixture
def browser(transactional: None) -> Client:
    return Client()


@contextmanager
def database_gone() -> Iterator[None]:
    """The default connection leads to a port where nobody answers."""
    from django.db import connections

    own = connections["default"]
    other = connections.create_connection("default")
    other.settings_dict = {**own.settings_dict, "HOST": "127.0.0.1", "PORT": "9"}
    connections["default"] = other
    try:
        yield
    finally:
        connections["default"] = own


def ready(browser: Client) -> tuple[int, dict[str, dict[str, object]]]:
    answer = browser.get("/readyz")
    return answer.status_code, json.loads(answer.content)["checks"]


def worker_seen(as_worker, *, ago: timedelta = timedelta()) -> None:
    from bierger.infra.models import Heartbeat

    with as_worker():
        Heartbeat.objects.update_or_create(name="worker-1", defaults={"seen_at": clock.real_now() - ago})


def waits_for_the_log(as_worker, *, since: timedelta) -> None:
    from bierger.ledger.models import QueueEntry

    with as_worker():
        from bierger.infra.principal import SYSTEM, acting_as

        with acting_as(SYSTEM):
            QueueEntry.objects.create(commitment=bytes(33), kind=1, queued_at=clock.now() - since)


def test_alive_asks_nothing_of_anybody(browser: Client) -> None:
    with database_gone():
        answer = browser.get("/healthz")
    assert (answer.status_code, json.loads(answer.content)) == (200, {"status": "alive"})


def test_ready_when_everything_is_there(browser: Client, as_worker) -> None:
    worker_seen(as_worker)
    status, checks = ready(browser)
    assert status == 200, checks
    assert list(checks) == ["database", "migrations", "worker", "clock", "log", "readings", "attachments"]
    assert all(check["ok"] for check in checks.values())


def test_without_a_database_it_says_so_and_nothing_else(browser: Client) -> None:
    with database_gone():
        status, checks = ready(browser)
    assert status == 503
    assert list(checks) == ["database"]
    assert not checks["database"]["ok"]


def test_a_store_of_attachments_that_is_gone_is_named(browser: Client, as_worker) -> None:
    worker_seen(as_worker)
    with override_settings(**s3_settings(free_ports())):
        status, checks = ready(browser)
    assert status == 503
    assert checks["attachments"]["detail"].startswith("blob-store-unreachable: ")
    assert [name for name, check in checks.items() if not check["ok"]] == ["attachments"]


def test_a_silent_worker_is_named(browser: Client, as_worker) -> None:
    status, checks = ready(browser)
    assert status == 503
    assert "no worker has ever been seen" in checks["worker"]["detail"]
    worker_seen(as_worker, ago=timedelta(minutes=5))
    status, checks = ready(browser)
    assert status == 503
    assert not checks["worker"]["ok"]
    assert re.fullmatch(r"last seen 3\d\d s ago", checks["worker"]["detail"])
    assert checks["database"]["ok"]


def test_a_migration_that_is_missing_is_named(browser: Client, as_owner, as_worker) -> None:
    worker_seen(as_worker)
    with as_owner():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'catalogue' AND name = '0001_catalogue'")
    status, checks = ready(browser)
    assert status == 503
    assert "catalogue.0001_catalogue" in checks["migrations"]["detail"]


def test_a_log_that_falls_behind_is_told_with_the_age_of_the_oldest(browser: Client, as_worker) -> None:
    worker_seen(as_worker)
    waits_for_the_log(as_worker, since=timedelta(seconds=5))
    assert ready(browser)[0] == 200
    waits = timedelta(minutes=10)
    with as_worker():
        from bierger.infra.principal import SYSTEM, acting_as
        from bierger.ledger.models import QueueEntry

        with acting_as(SYSTEM):
            QueueEntry.objects.create(commitment=b"\x01" * 33, kind=1, queued_at=clock.now() - waits)
    status, checks = ready(browser)
    assert status == 503
    assert "2 waiting, the oldest for 600 s" in checks["log"]["detail"]


def test_readings_that_nobody_seals_are_told_and_counted(browser: Client, as_worker) -> None:
    """The notariser is dead for a day. The web process learns an instant, and not of whom or by whom."""
    from bierger.disclosures.tasks import notarise
    from tests.apps.disclosures.town import read
    from tests.attacks.together import superuser
    from tests.people import officer, person

    def oldest() -> float:
        found = re.search(r"^bierger_readings_unsealed_oldest_seconds (\S+)$", browser.get("/metrics").content.decode(), re.MULTILINE)
        assert found is not None
        return float(found[1])

    worker_seen(as_worker)
    assert (ready(browser)[1]["readings"]["detail"], oldest()) == ("all sealed", 0)
    read(officer("claire.muster"), person("lea.beispill"))
    status, checks = ready(browser)
    assert (status, checks["readings"]["ok"]) == (200, True)
    with superuser() as db:
        db.execute("UPDATE disclosures_disclosure SET at = at - interval '1 day'")
    read(officer("claire.muster"), person("lea.beispill"))
    status, checks = ready(browser)
    assert (status, [name for name, check in checks.items() if not check["ok"]]) == (503, ["readings"])
    assert re.fullmatch(r"the oldest unsealed for 864\d\d s\. See docs/howto/log-faults\.md", checks["readings"]["detail"])
    assert 86_400 <= oldest() < 87_000
    with as_worker():
        assert notarise() == 2
    assert (ready(browser)[0], oldest()) == (200, 0)


def test_metrics_count_requests_by_route_and_hold_no_identifier(browser: Client, as_worker) -> None:
    worker_seen(as_worker)
    browser.get("/healthz")
    browser.get("/desk/cases/6f1f5b3e-6a1e-4a7c-9b1d-0123456789ab")
    browser.get("/no/such/page/for/marie.weber")
    text = browser.get("/metrics").content.decode()
    assert re.search(r'bierger_http_requests_total\{method="GET",route="healthz",status="200"\} [1-9]', text)
    assert "bierger_http_request_seconds_bucket" in text
    assert "bierger_outbox_rows 0.0" in text
    assert "bierger_log_queue_rows" in text
    assert "bierger_log_leaves" in text
    assert 'bierger_worker_silence_seconds{worker="worker-1"}' in text
    assert "bierger_acts_standing{" not in text
    for private in ("6f1f5b3e", "marie", "Beispill"):
        assert private not in text


def test_metrics_count_acts_that_stand_still_by_what_failed_last(browser: Client, as_worker, as_owner, frozen) -> None:
    from bierger.documents import services as documents
    from bierger.documents.models import Act
    from bierger.infra.outbox import STANDING_AFTER
    from bierger.infra.principal import SYSTEM, acting_as
    from tests.apps.documents.story import decide, make_commune

    with as_owner():
        commune = make_commune()
    with as_worker():
        for _ in range(3):
            decide(commune, None)
        with acting_as(SYSTEM):
            assert Act.objects.filter(number__endswith="3").update(problem="render-template") == 1
    frozen(clock.now() + STANDING_AFTER - timedelta(minutes=10))
    assert "bierger_acts_standing{" not in browser.get("/metrics").content.decode()
    frozen(clock.now() + timedelta(minutes=20))
    text = browser.get("/metrics").content.decode()
    assert 'bierger_acts_standing{why="decided"} 2.0' in text
    assert 'bierger_acts_standing{why="render-template"} 1.0' in text
    with as_worker(), acting_as(SYSTEM):  # a case was erased with its acts: they go nowhere any more
        documents.forget_acts(acts=Act.objects.filter(problem="").values_list("id", flat=True))
    text = browser.get("/metrics").content.decode()
    assert re.findall(r"^bierger_acts_standing\{.*$", text, re.MULTILINE) == ['bierger_acts_standing{why="render-template"} 1.0']


def test_metrics_are_for_this_machine_or_for_the_token(browser: Client) -> None:
    assert browser.get("/metrics").status_code == 200
    assert browser.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 403
    assert browser.get("/metrics", REMOTE_ADDR="nonsense").status_code == 403
    assert browser.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 403
    with override_settings(BIERGER_METRICS_TOKEN="a-token"):
        assert browser.get("/metrics").status_code == 403
        assert browser.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 403
        answer = browser.get("/metrics", REMOTE_ADDR="192.0.2.7", headers={"Authorization": "Bearer a-token"})
        assert answer.status_code == 200


def test_a_database_that_is_gone_leaves_figures_out_instead_of_zero(browser: Client) -> None:
    with database_gone():
        text = browser.get("/metrics").content.decode()
    assert "bierger_outbox_rows" not in text
    assert "bierger_http_requests_total" in text


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics"])
def test_only_reading_is_allowed_and_nothing_is_cached(browser: Client, address: str) -> None:
    assert browser.post(address).status_code == 405
    assert "no-store" in browser.get(address)["Cache-Control"]


def test_a_page_without_a_database_says_so_and_when_to_come_back(browser: Client) -> None:
    browser.raise_request_exception = False
    with database_gone():
        answer = browser.get("/catalogue", headers={"accept-language": "en"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "We cannot be reached for a moment" in answer.content.decode()


def test_a_moved_clock_makes_no_worker_silent(browser: Client, as_worker, as_owner) -> None:
    """The demonstration at its word: three months on, the worker that was seen a moment ago is still there."""
    with override_settings(BIERGER_ENV="demo"):
        with as_owner():
            clock.move(timedelta(days=90))
        try:
            worker_seen(as_worker)
            _status, checks = ready(browser)
            silent = re.search(r'bierger_worker_silence_seconds\{\w+="worker-1"\} (\S+)', browser.get("/metrics").content.decode())
        finally:
            with as_owner():
                clock.move(timedelta(days=-90))
    assert checks["worker"]["ok"], checks["worker"]
    assert silent is not None
    assert abs(float(silent[1])) < 600
