# SPDX-License-Identifier: EUPL-1.2
"""Issued acts for whoever may take them back: deciders, also without the case, and years after its end.

Which laws allow the reading stands in the act's version of its package. The reading is recorded for the holder, with the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bierger.cases.models import Case
from bierger.cases.types import IssuedAct
from bierger.catalogue import selectors as catalogue
from bierger.disclosures import services as disclosures
from bierger.disclosures.types import Purpose
from bierger.documents import selectors as documents
from bierger.documents.types import ActFile, ActNumber, ActSource, ActView
from bierger.infra.principal import current
from bierger_core.procedures import DocumentUnknown, IssuedDocument, correctable
from bierger_core.rules import Value
from bierger_core.values import local_date


def act_numbered(number: str) -> UUID | None:
    """The act with this number of the officer's own administration; None: none, or not theirs to see. Shows nothing of it."""
    administration = current().administration
    found = None if administration is None else documents.act_by_number(number, administration=administration)
    return None if found is None else found.id


def purpose_of_act(act: UUID, *, purpose: str = "act-revocation") -> Purpose:
    """Why whoever is acting reads an act: its procedure names the laws. Shows nothing. Raises ActNotFound."""
    origin = documents.act_origin(act)
    laws = catalogue.package(origin.package_digest).legal_basis
    return disclosures.purpose_of_case(origin.case_id, legal_basis=laws, purpose=purpose)


def issued_act(act: UUID, *, purpose: Purpose) -> IssuedAct:
    """One act, with what may be corrected in it; one disclosure for its holders. Raises ActNotFound."""
    source = documents.act_source(act, purpose=purpose)
    case_open = Case.objects.filter(id=source.view.case_id).exists()
    if source.view.revoked_at is not None or source.view.ends_at is not None:
        return IssuedAct(source.view, case_open, ())
    try:
        values = correctable(catalogue.package(source.view.package_digest), document_made(source))
    except DocumentUnknown:
        values = ()
    return IssuedAct(source.view, case_open, values)


def issued_file(act: UUID, *, purpose: Purpose) -> ActFile | None:
    """The PDF of an act; one disclosure for its holders. None until it is rendered. Raises ActNotFound."""
    return documents.act_file(act, purpose=purpose)


def issued_value(act: ActView | ActNumber) -> dict[str, Value]:
    """What the process knows of an act."""
    # The day the act was decided, as the act itself prints it: rendering or delivery may come after midnight.
    return {"number": act.number, "issued_on": local_date(act.decided_at)}


def as_acts_stand(case: UUID, variables: Mapping[str, Value]) -> dict[str, Value]:
    """The variables of a case, where an act that was replaced gives way to the one that holds.

    The state of the process keeps what it was told, for its events tell the same again; what is shown of it and written from it
    names what holds. Shows of acts their numbers, which the process knows.
    """
    holds = [(issued_value(old), issued_value(new)) for old, new in documents.replaced_acts(case)]
    return {name: next((new for old, new in holds if value == old), value) for name, value in variables.items()}


def shown_as_acts_stand(case: UUID, shown: Mapping[str, Value]) -> dict[str, Value]:
    """The same for what a task of the applicant shows, by path: the number of an act, and beside it the day."""
    found = dict(shown)
    for old, new in documents.replaced_acts(case) if shown else ():
        for path in [path for path, value in shown.items() if value == old.number]:
            beside = f"{path.rpartition('.')[0]}.issued_on"
            found |= {path: new.number} | ({beside: local_date(new.decided_at)} if beside in shown else {})
    return found


def document_made(source: ActSource) -> IssuedDocument:
    """An act as the core corrects it. Shows nothing: it is made of what was read."""
    view = source.view
    return IssuedDocument(view.document_type, view.language, view.facts, source.fields, source.template)
