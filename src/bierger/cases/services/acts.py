# SPDX-License-Identifier: EUPL-1.2
"""Correcting an issued act. What is taken back without another in its place is `documents.services.revoke_act` alone."""

from __future__ import annotations

from uuid import UUID

from bierger.cases.selectors.acts import document_made, purpose_of_act
from bierger.cases.types import Correction
from bierger.catalogue import selectors as catalogue
from bierger.documents import selectors as document_selectors
from bierger.documents import services as documents
from bierger.infra import clock
from bierger_core.interview import Raw, Setting, TaskForm, validate_task
from bierger_core.procedures import changed, correctable, corrected


def correct_act(*, act: UUID, raw: Raw, note: str, only_check: bool = False) -> Correction:
    """Issue a corrected act with what was typed (HTML names by path), and take the wrong one back; one transaction.

    note         what was wrong, for the holder
    only_check   read what was typed and issue nothing

    With errors, or where nothing is different, nothing is issued. Raises ActNotFound (also: not this officer's), AlreadyRevoked,
    NoteRefused, FactsRefused, DocumentUnknown (made of texts that its package does not give any more).
    """
    source = document_selectors.act_source(act, purpose=purpose_of_act(act))
    package, made = catalogue.package(source.view.package_digest), document_made(source)
    values = correctable(package, made)
    form = TaskForm("", tuple(one.question for one in values))
    result = validate_task(form, raw, setting=Setting(today=clock.today()))
    different = () if result.errors else changed(values, result.values)
    if only_check or not different:
        return Correction(result.values, result.errors, different)
    new = corrected(package, made, result.values)
    issued = documents.replace_act(
        act=act, facts=new.facts, fields=new.fields, template=new.template, title=new.title, note=note
    )
    return Correction(result.values, {}, different, issued)
