# SPDX-License-Identifier: EUPL-1.2
"""One demonstration for all journeys; visitors as many as a journey needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.demonstration import Demonstration, running
from tests.journeys.visitor import Visitor


@pytest.fixture(scope="session")
def demo(browser: Browser) -> Iterator[Demonstration]:
    """After the browser: without one nothing needs to start. BIERGER_JOURNEYS_URL: one that runs already, while writing tests."""
    assert browser.is_connected()
    if already := os.environ.get("BIERGER_JOURNEYS_URL"):
        yield Demonstration(already, Path())
        return
    with running() as demonstration:
        yield demonstration


@pytest.fixture(scope="session")
def seen() -> set[str]:
    """The kinds of pages that were examined already."""
    return set()


@pytest.fixture
def visitor(browser: Browser, demo: Demonstration, seen: set[str]) -> Iterator[Callable[..., Visitor]]:
    """`visitor(language="fr", script=False, wide=True)`: somebody new, without a cookie."""
    visitors: list[Visitor] = []

    def arrive(language: str = "fr", *, script: bool = False, wide: bool = True) -> Visitor:
        visitors.append(Visitor(browser, demo.url, seen, language=language, script=script, wide=wide))
        return visitors[-1]

    yield arrive
    for one in visitors:
        one.leave()
