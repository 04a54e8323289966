# SPDX-License-Identifier: EUPL-1.2
"""Accounts that nobody uses and offices that ended are erased on their day, each with a record in the log.

How long is the administration's to decide (GDPR article 5(1)(e): no longer than is necessary); the settings hold it, 0: never.

An account, once nobody has signed in to it for `BIERGER_ACCOUNT_YEARS`:

1. `BIERGER_ACCOUNT_NOTICE_DAYS` before, at least, its mailbox says on which day; a sign-in takes that back by itself.
2. On the day: is it locked against a sign-in, was it told, is nothing of it kept? What was begun meanwhile keeps it, and it is
   told anew when its time comes again.
3. Person, logins, memberships, mandates that are over, messages, and the key to its readings go; the identifier that stays in
   steps of requests leads nowhere any more.
4. The record, its leaf in the log, a line in the register of erasures: as for a case, in one transaction.

An office, `BIERGER_OFFICE_YEARS` after it ended or its administration closed, once no case, act or reading that is kept names it.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import connection

from bierger.administrations import selectors as administrations
from bierger.administrations import services as offices
from bierger.cases.errors import NotDue
from bierger.delivery import services as delivery
from bierger.disclosures import services as disclosures
from bierger.filings.models import ErasureFailure
from bierger.filings.services.records import write_record
from bierger.filings.types import AccountRound, NotEnded
from bierger.identity import selectors as identity
from bierger.identity import services as accounts
from bierger.infra import believed, clock
from bierger.infra.erasures import Erasure, register
from bierger.infra.principal import SYSTEM, acting_as
from bierger_core.values import add_months, day_start

logger = logging.getLogger("bierger.filings")
AT_ONCE = 200


def end_accounts() -> int:
    """Tell whose account ends, and erase what is due; gives back how many were erased. Each in its own transaction (worker)."""
    return account_round().erased


def account_round() -> AccountRound:
    """As `end_accounts`, and tells what failed; that stands in a table until it is erased, or is kept after all."""
    if not believed.can_be_the_day("accounts"):
        return AccountRound(0, ())
    if settings.BIERGER_ACCOUNT_YEARS:
        while tell_accounts() == AT_ONCE:
            pass
    erased, failed = 0, []
    for kind, name, due, erase in (*_due_accounts(), *_due_offices()):
        try:
            with acting_as(SYSTEM):
                erased += erase()
        except Exception as error:  # it is this one's alone; the next round meets it again
            code = str(getattr(error, "code", type(error).__name__))[:100]
            logger.exception("an account or office could not be erased", extra={"id": str(name), "code": code})
            failed.append(NotEnded(kind, name, due, code))
    with acting_as(SYSTEM):
        ErasureFailure.objects.exclude(id__in=[one.id for one in failed]).delete()
        for one in failed:
            said = {"kind": one.kind, "due_on": one.due_on, "code": one.code}
            ErasureFailure.objects.update_or_create(id=one.id, defaults=said)
    return AccountRound(erased, tuple(failed))


def tell_accounts() -> int:
    """Say in some mailboxes that their account ends; gives back how many."""
    with acting_as(SYSTEM):
        today, notice = clock.today(), dt.timedelta(days=settings.BIERGER_ACCOUNT_NOTICE_DAYS)
        # Used on the day before this one, its time is over when the notice is.
        first_kept = add_months(today + notice, -12 * settings.BIERGER_ACCOUNT_YEARS) + dt.timedelta(days=1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT person FROM filings_accounts_unused(%s, %s, %s)", [day_start(first_kept), today, AT_ONCE])
            found = [row[0] for row in cursor.fetchall()]
        for person in found:
            space = identity.private_space(person)
            accounts.announce_end(person=person, ends_on=today + notice)
            if space is not None:
                params = {"day": (today + notice).isoformat()}
                delivery.send_message(space=space, subject_code="account-ends", params=params, once=_notice(person))
    return len(found)


def erase_account(*, person: UUID, job: str, again: dt.date | None = None) -> bool:
    """Erase an account; False: it is kept after all, or gone. again: it came back with a backup. System only."""
    if not accounts.lock_account(person=person):
        return False
    today, space = clock.today(), identity.private_space(person)
    told = identity.ending_accounts(today).get(person)
    if again is None:
        if told is None:
            raise NotDue("This account is still kept.", code="account-still-kept")
        with connection.cursor() as cursor:
            cursor.execute("SELECT filings_account_is_kept(%s, %s)", [person, today])
            (is_kept,) = cursor.fetchone()
        if is_kept:
            accounts.announce_end(person=person, ends_on=None)
            delivery.take_back(once=_notice(person))
            return False
    destroyed = disclosures.forget_chain(subject=person)
    if space is not None:
        destroyed += delivery.forget_space(space=space)
    destroyed += accounts.forget_account(person=person)
    period = f"P{settings.BIERGER_ACCOUNT_YEARS}Y"
    write_record("account", person, destroyed, period=period, due=told or again or today, job=job)
    register(Erasure(again or today, "account", person))
    return True


def erase_office(*, officer: UUID, ended: dt.date | None, job: str, again: dt.date | None = None) -> bool:
    """Erase an office that ended; False: something that is kept names it, or it is gone. System only."""
    if again is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT filings_office_is_named(%s)", [officer])
            (is_named,) = cursor.fetchone()
        if is_named:
            return False
    destroyed = offices.forget_office(officer=officer)
    if not destroyed.counts:
        return False
    due = again or (clock.today() if ended is None else add_months(ended, 12 * settings.BIERGER_OFFICE_YEARS))
    write_record("office", officer, destroyed, period=f"P{settings.BIERGER_OFFICE_YEARS}Y", due=due, job=job)
    register(Erasure(again or clock.today(), "office", officer))
    return True


def _notice(person: UUID) -> str:
    return f"account-ends/{person}"


Due = tuple[str, UUID, dt.date, Callable[[], bool]]


def _due_accounts() -> Iterator[Due]:
    with acting_as(SYSTEM):
        due = identity.ending_accounts(clock.today()) if settings.BIERGER_ACCOUNT_YEARS else {}
    for person, day in due.items():
        yield "account", person, day, partial(erase_account, person=person, job="accounts")


def _due_offices() -> Iterator[Due]:
    if not settings.BIERGER_OFFICE_YEARS:
        return
    with acting_as(SYSTEM):
        ended = administrations.offices_ended(add_months(clock.today(), -12 * settings.BIERGER_OFFICE_YEARS))
    for officer, day in ended.items():
        due = add_months(day, 12 * settings.BIERGER_OFFICE_YEARS)
        yield "office", officer, due, partial(erase_office, officer=officer, ended=day, job="offices")
