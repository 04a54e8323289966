# SPDX-License-Identifier: EUPL-1.2
"""Reading a situation: a mapping of paths to bytes becomes a Situation, or is refused with everything that is wrong.

    situation.yaml           identity, and `procedures:` with decision, `after:` and `fills:` of each
    form.yaml                the questions, pages of them: the same grammar as a procedure's form, without conditions
    decisions.dmn            whether each procedure is needed
    texts/{fr,de,en,lb}.yaml, scenarios/*.yaml

The packages it leads to are handed in, read already.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bierger_core.interview import Form, Question, Type
from bierger_core.procedures import (
    AUDIENCES,
    CODE,
    THEMES,
    Fields,
    Folder,
    FormReader,
    Items,
    LegalBasis,
    Package,
    PackageRefused,
    Reader,
    Record,
    Scalar,
    Shape,
    Vocabulary,
    YamlRefused,
    did_you_mean,
    listed,
    parse_yaml,
    read_keywords,
    read_laws,
    read_texts,
    read_vocabulary,
)
from bierger_core.values import LANGUAGES

from .digest import digest
from .past import MOST_PAST
from .types import Entry, Situation

MAX_ENTRIES = 60
MAX_QUESTIONS = 100
HARMLESS = frozenset({Type.CHOICE, Type.BOOLEAN, Type.NUMBER, Type.MONEY, Type.DATE, Type.COMMUNE})
"""Types whose answers may stand in a link: what they say is nobody's name, number or address."""

_PATHS = re.compile(
    r"situation\.yaml|form\.yaml|decisions\.dmn|README\.md|texts/(?:fr|de|en|lb)\.yaml|scenarios/[a-z0-9-]{1,60}\.yaml"
)
_SHAPE = Shape(
    kind="situation",
    paths=_PATHS,
    required=("situation.yaml", "form.yaml", "decisions.dmn"),
    most_files=60,
    most_bytes=2_000_000,
    holds="A situation holds situation.yaml, form.yaml, decisions.dmn, texts/, scenarios/.",
)
_KEY = re.compile(r"[a-z][a-z0-9-]{0,60}/[a-z][a-z0-9-]{0,60}")
_FIELDS = (
    "situation", "version", "languages", "themes", "keywords", "audience", "legal_basis", "procedures", "sequence", "costs",
    "past",
)  # fmt: skip


@dataclass(frozen=True)
class _Head:
    name: str
    version: int
    languages: tuple[str, ...]
    themes: tuple[str, ...]
    keywords: Mapping[str, tuple[str, ...]]
    audience: tuple[str, ...]
    legal_basis: tuple[LegalBasis, ...]
    entries: tuple[Entry, ...]
    sequence: tuple[tuple[str, int], ...]
    costs: Mapping[str, float]
    past: Mapping[str, Mapping[str, int]]
    lines: Mapping[str, int]


def procedures_of(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Give the keys of the packages a situation needs, before it is loaded; () when situation.yaml cannot be read."""
    try:
        root = parse_yaml(files.get("situation.yaml", b""), path="situation.yaml")
    except YamlRefused:
        return ()
    listed_ = root.get("procedures") if isinstance(root, Fields) else None
    nodes = listed_.node.items if listed_ and isinstance(listed_.node, Items) else ()
    found = [node.get("procedure") for node in nodes if isinstance(node, Fields)]
    keys = [entry.node.text for entry in found if entry and isinstance(entry.node, Scalar)]
    return tuple(key for key in dict.fromkeys(keys) if _KEY.fullmatch(key))


def load(files: Mapping[str, bytes], *, vocabulary: bytes, packages: Mapping[str, Package], prefix: str = "") -> Situation:
    """Read a situation. `files`: path inside it to content; `packages`: by owner/name, at least those it names.

    Raises PackageRefused with every finding of every file. What loads is well formed; `prove` says whether it is right.
    """
    folder = Folder(files, prefix)
    findings = folder.findings
    folder.measure(_SHAPE)
    words, wrong = read_vocabulary(vocabulary)
    findings.extend(wrong)
    head = _read_head(folder, packages)
    form = _read_form(folder, words)
    decisions = folder.decisions()
    texts = read_texts(files, head.languages if head else (), findings, prefix=prefix)
    if findings or head is None or form is None or decisions is None:
        raise PackageRefused(tuple(sorted(findings, key=lambda one: (one.path, one.line))))
    used = {entry.key: packages[entry.key] for entry in head.entries}
    return Situation(
        name=head.name,
        version=head.version,
        digest=digest(files, vocabulary, {key: package.digest for key, package in used.items()}),
        languages=head.languages,
        themes=head.themes,
        keywords=head.keywords,
        audience=head.audience,
        legal_basis=head.legal_basis,
        form=form,
        decisions=decisions,
        entries=tuple(_filled(entry, form, used[entry.key]) for entry in head.entries),
        sequence=tuple(name for name, _ in head.sequence),
        costs=head.costs,
        past=head.past,
        packages=used,
        vocabulary=words,
        texts=texts,
        files=dict(files),
        prefix=prefix,
        lines={**head.lines, **{f"sequence.{name}": line for name, line in head.sequence}},
    )


# -- situation.yaml --------------------------------------------------------------------------------------------------


def _read_head(folder: Folder, packages: Mapping[str, Package]) -> _Head | None:
    root = folder.yaml("situation.yaml")
    if root is None:
        return None
    reader = Reader(f"{folder.prefix}situation.yaml", folder.findings)
    record = reader.record(root, "The situation", _FIELDS)
    record.need("situation", "version", "audience", "legal_basis", "procedures")
    languages = listed(reader, record, "languages", LANGUAGES) or LANGUAGES
    return _Head(
        name=record.text("situation", "?", pattern=CODE),
        version=record.integer("version", 1),
        languages=languages,
        themes=listed(reader, record, "themes", THEMES),
        keywords=read_keywords(reader, record, languages),
        audience=listed(reader, record, "audience", AUDIENCES),
        legal_basis=tuple(read_laws(reader, record)),
        entries=tuple(_entries(reader, record, packages)),
        sequence=record.lined_texts("sequence"),
        costs=_costs(reader, record),
        past=_past(reader, record),
        lines={
            **{key: record.line_of(key) for key in _FIELDS},
            **{f"{key}.{one.key}": one.line for key in ("costs", "past") for one in reader.entries(record.node(key), key)},
        },
    )


def _entries(reader: Reader, record: Record, packages: Mapping[str, Package]) -> Iterator[Entry]:
    nodes = reader.items(record.node("procedures"), "procedures")
    seen: dict[str, int] = {}
    if record.has("procedures") and not nodes:
        reader.refuse("no-procedure", record.line_of("procedures"), "The situation leads to no procedure.", "Name one.")
    if len(nodes) > MAX_ENTRIES:
        reader.refuse("situation-too-large", record.line, f"More than {MAX_ENTRIES} procedures.", "Split the situation.")
    for node in nodes:
        one = reader.record(node, "A procedure of the list", ("procedure", "decision", "after", "fills"))
        one.need("procedure", "decision")
        key = one.text("procedure")
        if key in seen:
            mend = "Name each procedure once; its decision says when it is needed."
            reader.refuse("name-taken", one.line, f"`{key}` stands on line {seen[key]} already.", mend)
            continue
        seen[key] = one.line
        if key and key not in packages:
            mend = did_you_mean(key, packages)
            reader.refuse("unknown-procedure", one.line_of("procedure"), f"There is no procedure `{key}`.", mend)
            continue
        fills = reader.record(one.node("fills"), "fills", [entry.key for entry in reader.entries(one.node("fills"), "fills")])
        names = [entry.key for entry in reader.entries(one.node("fills"), "fills")]
        lines = {
            "decision": one.line_of("decision"),
            **{f"after.{text}": line for text, line in one.lined_texts("after")},
            **{f"fills.{name}": fills.line_of(name) for name in names},
        }
        yield Entry(key, one.text("decision"), one.texts("after"), {name: fills.text(name) for name in names}, one.line, lines)


def _costs(reader: Reader, record: Record) -> dict[str, float]:
    names = [entry.key for entry in reader.entries(record.node("costs"), "costs")]
    costs = reader.record(record.node("costs"), "costs", names)
    found: dict[str, float] = {}
    for name in names:
        cost = costs.decimal(name)
        if cost is None or not 0 <= cost <= 1000:
            reader.refuse("bad-cost", costs.line_of(name), f"What `{name}` costs must lie between 0 and 1000.", "A tick costs 1.")
        else:
            found[name] = float(cost)
    return found


def _past(reader: Reader, record: Record) -> dict[str, dict[str, int]]:
    """Of MOST_PAST cases of the past: how many gave which answer, by question."""
    found: dict[str, dict[str, int]] = {}
    for question in reader.entries(record.node("past"), "past"):
        items = reader.items(question.node, f"past.{question.key}")
        counted = [reader.record(one, "A counted answer", ("answer", "times")) for one in items]
        found[question.key] = {one.text("answer"): one.integer("times", -1) for one in counted}
        if not all(0 <= count <= MOST_PAST for count in found[question.key].values()):
            message = f"An answer to `{question.key}` was given less than never, or more than {MOST_PAST} times."
            reader.refuse("bad-count", question.line, message, f"Write how many of {MOST_PAST} gave each answer.")
    return found


def _filled(entry: Entry, form: Form, package: Package) -> Entry:
    """Add to `fills` the questions of the procedure that ask for the same fact."""
    facts = {question.fact: question.name for question in _questions(form) if question.fact}
    same = {
        question.name: facts[question.fact]
        for question in _questions(package.form)
        if question.fact in facts and question.type is form.question(facts[question.fact]).type
    }
    return replace(entry, fills={**same, **entry.fills})


def _questions(form: Form) -> Iterator[Question]:
    return (question for step in form.steps for question in step.questions)


# -- form.yaml ---------------------------------------------------------------------------------------------------------


def _read_form(folder: Folder, words: Vocabulary) -> Form | None:
    root = folder.yaml("form.yaml")
    if root is None:
        return None
    reader = Reader(f"{folder.prefix}form.yaml", folder.findings)
    form, tasks = FormReader(reader, words).read(root)
    if form.computes or tasks:
        line = min([*(one.line for one in form.computes), *(one.line for one in tasks.values())])
        mend = "Write what follows from answers into decisions.dmn."
        reader.refuse("misplaced-field", line, "A situation asks, nothing more: it has no `compute:` and no `tasks:`.", mend)
    if len(form.names) > MAX_QUESTIONS:
        reader.refuse("form-too-large", 1, f"More than {MAX_QUESTIONS} questions.", "Split the situation.")
    for step in form.steps:
        if step.when is not None:
            mend = "Remove `when:`: a question is asked exactly as long as its answer can change something."
            reader.refuse("misplaced-field", step.line, f"The page `{step.id}` has a condition.", mend)
        for question in step.questions:
            _harmless(reader, question)
    return form


def _harmless(reader: Reader, question: Question) -> None:
    """A question of a situation may be answered in a link that is passed on: nothing of a person may be in it."""
    name, line = question.name, question.line
    if question.type not in HARMLESS:
        known = ", ".join(sorted(HARMLESS))
        message = f"`{name}` asks for {question.type}, which can hold personal data."
        reader.refuse("personal-question", line, message, f"Answers of a situation stand in a link: use {known}.")
    if (question.fact or "").startswith("person.") or (question.source or "").startswith("person."):
        mend = "Ask it in the procedure; here ask only what the decision needs, such as “under 30?”."
        reader.refuse("personal-question", line, f"`{name}` asks for a fact about a person.", mend)
    if question.when is not None or question.requires:
        mend = "Remove `when:` and `require:`: a question is asked as long as its answer can change something."
        reader.refuse("misplaced-field", line, f"`{name}` has a condition.", mend)
    if question.locked or question.officer_only or not question.required:
        mend = "Remove `locked:`, `for:` and `required:`; every question may be answered “I do not know yet”."
        reader.refuse("misplaced-field", line, f"`{name}` says more than a question of a situation can.", mend)
