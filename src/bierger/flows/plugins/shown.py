# SPDX-License-Identifier: EUPL-1.2
"""What the form of an applicant's task shows: copied to the task when it opens, so that its reader needs no variables."""

from __future__ import annotations

from collections.abc import Mapping

from bierger.flows.types import APPLICANT
from bierger_core.procedures import Package
from bierger_core.rules import Value, to_json


def shown_of(package: Package, node: str, role: str, variables: Mapping[str, Value]) -> dict[str, object]:
    """The facts that the form of the node names, by path, as JSON of the rules; what is not known yet is left out.

    Nothing for any role but the applicant's: parties see the rows of all tasks, and officers see the variables.
    """
    form = package.tasks.get(node) if role == APPLICANT else None
    found = {path: _at(variables, path) for path in (form.shows if form else ())}
    return {path: to_json(value) for path, value in found.items() if value is not None}


def _at(variables: Mapping[str, Value], path: str) -> Value:
    value: Value = variables
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
