# SPDX-License-Identifier: EUPL-1.2
"""What a question of files promises, against what one request to an installation may carry.

Several files need not come at once: those that were given stay, and the next ones follow. So only a file that is alone too large
is a promise that cannot be kept.
"""

from collections.abc import Iterator

from bierger_core.interview import Question, Type
from bierger_core.values.findings import Finding

from .types import Package

# Bytes that a form needs beside its files: a page of long texts, the heads of the parts. The rest of a body is for files.
BESIDE_FILES = 200_000
_MEGA = 1_000_000


def files_at_once(body: int) -> int:
    """Bytes of files that a request whose body may have `body` bytes can carry, in whole megabytes (10^6)."""
    return max(0, body - BESIDE_FILES) // _MEGA * _MEGA


def prove_uploads(package: Package, *, body: int) -> tuple[Finding, ...]:
    """Warn of each question that takes a file larger than any request of an installation with this limit (bytes)."""
    most = files_at_once(body)
    return tuple(
        Finding(
            "file-beyond-request",
            f"{package.prefix}form.yaml",
            question.line,
            f"`{question.name}` takes files of {question.max_bytes / _MEGA:g} MB; one request here carries {most // _MEGA} MB.",
            "Lower max_megabytes, or raise BIERGER_UPLOAD_LIMIT_MB where the package is used.",
            "warning",
        )
        for question in _file_questions(package)
        if question.max_bytes > most
    )


def _file_questions(package: Package) -> Iterator[Question]:
    """Of the form and of every task, in the order of the file."""
    asked = [question for step in package.form.steps for question in step.questions]
    asked += [question for task in package.tasks.values() for question in task.questions]
    yield from sorted((question for question in asked if question.type is Type.FILE), key=lambda question: question.line)
