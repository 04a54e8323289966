# SPDX-License-Identifier: EUPL-1.2
"""Beginning, filling and discarding a draft."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import cast
from uuid import UUID

from bierger.administrations import selectors as administrations
from bierger.administrations.errors import UnknownAdministration
from bierger.administrations.types import AdministrationView
from bierger.catalogue import selectors as catalogue
from bierger.documents import services as documents
from bierger.filings.errors import AdministrationRefused, InBundle, LevelTooLow, OutOfMandate, ProcedureUnknown, SignInNeeded
from bierger.filings.models import Draft
from bierger.filings.selectors import takers, unknown_draft
from bierger.filings.services.sharing import setting_of, tell_others, with_copies
from bierger.filings.types import DraftStarted, Saved
from bierger.identity import selectors as identity
from bierger.infra import believed, clock
from bierger.infra.principal import LEVELS, SYSTEM, Principal, acting_as, current
from bierger_core.interview import (
    JSON,
    AnswerError,
    StepResult,
    asked_steps,
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
    row = new_draft(owner=owner, name=name, administration=administration, language=language, given=given)
    row.save(force_insert=True)
    return DraftStarted(row.id, asked_steps(catalogue.package(row.digest).form, row.answers, row.known)[0].id, token or None)


def new_draft(
    *, owner: str, name: str, administration: str = "", language: str, given: Mapping[str, str] | None = None
) -> Draft:
    """As `start_draft`, not stored yet."""
    principal = current()
    chosen = _administration(administration)
    digest = catalogue.active(owner, name, clock.now(), chosen.id if chosen else None)
    if digest is None:
        raise ProcedureUnknown(f"{owner}/{name} is not offered.", procedures=(f"{owner}/{name}",))
    package = catalogue.package(digest)
    check_levels([package], principal)
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
    return Draft(
        space=principal.space, link=principal.link if principal.kind == "link" else None, digest=digest,
        administration_id=chosen.id if chosen else None, language=language, answers=answers, known=known,
        begun_at=now, changed_at=now, expires_at=now + _kept(principal),
    )  # fmt: skip


def save_step(*, draft: UUID, step: str, raw: Mapping[str, Sequence[str]], opened: Collection[str] = ()) -> Saved:
    """Keep what was typed for one step: valid answers become answers, the rest stays as raw text with its errors.

    opened   questions whose answer came from another draft and was opened to be typed here. Of the others of that kind nothing
             need be sent: they stay. What is typed here is told to the other drafts of the bundle (`tell_others`)

    The rows are locked: two tabs do not overwrite each other's other steps. Raises DraftUnknown, OutOfMandate.
    """
    rows = lock_drafts(draft)
    row = next(one for one in rows if one.id == draft)
    package = catalogue.package(row.digest)
    before = {name: row.answers[name] for name in row.copied}
    raw = with_copies(row, step, raw, opened)
    result = validate_step(package.form, step, raw, answers=row.answers, setting=setting_of(row.known))
    result = _taken(package, result)
    row.answers = {**row.answers, **result.values}
    # PostgreSQL keeps no NUL: the error says that it was there, and the rest of what was typed stays.
    typed = {name: [text.replace("\0", "") for text in texts] for name, texts in result.raw.items()}
    row.raw = {**row.raw, step: typed if result.errors else {}}
    question = package.administration.question
    if question and question in result.values and result.values[question]:
        row.administration_id = administrations.administration(code=str(result.values[question])).id
    row.copied = {name: origin for name, origin in row.copied.items() if row.answers[name] == before[name]}
    renew(row)
    row.save()
    tell_others(rows)
    return Saved(result.errors, None if result.errors else following(package, row.answers, step, row.known))


def renew(row: Draft) -> None:
    """The draft was changed now, and is kept from now on, with those tied to it; the caller saves the row itself."""
    row.changed_at = clock.now()
    row.expires_at = row.changed_at + _kept(current())
    if row.bundle:
        others = Draft.objects.filter(bundle=row.bundle).exclude(id=row.id)
        others.update(changed_at=row.changed_at, expires_at=row.expires_at)


def _taken(package: Package, result: StepResult) -> StepResult:
    """The answers of a step, without an administration that would never read the request: that one becomes an error."""
    question = package.administration.question or ""
    code = result.values.get(question)
    if not code or any(one.code == code for one in takers(package)):
        return result
    values = {name: value for name, value in result.values.items() if name != question}
    return StepResult(values, result.raw, {**result.errors, question: AnswerError(REFUSED)})


def following(package: Package, answers: Mapping[str, JSON], step: str, known: Mapping[str, JSON]) -> str | None:
    """The relevant step after `step` that is not complete; None when the answers are ready to be checked. Pages of which
    everything is known are passed over.
    """
    steps = relevant_steps(package.form, answers)
    ids = [one.id for one in steps]
    incomplete = first_incomplete_step(package.form, answers)
    if incomplete is None:
        return None
    asked = {one.id for one in asked_steps(package.form, answers, known)}
    after = [one for one in (ids[ids.index(step) + 1 :] if step in ids else ids) if one in asked]
    return incomplete.id if incomplete.id in after or not after else after[0]


def discard(*, draft: UUID) -> None:
    """Delete a draft and its attachments, really. Raises DraftUnknown, OutOfMandate, InBundle."""
    row = lock_draft(draft)
    if row.bundle:
        raise InBundle("It is deleted with those tied to it, or taken out.", bundle=row.bundle)
    delete_draft(row)


def expire_drafts() -> int:
    """Delete drafts whose time is over (worker).

    Until it is deleted, such a draft may still be gone on with, and submitted. Whoever does so has its row locked: the sweep
    passes it over. Whoever comes while it is being deleted waits, and is told that it is gone. The database judges `expires_at`
    again under the lock, so that one that was saved a moment ago stays. Of drafts that are tied to each other, whose time is over
    at the same instant, all are deleted or none: a bundle of which somebody has locked a part is left to the next time.
    """
    if not believed.can_be_the_day("expire-drafts"):
        return 0
    with acting_as(SYSTEM):
        late = Draft.objects.filter(expires_at__lt=clock.now()).order_by("expires_at", "bundle")
        found = list(late.select_for_update(skip_locked=True)[:EXPIRED_AT_ONCE])
        tied = Counter(row.bundle for row in found)
        of = Counter(Draft.objects.filter(bundle__in=[one for one in tied if one]).values_list("bundle", flat=True))
        over = [row for row in found if row.bundle is None or tied[row.bundle] == of[row.bundle]]
        for row in over:
            delete_draft(row)
    return len(over)


def delete_draft(row: Draft, *, others: Sequence[Draft] = ()) -> None:
    """And its files, except those that `others` of its bundle, which stay, name too."""
    release(row, files_of(row.digest, row.answers), others=others)
    Draft.objects.filter(id=row.id).delete()


def release(row: Draft, files: Collection[UUID], *, others: Sequence[Draft]) -> None:
    """Erase files that `row` names no more, as soon as no other draft names them: drafts of one bundle have files in common."""
    for blob in set(files).difference(*(files_of(one.digest, one.answers) for one in others)):
        documents.release_blob(blob=blob, space=row.space, link=row.link)


def files_of(digest: str, answers: Mapping[str, JSON]) -> list[UUID]:
    """The stored files among these answers, in the order of the form."""
    form = catalogue.package(digest).form
    return [
        UUID(str(file["id"]))
        for name in form.names
        if form.question(name).type == "file"
        for file in cast("list[dict[str, object]]", answers.get(name) or [])
    ]  # fmt: skip


def seen_draft(draft: UUID) -> Draft:
    """The draft as it stands, without its lock: nothing of it may be written. Raises DraftUnknown."""
    row = Draft.objects.filter(id=draft).first()
    if row is None:
        raise unknown_draft(draft)
    return row


def lock_draft(draft: UUID) -> Draft:
    """The draft; those tied to it are locked too."""
    return next(row for row in lock_drafts(draft) if row.id == draft)


def lock_drafts(draft: UUID) -> list[Draft]:
    """The draft alone, or all that are tied to it, by place. Raises DraftUnknown, OutOfMandate."""
    rows = list(Draft.objects.select_for_update().filter(id=draft, bundle__isnull=True))
    if not rows:
        bundle = Draft.objects.filter(id=draft).values_list("bundle", flat=True).first()
        rows = lock_bundle(bundle) if bundle else []
    if not any(row.id == draft for row in rows):
        raise unknown_draft(draft)
    return rows


def lock_bundle(bundle: UUID) -> list[Draft]:
    """The drafts of a bundle, by place; none: there is no such bundle. Locked in the order of their ids, which never changes: two
    who come at once do not wait for each other.
    """
    rows = Draft.objects.select_for_update().filter(bundle=bundle).order_by("id")
    return sorted(rows, key=lambda row: row.place)


def check_levels(packages: Sequence[Package], principal: Principal) -> None:
    """May this principal file these procedures, all of them? Raises OutOfMandate, LevelTooLow (the highest level of those that it
    does not reach), SignInNeeded; each names the procedures that it is about.
    """
    by_name = {f"{one.owner}/{one.name}": one for one in packages}
    uncovered = tuple(name for name in by_name if not principal.covers(name))
    if uncovered:
        raise OutOfMandate("The mandate is for another procedure.", scope=principal.scope or "", procedures=uncovered)
    if principal.kind == "person":
        low = {name: one.level for name, one in by_name.items() if not principal.reaches(one.level)}
        if low:
            needed = max(low.values(), key=LEVELS.index)
            raise LevelTooLow(f"{needed} is needed.", needed=needed, procedures=tuple(low))
        return
    # An office holds no draft: officers ask for something as the persons they are.
    named = tuple(name for name, one in by_name.items() if not one.anonymous or principal.kind == "officer")
    if named:
        raise SignInNeeded("Sign in first.", procedures=named)


def _administration(code: str) -> AdministrationView | None:
    try:
        return administrations.administration(code=code) if code else None
    except UnknownAdministration as unknown:
        raise AdministrationRefused(f"There is no administration {code}.") from unknown


def _kept(principal: Principal) -> timedelta:
    return KEPT if principal.kind == "person" else KEPT_ANONYMOUS
