# SPDX-License-Identifier: EUPL-1.2
"""The codes on acts, and what anybody is told who has one read."""

from __future__ import annotations

from contextlib import contextmanager

from bierger.documents import selectors as documents
from bierger.documents.models import Act
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as


@contextmanager
def working(as_worker):
    with as_worker(), acting_as(SYSTEM):
        yield


def codes(acts, as_worker) -> list[str]:
    with working(as_worker):
        return [Act.objects.get(id=act).seal for act in acts]


def verdict(code: str):
    with acting_as(ANONYMOUS):
        return documents.verify_text(code)


def refused_by(code: str) -> str:
    step = verdict(code).failed
    return "" if step is None else step.code
