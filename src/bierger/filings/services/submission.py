# SPDX-License-Identifier: EUPL-1.2
"""Submitting: one transaction from the draft, or from several that are tied together, to the receipt.

1. The drafts' rows are locked. Gone already? Then the filing made from them is the answer: a second click gets the same receipt.
2. All relevant answers are validated again: today may have moved since they were typed; a procedure may have been withdrawn.
3. Each draft opens its case with the answers that concern it (its opening event stands alone, and says nothing of the others). A
   file that several have in common becomes a file of each: another name, another key, so that erasing one case leaves the others
   whole, and two administrations hold nothing by which they could be compared.
4. The filing links drafts, cases and receipt, and holds signature and fee; its commitment is queued for the log.
5. Attachments pass to the cases and their administrations; the drafts are deleted.
What 3 to 5 write travels to the database together (`rows.together`): nobody waits for an answer to it. What they ask in between
(the case's number is drawn in 3; what this process has not read yet) first sends what was written before.
The receipt is shown after the commit, never before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, cast
from uuid import UUID

from bierger.administrations import selectors as administrations
from bierger.administrations.types import AdministrationView
from bierger.cases import services as cases
from bierger.cases.types import Opened, Opening, PartyView
from bierger.catalogue import selectors as catalogue
from bierger.documents import services as documents
from bierger.filings.errors import DeclarationMissing, InBundle, NotComplete, ProcedureUnknown
from bierger.filings.models import Draft, Filing, FilingCase
from bierger.filings.selectors import receipt_of, receipt_of_draft, takers, unknown_draft
from bierger.filings.services.drafts import REFUSED, check_levels, files_of, lock_bundle
from bierger.filings.services.sharing import setting_of
from bierger.filings.types import Receipt
from bierger.identity import selectors as identity
from bierger.identity.types import SpaceLabel
from bierger.infra import clock
from bierger.infra.numbers import running_number
from bierger.infra.principal import Principal, current
from bierger.infra.rows import delete, insert, together
from bierger_core import merkle
from bierger_core.interview import JSON, AnswerError, Type, first_incomplete_step, prune, validate_all
from bierger_core.procedures import Package


def submit(*, draft: UUID, declaration: bool) -> Receipt:
    """File a draft, exactly once. Raises DraftUnknown, OutOfMandate, InBundle, NotComplete (`step`, `errors`),
    DeclarationMissing, LevelTooLow, ProcedureUnknown (withdrawn since the draft was begun; the draft stays).
    """
    rows = list(Draft.objects.select_for_update().filter(id=draft, bundle__isnull=True))
    if not rows:
        bundle = Draft.objects.filter(id=draft).values_list("bundle", flat=True).first()
        if bundle:
            raise InBundle("It is submitted with those tied to it.", bundle=bundle)
        return _earlier(draft)
    return _file(rows, made_from=draft, digest=rows[0].digest, declaration=declaration)


def submit_bundle(*, bundle: UUID, declaration: bool) -> Receipt:
    """File all drafts of a bundle, exactly once: one filing, one case for each. Raises what `submit` raises; of several
    procedures that are refused, all are named.
    """
    rows = lock_bundle(bundle)
    if not rows:
        return _earlier(bundle)
    return _file(rows, made_from=bundle, digest=rows[0].situation, declaration=declaration)


def _earlier(made_from: UUID) -> Receipt:
    filed = receipt_of_draft(made_from)
    if filed is None:
        raise unknown_draft(made_from)
    return filed


def _file(rows: Sequence[Draft], *, made_from: UUID, digest: str, declaration: bool) -> Receipt:
    packages = [catalogue.package(row.digest) for row in rows]
    check_levels(packages, current())
    offered = [takers(package) for package in packages]
    gone = [package for package, there in zip(packages, offered, strict=True) if not there]
    if gone:
        raise _withdrawn(gone)
    for package, row, there in zip(packages, rows, offered, strict=True):
        _check_complete(package, row, there)
    if not declaration:
        raise DeclarationMissing("The declaration was not made.")
    first, number = rows[0], _next_number()
    filed = _with_own_files(packages, rows)
    with together():
        opened = [_open(package, row, answers) for package, row, answers in zip(packages, rows, filed, strict=True)]
        hashes = [one.event_hash for one in opened]
        event_hash = hashes[0] if len(hashes) == 1 else merkle.root_of(map(merkle.leaf_hash, hashes))
        code = documents.register_submission(number=number, event_hash=event_hash)
        filing = Filing(
            number=number, space=first.space, link=first.link, draft=made_from, digest=digest, language=first.language,
            submitted_at=clock.now(), event_hash=event_hash, code=code.code, signature=_signature(current()),
            fee_cents=_fee(packages),
        )  # fmt: skip
        insert([filing])
        insert(
            FilingCase(filing=filing, case_id=one.id, draft=None if row.id == made_from else row.id)
            for row, one in zip(rows, opened, strict=True)
        )
        kept = {blob for row, answers in zip(rows, filed, strict=True) for blob in files_of(row.digest, answers)}
        for row in rows:
            for blob in set(files_of(row.digest, row.answers)) - kept:
                documents.release_blob(blob=blob, space=row.space, link=row.link)
            delete(row)
    return receipt_of(filing, cases=tuple(one.id for one in opened))


def _with_own_files(packages: Sequence[Package], rows: Sequence[Draft]) -> list[dict[str, JSON]]:
    """What each case is opened with. What an answer that was changed has put aside goes to nobody; of files in common, the case
    of the draft to which they were given gets these, the others get copies.
    """
    said = [prune(package.form, row.answers) for package, row in zip(packages, rows, strict=True)]
    given: set[object] = set()
    for package, row, answers in zip(packages, rows, said, strict=True):
        for name in answers:
            if package.form.question(name).type is not Type.FILE or not answers[name]:
                continue
            files = cast("list[dict[str, JSON]]", answers[name])
            common = name in row.copied
            answers[name] = [_copied(row, one) if common or one["id"] in given else one for one in files]
            given |= set() if common else {one["id"] for one in files}
    return said


def _copied(row: Draft, file: Mapping[str, JSON]) -> dict[str, JSON]:
    assert row.administration_id, "the draft is complete"
    blob = documents.copy_blob(
        blob=UUID(str(file["id"])), administration_id=row.administration_id, space=row.space, link=row.link
    )  # fmt: skip
    return {**file, "id": str(blob)}


def _open(package: Package, row: Draft, answers: Mapping[str, JSON]) -> Opened:
    """The case of one draft, with its files."""
    files = tuple(files_of(row.digest, answers))
    opened = cases.open_case(opening=_opening(package, row, answers, files))
    for blob in files:
        documents.hold_blob(blob=blob, administration=row.administration_id, case_id=opened.id)
    return opened


def _fee(packages: Sequence[Package]) -> int | None:
    """In cents; None as soon as an administration sets one of them."""
    return sum(one.fee.cents for one in packages) if all(one.fee.verified for one in packages) else None


def _signature(principal: Principal) -> dict[str, JSON]:
    """The declaration, made by this principal: as much as the sign-in that stands behind it."""
    person = principal.person
    return {"kind": "declaration", "level": principal.level, "person": str(person) if person else None}


def _check_complete(package: Package, row: Draft, there: Sequence[AdministrationView]) -> None:
    incomplete = first_incomplete_step(package.form, row.answers)
    if incomplete is not None:
        raise NotComplete("Answers are missing.", draft=row.id, step=incomplete.id, errors={})
    errors = validate_all(package.form, row.answers, setting=setting_of(row.known))
    if errors:
        step = _step_of(package, next(iter(errors)))
        raise NotComplete("Answers are no longer valid.", draft=row.id, step=step, errors=errors)
    if row.administration_id is None:
        raise NotComplete("No administration was chosen.", draft=row.id, step=package.form.steps[0].id, errors={})
    _check_taken(package, row, there)


def _check_taken(package: Package, row: Draft, there: Sequence[AdministrationView]) -> None:
    """Somebody will read it: the procedure is still in force, there, and the administration has officers."""
    if any(one.id == row.administration_id for one in there):
        return
    question = package.administration.question
    if question is None:
        raise _withdrawn([package])
    errors = {question: AnswerError(REFUSED)}
    step = _step_of(package, question)
    raise NotComplete("The administration takes no such request.", draft=row.id, step=step, errors=errors)


def _withdrawn(packages: Sequence[Package]) -> ProcedureUnknown:
    names = tuple(f"{one.owner}/{one.name}" for one in packages)
    return ProcedureUnknown(f"{', '.join(names)}: no longer offered.", procedures=names)


def _step_of(package: Package, name: str) -> str:
    return next(step.id for step in package.form.steps if any(one.name == name for one in step.questions))


def _opening(package: Package, row: Draft, answers: Mapping[str, JSON], files: tuple[UUID, ...]) -> Opening:
    principal = current()
    administration = administrations.administration(id=row.administration_id)
    kind: Literal["anonymous", "person", "organisation"] = "anonymous"
    parties = [PartyView("applicant", row.space, row.link, "")]
    if principal.kind == "person":
        label = identity.label_of_space()
        kind = "organisation" if label.kind == "professional" else "person"
        parties = _parties_of(principal, label)
    parties += [
        PartyView(party.kind, None, None, " ".join(str(answers.get(one) or "") for one in party.name).strip())
        for party in package.parties
        if party.kind == "beneficiary" and any(answers.get(one) for one in party.name)
    ]
    return Opening(
        administration=administration.id, administration_code=administration.code, digest=row.digest, language=row.language,
        level=principal.level, applicant_kind=kind, answers=answers, files=files, parties=tuple(parties),
    )  # fmt: skip


def _parties_of(principal: Principal, label: SpaceLabel) -> list[PartyView]:
    """The applicant is the space; the subjects of later readings are the people behind it.

    1. In one's own space: oneself.
    2. In an organisation's: the organisation, whose members read about it, and whoever writes for it.
    3. By mandate: the person or organisation represented. The representative is a party of their own, for their own name; it
       stands in the space represented, since a party opens the case to its space, and the mandate's end has to close it.
    """
    person = principal.person
    if principal.mandate is not None:
        represented = PartyView("applicant", principal.space, None, label.name, identity.people_of(principal.space))
        acting = identity.me()
        return [represented, PartyView("representative", principal.space, None, acting.name, (acting.id,))]
    subjects = [person] if label.kind == "private" else [*identity.people_of(principal.space), person]
    return [PartyView("applicant", principal.space, None, label.name, tuple(one for one in subjects if one))]


def _next_number() -> str:
    """F, year, running number, check digit; a sequence makes nobody wait for another's submission."""
    return running_number("filings_number", letter="F")
