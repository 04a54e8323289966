# SPDX-License-Identifier: EUPL-1.2
"""What the applicant does after filing, outside the process."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from bierger.cases.errors import NotAllowed
from bierger.cases.models import Work
from bierger.cases.services.desk import LONGEST_TEXT
from bierger.cases.services.writer import CaseWriter
from bierger.infra.principal import current


def answer_question(*, case: UUID, text: str, files: Sequence[dict[str, object]] = ()) -> None:
    """Answer the open question. Raises NotAllowed when none is open (a replay finds none)."""
    if current().kind not in ("person", "link"):
        raise NotAllowed("The applicant answers.")
    writer = CaseWriter.lock(case)
    if writer.row.open_question is None:
        raise NotAllowed("No question is open.")
    writer.add(
        "question-answered",
        {"question": writer.row.open_question, "text": text.strip()[:LONGEST_TEXT], "files": list(files)},
        audience="all",
    )
    writer.row.open_question = None
    Work.objects.filter(case=writer.row, state__in=("open", "claimed")).update(marked=True)
    writer.save()
