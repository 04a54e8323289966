# SPDX-License-Identifier: EUPL-1.2
"""A test that asks for `store` runs twice: on files, and on an S3 server over HTTP. `kept` is the folder of either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stores import FILES, S3Server


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    server = S3Server(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(params=["files", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """The store is configured; gives the folder in which it keeps `<area>/<two digits>/<name>`."""
    from django.conf import settings
    from django.test import override_settings

    if request.param == "files":
        with override_settings(**FILES):
            yield Path(settings.BIERGER_DATA) / "blobs"
        return
    server: S3Server = request.getfixturevalue("s3_server")
    prefix = f"town/{tmp_path.name}"
    with override_settings(**server.settings(prefix)):
        yield server.objects(prefix)


@pytest.fixture
def kept(_data: Path, store: Path) -> Path:
    """The same, in a data folder of this test alone."""
    from django.conf import settings

    return store if settings.BIERGER_BLOBS else _data / "blobs"
