# SPDX-License-Identifier: EUPL-1.2
"""scenarios/*.yaml of a situation: what somebody answers, and what must be on the list.

    about: A café with a terrace on the public square.
    on: "2026-03-02"                  the day whose law counts
    answers: {terrace: public, seats: 20}
    expect:
      needed: [commune/terrace-permit]
      optional: []
      not-needed: [commune/building-permit]
      open: {commune/late-opening: [closing_time]}
      questions: 3                    asked on the way, those answered with "I do not know yet" among them

The interview is walked as a person does it: what is asked and not among `answers` is answered with "I do not know yet". What does
not stand under `expect` is not looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bierger_core.interview import JSON, Parsed, Setting, parse_answer
from bierger_core.procedures import Fields, Node, Reader, Record, Scalar, YamlRefused, did_you_mean, parse_yaml
from bierger_core.rules import RulesError
from bierger_core.values import CoreError
from bierger_core.values.findings import Finding

from .guide import Guide
from .plan import Plan
from .types import STATES, Situation

_FIELDS = ("about", "on", "answers", "expect")
_EXPECTED = (*STATES, "open", "questions")
_MOST_PAGES = 200  # pages, after which an interview is none


@dataclass(frozen=True)
class ScenarioResult:
    """How one scenario went: `asked` names the questions in their order, `plan` is what came out (None: it did not)."""

    name: str
    path: str
    line: int
    passed: bool
    findings: tuple[Finding, ...]
    asked: tuple[str, ...] = ()
    plan: Plan | None = None


def run_scenarios(situation: Situation) -> tuple[ScenarioResult, ...]:
    """Run every scenario of a situation, by name."""
    guides: dict[date, Guide] = {}
    paths = sorted(path for path in situation.files if path.startswith("scenarios/"))
    return tuple(_Walk(situation, path, guides).run() for path in paths)


def prove_scenarios(situation: Situation, results: Sequence[ScenarioResult]) -> tuple[Finding, ...]:
    """Give what failed, and the procedures to which no scenario leads."""
    found = [finding for result in results for finding in result.findings]
    reached = {line.entry.key for one in results if one.plan for line in one.plan.lines if line.state in {"needed", "optional"}}
    for entry in situation.entries:
        if entry.key not in reached:
            message = f"No scenario leads to `{entry.key}`."
            mend = "Write a scenario in which it is needed or optional."
            found.append(Finding("untried-procedure", f"{situation.prefix}situation.yaml", entry.line, message, mend))
    return tuple(found)


@dataclass
class _Walk:
    situation: Situation
    file: str
    guides: dict[date, Guide]
    findings: list[Finding] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    plan: Plan | None = None
    line: int = 1

    @property
    def path(self) -> str:
        return self.situation.prefix + self.file

    def run(self) -> ScenarioResult:
        try:
            self._run(parse_yaml(self.situation.files[self.file], path=self.path))
        except YamlRefused as refusal:
            self.findings.append(refusal.finding)
        except (CoreError, RulesError) as error:
            self._fail(self.line, f"It stops: {error}", "Correct the situation or the scenario.")
        name = self.file.rpartition("/")[2].removesuffix(".yaml")
        found = tuple(self.findings)
        return ScenarioResult(name, self.path, self.line, not found, found, tuple(self.asked), self.plan)

    def _fail(self, line: int, text: str, mend: str = "Correct the situation, or what the scenario expects.") -> None:
        self.findings.append(Finding("scenario", self.path, line, text, mend))

    def _run(self, root: Node) -> None:
        reader = Reader(self.path, self.findings)
        record = reader.record(root, "The scenario", _FIELDS)
        record.need("about", "on", "answers", "expect")
        self.line = record.line
        try:
            day = date.fromisoformat(record.text("on", "2026-01-01"))
        except ValueError:
            reader.refuse("wrong-type", record.line_of("on"), "`on` is no day.", 'Write `on: "2026-03-02"`.')
            return
        answers = self._answers(record, day)
        if self.findings:
            return
        guide = self.guides.get(day) or self.guides.setdefault(day, Guide(self.situation, day))
        given = self._interview(guide, answers)
        self.plan = guide.plan(given)
        for name in sorted(set(answers) - set(given)):
            line = _line(record.node("answers"), name)
            self._fail(line, f"`{name}` is never asked in this case.", "Remove the answer, or correct the others.")
        self._compare(reader.record(record.node("expect"), "expect", _EXPECTED), reader)

    def _answers(self, record: Record, day: date) -> dict[str, JSON]:
        node = record.node("answers")
        form, setting = self.situation.form, Setting(day, None)
        found: dict[str, JSON] = {}
        for entry in node.entries if isinstance(node, Fields) else ():
            if entry.key not in form.names:
                self._fail(entry.line, f"form.yaml has no question `{entry.key}`.", did_you_mean(entry.key, form.names))
                continue
            text = entry.node.text if isinstance(entry.node, Scalar) else ""
            read = parse_answer(form.question(entry.key), [text], setting=setting)
            if isinstance(read, Parsed):
                found[entry.key] = read.value
            else:
                self._fail(entry.line, f"`{text}` is no answer to `{entry.key}` ({read.code}).", "Correct the answer.")
        return found

    def _interview(self, guide: Guide, answers: Mapping[str, JSON]) -> dict[str, JSON]:
        """Go from page to page until nothing matters any more; give what was answered on the way."""
        given: dict[str, JSON] = {}
        for _ in range(_MOST_PAGES):
            page = guide.next(given, [name for name in self.asked if name not in given])
            if page is None:
                break
            self.asked += page.names
            given |= {name: answers[name] for name in page.names if name in answers}
        return given

    def _compare(self, expect: Record, reader: Reader) -> None:
        assert self.plan is not None
        for state in STATES:
            if expect.has(state):
                self._same(expect.line_of(state), state, self.plan.keys(state), expect.texts(state))
        if expect.has("questions") and expect.integer("questions", 0) != len(self.asked):
            message = (
                f"{len(self.asked)} questions are asked ({', '.join(self.asked)}), expected {expect.integer('questions', 0)}."
            )
            self._fail(expect.line_of("questions"), message)
        node = expect.node("open")
        if node is None:
            return
        keys = [entry.key for entry in node.entries] if isinstance(node, Fields) else []
        opened = reader.record(node, "open", keys)
        self._same(opened.line, "open", self.plan.keys("open"), keys)
        for key in keys:
            if key in self.plan.keys("open"):
                self._same(opened.line_of(key), f"open for {key}", self.plan.line(key).open, opened.texts(key))

    def _same(self, line: int, what: str, given: Sequence[str], expected: Sequence[str]) -> None:
        if sorted(given) != sorted(expected):
            self._fail(
                line, f"{what}: got {', '.join(sorted(given)) or 'none'}, expected {', '.join(sorted(expected)) or 'none'}."
            )


def _line(node: Node | None, key: str) -> int:
    entry = node.get(key) if isinstance(node, Fields) else None
    return entry.line if entry else 1
