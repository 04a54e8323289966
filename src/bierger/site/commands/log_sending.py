# SPDX-License-Identifier: EUPL-1.2
"""Entries sent to a node over HTTP, and what its answer allows to say: they are in, they are not, or nobody knows."""

from __future__ import annotations

import datetime as dt
import email.utils
import time
from collections.abc import Sequence
from typing import Any, Self  # what a JSON answer may hold

import requests
import urllib3

from bierger.ledger.plugins.node import wire
from bierger.ledger.plugins.node.errors import LogUnreachable, RequestRefused, Unclear
from bierger_core.merkle import encode_bundle

SECONDS = 60.0  # for one answer
ATTEMPTS = 20  # while the node asks to wait
LONGEST_WAIT = 60.0  # seconds, whatever the node asks for
# Before a word was sent: no such address, or nobody there.
_NOT_SENT = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError, urllib3.exceptions.SSLError)


class Node:
    """A node by its address, for the holder of its token."""

    def __init__(self, address: str, token: str) -> None:
        self._address = f"{address.rstrip('/')}/add"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._session.headers["Content-Type"] = wire.MANY

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_of: object) -> None:
        self._session.close()

    def add(self, entries: Sequence[bytes]) -> int:
        """The index of the first. Raises RequestRefused, LogUnreachable: none of them is in the log; Unclear: they may be."""
        body = encode_bundle(entries)
        for _ in range(ATTEMPTS):
            answer = self._post(body)
            if answer.status_code == requests.codes.ok:
                return self._first(answer, len(entries))
            if answer.status_code != requests.codes.service_unavailable:
                break
            time.sleep(seconds_asked(answer.headers.get("Retry-After")))  # nothing of it was appended: it may be sent again
        try:
            said = answer.json()
            code, message = str(said["code"]), str(said["message"])
        except (ValueError, KeyError, TypeError):
            raise RequestRefused("node-unknown", f"No node answers at {self._address} ({answer.status_code}).") from None
        raise RequestRefused(code, message, answer.status_code)

    def _post(self, body: bytes) -> requests.Response:
        try:
            return self._session.post(self._address, data=body, timeout=SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            reason = getattr(error.args[0] if error.args else None, "reason", None)
            if isinstance(error, ValueError) or isinstance(reason, _NOT_SENT):  # an address that is none, or nobody there
                raise LogUnreachable(f"{self._address} was not reached: {reason or error}") from error
            raise Unclear(f"The connection to {self._address} broke before the answer") from error

    def _first(self, answer: requests.Response, count: int) -> int:
        try:
            said: Any = answer.json()
            if type(said["index"]) is int and said["index"] >= 0 and said["count"] == count:
                return int(said["index"])
        except (ValueError, KeyError, TypeError):
            pass
        raise Unclear(f"{self._address} answers 200, but not as a node does")


def seconds_asked(text: str | None) -> float:
    """Of a Retry-After: seconds or a date, never longer than a minute; one second where nothing can be read."""
    if text is None:
        return 1.0
    if text.strip().isdecimal():
        return min(float(text), LONGEST_WAIT)
    try:
        until = email.utils.parsedate_to_datetime(text)
        rest = (until.replace(tzinfo=until.tzinfo or dt.UTC) - dt.datetime.fromtimestamp(time.time(), dt.UTC)).total_seconds()
    except (ValueError, OverflowError):
        return 1.0
    return min(max(rest, 1.0), LONGEST_WAIT)
