# SPDX-License-Identifier: EUPL-1.2
"""How long a request is kept and what is left of it, in words: the same for whoever filed it and for the officers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bierger.ui import formats, words

HOLDS: Mapping[str, str] = {
    "appeal": gettext_noop("an appeal or an objection is under way"),
    "litigation": gettext_noop("a lawsuit is under way"),
    "inquiry": gettext_noop("an inquiry or an audit is under way"),
    "claim": gettext_noop("it is needed for a claim"),
}
DESTROYED: Mapping[str, str] = {
    "event-contents": gettext_noop("Contents of steps"),
    "names": gettext_noop("Names"),
    "process": gettext_noop("Data of the process"),
    "task-texts": gettext_noop("Texts of tasks"),
    "attachments": gettext_noop("Files"),
    "acts": gettext_noop("Documents"),
    "messages": gettext_noop("Messages"),
    "filings": gettext_noop("Signature of the request"),
    "receipts": gettext_noop("Key to the receipt"),
    "readings": gettext_noop("Readings"),
}
REMAINS: Mapping[str, str] = {
    "number": gettext_noop("the number, the procedure and the administration"),
    "steps": gettext_noop("the days of the steps and their kinds, without what was said"),
    "authors": gettext_noop("for each step a mark of the account that took it, without a name"),
    "acts": gettext_noop("the numbers of issued documents, and whether they were revoked"),
    "fingerprints": gettext_noop("fingerprints which prove that nothing was changed, and from which nothing can be read"),
    "readings": gettext_noop("the entries about who looked at your data, until their own time is over"),
    "record": gettext_noop("the record of the erasure, which names nobody"),
}


ACCOUNT_REMAINS: Mapping[str, str] = {
    "number": gettext_noop("the number of the account in the steps of erased requests, without a name"),
    "fingerprints": gettext_noop("fingerprints of the entries about who looked at your data, from which nothing can be read"),
    "record": gettext_noop("the record of the erasure, which names nobody"),
}


class Account(Protocol):
    """What `identity.selectors.my_account` says."""

    @property
    def id(self) -> UUID: ...
    @property
    def ends_on(self) -> dt.date: ...


class Act(Protocol):
    @property
    def number(self) -> str: ...
    @property
    def erase_on(self) -> dt.date | None: ...
    @property
    def erased_at(self) -> dt.datetime | None: ...


class Deletion(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def at(self) -> dt.datetime: ...
    @property
    def destroyed(self) -> Mapping[str, int]: ...
    @property
    def logged(self) -> bool: ...


class Told(Protocol):
    """What `cases.selectors.retention` says."""

    @property
    def period(self) -> str: ...
    @property
    def year_end(self) -> bool: ...
    @property
    def erase_on(self) -> dt.date | None: ...
    @property
    def day(self) -> dt.date | None: ...
    @property
    def ended(self) -> bool: ...
    @property
    def erased_at(self) -> dt.datetime | None: ...
    @property
    def hold_until(self) -> dt.date | None: ...
    @property
    def hold_reason(self) -> str: ...
    @property
    def held(self) -> bool: ...
    @property
    def acts(self) -> Sequence[Act]: ...
    @property
    def deletions(self) -> Sequence[Deletion]: ...


@dataclass(frozen=True)
class Proof:
    """One erasure: when, what was destroyed, where its proof is ('' while it waits for the log)."""

    day: str
    destroyed: tuple[tuple[str, str], ...]
    href: str


@dataclass(frozen=True)
class Panel:
    """lines: sentences. remains: what is left, or will be. proofs: the erasures so far."""

    lines: tuple[str, ...]
    remains_title: str
    remains: tuple[str, ...]
    proofs: tuple[Proof, ...]
    held: bool
    erased: bool


def account_panel(account: Account | None, *, language: str) -> Panel:
    """How long an account is kept; None: nobody decided that it ends."""
    lines = [_("Your account is kept until you ask the administration to erase it.")]
    remains: tuple[str, ...] = ()
    if account is not None:
        days = {"days": formats.number(settings.BIERGER_ACCOUNT_NOTICE_DAYS, language)}
        day, number = {"day": formats.day(account.ends_on, language)}, {"number": account.id}
        lines = [
            _("If you do not sign in any more, we erase your account, name and number included, on %(day)s or later.") % day,
            _("At least %(days)s days before, your mailbox tells you so. Every sign-in starts the time anew.") % days,
            _("As long as a request, a draft, a message, a mandate or an entry of this page is kept, your account is kept too."),
            _("Your account has the number %(number)s. Keep it: with it you get the proof of the erasure.") % number,
        ]
        remains = tuple(words.word(ACCOUNT_REMAINS, code) for code in ACCOUNT_REMAINS)
    return Panel(tuple(lines), _("What will remain"), remains, (), held=False, erased=False)


def retention_panel(told: Told, *, language: str, href: Callable[[UUID], str]) -> Panel:
    """`href`: the address of an erasure's proof."""
    erased = told.erased_at is not None
    return Panel(
        lines=tuple(_lines(told, language)),
        remains_title=_("What remains") if erased else _("What will remain"),
        remains=tuple(words.word(REMAINS, code) for code in REMAINS),
        proofs=tuple(_proof(one, language, href) for one in told.deletions),
        held=told.held,
        erased=erased,
    )


def _lines(told: Told, language: str) -> list[str]:
    if told.erased_at is not None:
        day = formats.local_day(told.erased_at, language)
        lines = [_("What was said in this request was erased on %(day)s: answers, files, messages and names.") % {"day": day}]
    elif told.day is None and told.ended:
        lines = [_("The request is closed. The day on which it is erased stands here within a minute.")]
    elif told.day is None:
        period = formats.period(told.period)
        rule = (
            _("Once it is closed, the request is kept for %(period)s, until the end of that year. Then it is erased.")
            if told.year_end
            else _("Once it is closed, the request is kept for %(period)s. Then it is erased.")
        )
        lines = [rule % {"period": period}]
    else:
        day = formats.day(told.day, language)
        said = _("On %(day)s we erase what was said in this request: answers, files, messages, documents and names.")
        lines = [said % {"day": day}]
    if told.held and told.hold_until is not None:
        held = {"day": formats.day(told.hold_until, language), "reason": words.word(HOLDS, told.hold_reason)}
        lines.append(_("Until %(day)s nothing is erased: %(reason)s.") % held)
    for act in told.acts:
        if act.erased_at is None and act.erase_on is not None:
            until = formats.day(act.erase_on - dt.timedelta(days=1), language)
            lines.append(_("Document %(number)s is kept until %(day)s.") % {"number": act.number, "day": until})
    backups = _("Backups made before can be opened for at most %(days)s days more; then their keys are destroyed.")
    return [*lines, backups % {"days": formats.number(int(settings.BIERGER_BACKUP_DAYS), language)}]


def _proof(one: Deletion, language: str, href: Callable[[UUID], str]) -> Proof:
    counts = tuple((words.word(DESTROYED, kind), formats.number(count, language)) for kind, count in one.destroyed.items())
    return Proof(formats.instant(one.at, language), counts, href(one.id) if one.logged else "")
