# SPDX-License-Identifier: EUPL-1.2
"""What a file waits for until it is sent: the names that documents keep beside it (`about`)."""

from __future__ import annotations

from uuid import UUID


def of_question(case: UUID, question: int) -> str:
    """The answer to a question of a case (its sequence): what was attached for one that was withdrawn answers no other."""
    return f"question:{case}:{question}"


def of_task(task: UUID) -> str:
    return f"task:{task}"
