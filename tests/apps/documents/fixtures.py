# SPDX-License-Identifier: EUPL-1.2
"""Fixtures of the trust apps; the neighbours take them over."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Blobs, log and keys of this test alone: rows are copied from the template again, files are not."""
    from django.conf import settings

    folder = tmp_path / "data"
    template = Path(settings.BIERGER_DATA)
    shutil.copytree(template, folder) if template.is_dir() else folder.mkdir()
    monkeypatch.setattr(settings, "BIERGER_DATA", folder)
    return folder


@pytest.fixture
def commune(data_folder: Path, as_owner: Callable[[], AbstractContextManager[None]]) -> object:
    from tests.apps.documents.story import make_commune  # models are there only once Django is set up

    with as_owner():
        return make_commune()


@pytest.fixture
def applicant() -> object:
    from tests.apps.documents.story import make_applicant

    return make_applicant()
