# SPDX-License-Identifier: EUPL-1.2
"""Library processes: `process: review` in procedure.yaml instead of a process, screens, letters and texts of one's own.

Whoever reads the folder puts the library's files beside the package's, under `library/`; so digest and closure hold them, and a
published package keeps the version of the library with which it was published.

    library/process.bpmn             as in a package; user tasks that name no service go to the first of `services:`
    library/tasks.yaml               `tasks:` (in `shows:`, the word `answers` stands for every question of the form),
                                     `documents:` (the type of an act gets the procedure's name before it) and `actions:`
    library/documents/*.typ          letters
    library/texts/{fr,de,en,lb}.yaml its texts; a text of the package with the same key goes before it

What a letter says of the request, its library cannot know: there are three more variables, `applicant.name` (the applicant's
party), `case.subject` (the title and the answers that `subject:` names) and `case.law` (the legal basis).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from bierger_core.interview import Form, TaskForm
from bierger_core.process import BpmnRefused, Definition, Kind, read_bpmn
from bierger_core.rules import Refused
from bierger_core.values.findings import Finding

from .read_form import FormReader
from .read_procedure import Header, read_actions, read_documents
from .reading import CODE, Reader
from .texts import Texts, read_texts
from .types import ActionSpec, DocumentSpec
from .yamltree import Fields, Scalar, YamlRefused, parse_yaml

FOLDER = "library/"
ANSWERS = "answers"
_PROCESS, _TASKS = f"{FOLDER}process.bpmn", f"{FOLDER}tasks.yaml"
_ROLES = frozenset({"clerk", "adviser", "decider"})


@dataclass(frozen=True)
class Library:
    """A library process as one package uses it."""

    process: Definition
    tasks: Mapping[str, TaskForm]
    documents: Mapping[str, DocumentSpec]
    actions: Mapping[str, ActionSpec]


def library_of(files: Mapping[str, bytes]) -> str:
    """Give the name of the library process that procedure.yaml asks for; "" for none, or when the file cannot be read."""
    try:
        root = parse_yaml(files.get("procedure.yaml", b""), path="procedure.yaml")
    except YamlRefused:
        return ""
    entry = root.get("process") if isinstance(root, Fields) else None
    name = entry.node.text if entry and isinstance(entry.node, Scalar) else ""
    return name if CODE.fullmatch(name) else ""  # a reader looks for a folder of this name: it must not lead elsewhere


def read_library(
    files: Mapping[str, bytes], header: Header, form: Form, names: FormReader, findings: list[Finding], *, prefix: str
) -> Library | None:
    """Read the library's files as this package uses them; None, with findings, when they are not there or not readable."""
    own = Reader(f"{prefix}procedure.yaml", findings)
    for key in ("documents", "actions"):
        if getattr(header, key):
            mend = "Remove it; the words of a letter are changed by a text of the same key in `texts/`."
            own.refuse("library-brings", header.lines[key], f"`{key}` comes with the process `{header.library}`.", mend)
    if _PROCESS not in files or _TASKS not in files:
        mend = "Correct the name (`review` and `notice` come with Bierger), or write a process.bpmn of your own."
        own.refuse("unknown-library", header.lines["process"], f"The library has no process `{header.library}`.", mend)
        return None
    reader = Reader(prefix + _TASKS, findings)
    try:
        process = read_bpmn(files[_PROCESS], path=prefix + _PROCESS)
        root = parse_yaml(files[_TASKS], path=prefix + _TASKS)
    except (BpmnRefused, Refused) as refusal:
        findings.extend(refusal.findings)
        return None
    except YamlRefused as refusal:
        findings.append(refusal.finding)
        return None
    record = reader.record(root, "A library process", {"tasks", "documents", "actions"})
    tasks = names.beside(reader).tasks(record)
    return Library(
        _served(process, header),
        {node: replace(task, shows=_shown(task, form)) for node, task in tasks.items()},
        {code: _document(spec, header) for code, spec in read_documents(reader, record).items()},
        read_actions(reader, record),
    )


def _served(process: Definition, header: Header) -> Definition:
    """Send the officers' tasks to the package's service, if it names one."""
    if not header.services:
        return process
    nodes = {
        node.id: replace(node, service=header.services[0])
        if node.kind is Kind.USER and node.role in _ROLES and not node.service and node.service_expression is None
        else node
        for node in process.nodes.values()
    }
    return replace(process, nodes=nodes)


def _shown(task: TaskForm, form: Form) -> tuple[str, ...]:
    return tuple(name for shown in task.shows for name in (form.names if shown == ANSWERS else (shown,)))


def _document(spec: DocumentSpec, header: Header) -> DocumentSpec:
    return replace(spec, template=FOLDER + spec.template, type=f"{header.name}-{spec.type}")


@lru_cache(maxsize=8)  # nearly every package borrows from one of the same few libraries
def _read_texts(
    files: tuple[tuple[str, bytes], ...], languages: tuple[str, ...], prefix: str
) -> tuple[Texts, tuple[Finding, ...]]:
    findings: list[Finding] = []
    return read_texts(dict(files), languages, findings, prefix=prefix), tuple(findings)


def library_texts(files: Mapping[str, bytes], own: Texts, header: Header, findings: list[Finding], *, prefix: str) -> Texts:
    """Put the texts of the library behind those of the package: a text that the package says itself is not borrowed."""
    texts = f"{FOLDER}texts/"
    inside = tuple((path.removeprefix(FOLDER), files[path]) for path in sorted(files) if path.startswith(texts))
    borrowed, wrong = _read_texts(inside, tuple(header.languages), prefix + FOLDER)
    findings.extend(wrong)
    lines = {}
    for (language, register), found in borrowed.lines.items():
        said = own.lines.get((language, "standard"), {})
        kept = {key: replace(line, borrowed=True) for key, line in found.items() if key not in said}
        lines[language, register] = {**kept, **own.lines.get((language, register), {})}
    return replace(own, lines={**own.lines, **lines})
