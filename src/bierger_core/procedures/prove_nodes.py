# SPDX-License-Identifier: EUPL-1.2
"""Proofs about the nodes of the process: what a task names exists, and is known when the task is reached."""

from collections.abc import Iterator, Mapping

from bierger_core.process import Kind, Node
from bierger_core.values.findings import Finding

from .dataflow import defined_before
from .prove_form import literals
from .reading import did_you_mean
from .running import PLACEHOLDER
from .schema import options_of, start_names, wrong_path
from .types import ACTIONS, REGISTERS, ROLES, Package


def at(package: Package, where: tuple[str, int], code: str, message: str, mend: str) -> Finding:
    """Give a finding in a file of the package; `where` is path and line."""
    return Finding(code, package.prefix + where[0], where[1], message, mend)


def prove_nodes(package: Package) -> Iterator[Finding]:
    """Rule, service and user tasks: what they name exists when they are reached."""
    before = defined_before(package.process, start_names(package))
    options = options_of(package)
    for flow in package.process.flows.values():
        if flow.condition is not None:
            yield from literals(flow.condition, options, package.process.path, flow.line)
    for node in package.process.nodes.values():
        known = before[node.id]
        if node.kind is Kind.RULE:
            yield from _rule(package, node, known)
        elif node.kind is Kind.SERVICE:
            yield from _service(package, node, known)
        elif node.kind is Kind.USER:
            yield from _user(package, node, known)
        if node.service and node.service not in package.services:
            mend = did_you_mean(node.service, package.services) if package.services else "Add it under `services:`."
            message = f"`{node.id}` goes to the service `{node.service}`, which procedure.yaml does not name."
            yield Finding("unknown-service", package.process.path, node.line, message, mend)
    yield from _timers(package, before)


def _timers(package: Package, before: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
    for timer in package.timers.values():
        node_found = package.process.nodes.get(timer.node)
        if node_found is None or node_found.kind is not Kind.TIMER:
            timers = [one.id for one in package.process.nodes.values() if one.kind is Kind.TIMER]
            message = f"The process has no timer `{timer.node}`."
            yield at(package, ("procedure.yaml", timer.line), "unknown-timer", message, did_you_mean(timer.node, timers))
        elif wrong := wrong_path(package, timer.start, before[timer.node]):
            message = f"The timer `{timer.node}` runs from `{timer.start}`, which is not known when it starts."
            yield at(package, ("procedure.yaml", timer.line), "undefined-variable", message, f"Known there: {wrong}.")


def _rule(package: Package, node: Node, known: frozenset[str]) -> Iterator[Finding]:
    model = package.decisions
    if model is None or node.decision not in model.decisions:
        mend = did_you_mean(node.decision, model.decisions) if model else "Write decisions.dmn."
        message = f"`{node.id}` asks for the decision `{node.decision}`, which decisions.dmn does not hold."
        yield Finding("unknown-decision", package.process.path, node.line, message, mend)
        return
    for name in sorted(model.needs(node.decision)):
        if name.split(".")[0] not in known:
            message = f"The decision `{node.decision}` needs `{name}`, which is not known at `{node.id}`."
            mend = did_you_mean(name, known)
            yield Finding("undefined-variable", package.process.path, node.line, message, mend)


def _service(package: Package, node: Node, known: frozenset[str]) -> Iterator[Finding]:
    path = package.process.path
    if node.action not in ACTIONS:
        message = f"`{node.id}` asks for the action `{node.action}`, which does not exist."
        yield Finding("unknown-action", path, node.line, message, did_you_mean(node.action, ACTIONS))
        return
    yield from {"ask-register": _asks, "notify": _notifies, "issue-act": _issues}[node.action](package, node, known)


def _asks(package: Package, node: Node, known: frozenset[str]) -> Iterator[Finding]:
    del known
    path, action = package.process.path, package.actions[node.id]
    if (action.register, action.question) not in REGISTERS:
        mend = f"Add `{node.id}: {{register: population, question: residence}}` under `actions:` of procedure.yaml."
        yield Finding("no-register", path, node.line, f"`{node.id}` does not say which register it asks.", mend)
    if len(node.outputs) != 1:
        mend = 'Write `bierger:outputs="register"`.'
        yield Finding("wrong-outputs", path, node.line, "Asking a register defines exactly one variable.", mend)


def _notifies(package: Package, node: Node, known: frozenset[str]) -> Iterator[Finding]:
    path = package.process.path
    if not package.actions[node.id].to:
        mend = f"Add `{node.id}: {{to: applicant}}` under `actions:` of procedure.yaml."
        yield Finding("no-recipient", path, node.line, f"`{node.id}` does not say whom it notifies.", mend)
    if node.outputs:
        yield Finding("wrong-outputs", path, node.line, "A notice defines no variable.", "Remove `bierger:outputs`.")
    yield from _placeholders(package, f"message.{node.id}", known)


def _issues(package: Package, node: Node, known: frozenset[str]) -> Iterator[Finding]:
    path = package.process.path
    if node.document not in package.documents:
        mend = did_you_mean(node.document, package.documents)
        message = f"`{node.id}` issues the document `{node.document}`, which procedure.yaml does not describe."
        yield Finding("unknown-document", path, node.line, message, mend)
    else:
        yield from _document_at(package, node, known)
    if len(node.outputs) > 1:
        yield Finding("wrong-outputs", path, node.line, "Issuing an act defines at most one variable.", "Keep one name.")


def _placeholders(package: Package, group: str, known: frozenset[str]) -> Iterator[Finding]:
    for language in package.languages:
        for key in (f"{group}.title", f"{group}.body"):
            line = package.texts.lines.get((language, "standard"), {}).get(key)
            for name in PLACEHOLDER.findall(line.words) if line else ():
                if wrong := wrong_path(package, name, known):
                    message = f"The text `{key}` names `{{{name}}}`, which is not known there."
                    where = (line.path, line.line) if line else ("", 1)
                    yield Finding("undefined-variable", *where, message, f"Known there: {wrong}.")


def _document_at(package: Package, node: Node, known: frozenset[str]) -> Iterator[Finding]:
    spec = package.documents[node.document]
    for group, paths in (("facts", spec.facts), ("fields", spec.fields)):
        for name, path in paths.items():
            if wrong := wrong_path(package, path, known):
                message = f"`{path}` of the document `{spec.code}` is not known when `{node.id}` issues it."
                line = spec.lines[f"{group}.{name}"]
                yield at(package, ("procedure.yaml", line), "undefined-variable", message, f"Known there: {wrong}.")


def _user(package: Package, node: Node, known: frozenset[str]) -> Iterator[Finding]:
    path = package.process.path
    if node.role not in ROLES:
        message = f"`{node.id}` belongs to the role `{node.role}`, which does not exist."
        yield Finding("unknown-role", path, node.line, message, did_you_mean(node.role, ROLES))
    task = package.tasks.get(node.id)
    if task is None:
        mend = f"Add `{node.id}:` under `tasks:` of form.yaml."
        yield Finding("no-task-form", path, node.line, f"The task `{node.id}` has no screen.", mend)
        return
    if frozenset(node.outputs) != task.outputs:
        mend = f'Write `bierger:outputs="{" ".join(sorted(task.outputs))}"`.'
        message = f"The screen of `{node.id}` gives other variables than the process expects."
        yield Finding("wrong-outputs", path, node.line, message, mend)
    for name in task.shows:
        if wrong := wrong_path(package, name, known):
            message = f"The task `{node.id}` shows `{name}`, which is not known there."
            yield Finding("undefined-variable", package.form.path, task.line, message, f"Known there: {wrong}.")
