# SPDX-License-Identifier: EUPL-1.2
"""The level 2 cases of the DMN Technology Compatibility Kit in the subset: all pass, the rest is refused by name."""

import os
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

from bierger_core.rules import DecisionModel, DmnRefused, Element, Value, read_dmn, read_xml
from tests.tools import not_run

XSI = "http://www.w3.org/2001/XMLSchema-instance"


def kit() -> Path:
    folder = Path(os.environ.get("BIERGER_TEST_DATA", "")) / "dmn-tck" / "compliance-level-2"
    if not folder.is_dir():
        not_run(f"the DMN TCK: BIERGER_TEST_DATA names no folder with dmn-tck/compliance-level-2 ({folder})")
    return folder


def value_of(element: Element) -> Value:
    """Read an inputNode or expected: value, component or list."""
    components = [child for child in element.children if child.tag == "component"]
    if components:
        return {child.get("name"): value_of(child) for child in components}
    (value,) = [child for child in element.children if child.tag in ("value", "list")]
    if value.tag == "list":
        return tuple(value_of(item) for item in value.children)
    if value.get("nil", XSI) == "true":
        return None
    kind = value.get("type", XSI).partition(":")[2]
    readers = {
        "decimal": Decimal,
        "double": Decimal,
        "boolean": lambda text: text == "true",
        "date": date.fromisoformat,
    }
    return readers.get(kind, str)(value.text)


def same(found: Value, expected: Value) -> bool:
    if isinstance(found, Decimal) and isinstance(expected, Decimal):
        return abs(found - expected) < Decimal("1e-8")  # the kit's own tolerance
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in found)
    return found == expected


def failures(model: DecisionModel, case: Element) -> list[str]:
    inputs = {child.get("name"): value_of(child) for child in case.children if child.tag == "inputNode"}
    wrong = []
    for node in (child for child in case.children if child.tag == "resultNode"):
        (expected,) = [value_of(child) for child in node.children if child.tag == "expected"]
        found = model.evaluate(node.get("name"), inputs).value
        if not same(found, expected):
            wrong.append(f"{case.get('id')} {node.get('name')}: {found!r} and not {expected!r}")
    return wrong


def test_every_level_2_case_of_the_subset_passes_and_the_rest_is_refused_by_name(capsys):
    passed, refused, failed, unnamed = 0, Counter(), [], []
    for folder in sorted(path for path in kit().iterdir() if path.is_dir()):
        (file,) = folder.glob("*.dmn")
        cases = [
            case
            for tests in sorted(folder.glob("*-test-*.xml"))
            for case in read_xml(tests.read_bytes(), path=tests.name).children
            if case.tag == "testCase"
        ]
        try:
            model = read_dmn(file.read_bytes(), path=file.name)
        except DmnRefused as error:
            unnamed += [finding for finding in error.findings if not (finding.line and finding.mend)]
            refused[f"{error.findings[0].code}: {error.findings[0].message}"] += len(cases)
            continue
        for case in cases:
            wrong = failures(model, case)
            failed += [f"{folder.name} {line}" for line in wrong]
            passed += not wrong
    report = [f"\nDMN TCK level 2: {passed} passed, {sum(refused.values())} refused, {len(failed)} failed"]
    for reason, count in refused.most_common():
        report.append(f"  {count:3} {reason}")
    with capsys.disabled():  # the count is part of the result: it must be seen in every run
        sys.stdout.write("\n".join([*report, ""]))
    assert failed == []
    assert unnamed == []
    assert passed >= 71  # of 116; a construct that stops being read must not go unnoticed
