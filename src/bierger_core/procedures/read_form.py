# SPDX-License-Identifier: EUPL-1.2
"""form.yaml: the steps with their questions, the computed values, and the screens of the user tasks."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from bierger_core.interview import (
    RETIRED,
    SOURCES,
    Compute,
    Form,
    Outcome,
    Question,
    Require,
    Step,
    TaskForm,
    Type,
    act_of,
)

from .reading import CODE, NAME, Reader, Record, did_you_mean
from .vocabulary import Vocabulary
from .yamltree import Node, Scalar

MAX_QUESTIONS = 400
MAX_DECIMALS = 12  # with the 15 digits before them that are read, still a number that `decimal` rounds exactly
MEDIA_TYPES = ("application/pdf", "image/jpeg", "image/png")
_LENGTHS = {Type.TEXT: 200, Type.LONGTEXT: 4000, Type.PLACE: 300}
_COMMON = ("name", "fact", "type", "required", "when", "require", "source", "locked", "for")
_BY_TYPE: Mapping[str, tuple[Type, ...]] = {
    "options": (Type.CHOICE, Type.CHOICES),
    "min": (Type.NUMBER, Type.MONEY),
    "max": (Type.NUMBER, Type.MONEY),
    "decimals": (Type.NUMBER,),
    "min_date": (Type.DATE,),
    "max_date": (Type.DATE,),
    "min_length": (Type.TEXT, Type.LONGTEXT),
    "max_length": (Type.TEXT, Type.LONGTEXT, Type.PLACE),
    "accept": (Type.FILE,),
    "max_files": (Type.FILE,),
    "max_megabytes": (Type.FILE,),
}
_NODE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,60}")
_DAY = re.compile(r"today|[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_RESERVED = frozenset({"case", "applicant", "true", "false", "null", "and", "or", "not", "if", "then", "else", "in"})


class FormReader:
    """Reads form.yaml into a Form and the TaskForms, noting every name so that none is taken twice."""

    def __init__(self, reader: Reader, vocabulary: Vocabulary) -> None:
        self._reader = reader
        self._vocabulary = vocabulary
        self._taken: dict[str, int] = {}

    def read(self, root: Node) -> tuple[Form, dict[str, TaskForm]]:
        """Read the whole file."""
        record = self._reader.record(root, "The form", {"steps", "compute", "tasks"})
        record.need("steps")
        steps = tuple(self._steps(record))
        computes = tuple(self._computes(record))
        tasks = self.tasks(record)
        if len(self._taken) > MAX_QUESTIONS:
            self._reader.refuse("form-too-large", 1, f"More than {MAX_QUESTIONS} questions.", "Split the procedure.")
        return Form(steps, computes, self._reader.path), tasks

    def tasks(self, record: Record) -> dict[str, TaskForm]:
        """Read the screens of the user tasks."""
        found = self._reader.entries(record.node("tasks"), "tasks", _NODE)
        return {entry.key: self._task(entry.key, entry.line, entry.node) for entry in found}

    def beside(self, reader: Reader) -> "FormReader":
        """Give a reader of another file whose names must not be taken in this one."""
        other = FormReader(reader, self._vocabulary)
        other._taken = self._taken
        return other

    def _steps(self, record: Record) -> Iterable[Step]:
        seen: dict[str, int] = {}
        for node in self._reader.items(record.node("steps"), "steps"):
            step = self._reader.record(node, "A step", {"id", "when", "questions"})
            step.need("id", "questions")
            step_id = step.text("id", "?", pattern=CODE)
            if step_id in seen:
                mend = "Give it another id."
                self._reader.refuse("name-taken", step.line, f"The step `{step_id}` stands on line {seen[step_id]} too.", mend)
                continue
            seen[step_id] = step.line
            questions = self._questions(step, f"the step `{step_id}`")
            if not questions and step.has("questions"):
                self._reader.refuse(
                    "empty-step", step.line, f"The step `{step_id}` asks nothing.", "Add a question or remove it."
                )
            yield Step(step_id, questions, step.expression("when"), step.line)

    def _computes(self, record: Record) -> Iterable[Compute]:
        for entry in self._reader.entries(record.node("compute"), "compute"):
            text = entry.node.text if isinstance(entry.node, Scalar) else ""
            expression = self._reader.expression(text, entry.node.line)
            if expression is not None and self._take(entry.key, entry.line):
                yield Compute(entry.key, expression, entry.line)

    def _take(self, name: str, line: int) -> bool:
        if name in _RESERVED:
            self._reader.refuse("name-taken", line, f"`{name}` is a word of the system.", "Choose another name.")
            return False
        if name in self._taken:
            message = f"`{name}` is named on line {self._taken[name]} already."
            self._reader.refuse("name-taken", line, message, "Names are unique in the form, tasks included: choose another.")
            return False
        self._taken[name] = line
        return True

    def _questions(self, record: Record, where: str) -> tuple[Question, ...]:
        found = [self._question(node) for node in self._reader.items(record.node("questions"), f"the questions of {where}")]
        return tuple(question for question in found if question is not None)

    def _question(self, node: Node) -> Question | None:
        record = self._reader.record(node, "A question", (*_COMMON, *_BY_TYPE))
        record.need("name")
        name = record.text("name", "", pattern=NAME)
        if not name or not self._take(name, record.line):
            return None
        kind = self._type(record, name)
        for field, types in _BY_TYPE.items():
            if record.has(field) and kind is not None and kind not in types:
                words = ", ".join(types)
                message = f"`{field}` does not belong to a question of type {kind}."
                self._reader.refuse("misplaced-field", record.line_of(field), message, f"It belongs to: {words}.")
        if kind is None:
            return None
        source = self._source(record, kind)
        accept = self._accept(record, kind)
        return Question(
            name=name,
            type=kind,
            line=record.line,
            fact=record.text("fact") or None,
            required=record.flag("required", default=True),
            when=record.expression("when"),
            requires=tuple(self._requires(record)),
            options=self._options(record, kind),
            source=source,
            locked=record.flag("locked", default=False),
            min=record.decimal("min"),
            max=record.decimal("max"),
            decimals=self._decimals(record),
            min_date=self._day(record, "min_date"),
            max_date=self._day(record, "max_date"),
            min_length=record.integer("min_length", 0),
            max_length=record.integer("max_length", _LENGTHS.get(kind, 200)),
            accept=accept,
            max_files=record.integer("max_files", 1),
            max_bytes=int((record.decimal("max_megabytes") or Decimal(10)) * 1_000_000),
            officer_only=record.one_of("for", ("everybody", "officer"), "everybody") == "officer",
        )

    def _decimals(self, record: Record) -> int:
        decimals = record.integer("decimals", 0)
        if 0 <= decimals <= MAX_DECIMALS:
            return decimals
        message = f"`decimals` of a question must lie between 0 and {MAX_DECIMALS}."
        self._reader.refuse("wrong-type", record.line_of("decimals"), message, "Write how many decimals people may type.")
        return 0

    def _type(self, record: Record, name: str) -> Type | None:
        """The type comes from the fact; written beside it, it must be the same."""
        fact_name = record.text("fact")
        fact = self._vocabulary.facts.get(fact_name)
        if fact_name and fact is None:
            mend = did_you_mean(fact_name, self._vocabulary.facts)
            self._reader.refuse("unknown-fact", record.line_of("fact"), f"The vocabulary has no fact `{fact_name}`.", mend)
        if not record.has("type"):
            if fact is None and not fact_name:
                mend = "Add `type:` or `fact:`."
                self._reader.refuse("missing-field", record.line, f"The question `{name}` has no type.", mend)
            return fact.type if fact else None
        text = record.text("type")
        known = [one.value for one in Type]
        if text not in known:
            message = f"`{text}` is not a type of question."
            self._reader.refuse("unknown-type", record.line_of("type"), message, did_you_mean(text, known))
            return None
        if fact is not None and fact.type != text:
            message = f"The vocabulary gives `{fact_name}` the type {fact.type}, not {text}."
            self._reader.refuse("type-of-fact", record.line_of("type"), message, "Remove `type:`; the fact gives it.")
        return Type(text)

    def _source(self, record: Record, kind: Type) -> str | None:
        source, known = record.text("source") or None, {**SOURCES, **RETIRED}  # of the latter `prove` says what they are
        if source is not None and act_of(source):
            known[source] = Type.BOOLEAN
        if source is not None and source not in known:
            mend = did_you_mean(source, SOURCES)
            self._reader.refuse("unknown-source", record.line_of("source"), f"There is no source `{source}`.", mend)
            return None
        if source is not None and known[source] is not kind:
            message = f"The source `{source}` gives {known[source]}, the question asks {kind}."
            self._reader.refuse("source-type", record.line_of("source"), message, f"Write `type: {known[source]}`.")
        if record.flag("locked", default=False) and source is None:
            mend = "Add `source:` or remove `locked:`."
            self._reader.refuse("locked-without-source", record.line_of("locked"), "A locked question needs a source.", mend)
        return source

    def _options(self, record: Record, kind: Type) -> tuple[str, ...]:
        if kind not in {Type.CHOICE, Type.CHOICES}:
            return ()
        found: list[str] = []
        for text, line in record.lined_texts("options"):
            if not CODE.fullmatch(text) or text in found:
                mend = "Write each code once, in small letters, digits and hyphens."
                self._reader.refuse("bad-option", line, f"`{text}` cannot be an option here.", mend)
            else:
                found.append(text)
        if len(found) < 2:  # one option is no choice
            mend = "Write at least two `options:`."
            self._reader.refuse("missing-options", record.line, "A choice needs at least two options.", mend)
        return tuple(found)

    def _accept(self, record: Record, kind: Type) -> tuple[str, ...]:
        if kind is not Type.FILE:
            return ()
        accept = record.lined_texts("accept")
        if not accept:
            mend = f"Add `accept:` with some of {', '.join(MEDIA_TYPES)}."
            self._reader.refuse("missing-field", record.line, "A file question must say what it accepts.", mend)
        for text, line in accept:
            if text not in MEDIA_TYPES:
                mend = did_you_mean(text, MEDIA_TYPES)
                self._reader.refuse("unknown-media-type", line, f"Files of type `{text}` cannot be accepted.", mend)
        return tuple(text for text, _ in accept)

    def _day(self, record: Record, key: str) -> str | None:
        text = record.text(key) or None
        if text is not None and not _DAY.fullmatch(text):
            mend = 'Write "today" or a day like "2026-01-31".'
            self._reader.refuse("wrong-type", record.line_of(key), f"`{key}` cannot be `{text}`.", mend)
            return None
        return text

    def _requires(self, record: Record) -> Iterable[Require]:
        for node in self._reader.items(record.node("require"), "require"):
            require = self._reader.record(node, "A requirement", {"code", "if"})
            require.need("code", "if")
            condition = require.expression("if")
            if condition is not None:
                yield Require(require.text("code", "?", pattern=CODE), condition, require.line)

    def _task(self, node_id: str, line: int, node: Node) -> TaskForm:
        record = self._reader.record(node, f"The task `{node_id}`", {"outcome", "outcomes", "questions", "shows"})
        questions = self._questions(record, f"the task `{node_id}`")
        for question in questions:
            if question.when is not None or question.requires:
                message = f"`{question.name}` stands on one page with all questions of its task: it can have no condition."
                self._reader.refuse("same-page-dependency", question.line, message, "Use `needs:` of an outcome instead.")
        outcome = record.text("outcome", pattern=NAME) or None
        if outcome is not None:
            self._take(outcome, record.line_of("outcome"))
        outcomes = tuple(self._outcomes(record, {question.name for question in questions}))
        if bool(outcome) != bool(outcomes):
            mend = "Write `outcome: <variable>` and at least two `outcomes:`, or neither."
            self._reader.refuse("missing-field", record.line, f"The task `{node_id}` has only half an outcome.", mend)
        return TaskForm(node_id, questions, outcome, outcomes, record.texts("shows"), line)

    def _outcomes(self, record: Record, names: set[str]) -> Iterable[Outcome]:
        for node in self._reader.items(record.node("outcomes"), "outcomes"):
            outcome = self._reader.record(node, "An outcome", {"code", "needs"})
            outcome.need("code")
            for name, line in outcome.lined_texts("needs"):
                if name not in names:
                    mend = did_you_mean(name, names)
                    self._reader.refuse("unknown-name", line, f"The task has no question `{name}`.", mend)
            yield Outcome(outcome.text("code", "?", pattern=CODE), outcome.texts("needs"), outcome.line)
