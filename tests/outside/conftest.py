# SPDX-License-Identifier: EUPL-1.2
"""What is judged, and who judges."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.outside import programs
from tests.outside.files import Issued
from tests.outside.logs import FreshLog
from tests.outside.verdicts import Ask, Verifier


@pytest.fixture
def verifier(request: pytest.FixtureRequest) -> Callable[[str, Ask], Verifier]:
    """A verifier by its name and how it is asked; its verdicts are counted."""
    return lambda name, ask: Verifier(name, ask, request.node.user_properties)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> FreshLog:
    return FreshLog(tmp_path_factory.mktemp("fresh-log")).write()


@pytest.fixture(scope="session")
def issued(_database: None, shared: Path) -> Issued:
    from tests.outside.issued import issue  # models are there only once Django is set up

    template = Path(os.environ["BIERGER_TEST_TEMPLATE_DATA"])
    return Issued(programs.made_once(shared / "issued", lambda folder: issue(folder, template)))


@pytest.fixture(scope="session")
def go(shared: Path) -> Path:
    """The program in go/, built."""
    return programs.made_once(shared / "outside-go", programs.build_go) / "outside"
