# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong while a process moves.

FlowError
├── TaskUnknown       no such task, or not visible to this principal
├── TaskClosed        the task was already done or withdrawn: a replay, or somebody was quicker
├── TaskNotYours      another officer holds it, or the role is another's
└── TimerClosed       the timer has fired or was cancelled
"""


class FlowError(Exception):
    """Root of the tree; `code` is stable and translated by the screens."""

    code = "flow-error"


class TaskUnknown(FlowError):
    code = "task-unknown"


class TaskClosed(FlowError):
    code = "task-closed"


class TaskNotYours(FlowError):
    code = "task-not-yours"


class TimerClosed(FlowError):
    code = "timer-closed"
