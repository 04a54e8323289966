# SPDX-License-Identifier: EUPL-1.2
"""In which words a reader wants the texts of procedures: `standard`, or `easy`. Chosen like the language, and kept like it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, Self, TypeVar

from bierger_core.values import REGISTERS

COOKIE = "bierger_register"
STANDARD, EASY = REGISTERS
_now: ContextVar[str] = ContextVar("register", default=STANDARD)


class Readable(Protocol):
    """A package or a situation."""

    def reading(self, register: str) -> Self: ...


T = TypeVar("T", bound=Readable)


def get_register() -> str:
    """The register of the request that is being answered; `standard` where there is none."""
    return _now.get()


@contextmanager
def reading(register: str) -> Iterator[None]:
    """Answer in this register; one that is unknown is `standard`."""
    token = _now.set(register if register in REGISTERS else STANDARD)
    try:
        yield
    finally:
        _now.reset(token)


def spoken(readable: T) -> T:
    """The package or situation as this reader wants to read it."""
    register = get_register()
    return readable if register == STANDARD else readable.reading(register)
