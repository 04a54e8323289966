# SPDX-License-Identifier: EUPL-1.2
"""Trying a decision with what is typed: known inputs and unknown ones. Runs in the limited process."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from bierger.studio.plugins.drawing import Json
from bierger_core.interview import AnswerError, Question, Setting, Type, parse_answer
from bierger_core.interview import from_json as value_of
from bierger_core.rules import (
    Decided,
    DecisionModel,
    DecisionTable,
    Fails,
    InputType,
    Model,
    RulesError,
    UnaryTests,
    Undecided,
    Value,
    advised,
    compile_partial,
    derive,
    read_json,
    to_feel,
    to_plain,
    told,
    why_not,
)

MISSING = "null"  # typed where an input is known to have no value
_CONSTANTS = re.compile(r'"[^"]*"(\s*,\s*"[^"]*")*')
MOST_SENTENCES = 12
LONGEST = 10_000  # characters of a value that are shown


# -- what can be given --------------------------------------------------------------------------------------------------


def inputs(model: DecisionModel | Model) -> list[dict[str, Json]]:
    """Every input by its dotted path, with the kind of value and, where these are few, the values themselves."""
    if isinstance(model, Model):
        return [{"path": name, "kind": "any", "options": None} for name in model.inputs]
    kinds = dict(_leaves(model))
    columns = _columns(model)
    found: list[dict[str, Json]] = []
    for path, kind in kinds.items():
        base = kind.base if kind.base != "any" or path not in columns else columns[path].base
        options = _options(base, kind.allowed or (columns[path].allowed if path in columns else None))
        found.append({"path": path, "kind": base, "options": options})
    return found


def others(model: Model, known: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """The inputs that no decision of the subset reads."""
    paths = [str(one["path"]) for one in known]
    return [one for one in inputs(model) if not any(f"{path}.".startswith(f"{one['path']}.") for path in paths)]


def _leaves(model: DecisionModel) -> Iterator[tuple[str, InputType]]:
    """The inputs; of one that is a context, what is read of it."""
    read = {name for one in model.by_name.values() for name in one.logic.names()}
    for name, kind in model.inputs.items():
        below = sorted(path for path in read if path.startswith(f"{name}."))
        if kind.components:
            yield from ((f"{name}.{part}", of) for part, of in kind.components.items())
        elif below:
            yield from ((path, InputType("any")) for path in below)
        else:
            yield name, kind


def _columns(model: DecisionModel) -> dict[str, InputType]:
    """The types of the columns that stand on an input alone: they say what an input of no declared type may be."""
    tables = [one.logic for one in model.by_name.values() if isinstance(one.logic, DecisionTable)]
    return {column.expression.text: column.type for table in tables for column in table.columns}


def _options(base: str, allowed: UnaryTests | None) -> list[Json] | None:
    if base == "boolean":
        return ["true", "false"]
    if base == "string" and allowed is not None and _CONSTANTS.fullmatch(allowed.text.strip()):
        return list(re.findall(r'"([^"]*)"', allowed.text))
    return None


# -- what comes of it ---------------------------------------------------------------------------------------------------


def tried(model: DecisionModel | Model, decision: str, texts: Mapping[str, str], language: str, day: date) -> dict[str, Json]:
    """Decide with what was typed; an empty text is an input that is not known yet."""
    if isinstance(model, Model):
        try:
            return _whole(model, decision, _by_name(model, texts))
        except RulesError as error:
            return _answer("fails", value=error.code, message=str(error))
    kinds = {str(one["path"]): str(one["kind"]) for one in inputs(model)}
    given: dict[str, object] = {}
    errors: dict[str, Json] = {}
    for path, text in texts.items():
        if path in kinds and text.strip():
            value = _value(kinds[path], path, text.strip(), day)
            if isinstance(value, AnswerError):
                errors[path] = value.code
            else:
                given[path] = value
    if errors:
        return _answer("wrong", errors=errors)
    try:
        return _strict(model, decision, given, language)
    except RulesError as error:
        return _answer("fails", value=error.code, message=str(error))


def _value(kind: str, path: str, text: str, day: date) -> object:
    """The value, read as the forms of procedures read it."""
    if text == MISSING:
        return None
    types = {"number": Type.NUMBER, "date": Type.DATE, "boolean": Type.BOOLEAN}
    if kind in types:
        question = Question(path, types[kind], decimals=10)
        parsed = parse_answer(question, _parts(kind, text), setting=Setting(today=day))
        return parsed if isinstance(parsed, AnswerError) else value_of(question, parsed.value)
    if kind == "any":
        try:
            return read_json(text)
        except RulesError:
            return text
    return text


def _by_name(model: Model, texts: Mapping[str, str]) -> dict[str, object]:
    """The inputs of a decision beyond the subset; parts of a context are put together."""
    given: dict[str, object] = {}
    for path, text in texts.items():
        name = next((one for one in model.inputs if f"{path}.".startswith(f"{one}.")), None)
        if name is not None and text.strip():
            kind = "string" if path == name and model.type_of(name).kind == "string" else "any"
            _put(given, [name, *path.removeprefix(name).split(".")[1:]], _value(kind, path, text.strip(), date.min))
    return given


def _put(whole: dict[str, object], parts: list[str], value: object) -> None:
    place = whole
    for part in parts[:-1]:
        below = place.setdefault(part, {})
        assert isinstance(below, dict)
        place = below
    place[parts[-1]] = value


def _parts(kind: str, text: str) -> list[str]:
    return {"true": ["yes"], "false": ["no"]}.get(text, [text]) if kind == "boolean" else [text]


def _strict(model: DecisionModel, decision: str, given: Mapping[str, object], language: str) -> dict[str, Json]:
    whole = _nested(model, given)
    verdict = compile_partial(model, decision, may_be_null=[name for name, value in whole.items() if value is None]).decide(whole)
    if isinstance(verdict, Undecided):
        return _answer("undecided", still=list(verdict.inputs))
    if isinstance(verdict, Fails):
        return _answer("fails", value=verdict.code)
    assert isinstance(verdict, Decided)
    answer = _answer("decided", value=_shown(verdict.value))
    if whole.keys() >= model.needs(decision):
        said = told(derive(model, decision, whole), language, excluded=True)
        answer["told"] = [one.text for one in said[:MOST_SENTENCES]]
        found = advised(why_not(model, decision, whole), decision, language)
        answer["advised"] = [one.text for one in found[:MOST_SENTENCES]]
    return answer


def _whole(model: Model, decision: str, given: Mapping[str, object]) -> dict[str, Json]:
    """All of DMN: what was not given is null, and nothing is derived."""
    result = model.evaluate(decision, {name: to_feel(value, model.type_of(name), name=name) for name, value in given.items()})
    return _answer("decided", value=to_plain(result.value), message=" ".join(str(note) for note in result.notes))


def _shown(value: Value) -> str:
    return value if isinstance(value, str) else to_plain(value) if not isinstance(value, date) else value.isoformat()


def _nested(model: DecisionModel, given: Mapping[str, object]) -> dict[str, object]:
    """The inputs of the model. A context is known as a whole or not at all: with a part of it missing it counts as unknown."""
    whole: dict[str, object] = {}
    missing: set[str] = set()
    for path in (str(one["path"]) for one in inputs(model)):
        name, *parts = path.split(".")
        if path not in given:
            missing.add(name)
        else:
            _put(whole, [name, *parts], given[path])
    return {name: value for name, value in whole.items() if name not in missing}


def _answer(
    outcome: str, *, value: str = "", still: list[Json] | None = None, errors: dict[str, Json] | None = None, message: str = ""
) -> dict[str, Json]:
    shown = value if len(value) <= LONGEST else f"{value[:LONGEST]} …"
    return {
        "outcome": outcome, "value": shown, "open": still or [], "told": [], "advised": [], "errors": errors or {},
        "message": message,
    }  # fmt: skip
