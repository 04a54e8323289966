# SPDX-License-Identifier: EUPL-1.2
"""What the conductor of a case asks a package while the case runs: variables, decisions, documents, messages, dates."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bierger_core.interview import JSON, values_of
from bierger_core.process import Command, Decide, Duration, State, TaskCompleted, step
from bierger_core.rules import Outcome, Value, derive
from bierger_core.values import LU_CALENDAR, TermError, day_end, day_start, deadline, local, local_date, parse_term

from .errors import VariableMissing
from .showing import show, show_fact
from .types import REGISTERS, ApplicantFacts, CaseFacts, DocumentInputs, Package, Variables

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_.]*)\}")


@dataclass(frozen=True)
class Message:
    """A message to the applicant or the officers, in one language."""

    title: str
    body: str


def start_variables(
    package: Package, answers: Mapping[str, JSON], *, case: CaseFacts, applicant: ApplicantFacts
) -> dict[str, Value]:
    """Give the variables with which the process starts: every question, every computed value, `case`, `applicant`."""
    values = values_of(package.form, answers)
    of_case, of_applicant = _for_library(package, values, case.language) if package.library else ({}, {})
    return {
        **values,
        "case": {
            "number": case.number,
            "administration": case.administration,
            "language": case.language,
            "opened_on": case.opened_on,
            **of_case,
        },
        "applicant": {"kind": applicant.kind, "level": applicant.level, **of_applicant},
    }


def _for_library(package: Package, values: Variables, language: str) -> tuple[dict[str, Value], dict[str, Value]]:
    """What the letters of a library process say of the request: its subject and law, and who asks."""
    names = [name for party in package.parties if party.kind == "applicant" for name in party.name]
    subject = [package.title(language), *(show(package, name, values.get(name), language) for name in package.subject)]
    law = "; ".join(", art. ".join(filter(None, (law.title, ", ".join(law.articles)))) for law in package.legal_basis)
    name = " ".join(filter(None, (show(package, one, values.get(one), language) for one in names)))
    return {"subject": " · ".join(filter(None, subject)), "law": law}, {"name": name}


def lookup(variables: Variables, path: str) -> Value:
    """Follow a path; VariableMissing when its first name is not there, null when it ends on the way."""
    root, *parts = path.split(".")
    if root not in variables:
        raise VariableMissing(f"The case has no variable {root!r}.", name=root)
    value = variables[root]
    for part in parts:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def decide(package: Package, command: Decide, variables: Variables) -> Outcome:
    """Evaluate the decision a rule task asks for, by the law of the day on which the case was opened or that the file names.

    The derivation is stored with the decision, never recomputed.
    """
    if package.decisions is None:
        raise VariableMissing(f"The package has no decision {command.decision!r}.", name=command.decision)
    found = derive(package.decisions, command.decision, variables)
    return Outcome(found.value, found.as_json())


@dataclass(frozen=True)
class Settled:
    """A command, and the state after it. outcome: of a rule task, which is thereby done; None for what is yet to be done."""

    command: Command
    state: State
    outcome: Outcome | None


def settle(package: Package, state: State, commands: Iterable[Command]) -> Iterator[Settled]:
    """Go through the commands of a step in their order, and answer its rule tasks on the way.

    What an answer brings comes behind what was there already. The last state is the one to keep; without a command the given one
    stands. The conductor, the replay of a case and a scenario go the same way, so they come to the same state.
    """
    waiting = deque(commands)
    while waiting:
        command, outcome = waiting.popleft(), None
        if isinstance(command, Decide):
            outcome = decide(package, command, state.variables)
            state, more = step(package.process, state, TaskCompleted(command.task_id, {command.result: outcome.value}))
            waiting.extend(more)
        yield Settled(command, state, outcome)


def evidence_value(
    question: str, *, found: bool, reachable: bool = True, facts: Mapping[str, str | None] | None = None
) -> dict[str, Value]:
    """Give the variable that `ask-register` defines. `question` is "register.question"; facts it does not give are null.

    Dates come as ISO text. KeyError for a register's question that does not exist.
    """
    register, _, name = question.partition(".")
    given = facts or {}
    value: dict[str, Value] = {"found": found, "reachable": reachable}
    for fact, kind in REGISTERS[register, name].items():
        text = given.get(fact)
        text = text.removeprefix("L-") if text and fact == "postal_code" else text
        value[fact] = date.fromisoformat(text) if text and kind == "date" else text or None
    return value


def document_language(package: Package, variables: Variables, language: str) -> str:
    """Give the language of a document: the one asked for in the form if there is such a question, else the case's."""
    asked = variables.get("document_language")
    return asked if isinstance(asked, str) and asked in package.languages else language


def document_inputs(package: Package, code: str, variables: Variables, *, language: str) -> DocumentInputs:
    """Give all that issuing an act needs, as strings. KeyError: no such document; VariableMissing: not proved."""
    spec = package.documents[code]
    language = document_language(package, variables, language)
    fields = {name: show(package, path, lookup(variables, path), language) for name, path in spec.fields.items()}
    facts = {name: show_fact(package, path, lookup(variables, path), language) for name, path in spec.facts.items()}
    words = {
        f"{kind}_{key}": fill(package.text(f"{group}.{key}", language), fields)
        for kind, group in (("text", f"document.{code}"), ("letter", "letter"))
        for key in template_words(package, code, kind)
    }
    title = package.text(f"document.{code}.title", language)
    return DocumentInputs(spec.type, title, language, facts, {**fields, **words, "title": title}, package.template(code))


def template_words(package: Package, code: str, kind: str) -> tuple[str, ...]:
    """Give the keys of the texts a template asks for: `field("text_intro")` asks for `document.<code>.intro`."""
    source = package.template(code).decode("utf-8")
    return tuple(sorted(set(re.findall(rf'field\(\s*"{kind}_([a-z0-9_]+)"', source))))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of {names}; a name nobody knows stays, as `prove` has said."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def message(package: Package, node: str, variables: Variables, *, language: str) -> Message:
    """Give the message a `notify` task sends."""
    words = [package.text(f"message.{node}.{part}", language) for part in ("title", "body")]
    filled = [
        PLACEHOLDER.sub(lambda found: show(package, found[1], lookup(variables, found[1]), language), text) for text in words
    ]
    return Message(*filled)


def due_at(package: Package, node: str, due: Duration, *, now: datetime, variables: Variables, working: bool = False) -> datetime:
    """Give the instant at which a task is due or a timer fires.

    1. A timer named under `timers:` runs from a date of the case: the day itself does not count, the last day ends at
       midnight, and a last day without work is postponed (values.deadline).
    2. A task counted in working days is due at the end of the last of them.
    3. Everything else counts from now.
    """
    spec = package.timers.get(node)
    if spec is not None and isinstance(start := lookup(variables, spec.start), date):
        try:
            return day_end(deadline(start, parse_term(due.text)))
        except TermError:  # a mixed duration (P1M10D) is no legal term: counted without postponement
            return due.after(local(day_start(start)))
    if working and not due.months and not due.seconds:
        return day_end(LU_CALENDAR.add_working_days(local_date(now), due.days))
    return due.after(local(now))
