# SPDX-License-Identifier: EUPL-1.2
"""Who acts, in which context: the one place that tells the database.

The database refuses everything by default. A policy reads the principal through SQL functions
(`principal_kind()`, `principal_space()`, …) that look at one setting, `bierger.principal`, a JSON object set
*locally to the transaction* by `acting_as`, here and nowhere else. So a connection that is handed to the next user, by
Django or by a pooler in transaction mode, carries nothing over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from typing import Literal, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from psycopg.pq import TransactionStatus

from bierger.infra import clock
from bierger.infra.errors import AnotherPrincipal, NoPrincipal, SpaceLost
from bierger.infra.rows import carrying

Kind = Literal["anonymous", "link", "person", "officer", "worker", "system"]
Level = Literal["none", "low", "substantial", "high"]
LEVELS: tuple[Level, ...] = ("none", "low", "substantial", "high")

F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who acts.

    kind            what the policies ask first
    person, space   a person acting in one of their spaces (private or professional)
    mandate, scope  in somebody else's space: by which mandate, and what it covers, `*` or a procedure as `owner/name`
    administration, officer, roles, services   an officer of one administration
    link            SHA-256 (hex) of the token of a private link; the token itself is never kept
    case            the one case a worker may touch
    level           assurance of the sign-in, one of LEVELS
    """

    kind: Kind = "anonymous"
    person: UUID | None = None
    space: UUID | None = None
    mandate: UUID | None = None
    scope: str | None = None
    administration: UUID | None = None
    officer: UUID | None = None
    roles: tuple[str, ...] = ()
    services: tuple[UUID, ...] = ()
    link: str | None = None
    case: UUID | None = None
    level: Level = "none"

    def to_session(self) -> dict[str, object]:
        """A JSON object; empty fields are left out."""
        plain: dict[str, object] = {}
        for name in _FIELDS:
            value = getattr(self, name)
            if value in (None, ()):
                continue
            plain[name] = [str(item) for item in value] if isinstance(value, tuple) else str(value)
        return plain

    @classmethod
    def from_session(cls, stored: dict[str, object]) -> Principal:
        """The inverse of `to_session`; an unknown field is a defect and raises TypeError."""
        values: dict[str, object] = {}
        for name, value in stored.items():
            if name in ("person", "space", "mandate", "administration", "officer", "case"):
                values[name] = UUID(str(value))
            elif name == "services":
                values[name] = tuple(UUID(str(item)) for item in _items(value))
            elif name == "roles":
                values[name] = tuple(str(item) for item in _items(value))
            else:
                values[name] = value
        return cls(**values)  # type: ignore[arg-type]  # fields are checked by name at run time

    def reaches(self, level: str) -> bool:
        """Is the sign-in at least of this level?"""
        ranks: tuple[str, ...] = LEVELS
        return ranks.index(self.level) >= ranks.index(level)

    def covers(self, procedure: str) -> bool:
        """May this principal act in this procedure (`owner/name`)? Only a mandate for another one says no."""
        return self.mandate is None or self.scope in ("*", procedure)


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


ANONYMOUS = Principal()
SYSTEM = Principal(kind="system")
_FIELDS = tuple(field.name for field in fields(Principal))


def worker_on(case: UUID) -> Principal:
    """The worker, allowed one case and nothing else.

    Policies know this principal, but no job acts as it yet: the handlers of `cases.tasks` act as SYSTEM, since work rows, the
    acts of service tasks and mailboxes have no condition yet that lets a worker write those of its case.
    """
    return Principal(kind="worker", case=case)


_acting: ContextVar[Principal | None] = ContextVar("bierger_principal", default=None)


def current() -> Principal:
    """The principal of this transaction. Raises NoPrincipal outside `acting_as`."""
    principal = _acting.get()
    if principal is None:
        raise NoPrincipal("Nobody is acting: open a transaction with acting_as(principal) first.")
    return principal


@contextmanager
def acting_as(principal: Principal) -> Iterator[Principal]:
    """One transaction in which `principal` acts.

    1. Inside a transaction of the same principal: that transaction goes on (no savepoint, no query).
    2. Inside a transaction of another principal: refused by name, since half of the work would be done under the wrong rights.
    3. Otherwise: a transaction is opened and the principal set in it, locally, with the day of the one clock.
    4. A person whose space is no longer theirs (they left the firm, the mandate is over) is refused: SpaceLost. Every policy
       asks again, so that a right taken away in the middle ends in the middle.
    5. An exception rolls back; the setting ends with the transaction. An error of the database that was caught within, with no
       savepoint around it, does so too: nothing would be kept, so nothing may be shown. TransactionManagementError.
    """
    already = _acting.get()
    if already == principal:
        yield principal
        return
    if already is not None:
        raise AnotherPrincipal(f"{already.kind} is acting; {principal.kind} needs a transaction of its own.")
    with transaction.atomic():
        nested = len(connection.atomic_blocks) > 1 if hasattr(connection, "atomic_blocks") else False
        space = _tell_database(json.dumps({**principal.to_session(), "day": clock.today().isoformat()}))
        if space != principal.space:
            raise SpaceLost("The space in which this person acts is no longer theirs to act in.")
        token = _acting.set(principal)
        try:
            with carrying():
                yield principal
            if _broken():
                raise TransactionManagementError("An error was caught in the transaction that it broke: nothing of it is kept.")
        finally:
            _acting.reset(token)
            if nested and not _broken():
                # Only in tests: an outer transaction goes on, so the setting would outlive this block.
                _tell_database("")


def _broken() -> bool:
    """Whether the commit of this transaction would be a rollback, and say nothing."""
    return connection.needs_rollback or connection.connection.info.transaction_status == TransactionStatus.INERROR


def _tell_database(value: str) -> UUID | None:
    """Give the space in which the database lets this principal act: read from its rows, whatever `value` says."""
    with connection.cursor() as cursor:
        # true = local to the transaction: the only thing that makes a shared connection safe.
        told = "WITH told AS MATERIALIZED (SELECT set_config('bierger.principal', %s, true)) SELECT principal_space() FROM told"
        cursor.execute(told, [value])
        row: tuple[UUID | None] = cursor.fetchone()
        return row[0]


def outside_transaction(view: F) -> F:
    """Mark a view that talks to the outside over HTTP: it opens `acting_as` itself, briefly, around its reads and writes."""
    view.outside_transaction = True  # type: ignore[attr-defined]  # a mark on a function, read by the middleware
    return view
