# SPDX-License-Identifier: EUPL-1.2
"""Several requests prepared together: one draft for each procedure, tied to each other, submitted or deleted as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from bierger.catalogue import selectors as catalogue
from bierger.filings.errors import ProcedureUnknown
from bierger.filings.models import Draft
from bierger.filings.selectors import unknown_draft
from bierger.filings.services.drafts import check_levels, delete_draft, lock_bundle, lock_drafts, new_draft, renew
from bierger.filings.services.sharing import part_of, procedure_of, set_administration, told
from bierger.filings.types import BundleStarted
from bierger.infra.principal import current
from bierger_core.interview import JSON, OUTSIDE, Type, facts_of, fitting
from bierger_core.procedures import Package

Given = Mapping[str, JSON]  # answers by question of one procedure


def begin_bundle(
    *, procedures: Sequence[str], language: str, situation: str = "", given: Mapping[str, Given] | None = None, token: str = ""
) -> BundleStarted:
    """Begin one draft for each of these procedures (`owner/name`), in their order. One procedure alone is a draft like any other.

    situation   digest of the situation out of which they are begun
    given       what it answers already, by procedure; shown with its source, and changed by whoever wants
    token       as for `start_draft`

    What several ask is asked once (`services.sharing`). Raises ProcedureUnknown, OutOfMandate, SignInNeeded, LevelTooLow (the
    highest that is needed): each names all procedures that it is about, and nothing is begun.
    """
    packages = _in_force(tuple(dict.fromkeys(procedures)))
    check_levels(packages, current())
    rows = [new_draft(owner=one.owner, name=one.name, language=language) for one in packages]
    bundle = uuid4() if len(rows) > 1 else None
    for number, row in enumerate(rows):
        row.bundle, row.place, row.situation = bundle, number, situation
        _give(row, (given or {}).get(procedure_of(row), {}))
        _share_known(row, rows[:number])
    told(rows)
    for row in rows:
        row.save(force_insert=True)
    return BundleStarted(bundle, tuple(row.id for row in rows), token or None)


def _in_force(procedures: Sequence[str]) -> list[Package]:
    found = {}
    for one in procedures:
        owner, _slash, name = one.partition("/")
        found[one] = catalogue.active(owner, name)
    unknown = tuple(one for one, digest in found.items() if digest is None)
    if unknown or not found:
        raise ProcedureUnknown("Not offered.", procedures=unknown)
    return [catalogue.package(digest) for digest in found.values() if digest]


def _give(row: Draft, given: Given) -> None:
    """What the situation answers, where nothing is known yet and the answer fits; the rest is asked."""
    part = part_of(row)
    for name, question in ((name, part.form.question(name)) for name in part.form.names):
        said = None if question.type is Type.FILE else given.get(name)  # a file is uploaded, never named from outside
        answer = fitting(question, said, part) if said is not None else None
        if answer is not None and name not in row.answers:
            row.answers[name], row.copied[name] = answer.value, OUTSIDE
    set_administration(row)


def _share_known(row: Draft, earlier: Sequence[Draft]) -> None:
    """What sign-in tells all of them is one answer: changed in the first, it changes here."""
    mine = facts_of(catalogue.package(row.digest).form)
    for other in earlier:
        for fact, question in facts_of(catalogue.package(other.digest).form).items():
            same = mine.get(fact)
            if same is None or same.locked or same.name in row.copied or question.name in other.copied:
                continue
            if same.name in row.answers and row.answers[same.name] == other.answers.get(question.name):
                row.copied[same.name] = procedure_of(other)


def take_out(*, draft: UUID) -> UUID | None:
    """Delete one draft of a bundle; the others stay, with what it had told them. Gives back the bundle; None: nothing is left of
    it, since one draft alone is tied to nothing. Raises DraftUnknown (for a draft that stands alone too), OutOfMandate.
    """
    rows = lock_drafts(draft)
    row = next(one for one in rows if one.id == draft)
    others = [one for one in rows if one is not row]
    if not others:
        raise unknown_draft(draft)
    key = procedure_of(row)
    delete_draft(row, others=others)
    for other in others:
        # Nobody is left to change them: from now on they were answered here.
        other.copied = {name: origin for name, origin in other.copied.items() if origin != key}
        other.bundle = other.bundle if len(others) > 1 else None
        renew(other)
        other.save()
    return others[0].bundle


def discard_bundle(*, bundle: UUID) -> None:
    """Delete all drafts of a bundle and their attachments, really. Raises DraftUnknown, OutOfMandate."""
    rows = lock_bundle(bundle)
    if not rows:
        raise unknown_draft(bundle)
    for row in rows:
        delete_draft(row)
