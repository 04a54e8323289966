# SPDX-License-Identifier: EUPL-1.2
"""What the applicant does after filing, outside the process."""

from __future__ import annotations

from uuid import UUID

from bierger.cases.errors import NotAllowed
from bierger.cases.models import Work
from bierger.cases.services.desk import LONGEST_TEXT
from bierger.cases.services.writer import CaseWriter
from bierger.cases.types import of_question
from bierger.documents import selectors as document_files
from bierger.documents import services as documents
from bierger.infra.principal import current


def answer_question(*, case: UUID, text: str) -> None:
    """Answer the open question, with the files that wait for it. Raises NotAllowed when none is open (a replay finds none)."""
    if current().kind not in ("person", "link"):
        raise NotAllowed("The applicant answers.")
    documents.lock_waiting()
    writer = CaseWriter.lock(case)
    asked = writer.row.open_question
    if asked is None:
        raise NotAllowed("No question is open.")
    about = of_question(case)
    files = [file for given in document_files.waiting_files(about).values() for file in given]
    documents.send_waiting(about=about, case=case, administration=writer.row.administration_id)
    writer.add(
        "question-answered", {"question": asked, "text": text.strip()[:LONGEST_TEXT], "files": files}, audience="all"
    )
    writer.row.open_question = None
    Work.objects.filter(case=writer.row, state__in=("open", "claimed")).update(marked=True)
    writer.save()
