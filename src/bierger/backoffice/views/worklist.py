# SPDX-License-Identifier: EUPL-1.2
"""The worklist: what waits, the nearest deadline first, one click to take it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from bierger.administrations import selectors as administrations
from bierger.administrations.types import ServiceView
from bierger.backoffice.views.access import for_officers, language, no_store, page_of, principal_of
from bierger.cases import selectors, services
from bierger.cases.errors import NotAllowed
from bierger.cases.types import WorkFilters, WorkView
from bierger.catalogue import selectors as catalogue
from bierger.disclosures.services import purpose_of_case
from bierger.flows.errors import TaskClosed, TaskNotYours
from bierger.infra import clock
from bierger.infra.pages import Page, asked
from bierger.ui import formats
from bierger.ui.paging import address, pages_of
from bierger.ui.parts import Choice
from bierger_core.values import last_day

SOON = 2  # days before the deadline from which a row is marked
# word of the address -> filter
_HOLDERS: dict[str, Literal["all", "mine", "unassigned"]] = {"all": "all", "mine": "mine", "unassigned": "unassigned"}


@dataclass(frozen=True)
class Row:
    """A line of the table, all in words. `due`: overdue, soon or ''."""

    work: WorkView
    title: str
    procedure: str
    service: str
    holder: str
    mine: bool
    due: str
    due_text: str


@dataclass(frozen=True)
class Tab:
    label: str
    href: str
    current: bool


@for_officers
@require_GET
def worklist(request: HttpRequest) -> HttpResponseBase:
    """GET /desk?show=all|mine|unassigned&procedure=&service=&late=1&state=open|done&after=&before="""
    procedures = _procedures()
    filters = _filters(request.GET, {choice.value for choice in procedures})
    purpose = purpose_of_case(None, purpose="worklist")
    page = asked(request.GET, lambda turn: selectors.worklist(filters=filters, purpose=purpose, turn=turn))
    return no_store(
        render(
            request,
            "backoffice/worklist.html",
            {
                **page_of(request),
                "rows": _rows(request, page),
                "count": count_in_words(page.count, page.cap),
                "tabs": _tabs(request.GET, filters),
                "filters": filters,
                "filtered": bool(filters.procedure or filters.service or filters.overdue),
                "procedures": procedures,
                "services": _services(request),
                "show": filters.holder,
                "said": said(request.GET.get("said", "")),
                "pages": pages_of(page, "/desk", _words(request.GET)),
            },
        )
    )


@for_officers
@require_POST
def take(_request: HttpRequest, task: UUID) -> HttpResponseBase:
    """Take a task and open it. Somebody was quicker: back to the list, with a sentence."""
    try:
        services.take(task=task)
    except (TaskNotYours, TaskClosed, NotAllowed) as error:
        return redirect(f"/desk?said={error.code}")
    return redirect("desk:task", task=task)


@for_officers
@require_GET
def next_task(_request: HttpRequest) -> HttpResponseBase:
    """The most urgent thing to do: my own, else one that nobody has taken; the list when nothing waits."""
    found = next_work()
    return redirect("desk:task", task=found.task) if found else redirect("desk:worklist")


def next_work() -> WorkView | None:
    purpose = purpose_of_case(None, purpose="worklist")
    for holder in ("mine", "unassigned"):
        rows = selectors.worklist(filters=WorkFilters(holder=holder), purpose=purpose, size=1).rows
        if rows:
            return rows[0]
    return None


def task_title(digest: str, node: str) -> str:
    """The package's title of a user task, in the reader's language."""
    return catalogue.package(digest).text(f"task.{node}.title", language())


def due_of(due_at: datetime | None) -> tuple[str, str]:
    """(mark, sentence) of a deadline; the mark is overdue, soon or '', and the sentence says the same in words."""
    if due_at is None:
        return "", ""
    days = (last_day(due_at) - clock.today()).days
    if due_at <= clock.now():
        if days == 0:
            return "overdue", _("Overdue since today")
        return "overdue", ngettext("Overdue by %(n)s day", "Overdue by %(n)s days", -days) % {"n": -days}
    if days == 0:
        return "soon", _("Due today")
    return "soon" if days <= SOON else "", ngettext("In %(n)s day", "In %(n)s days", days) % {"n": days}


def count_in_words(count: int, cap: int) -> str:
    """Counts stop at a cap, so that a million rows answer like a thousand."""
    if count > cap:
        return _("%(cap)s+ tasks") % {"cap": formats.number(cap)}
    return ngettext("%(n)s task", "%(n)s tasks", count) % {"n": count}


def _filters(query: QueryDict, procedures: Collection[str]) -> WorkFilters:
    """Whatever does not fit is left out: a list is never refused for its address."""
    try:
        service = UUID(query.get("service", ""))
    except ValueError:
        service = None
    return WorkFilters(
        holder=_HOLDERS.get(query.get("show", ""), "all"),
        service=service,
        procedure=named if (named := query.get("procedure", "")) in procedures else "",
        overdue=query.get("late") == "1",
        state="done" if query.get("state") == "done" else "open",
    )


def _words(query: QueryDict) -> dict[str, str]:
    """What the address of the list says beside the page."""
    return {word: query.get(word, "") for word in ("show", "state", "procedure", "service", "late")}


def _tabs(query: QueryDict, filters: WorkFilters) -> list[Tab]:
    done = filters.state == "done"
    tabs = [
        Tab(label, address("/desk", _words(query) | {"show": show, "state": ""}), not done and filters.holder == (show or "all"))
        for show, label in (("", _("My services")), ("mine", _("Mine")), ("unassigned", _("Unassigned")))
    ]
    return [*tabs, Tab(_("Done"), address("/desk", _words(query) | {"show": "", "state": "done"}), done)]


def _rows(request: HttpRequest, page: Page[WorkView]) -> list[Row]:
    office, me = principal_of(request).administration, principal_of(request).officer
    assert office is not None  # officers have one
    services_by_id = {one.id: one.name(language()) for one in administrations.services_of(office)}
    holders = {one.id: one.full_name for one in administrations.officers_of(office)}
    rows = []
    for work in page.rows:
        mark, text = due_of(work.due_at)
        rows.append(
            Row(
                work=work,
                title=task_title(work.digest, work.node),
                procedure=catalogue.package(work.digest).title(language()),
                service=services_by_id.get(work.service, "") if work.service else "",
                holder=_("Me") if work.officer == me else holders.get(work.officer, "") if work.officer else "",
                mine=work.officer == me,
                due=mark if work.state in ("open", "claimed") else "",
                due_text=text if work.state in ("open", "claimed") else "",
            )
        )
    return rows


def _procedures() -> list[Choice]:
    """Every procedure that was ever published here, by its newest title."""
    newest: dict[str, Mapping[str, str]] = {}
    for row in catalogue.versions():
        newest.setdefault(f"{row.owner}/{row.name}", row.title)
    named = [Choice(key, title.get(language()) or next(iter(title.values()))) for key, title in newest.items()]
    return sorted(named, key=lambda choice: choice.label.casefold())


def _services(request: HttpRequest) -> list[Choice]:
    principal = principal_of(request)
    assert principal.administration is not None
    offered: list[ServiceView] = [
        one for one in administrations.services_of(principal.administration) if one.id in principal.services
    ]
    return [Choice(str(one.id), one.name(language())) for one in offered]


def said(code: str) -> str:
    """A sentence for what did not work out; the code travels in the address, the words do not."""
    return {
        "task-not-yours": _("A colleague was quicker: the task is no longer free."),
        "task-closed": _("This task is already done."),
        "case-not-allowed": _("This task is for another role."),
        "question-closed": _("This question is no longer open: it was answered or withdrawn."),
        "case-ended": _("This case is closed: nothing can be added any more."),
        "case-erased": _("This case was erased: there is nothing left to keep."),
        "hold-reason": _("Choose why the case is kept longer."),
        "hold-until": _("Choose for how long, and write the note in plain text."),
        "text-too-long": _("The note is too long."),
    }.get(code, "")
