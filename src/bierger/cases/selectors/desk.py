# SPDX-License-Identifier: EUPL-1.2
"""What an officer reads: the worklist and the case."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from django.db.models import QuerySet

from bierger.cases.errors import CaseUnknown
from bierger.cases.models import Case, EventPayload, Party, Work
from bierger.cases.selectors.acts import as_acts_stand
from bierger.cases.selectors.requests import _entries
from bierger.cases.types import ERASED, CaseHeading, CaseView, PartyView, WorkFilters, WorkView
from bierger.catalogue import selectors as catalogue
from bierger.disclosures import services as disclosures
from bierger.disclosures.types import Purpose
from bierger.flows import selectors as flows
from bierger.infra import clock
from bierger.infra.pages import FIRST, SIZE, Order, Page, Turn, cut
from bierger.infra.principal import current
from bierger_core.rules import to_json

_ORDER = Order("due_at", "task", newest=False)


def worklist(*, filters: WorkFilters, purpose: Purpose, turn: Turn = FIRST, size: int = SIZE) -> Page[WorkView]:
    """A page of the work of this officer's administration, the nearest deadline first. Raises PageUnknown.

    One disclosure for each procedure on the page: a name is read by the law of the procedure that its request follows.
    """
    page = cut(_filtered(filters), order=_ORDER, turn=turn, size=size)
    for digest in sorted({row.digest for row in page.rows}):
        subjects = {subject for row in page.rows if row.digest == digest for subject in row.subjects}
        disclosures.record(purpose=_by_law(purpose, digest), subjects=subjects, facts=["name"])
    return page.holding(_work(row) for row in page.rows)


def case_view(case: UUID, *, purpose: Purpose) -> CaseView:
    """The whole case for an officer; records who was read about, by the laws of its procedure. Raises CaseUnknown."""
    row = Case.objects.filter(id=case).first()
    if row is None:
        raise CaseUnknown(f"No case {case}.")
    parties = tuple(
        PartyView(party.kind, party.space, party.link, party.name, tuple(party.subjects))
        for party in Party.objects.filter(case=row).order_by("id")
    )
    opened = EventPayload.objects.filter(case=row, sequence=1).values_list("payload", flat=True).first()
    disclosures.record(
        purpose=_by_law(purpose, row.digest),
        subjects={subject for party in parties for subject in party.subjects},
        facts=["name", "answers", "files"],
    )
    return CaseView(
        id=row.id, number=row.number, administration=row.administration_id, digest=row.digest, owner=row.owner, name=row.name,
        status=row.status, state=row.state, language=row.language, opened_at=row.opened_at, ended_at=row.ended_at,
        answers=opened["answers"] if opened else ERASED, variables=_variables(row.id), parties=parties,
        tasks=flows.tasks_of(row.id), timeline=_entries(row.id), open_question=row.open_question,
    )  # fmt: skip


def headings(cases: Collection[UUID], *, purpose: Purpose) -> tuple[CaseHeading, ...]:
    """Of these cases those that this officer may open, in the order given: that they are, and what they ask for. Of none, nothing
    is recorded.
    """
    rows = {row.id: row for row in Case.objects.filter(id__in=cases)} if cases else {}
    subjects = Party.objects.filter(case__in=rows).values_list("subjects", flat=True) if rows else ()
    disclosures.record(purpose=purpose, subjects={subject for some in subjects for subject in some}, facts=["together"])
    found = [rows[case] for case in cases if case in rows]
    return tuple(CaseHeading(row.id, row.number, row.digest, row.administration_id) for row in found)


def purpose_of(case: UUID, *, purpose: str = "case-handling") -> Purpose:
    """Why whoever is acting reads what belongs to a case: its procedure names the laws. Shows nothing. Raises CaseUnknown."""
    digest = Case.objects.filter(id=case).values_list("digest", flat=True).first()
    if digest is None:
        raise CaseUnknown(f"No case {case}.")
    return _by_law(disclosures.purpose_of_case(case, purpose=purpose), digest)


def concerned_by_file(case: UUID, file: UUID) -> frozenset[UUID]:
    """Whom a file of this case is about: people, and spaces of organisations. Shows nothing, so records nothing.

    A file is the case's when it stands in the answers, in what somebody wrote in a task or in a later answer of the applicant.
    Raises CaseUnknown, also for a file of another case.
    """
    payloads = EventPayload.objects.filter(case=case).values_list("payload", flat=True)
    if not any(_names_file(payload, str(file)) for payload in payloads):
        raise CaseUnknown(f"No file {file} in case {case}.")
    subjects = Party.objects.filter(case=case).values_list("subjects", flat=True)
    return frozenset(subject for some in subjects for subject in some)


def _names_file(value: object, file: str) -> bool:
    inner: Iterable[object] = ()
    if isinstance(value, dict):
        if "file_name" in value and value.get("id") == file:
            return True
        inner = value.values()
    elif isinstance(value, list):
        inner = value
    return any(_names_file(one, file) for one in inner)


def _by_law(purpose: Purpose, digest: str) -> Purpose:
    return replace(purpose, legal_basis=catalogue.package(digest).legal_basis)


def _variables(case: UUID) -> Mapping[str, object]:
    return {name: to_json(value) for name, value in as_acts_stand(case, flows.variables_of(case)).items()}


def _filtered(filters: WorkFilters) -> QuerySet[Work]:
    rows = Work.objects.filter(state__in=("open", "claimed") if filters.state == "open" else ("done",))
    administration = current().administration
    if administration is not None:
        # The policy says so too, but among alternatives, through which the planner finds no index.
        rows = rows.filter(administration_id=administration)
    if filters.holder == "mine":
        rows = rows.filter(officer=current().officer)
    elif filters.holder == "unassigned":
        rows = rows.filter(officer__isnull=True)
    if filters.service:
        rows = rows.filter(service_id=filters.service)
    if filters.procedure:
        rows = rows.filter(procedure=filters.procedure)
    if filters.overdue:
        rows = rows.filter(due_at__lt=clock.now())
    return rows


def _work(row: Work) -> WorkView:
    return WorkView(
        case=row.case_id, task=row.task, number=row.number, digest=row.digest, procedure=row.procedure,
        node=row.node, role=row.role, service=row.service_id, applicant=row.applicant, opened_at=row.opened_at,
        due_at=row.due_at, state=row.state, officer=row.officer, marked=row.marked,
    )  # fmt: skip
