# SPDX-License-Identifier: EUPL-1.2
"""The test files of the DMN Technology Compatibility Kit (testCases.xsd): read cases, run them, compare.

A case passes when every result it names has the expected value: numbers within 1e-8, everything else by equality.
Where the expected value is null, null must come without an error.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from bierger_core.rules.drg.model import Model
from bierger_core.rules.errors import EvaluationError, RulesError
from bierger_core.rules.feel.calendar import offset_of, parse_date, parse_date_time, parse_duration, parse_time
from bierger_core.rules.feel.compare import equal
from bierger_core.rules.feel.library.strings import text_of
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.types import ANY, Type
from bierger_core.rules.feel.values import DateTime, Time, Value
from bierger_core.rules.xmltree import Element, read_xml

XSI = "http://www.w3.org/2001/XMLSchema-instance"
TOLERANCE = Decimal("1e-8")


@dataclass(frozen=True, slots=True)
class Case:
    """One test case."""

    id: str
    kind: str  # decision | decisionService | bkm
    invocable: str
    inputs: dict[str, Element]
    expected: tuple[tuple[str, Element | None], ...]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How a case ended: SUCCESS, or ERROR with a reason; whether every expected value is null."""

    outcome: str
    message: str
    null: bool


def read_cases(data: bytes, *, path: str) -> tuple[str, tuple[Case, ...]]:
    """Read a test file: the name of its model, and its cases; raises XmlRefused."""
    root = read_xml(data, path=path)
    model = next((part.text for part in root.children if part.tag == "modelName"), "")
    return model, tuple(_cases(root))


def _cases(root: Element) -> Iterator[Case]:
    for element in root.children:
        if element.tag != "testCase":
            continue
        inputs: dict[str, Element] = {}
        expected: list[tuple[str, Element | None]] = []
        for part in element.children:
            name = " ".join(part.get("name").split())
            if part.tag == "inputNode":
                namespace = part.get("namespace")
                inputs[f"{{{namespace}}}{name}" if namespace else name] = part
            elif part.tag == "resultNode":
                expected.append((name, next((one for one in part.children if one.tag == "expected"), None)))
        kind = element.get("type") or "decision"
        yield Case(element.get("id"), kind, element.get("invocableName"), inputs, tuple(expected))


def run_case(model: Model, case: Case, *, now: DateTime | None = None) -> CaseResult:
    """Run one case on a loaded model."""
    null = all(element is None or _value(element, ANY) is None for _, element in case.expected)
    try:
        inputs = {name: _value(element, _input_type(model, name)) for name, element in case.inputs.items()}
        for name, element in case.expected:
            if case.kind == "decision":
                found = model.evaluate(name, inputs, now=now, strict=False)
            else:
                found = model.invoke(case.invocable, inputs, now=now, strict=False)
                outputs = model.outputs_of(case.invocable)
                if len(outputs) > 1 and name in outputs:  # a service of several decisions gives a context of theirs
                    found = replace(found, value=found.value.get(name) if isinstance(found.value, Mapping) else None)
            expected = None if element is None else _value(element, model.type_of(name))
            if not same(found.value, expected):
                wanted, got = (text_of(Run(), value) for value in (expected, found.value))
                why = f" ({'; '.join(found.notes[:3])})" if found.notes else ""
                return CaseResult("ERROR", f"{name}: {got[:200]} and not {wanted[:200]}{why}", null)
    except (EvaluationError, RulesError) as error:
        return CaseResult("ERROR", f"{error.code}: {error}", null)
    return CaseResult("SUCCESS", "", null)


def _input_type(model: Model, name: str) -> Type:
    return model.type_of(name.rpartition("}")[2])


def _value(element: Element, kind: Type) -> Value:
    """Read a value, components or a list; `kind` tells the type where none is written."""
    parts = {tag: [one for one in element.children if one.tag == tag] for tag in ("value", "component", "list")}
    if parts["component"]:
        fields = kind.fields
        return {part.get("name"): _value(part, fields.get(part.get("name"), ANY)) for part in parts["component"]}
    if parts["list"]:
        if parts["list"][0].get("nil", XSI) == "true":
            return None
        items = [one for one in parts["list"][0].children if one.tag == "item"]
        return tuple(_value(item, kind.item or ANY) for item in items)
    if not parts["value"] or parts["value"][0].get("nil", XSI) == "true":
        return None
    value = parts["value"][0]
    written = value.get("type", XSI).rpartition(":")[2]
    return _scalar(value.raw, written or kind.kind)


def _scalar(text: str, kind: str) -> Value:
    if kind in ("decimal", "double", "integer", "number", "float", "int", "long"):
        try:
            number = Decimal(text.strip())
        except InvalidOperation:
            return text
        return number if number.is_finite() else text
    if kind == "boolean":
        return text.strip() in ("true", "1")
    readers = {
        "date": parse_date,
        "time": parse_time,
        "dateTime": parse_date_time,
        "date and time": parse_date_time,
        "duration": parse_duration,
        "dayTimeDuration": parse_duration,
        "yearMonthDuration": parse_duration,
        "days and time duration": parse_duration,
        "years and months duration": parse_duration,
    }
    return readers[kind](re.sub(r"\s", "", text)) if kind in readers else text


def same(found: Value, expected: Value) -> bool:
    """Compare as the kit does."""
    if isinstance(found, Decimal) and isinstance(expected, Decimal):
        return abs(found - expected) <= TOLERANCE
    if isinstance(found, tuple) and isinstance(expected, tuple):
        return len(found) == len(expected) and all(same(a, b) for a, b in zip(found, expected, strict=True))
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in found)
    moments = isinstance(found, (Time, DateTime)) and isinstance(expected, (Time, DateTime))
    if moments and (offset_of(found) is None) != (offset_of(expected) is None):  # type: ignore[arg-type]  # just tested
        return False
    return equal(Run(), found, expected) is True
