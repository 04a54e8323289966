# SPDX-License-Identifier: EUPL-1.2
"""The links and the count of a list that pages by key, for every screen that shows one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from bierger.ui import formats
from bierger.ui.parts import Pages


class Paged(Protocol):
    """What a page of bierger.infra.pages looks like."""

    @property
    def before(self) -> str: ...
    @property
    def after(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def cap(self) -> int: ...
    @property
    def code(self) -> str: ...


def pages_of(page: Paged, path: str, words: Mapping[str, str] | None = None) -> Pages:
    """Links to the neighbours; `words` are what else the address of the list says (its filters), empty ones left out."""
    kept = words or {}
    return Pages(
        previous=address(path, {**kept, "before": page.before}) if page.before else "",
        next=address(path, {**kept, "after": page.after}) if page.after else "",
        count=counted(page.count, page.cap),
        lost=_("This address leads to no page of the list. You see its beginning.") if page.code else "",
    )


def address(path: str, words: Mapping[str, str]) -> str:
    """A path with the words that are not empty."""
    told = urlencode({word: value for word, value in words.items() if value})
    return f"{path}?{told}" if told else path


def counted(count: int, cap: int) -> str:
    """Counts stop at a cap: "1,000+"."""
    return f"{formats.number(cap)}+" if count > cap else formats.number(count)
