# SPDX-License-Identifier: EUPL-1.2
"""The proofs: what must hold before a package may be published, over all its files together."""

import re
from collections.abc import Iterator, Mapping

from bierger_core.interview import SOURCES, Type
from bierger_core.process import Kind, Node
from bierger_core.process import prove as prove_process
from bierger_core.values.findings import Finding

from .dataflow import defined_before
from .prove_form import literals, prove_form
from .read_procedure import BUILT_IN_FIELDS
from .reading import did_you_mean
from .running import PLACEHOLDER, template_words
from .schema import options_of, shape_of, start_names, wrong_path
from .templates import prove_template
from .texts import prove_texts
from .types import ACTIONS, REGISTERS, ROLES, Package

_TEMPLATE_FIELD = re.compile(r'field\(\s*"((?:text|letter)_[a-z0-9_]+)"')


def prove(package: Package) -> tuple[Finding, ...]:
    """Give everything that is wrong, sorted by file and line; () when the package may be published.

    Scenarios are run apart (`scenarios.run_scenarios`): they say what the people who know the work expect.
    """
    found: list[Finding] = []
    found.extend(prove_form(package.form))
    found.extend(prove_process(package.process, names=start_names(package)))
    if not any(finding.level == "error" and finding.path == package.process.path for finding in found):
        found.extend(_nodes(package))
    if package.decisions is not None:
        found.extend(package.decisions.prove())
    found.extend(_header(package))
    found.extend(_tasks(package))
    found.extend(_documents(package))
    found.extend(_useful(package))
    found.extend(_texts(package))
    return tuple(sorted(set(found), key=lambda one: (one.path, one.line, one.code, one.message)))


def _at(package: Package, path: str, line: int, code: str, message: str, mend: str) -> Finding:
    return Finding(code, package.prefix + path, line, message, mend)


def _header(package: Package) -> Iterator[Finding]:
    """Administration, parties, needed documents, sources that fit the audience."""
    names = set(package.form.names)
    question = package.administration.question
    line = package.lines["administration"]
    if question is not None and question not in names:
        message = f"The competent administration is named by `{question}`, which no step asks."
        yield _at(package, "procedure.yaml", line, "unknown-name", message, did_you_mean(question, names))
    elif question is not None and package.form.question(question).type is not Type.COMMUNE:
        message = f"`{question}` names the competent administration but is no question of type commune."
        yield _at(package, "procedure.yaml", line, "wrong-type", message, "Give it `type: commune`.")
    if package.administration.kind == "commune" and package.owner == "commune" and question is None:
        message = "A package of every commune must ask which commune is competent."
        yield _at(package, "procedure.yaml", line, "no-competence", message, "Add `question:` with a question of type commune.")
    if not any(party.kind == "applicant" for party in package.parties):
        mend = "Add `parties:` with `applicant: {space: true}`."
        yield _at(package, "procedure.yaml", package.lines["parties"], "no-applicant", "Nobody is the applicant.", mend)
    for party in package.parties:
        for name in party.name:
            if name not in names:
                message = f"The name of the party `{party.kind}` is made of `{name}`, which no step asks."
                yield _at(package, "procedure.yaml", party.line, "unknown-name", message, did_you_mean(name, names))
    if package.anonymous:
        for step in package.form.steps:
            for one in step.questions:
                if one.locked and one.source in SOURCES and one.source != "administration.code":
                    message = f"`{one.name}` is locked to `{one.source}`, which an anonymous person does not have."
                    yield Finding("locked-anonymous", package.form.path, one.line, message, "Remove `locked: true`.")


def _nodes(package: Package) -> Iterator[Finding]:
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
    for timer in package.timers.values():
        node_found = package.process.nodes.get(timer.node)
        if node_found is None or node_found.kind is not Kind.TIMER:
            timers = [one.id for one in package.process.nodes.values() if one.kind is Kind.TIMER]
            message = f"The process has no timer `{timer.node}`."
            yield _at(package, "procedure.yaml", timer.line, "unknown-timer", message, did_you_mean(timer.node, timers))
        elif wrong := wrong_path(package, timer.start, before[timer.node]):
            message = f"The timer `{timer.node}` runs from `{timer.start}`, which is not known when it starts."
            yield _at(package, "procedure.yaml", timer.line, "undefined-variable", message, f"Known there: {wrong}.")


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
    path, action = package.process.path, package.actions[node.id]
    if node.action not in ACTIONS:
        message = f"`{node.id}` asks for the action `{node.action}`, which does not exist."
        yield Finding("unknown-action", path, node.line, message, did_you_mean(node.action, ACTIONS))
        return
    if node.action == "ask-register":
        if (action.register, action.question) not in REGISTERS:
            mend = f"Add `{node.id}: {{register: population, question: residence}}` under `actions:` of procedure.yaml."
            yield Finding("no-register", path, node.line, f"`{node.id}` does not say which register it asks.", mend)
        if len(node.outputs) != 1:
            mend = 'Write `bierger:outputs="register"`.'
            yield Finding("wrong-outputs", path, node.line, "Asking a register defines exactly one variable.", mend)
    if node.action == "notify":
        if not action.to:
            mend = f"Add `{node.id}: {{to: applicant}}` under `actions:` of procedure.yaml."
            yield Finding("no-recipient", path, node.line, f"`{node.id}` does not say whom it notifies.", mend)
        if node.outputs:
            yield Finding("wrong-outputs", path, node.line, "A notice defines no variable.", "Remove `bierger:outputs`.")
        yield from _placeholders(package, f"message.{node.id}", known)
    if node.action == "issue-act":
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
                    path = f"texts/{language}.yaml"
                    yield _at(package, path, line.line if line else 1, "undefined-variable", message, f"Known there: {wrong}.")


def _document_at(package: Package, node: Node, known: frozenset[str]) -> Iterator[Finding]:
    spec = package.documents[node.document]
    for group, paths in (("facts", spec.facts), ("fields", spec.fields)):
        for name, path in paths.items():
            if wrong := wrong_path(package, path, known):
                message = f"`{path}` of the document `{spec.code}` is not known when `{node.id}` issues it."
                line = spec.lines[f"{group}.{name}"]
                yield _at(package, "procedure.yaml", line, "undefined-variable", message, f"Known there: {wrong}.")


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


def _tasks(package: Package) -> Iterator[Finding]:
    nodes = [node.id for node in package.process.nodes.values() if node.kind is Kind.USER]
    for task in package.tasks.values():
        if task.node not in nodes:
            message = f"The process has no user task `{task.node}`."
            yield Finding("unknown-task", package.form.path, task.line, message, did_you_mean(task.node, nodes))
    services = [node.id for node in package.process.nodes.values() if node.kind is Kind.SERVICE]
    for action in package.actions.values():
        if action.node not in services:
            message = f"The process has no service task `{action.node}`."
            yield _at(package, "procedure.yaml", action.line, "unknown-task", message, did_you_mean(action.node, services))


def _documents(package: Package) -> Iterator[Finding]:
    """Templates, facts of the vocabulary, documents nobody issues."""
    issued = {node.document for node in package.process.nodes.values() if node.action == "issue-act"}
    for code, spec in package.documents.items():
        if code not in issued:
            mend = f'Issue it by a service task with `bierger:document="{code}"`, or remove it.'
            yield _at(package, "procedure.yaml", spec.line, "unused-document", f"Nobody issues the document `{code}`.", mend)
        for name in spec.facts:
            if name not in package.vocabulary.facts:
                mend = did_you_mean(name, package.vocabulary.facts)
                line = spec.lines[f"facts.{name}"]
                yield _at(package, "procedure.yaml", line, "unknown-fact", f"The vocabulary has no fact `{name}`.", mend)
        asked = set(_TEMPLATE_FIELD.findall(package.template(code).decode("utf-8")))
        fields = {*spec.fields, *BUILT_IN_FIELDS, *asked, "title"}
        yield from prove_template(spec.template, package.files, fields, prefix=package.prefix)
        used = package.template(code).decode("utf-8")
        words = " ".join(
            package.text(f"document.{code}.{key}", language)
            for language in package.languages
            for key in template_words(package, code, "text")
            if f"document.{code}.{key}" in package.texts.lines.get((language, "standard"), {})
        )
        for name in spec.fields:
            if f'field("{name}")' not in used and f"{{{name}}}" not in words:
                line = spec.lines[f"fields.{name}"]
                message = f"The template of `{code}` never shows the field `{name}`."
                yield _at(package, "procedure.yaml", line, "unused-field", message, "Show it or remove it.")
        yield from _text_fields(package, code)


def _text_fields(package: Package, code: str) -> Iterator[Finding]:
    """Placeholders in the words of a letter must be fields of its document."""
    known = set(package.documents[code].fields)
    for language in package.languages:
        texts = package.texts.lines.get((language, "standard"), {})
        keys = [f"document.{code}.{key}" for key in template_words(package, code, "text")]
        keys += [f"letter.{key}" for key in template_words(package, code, "letter")]
        for key in keys:
            for name in PLACEHOLDER.findall(texts[key].words) if key in texts else ():
                if name not in known:
                    message = f"The text `{key}` names `{{{name}}}`, which is no field of the document `{code}`."
                    mend = did_you_mean(name, known)
                    yield _at(package, f"texts/{language}.yaml", texts[key].line, "unknown-field", message, mend)


def _useful(package: Package) -> Iterator[Finding]:
    """Every question serves something: asking for nothing is asking too much (GDPR, article 5(1)(c))."""
    used = _used_names(package)
    questions = [question for step in package.form.steps for question in step.questions]
    questions += [question for task in package.tasks.values() for question in task.questions]
    for question in questions:
        if question.name not in used and not question.officer_only:
            message = f"Nothing uses the answer to `{question.name}`."
            mend = "Remove it, use it (decision, process, document, `shows:`), or write `for: officer` if an officer reads it."
            yield Finding("useless-question", package.form.path, question.line, message, mend)
    for compute in package.form.computes:
        if compute.name not in used:
            message = f"Nothing uses the computed value `{compute.name}`."
            yield Finding("useless-question", package.form.path, compute.line, message, "Use it or remove it.")
    if package.decisions is not None:
        asked = {node.decision for node in package.process.nodes.values() if node.kind is Kind.RULE}
        if not asked:
            mend = "Add a business rule task with `bierger:decision`, or remove decisions.dmn."
            yield _at(package, "decisions.dmn", 1, "unused-decisions", "The process asks for no decision.", mend)


def _used_names(package: Package) -> frozenset[str]:
    paths: set[str] = set()
    for step in package.form.steps:
        conditions = [step.when, *(question.when for question in step.questions)]
        paths |= {name for one in conditions if one is not None for name in one.names()}
        for question in step.questions:
            for require in question.requires:
                paths |= set(require.condition.names()) - {question.name}
    for compute in package.form.computes:
        paths |= set(compute.expression.names())
    for node in package.process.nodes.values():
        if node.service_expression is not None:
            paths |= set(node.service_expression.names())
        if node.kind is Kind.RULE and package.decisions and node.decision in package.decisions.decisions:
            paths |= set(package.decisions.needs(node.decision))
    for flow in package.process.flows.values():
        paths |= set(flow.condition.names()) if flow.condition is not None else set()
    for document in package.documents.values():
        paths |= {*document.facts.values(), *document.fields.values()}
    paths |= {name for task in package.tasks.values() for name in task.shows}
    paths |= {timer.start for timer in package.timers.values()}
    paths |= {name for party in package.parties for name in party.name}
    paths |= {package.administration.question or ""} | {"document_language" if package.documents else ""}
    for (_, _), lines in package.texts.lines.items():
        for key, line in lines.items():
            paths |= set(PLACEHOLDER.findall(line.words)) if key.startswith("message.") else set()
    return frozenset(path.split(".")[0] for path in paths)


def _texts(package: Package) -> Iterator[Finding]:
    needed, optional = text_keys(package)
    yield from prove_texts(package.texts, package.languages, needed, optional, prefix=package.prefix)


def text_keys(package: Package) -> tuple[frozenset[str], frozenset[str]]:
    """Give the keys every language must have, and those it may have."""
    needed = {"title", "summary", "who"} | {f"needed.{code}" for code in package.needed}
    optional: set[str] = {"delay_note"}
    questions = [question for step in package.form.steps for question in step.questions]
    questions += [question for task in package.tasks.values() for question in task.questions]
    for step in package.form.steps:
        needed.add(f"step.{step.id}.title")
        optional.add(f"step.{step.id}.help")
    for question in questions:
        group = f"question.{question.name}"
        needed |= {f"{group}.label", *(f"{group}.option.{code}" for code in question.options)}
        optional |= {f"{group}.hint", f"{group}.why", *(f"{group}.option_hint.{code}" for code in question.options)}
        needed |= {f"require.{require.code}" for require in question.requires}
    for task in package.tasks.values():
        needed |= {f"task.{task.node}.title", f"state.{task.node}"}
        needed |= {f"task.{task.node}.outcome.{outcome.code}" for outcome in task.outcomes}
        needed |= {f"shown.{name}" for name in task.shows if _needs_label(package, name)}
        optional.add(f"task.{task.node}.help")
    for code in package.documents:
        needed |= {f"document.{code}.title"}
        needed |= {f"document.{code}.{key}" for key in template_words(package, code, "text")}
        needed |= {f"letter.{key}" for key in template_words(package, code, "letter")}
    for node in package.process.nodes.values():
        if node.kind is Kind.END and not on_side_branch(package, node):
            needed.add(f"end.{node.id}")
        if node.kind is Kind.SERVICE and node.action == "notify":
            needed |= {f"message.{node.id}.title", f"message.{node.id}.body"}
    needed |= {f"service.{code}" for code in package.services}
    return frozenset(needed), frozenset(optional - needed)


def _needs_label(package: Package, path: str) -> bool:
    return package.question(path) is None or shape_of(package, path.split(".")[0]) is not None and "." in path


def on_side_branch(package: Package, end: Node) -> bool:
    """An end reached only through a timer that interrupts nothing is no end of the case: nobody reads its text."""
    seen: set[str] = set()
    waiting = [end]
    while waiting:
        node = waiting.pop()
        if node.kind is Kind.TIMER and not node.interrupting:
            continue
        if node.kind is Kind.START or (node.kind is Kind.TIMER and node.interrupting):
            return False
        for flow in node.incoming:
            source = package.process.nodes[package.process.flows[flow].source]
            if source.id not in seen:
                seen.add(source.id)
                waiting.append(source)
    return True


