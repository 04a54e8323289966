# SPDX-License-Identifier: EUPL-1.2
"""Beginning, filling and discarding a draft."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from bierger.administrations import selectors as administrations
from bierger.administrations.errors import UnknownAdministration
from bierger.administrations.types import AdministrationView
from bierger.catalogue import selectors as catalogue
from bierger.documents import services as documents
from bierger.filings.errors import AdministrationRefused, LevelTooLow, OutOfMandate, ProcedureUnknown, SignInNeeded
from bierger.filings.models import Draft
from bierger.filings.selectors import takers, unknown_draft
from bierger.filings.types import DraftStarted, Saved
from bierger.identity import selectors as identity
from bierger.infra import clock
from bierger.infra.principal import SYSTEM, Principal, acting_as, current
from bierger_core.interview import (
    JSON,
    AnswerError,
    Setting,
    StepResult,
    first_incomplete_step,
    prefill,
    relevant_steps,
    validate_step,
)
from bierger_core.procedures import Package

KEPT = timedelta(days=60)  # after the last change; told to the person on every page of the draft
KEPT_ANONYMOUS = timedelta(days=7)
EXPIRED_AT_ONCE = 200
REFUSED = AdministrationRefused.code  # as the error of an answer
TOKEN_BYTES = 16  # 128 bits


def link_of(token: str) -> str:
    """What is kept of a private link's token: SHA-256, hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def start_draft(*, owner: str, name: str, administration: str = "", language: str, token: str = "",
                given: Mapping[str, str] | None = None) -> DraftStarted:
    """Begin a draft of the active version. Anonymous: `token` is the secret that the caller has drawn and set as principal
    (kind `link`) before. `given`: texts that answer questions already; the person may change them.

    Raises ProcedureUnknown, SignInNeeded, LevelTooLow (`needed`), OutOfMandate, AdministrationRefused.
    """
    principal = current()
    chosen = _administration(administration)
    digest = catalogue.active(owner, name, clock.now(), chosen.id if chosen else None)
    if digest is None:
        raise ProcedureUnknown(f"{owner}/{name} is not offered.")
    package = catalogue.package(digest)
    check_level(package, principal)
    if chosen is None and package.administration.question is None:
        chosen = _administration(owner)
    if chosen and chosen not in takers(package):
        raise AdministrationRefused(f"{chosen.code} does not offer it.")
    now = clock.now()
    known = dict(identity.known_answers()) if principal.kind == "person" else {}
    answers: dict[str, JSON] = {}
    question = package.administration.question
    if question and chosen:
        answers[question] = administration
    setting = setting_of(known)
    for step in package.form.steps:
        answers |= {name: value for name, value in prefill(package.form, step, setting).items() if value is not None}
    asked = {question.name for step in package.form.steps for question in step.questions}
    answers |= {name: text for name, text in (given or {}).items() if name in asked}
    draft = Draft.objects.create(
        space=principal.space, link=principal.link if principal.kind == "link" else None, digest=digest,
        administration_id=chosen.id if chosen else None, language=language, answers=answers, known=known,
        begun_at=now, changed_at=now, expires_at=now + _kept(principal),
    )  # fmt: skip
    return DraftStarted(draft.id, relevant_steps(package.form, answers)[0].id, token or None)


def save_step(*, draft: UUID, step: str, raw: Mapping[str, Sequence[str]]) -> Saved:
    """Keep what was typed for one step: valid answers become answers, the rest stays as raw text with its errors.

    The row is locked: two tabs do not overwrite each other's other steps. Raises DraftUnknown, OutOfMandate.
    """
    row = lock_draft(draft)
    package = catalogue.package(row.digest)
    result = validate_step(package.form, step, raw, answers=row.answers, setting=setting_of(row.known))
    result = _taken(package, result)
    row.answers = {**row.answers, **result.values}
    # PostgreSQL keeps no NUL: the error says that it was there, and the rest of what was typed stays.
    typed = {name: [text.replace("\0", "") for text in texts] for name, texts in result.raw.items()}
    row.raw = {**row.raw, step: typed if result.errors else {}}
    question = package.administration.question
    if question and question in result.values and result.values[question]:
        row.administration_id = administrations.administration(code=str(result.values[question])).id
    renew(row)
    row.save()
    return Saved(result.errors, None if result.errors else following(package, row.answers, step))


def renew(row: Draft) -> None:
    """The draft was changed now, and is kept from now on; the caller saves."""
    row.changed_at = clock.now()
    row.expires_at = row.changed_at + _kept(current())


def _taken(package: Package, result: StepResult) -> StepResult:
    """The answers of a step, without an administration that would never read the request: that one becomes an error."""
    question = package.administration.question or ""
    code = result.values.get(question)
    if not code or any(one.code == code for one in takers(package)):
        return result
    values = {name: value for name, value in result.values.items() if name != question}
    return StepResult(values, result.raw, {**result.errors, question: AnswerError(REFUSED)})


def following(package: Package, answers: Mapping[str, JSON], step: str) -> str | None:
    """The relevant step after `step` that is not complete; None when the answers are ready to be checked."""
    steps = relevant_steps(package.form, answers)
    ids = [one.id for one in steps]
    incomplete = first_incomplete_step(package.form, answers)
    if incomplete is None:
        return None
    after = ids[ids.index(step) + 1 :] if step in ids else ids
    return incomplete.id if incomplete.id in after or not after else after[0]


def discard(*, draft: UUID) -> None:
    """Delete a draft and its attachments, really."""
    delete_draft(lock_draft(draft))


def expire_drafts() -> int:
    """Delete drafts whose time is over (worker).

    Until it is deleted, such a draft may still be gone on with, and submitted. Whoever does so has its row locked: the sweep
    passes it over. Whoever comes while it is being deleted waits, and is told that it is gone. The database judges `expires_at`
    again under the lock, so that one that was saved a moment ago stays.
    """
    with acting_as(SYSTEM):
        late = Draft.objects.filter(expires_at__lt=clock.now()).order_by("expires_at")
        over = list(late.select_for_update(skip_locked=True)[:EXPIRED_AT_ONCE])
        for row in over:
            delete_draft(row)
    return len(over)


def delete_draft(row: Draft) -> None:
    for file in files_of(row):
        documents.release_blob(blob=UUID(str(file["id"])), space=row.space, link=row.link)
    Draft.objects.filter(id=row.id).delete()


def files_of(row: Draft) -> list[dict[str, object]]:
    """The stored files among the answers."""
    form = catalogue.package(row.digest).form
    return [
        file
        for name in form.names
        if form.question(name).type == "file"
        for file in (row.answers.get(name) or [])
    ]  # fmt: skip


def seen_draft(draft: UUID) -> Draft:
    """The draft as it stands, without its lock: nothing of it may be written. Raises DraftUnknown."""
    row = Draft.objects.filter(id=draft).first()
    if row is None:
        raise unknown_draft(draft)
    return row


def lock_draft(draft: UUID) -> Draft:
    row = Draft.objects.select_for_update().filter(id=draft).first()
    if row is None:
        raise unknown_draft(draft)
    return row


def setting_of(known: Mapping[str, JSON]) -> Setting:
    """Today, the communes of today, and what sign-in has told."""
    today = clock.today()
    codes = frozenset(view.code for view in administrations.administrations(on=today, kind="commune"))
    return Setting(today=today, communes=codes, known=dict(known))


def check_level(package: Package, principal: Principal) -> None:
    """May this principal file this procedure? Raises SignInNeeded, LevelTooLow, OutOfMandate."""
    if not principal.covers(f"{package.owner}/{package.name}"):
        raise OutOfMandate("The mandate is for another procedure.", scope=principal.scope or "")
    if principal.kind == "person":
        if not principal.reaches(package.level):
            raise LevelTooLow(f"{package.level} is needed.", needed=package.level)
    elif not package.anonymous:
        raise SignInNeeded("Sign in first.")


def _administration(code: str) -> AdministrationView | None:
    try:
        return administrations.administration(code=code) if code else None
    except UnknownAdministration as unknown:
        raise AdministrationRefused(f"There is no administration {code}.") from unknown


def _kept(principal: Principal) -> timedelta:
    return KEPT if principal.kind == "person" else KEPT_ANONYMOUS
