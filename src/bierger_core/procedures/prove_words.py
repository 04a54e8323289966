# SPDX-License-Identifier: EUPL-1.2
"""Which texts a package must have, which it should have, and which names of its own something uses."""

from bierger_core.process import Kind, Node
from bierger_core.values.findings import Finding

from .running import PLACEHOLDER, template_words
from .schema import shape_of
from .types import Package


def used_names(package: Package) -> frozenset[str]:
    """Give the variables that something uses: a condition, a decision, the process, a document, a screen, a message."""
    paths = _of_the_form(package) | _of_the_process(package)
    for document in package.documents.values():
        paths |= {*document.facts.values(), *document.fields.values()}
    paths |= {name for task in package.tasks.values() for name in task.shows}
    paths |= {timer.start for timer in package.timers.values()}
    paths |= {name for party in package.parties for name in party.name} | set(package.subject)
    paths |= {package.administration.question or ""} | {"document_language" if package.documents else ""}
    for lines in package.texts.lines.values():
        for key, line in lines.items():
            paths |= set(PLACEHOLDER.findall(line.words)) if key.startswith("message.") else set()
    return frozenset(path.split(".")[0] for path in paths)


def _of_the_form(package: Package) -> set[str]:
    paths: set[str] = set()
    for step in package.form.steps:
        conditions = [step.when, *(question.when for question in step.questions)]
        paths |= {name for one in conditions if one is not None for name in one.names()}
        for question in step.questions:
            for require in question.requires:
                paths |= set(require.condition.names()) - {question.name}
    for compute in package.form.computes:
        paths |= set(compute.expression.names())
    return paths


def _of_the_process(package: Package) -> set[str]:
    paths: set[str] = set()
    for node in package.process.nodes.values():
        if node.service_expression is not None:
            paths |= set(node.service_expression.names())
        if node.kind is Kind.RULE and package.decisions and node.decision in package.decisions.decisions:
            paths |= set(package.decisions.needs(node.decision))
    for flow in package.process.flows.values():
        paths |= set(flow.condition.names()) if flow.condition is not None else set()
    return paths


def text_keys(package: Package) -> tuple[frozenset[str], frozenset[str]]:
    """Give the keys every language must have, and those it may have."""
    needed = {"title", "summary", "who"} | {f"needed.{code}" for code in package.needed}
    optional: set[str] = {"delay_note", "fee_note"}
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


def prove_whys(package: Package) -> tuple[Finding, ...]:
    """Warn of each question of the form that does not say why it is asked (in one language but not another is an error anyhow).

    Whoever is asked may know what for (GDPR, article 13(1)(c)). Officers know it: the questions of their tasks need none.
    """
    return tuple(
        Finding(
            "question-without-why",
            package.form.path,
            question.line,
            f"`{question.name}` does not say why it is asked.",
            f"Add `why:` below `question.{question.name}` in each file of texts: what the answer is used for.",
            "warning",
        )
        for step in package.form.steps
        for question in step.questions
        if not package.texts.has(f"question.{question.name}.why")
    )


def _needs_label(package: Package, path: str) -> bool:
    return package.question(path) is None or (shape_of(package, path.split(".", maxsplit=1)[0]) is not None and "." in path)


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
