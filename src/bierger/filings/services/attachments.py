# SPDX-License-Identifier: EUPL-1.2
"""Files: of a draft, and of an applicant's or officer's task."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from bierger.catalogue import selectors as catalogue
from bierger.documents import selectors as document_files
from bierger.documents import services as documents
from bierger.documents.errors import UploadRefused
from bierger.documents.types import Upload
from bierger.filings.errors import DraftUnknown
from bierger.filings.models import Draft
from bierger.filings.services.drafts import lock_drafts, release, renew, seen_draft
from bierger.filings.services.sharing import tell_others
from bierger_core.interview import JSON, AnswerError, Question, check_file

Given = tuple[str, bytes, str]  # a file as it came: its name, its bytes, the type the browser says it has
MAX_BYTES = 10_000_000  # of one file, when the question says nothing


def attach(*, draft: UUID, question: str, file_name: str, data: bytes, declared_type: str = "") -> AnswerError | None:
    """Add a file to a question of a draft; gives back what is wrong with it, or None.

    1. The file is looked at, in another process and for seconds perhaps: whoever goes on with the draft does not wait for that.
    2. The draft is locked, and the question asked again: another file may have come meanwhile.
    3. The file is stored and noted; the other drafts of the bundle are told.
    Raises DraftUnknown, also when the question takes no files, or nobody knows yet for whom they are.
    """
    asked = _file_question(seen_draft(draft), question)
    upload = _checked(asked, file_name=file_name, data=data, declared_type=declared_type)
    if isinstance(upload, AnswerError):
        return upload
    rows = lock_drafts(draft)
    row = next(one for one in rows if one.id == draft)
    asked = _file_question(row, question)
    present = list(row.answers.get(question) or [])
    error = check_file(asked, media_type=upload.media_type, size=upload.size, count=len(present))
    if error is not None:
        return error
    _answer(row, question, [*present, _store(row, upload)], rows)
    return None


def attach_to_task(
    *, question: Question, about: str, procedure: str, administration: UUID, files: Sequence[Given]
) -> AnswerError | None:
    """Keep files for an answer or a task of a case until that is sent (documents.services.waiting); the last thing that is wrong.

    about: what they are for (cases.types.of_question, of_task). procedure: of the case, as owner/name. All are looked at before
    one is stored: looking takes the time, and what has begun to be stored makes others of the same giver wait.
    """
    wrong: AnswerError | None = None
    uploads = []
    for file_name, data, declared_type in files:
        checked = _checked(question, file_name=file_name, data=data, declared_type=declared_type)
        if isinstance(checked, AnswerError):
            wrong = checked
        else:
            uploads.append(checked)
    if not uploads:
        return wrong
    documents.lock_waiting()
    count = len(document_files.waiting_files(about).get(question.name, ()))
    for upload in uploads:
        error = check_file(question, media_type=upload.media_type, size=upload.size, count=count)
        if error is None:
            try:
                documents.keep_waiting(
                    about=about, question=question.name, procedure=procedure, administration=administration, upload=upload
                )
                count += 1
            except UploadRefused as refused:
                error = _said(refused)
        wrong = error or wrong
    return wrong


def remove_file(*, draft: UUID, question: str, file: str) -> None:
    """Take a file out of a draft, and erase it when no other draft of the bundle has it. Unknown files are ignored: a second
    click finds nothing.

    Raises DraftUnknown, also when the question takes no files.
    """
    rows = lock_drafts(draft)
    row = next(one for one in rows if one.id == draft)
    _file_question(row, question)
    present = list(row.answers.get(question) or [])
    kept = [one for one in present if one["id"] != file]
    if len(kept) == len(present):
        return
    _answer(row, question, kept, rows)
    release(row, [UUID(file)], others=rows)


def _answer(row: Draft, question: str, files: Sequence[JSON], rows: Sequence[Draft]) -> None:
    """These are the files now, given here: nobody else's files are copied any more, and the other drafts follow."""
    row.answers = {**row.answers, question: list(files)}
    row.copied = {name: origin for name, origin in row.copied.items() if name != question}
    renew(row)
    row.save(update_fields=["answers", "copied", "changed_at", "expires_at"])
    tell_others(rows)


def _file_question(row: Draft, name: str) -> Question:
    form = catalogue.package(row.digest).form
    if name not in form.names or form.question(name).type != "file":
        raise DraftUnknown(f"{name} takes no files.")
    return form.question(name)


def _store(row: Draft, upload: Upload) -> dict[str, JSON]:
    if row.administration_id is None:
        # A file is encrypted for the administration it is meant for: whose it is has to be known first.
        raise DraftUnknown("The administration was not chosen yet.")
    blob = documents.store_blob(
        administration_id=row.administration_id, data=upload.data, media_type=upload.media_type, file_name=upload.file_name,
        space=row.space, link=row.link,
    )  # fmt: skip
    return {"id": str(blob), "file_name": upload.file_name, "media_type": upload.media_type, "size": upload.size}


def _checked(question: Question, *, file_name: str, data: bytes, declared_type: str) -> AnswerError | Upload:
    try:
        return documents.inspect_upload(
            data=data, file_name=file_name, declared_type=declared_type, accepted=question.accept,
            max_bytes=question.max_bytes or MAX_BYTES,
        )  # fmt: skip
    except UploadRefused as refused:
        return _said(refused)


def _said(refused: UploadRefused) -> AnswerError:
    return AnswerError(refused.code, {name: str(value) for name, value in refused.data.items()})
