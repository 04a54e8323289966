# SPDX-License-Identifier: EUPL-1.2
"""Figures for Prometheus. Labels are route patterns, methods and states: never an identifier, an address or a name.

Counters and histograms belong to the web processes; with several of them set PROMETHEUS_MULTIPROC_DIR to an empty folder,
and each scrape adds all of them up. Queues are rows, so they are counted when somebody asks.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from django.db import DatabaseError, connection, transaction
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from bierger.infra import clock
from bierger.ledger import selectors as ledger
from bierger.site.health.checks import WAITING_FOR_THE_LOG

REQUESTS = Counter("bierger_http_requests", "Requests answered.", ["method", "route", "status"])
DURATIONS = Histogram(
    "bierger_http_request_seconds",
    "Time from the first middleware to the response.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

# name, help, label (or none), SQL that gives (value) or (label value, value); %s is the instant
_QUEUES = (
    ("bierger_outbox_rows", "Rows that wait for the relay.", "", "SELECT count(*) FROM infra_outbox"),
    (
        "bierger_outbox_oldest_seconds",
        "Age of the oldest row that waits for the relay.",
        "",
        "SELECT coalesce(extract(epoch FROM %s - min(at)), 0) FROM infra_outbox",
    ),
    (
        "bierger_jobs",
        "Jobs by state.",
        "state",
        "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status",
    ),
    (
        "bierger_acts_standing",
        "Acts decided more than an hour ago and not delivered, by what failed last or where they wait.",
        "why",
        "SELECT why, acts FROM documents_standing(%s - interval '1 hour')",  # outbox.STANDING_AFTER; a test holds them together
    ),
    (
        "bierger_log_queue_rows",
        "Commitments that wait for the log.",
        "",
        WAITING_FOR_THE_LOG.replace(", min(queued_at)", ""),
    ),
    (
        "bierger_log_leaves",
        "Leaves under the last checkpoint.",
        "",
        # Signed: never behind what was seen. Of the log of now: its rows stand behind those of logs that ended.
        "SELECT greatest(0, max(size) - coalesce((SELECT max(until) FROM ledger_earlier), 0)) FROM ledger_checkpoint",
    ),
    (
        "bierger_readings_unsealed_oldest_seconds",
        "Age of the oldest reading of somebody's data that no batch holds yet.",
        "",
        "SELECT coalesce(extract(epoch FROM %s - disclosures_unsealed_since()), 0)",
    ),
    (
        "bierger_readings_aside",
        "Readings of somebody's data that could not be sealed; tried again every hour.",
        "",
        "SELECT count(*) FROM disclosures_set_aside(10000)",
    ),
    (
        "bierger_worker_silence_seconds",
        "Time since each worker was last seen.",
        "worker",
        "SELECT name, extract(epoch FROM statement_timestamp() - seen_at) FROM infra_heartbeat",
    ),
)


class Seen(Collector):
    """A figure that no table has: what was seen of the log stands in files, apart from the database on purpose."""

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("bierger_log_seen_leaves", "Leaves of the largest checkpoint seen.", value=ledger.most_seen())


class Queues(Collector):
    """What waits in the database, asked at each scrape. A table that cannot be read gives no figure, not a zero."""

    def collect(self) -> Iterator[Metric]:
        for name, meaning, label, sql in _QUEUES:
            rows = _rows(sql)
            if rows is None:
                continue
            family = GaugeMetricFamily(name, meaning, labels=[label] if label else None)
            for row in rows:
                family.add_metric([str(row[0])] if label else [], float(str(row[-1])))
            yield family


def exposition() -> bytes:
    """Everything in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(Queues())
    registry.register(Seen())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves its constructor untyped
        return generate_latest(registry)
    return generate_latest(REGISTRY) + generate_latest(registry)


def _rows(sql: str) -> Iterable[tuple[object, ...]] | None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [clock.now()] if "%s" in sql else None)
            rows: list[tuple[object, ...]] = cursor.fetchall()
    except DatabaseError:
        return None
    return rows
