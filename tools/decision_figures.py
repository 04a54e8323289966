# SPDX-License-Identifier: EUPL-1.2
"""Measures again the figures that stand in docs/decisions/, and prints them.

    PYTHONPATH=src:. .venv/bin/python tools/decision_figures.py principal    0002: reading one field of who acts
    PYTHONPATH=src:. .venv/bin/python tools/decision_figures.py copy         0008: a copy of the migrated test database
    PYTHONPATH=src:. .venv/bin/python tools/decision_figures.py clients      0010: what S3 clients weigh (installs each, alone)

Times are this machine's; the pages give them to the digit that survives another one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg

from bierger.infra.postgres import EmbeddedPostgres

TIMES = 15
EVALUATIONS = 100_000
BARE = "SELECT max(n::text) FROM generate_series(1, %s) n"
ASKED = "SELECT max(n::text || principal_person()::text) FROM generate_series(1, %s) n"
PRINCIPAL = '{"kind":"person","person":"5d0c3a44-6d4e-4b7f-9a30-0c4b0f3b7a11","space":"5d0c3a44-6d4e-4b7f-9a30-0c4b0f3b7a12"}'
_CLIENT = "from boto3 import client; client('s3', region_name='x', aws_access_key_id='a', aws_secret_access_key='b')"
# Requirement -> what makes a client and sends nothing.
CLIENTS = {
    "obstore==0.12.*": "from obstore.store import S3Store; S3Store('b', region='x', access_key_id='a', secret_access_key='b')",
    "boto3==1.44.*": _CLIENT,
    "django-storages[s3]==1.14.*": f"import storages; {_CLIENT}",
    "minio==7.2.*": "from minio import Minio; Minio('localhost:1', 'a', 'b')",
}
# Resident memory as the kernel counts it now: the highest ever would be that of the process which started this one.
_WEIGH = """
import os, time
held = lambda: int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
before = held()
start = time.process_time()
{code}
print(f"{{held() - before:.0f}} MB of memory, {{time.process_time() - start:.2f}} s of processor time")
"""


def principal() -> None:
    with _migrated() as server, psycopg.connect(**server.parameters("web", "bierger_template")) as connection:
        connection.execute("SELECT set_config('bierger.principal', %s, false)", [PRINCIPAL])
        bare, asked = _fastest(connection, BARE), _fastest(connection, ASKED)
    print(f"one field of the principal: {(asked - bare) / EVALUATIONS * 1e6:.1f} microseconds")


def copy() -> None:
    times = []
    with _migrated() as server:
        for _ in range(TIMES):
            start = time.perf_counter()
            server.create_database("copied", template="bierger_template")
            times.append(time.perf_counter() - start)
            server.drop_database("copied")
    fastest, usual, slowest = (one * 1e3 for one in (min(times), statistics.median(times), max(times)))
    print(f"a copy: {usual:.0f} ms, the fastest {fastest:.0f} ms, the slowest {slowest:.0f} ms")


def clients() -> None:
    for requirement, code in CLIENTS.items():
        with tempfile.TemporaryDirectory() as folder:
            uv = str(Path(sys.executable).with_name("uv"))
            subprocess.run([uv, "pip", "install", "--quiet", "--target", folder, requirement], check=True)
            size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
            packages = len([*Path(folder).glob("*.dist-info")])
            environment = {**os.environ, "PYTHONPATH": folder, "DJANGO_SETTINGS_MODULE": ""}
            command = [sys.executable, "-S", "-c", _WEIGH.format(code=code)]
            weighed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
            print(f"{requirement}: {size / 1e6:.0f} MB, {packages} packages, {weighed.stdout.strip()}")


@contextmanager
def _migrated() -> Iterator[EmbeddedPostgres]:
    """The suite's server with its migrated template, as tests/conftest.py makes it."""
    os.environ["BIERGER_ENV"] = "test"
    from tests import databases

    with EmbeddedPostgres.temporary(above=databases.memory()) as server, tempfile.TemporaryDirectory() as data:
        databases.make_template(server, Path(data))
        yield server


def _fastest(connection: psycopg.Connection[tuple[object, ...]], query: LiteralString) -> float:
    times = []
    for _ in range(5):
        start = time.perf_counter()
        connection.execute(query, [EVALUATIONS]).fetchone()
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figure", choices=["principal", "copy", "clients"])
    {"principal": principal, "copy": copy, "clients": clients}[parser.parse_args().figure]()
