# SPDX-License-Identifier: EUPL-1.2
"""Structured logs without personal data: a fixed set of fields, never a query string, a body or a name."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime

FIELDS = ("request_id", "method", "route", "status", "milliseconds", "principal", "job", "topic", "code")
# Django's own lines name the path of the request, and a path may be a private link's secret; the queue's name a job's arguments.
TALKATIVE = ("django.request", "django.security", "procrastinate")


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, logger, message, the FIELDS given by `extra=`, kind and frames of an exception.

    Never what an exception says: PostgreSQL quotes the row, `Key (matricule)=(…)`.
    """

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        entry |= {field: getattr(record, field) for field in FIELDS if hasattr(record, field)}
        if record.exc_info and record.exc_info[1] is not None:
            entry |= _fault(record.exc_info[1])
        return json.dumps(entry, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    """The sentence; of a talkative logger only its pattern, without what was put into it."""
    return str(record.msg) if record.name.startswith(TALKATIVE) else record.getMessage()


def _fault(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)
    return {"fault": type(error).__name__, "traceback": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]}
