# SPDX-License-Identifier: EUPL-1.2
"""procedure.yaml: identity, audience, law, fee, periods, documents, actions, parties."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from bierger_core.process import DurationRefused, parse_duration
from bierger_core.values import LANGUAGES

from .reading import CODE, Reader, Record, did_you_mean
from .types import (
    AUDIENCES,
    LEVELS,
    REGISTERS,
    ActionSpec,
    Competence,
    DocumentSpec,
    Fee,
    LegalBasis,
    Level,
    PartySpec,
    Period,
    Retention,
    TimerSpec,
)
from .yamltree import Node

_FIELDS = frozenset(
    [
        "procedure",
        "owner",
        "version",
        "languages",
        "themes",
        "keywords",
        "audience",
        "anonymous",
        "level",
        "legal_basis",
        "fee",
        "delay",
        "retention",
        "needed",
        "administration",
        "documents",
        "actions",
        "timers",
        "parties",
        "services",
        "process",
        "subject",
    ]
)
THEMES = (
    "housing", "building", "identity", "family", "environment", "roads", "taxes", "business", "work", "health", "animals",
    "culture", "education", "elections", "waste",
)  # fmt: skip
_NODE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,60}")
_ELI = re.compile(r"https?://[a-z.]*legilux\.public\.lu/eli/\S{1,200}|https?://data\.europa\.eu/eli/\S{1,200}")
_PATH = re.compile(r"[a-z][a-z0-9_]{0,60}(?:\.[a-z][a-z0-9_]{0,60}){0,3}")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,60}")
_FACT = re.compile(r"[a-z][a-z0-9_.]{0,120}")
BUILT_IN_FIELDS = frozenset(
    {"qr", "seal_text", "verify_url", "administration", "number", "date", "valid_until", "language", "accent"}
)


@dataclass(frozen=True)
class Header:
    """What procedure.yaml says, before it is joined with the form, the decisions, the process and the texts."""

    owner: str
    name: str
    version: int
    languages: tuple[str, ...]
    themes: tuple[str, ...]
    keywords: Mapping[str, tuple[str, ...]]
    audience: tuple[str, ...]
    anonymous: bool
    level: Level
    legal_basis: tuple[LegalBasis, ...]
    fee: Fee
    delay: Period | None
    retention: Retention
    needed: tuple[str, ...]
    administration: Competence
    documents: Mapping[str, DocumentSpec]
    actions: Mapping[str, ActionSpec]
    timers: Mapping[str, TimerSpec]
    parties: tuple[PartySpec, ...]
    services: tuple[str, ...]
    library: str
    subject: tuple[str, ...]
    lines: Mapping[str, int]


def read_procedure(root: Node, reader: Reader) -> Header:
    """Read the whole file."""
    record = reader.record(root, "The procedure", _FIELDS)
    record.need("procedure", "owner", "version", "audience", "level", "legal_basis", "retention", "administration")
    languages = listed(reader, record, "languages", LANGUAGES) or LANGUAGES
    anonymous = record.flag("anonymous", default=False)
    level = cast("Level", record.one_of("level", LEVELS, "none"))
    if anonymous and level != "none":
        mend = "Write `level: none`, or `anonymous: false`."
        reader.refuse("anonymous-level", record.line_of("level"), "Who stays anonymous has no level of assurance.", mend)
    return Header(
        owner=record.text("owner", "?", pattern=CODE),
        name=record.text("procedure", "?", pattern=CODE),
        version=record.integer("version", 1),
        languages=languages,
        themes=listed(reader, record, "themes", THEMES),
        keywords=read_keywords(reader, record, languages),
        audience=listed(reader, record, "audience", AUDIENCES),
        anonymous=anonymous,
        level=level,
        legal_basis=tuple(read_laws(reader, record)),
        fee=_fee(reader, record),
        delay=_period(reader, record, "delay", confirmed=True),
        retention=_retention(reader, record) or Retention("P10Y"),
        needed=record.texts("needed"),
        administration=_competence(reader, record),
        documents=read_documents(reader, record),
        actions=read_actions(reader, record),
        timers={e.key: _timer(reader, e.key, e.line, e.node) for e in reader.entries(record.node("timers"), "timers", _NODE)},
        parties=tuple(_party(reader, e.key, e.line, e.node) for e in reader.entries(record.node("parties"), "parties")),
        services=record.texts("services"),
        library=record.text("process", pattern=CODE) if record.has("process") else "",
        subject=record.texts("subject"),
        lines={key: record.line_of(key) for key in _FIELDS},
    )


def read_documents(reader: Reader, record: Record) -> dict[str, DocumentSpec]:
    """Read `documents:`, of a package or of a library process."""
    return {e.key: _document(reader, e.key, e.line, e.node) for e in reader.entries(record.node("documents"), "documents", CODE)}


def read_actions(reader: Reader, record: Record) -> dict[str, ActionSpec]:
    """Read `actions:`, of a package or of a library process."""
    return {e.key: _action(reader, e.key, e.line, e.node) for e in reader.entries(record.node("actions"), "actions", _NODE)}


def listed(reader: Reader, record: Record, key: str, known: Iterable[str]) -> tuple[str, ...]:
    """Read a list of texts that must be of a known list."""
    known = tuple(known)
    for text, line in record.lined_texts(key):
        if text not in known:
            reader.refuse("unknown-value", line, f"`{text}` is not known in `{key}`.", did_you_mean(text, known))
    return tuple(text for text in record.texts(key) if text in known)


def read_keywords(reader: Reader, record: Record, languages: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Read `keywords:`, of every language."""
    if not record.has("keywords"):
        return {}
    words = reader.record(record.node("keywords"), "keywords", languages)
    words.need(*languages)
    return {language: words.texts(language) for language in languages}


def read_laws(reader: Reader, record: Record) -> Iterable[LegalBasis]:
    """Read `legal_basis:`."""
    nodes = reader.items(record.node("legal_basis"), "legal_basis")
    if record.has("legal_basis") and not nodes:
        reader.refuse("no-law", record.line_of("legal_basis"), "A procedure without law.", "Name the law it rests on.")
    for node in nodes:
        law = reader.record(node, "A legal basis", {"title", "eli", "articles", "verified"})
        law.need("title", "eli", "verified")
        eli = law.text("eli")
        if eli and not _ELI.fullmatch(eli):
            mend = "Write the ELI address, as on legilux.public.lu."
            reader.refuse("bad-eli", law.line_of("eli"), f"`{eli}` is not an ELI of Luxembourg or the Union.", mend)
        yield LegalBasis(law.text("title"), eli, law.texts("articles"), law.flag("verified", default=False), law.line)


def _fee(reader: Reader, record: Record) -> Fee:
    """Without a word about it nothing is known: that it is free is written, like an amount."""
    fee = reader.record(record.node("fee"), "The fee", {"euros", "to", "verified"})
    euros, most = fee.decimal("euros"), fee.decimal("to")
    for key, amount in (("euros", euros), ("to", most)):
        if amount is not None and (amount < 0 or amount != round(amount, 2)):
            reader.refuse("wrong-type", fee.line_of(key), "A fee has at most two decimals.", "Write it like 5.00.")
    if most is not None and most <= (euros or 0):
        mend = "Write the lowest amount under `euros` and the highest under `to`."
        reader.refuse("wrong-type", fee.line_of("to"), "The highest fee is not above the lowest.", mend)
    return Fee(int((euros or 0) * 100), fee.flag("verified", default=False), int((most or 0) * 100))


def _period(reader: Reader, record: Record, key: str, *, confirmed: bool = False) -> Period | None:
    """`confirmed`: the author says whether it was read in the source; without a word it was not."""
    if not record.has(key):
        return None
    known = {"period", "days", "verified"} if confirmed else {"period", "days"}
    period = reader.record(record.node(key), key, known)
    period.need("period")
    text = period.text("period", "P1D")
    try:
        parse_duration(text)
    except DurationRefused:
        mend = "Write an ISO 8601 period: P5D, P3M, P10Y."
        reader.refuse("bad-period", period.line_of("period"), f"`{text}` is not a period.", mend)
    working = period.one_of("days", ("calendar", "working"), "calendar") == "working"
    return Period(text, working, period.flag("verified", default=not confirmed))


def _retention(reader: Reader, record: Record) -> Retention | None:
    """How long a case or an act is kept: whole days, since nothing is erased by the hour."""
    if not record.has("retention"):
        return None
    rule = reader.record(record.node("retention"), "retention", {"period", "until"})
    rule.need("period")
    text = rule.text("period", "P1D")
    try:
        whole_days = not parse_duration(text).seconds
    except DurationRefused:
        whole_days = False
    if not whole_days:
        mend = "Write an ISO 8601 period of days, months or years: P90D, P6M, P10Y."
        reader.refuse("bad-period", rule.line_of("period"), f"`{text}` is not a period of whole days.", mend)
        return None
    return Retention(text, rule.one_of("until", ("day", "year-end"), "day") == "year-end")


def _competence(reader: Reader, record: Record) -> Competence:
    spec = reader.record(record.node("administration"), "administration", {"kind", "question"})
    kind = spec.one_of("kind", ("commune", "state", "any"), "commune")
    return Competence(cast("Literal['commune', 'state', 'any']", kind), spec.text("question") or None)


def _mapping(reader: Reader, node: Node | None, what: str, keys: re.Pattern[str]) -> tuple[dict[str, str], dict[str, int]]:
    """Read `name: path.of.a.variable` lines."""
    entries = list(reader.entries(node, what, keys))
    holder = reader.record(node, what, {entry.key for entry in entries})
    paths, lines = {}, {}
    for entry in entries:
        path = holder.text(entry.key)
        if not _PATH.fullmatch(path):
            mend = "Name a question, a computed value or a variable of the process, like `register.since`."
            reader.refuse("bad-path", entry.line, f"`{path}` is not the path of a variable.", mend)
            continue
        paths[entry.key], lines[entry.key] = path, entry.line
    return paths, lines


def _document(reader: Reader, code: str, line: int, node: Node) -> DocumentSpec:
    known = {"template", "type", "name", "holder", "valid", "retention", "facts", "fields"}
    record = reader.record(node, f"The document `{code}`", known)
    record.need("template", "facts")
    facts, fact_lines = _mapping(reader, record.node("facts"), "facts", _FACT)
    fields, field_lines = _mapping(reader, record.node("fields"), "fields", _FIELD)
    for name in fields:
        if name in BUILT_IN_FIELDS:
            mend = "Choose another name: this one is filled in by the system."
            reader.refuse("name-taken", field_lines[name], f"`{name}` is a field that every template has.", mend)
    return DocumentSpec(
        code,
        record.text("template"),
        record.text("type", code, pattern=CODE),
        facts,
        fields,
        record.one_of("holder", ("applicant",), "applicant"),
        _period(reader, record, "valid"),
        line,
        {
            **{f"facts.{k}": v for k, v in fact_lines.items()},
            **{f"fields.{k}": v for k, v in field_lines.items()},
            "template": record.line_of("template"),
        },
        _retention(reader, record),
        _name(reader, record, code),
    )


def _name(reader: Reader, record: Record, code: str) -> dict[str, str]:
    if not record.has("name"):
        return {}
    words = reader.record(record.node("name"), f"The name of `{code}`", LANGUAGES)
    words.need(*LANGUAGES)
    return {language: words.text(language) for language in LANGUAGES if words.text(language).strip()}


def _action(reader: Reader, node_id: str, line: int, node: Node) -> ActionSpec:
    """Read what a service task needs; which action it is stands in the process."""
    record = reader.record(node, f"The action `{node_id}`", {"register", "question", "to"})
    asked = (record.text("register"), record.text("question"))
    if any(asked) and asked not in REGISTERS:
        known = [f"{register} {question}" for register, question in REGISTERS]
        mend = did_you_mean(" ".join(asked), known)
        reader.refuse("unknown-register", record.line, f"No register answers `{asked[0]} {asked[1]}`.", mend)
    to = record.one_of("to", ("applicant", "officers"), "applicant") if record.has("to") else ""
    return ActionSpec(node_id, "", asked[0], asked[1], to, None, line)


def _timer(reader: Reader, node_id: str, line: int, node: Node) -> TimerSpec:
    record = reader.record(node, f"The timer `{node_id}`", {"from", "verified"})
    record.need("from")
    return TimerSpec(node_id, record.text("from"), record.flag("verified", default=True), line)


def _party(reader: Reader, kind: str, line: int, node: Node) -> PartySpec:
    record = reader.record(node, f"The party `{kind}`", {"space", "name"})
    return PartySpec(kind, record.flag("space", default=False), record.texts("name"), line)
