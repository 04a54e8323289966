# SPDX-License-Identifier: EUPL-1.2
"""What happened in a request, as its applicant reads it: who did what, each thing once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bierger.cases.types import Entry
from bierger.portal import selectors
from bierger.ui.parts import TimelineEntry
from bierger_core.procedures import Package

# What follows by itself from what somebody did: nobody's own act, whoever set it off.
_BY_ITSELF = ("state-changed", "case-ended", "notified", "decided-by-rule")


def timeline_of(entries: Sequence[Entry], package: Package, language: str) -> list[TimelineEntry]:
    """The newest first.

    1. Nobody stands beside a new state: “You” did not begin to check your request.
    2. The same words twice in a row are said once, the longer entry stays (a message says its reasons).
    """
    own = [replace(one, actor_kind="") if one.code in _BY_ITSELF else one for one in entries]
    shown: list[TimelineEntry] = []
    for entry in selectors.timeline_of(own, package, language):
        if shown and _same(shown[-1], entry):
            shown[-1] = max(shown[-1], entry, key=lambda one: len(one.text))
        else:
            shown.append(entry)
    return shown


def _same(one: TimelineEntry, other: TimelineEntry) -> bool:
    return one.title.rstrip(". ") == other.title.rstrip(". ") and one.kind == other.kind
