# SPDX-License-Identifier: EUPL-1.2
"""From what the limited process says to the page: sentences by code, fields by the kind of an input."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bierger.studio.types import DecisionShown, Outside, RuleRow, RulesPage, Said, Trial
from bierger.ui.fields import choice_field, text_field
from bierger.ui.messages import ANSWER_MESSAGES
from bierger.ui.parts import Choice, Field

Body: TypeAlias = Mapping[str, Any]  # JSON that crossed the pipe; operations.py says what stands in it
PREFIX = "in."
UNKNOWN = ""
ABSENT = "null"

# code -> what is wrong, and how to mend it; every other finding is shown as `./bierger check` says it.
FINDINGS: Mapping[str, tuple[str, str]] = {
    "table-gap": (
        gettext_noop("Decision “%(decision)s”: no rule answers this: %(example)s."),
        gettext_noop("Add a rule for it, or a default output."),
    ),
    "table-overlap": (
        gettext_noop("Decision “%(decision)s”: rules %(first)s and %(second)s both answer this: %(example)s."),
        gettext_noop("Make them exclude each other, or use the hit policy FIRST."),
    ),
    "rule-never-fires": (
        gettext_noop("Decision “%(decision)s”: rule %(rule)s never counts, whatever is answered."),
        gettext_noop("Remove it, or move it up."),
    ),
}

# What `./bierger check` advises for tables of other hit policies -> the same for the page.
BY_POLICY: Mapping[str, str] = {
    "Give both the same outputs, make them exclude each other, or use the hit policy FIRST.": gettext_noop(
        "Give both the same outputs, make them exclude each other, or use the hit policy FIRST."
    ),
    "Remove it, or list its output before the others in outputValues.": gettext_noop(
        "Remove it, or list its output before the others in outputValues."
    ),
}


def page_of(name: str, data: bytes, body: Body, *, decision: str, day: str, typed: Mapping[str, str]) -> RulesPage:
    """The page of a file; `typed`: what stands in the fields of the inputs, by path."""
    findings = [said(one) for one in body["findings"]]
    about: list[Mapping[str, str]] = [one["data"] for one in body["findings"]]
    named = {(one.get("decision"), one.get(part)) for one in about for part in ("rule", "first", "second")}
    decisions = [_decision(one, named) for one in body["decisions"]]
    tried = body["tried"]
    errors: Mapping[str, str] = tried["errors"] if tried else {}
    choices = [Choice(one.name, one.name) for one in decisions]
    usable = bool(choices and body["inputs"])
    return RulesPage(
        name=name,
        source=base64.b64encode(data).decode(),
        decisions=decisions,
        findings=findings,
        proved=body["proved"],
        outside=[Outside(name, [said(one) for one in why]) for name, why in body["outside"].items()],
        choose=choice_field("decision", _("Which decision?"), choices, value=decision, select=True) if usable else None,
        day=text_field("day", _("By the law of which day?"), value=day) if usable and body["proved"] else None,
        fields=[_field(one, typed, errors, unknown=bool(body["proved"])) for one in body["inputs"]],
        trial=_trial(tried, decision) if tried and tried["outcome"] != "wrong" else None,
    )


def said(finding: Body) -> Said:
    data, warning = finding["data"], finding["level"] == "warning"
    if finding["code"] not in FINDINGS:
        return Said(finding["line"], "", "", f"{finding['message']} {finding['mend']}".strip(), warning)
    text, mend = FINDINGS[finding["code"]]
    mend = BY_POLICY.get(finding["mend"], mend)
    words = _(text) % data
    if "period" in data:
        words = f"{words} ({data['period']})"
    return Said(finding["line"], words, _(mend), "", warning)


def _decision(found: Body, named: Iterable[tuple[str | None, str | None]]) -> DecisionShown:
    name, needs, table = found["name"], ", ".join(found["needs"]), found.get("table")
    if table is None:
        return DecisionShown(name, needs, found["kind"], found["text"])
    wrong = {number for decision, number in named if decision == name}
    rows = [
        RuleRow(one["number"], one["inputs"], one["outputs"], one["annotations"], str(one["number"]) in wrong)
        for one in table["rules"]
    ]
    hit = f"{table['hit']} {table['aggregation']}".strip()
    heads = table["inputs"], table["outputs"], table["annotations"]
    return DecisionShown(name, needs, found["kind"], "", hit, *heads, rows, table["count"] - len(rows))


def _field(one: Body, typed: Mapping[str, str], errors: Mapping[str, str], *, unknown: bool) -> Field:
    path, kind = one["path"], one["kind"]
    error = _(ANSWER_MESSAGES[errors[path]]) if path in errors else ""
    value = typed.get(path, "")
    if one["options"] is None:
        day, anything = _("A day, for example 2027-01-31"), _("A value as JSON, or a text")
        kinds = {"number": _("A number"), "date": day, "string": _("A text"), "any": anything}
        return text_field(PREFIX + path, path, value=value, hint=kinds.get(kind, ""), error=error, required=not unknown)
    words = {"true": _("Yes"), "false": _("No")}
    options = [Choice(option, words.get(option, option) if kind == "boolean" else option) for option in one["options"]]
    choices = [Choice(UNKNOWN, _("Not known yet")), *options, Choice(ABSENT, _("Has no value"))]
    return choice_field(PREFIX + path, path, choices, value=value, error=error, required=not unknown)


def _trial(tried: Body, decision: str) -> Trial:
    still: Sequence[str] = tried["open"]
    return Trial(tried["outcome"], decision, tried["value"], still, tried["told"], tried["advised"], tried["message"])
