# SPDX-License-Identifier: EUPL-1.2
"""Component tags: `{% load ui %}`. Each draws one template of `ui/parts/`; strings come in translated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from bierger.ui import formats
from bierger.ui.context import Page, page_of
from bierger.ui.icons import ICONS
from bierger.ui.messages import Refusal, refusal_of
from bierger.ui.parts import Crumb, ErrorLink, Field, Pages, SummaryRow, TaskRow, TimelineEntry
from bierger.ui.retention import Panel

register = template.Library()


class Term(Protocol):
    """A period of a package: ISO 8601, in working days or not, read in the source or to be confirmed."""

    @property
    def text(self) -> str: ...
    @property
    def working(self) -> bool: ...
    @property
    def verified(self) -> bool: ...


Drawn = dict[str, object]


@register.simple_tag(takes_context=True)
def frame(context: Context) -> Page:
    """What every page knows; `ui/base.html` calls it once as `page`."""
    return page_of(context.get("request"))


@register.simple_tag
def refused(status: int) -> Refusal:
    """The words of an error page."""
    return refusal_of(status)


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon, hidden from assistive technology: the text beside it must say the same."""
    paths = mark_safe(ICONS[name])  # noqa: S308  # markup of our own source, never of a person
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        f" icon-{size}" if size else "",
        paths,
    )


@register.inclusion_tag("ui/parts/field.html")
def field(drawn: Field, *, heading: bool = False) -> Drawn:
    """A form field (bierger.ui.fields). `heading` makes the label the heading of the page."""
    return {"f": drawn, "heading": heading}


@register.inclusion_tag("ui/parts/error_summary.html")
def error_summary(links: Sequence[ErrorLink]) -> Drawn:
    return {"links": links}


@register.inclusion_tag("ui/parts/summary.html")
def summary(rows: Sequence[SummaryRow]) -> Drawn:
    return {"rows": rows}


@register.inclusion_tag("ui/parts/timeline.html")
def timeline(entries: Sequence[TimelineEntry]) -> Drawn:
    return {"entries": entries}


@register.inclusion_tag("ui/parts/tasks.html")
def task_list(rows: Sequence[TaskRow], *, numbered: bool = False) -> Drawn:
    return {"rows": rows, "numbered": numbered}


@register.inclusion_tag("ui/parts/breadcrumb.html")
def breadcrumb(crumbs: Sequence[Crumb]) -> Drawn:
    return {"crumbs": crumbs}


@register.inclusion_tag("ui/parts/back.html")
def back_link(href: str, label: str = "") -> Drawn:
    return {"href": href, "label": label}


@register.inclusion_tag("ui/parts/pagination.html")
def pagination(pages: Pages) -> Drawn:
    return {"pages": pages}


@register.inclusion_tag("ui/parts/notification.html")
def notification(text: str, title: str = "", kind: str = "info", href: str = "", link: str = "") -> Drawn:
    """A banner: info, success, warning or danger."""
    return {"text": text, "title": title, "kind": kind, "href": href, "link": link}


@register.inclusion_tag("ui/parts/empty.html")
def empty(title: str, text: str = "", href: str = "", link: str = "") -> Drawn:
    """What a list says when there is nothing in it."""
    return {"title": title, "text": text, "href": href, "link": link}


@register.inclusion_tag("ui/parts/retention.html")
def retention(panel: Panel) -> Drawn:
    """How long a request is kept, what was erased of it, what remains."""
    return {"panel": panel}


@register.simple_tag
def status(text: str, colour: str = "neutral") -> SafeString:
    """A small label: neutral, accent, info, success, warning, danger."""
    return format_html('<span class="ds-tag tag" data-color="{}">{}</span>', colour, text)


@register.simple_tag
def delay(period: Term) -> str:
    """A period of a procedure in words."""
    text = formats.period(period.text, working=period.working)
    return text if period.verified else formats.to_confirm(text)


@register.simple_tag
def fee(cost: formats.Cost) -> str:
    """What a procedure costs, in words."""
    return formats.fee(cost)


@register.filter
def day(value: dt.date | None) -> str:
    return formats.day(value) if value else ""


@register.filter
def instant(value: dt.datetime | None) -> str:
    return formats.instant(value) if value else ""


@register.filter
def local_day(value: dt.datetime | None) -> str:
    """The day in Luxembourg of an instant."""
    return formats.local_day(value) if value else ""


@register.filter
def due_day(value: dt.datetime | None) -> str:
    """The last day before a deadline."""
    return formats.due_day(value) if value else ""


@register.filter
def cents(value: int) -> str:
    return formats.cents(value)


@register.filter
def groups(value: str, length: int = 4) -> str:
    """A long code in groups, so that people can compare it."""
    return " ".join(value[start : start + length] for start in range(0, len(value), length))
