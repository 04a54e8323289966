# SPDX-License-Identifier: EUPL-1.2
"""Running a scenario: interview, rules and process as in a case, with a frozen clock and registers that say what is
written. Nothing here differs from a real case but the surroundings.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast

from bierger_core.interview import (
    JSON,
    Form,
    Question,
    Setting,
    Type,
    field_names,
    first_incomplete_step,
    relevant_steps,
    validate_step,
    validate_task,
)
from bierger_core.process import (
    CancelTask,
    CancelTimer,
    Command,
    CreateTask,
    Decide,
    Event,
    Finish,
    Kind,
    ProcessError,
    StartTimer,
    State,
    TaskCompleted,
    TimerFired,
    start,
    step,
)
from bierger_core.rules import EvaluationError, Value
from bierger_core.values import CoreError, local_date
from bierger_core.values.findings import Finding

from .prove_words import on_side_branch
from .running import document_inputs, due_at, evidence_value, message, settle, start_variables
from .scenarios import Given, Move, Scenario, read_scenario
from .types import ApplicantFacts, CaseFacts, Level, Package

MAX_PAGES = 200


@dataclass(frozen=True)
class ScenarioResult:
    """How one scenario went; `log` tells it step by step, `visited` names the nodes it came through."""

    name: str
    path: str
    line: int
    passed: bool
    findings: tuple[Finding, ...]
    log: tuple[str, ...]
    visited: frozenset[str] = frozenset()


def run_scenarios(package: Package) -> tuple[ScenarioResult, ...]:
    """Run every scenario of a package, by name."""
    results = []
    for path in sorted(path for path in package.files if path.startswith("scenarios/")):
        whole = package.prefix + path
        scenario, findings = read_scenario(package.files[path], path=whole)
        if scenario is None:
            results.append(ScenarioResult(path.rpartition("/")[2], whole, 1, passed=False, findings=findings, log=()))
        else:
            results.append(Simulation(package, scenario).run())
    return tuple(results)


def prove_scenarios(package: Package, results: Sequence[ScenarioResult]) -> tuple[Finding, ...]:
    """Give what failed, and which tasks and ends no scenario comes through."""
    found = [finding for result in results for finding in result.findings]
    if package.library:  # its tasks and ends are tried once, with the library
        if not results:
            mend = "Write one: what somebody answers, who does which task, which letter comes out."
            found.append(Finding("no-scenario", f"{package.prefix}scenarios/", 0, "The package has no scenario.", mend))
        return tuple(found)
    visited = frozenset().union(*(result.visited for result in results))
    for node in package.process.nodes.values():
        if node.kind in {Kind.USER, Kind.END} and node.id not in visited and not on_side_branch(package, node):
            mend = "Write a scenario that comes through it."
            message_ = f"No scenario comes through `{node.id}`."
            found.append(Finding("untried-node", package.process.path, node.line, message_, mend))
    return tuple(found)


@dataclass
class Simulation:
    """One scenario being run."""

    package: Package
    scenario: Scenario
    findings: list[Finding] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    visited: set[str] = field(default_factory=set)
    decisions: dict[str, str] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)
    facts: dict[str, Mapping[str, str]] = field(default_factory=dict)
    notified: list[str] = field(default_factory=list)
    services: dict[str, str] = field(default_factory=dict)
    opened: dict[str, int] = field(default_factory=dict)
    timers: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    end: str = ""
    _pages: list[str] = field(default_factory=list)
    _jobs: dict[int, CreateTask] = field(default_factory=dict)  # service tasks that wait, by their number

    def __post_init__(self) -> None:
        self._now = self.scenario.clock
        self._state: State | None = None

    def run(self) -> ScenarioResult:
        """Fill in the form, open the case, make the moves, compare."""
        try:
            answers = self._fill_in()
            if answers is not None:
                self._open(answers)
                for move in self.scenario.moves:
                    self._move(move)
                self._compare()
        except (CoreError, ProcessError, EvaluationError) as error:
            self._fail(self.scenario.line, f"It stops: {error}", "Correct the package or the scenario.")
        found = tuple(self.findings)
        scenario = self.scenario
        visited = frozenset(self.visited)
        return ScenarioResult(scenario.name, scenario.path, scenario.line, not found, found, tuple(self.log), visited)

    def _fail(self, line: int, text: str, mend: str = "Correct the package, or what the scenario expects.") -> None:
        self.findings.append(Finding("scenario", self.scenario.path, line, text, mend))

    def _setting(self) -> Setting:
        return Setting(local_date(self._now), None, self.scenario.known)

    def _fill_in(self) -> dict[str, JSON] | None:
        """Answer page after page. None when the scenario expects the form to refuse, and it does."""
        form, given = self.package.form, self.scenario.answers
        answers: dict[str, JSON] = {}
        refused: dict[str, str] = {}
        for _ in range(MAX_PAGES):
            page = next((one for one in relevant_steps(form, answers) if one.id not in self._pages), None)
            if page is None:
                break
            self._pages.append(page.id)
            files = {q.name: _files(given.get(q.name)) for q in page.questions if q.type is Type.FILE}
            raw = raw_of(page.questions, given)
            result = validate_step(form, page.id, raw, answers={**answers, **files}, setting=self._setting())
            answers.update(result.values)
            refused.update({name: error.params.get("code", error.code) for name, error in result.errors.items()})
            self.log.append(f"page {page.id}: {', '.join(result.values) or '-'}")
        self._asked(form, answers, refused)
        if refused != dict(self.scenario.refused):
            line = self.scenario.line
            self._fail(line, f"The form refuses {_words(refused)}, expected {_words(self.scenario.refused)}.")
            return None
        if refused:
            return None
        incomplete = first_incomplete_step(form, answers)
        if incomplete is not None:
            self._fail(self.scenario.line, f"The page `{incomplete.id}` is not complete.", "Answer its questions.")
            return None
        return answers

    def _asked(self, form: Form, answers: Mapping[str, JSON], refused: Mapping[str, str]) -> None:
        expected = self.scenario.expect.pages
        if expected is not None and list(expected) != self._pages:
            self._fail(self.scenario.expect.lines["pages"], f"The pages are {', '.join(self._pages)}.")
        for name, line in self.scenario.answer_lines.items():
            if name not in form.names:
                self._fail(line, f"The form has no question `{name}`.", "Correct the name.")
            elif name not in answers and name not in refused:
                self._fail(line, f"`{name}` is never asked in this story.", "Remove the answer, or correct `when:`.")

    def _open(self, answers: Mapping[str, JSON]) -> None:
        scenario = self.scenario
        case = CaseFacts("2026-0001", scenario.administration, scenario.language, local_date(self._now))
        kind = cast("Literal['anonymous', 'person', 'organisation']", scenario.kind)
        applicant = ApplicantFacts(kind, cast("Level", scenario.level))
        variables = start_variables(self.package, answers, case=case, applicant=applicant)
        self._state, commands = start(self.package.process, variables)
        self._perform(commands)

    def _step(self, event: Event) -> tuple[Command, ...]:
        assert self._state is not None
        self._state, commands = step(self.package.process, self._state, event)
        return commands

    def _perform(self, commands: Iterable[Command]) -> None:
        """Carry out the commands of a step, then do the service tasks one after the other, as the worker's jobs do."""
        self._carry_out(commands)
        while self._jobs:
            job = self._jobs.pop(next(iter(self._jobs)))
            self._carry_out(self._step(TaskCompleted(job.task_id, self._serve(job))))

    def _carry_out(self, commands: Iterable[Command]) -> None:
        assert self._state is not None
        for settled in settle(self.package, self._state, commands):
            self._state, command = settled.state, settled.command
            match command:
                case Decide():
                    assert settled.outcome is not None
                    self.decisions[command.decision] = _plain(settled.outcome.value)
                    self.log.append(f"decision {command.decision}: {_plain(settled.outcome.value)}")
                case CreateTask(kind=Kind.SERVICE):
                    self.visited.add(command.node)
                    self._jobs[command.task_id] = command
                case CreateTask():
                    self._task_opened(command)
                case CancelTask():
                    self.opened.pop(command.node, None)
                    self._jobs.pop(command.task_id, None)
                case StartTimer():
                    variables = self._state.variables
                    due = due_at(self.package, command.node, command.due, now=self._now, variables=variables)
                    self.timers[command.timer_id] = (command.node, due)
                case CancelTimer():
                    self.timers.pop(command.timer_id, None)
                case Finish():
                    self.end = command.end
                    self.visited.add(command.end)
                    self.log.append(f"end {command.end}")

    def _task_opened(self, command: CreateTask) -> None:
        self.opened[command.node] = command.task_id
        self.services[command.node] = command.service
        self.visited.add(command.node)
        self.log.append(f"task {command.node} for {command.role} {command.service}".rstrip())
        if command.service and command.service not in self.package.services:
            line = self.package.process.nodes[command.node].line
            text = f"The task `{command.node}` goes to the service `{command.service}`, which procedure.yaml does not name."
            self.findings.append(Finding("unknown-service", self.package.process.path, line, text, "Add it under `services:`."))

    def _serve(self, command: CreateTask) -> dict[str, Value]:
        """Do what a worker does for a service task."""
        assert self._state is not None
        variables, action = self._state.variables, self.package.actions[command.node]
        if command.action == "ask-register":
            question = f"{action.register}.{action.question}"
            said = self.scenario.registers.get(question, {"found": False})
            texts = {name: str(value) for name, value in said.items() if not isinstance(value, bool)}
            found, reachable = said.get("found") is not False, said.get("reachable") is not False
            self.log.append(f"register {question}: {'found' if found else 'not found'}")
            evidence = evidence_value(question, found=found and reachable, reachable=reachable, facts=texts)
            return {command.outputs[0]: evidence}
        if command.action == "notify":
            words = message(self.package, command.node, variables, language=self.scenario.language)
            self.notified.append(command.node)
            self.log.append(f"notice to {action.to}: {words.title}")
            return {}
        for language in self.package.languages:  # a letter that cannot be written in one language fails here
            document_inputs(self.package, command.document, {**variables, "document_language": None}, language=language)
        inputs = document_inputs(self.package, command.document, variables, language=self.scenario.language)
        self.documents.append(command.document)
        self.facts[command.document] = inputs.facts
        self.log.append(f"act {command.document} ({inputs.language})")
        act: Value = {"number": f"2026-A-{len(self.documents):04}", "issued_on": local_date(self._now)}
        return dict.fromkeys(command.outputs, act)

    def _move(self, move: Move) -> None:
        if move.wait is not None:
            self._wait(move.wait.after(self._now))
        elif move.opened is not None:
            self._same(move.line, "open", sorted(self.opened), sorted(move.opened))
        else:
            self._do(move)

    def _wait(self, until: datetime) -> None:
        """Let time pass: timers fire in the order in which they are due, each at its own instant."""
        while due := sorted((at, number) for number, (_, at) in self.timers.items() if at <= until):
            at, number = due[0]
            node, _ = self.timers.pop(number)
            self._now = max(self._now, at)
            self.visited.add(node)
            self.log.append(f"timer {node}")
            self._perform(self._step(TimerFired(number)))
        self._now = until

    def _do(self, move: Move) -> None:
        if move.task not in self.opened:
            known = ", ".join(self.opened) or "none"
            self._fail(move.line, f"The task `{move.task}` is not open.", f"Open here: {known}.")
            return
        task = self.package.tasks[move.task]
        given = dict(move.answers or {})
        for name in set(given) - {question.name for question in task.questions}:
            self._fail(move.line, f"The task `{move.task}` has no question `{name}`.", "Correct the name.")
        raw = raw_of(task.questions, given)
        if task.outcome and move.outcome:
            raw[task.outcome] = [move.outcome]
        files = {q.name: _files(given.get(q.name)) for q in task.questions if q.type is Type.FILE}
        result = validate_task(task, raw, answers=files, setting=self._setting())
        refused = {name: error.code for name, error in result.errors.items()}
        if refused != dict(move.refused or {}):
            self._fail(move.line, f"The task refuses {_words(refused)}, expected {_words(move.refused or {})}.")
        if not refused:
            task_id = self.opened.pop(move.task)
            self.log.append(f"done {move.task} {move.outcome}".rstrip())
            self._perform(self._step(TaskCompleted(task_id, result.outputs)))

    def _compare(self) -> None:
        expect = self.scenario.expect
        for name, value in expect.decisions.items():
            self._same(expect.lines["decisions"], f"decision {name}", self.decisions.get(name, "-"), value)
        if expect.documents is not None:
            self._same(expect.lines["documents"], "documents", self.documents, list(expect.documents))
        for code, facts in expect.facts.items():
            for name, text in facts.items():
                given = self.facts.get(code, {}).get(name, "-")
                self._same(expect.lines["facts"], f"fact {name} of {code}", given, text)
        if expect.notified is not None:
            self._same(expect.lines["notified"], "notified", self.notified, list(expect.notified))
        if expect.opened is not None:
            self._same(expect.lines["open"], "open", sorted(self.opened), sorted(expect.opened))
        for node, service in expect.services.items():
            self._same(expect.lines["services"], f"service of {node}", self.services.get(node, "-"), service)
        self._same(expect.lines["end"], "end", self.end or "-", expect.end or "-")

    def _same(self, line: int, what: str, given: object, expected: object) -> None:
        if given != expected:
            self._fail(line, f"{what}: got {_text(given)}, expected {_text(expected)}.")


def _text(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _words(refused: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({code})" for name, code in refused.items()) or "nothing"


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def _files(given: Given | None) -> JSON:
    files = [one for one in given if isinstance(one, Mapping)] if isinstance(given, Sequence) else []
    return files or None


def raw_of(questions: Iterable[Question], given: Mapping[str, Given]) -> dict[str, list[str]]:
    """Type the answers of a scenario into the fields of a page."""
    raw: dict[str, list[str]] = {}
    for question in questions:
        answer = given.get(question.name)
        if answer is None or question.type is Type.FILE:
            continue
        if isinstance(answer, bool):
            raw[question.name] = ["yes" if answer else "no"]
        elif isinstance(answer, str):
            raw[question.name] = [answer]
        else:
            texts = [str(one) for one in answer]
            names = field_names(question)
            raw.update({question.name: texts} if len(names) == 1 else {n: [t] for n, t in zip(names, texts, strict=False)})
    return raw
