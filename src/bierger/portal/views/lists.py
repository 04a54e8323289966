# SPDX-License-Identifier: EUPL-1.2
"""The lists of a space: requests, drafts, mailbox. Each pages by key."""

from __future__ import annotations

from functools import partial
from typing import Literal

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bierger.cases import selectors as cases
from bierger.cases.types import RequestFilters
from bierger.delivery import selectors as delivery
from bierger.delivery import services
from bierger.documents import selectors as documents
from bierger.filings import selectors as filings
from bierger.infra.pages import asked
from bierger.portal.selectors import draft_rows, mail_rows, request_rows, titled
from bierger.portal.views.access import applicant_only, language, missing_level, noted, person_only, sign_in_url
from bierger.ui.paging import counted, pages_of
from bierger.ui.parts import Crumb

FEW = 10  # requests that are seen at a glance: nobody needs to search among them
NEWEST_DRAFTS = 3  # beside the requests; all of them have a page of their own
LONGEST_WORDS = 100
_STATES: dict[str, Literal["open", "closed"]] = {"open": "open", "closed": "closed"}  # word of the address -> filter


@never_cache
@require_safe
@applicant_only
def request_list(request: HttpRequest) -> HttpResponse:
    """GET /requests?q=&state=open|closed&after=&before="""
    filters = _filters(request.GET)
    words = {"q": filters.words, "state": "" if filters.state == "all" else filters.state}
    filtered = any(words.values())
    page = asked(request.GET, partial(cases.requests_page, filters=filters))
    drafts = None if filtered or page.before else filings.drafts_page(size=NEWEST_DRAFTS)
    context = {
        "rows": request_rows(page.rows, language()),
        "pages": pages_of(page, reverse("portal:requests"), words),
        "filters": filters,
        "filtered": filtered,
        "searchable": filtered or page.count > FEW,
        "drafts": draft_rows(drafts.rows, language()) if drafts else (),
        "more_drafts": bool(drafts and drafts.after),
        "draft_pages": pages_of(drafts, reverse("portal:drafts")) if drafts else None,
    }
    return render(request, "portal/requests.html", context)


def _filters(query: QueryDict) -> RequestFilters:
    """Whatever does not fit is left out: a list is never refused for its address."""
    words = " ".join(query.get("q", "").replace("\0", " ").split())[:LONGEST_WORDS]
    return RequestFilters(
        state=_STATES.get(query.get("state", ""), "all"),
        words=words,
        digests=titled(words) if words else (),
        cases=filings.cases_of_receipt(words.upper()) if words else (),
    )


@never_cache
@require_safe
@applicant_only
def draft_list(request: HttpRequest) -> HttpResponse:
    """GET /drafts?after=&before="""
    page = asked(request.GET, filings.drafts_page)
    context = {
        "drafts": draft_rows(page.rows, language()),
        "pages": pages_of(page, reverse("portal:drafts")),
        "crumbs": (Crumb(_("My requests"), reverse("portal:requests")), Crumb(_("Continue later"))),
    }
    return render(request, "portal/drafts.html", context)


@never_cache
@require_safe
@person_only
def message_list(request: HttpRequest) -> HttpResponse:
    """GET /mailbox?show=new&after=&before= ; what is shown counts as read. What asks for a stronger sign-in is not shown."""
    unread = request.GET.get("show") == "new"
    page = asked(request.GET, partial(delivery.mailbox_page, unread=unread))
    messages = page.rows
    acts = documents.my_acts(only=[one.act_id for one in messages if one.act_id])
    origins = cases.origins(only={one.case_id for one in messages if one.case_id})
    lacking = {one.id: missing_level(origins.get(one.case_id)) for one in messages if one.case_id}
    locked = {message: sign_in_url(request.get_full_path(), level) for message, level in lacking.items() if level}
    services.mark_read(messages=[one.id for one in messages if one.read_at is None and one.id not in locked])
    new = delivery.unread_count() if page.after or page.before else 0
    context = {
        "rows": mail_rows(messages, acts, language(), origins=origins, locked=locked),
        "pages": pages_of(page, reverse("portal:mailbox"), {"show": "new" if unread else ""}),
        "only_new": unread,
        "new_elsewhere": counted(new, page.cap) if new else "",
    }
    return noted(request, render(request, "portal/mailbox.html", context))
