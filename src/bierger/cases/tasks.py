# SPDX-License-Identifier: EUPL-1.2
"""What the worker does for cases: service tasks, timers, delivered acts. Every handler may run twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bierger.cases.errors import CaseUnknown
from bierger.cases.models import Case, Event, EventPayload, Party, ServiceJob, Work
from bierger.cases.selectors.acts import as_acts_stand, issued_value
from bierger.cases.services.conduct import absorb, finish_task
from bierger.cases.services.retention import plan
from bierger.cases.services.writer import Audience, CaseWriter
from bierger.catalogue import selectors as catalogue
from bierger.delivery import services as delivery
from bierger.disclosures.types import Purpose
from bierger.documents import selectors as document_selectors
from bierger.documents import services as documents
from bierger.documents.types import ActView
from bierger.flows import selectors as flow_selectors
from bierger.flows import services as flows
from bierger.flows.errors import TimerClosed
from bierger.flows.types import TaskView
from bierger.identity import selectors as identity
from bierger.infra import clock
from bierger.infra.principal import SYSTEM, acting_as
from bierger.registry import services as registry
from bierger.registry.errors import RegisterAnswerInvalid, RegisterUnavailable
from bierger_core.procedures import Package, document_inputs, evidence_value, message, registered_type
from bierger_core.rules import Value

# How long a silent register is asked again before the case goes to an officer.
REGISTER_PATIENCE = timedelta(seconds=60)
ASK_REGISTER = "ask-register"


def on_task_ready(ids: Mapping[str, str]) -> None:
    """A service task waits: do its action, then complete it. Closed already, or of another case: nothing to do.

    1. For a question to a register: what to ask, about whom. Nothing is locked.
    2. It is asked, without a transaction, and recorded as asked whether it answers or not (`registry.ask`).
    3. Under the lock of the case, if the task still waits: what was said becomes an event, or the other action is done.
    Killed in between, or run twice: the register is asked again, and the task is completed once.
    """
    case, number = UUID(ids["subject"]), UUID(ids["task"])
    question = _question(case, number)  # 1
    value = _ask_register(question) if question else None  # 2
    with acting_as(SYSTEM):  # 3
        writer = CaseWriter.lock(case)
        task = flow_selectors.task(number)
        if not _waits(task, case):
            return
        if value is not None:
            _note_answer(writer, task, value)
        else:
            _ACTIONS[task.action](writer, task, catalogue.package(writer.row.digest))
        writer.save()


def _waits(task: TaskView, case: UUID) -> bool:
    """A task of another kind is not the worker's to do; one of another case must not write into this one."""
    return (task.subject, task.kind, task.state) == (case, "service", "open")


def on_timer_due(ids: Mapping[str, str]) -> None:
    """A timer ran out. Before its time, or of another case: nothing to do."""
    with acting_as(SYSTEM):
        case = UUID(ids["subject"])
        writer = CaseWriter.lock(case)
        try:
            number, moved = flows.fire(timer=int(ids["timer"]), subject=case)
        except TimerClosed:
            return
        writer.add("timer-fired", {"timer": number}, audience="administration")
        absorb(writer, moved)
        writer.save()


def on_act_delivered(ids: Mapping[str, str]) -> None:
    """The act of a service task reached its holder: the process goes on."""
    with acting_as(SYSTEM):
        act = document_selectors.act(UUID(ids["act"]))
        if act.state != "delivered":
            return
        job = ServiceJob.objects.filter(act=act.id).first()
        if job is None:
            _note_successor(act)
            return
        writer = CaseWriter.lock(job.case_id)
        task = flow_selectors.task(job.task)
        if task.state != "open":
            return
        _after_delivery(writer, task, act)
        writer.save()


def on_act_revoked(ids: Mapping[str, str]) -> None:
    """An act was taken back: its case and its holder hear of it, once.

    1. The event, with what the holder is told. The officer did it, the worker writes it down: whoever takes back an act need not
       be able to open its case.
    2. If the process still waits for this act to be delivered, it goes on: as it would, had the officer been a second later. It
       waits for the act that took its place, if one did.
    3. The message in the holder's mailbox. Behind a private link the request itself says so.
    """
    with acting_as(SYSTEM):
        if not documents.mark_told(act=UUID(ids["act"])):
            return
        act = document_selectors.act(UUID(ids["act"]))
        with suppress(CaseUnknown):  # erased with its retention; the act outlived it
            writer = CaseWriter.lock(act.case_id)
            _note_revocation(writer, act)
            writer.save()
        if act.holder_space is not None:
            said = {"title": act.title, "number": act.number, "reason": act.revocation_reason, "note": act.revocation_note}
            delivery.send_message(
                space=act.holder_space, subject_code="act-revoked", params=said | {"successor": act.successor_number},
                once=f"act/{act.id}/revoked", case_id=act.case_id, act_id=act.id,
            )  # fmt: skip


def move_on() -> int:
    """Send again what stands still: service tasks and timers whose job was lost. A task whose act is under way waits for it."""
    with acting_as(SYSTEM):
        tasks = flows.standing_tasks()
        act_of = dict(ServiceJob.objects.filter(task__in=[task.id for task in tasks]).values_list("task", "act"))
        under_way = document_selectors.undelivered([act for act in act_of.values() if act])
        forgotten = [task for task in tasks if act_of.get(task.id) not in under_way]
        return flows.send_tasks_again(forgotten) + flows.send_timers_again()


def plan_erasures() -> int:
    """Cases that have ended are told until when they are kept. Who erases them stands above: `filings.tasks`."""
    with acting_as(SYSTEM):
        return plan()


@dataclass(frozen=True)
class _Question:
    """What a task wants to know from a register. matricule: None = an applicant without one."""

    register: str
    name: str
    matricule: str | None
    purpose: Purpose
    subjects: tuple[UUID, ...]
    waits_since: datetime


def _question(case: UUID, number: UUID) -> _Question | None:
    """What an open task asks; None for any other task."""
    with acting_as(SYSTEM):
        task = flow_selectors.task(number)
        if not _waits(task, case) or task.action != ASK_REGISTER:
            return None
        row = Case.objects.get(id=case)
        package = catalogue.package(row.digest)
        spec = package.actions[task.node]
        purpose = Purpose(
            actor=None, administration=row.administration_id, legal_basis=package.legal_basis,
            purpose="register-check", case=case,
        )  # fmt: skip
        party = Party.objects.filter(case=row, kind="applicant").first()
        matricule = identity.holder(party.space, purpose=purpose).matricule if party and party.space else None
        subjects = tuple(party.subjects) if party else ()
        return _Question(spec.register, spec.question, matricule, purpose, subjects, task.opened_at)


def _ask_register(question: _Question) -> Mapping[str, Value]:
    """Ask about the applicant; silence or nonsense for a minute means that an officer looks. Gives the value for the process."""
    found, reachable, facts = False, True, {}
    try:
        evidence = registry.ask(
            principal=SYSTEM,
            register=question.register,
            question=question.name,
            number=question.matricule,
            purpose=question.purpose,
            subjects=question.subjects,
        )
        found, facts = evidence.found, dict(evidence.facts)
    except (RegisterUnavailable, RegisterAnswerInvalid):
        if clock.now() - question.waits_since < REGISTER_PATIENCE:
            raise
        reachable = False
    return evidence_value(f"{question.register}.{question.name}", found=found, reachable=reachable, facts=facts)


def _note_answer(writer: CaseWriter, task: TaskView, value: Mapping[str, Value]) -> None:
    """What the register said, and the process goes on."""
    register = catalogue.package(writer.row.digest).actions[task.node].register
    said: dict[str, object] = {"register": register, "found": value["found"], "reachable": value["reachable"]}
    writer.add("register-asked", said, audience="all")
    finish_task(writer, task, dict.fromkeys(task.outputs, value), audience="administration")


def _issue_act(writer: CaseWriter, task: TaskView, package: Package) -> None:
    """Decide the act; the task is completed when the act is delivered, or now if it was."""
    row = writer.row
    variables = as_acts_stand(row.id, flow_selectors.variables_of(row.id))
    inputs = document_inputs(package, task.document, variables, language=row.language)
    party = Party.objects.filter(case=row, kind="applicant").first()
    act = documents.decide_act(
        case_id=row.id,
        administration_id=row.administration_id,
        document_type=registered_type(package, task.document),
        facts=inputs.facts,
        fields=inputs.fields,
        template=inputs.template,
        language=inputs.language,
        title=inputs.title,
        holder_space=party.space if party else None,
        holder_link=party.link if party else None,
        package_digest=row.digest,
        once=str(task.number),
    )
    _, created = ServiceJob.objects.get_or_create(task=task.id, defaults={"case": row, "act": act})
    if created:
        writer.add("act-decided", {"act": str(act), "document": task.document}, audience="all")
        return
    # Nobody told this case: the act that stands for the task was delivered, or taken back.
    view = _last_of(document_selectors.act(act))
    if view.state == "delivered":
        _after_delivery(writer, task, view)
    elif view.revoked_at is not None:
        _finish_issue(writer, task, view)


def _after_delivery(writer: CaseWriter, task: TaskView, act: ActView) -> None:
    """The act's task is done, and the process goes on."""
    writer.add("act-delivered", {"act": str(act.id), "number": act.number, "document": task.document}, audience="all")
    _finish_issue(writer, task, act)


def _finish_issue(writer: CaseWriter, task: TaskView, act: ActView) -> None:
    finish_task(writer, task, dict.fromkeys(task.outputs, issued_value(act)), audience="administration")


def _notify(writer: CaseWriter, task: TaskView, package: Package) -> None:
    """Tell the applicant (timeline and mailbox) or the officers (mark in the worklist)."""
    spec = package.actions[task.node]
    to_applicant = spec.to == "applicant"
    variables = as_acts_stand(writer.row.id, flow_selectors.variables_of(writer.row.id))
    said = {language: message(package, task.node, variables, language=language) for language in package.languages}
    texts = {language: {"title": one.title, "body": one.body} for language, one in said.items()}
    audience: Audience = "all" if to_applicant else "administration"
    writer.add("notified", {"node": task.node, "to": spec.to, "texts": texts}, audience=audience)
    if to_applicant:
        party = Party.objects.filter(case=writer.row, kind="applicant", space__isnull=False).first()
        if party and party.space:
            delivery.send_message(
                space=party.space, subject_code="notified",
                params={"digest": writer.row.digest, "node": task.node, "number": writer.row.number}
                | {f"{part}.{language}": text[part] for language, text in texts.items() for part in ("title", "body")},
                case_id=writer.row.id,
                # A process that comes by again says the same words again: of this task once, not of this text.
                once=f"task/{task.id}",
            )  # fmt: skip
    else:
        Work.objects.filter(case=writer.row, state__in=("open", "claimed")).update(marked=True)
    finish_task(writer, task, {}, audience="administration")


def _note_revocation(writer: CaseWriter, act: ActView) -> None:
    job = ServiceJob.objects.filter(act=act.id).first()
    task = None if job is None else flow_selectors.task(job.task)
    said: dict[str, object] = {
        "act": str(act.id), "number": act.number, "title": act.title, "reason": act.revocation_reason,
        "text": act.revocation_note, "successor": act.successor_number,
        "officer": None if act.revoked_by is None else str(act.revoked_by),
    }  # fmt: skip
    writer.add("act-revoked", said, audience="all")
    if job is None or task is None or task.state != "open":
        return
    last = _last_of(act)
    if last.state == "delivered" or last.revoked_at is not None:
        _finish_issue(writer, task, last)
    else:
        ServiceJob.objects.filter(task=job.task).update(act=last.id)


def _last_of(act: ActView) -> ActView:
    """The act that holds in the place of this one: itself, or the last of those that took each other's place."""
    while act.successor is not None:
        act = document_selectors.act(act.successor)
    return act


def _note_successor(act: ActView) -> None:
    """A corrected act was delivered for which no task of the process waits (any more)."""
    if act.replaces is None:
        return
    with suppress(CaseUnknown):
        writer = CaseWriter.lock(act.case_id)
        told = EventPayload.objects.filter(case_id=act.case_id, payload__act=str(act.id), payload__number=act.number)
        if not Event.objects.filter(case_id=act.case_id, type="act-delivered", sequence__in=told.values("sequence")).exists():
            writer.add("act-delivered", {"act": str(act.id), "number": act.number, "title": act.title}, audience="all")
            writer.save()


Action = Callable[[CaseWriter, TaskView, Package], None]
_ACTIONS: dict[str, Action] = {"issue-act": _issue_act, "notify": _notify}

TOPICS = {
    "flows.task-ready": on_task_ready,
    "flows.timer-due": on_timer_due,
    "delivery.act-delivered": on_act_delivered,
    "documents.act-revoked": on_act_revoked,
}
PERIODIC = {"standing": (600.0, move_on), "retention": (60.0, plan_erasures)}
