# SPDX-License-Identifier: EUPL-1.2
"""What the component tags draw: small frozen records, all strings already in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ErrorLink:
    """One line of the error summary; `target` is the id of the field without `#`."""

    target: str
    message: str


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One row of a summary list. Several `values` stand under each other; `href` offers to change the answer."""

    label: str
    values: Sequence[str]
    href: str = ""
    action: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event; `at` as shown, `iso` for machines. `kind`: done, now, later or attention."""

    title: str
    at: str = ""
    iso: str = ""
    text: str = ""
    by: str = ""
    kind: str = "done"


@dataclass(frozen=True, slots=True)
class Crumb:
    label: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One row of a task list. `state`: done, now, open or blocked."""

    label: str
    state: str
    href: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a select or a list of radios."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file already attached to a question. `size` in words."""

    id: str
    file_name: str
    size: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Pages:
    """Links of a list that pages by key; empty strings where there is nothing to go to (bierger.ui.paging makes them).

    count   how many rows the whole list has, "1,000+" beyond the cap
    lost    a sentence when the address named no page of the list
    """

    previous: str = ""
    next: str = ""
    shown: str = ""
    count: str = ""
    lost: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """One input of a field. `width` is a class: w2, w4, w8, w12, w20 or full."""

    name: str
    id: str
    value: str = ""
    label: str = ""
    type: str = "text"
    width: str = "full"
    inputmode: str = ""
    autocomplete: str = ""
    max_length: int = 0


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    id: str
    checked: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A question as it is drawn. `widget` names the template part; `described_by` lists the ids the inputs refer to."""

    name: str
    id: str
    widget: str
    label: str
    boxes: tuple[Box, ...] = ()
    options: tuple[Option, ...] = ()
    files: tuple[Attached, ...] = ()
    hint: str = ""
    why: str = ""
    error: str = ""
    required: bool = True
    before: str = ""
    rows: int = 5
    accept: str = ""
    limits: str = ""
    multiple: bool = False
    full: bool = False
    photo: bool = False
    most: int = 0  # bytes of files that can be sent at once, and what the browser says of more
    over: str = ""
    empty_label: str = ""
    shown: tuple[str, ...] = field(default=())
    source: str = ""  # of an answer that was given elsewhere: where, and the address that opens it to be given here
    change: str = ""

    @property
    def hint_id(self) -> str:
        return f"{self.id}-hint"

    @property
    def error_id(self) -> str:
        return f"{self.id}-error"

    @property
    def described_by(self) -> str:
        found = [self.hint_id] if self.hint else []
        if self.limits:
            found.append(f"{self.id}-limits")
        if self.error:
            found.append(self.error_id)
        return " ".join(found)
