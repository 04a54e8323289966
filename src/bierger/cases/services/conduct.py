# SPDX-License-Identifier: EUPL-1.2
"""What follows for a case when its process moved: events, rights, work, state, end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from bierger.administrations import selectors as administrations
from bierger.administrations.errors import UnknownService
from bierger.cases.models import Grant, Party, Work
from bierger.cases.services.writer import Audience, CaseWriter
from bierger.cases.types import PartyView
from bierger.catalogue import selectors as catalogue
from bierger.flows import selectors as flow_selectors
from bierger.flows import services as flows
from bierger.flows.types import Moved, TaskView
from bierger.infra import clock
from bierger.infra.rows import insert
from bierger_core.rules import Value, to_json

APPLICANT = "applicant"


def finish_task(
    writer: CaseWriter,
    task: TaskView,
    outputs: Mapping[str, Value],
    *,
    audience: Audience,
    values: Mapping[str, object] | None = None,
) -> None:
    """Complete a task of the case: event, then the process moves, then what follows. `values` = what a person typed."""
    writer.add(
        "task-completed",
        {
            "task": task.number,
            "node": task.node,
            "outputs": {name: to_json(value) for name, value in outputs.items()},
            "values": dict(values or {}),
        },
        audience=audience,
    )
    moved = flows.complete(task=task.id, outputs=outputs)
    absorb(writer, moved)


def absorb(writer: CaseWriter, moved: Moved, *, parties: Sequence[PartyView] | None = None) -> None:
    """Turn what the process did into events, grants and work rows.

    1. Each decision with its derivation: shown later as it was made, never computed again.
    2. Each task of an officer: a grant for its role and service, and a row in the worklist.
    3. The state that the applicant reads; the end.
    What was done or withdrawn leaves the worklist by itself (migration 0006).
    """
    for decided in moved.decided:
        writer.add(
            "decided-by-rule",
            {"node": decided.node, "task": decided.number, "decision": decided.decision, "value": decided.value,
             "derivation": decided.derivation},
            audience="administration",
        )  # fmt: skip
    officers = [task for task in moved.opened if task.kind == "user" and task.role != APPLICANT]
    if officers:
        _give_work(writer, officers, parties)
    opened = moved.opened if writer.fresh else flow_selectors.tasks_of(writer.row.id, open_only=True)
    _update_state(writer, opened, moved.finished)


def _give_work(writer: CaseWriter, tasks: Iterable[TaskView], parties: Sequence[PartyView] | None) -> None:
    row = writer.row
    if parties is None:
        parties = [
            PartyView(party.kind, party.space, party.link, party.name, tuple(party.subjects))
            for party in Party.objects.filter(case=row)
        ]
    applicant = next((party for party in parties if party.kind == APPLICANT), None)
    now = clock.now()
    grants, work = [], []
    for task in tasks:
        service = _service(row.administration_id, task.service)
        grants.append(Grant(case=row, administration_id=row.administration_id, service_id=service, role=task.role, since=now))
        work.append(
            Work(
                administration_id=row.administration_id,
                service_id=service,
                role=task.role,
                case=row,
                task=task.id,
                number=row.number,
                digest=row.digest,
                procedure=f"{row.owner}/{row.name}",
                node=task.node,
                applicant=applicant.name if applicant else "",
                subjects=list(applicant.subjects) if applicant else [],
                opened_at=now,
                due_at=task.due_at,
            )
        )
    insert(grants, once=True)
    insert(work)


def _service(administration: UUID, code: str) -> UUID | None:
    """The service, or None (the whole administration) where a small commune has no such service."""
    if not code:
        return None
    try:
        return administrations.service(administration_id=administration, code=code).id
    except UnknownService:
        return None


def _update_state(writer: CaseWriter, opened: Iterable[TaskView], finished: str | None) -> None:
    """The applicant's own task says more about the state than any officer's; a change becomes an event they read."""
    row = writer.row
    package = catalogue.package(row.digest)
    before = row.state
    users = [task for task in opened if task.kind == "user"]
    users.sort(key=lambda task: (task.role != APPLICANT, task.number))
    named = next((f"state.{task.node}" for task in users if package.has_text(f"state.{task.node}")), None)
    if finished is not None:
        row.state, row.status, row.ended_at = f"end.{finished}", "ended", clock.now()
        writer.add("case-ended", {"state": row.state}, audience="all")
        return
    row.state = named or row.state or "state"
    if row.state not in {before, "state"}:
        writer.add("state-changed", {"state": row.state}, audience="all")
