# SPDX-License-Identifier: EUPL-1.2
"""What whoever is signed in need not say: the acts of the space they are in answer questions of a situation.

It is shown with where it comes from and never stands in an address: whoever is given the link is asked, or has their own acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bierger.catalogue import selectors as catalogue
from bierger.documents import selectors as documents
from bierger.documents.types import ActView
from bierger.infra import clock
from bierger.infra.principal import current
from bierger_core.interview import JSON, act_of
from bierger_core.situations import Situation


@dataclass(frozen=True)
class Told:
    """An answer that nobody typed, and in words where it comes from."""

    answer: JSON
    source: str


def told_to(situation: Situation) -> Mapping[str, Told]:
    """What is known of the space somebody is in, by question; nothing for whoever is not signed in, or not strongly enough."""
    principal = current()
    wanted = {
        found: question.name
        for step in situation.form.steps
        for question in step.questions
        if question.source and (found := act_of(question.source))
    }
    if principal.kind != "person" or not wanted:
        return {}
    known: dict[str, Told] = {}
    for act in documents.my_acts():
        package = catalogue.package(act.package_digest) if _stands(act) else None
        key = f"{package.owner}/{package.name}" if package else ""
        if package is None or not principal.covers(key) or not principal.reaches(package.level):
            continue
        for code, spec in package.documents.items():
            if spec.type == act.document_type and (key, code) in wanted:
                source = _("Known from your documents: %(title)s, no. %(number)s.") % {"title": act.title, "number": act.number}
                known.setdefault(wanted[key, code], Told(True, source))
    return known


def _stands(act: ActView) -> bool:
    """It was not taken back and is not over."""
    return act.revoked_at is None and (act.ends_at is None or act.ends_at > clock.now())
