# SPDX-License-Identifier: EUPL-1.2
"""A form of a request that was begun and not yet sent: its files and the words typed beside them.

The words wait in the session of whoever fills it in and end with it. The files wait with the space or the private link that gave
them (documents.services.waiting), so that they are still there after the next sign-in; nobody of the case sees them before they
are sent, and whatever is taken out or never sent is erased.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest

from bierger.cases.types import RequestView
from bierger.catalogue import selectors as catalogue
from bierger.documents import selectors as document_files
from bierger.documents import services as documents
from bierger.filings import services as filings
from bierger.infra.brakes import uploads_braked
from bierger_core.interview import AnswerError, Question, Type

BRAKED = "upload-braked"
LONGEST = 65_536  # characters of typed text kept beside files


@dataclass(frozen=True)
class BegunForm:
    """`about` names what it is for (cases.types.of_question, of_task); `raw` by HTML name."""

    about: str
    raw: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, list[dict[str, object]]]:
        """What waits, by question."""
        return document_files.waiting_files(self.about)

    def keep(self, request: HttpRequest, raw: Mapping[str, list[str]]) -> None:
        short = sum(len(one) for values in raw.values() for one in values) <= LONGEST
        request.session[self.about] = {"raw": dict(raw) if short else {}}

    def forget(self, request: HttpRequest) -> None:
        """It was sent, or somebody else was quicker: nothing of it waits any more."""
        documents.drop_waiting(about=self.about)
        request.session.pop(self.about, None)


def begun_form(request: HttpRequest, about: str) -> BegunForm:
    """What was begun for `about`; empty when nothing."""
    kept = request.session.get(about) or {}
    return BegunForm(about, kept.get("raw", {}))


def only_files(request: HttpRequest) -> bool:
    """A button beside a file was pressed, not the one that sends the form."""
    return "attach" in request.POST or "remove" in request.POST


def collect_files(
    request: HttpRequest, case: RequestView, questions: Sequence[Question], begun: BegunForm
) -> dict[str, AnswerError]:
    """Take out what was removed, check and store what came; errors by question."""
    _name, _colon, removed = request.POST.get("remove", "").partition(":")
    if removed:
        documents.drop_waiting(about=begun.about, file=removed)
    package, refused = catalogue.package(case.digest), dict[str, AnswerError]()
    for question in questions:
        sent = request.FILES.getlist(question.name) if question.type is Type.FILE else []
        if not sent:
            continue
        error = AnswerError(BRAKED) if uploads_braked(request) else filings.attach_to_task(
            question=question, about=begun.about, procedure=f"{package.owner}/{package.name}", administration=case.administration,
            files=[(file.name or "", file.read(), file.content_type or "") for file in sent],
        )  # fmt: skip
        if error is not None:
            refused[question.name] = error
    return refused
