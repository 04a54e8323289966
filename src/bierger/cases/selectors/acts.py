# SPDX-License-Identifier: EUPL-1.2
"""Issued acts for whoever may take them back: deciders, also without the case, and years after its end.

Which laws allow the reading stands in the act's version of its package. The reading is recorded for the holder, with the case.
"""

from __future__ import annotations

from uuid import UUID

from bierger.cases.models import Case
from bierger.cases.types import IssuedAct
from bierger.catalogue import selectors as catalogue
from bierger.disclosures import services as disclosures
from bierger.disclosures.types import Purpose
from bierger.documents import selectors as documents
from bierger.documents.types import ActFile, ActSource
from bierger.infra.principal import current
from bierger_core.procedures import DocumentUnknown, IssuedDocument, correctable


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
    if source.view.revoked_at is not None:
        return IssuedAct(source.view, case_open, ())
    try:
        values = correctable(catalogue.package(source.view.package_digest), document_made(source))
    except DocumentUnknown:
        values = ()
    return IssuedAct(source.view, case_open, values)


def issued_file(act: UUID, *, purpose: Purpose) -> ActFile | None:
    """The PDF of an act; one disclosure for its holders. None until it is rendered. Raises ActNotFound."""
    return documents.act_file(act, purpose=purpose)


def document_made(source: ActSource) -> IssuedDocument:
    """An act as the core corrects it. Shows nothing: it is made of what was read."""
    view = source.view
    return IssuedDocument(view.document_type, view.language, view.facts, source.fields, source.template)
