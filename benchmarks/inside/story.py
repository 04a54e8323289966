# SPDX-License-Identifier: EUPL-1.2
"""People of the demonstration country, and a form filled as the browser would post it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings

from bierger.administrations.selectors import officers_by_login
from bierger.filings import selectors as filing_selectors
from bierger.filings import services as filings
from bierger.identity import services as identity
from bierger.identity.types import Claims
from bierger.infra.principal import ANONYMOUS, Principal, acting_as
from bierger.simulators.country import country
from bierger_core.interview import show_raw

REPORT: Mapping[str, object] = {
    "category": "bin-not-emptied",
    "place": {"text": "12, rue de l'Exemple", "lat": None, "lon": None},
    "bin_kind": "paper",
    "description": "The blue bin was left full.",
}
RESIDENCE: Mapping[str, object] = {"purpose": "bank", "document_language": "en", "delivery": "mailbox"}
COMMUNE, APPLICANT, CLERK = "mersch", "lea.beispill", "claire.muster"


def applicant() -> Principal:
    someone = country().by_handle[APPLICANT]
    claims = Claims(
        issuer=settings.BIERGER_OIDC_ISSUER,
        subject=someone.subject,
        level="substantial",
        given_name=someone.given_name,
        family_name=someone.family_name,
        birth_date=someone.birth_date,
        matricule=someone.matricule,
        email=someone.email,
        organisations=(),
    )
    with acting_as(ANONYMOUS):
        return identity.sign_in(claims=claims).principal


def clerk() -> Principal:
    subject, issuer = country().by_handle[CLERK].subject, settings.BIERGER_OIDC_ISSUER
    with acting_as(ANONYMOUS):
        office = officers_by_login(issuer, subject)[0]
        return identity.enter_office(office=office.id, issuer=issuer, subject=subject, level="substantial")[0]


def filled(who: Principal, name: str, answers: Mapping[str, object], *, token: str = "") -> UUID:
    """A draft that is ready to be submitted."""
    with acting_as(who):
        draft = filings.start_draft(owner="commune", name=name, administration=COMMUNE, language="en", token=token).id
        while True:
            view = filing_selectors.draft(draft)
            if view.next_step is None:
                return draft
            raw: dict[str, list[str]] = {}
            for question in view.package.form.step(view.next_step).questions:
                value = answers.get(question.name, view.answers.get(question.name))
                raw |= show_raw(question, value) if value is not None and question.type != "file" else {}
            saved = filings.save_step(draft=draft, step=view.next_step, raw=raw)
            if saved.errors:
                raise RuntimeError(f"{name}, {view.next_step}: {saved.errors}")
