# SPDX-License-Identifier: EUPL-1.2
"""What the apps below say, put into the words of the reader."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from bierger.administrations import selectors as administrations
from bierger.administrations.types import in_language
from bierger.cases.types import Entry, Origin, RequestView
from bierger.catalogue import selectors as procedures
from bierger.delivery.types import MessageView
from bierger.disclosures.types import Delay, Reading
from bierger.documents import selectors as documents
from bierger.documents.types import ActView, SignatureView, VerificationView
from bierger.filings.types import DraftLine
from bierger.identity.types import MandateView
from bierger.infra import clock
from bierger.infra.principal import current
from bierger.portal.types import ActRow, CheckRow, DraftRow, MailRow, MandateRow, ReadingDay, ReadingRow, RequestRow, Verdict
from bierger.ui import formats, words
from bierger.ui.parts import TimelineEntry
from bierger.ui.retention import HOLDS
from bierger_core.procedures import Package
from bierger_core.values import local


def state_text(package: Package, request: RequestView, language: str) -> str:
    """The state as the package words it; before it has one: received."""
    if request.state != "state" and package.has_text(request.state):
        return package.text(request.state, language)
    return _("Received") if request.status == "open" else _("Closed")


def request_rows(requests: Sequence[RequestView], language: str) -> list[RequestRow]:
    """The list of requests."""
    names = {one.id: one.name(language) for one in administrations.administrations(on=clock.today())}
    rows = []
    for one in requests:
        package = procedures.package(one.digest)
        name = names.get(one.administration) or administrations.administration(id=one.administration).name(language)
        rows.append(
            RequestRow(
                id=one.id, title=package.title(language), number=one.number, administration=name,
                state=_("We need something from you") if one.waiting_for_me else state_text(package, one, language),
                colour="warning" if one.waiting_for_me else "neutral" if one.status == "ended" else "accent",
                opened=formats.local_day(one.opened_at, language), waiting=one.waiting_for_me,
            )
        )
    return rows


def titled(words: str) -> tuple[str, ...]:
    """Digests of the versions in whose title the words stand, in whatever language; accents and capitals make no difference."""
    wanted = _plain(words)
    return tuple(row.digest for row in procedures.versions() if any(wanted in _plain(title) for title in row.title.values()))


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one))


def draft_rows(drafts: Sequence[DraftLine], language: str) -> list[DraftRow]:
    """Drafts to be continued, with the day on which they are deleted."""
    rows = []
    for one in drafts:
        there = f"/bundles/{one.bundle}" if one.bundle else f"/drafts/{one.id}"
        rows.append(
            DraftRow(
                id=one.id, title=_draft_title(one, language),
                changed=formats.instant(one.changed_at, language), expires=formats.local_day(one.expires_at, language),
                href=there if one.bundle else f"{there}/check", discard=f"{there}/discard",
            )
        )  # fmt: skip
    return rows


def _draft_title(draft: DraftLine, language: str) -> str:
    return bundle_title(draft.situation, language) if draft.bundle else procedures.package(draft.digest).title(language)


def bundle_title(situation: str, language: str) -> str:
    """Of the situation out of which several requests are prepared."""
    found = procedures.situation_of(situation) if situation else None
    return found.title(language if language in found.languages else found.languages[0]) if found else _("Several requests")


def timeline_of(entries: Sequence[Entry], package: Package, language: str) -> list[TimelineEntry]:
    """What happened, the newest first."""
    shown = []
    for place, entry in enumerate(reversed(entries)):
        title, text = _event(entry, package, language)
        waits = entry.code == "question-asked" and place == 0
        shown.append(
            TimelineEntry(
                title=title, text=text, at=formats.instant(entry.at, language), iso=entry.at.isoformat(),
                by=_actor(entry), kind="attention" if waits else "done",
            )
        )
    return shown


def _actor(entry: Entry) -> str:
    """Who did it, to whoever reads: what one's representative did, or a colleague, or whom one represents, was not “you”."""
    if entry.person is None or entry.person == current().person or not entry.actor_kind:
        return words.word(words.ACTORS, entry.actor_kind)
    return _("Representative") if entry.mandate else _("Applicant")


def _event(entry: Entry, package: Package, language: str) -> tuple[str, str]:
    """Title and text of an entry; the package's own words where it has some."""
    params, title = entry.params, words.word(words.EVENTS, entry.code)
    if entry.erased:
        return title, _("The content was erased.")

    def own(key: str) -> str:
        return package.text(key, language) if package.has_text(key) else ""

    node = str(params.get("node", ""))
    match entry.code:
        case "state-changed" | "case-ended":
            return own(str(params.get("state", ""))) or title, ""
        case "question-asked" | "question-answered":
            return title, str(params.get("text", ""))
        case "notified":
            # As it was written when it was sent: a text of the package still has its placeholders.
            texts = params.get("texts")
            in_words = texts if isinstance(texts, Mapping) else {}
            said: Mapping[str, object] = in_words.get(language) or next(iter(in_words.values()), {})
            return str(said.get("title") or title), str(said.get("body", ""))
        case "task-completed":
            return own(f"task.{node}.title") or title, ""
        case "act-decided" | "act-delivered":
            return title, own(f"document.{params.get('document', '')}.title") or str(params.get("title", ""))
        case "act-revoked":
            return _taken_back({name: str(value) for name, value in params.items()}, note=str(params.get("text", "")))
        case "register-asked":
            return title, _register(params)
        case _:
            return title, _kept(entry, language)


def _kept(entry: Entry, language: str) -> str:
    """Until when a case is held, and why; which acts were erased. Nothing for any other event."""
    if entry.code == "case-held":
        day = formats.day(dt.date.fromisoformat(str(entry.params["until"])), language)
        reason = words.word(HOLDS, str(entry.params["reason"]))
        return _("Until %(day)s nothing is erased: %(reason)s.") % {"day": day, "reason": reason}
    numbers = entry.params.get("numbers")
    return ", ".join(map(str, numbers)) if isinstance(numbers, list) else ""


def _register(params: Mapping[str, object]) -> str:
    if not params.get("reachable", True):
        return _("The register did not answer. An officer looks at your request.")
    if params.get("found"):
        return _("The register was asked, so that you need not bring a proof.")
    return _("The register could not confirm everything. An officer looks at your request.")


def acts_of(case: UUID) -> list[ActRow]:
    """The documents issued in a request, for their holder; of one that was revoked also what they were told."""
    return [replace(_act(one), note=one.revocation_note) for one in documents.my_acts(case=case)]


def _act(act: ActView) -> ActRow:
    office = administrations.administration(id=act.administration)
    return ActRow(
        id=act.id, title=act.title, number=act.number, ready=act.state == "delivered" and act.file is not None,
        state=_act_state(act),
        revoked=_revoked(act),
        revoked_on=formats.local_day(act.revoked_at) if act.revoked_at else "",
        successor=act.successor_number, replaced=act.replaced_number, email=office.email or "", **_term(act),
    )  # fmt: skip


def _act_state(act: ActView) -> str:
    if act.is_erased:
        return _("erased")
    return "" if act.revoked_at else words.word(words.ACT_STATES, act.state)


def _term(act: ActView) -> dict[str, str]:
    """Until when an act may be relied on; that this is over, and the procedure that issues another."""
    if act.revoked_at or not (act.ends_at or act.valid_until):
        return {}
    ends = formats.instant(act.ends_at) if act.ends_at else formats.day(act.valid_until or clock.today())
    if not act.is_over(clock.now()):
        return {"ends": ends}
    said = _("It expired on %(day)s (time in Luxembourg).") if act.ends_at else _("It was valid until %(day)s.")
    package = procedures.package(act.package_digest)
    return {"over": said % {"day": ends}, "again": reverse("portal:sheet", args=[package.owner, package.name])}


def _revoked(act: ActView) -> str:
    return words.word(words.REVOCATIONS, act.revocation_reason) if act.revoked_at else ""


def mail_rows(
    messages: Sequence[MessageView], acts: Sequence[ActView], language: str, *, origins: Mapping[UUID, Origin],
    locked: Mapping[UUID, str],
) -> list[MailRow]:  # fmt: skip
    """The mailbox, the newest first, with the documents that came.

    locked    by message, where to sign in better: of such a one its title, sender and day are shown, and nothing of what it says
    """
    mine = {one.id: one for one in acts}
    names = {one.id: one.name(language) for one in administrations.administrations(on=clock.today())}
    rows = []
    for one in messages:
        act = mine.get(one.act_id) if one.act_id else None
        title, text = _letter(one, act, language)
        closed = locked.get(one.id, "")
        origin = origins.get(one.case_id) if one.case_id else None
        rows.append(
            MailRow(
                id=one.id, title=title, text="" if closed else text,
                sender=names.get(origin.administration, "") if origin else "",
                sent=formats.instant(one.sent_at, language), locked=closed, unread=one.read_at is None,
                case=None if closed else one.case_id, act=_act(act) if act and not closed else None,
            )
        )
    return rows


def _letter(message: MessageView, act: ActView | None, language: str) -> tuple[str, str]:
    if message.subject_code == "act-revoked":
        return _taken_back(message.params, note=message.params.get("note", ""))
    if message.subject_code == "account-ends":
        day = {"day": formats.day(dt.date.fromisoformat(message.params["day"]), language)}
        why = _("You have not signed in for a long time, and nothing of yours is open. On %(day)s we erase your account.") % day
        return _("Your account will be erased"), why + " " + _("Sign in before then to keep it.")
    if act is not None:
        return act.title, _("Your document %(number)s is ready.") % {"number": act.number}
    for spoken in (language, *(code for code, _name in settings.LANGUAGES)):
        if title := message.params.get(f"title.{spoken}"):
            return str(title), str(message.params.get(f"body.{spoken}", ""))
    return _("Message about your request"), ""


def _taken_back(said: Mapping[str, str], *, note: str) -> tuple[str, str]:
    """A document was revoked, or replaced: which, why, what the administration says about it."""
    named = {"number": said.get("number", ""), "title": said.get("title", "")}
    reason = words.word(words.REVOCATIONS, said.get("reason", ""))
    lines = [_("%(title)s %(number)s was revoked: %(reason)s.") % {**named, "reason": reason}]
    if said.get("successor"):
        lines = [
            _("%(title)s %(number)s was wrong and does not hold any more.") % named,
            _("Document %(number)s takes its place; you get it here.") % {"number": said["successor"]},
        ]
    return _("Document replaced") if said.get("successor") else _("Document revoked"), "\n".join([*lines, note]).strip()


def scope_title(scope: str, language: str) -> str:
    """What a mandate covers, in words; a procedure that is offered no more keeps the title of its newest version."""
    if scope == "*":
        return _("Everything")
    owner, _slash, name = scope.partition("/")
    digest = procedures.active(owner, name)
    if digest:
        return procedures.package(digest).title(language)
    newest = next(iter(procedures.versions(owner, name)), None)
    return in_language(newest.title, language) if newest else scope


def mandate_rows(mandates: Sequence[MandateView], language: str) -> list[MandateRow]:
    """Mandates given or held, in their order."""
    titles = {scope: scope_title(scope, language) for scope in {one.scope for one in mandates}}
    rows = []
    for one in mandates:
        is_open = one.ended_at is None and (one.valid_to is None or one.valid_to >= clock.today())
        last = formats.day(one.valid_to, language) if one.valid_to else ""
        days = {"first": formats.day(one.valid_from, language), "last": last}
        over = formats.local_day(one.ended_at, language) if one.ended_at else last
        rows.append(
            MandateRow(
                id=one.id, space=one.space_label, holder=one.holder_name, scope=titles[one.scope], open=is_open,
                days=_("From %(first)s to %(last)s") % days if one.valid_to else _("From %(first)s on") % days,
                state=_("In force") if is_open else _("Ended on %(day)s") % {"day": over},
                colour="accent" if is_open else "neutral",
            )
        )
    return rows


def reading_days(readings: Sequence[Reading], language: str, *, logged: Collection[bytes]) -> list[ReadingDay]:
    """Who read what, and why, day by day. The same of one day is one row: a page that was opened again and again.

    logged   commitments of batches that stand in the log
    """
    days: dict[str, dict[ReadingRow, ReadingRow]] = {}
    for one in readings:
        row = _reading_row(one, language, sealed=one.commitment in logged)
        shown = days.setdefault(row.day, {})
        same = replace(row, id=0, time="", iso="", sealed=True, is_aside=False)
        newest = shown.setdefault(same, replace(row, times=0))
        shown[same] = replace(
            newest, times=newest.times + 1, sealed=newest.sealed and row.sealed, is_aside=newest.is_aside or row.is_aside
        )
    return [ReadingDay(day, tuple(rows.values())) for day, rows in days.items()]


def _reading_row(one: Reading, language: str, *, sealed: bool) -> ReadingRow:
    return ReadingRow(
        id=one.id, day=formats.local_day(one.at, language), time=local(one.at).strftime("%H:%M"), iso=one.at.isoformat(),
        who=in_language(one.administration_names, language) or (
            _("Your representative") if one.on_behalf_of else words.word(words.ACTORS, one.actor_kind)
        ),
        service=in_language(one.service_names, language), automatic=one.actor_kind in ("worker", "system"),
        represented=one.on_behalf_of is not None,
        facts=", ".join(words.word(words.FACTS, fact) for fact in one.facts),
        purpose=words.word(words.PURPOSES, one.purpose), laws=one.legal_basis, case=one.case, sealed=sealed,
        delay=_delay(one.delay, language) if one.delay else "", is_aside=one.is_aside,
    )  # fmt: skip


def described(one: Reading, language: str) -> str:
    """One reading in a line, for whoever has to look into it: number, instant, who, what, why."""
    row = _reading_row(one, language, sealed=True)
    number = _("No. %(number)s") % {"number": one.id}  # as the desk's page says where to look for it
    said = (number, formats.instant(one.at, language), row.service or row.who, row.facts, row.purpose)
    return " · ".join(part for part in said if part)


def _delay(delay: Delay, language: str) -> str:
    laws = "; ".join(f"{law.title}, {_('art.')} {', '.join(law.articles)}" if law.articles else law.title for law in delay.laws)
    return _("You are told only since %(day)s, because of an investigation: %(reason)s (%(laws)s)") % {
        "day": formats.day(delay.until, language), "reason": delay.reason, "laws": laws,
    }  # fmt: skip


_ICONS = {"ok": "check", "failed": "cross", "not_checked": "minus"}


def verdict_of(found: VerificationView, file_name: str, language: str) -> Verdict:
    """A verification in plain words: the verdict, the facts, then every step."""
    kind, title, text = _judgement(found, language)
    until = formats.day(found.valid_until, language) if found.valid_until else ""
    if found.short_lived and found.ends_at:
        until = formats.instant(found.ends_at, language)
    if kind != "no" and (found.is_over or found.short_lived):
        # Over: as authentic as before, and of no use any more by its own words.
        kind, text = "facts" if found.is_over else kind, text + " " + _end(found) % {"day": until}
        title = _("Genuine, but no longer valid") if found.is_over else title  # as where the browser checks by itself
    return Verdict(
        kind=kind, title=title, text=text, file_name=file_name,
        issuer=in_language(found.issuer_names, language) or found.issuer,
        issued=formats.instant(found.issued_at, language) if found.issued_at else "",
        document=in_language(found.document_names, language), number=found.number,
        facts=tuple(
            (in_language(one.labels, language) or one.code, in_language(one.values, language) or _fact(one.value, language))
            for one in found.facts
            if one.code != "number"  # it stands above already
        ) + (((_("Valid until"), until),) if until else ()),
        steps=tuple(
            CheckRow(one.outcome, *words.check(one.name, one.outcome, one.code), _ICONS[one.outcome]) for one in found.steps
        ) + _signature(found.signature, language),
        logged=_logged(found, language), compare=found.authentic == "facts-only",
        claimed=found.authentic == "no" and not found.revoked,
    )  # fmt: skip


def _signature(said: SignatureView | None, language: str) -> tuple[CheckRow, ...]:
    """What the PDF's own signature says: who, when, whole or changed since, and who vouches for the name. Beside the verdict."""
    if said is None:
        return ()
    outcome = {"ok": "ok", "signature-algorithm": "not_checked"}.get(said.code, "failed")
    undated = said.code == "ok" and said.dated_by == "nothing"
    question, answer = words.check("pdf-signature", outcome)
    if said.code in words.SIGNATURES:
        answer = words.word(words.SIGNATURES, said.code)
    if undated or (said.code == "ok" and not said.is_ours):  # anybody can make a certificate in any name
        outcome = "not_checked"
    if said.code == "ok":
        stamped = _("It was signed on %(day)s at the latest, says its time stamp.")
        none = _("It has no time stamp: nobody else says when. Its certificate is valid until %(day)s.")
        when = stamped if said.dated_by == "stamp" else none
        if undated:
            when = _(
                "When it was signed cannot be said: no time stamp that is believed here is from the time of its certificate "
                "(until %(day)s)."
            )
        day = said.at if said.dated_by == "stamp" else said.valid_until
        when %= {"day": formats.instant(day, language) if day else ""}
        ours = _("The name is vouched for by this site’s own authority: %(authority)s.")
        others = _("The name is vouched for by: %(authority)s. Whether that can be believed was not checked here.")
        vouched = (ours if said.is_ours else others) % {"authority": said.vouched_by}
        answer = " ".join([_("Signed by: %(name)s.") % {"name": said.by}, answer, when, vouched])
    return (CheckRow(outcome, question, answer, _ICONS[outcome]),)


def _end(found: VerificationView) -> str:
    if found.short_lived:
        return _("It expired on %(day)s (time in Luxembourg).") if found.is_over else _(
            "Valid until %(day)s (time in Luxembourg). It is short-lived: it cannot be revoked before then."
        )  # fmt: skip
    return _("It was valid until %(day)s.")


def _judgement(found: VerificationView, language: str) -> tuple[str, str, str]:
    if found.revoked:
        day = formats.instant(found.revoked_at, language) if found.revoked_at else ""
        reason = words.word(words.REVOCATIONS, found.revocation_reason)
        text = _("It was issued, but revoked on %(day)s: %(reason)s.") % {"day": day, "reason": reason}
        if found.successor:
            text += " " + _("Ask for document %(number)s, which took its place.") % {"number": found.successor}
        return "no", _("Revoked"), text
    if found.subject == "receipt" and found.authentic != "no":
        submitted = _("A request with this number and this content was submitted.")
        if found.authentic == "facts-only":  # read from a file or a photo: around the code anything may stand
            paper = _("The document in front of you was not checked. Compare it with the facts below.")
            return "facts", _("The facts are genuine"), f"{submitted} {paper}"
        return "yes", _("This receipt is genuine"), submitted
    if found.authentic == "yes":
        return "yes", _("Authentic"), _("This is exactly the document that was issued; not a byte was changed.")
    if found.authentic == "facts-only":
        text = _("The document in front of you was not checked. Compare it with the facts below.")
        return "facts", _("The facts are genuine"), text
    failed = found.failed
    if failed and found.subject == "nothing":  # no verdict, as on the page that checks by itself
        known = failed.code if failed.code in words.UNREAD else ""
        return "facts", _("Nothing could be checked"), words.word(words.UNREAD, known)
    why = words.check(failed.name, "failed", failed.code)[1] if failed else ""
    return "no", _("Not authentic"), why


def _logged(found: VerificationView, language: str) -> str:
    if found.logged_at is None or found.log_index is None:
        return ""
    return _("Entry %(index)s of the public log %(origin)s, %(at)s") % {
        "index": formats.number(found.log_index, language), "origin": found.log_origin,
        "at": formats.instant(found.logged_at, language),
    }  # fmt: skip


def _fact(value: str, language: str) -> str:
    """An ISO day as people write it; everything else as it was sealed."""
    try:
        return formats.day(dt.date.fromisoformat(value), language) if len(value) == len("2026-01-31") else value
    except ValueError:
        return value
