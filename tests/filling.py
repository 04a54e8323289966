# SPDX-License-Identifier: EUPL-1.2
"""Answers that a package takes: those of its own scenarios, so that whoever changes a form keeps its tests."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import yaml

from bierger.filings import selectors
from bierger.infra import clock
from bierger.infra.principal import Principal, acting_as
from bierger_core.interview import Parsed, Setting, Type, parse_answer
from bierger_core.procedures import Package
from tests import story

REFUSED = "refused-by-the-form"


def answers_of(package: Package, commune: str = "mersch") -> dict[str, object]:
    """As JSON, from the first scenario that the form lets pass; files are left out. Its days move with its clock to today."""
    names = sorted(path for path in package.files if path.startswith("scenarios/") and REFUSED not in path)
    told = yaml.safe_load(package.files[names[0]])
    setting, found = Setting(today=date.fromisoformat(str(told["clock"])[:10])), {}
    later = clock.today() - setting.today
    for name, text in told["answers"].items():
        question = package.form.question(name) if name in package.form.names else None
        if question is None or question.type is Type.FILE:
            continue
        values = text if isinstance(text, list) else [str(one) for one in text.values()] if isinstance(text, dict) else [_typed(text)]
        taken = parse_answer(question, [commune] if question.type is Type.COMMUNE else values, setting=setting)
        assert isinstance(taken, Parsed), (name, text, taken)
        found[name] = (date.fromisoformat(str(taken.value)) + later).isoformat() if question.type is Type.DATE else taken.value
    return found


def _typed(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def fill_bundle(who: Principal, bundle: UUID) -> None:
    """Every page of every draft that still asks something."""
    with acting_as(who):
        drafts = [draft.id for draft in selectors.bundle(bundle).drafts]
    for draft in drafts:
        with acting_as(who):
            package = selectors.draft(draft).package
        story.fill(who, draft, answers_of(package))
