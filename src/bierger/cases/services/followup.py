# SPDX-License-Identifier: EUPL-1.2
"""What the applicant does after filing, outside the process."""

from __future__ import annotations

from uuid import UUID

from bierger.cases.errors import NotAllowed, QuestionClosed
from bierger.cases.models import Work
from bierger.cases.services.desk import kept_text
from bierger.cases.services.writer import CaseWriter
from bierger.cases.types import of_question
from bierger.documents import selectors as document_files
from bierger.documents import services as documents
from bierger.infra.principal import current


def answer_question(*, case: UUID, question: int, text: str) -> None:
    """Answer the open question (its sequence), with the files that wait for it.

    Raises NotAllowed, TextTooLong; QuestionClosed when another is open or none (a replay; it was withdrawn while they wrote).
    """
    if current().kind not in ("person", "link"):
        raise NotAllowed("The applicant answers.")
    documents.lock_waiting()
    writer = CaseWriter.lock(case)
    if writer.row.open_question != question:
        raise QuestionClosed(f"Question {question} is not open.")
    about = of_question(case, question)
    files = [file for given in document_files.waiting_files(about).values() for file in given]
    documents.send_waiting(about=about, case=case, administration=writer.row.administration_id)
    writer.add("question-answered", {"question": question, "text": kept_text(text), "files": files}, audience="all")
    writer.row.open_question = None
    Work.objects.filter(case=writer.row, state__in=("open", "claimed")).update(marked=True)
    writer.save()
