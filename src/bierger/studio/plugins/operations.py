# SPDX-License-Identifier: EUPL-1.2
"""What the limited process says of a DMN file. Runs there only.

body    path: the file's name; language; day: by whose law, ISO; decision: to try, "" for none; given: typed text by input
answer  decisions: as drawing.py has them; inputs: [{path, kind, options}]; findings: [{code, line, message, mend, level, data}];
        proved: the decisions whose gaps are looked for and whose inputs may stay unknown; outside: {decision: findings}, why not
        the others ("": the file as a whole);
        tried: None, or {outcome, value, open, told, advised, errors: {input: code}, message}
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bierger.infra.sandbox.worker import Body, Operation, Parts
from bierger.studio.plugins import trying
from bierger.studio.plugins.drawing import Json, drawn
from bierger_core.rules import DecisionModel, DmnPart, Model, RulesError, load_model, read_dmn_part, read_xml
from bierger_core.rules import Refused as Unread
from bierger_core.values.findings import Finding

MOST_FINDINGS = 100
MOST = 200  # inputs, and decisions, that a page shows: drawing thousands holds a thread of the web for seconds


def rules(body: Body, parts: Parts) -> tuple[dict[str, object], dict[str, bytes]]:
    path, data = str(body["path"]), parts["file"]
    day = date.fromisoformat(str(body["day"]))
    try:
        decisions = drawn(read_xml(data, path=path))
    except Unread as refused:
        nothing: dict[str, object] = {"decisions": [], "inputs": [], "proved": [], "outside": {}, "tried": None}
        return {**nothing, "findings": _listed(refused.findings)}, {}
    part = _part(data, path)
    strict = part.model.at(day) if part.model else None
    findings: tuple[Finding, ...] = part.model.prove() if part.model else ()
    whole: Model | None = None
    if part.outside or strict is None:
        whole, refused_parts = _whole(data, path, day)
        findings = (*findings, *refused_parts)
    inputs = trying.inputs(strict) if strict else []
    inputs += trying.others(whole, inputs) if whole else []
    if max(len(inputs), len(decisions)) > MOST:
        findings = (_too_many(path, len(decisions), len(inputs)), *findings)
    answer: dict[str, object] = {
        "decisions": decisions[:MOST], "inputs": inputs[:MOST], "findings": _listed(findings),
        "proved": list(strict.decisions)[:MOST] if strict else [], "tried": None,
        "outside": {name: _listed(found) for name, found in list(part.outside.items())[:MOST]},
    }  # fmt: skip
    model: DecisionModel | Model | None = strict if strict and (not whole or body["decision"] in strict.decisions) else whole
    if model is not None and body["decision"]:
        given = body["given"]
        assert isinstance(given, Mapping)
        texts = {str(name): str(text) for name, text in given.items()}
        answer["tried"] = trying.tried(model, str(body["decision"]), texts, str(body["language"]), day)
    return answer, {}


def _part(data: bytes, path: str) -> DmnPart:
    """Give what packages could use of the file: one table beyond it says nothing against the others."""
    try:
        return read_dmn_part(data, path=path)
    except Unread as refused:
        return DmnPart(None, {"": refused.findings})


def _whole(data: bytes, path: str, day: date) -> tuple[Model | None, tuple[Finding, ...]]:
    try:
        model = load_model({path: data}, main=path, at=day)
    except Unread as refused:
        return None, refused.findings
    except RulesError as refused:
        return None, (Finding(refused.code, path, 0, str(refused), ""),)
    return model, model.findings


def _too_many(path: str, decisions: int, inputs: int) -> Finding:
    message = f"Of {decisions} decisions and {inputs} inputs the first {MOST} are shown; all were looked at."
    return Finding("too-many-to-show", path, 0, message, "Try the others with ./bierger rules eval.", level="warning")


def _listed(findings: tuple[Finding, ...]) -> list[dict[str, Json]]:
    return [
        {"code": one.code, "line": one.line, "message": one.message, "mend": one.mend, "level": one.level, "data": dict(one.data)}
        for one in findings[:MOST_FINDINGS]
    ]


OPERATIONS: dict[str, Operation] = {"rules": rules}
