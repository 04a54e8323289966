# SPDX-License-Identifier: EUPL-1.2
"""Fixtures of the whole suite. Tests run against a real PostgreSQL, as the web role; see databases.py and country.py."""

from __future__ import annotations

import math
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

os.environ.setdefault("BIERGER_ENV", "test")
# A browser driven from a test keeps an event loop in the same thread; Django would take every query after it for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
from tests import databases

# A loaded machine is no reason to fail: nothing here is timed. With CI=true every run draws the same examples: a change is refused
# for what it changed, never for luck. Elsewhere new ones are drawn each time.
hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("suite")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
DATABASE = f"bierger_{WORKER}"


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the controller, or a run without xdist
        from bierger.infra.postgres import EmbeddedPostgres

        server = EmbeddedPostgres.temporary(above=databases.memory())
        server.start()
        config.stash[_SERVER] = server
        data = Path(tempfile.mkdtemp(prefix="bierger-test-data-"))
        config.stash[_DATA] = data
        os.environ["BIERGER_TEST_POSTGRES"] = str(server.folder)
        os.environ["BIERGER_TEST_TEMPLATE_DATA"] = str(data / "template")
        (data / "template").mkdir()
        os.environ.update(databases.environment(server, databases.TEMPLATE))
        databases.make_template(server, data / "template")
    own = Path(os.environ["BIERGER_TEST_TEMPLATE_DATA"]).parent / WORKER
    shutil.copytree(os.environ["BIERGER_TEST_TEMPLATE_DATA"], own, dirs_exist_ok=True)
    os.environ.update(databases.environment(databases.server(), DATABASE))
    os.environ["BIERGER_DATA"] = str(own)
    sys.path.insert(0, str(databases.ROOT))
    import django

    django.setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(_SERVER, None)
    if server is not None:
        server.stop()
        shutil.rmtree(config.stash[_DATA], ignore_errors=True)


_SERVER: pytest.StashKey[object] = pytest.StashKey()
_DATA: pytest.StashKey[Path] = pytest.StashKey()


@pytest.fixture(scope="session")
def _database() -> Iterator[None]:
    """This process's copy of the template; fails when the web role could see more than its policies allow."""
    _copy_template()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.rolsuper OR r.rolbypassrls OR EXISTS (SELECT FROM pg_tables WHERE tableowner = current_user)"
            " OR pg_has_role(current_user, 'bierger_owner', 'member') FROM pg_roles r WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False,), "The web role is superuser, owner or passes row-level security by."
    connection.close()
    yield
    connection.close()
    databases.server().drop_database(DATABASE)


def _copy_template() -> None:
    from django.db import connections

    connections.close_all()
    server = databases.server()
    server.drop_database(DATABASE)
    server.create_database(DATABASE, template=databases.TEMPLATE)


@pytest.fixture
def _data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder of its own for each test: rows roll back, files do not."""
    from django.test import override_settings

    from bierger.administrations.selectors import forget

    forget()  # the last test's directory was rolled back, or its database is gone
    folder = tmp_path_factory.mktemp("data", numbered=True)
    shutil.copytree(os.environ["BIERGER_TEST_TEMPLATE_DATA"], folder, dirs_exist_ok=True)
    with override_settings(BIERGER_DATA=folder):
        yield folder


@pytest.fixture
def db(_database: None, _data: Path) -> Iterator[None]:
    """A transaction that is rolled back: quick, for tests that need neither a commit nor a second connection."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def transactional(_database: None, _data: Path) -> Iterator[None]:
    """Real commits, several connections and processes; afterwards the database is copied from the template again."""
    yield
    _copy_template()


@contextmanager
def _as_role(role: str) -> Iterator[None]:
    """The default connection is one of another role for a while (real logins, as in production)."""
    from django.db import connections

    from bierger.site.settings import _database as parse

    web = connections["default"]
    other = connections.create_connection("default")
    other.settings_dict = {**web.settings_dict, **parse(databases.server().url(role, DATABASE))}
    connections["default"] = other
    try:
        yield
    finally:
        other.close()
        connections["default"] = web


@pytest.fixture
def as_owner(transactional: None) -> Callable[[], AbstractContextManager[None]]:
    return lambda: _as_role("owner")


@pytest.fixture
def as_worker(transactional: None) -> Callable[[], AbstractContextManager[None]]:
    return lambda: _as_role("worker")


@pytest.fixture
def run_jobs(as_worker: Callable[[], AbstractContextManager[None]]) -> Callable[[], None]:
    """Do, as the worker, all that is waiting: outbox, jobs, timers, sequencing, until nothing moves."""
    from tests.jobs import drain

    def run() -> None:
        with as_worker():
            drain()

    return run


@pytest.fixture
def frozen(request: pytest.FixtureRequest) -> Iterator[Callable[[datetime], None]]:
    """Stop the clock. The database's goes along (it runs on from there), since grants are compared with it.

    The row is written by the owner, who alone may, on a connection of its own: a test's rolled back transaction leaves it there, so it
    is taken away at the end.
    """
    import psycopg

    from bierger.infra import clock

    def written(statement: str, *values: object) -> None:
        with psycopg.connect(**databases.server().parameters("owner", DATABASE), autocommit=True) as owner:
            owner.execute(statement, values)

    def stop(instant: datetime) -> None:
        stack.enter_context(clock.frozen(instant))
        if {"transactional", "db"} & set(request.fixturenames):
            ahead = math.ceil((instant - clock.real_now()).total_seconds())  # never behind what is written with this instant
            stack.callback(written, "DELETE FROM infra_clock_offset")
            written("DELETE FROM infra_clock_believed")  # whoever stops the clock means it, as with `./bierger clock`
            written(
                "INSERT INTO infra_clock_offset (id, seconds) VALUES (1, %s) ON CONFLICT (id) DO UPDATE SET seconds = excluded.seconds", ahead
            )

    with ExitStack() as stack:
        yield stop


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for this process: Playwright drives no second one from the same thread."""
    from playwright.sync_api import sync_playwright

    from tests.journeys.visitor import chromium_arguments
    from tests.tools import required_program

    program = required_program("chromium", "chromium-browser", "google-chrome", package="chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, **chromium_arguments())
        yield started
        started.close()
