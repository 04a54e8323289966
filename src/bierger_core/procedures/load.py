# SPDX-License-Identifier: EUPL-1.2
"""Reading a package: a mapping of paths to bytes becomes a Package, or is refused with everything that is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bierger_core.interview import Form, TaskForm
from bierger_core.process import BpmnRefused, Definition, Kind, read_bpmn
from bierger_core.rules import DecisionModel, Refused
from bierger_core.values.findings import Finding

from .digest import digest
from .errors import PackageRefused
from .folder import Folder, Shape
from .library import FOLDER, Library, library_texts, read_library
from .read_form import FormReader
from .read_procedure import Header, read_procedure
from .reading import Reader
from .templates import join
from .texts import read_texts
from .types import ActionSpec, Package
from .vocabulary import Vocabulary, read_vocabulary

_PATHS = re.compile(
    r"procedure\.yaml|form\.yaml|decisions\.dmn|process\.bpmn|README\.md"
    r"|documents/[a-z0-9-]{1,60}\.typ|texts/(?:fr|de|en|lb)\.yaml|scenarios/[a-z0-9-]{1,60}\.yaml"
    r"|library/(?:process\.bpmn|tasks\.yaml|documents/[a-z0-9-]{1,60}\.typ|texts/(?:fr|de|en|lb)\.yaml)"
)
_SHAPE = Shape(
    kind="package",
    paths=_PATHS,
    required=("procedure.yaml", "form.yaml"),
    most_files=120,
    most_bytes=3_000_000,
    holds="A package holds procedure.yaml, form.yaml, decisions.dmn, process.bpmn, documents/, texts/, scenarios/.",
)


@dataclass
class _Parts:
    """What has been read so far; None where a file could not be."""

    header: Header | None = None
    form: Form | None = None
    tasks: Mapping[str, TaskForm] | None = None
    decisions: DecisionModel | None = None
    process: Definition | None = None
    library: Library | None = None


def load(files: Mapping[str, bytes], *, vocabulary: bytes, prefix: str = "") -> Package:
    """Read a package. `files`: path inside the package to content; `prefix`: put before the paths in findings.

    Raises PackageRefused with every finding of every file. What loads is well formed; `prove` says whether it is right.
    """
    folder = Folder(files, prefix)
    findings = folder.findings
    folder.measure(_SHAPE)
    words, wrong = read_vocabulary(vocabulary)
    findings.extend(wrong)
    parts = _read_parts(folder, words)
    languages = parts.header.languages if parts.header else ()
    texts = read_texts(files, languages, findings, prefix=prefix)
    if parts.header and parts.library:
        texts = library_texts(files, texts, parts.header, findings, prefix=prefix)
    if findings or parts.header is None or parts.form is None or parts.process is None:
        raise PackageRefused(tuple(sorted(findings, key=lambda one: (one.path, one.line))))
    header = _with(parts.header, parts.library)
    return Package(
        owner=header.owner,
        name=header.name,
        version=header.version,
        digest=digest(files, vocabulary),
        themes=header.themes,
        keywords=header.keywords,
        audience=header.audience,
        anonymous=header.anonymous,
        level=header.level,
        languages=header.languages,
        legal_basis=header.legal_basis,
        fee=header.fee,
        delay=header.delay,
        retention=header.retention,
        needed=header.needed,
        administration=header.administration,
        form=parts.form,
        decisions=parts.decisions,
        process=parts.process,
        documents=header.documents,
        tasks=parts.tasks or {},
        actions=_actions(header, parts.process),
        timers=header.timers,
        parties=header.parties,
        services=header.services,
        library=header.library,
        subject=header.subject,
        vocabulary=words,
        texts=texts,
        files=dict(files),
        templates=_templates(header, files),
        prefix=prefix,
        lines=header.lines,
    )


def _read_parts(folder: Folder, words: Vocabulary) -> _Parts:
    files, findings, prefix = folder.files, folder.findings, folder.prefix
    parts = _Parts()
    root = folder.yaml("procedure.yaml")
    if root is not None:
        parts.header = read_procedure(root, Reader(f"{prefix}procedure.yaml", findings))
    root = folder.yaml("form.yaml")
    names = FormReader(Reader(f"{prefix}form.yaml", findings), words)
    if root is not None:
        parts.form, parts.tasks = names.read(root)
    parts.decisions = folder.decisions()
    if parts.header and parts.header.library:
        _borrow(files, parts, names, findings, prefix)
    else:
        parts.process = _own_process(files, findings, prefix)
    return parts


def _own_process(files: Mapping[str, bytes], findings: list[Finding], prefix: str) -> Definition | None:
    for path in sorted(path for path in files if path.startswith(FOLDER)):
        mend = "Write `process:` with the name of a library process in procedure.yaml, or remove the file."
        findings.append(Finding("unknown-file", prefix + path, 0, "The package uses no library process.", mend))
    if "process.bpmn" not in files:
        mend = "Write it, or name a library process in procedure.yaml: `process: review`."
        findings.append(Finding("missing-file", f"{prefix}process.bpmn", 0, "The package lacks this file.", mend))
        return None
    try:
        return read_bpmn(files["process.bpmn"], path=f"{prefix}process.bpmn")
    except (BpmnRefused, Refused) as refusal:
        findings.extend(refusal.findings)
        return None


def _borrow(files: Mapping[str, bytes], parts: _Parts, names: FormReader, findings: list[Finding], prefix: str) -> None:
    """Take process and screens from the library; beside it, the package has none of its own."""
    if "process.bpmn" in files:
        mend = "Remove the file, or `process:` in procedure.yaml."
        findings.append(Finding("library-brings", f"{prefix}process.bpmn", 0, "The process comes from the library.", mend))
    if parts.tasks:
        line, mend = min(task.line for task in parts.tasks.values()), "Remove `tasks:`."
        findings.append(Finding("library-brings", f"{prefix}form.yaml", line, "The tasks come from the library.", mend))
    if parts.header is None or parts.form is None:
        return
    parts.library = read_library(files, parts.header, parts.form, names, findings, prefix=prefix)
    if parts.library is not None:
        parts.process, parts.tasks = parts.library.process, parts.library.tasks


def _with(header: Header, library: Library | None) -> Header:
    return replace(header, documents=library.documents, actions=library.actions) if library else header


def _actions(header: Header, process: Definition) -> dict[str, ActionSpec]:
    """Join what the process says of its service tasks (action, output) with what procedure.yaml says."""
    actions: dict[str, ActionSpec] = {}
    for node in process.nodes.values():
        if node.kind is Kind.SERVICE:
            said = header.actions.get(node.id, ActionSpec(node.id, node.action, line=node.line))
            output = node.outputs[0] if node.outputs else None
            actions[node.id] = ActionSpec(node.id, node.action, said.register, said.question, said.to, output, said.line)
    unknown = {key: spec for key, spec in header.actions.items() if key not in actions}
    return {**actions, **unknown}


def _templates(header: Header, files: Mapping[str, bytes]) -> dict[str, bytes]:
    templates: dict[str, bytes] = {}
    for code, document in header.documents.items():
        try:
            templates[code] = join(document.template, files)
        except (KeyError, UnicodeDecodeError):  # `prove` says what is wrong with it
            templates[code] = b""
    return templates
