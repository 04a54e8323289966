# SPDX-License-Identifier: EUPL-1.2
"""A form of a request that was begun and not yet sent: its files, stored already, and the words typed beside them.

It waits in the session of whoever fills it in: what is not sent is nobody else's, and ends with the session. A file taken out
again is in no answer, so nobody can open it; its bytes stay with the case until the case goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.http import HttpRequest

from bierger.cases.types import RequestView
from bierger.documents import services as documents
from bierger.filings import services as filings
from bierger.infra.principal import current
from bierger_core.interview import AnswerError, Question, Type

Stored = dict[str, object]
LONGEST = 65_536  # characters of typed text kept beside files


@dataclass(frozen=True)
class BegunForm:
    """`files` by question, as the case will keep them; `raw` by HTML name."""

    key: str
    files: dict[str, list[Stored]] = field(default_factory=dict)
    raw: Mapping[str, list[str]] = field(default_factory=dict)

    def keep(self, request: HttpRequest, raw: Mapping[str, list[str]]) -> None:
        short = sum(len(one) for values in raw.values() for one in values) <= LONGEST
        request.session[self.key] = {"files": self.files, "raw": dict(raw) if short else {}}

    def forget(self, request: HttpRequest) -> None:
        request.session.pop(self.key, None)


def begun_form(request: HttpRequest, key: str) -> BegunForm:
    """What this session has begun under `key`; empty when nothing."""
    kept = request.session.get(key) or {}
    return BegunForm(key, {name: list(files) for name, files in kept.get("files", {}).items()}, kept.get("raw", {}))


def only_files(request: HttpRequest) -> bool:
    """A button beside a file was pressed, not the one that sends the form."""
    return "attach" in request.POST or "remove" in request.POST


def collect_files(
    request: HttpRequest, case: RequestView, questions: Sequence[Question], begun: BegunForm
) -> dict[str, AnswerError]:
    """Take out what was removed, check and store what came; errors by question."""
    name, _colon, removed = request.POST.get("remove", "").partition(":")
    for one in [one for one in begun.files.get(name, []) if one["id"] == removed]:
        begun.files[name].remove(one)
        principal = current()
        documents.release_blob(blob=UUID(removed), space=principal.space, link=principal.link)
    refused: dict[str, AnswerError] = {}
    for question in questions:
        if question.type is not Type.FILE:
            continue
        for file in request.FILES.getlist(question.name):
            error, stored = filings.attach_to_task(
                question=question, count=len(begun.files.get(question.name, [])), administration=case.administration,
                case=case.id, file_name=file.name or "", data=file.read(), declared_type=file.content_type or "",
            )  # fmt: skip
            if stored is not None:
                begun.files.setdefault(question.name, []).append(stored)
            elif error is not None:
                refused[question.name] = error
    return refused
