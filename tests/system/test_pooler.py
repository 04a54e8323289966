# SPDX-License-Identifier: EUPL-1.2
"""Through PgBouncer in transaction mode, two users on one server connection: nothing of one is there for the other."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.db import connection, connections, transaction

from bierger.cases.models import Case
from bierger.filings.models import Draft, Filing
from bierger.filings.types import Receipt
from bierger.infra.principal import ANONYMOUS, Principal, acting_as
from tests import databases, story
from tests.attacks.together import count, superuser
from tests.clients import client_of
from tests.conftest import DATABASE
from tests.people import person
from tests.tools import required_program

Seat = Callable[[], AbstractContextManager[None]]
PATIENCE = 60  # seconds


@pytest.fixture
def pooler(transactional: None) -> Iterator[str]:
    """Its address. It has a single server connection, so two users are certain to share it; no port that another could take."""
    program = required_program("pgbouncer", package="pgbouncer")
    parameters = databases.server().parameters("web", DATABASE)
    folder = Path(tempfile.mkdtemp(prefix="pooler-"))  # short: the address of a UNIX socket has at most 107 bytes
    (folder / "users.txt").write_text(f'"{parameters["user"]}" "{parameters["password"]}"\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\npooled = host={parameters['host']} port={parameters['port']} dbname={DATABASE} user={parameters['user']}"
        f" password={parameters['password']}\n"
        f"[pgbouncer]\nlisten_addr =\nlisten_port = 6432\nunix_socket_dir = {folder}\nauth_type = plain\nauth_file = {folder}/users.txt\n"
        f"pool_mode = transaction\ndefault_pool_size = 1\nlogfile = {folder}/log\npidfile = {folder}/pid\n"
    )
    account = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    if account:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "nobody", "nogroup")
    process = subprocess.Popen([program, str(folder / "pgbouncer.ini")], stderr=subprocess.DEVNULL, **account)
    address = f"host={folder} port=6432 dbname=pooled user={parameters['user']} password={parameters['password']}"
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return psycopg.connect(address, prepare_threshold=None).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)


@pytest.fixture
def seats(pooler: str) -> Iterator[tuple[Seat, Seat]]:
    """Two connections of the product to the pooler, both open all the time: `with seat():` is a turn at one of them."""
    values = dict(part.split("=", 1) for part in pooler.split())
    direct = connections["default"]
    opened = []
    for _ in range(2):
        made = connections.create_connection("default")
        made.settings_dict = {**direct.settings_dict, "HOST": values["host"], "PORT": values["port"], "NAME": values["dbname"]}
        opened.append(made)

    def seat(number: int) -> Seat:
        @contextmanager
        def turn() -> Iterator[None]:
            connections["default"] = opened[number]
            try:
                yield
            finally:
                connections["default"] = direct

        return turn

    try:
        yield seat(0), seat(1)
    finally:
        for one in opened:
            one.close()


def backend() -> tuple[int, str | None]:
    """The server process behind this transaction, and who acts in it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), principal_kind()")
        return cursor.fetchone()


def test_through_a_transaction_mode_pooler_nothing_is_carried_over(pooler: str) -> None:
    one = psycopg.connect(pooler, autocommit=True, prepare_threshold=None)
    two = psycopg.connect(pooler, autocommit=True, prepare_threshold=None)
    said = '{"kind": "person", "space": "11111111-1111-4111-8111-111111111111"}'
    with one.transaction():
        one.execute("SELECT set_config('bierger.principal', %s, true)", [said])
        first = one.execute("SELECT pg_backend_pid(), principal_kind()").fetchone()
        assert first is not None
        assert first[1] == "person"
    with two.transaction():
        assert two.execute("SELECT pg_backend_pid(), principal_kind()").fetchone() == (first[0], None)
    # The control experiment: set for the session instead of the transaction, and the next user is somebody else.
    one.execute("SELECT set_config('bierger.principal', %s, false)", ['{"kind": "person"}'])
    assert two.execute("SELECT pg_backend_pid(), principal_kind()").fetchone() == (first[0], "person")
    one.close()
    two.close()


def test_two_seats_share_one_server_connection(seats: tuple[Seat, Seat]) -> None:
    found = set()
    for _ in range(3):
        for seat in seats:
            with seat(), acting_as(ANONYMOUS):
                found.add(backend())
    assert len(found) == 1, found
    assert found.pop()[1] == "anonymous"


def numbers(who: Principal) -> tuple[set[UUID], set[UUID], set[UUID]]:
    """Drafts, filings and cases that somebody sees."""
    with acting_as(who):
        return tuple(set(model.objects.values_list("id", flat=True)) for model in (Draft, Filing, Case))  # type: ignore[return-value]  # of these three models


def test_two_people_submit_in_turns_and_each_sees_their_own(seats: tuple[Seat, Seat]) -> None:
    """Whole submissions by the services, step by step and side by side."""
    people = (person("lea.beispill"), person("emma.primjer"))
    drafts: list[UUID] = []
    receipts: list[Receipt] = []
    for seat, who in zip(seats, people, strict=True):
        with seat():
            drafts.append(story.begin(who, "building-permit"))
            drafts.append(story.begin(who, "residence-certificate"))
    for seat, who, draft in zip(seats, people, drafts[::2], strict=True):
        with seat():
            story.fill(who, draft, story.PERMIT)
    for seat, who, draft in zip(seats, people, drafts[::2], strict=True):
        with seat():
            receipts.append(story.submit(who, draft))
    assert count("SELECT count(*) FROM filings_filing") == count("SELECT count(*) FROM cases_case") == 2
    for seat, who, receipt, kept in zip(seats, people, receipts, drafts[1::2], strict=True):
        with seat():
            assert numbers(who) == ({kept}, {receipt.id}, set(receipt.cases))
            with transaction.atomic():  # and nobody, on the same connections, sees nothing
                assert backend()[1] is None
                assert not Filing.objects.exists()
                assert not Draft.objects.exists()


def test_a_principal_set_for_the_session_would_be_carried_over(seats: tuple[Seat, Seat]) -> None:
    """The control: with the setting not local to the transaction, nobody at the other seat sees what Léa sees."""
    changed = []

    def for_the_session(execute: Callable[..., object], sql: str, *rest: object) -> object:
        told = sql.replace("set_config('bierger.principal', %s, true)", "set_config('bierger.principal', %s, false)")
        changed.append(told != sql)
        return execute(told, *rest)

    lea = person("lea.beispill")
    with seats[0](), connection.execute_wrapper(for_the_session):
        draft = story.begin(lea, "building-permit")
    assert any(changed)
    with seats[1](), transaction.atomic():
        assert set(Draft.objects.values_list("id", flat=True)) == {draft}


def test_two_people_look_at_pages_in_turns_and_each_reads_their_own(seats: tuple[Seat, Seat]) -> None:
    """From the first page of a form to the receipt over HTTP, sessions and all."""
    people = (person("lea.beispill"), person("emma.primjer"))
    drafts, browsers = [], []
    for seat, who in zip(seats, people, strict=True):
        with seat():
            drafts.append(story.begin(who, "building-permit"))
            browsers.append(client_of(who))
            story.fill(who, drafts[-1], story.PERMIT)
    receipts = []
    for seat, browser, draft in zip(seats, browsers, drafts, strict=True):
        with seat():
            answer = browser.post(f"/drafts/{draft}/submit", {"declaration": "yes"})
            assert answer.status_code == 302, answer.content
            receipts.append(str(answer["Location"]))
    assert receipts[0] != receipts[1]
    for _ in range(3):
        for number, seat in enumerate(seats):
            with seat():
                mine, other = receipts[number], receipts[1 - number]
                assert browsers[number].get(mine).status_code == 200
                assert browsers[number].get(other).status_code == 404
                listed = browsers[number].get("/requests").content.decode()
                assert cases_on(listed) == cases_of(mine)


def cases_on(page: str) -> set[str]:
    """The requests that a list links to."""
    return {part.split('"')[0].split("/")[0] for part in page.split('href="/requests/')[1:]}


def cases_of(address: str) -> set[str]:
    """The cases of a filing, as the superuser sees them."""
    with superuser() as seen:
        rows = seen.execute("SELECT case_id::text FROM filings_filing_case WHERE filing_id = %s", [address.rsplit("/", 1)[-1]]).fetchall()
    assert rows
    return {case for (case,) in rows}
