# SPDX-License-Identifier: EUPL-1.2
"""What a file waits for until it is sent: the names that documents keep beside it (`about`)."""

from __future__ import annotations

from uuid import UUID


def of_question(case: UUID) -> str:
    """The answer to the open question of a case. One that is asked on top of it is answered together with it."""
    return f"question:{case}"


def of_task(task: UUID) -> str:
    return f"task:{task}"
