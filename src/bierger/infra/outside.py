# SPDX-License-Identifier: EUPL-1.2
"""Asking somebody else's server, within a time and a size: nobody outside holds a thread of ours."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import requests
from urllib3.exceptions import HTTPError

TIMEOUT = (3.05, 8.0)  # seconds to connect, and between two pieces of the answer
WHOLE = 12.0  # seconds for all of it: a server that sends a byte a second keeps within every other limit
LARGEST = 1_000_000  # bytes, unpacked


T = TypeVar("T")


class NoAnswer(Exception):
    """No answer in time, or none at all."""


@dataclass(frozen=True)
class Answer:
    """status: of HTTP. said: the JSON value, None where it is none or too large."""

    status: int
    said: object


def ask_json(address: str, *, headers: Mapping[str, str] | None = None, seconds: float = WHOLE) -> Answer:
    """GET an address. No redirect is followed: it would carry what the headers hold elsewhere. Raises NoAnswer."""
    return _within(seconds, lambda: _get(address, dict(headers or {})))


def post(address: str, data: bytes, *, headers: Mapping[str, str], seconds: float = WHOLE, largest: int = LARGEST) -> bytes:
    """POST to an address; the body of an answer with status 200. No redirect is followed. Raises NoAnswer."""
    return _within(seconds, lambda: _post(address, data, dict(headers), largest))


def _within(seconds: float, ask: Callable[[], T]) -> T:
    box: list[T | requests.RequestException] = []

    def asked() -> None:
        try:
            box.append(ask())
        except requests.RequestException as failed:
            box.append(failed)

    # The driver's time limits count from one piece to the next. A thread of its own can be left behind; it ends with its server.
    asking = threading.Thread(target=asked, name="ask-outside", daemon=True)
    asking.start()
    asking.join(seconds)
    if not box:
        raise NoAnswer(f"No whole answer within {seconds:.0f} seconds.")
    (found,) = box
    if isinstance(found, requests.RequestException):
        raise NoAnswer(type(found).__name__) from found
    return found


def _get(address: str, headers: dict[str, str]) -> Answer:
    with requests.get(address, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
        try:
            data = answer.raw.read(LARGEST + 1, decode_content=True)
        except (OSError, HTTPError) as failed:
            raise requests.ConnectionError(type(failed).__name__) from failed
        return Answer(answer.status_code, _json(data) if len(data) <= LARGEST else None)


def _post(address: str, data: bytes, headers: dict[str, str], largest: int) -> bytes:
    with requests.post(address, data, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
        try:
            said: bytes = answer.raw.read(largest + 1, decode_content=True)
        except (OSError, HTTPError) as failed:
            raise requests.ConnectionError(type(failed).__name__) from failed
        if answer.status_code != requests.codes.ok or len(said) > largest:
            raise requests.RequestException(f"status {answer.status_code}, {len(said)} bytes")
        return said


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
