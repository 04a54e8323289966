# SPDX-License-Identifier: EUPL-1.2
"""What a node refuses.

NodeError (status: of the answer over HTTP)
├── RequestRefused    entries-malformed, entry-length (400); token-wrong (401); request-too-large (413); type-unknown (415)
├── QueueFull         queue-full (503): more waits than this node takes; try again
├── NotAppended       the code of what happened (503): nothing of this request is in the log
├── Unclear           log-unclear (504): no answer in time; it may still come into the log, look before sending it again
├── NodeMisplaced     node-folder, node-key, key-file-exposed, node-served, node-address, log-origin, log-begun,
│                     seen-folder-missing, seen-empty, seen-elsewhere, seen-there: this folder cannot be served, or is already
└── LogUnreachable    log-unreachable: the node was not reached, and has heard nothing of it
"""

from __future__ import annotations


class NodeError(Exception):
    """Root of the tree. `code` is stable, `status` of HTTP."""

    def __init__(self, code: str, message: str, status: int = 500) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class RequestRefused(NodeError):
    """The sender's to mend."""


class QueueFull(NodeError):
    """The sender is asked to wait."""

    def __init__(self) -> None:
        super().__init__("queue-full", "More entries wait than this node takes at once.", 503)


class NotAppended(NodeError):
    """Nothing of it is in the log."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, 503)


class Unclear(NodeError):
    """It may or may not come into the log."""

    def __init__(self, why: str = "No answer in time") -> None:
        super().__init__("log-unclear", f"{why}: look for the entries before sending them again.", 504)


class NodeMisplaced(NodeError):
    """The operator's to mend."""


class LogUnreachable(NodeError):
    """Nothing was sent."""

    def __init__(self, why: str) -> None:
        super().__init__("log-unreachable", why)
