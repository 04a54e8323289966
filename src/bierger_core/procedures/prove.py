# SPDX-License-Identifier: EUPL-1.2
"""The proofs: what must hold before a package may be published, over all its files together."""

from collections.abc import Iterator

from bierger_core.interview import RETIRED, Type, act_of
from bierger_core.process import Kind
from bierger_core.process import prove as prove_process
from bierger_core.values.findings import Finding

from .prove_documents import prove_documents
from .prove_form import prove_form
from .prove_nodes import at, prove_nodes
from .prove_words import text_keys, used_names
from .reading import did_you_mean
from .schema import start_names
from .sealed_types import prove_types
from .texts import prove_texts
from .types import Package

BUTTONS = frozenset({"attach", "remove", "own", "csrfmiddlewaretoken"})
"""What a page of a form sends beside answers (`portal.forms.drafts`, `ui`)."""
OFFICE = frozenset({"note", "check", "change", "confirm"})
"""What the page on which officers correct an act sends beside the answers of a task (`backoffice.views.acts`)."""


def prove(package: Package) -> tuple[Finding, ...]:
    """Give everything that is wrong, sorted by file and line; () when the package may be published.

    Scenarios are run apart (`scenarios.run_scenarios`): they say what the people who know the work expect.
    """
    found: list[Finding] = []
    found.extend(prove_form(package.form))
    found.extend(prove_process(package.process, names=start_names(package)))
    if not any(finding.level == "error" and finding.path == package.process.path for finding in found):
        found.extend(prove_nodes(package))
    if package.decisions is not None:
        found.extend(package.decisions.prove())
    found.extend(_header(package))
    found.extend(_tasks(package))
    found.extend(_buttons(package))
    found.extend(prove_documents(package))
    found.extend(prove_types(package))
    found.extend(_useful(package))
    found.extend(_texts(package))
    return tuple(sorted(set(found), key=lambda one: (one.path, one.line, one.code, one.message)))


def _header(package: Package) -> Iterator[Finding]:
    """Administration, parties, needed documents, sources that fit the audience."""
    names = set(package.form.names)
    question = package.administration.question
    line = package.lines["administration"]
    if question is not None and question not in names:
        message = f"The competent administration is named by `{question}`, which no step asks."
        yield at(package, ("procedure.yaml", line), "unknown-name", message, did_you_mean(question, names))
    elif question is not None and package.form.question(question).type is not Type.COMMUNE:
        message = f"`{question}` names the competent administration but is no question of type commune."
        yield at(package, ("procedure.yaml", line), "wrong-type", message, "Give it `type: commune`.")
    if package.administration.kind == "commune" and package.owner == "commune" and question is None:
        message = "A package of every commune must ask which commune is competent."
        yield at(package, ("procedure.yaml", line), "no-competence", message, "Add `question:` with a question of type commune.")
    if package.administration.kind == "any" and question is not None:
        message = "A package of any administration is begun at one: a question of type commune cannot name a State body."
        yield at(package, ("procedure.yaml", line), "wrong-type", message, "Remove `question:`.")
    if not any(party.kind == "applicant" for party in package.parties):
        mend = "Add `parties:` with `applicant: {space: true}`."
        yield at(package, ("procedure.yaml", package.lines["parties"]), "no-applicant", "Nobody is the applicant.", mend)
    for party, name in [(one, name) for one in package.parties for name in one.name if name not in names]:
        message = f"The name of the party `{party.kind}` is made of `{name}`, which no step asks."
        yield at(package, ("procedure.yaml", party.line), "unknown-name", message, did_you_mean(name, names))
    yield from _of_a_library(package, names)
    yield from _empty_sources(package)
    if package.anonymous:
        yield from _locked(package)


def _of_a_library(package: Package, names: set[str]) -> Iterator[Finding]:
    """What the letters of a library process say of the request."""
    for name in package.subject:
        if name not in names:
            message = f"The subject of the request is made of `{name}`, which no step asks."
            yield at(package, ("procedure.yaml", package.lines["subject"]), "unknown-name", message, did_you_mean(name, names))
    if package.library and not all(party.name for party in package.parties if party.kind == "applicant"):
        mend = "Write `parties: {applicant: {space: true, name: [given_name, family_name]}}`, or the organisation's name."
        message = "The letters of the library name the applicant, whose name is not said."
        yield at(package, ("procedure.yaml", package.lines["parties"]), "no-applicant-name", message, mend)
    if package.subject and not package.library:
        message = "Only a library process reads `subject:`."
        yield at(package, ("procedure.yaml", package.lines["subject"]), "misplaced-field", message, "Remove it.")


def _empty_sources(package: Package) -> Iterator[Finding]:
    """Whoever locks a question to what nothing fills would wait for an answer that cannot come."""
    for step in package.form.steps:
        for one in step.questions:
            if one.source in RETIRED or act_of(one.source or ""):
                message = f"Nothing fills the source `{one.source}`: `{one.name}` is always asked."
                yield Finding("unknown-source", package.form.path, one.line, message, "Remove `source:`, and `locked:` with it.")


def _locked(package: Package) -> Iterator[Finding]:
    for step in package.form.steps:
        for one in step.questions:
            if one.locked and one.source != "administration.code":
                message = f"`{one.name}` is locked to `{one.source}`, which an anonymous person does not have."
                yield Finding("locked-anonymous", package.form.path, one.line, message, "Remove `locked: true`.")


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
            yield at(package, ("procedure.yaml", action.line), "unknown-task", message, did_you_mean(action.node, services))


def _buttons(package: Package) -> Iterator[Finding]:
    """No question is named like something else that the page of its form sends."""
    asked = [(BUTTONS, question) for step in package.form.steps for question in step.questions]
    asked += [(BUTTONS | OFFICE, question) for task in package.tasks.values() for question in task.questions]
    for taken, question in asked:
        if question.name in taken:
            message = f"`{question.name}` is a word of the page on which it would be asked."
            yield Finding("name-taken", package.form.path, question.line, message, "Choose another name.")


def _useful(package: Package) -> Iterator[Finding]:
    """Every question serves something: asking for nothing is asking too much (GDPR, article 5(1)(c))."""
    used = used_names(package)
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
            yield at(package, ("decisions.dmn", 1), "unused-decisions", "The process asks for no decision.", mend)


def _texts(package: Package) -> Iterator[Finding]:
    needed, optional = text_keys(package)
    yield from prove_texts(package.texts, package.languages, needed, optional, prefix=package.prefix)
