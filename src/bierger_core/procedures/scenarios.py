# SPDX-License-Identifier: EUPL-1.2
"""scenarios/*.yaml: what the people who know the work expect, read into moves and expectations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bierger_core.interview import JSON
from bierger_core.process import Duration, DurationRefused, parse_duration
from bierger_core.values import InstantError, parse_instant
from bierger_core.values.findings import Finding

from .reading import CODE, NAME, Reader, Record
from .types import LEVELS, REGISTERS
from .yamltree import Entry, Fields, Items, Node, Scalar, YamlRefused, parse_yaml

Given = str | bool | Sequence[str] | Sequence[Mapping[str, JSON]]


@dataclass(frozen=True)
class Move:
    """One thing that happens: a task is done, or time passes, or one looks at what is open."""

    line: int
    task: str = ""
    outcome: str = ""
    answers: Mapping[str, Given] | None = None
    refused: Mapping[str, str] | None = None
    wait: Duration | None = None
    opened: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Expectation:
    """What must be so at the end; None: not looked at. `lines` says where each was written."""

    line: int
    pages: tuple[str, ...] | None
    decisions: Mapping[str, str]
    documents: tuple[str, ...] | None
    facts: Mapping[str, Mapping[str, str]]
    notified: tuple[str, ...] | None
    opened: tuple[str, ...] | None
    services: Mapping[str, str]
    end: str
    lines: Mapping[str, int]


@dataclass(frozen=True)
class Scenario:
    """One story: the day it begins, who files, what registers say, what is answered, what happens, what comes out."""

    name: str
    path: str
    line: int
    clock: datetime
    kind: str
    level: str
    administration: str
    language: str
    known: Mapping[str, JSON]
    registers: Mapping[str, Mapping[str, str | bool]]
    answers: Mapping[str, Given]
    answer_lines: Mapping[str, int]
    refused: Mapping[str, str]
    moves: tuple[Move, ...]
    expect: Expectation


_FIELDS = [
    "about",
    "clock",
    "applicant",
    "administration",
    "language",
    "known",
    "registers",
    "answers",
    "refused",
    "moves",
    "expect",
]


def read_scenario(data: bytes, *, path: str) -> tuple[Scenario | None, tuple[Finding, ...]]:
    """Read one scenario; None with findings when it is not one."""
    findings: list[Finding] = []
    try:
        root = parse_yaml(data, path=path)
    except YamlRefused as refusal:
        return None, (refusal.finding,)
    reader = Reader(path, findings)
    record = reader.record(root, "The scenario", _FIELDS)
    record.need("about", "clock", "answers", "expect")
    try:
        clock = parse_instant(record.text("clock", "2026-01-01T00:00:00Z"))
    except InstantError:
        mend = 'Write an instant in UTC: "2026-03-02T09:00:00Z".'
        reader.refuse("wrong-type", record.line_of("clock"), "The clock is not an instant.", mend)
        return None, tuple(findings)
    applicant = reader.record(record.node("applicant"), "applicant", ("kind", "level"))
    answers = reader.entries(record.node("answers"), "answers", NAME)
    given = {entry.key: (_given(reader, entry.node), entry.line) for entry in answers}
    scenario = Scenario(
        name=path.rpartition("/")[2].removesuffix(".yaml"),
        path=path,
        line=record.line,
        clock=clock,
        kind=applicant.one_of("kind", ("anonymous", "person", "organisation"), "person"),
        level=applicant.one_of("level", LEVELS, "none"),
        administration=record.text("administration", "esch-sur-alzette"),
        language=record.one_of("language", ("fr", "de", "en", "lb"), "fr"),
        known=_strings(record.node("known")),
        registers={entry.key: _facts(reader, entry.key, entry.node) for entry in _fields(record.node("registers"))},
        answers={name: value for name, (value, _) in given.items()},
        answer_lines={name: line for name, (_, line) in given.items()},
        refused=_strings(record.node("refused")),
        moves=tuple(_move(reader, node) for node in reader.items(record.node("moves"), "moves")),
        expect=_expectation(reader, reader.record(record.node("expect"), "expect", _EXPECTED)),
    )
    return (None if findings else scenario), tuple(findings)


_EXPECTED = ("pages", "decisions", "documents", "facts", "notified", "open", "services", "end")


def _fields(node: Node | None) -> Sequence[Entry]:
    return node.entries if isinstance(node, Fields) else ()


def _strings(node: Node | None) -> dict[str, str]:
    return {entry.key: entry.node.text for entry in _fields(node) if isinstance(entry.node, Scalar)}


def _facts(reader: Reader, key: str, node: Node) -> dict[str, str | bool]:
    register, _, question = key.partition(".")
    known = REGISTERS.get((register, question))
    if known is None:
        mend = ", ".join(".".join(pair) for pair in REGISTERS)
        reader.refuse("unknown-register", node.line, f"No register answers `{key}`.", f"Known: {mend}.")
        return {}
    reader.record(node, f"The answer of `{key}`", {*known, "found", "reachable"})
    facts: dict[str, str | bool] = {}
    for entry in _fields(node):
        if isinstance(entry.node, Scalar):
            facts[entry.key] = entry.node.value if isinstance(entry.node.value, bool) else entry.node.text
    return facts


def _given(reader: Reader, node: Node) -> Given:
    """An answer as it is typed: a text, true or false, several texts, or files."""
    if isinstance(node, Scalar):
        return node.value if isinstance(node.value, bool) else ("" if node.value is None else node.text)
    if isinstance(node, Fields):
        return [_file(reader, node)]
    if all(isinstance(item, Fields) for item in node.items):
        return [_file(reader, item) for item in node.items]
    return [item.text for item in node.items if isinstance(item, Scalar)]


def _file(reader: Reader, node: Node) -> dict[str, JSON]:
    record = reader.record(node, "A file", ("file_name", "media_type", "size"))
    record.need("file_name", "media_type")
    return {
        "id": "",
        "file_name": record.text("file_name"),
        "media_type": record.text("media_type"),
        "size": record.integer("size", 100_000),
    }


def _move(reader: Reader, node: Node) -> Move:
    record = reader.record(node, "A move", ("task", "outcome", "answers", "refused", "wait", "open"))
    if sum(record.has(key) for key in ("task", "wait", "open")) != 1:
        mend = "Write one of `task:`, `wait:`, `open:` a move."
        reader.refuse("bad-move", record.line, "A move is one thing that happens.", mend)
    wait: Duration | None = None
    if record.has("wait"):
        try:
            wait = parse_duration(record.text("wait"))
        except DurationRefused:
            mend = "Write an ISO 8601 duration: P5D, P3M, PT2H."
            reader.refuse("bad-period", record.line_of("wait"), "This is not a duration.", mend)
    answers = {e.key: _given(reader, e.node) for e in reader.entries(record.node("answers"), "answers", NAME)}
    return Move(
        record.line,
        record.text("task"),
        record.text("outcome", pattern=CODE) if record.has("outcome") else "",
        answers,
        _strings(record.node("refused")) if record.has("refused") else None,
        wait,
        record.texts("open") if record.has("open") else None,
    )


def _expectation(reader: Reader, record: Record) -> Expectation:
    facts = {entry.key: _strings(entry.node) for entry in _fields(record.node("facts"))}
    for key in ("pages", "documents", "notified", "open"):
        node = record.node(key)
        if node is not None and not isinstance(node, Items):
            reader.refuse("not-a-list", node.line, f"`{key}` must be a list.", f"Write `{key}: []` for none.")
    return Expectation(
        line=record.line,
        pages=record.texts("pages") if record.has("pages") else None,
        decisions=_strings(record.node("decisions")),
        documents=record.texts("documents") if record.has("documents") else None,
        facts=facts,
        notified=record.texts("notified") if record.has("notified") else None,
        opened=record.texts("open") if record.has("open") else None,
        services=_strings(record.node("services")),
        end=record.text("end"),
        lines={key: record.line_of(key) for key in _EXPECTED},
    )
