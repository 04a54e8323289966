# SPDX-License-Identifier: EUPL-1.2
"""Reading a package: a mapping of paths to bytes becomes a Package, or is refused with everything that is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bierger_core.interview import Form, TaskForm
from bierger_core.process import BpmnRefused, Definition, Kind, read_bpmn
from bierger_core.rules import DecisionModel, Refused, read_dmn
from bierger_core.values.findings import Finding

from .digest import digest
from .errors import PackageRefused
from .read_form import FormReader
from .read_procedure import Header, read_procedure
from .reading import Reader
from .templates import join
from .texts import read_texts
from .types import ActionSpec, Package
from .vocabulary import Vocabulary, read_vocabulary
from .yamltree import Node, YamlRefused, parse_yaml

MAX_FILES = 120
MAX_TOTAL_BYTES = 3_000_000
_PATHS = re.compile(
    r"procedure\.yaml|form\.yaml|decisions\.dmn|process\.bpmn|README\.md"
    r"|documents/[a-z0-9-]{1,60}\.typ|texts/(?:fr|de|en|lb)\.yaml|scenarios/[a-z0-9-]{1,60}\.yaml"
)
REQUIRED = ("procedure.yaml", "form.yaml", "process.bpmn")


@dataclass
class _Parts:
    """What has been read so far; None where a file could not be."""

    header: Header | None = None
    form: Form | None = None
    tasks: Mapping[str, TaskForm] | None = None
    decisions: DecisionModel | None = None
    process: Definition | None = None


def load(files: Mapping[str, bytes], *, vocabulary: bytes, prefix: str = "") -> Package:
    """Read a package. `files`: path inside the package to content; `prefix`: put before the paths in findings.

    Raises PackageRefused with every finding of every file. What loads is well formed; `prove` says whether it is right.
    """
    findings: list[Finding] = []
    _limits(files, findings, prefix)
    words, wrong = read_vocabulary(vocabulary)
    findings.extend(wrong)
    parts = _read_parts(files, words, findings, prefix)
    languages = parts.header.languages if parts.header else ()
    texts = read_texts(files, languages, findings, prefix=prefix)
    if findings or parts.header is None or parts.form is None or parts.process is None:
        raise PackageRefused(tuple(sorted(findings, key=lambda one: (one.path, one.line))))
    header = parts.header
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
        vocabulary=words,
        texts=texts,
        files=dict(files),
        templates=_templates(header, files),
        prefix=prefix,
        lines=header.lines,
    )


def _limits(files: Mapping[str, bytes], findings: list[Finding], prefix: str) -> None:
    for path in sorted(files):
        if not _PATHS.fullmatch(path):
            mend = "A package holds procedure.yaml, form.yaml, decisions.dmn, process.bpmn, documents/, texts/, scenarios/."
            findings.append(Finding("unknown-file", prefix + path[:200], 0, "This file has no place in a package.", mend))
    if len(files) > MAX_FILES or sum(len(content) for content in files.values()) > MAX_TOTAL_BYTES:
        message = f"The package is larger than {MAX_FILES} files or {MAX_TOTAL_BYTES} bytes."
        findings.append(Finding("package-too-large", prefix, 0, message, "Remove what does not belong to it."))
    lacking = [path for path in REQUIRED if path not in files]
    findings.extend(Finding("missing-file", prefix + path, 0, "The package lacks this file.", "Write it.") for path in lacking)


def _read_parts(files: Mapping[str, bytes], words: Vocabulary, findings: list[Finding], prefix: str) -> _Parts:
    parts = _Parts()
    root = _yaml(files, "procedure.yaml", findings, prefix)
    if root is not None:
        parts.header = read_procedure(root, Reader(f"{prefix}procedure.yaml", findings))
    root = _yaml(files, "form.yaml", findings, prefix)
    if root is not None:
        parts.form, parts.tasks = FormReader(Reader(f"{prefix}form.yaml", findings), words).read(root)
    try:
        if "decisions.dmn" in files:
            parts.decisions = read_dmn(files["decisions.dmn"], path=f"{prefix}decisions.dmn")
    except Refused as refusal:
        findings.extend(refusal.findings)
    try:
        if "process.bpmn" in files:
            parts.process = read_bpmn(files["process.bpmn"], path=f"{prefix}process.bpmn")
    except (BpmnRefused, Refused) as refusal:
        findings.extend(refusal.findings)
    return parts


def _yaml(files: Mapping[str, bytes], path: str, findings: list[Finding], prefix: str) -> Node | None:
    if path not in files:
        return None
    try:
        return parse_yaml(files[path], path=prefix + path)
    except YamlRefused as refusal:
        findings.append(refusal.finding)
        return None


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
