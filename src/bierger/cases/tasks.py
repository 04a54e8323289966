# SPDX-License-Identifier: EUPL-1.2
"""What the worker does for cases: service tasks, timers, delivered acts. Every handler may run twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

from bierger.cases.models import Party, ServiceJob, Work
from bierger.cases.services.conduct import absorb, finish_task
from bierger.cases.services.writer import Audience, CaseWriter
from bierger.catalogue import selectors as catalogue
from bierger.delivery import services as delivery
from bierger.disclosures.types import Purpose
from bierger.documents import selectors as document_selectors
from bierger.documents import services as documents
from bierger.flows import selectors as flow_selectors
from bierger.flows import services as flows
from bierger.flows.errors import TimerClosed
from bierger.flows.types import TaskView
from bierger.identity import selectors as identity
from bierger.infra import clock
from bierger.infra.principal import SYSTEM, acting_as
from bierger.registry import services as registry
from bierger.registry.errors import RegisterUnavailable
from bierger_core.procedures import Package, document_inputs, evidence_value, message
from bierger_core.rules import Value

# How long a silent register is asked again before the case goes to an officer.
REGISTER_PATIENCE = timedelta(seconds=60)


def on_task_ready(ids: Mapping[str, str]) -> None:
    """A service task waits: do its action, then complete it. Closed already: a replay, nothing to do."""
    with acting_as(SYSTEM):
        writer = CaseWriter.lock(UUID(ids["subject"]))
        task = flow_selectors.task(UUID(ids["task"]))
        if task.state != "open":
            return
        package = catalogue.package(writer.row.digest)
        _ACTIONS[task.action](writer, task, package)
        writer.save()


def on_timer_due(ids: Mapping[str, str]) -> None:
    """A timer ran out."""
    with acting_as(SYSTEM):
        writer = CaseWriter.lock(UUID(ids["subject"]))
        try:
            number, moved = flows.fire(timer=int(ids["timer"]))
        except TimerClosed:
            return
        writer.add("timer-fired", {"timer": number}, audience="administration")
        absorb(writer, moved)
        writer.save()


def on_act_delivered(ids: Mapping[str, str]) -> None:
    """The act of a service task reached its holder: the process goes on."""
    with acting_as(SYSTEM):
        job = ServiceJob.objects.filter(act=UUID(ids["act"])).first()
        if job is None:
            return
        writer = CaseWriter.lock(job.case_id)
        task = flow_selectors.task(job.task)
        if task.state != "open":
            return
        act = document_selectors.act(UUID(ids["act"]))
        writer.add("act-delivered", {"act": str(act.id), "number": act.number, "document": task.document}, audience="all")
        issued: dict[str, Value] = {"number": act.number, "issued_on": clock.today()}
        finish_task(writer, task, dict.fromkeys(task.outputs, issued), audience="administration")
        writer.save()


def _ask_register(writer: CaseWriter, task: TaskView, package: Package) -> None:
    """Ask the register about the applicant; silence for a minute means that an officer looks."""
    spec = package.actions[task.node]
    purpose = Purpose(
        actor=None, administration=writer.row.administration_id, legal_basis=package.legal_basis[0].title,
        purpose="register-check", case=writer.row.id,
    )  # fmt: skip
    party = Party.objects.filter(case=writer.row, kind="applicant").first()
    matricule = identity.holder(party.space, purpose=purpose).matricule if party and party.space else None
    found, reachable, facts = False, True, {}
    try:
        evidence = registry.ask(
            register=spec.register,
            question=spec.question,
            number=matricule,
            purpose=purpose,
            subjects=party.subjects if party else (),
        )
        found, facts = evidence.found, dict(evidence.facts)
    except RegisterUnavailable:
        if clock.now() - task.opened_at < REGISTER_PATIENCE:
            raise
        reachable = False
    value = evidence_value(f"{spec.register}.{spec.question}", found=found, reachable=reachable, facts=facts)
    writer.add("register-asked", {"register": spec.register, "found": found, "reachable": reachable}, audience="all")
    finish_task(writer, task, dict.fromkeys(task.outputs, value), audience="administration")


def _issue_act(writer: CaseWriter, task: TaskView, package: Package) -> None:
    """Decide the act; the task is completed when the act is delivered."""
    row = writer.row
    variables = flow_selectors.variables_of(row.id)
    inputs = document_inputs(package, task.document, variables, language=row.language)
    party = Party.objects.filter(case=row, kind="applicant").first()
    act = documents.decide_act(
        case_id=row.id,
        administration_id=row.administration_id,
        document_type=inputs.document_type,
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


def _notify(writer: CaseWriter, task: TaskView, package: Package) -> None:
    """Tell the applicant (timeline and mailbox) or the officers (mark in the worklist)."""
    spec = package.actions[task.node]
    to_applicant = spec.to == "applicant"
    variables = flow_selectors.variables_of(writer.row.id)
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
            )  # fmt: skip
    else:
        Work.objects.filter(case=writer.row, state__in=("open", "claimed")).update(marked=True)
    finish_task(writer, task, {}, audience="administration")


Action = Callable[[CaseWriter, TaskView, Package], None]
_ACTIONS: dict[str, Action] = {"ask-register": _ask_register, "issue-act": _issue_act, "notify": _notify}

TOPICS = {
    "flows.task-ready": on_task_ready,
    "flows.timer-due": on_timer_due,
    "delivery.act-delivered": on_act_delivered,
}
