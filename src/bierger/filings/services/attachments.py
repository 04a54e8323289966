# SPDX-License-Identifier: EUPL-1.2
"""Files: of a draft, and of an applicant's or officer's task."""

from __future__ import annotations

from uuid import UUID

from bierger.catalogue import selectors as catalogue
from bierger.documents import services as documents
from bierger.documents.errors import UploadRefused
from bierger.filings.errors import DraftUnknown
from bierger.filings.models import Draft
from bierger.filings.services.drafts import lock_draft
from bierger.infra import clock
from bierger.infra.principal import current
from bierger_core.interview import AnswerError, Question, check_file

MAX_BYTES = 10_000_000  # of one file, when the question says nothing


def attach(*, draft: UUID, question: str, file_name: str, data: bytes, declared_type: str = "") -> AnswerError | None:
    """Add a file to a question of a draft; gives back what is wrong with it, or None.

    Raises DraftUnknown, also when the question takes no files.
    """
    row = lock_draft(draft)
    asked = _file_question(row, question)
    present = list(row.answers.get(question) or [])
    error, stored = _store(
        asked, len(present), file_name=file_name, data=data, declared_type=declared_type,
        administration=row.administration_id, space=row.space, link=row.link,
    )  # fmt: skip
    if stored is None:
        return error
    row.answers = {**row.answers, question: [*present, stored]}
    row.changed_at = clock.now()
    row.save(update_fields=["answers", "changed_at"])
    return None


def attach_to_task(
    *,
    question: Question,
    count: int,
    administration: UUID,
    case: UUID,
    file_name: str,
    data: bytes,
    declared_type: str = "",
) -> tuple[AnswerError | None, dict[str, object] | None]:
    """Store a file for a task of a case: held by the case, its administration and whoever gives it."""
    principal = current()
    return _store(
        question, count, file_name=file_name, data=data, declared_type=declared_type, administration=administration,
        space=principal.space, link=principal.link, case=case,
    )  # fmt: skip


def remove_file(*, draft: UUID, question: str, file: str) -> None:
    """Take a file out of a draft and erase it. Unknown files are ignored: a second click finds nothing.

    Raises DraftUnknown, also when the question takes no files.
    """
    row = lock_draft(draft)
    _file_question(row, question)
    present = list(row.answers.get(question) or [])
    kept = [one for one in present if one["id"] != file]
    if len(kept) == len(present):
        return
    documents.release_blob(blob=UUID(file), space=row.space, link=row.link)
    row.answers = {**row.answers, question: kept}
    row.changed_at = clock.now()
    row.save(update_fields=["answers", "changed_at"])


def _file_question(row: Draft, name: str) -> Question:
    form = catalogue.package(row.digest).form
    if name not in form.names or form.question(name).type != "file":
        raise DraftUnknown(f"{name} takes no files.")
    return form.question(name)


def _store(
    question: Question,
    count: int,
    *,
    file_name: str,
    data: bytes,
    declared_type: str,
    administration: UUID | None,
    space: UUID | None,
    link: str | None,
    case: UUID | None = None,
) -> tuple[AnswerError | None, dict[str, object] | None]:
    if administration is None:
        # A file is encrypted for the administration it is meant for: whose it is has to be known first.
        raise DraftUnknown("The administration was not chosen yet.")
    try:
        upload = documents.inspect_upload(
            data=data, file_name=file_name, declared_type=declared_type, accepted=question.accept,
            max_bytes=question.max_bytes or MAX_BYTES,
        )  # fmt: skip
    except UploadRefused as refused:
        return AnswerError(refused.code, {name: str(value) for name, value in refused.data.items()}), None
    error = check_file(question, media_type=upload.media_type, size=upload.size, count=count)
    if error is not None:
        return error, None
    blob = documents.store_blob(
        administration_id=administration, data=upload.data, media_type=upload.media_type, file_name=upload.file_name,
        space=space, link=link, case_id=case, administration=administration if case else None,
    )  # fmt: skip
    return None, {
        "id": str(blob), "file_name": upload.file_name, "media_type": upload.media_type, "size": upload.size,
    }  # fmt: skip
