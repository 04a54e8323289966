# SPDX-License-Identifier: EUPL-1.2
"""Submitting: one transaction from the draft to the receipt.

1. The draft's row is locked. Gone already? Then the filing made from it is the answer: a second click gets the same receipt.
2. All relevant answers are validated again: today may have moved since they were typed; the procedure may have been withdrawn.
3. The case is opened with the answers that concern it (its opening event stands alone).
4. The filing links draft, case and receipt, and holds signature and fee; its commitment is queued for the log.
5. Attachments pass to the case and its administration; the draft is deleted.
What 3 to 5 write travels to the database together (`rows.together`): nobody waits for an answer to it. What they ask in between
(the case's number is drawn in 3; what this process has not read yet) first sends what was written before.
The receipt is shown after the commit, never before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from bierger.administrations import selectors as administrations
from bierger.cases import services as cases
from bierger.cases.types import Opening, PartyView
from bierger.catalogue import selectors as catalogue
from bierger.documents import services as documents
from bierger.filings.errors import DeclarationMissing, NotComplete, ProcedureUnknown
from bierger.filings.models import Draft, Filing, FilingCase
from bierger.filings.selectors import receipt_of, takers, unknown_draft
from bierger.filings.services.drafts import REFUSED, check_level, files_of, setting_of
from bierger.filings.types import Receipt
from bierger.identity import selectors as identity
from bierger.identity.types import SpaceLabel
from bierger.infra import clock
from bierger.infra.numbers import running_number
from bierger.infra.principal import Principal, current
from bierger.infra.rows import delete, insert, together
from bierger_core.interview import JSON, AnswerError, first_incomplete_step, prune, validate_all
from bierger_core.procedures import Package


def submit(*, draft: UUID, declaration: bool) -> Receipt:
    """File a draft, exactly once. Raises DraftUnknown, OutOfMandate, NotComplete (`step`, `errors`),
    DeclarationMissing, LevelTooLow, ProcedureUnknown (withdrawn since the draft was begun; the draft stays).
    """
    row = Draft.objects.select_for_update().filter(id=draft).first()
    if row is None:
        earlier = Filing.objects.filter(draft=draft).first()
        if earlier is None:
            raise unknown_draft(draft)
        return receipt_of(earlier, again=True)
    package = catalogue.package(row.digest)
    check_level(package, current())
    _check_complete(package, row)
    if not declaration:
        raise DeclarationMissing("The declaration was not made.")
    answers = prune(package.form, row.answers)
    files = tuple(UUID(str(file["id"])) for file in files_of(row))
    number = _next_number()
    with together():
        opened = cases.open_case(opening=_opening(package, row, answers, files))
        code = documents.register_submission(number=number, event_hash=opened.event_hash)
        filing = Filing(
            number=number, space=row.space, link=row.link, draft=row.id, digest=row.digest, language=row.language,
            submitted_at=clock.now(), event_hash=opened.event_hash, code=code.code, signature=_signature(current()),
            fee_cents=package.fee.cents if package.fee.verified else None,
        )  # fmt: skip
        insert([filing])
        insert([FilingCase(filing=filing, case_id=opened.id)])
        for blob in files:
            documents.hold_blob(blob=blob, administration=row.administration_id, case_id=opened.id)
        delete(row)
    return receipt_of(filing, cases=(opened.id,))


def _signature(principal: Principal) -> dict[str, JSON]:
    """The declaration, made by this principal: as much as the sign-in that stands behind it."""
    person = principal.person
    return {"kind": "declaration", "level": principal.level, "person": str(person) if person else None}


def _check_complete(package: Package, row: Draft) -> None:
    incomplete = first_incomplete_step(package.form, row.answers)
    if incomplete is not None:
        raise NotComplete("Answers are missing.", step=incomplete.id, errors={})
    errors = validate_all(package.form, row.answers, setting=setting_of(row.known))
    if errors:
        raise NotComplete("Answers are no longer valid.", step=_step_of(package, next(iter(errors))), errors=errors)
    if row.administration_id is None:
        raise NotComplete("No administration was chosen.", step=package.form.steps[0].id, errors={})
    _check_taken(package, row.administration_id)


def _check_taken(package: Package, administration: UUID) -> None:
    """Somebody will read it: the procedure is still in force, there, and the administration has officers."""
    there = takers(package)
    if any(one.id == administration for one in there):
        return
    question = package.administration.question
    if not there or question is None:
        raise ProcedureUnknown(f"{package.owner}/{package.name} is no longer offered.")
    errors = {question: AnswerError(REFUSED)}
    raise NotComplete("The administration takes no such request.", step=_step_of(package, question), errors=errors)


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
