# SPDX-License-Identifier: EUPL-1.2
"""Structured logs without personal data: a fixed set of fields, never a query string, a body or a name."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

FIELDS = ("request_id", "method", "route", "status", "milliseconds", "principal", "job", "topic", "code")


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, logger, message, the FIELDS given by `extra=`, and the traceback's frames."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {field: getattr(record, field) for field in FIELDS if hasattr(record, field)}
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)
