# SPDX-License-Identifier: EUPL-1.2
"""Ask a register, and record that it was asked.

1. That it is asked, about whom and why, is committed: whatever happens then, the person concerned can read it.
2. HTTP, without a transaction: a silent register holds no lock and no connection's snapshot.
3. What it said becomes facts.
Whoever asks twice (a job that runs again) is recorded twice: the number left the house twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.db import connection

from bierger.administrations.errors import UnknownAdministration
from bierger.administrations.selectors import commune_of
from bierger.disclosures.services import record
from bierger.disclosures.types import Purpose
from bierger.infra import clock
from bierger.infra.outside import NoAnswer, ask_json
from bierger.infra.principal import Principal, acting_as
from bierger.registry.errors import (
    AskedInTransaction,
    RegisterAnswerInvalid,
    RegisterRefused,
    RegisterUnavailable,
    UnknownRegister,
)
from bierger.registry.types import Evidence

Facts = Mapping[str, str | None]


@dataclass(frozen=True)
class _Register:
    """path under BIERGER_REGISTER_URL; how an answer becomes facts; the questions it answers."""

    path: str
    read: Callable[[Mapping[str, object], dt.date], Facts]
    questions: frozenset[str]


def ask(
    *, principal: Principal, register: str, question: str, number: str | None, purpose: Purpose, subjects: Iterable[UUID] = ()
) -> Evidence:
    """Ask for what a register knows about a number. Outside a transaction only: it commits, talks HTTP, and reads (see above).

    principal            who asks: the worker on a case, or the system
    register, question   `population` + `residence` (number: matricule) or `organisations` + `company` (number: 11 digits)
    number               None (somebody without a number): found is false, nobody is asked
    subjects             ids of the people concerned, who will read in their list that the register was asked

    Facts of population: given_name family_name birth_date matricule street postal_code locality commune (code of the
    administration) since status (resident, moved, address-unknown). Of organisations: number vat name street postal_code
    locality commune. Dates are ISO 8601. Raises UnknownRegister, AskedInTransaction, RegisterUnavailable, RegisterRefused,
    RegisterAnswerInvalid.
    """
    known = _REGISTERS.get(register)
    if known is None or question not in known.questions:
        raise UnknownRegister(f"No register answers {register}.{question}.")
    if connection.in_atomic_block:
        raise AskedInTransaction(f"{register}.{question} was asked while a transaction was open.")
    asked_at = clock.now()
    if not number:
        return Evidence(register, question, found=False, facts={}, asked_at=asked_at)
    with acting_as(principal):  # 1
        record(purpose=purpose, subjects=subjects, facts=[f"register-{register}-{question}"])
    said = _fetch(f"{settings.BIERGER_REGISTER_URL}/{known.path}/{quote(number, safe='')}")  # 2
    if said is None:
        return Evidence(register, question, found=False, facts={}, asked_at=asked_at)
    try:
        with acting_as(principal):  # 3
            facts = known.read(said, clock.today())
    except (KeyError, TypeError, ValueError) as wrong:
        raise RegisterAnswerInvalid(f"The answer of {register} lacks {wrong}.") from wrong
    return Evidence(register, question, found=True, facts=facts, asked_at=asked_at)


def _fetch(address: str) -> Mapping[str, object] | None:
    """The register's JSON object; None when it does not know the number."""
    headers = {"Authorization": f"Bearer {settings.BIERGER_REGISTER_SECRET}", "Accept": "application/json"}
    try:
        answer = ask_json(address, headers=headers)
    except NoAnswer as failed:
        raise RegisterUnavailable("The register does not answer.") from failed
    if answer.status == 404:
        return None
    if answer.status in (401, 403):
        raise RegisterRefused(f"The register refuses us (HTTP {answer.status}): check BIERGER_REGISTER_SECRET.")
    if answer.status >= 500 or answer.status == 429:
        raise RegisterUnavailable(f"The register is out of order (HTTP {answer.status}).")
    said = answer.said if answer.status == 200 else None
    if not isinstance(said, dict):
        raise RegisterAnswerInvalid(f"The register's answer cannot be understood (HTTP {answer.status}).")
    return said


def _population(said: Mapping[str, object], on: dt.date) -> Facts:
    return {
        "given_name": _text(said["given_name"]),
        "family_name": _text(said["family_name"]),
        "birth_date": _day(said["birth_date"]),
        "matricule": _text(said["matricule"]),
        "since": _day(said.get("since")),
        "status": _text(said.get("status")),
        **_address(said.get("address"), on),
    }


def _organisation(said: Mapping[str, object], on: dt.date) -> Facts:
    plain = {name: _text(said[name]) for name in ("number", "vat", "name")}
    return {**plain, **_address(said.get("address"), on)}


def _address(said: object, on: dt.date) -> Facts:
    if said is None:
        return dict.fromkeys(("street", "postal_code", "locality", "commune"))
    if not isinstance(said, dict):
        raise TypeError("address")
    lau2 = _text(said["commune"]) or ""
    try:
        commune: str | None = commune_of(lau2, on=on).code
    except UnknownAdministration:
        commune = None  # a place this installation does not know is not this commune: enough for every rule
    return {**{name: _text(said[name]) for name in ("street", "postal_code", "locality")}, "commune": commune}


def _text(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError("text")
    if "\0" in value:
        raise ValueError("text without NUL")  # the database keeps none
    return value[:300]


def _day(value: object) -> str | None:
    text = _text(value)
    return None if text is None else dt.date.fromisoformat(text).isoformat()


_REGISTERS = {
    "population": _Register("population", _population, frozenset({"residence"})),
    "organisations": _Register("organisations", _organisation, frozenset({"company"})),
}
