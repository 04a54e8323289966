# SPDX-License-Identifier: EUPL-1.2
"""What the limited process says of a DMN file. Runs there only.

body    path: the file's name; language; day: by whose law, ISO; decision: to try, "" for none; given: typed text by input
answer  decisions: as drawing.py has them; inputs: [{path, kind, options}]; findings: [{code, line, message, mend, level, data}];
        subset: whether gaps are proved and inputs may stay unknown; outside: the findings that say why not;
        tried: None, or {outcome, value, open, told, advised, errors: {input: code}, message}
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bierger.infra.sandbox.worker import Body, Operation, Parts
from bierger.studio.plugins import trying
from bierger.studio.plugins.drawing import Json, drawn
from bierger_core.rules import DecisionModel, Model, RulesError, load_model, read_dmn, read_xml
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
        nothing: dict[str, object] = {"decisions": [], "inputs": [], "subset": False, "outside": [], "tried": None}
        return {**nothing, "findings": _listed(refused.findings)}, {}
    strict, outside = _strict(data, path)
    model: DecisionModel | Model | None = strict.at(day) if strict else None
    findings: tuple[Finding, ...] = strict.prove() if strict else ()
    if model is None:
        model, findings = _whole(data, path, day)
    inputs = trying.inputs(model) if model else []
    if max(len(inputs), len(decisions)) > MOST:
        findings = (_too_many(path, len(decisions), len(inputs)), *findings)
    answer: dict[str, object] = {
        "decisions": decisions[:MOST], "inputs": inputs[:MOST], "findings": _listed(findings), "subset": strict is not None,
        "outside": _listed(outside), "tried": None,
    }  # fmt: skip
    if model is not None and body["decision"]:
        given = body["given"]
        assert isinstance(given, Mapping)
        texts = {str(name): str(text) for name, text in given.items()}
        answer["tried"] = trying.tried(model, str(body["decision"]), texts, str(body["language"]), day)
    return answer, {}


def _strict(data: bytes, path: str) -> tuple[DecisionModel | None, tuple[Finding, ...]]:
    try:
        return read_dmn(data, path=path), ()
    except Unread as refused:
        return None, refused.findings


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
