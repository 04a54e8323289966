# SPDX-License-Identifier: EUPL-1.2
"""What the variables of a case are: which names exist at the start, what is below them, of which kind they are."""

from collections.abc import Mapping

from bierger_core.interview import Question, Type

from .prove_form import PARTS
from .types import ACT_FIELDS, APPLICANT_FIELDS, CASE_FIELDS, LIBRARY_FIELDS, REGISTERS, Package

Shape = Mapping[str, str]  # part -> kind of value


def start_names(package: Package) -> frozenset[str]:
    """Give the variables with which a case starts."""
    computes = {compute.name for compute in package.form.computes}
    return frozenset({*package.form.names, *computes, "case", "applicant"})


def shape_of(package: Package, root: str) -> Shape | None:
    """Give the parts of a variable that has parts; None for a variable that is one value, or unknown."""
    more = LIBRARY_FIELDS.get(root, frozenset()) if package.library else frozenset()
    if root == "case":
        return {name: "date" if name == "opened_on" else "text" for name in CASE_FIELDS | more}
    if root == "applicant":
        return dict.fromkeys(APPLICANT_FIELDS | more, "text")
    question = package.question(root)
    if question is not None and question.type in PARTS:
        return {part: "text" if part in {"text", "section", "number"} else "number" for part in PARTS[question.type]}
    for action in package.actions.values():
        if action.output == root and action.kind == "ask-register":
            facts = REGISTERS.get((action.register, action.question), {})
            return {**facts, "found": "boolean", "reachable": "boolean"}
        if action.output == root and action.kind == "issue-act":
            return {name: "date" if name == "issued_on" else "text" for name in ACT_FIELDS}
    return None


def kind_of(package: Package, path: str) -> tuple[str, Question | None]:
    """Give the kind of value a path leads to (a Type's word, or text, date, boolean) and its question if it is one."""
    root, _, part = path.partition(".")
    question = package.question(root)
    if question is not None and not part:
        return question.type.value, question
    shape = shape_of(package, root) or {}
    return shape.get(part, "text"), None


def wrong_path(package: Package, path: str, known: frozenset[str]) -> str:
    """Give "" when a path leads to a value among the known variables; otherwise the list of what it could be."""
    root, _, part = path.partition(".")
    if root not in known:
        return ", ".join(sorted(known))
    shape = shape_of(package, root)
    if part and (shape is None or part not in shape):
        return ", ".join(f"{root}.{name}" for name in sorted(shape or {})) or root
    if not part and shape is not None and kind_of(package, path)[0] not in {Type.PLACE, Type.PARCEL}:
        return ", ".join(f"{root}.{name}" for name in sorted(shape))
    return ""


def options_of(package: Package) -> dict[str, tuple[str, ...]]:
    """Give the codes of every variable that can only hold certain codes: choices and outcomes of tasks."""
    questions = [q for step in package.form.steps for q in step.questions]
    questions += [q for task in package.tasks.values() for q in task.questions]
    options = {question.name: question.options for question in questions if question.type is Type.CHOICE}
    for task in package.tasks.values():
        if task.outcome:
            options[task.outcome] = tuple(outcome.code for outcome in task.outcomes)
    return options
