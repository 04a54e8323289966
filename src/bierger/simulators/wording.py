# SPDX-License-Identifier: EUPL-1.2
"""The one template tag of the simulators: {% say "key" %} in the page's language."""

from __future__ import annotations

from django import template

from bierger.simulators.texts import text

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: template.Context, *parts: str) -> str:
    return text("".join(parts), context["language"])
