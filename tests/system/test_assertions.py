# SPDX-License-Identifier: EUPL-1.2
"""Tests that cannot fail are found: in every file of the suite, three kinds of assertion that hold whatever the code does."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
# What may give back nothing at all, and then nothing in the loop is asserted. A list in a variable can be asserted first.
MAY_BE_EMPTY = {"all", "filter", "findall", "finditer", "glob", "rglob"}


def always_true(operand: ast.expr, others: list[ast.expr]) -> bool:
    """A constant; a tuple, list, text or function; or what another operand compares with something: `f() == 1 or f()`."""
    if isinstance(operand, ast.Constant):
        return bool(operand.value)
    if isinstance(operand, ast.Tuple | ast.List | ast.Set):
        return bool(operand.elts)
    if isinstance(operand, ast.Lambda | ast.JoinedStr | ast.GeneratorExp):
        return True
    compared = [side for other in others if isinstance(other, ast.Compare) for side in (other.left, *other.comparators)]
    return ast.dump(operand) in {ast.dump(side) for side in compared}


def either_is_true(test: ast.expr) -> bool:
    parts = [part for part in ast.walk(test) if isinstance(part, ast.BoolOp) and isinstance(part.op, ast.Or)]
    return any(always_true(one, [other for other in part.values if other is not one]) for part in parts for one in part.values)


def found(text: str) -> Iterator[tuple[int, str]]:
    """Line and kind of each."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assert):
            if either_is_true(node.test) or always_true(node.test, []):
                yield node.lineno, "always true"
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.raises" and node.args:
            if ast.unparse(node.args[0]) in {"Exception", "BaseException"}:
                yield node.lineno, "any error at all is taken for the one that is meant"
        elif isinstance(node, ast.For) and any(isinstance(part, ast.Assert) for part in ast.walk(node)):
            called = node.iter
            while isinstance(called, ast.Call) and isinstance(called.func, ast.Name) and called.args:  # sorted(…), enumerate(…)
                called = called.args[0]
            if isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute) and called.func.attr in MAY_BE_EMPTY:
                yield node.lineno, "the loop may run zero times: assert first that there is something"


def test_no_assertion_holds_whatever_the_code_does():
    assert len(TESTS) > 200
    assert [(str(path.relative_to(ROOT)), *one) for path in TESTS for one in found(path.read_text())] == []


@pytest.mark.parametrize(
    "planted",
    [
        'assert count(1) == "1 task" or count(1)',
        "assert x or 'some text'",
        "assert not (x == 2 or (1, 2))",
        "assert (x, 'a message in the wrong place')",
        "with pytest.raises(Exception, match='x'):\n    f()",
        "for row in sorted(Row.objects.all()):\n    assert row",
        "for word in re.findall('a', text):\n    assert word",
    ],
)
def test_a_planted_one_is_found(planted):
    assert len(list(found(planted))) == 1


@pytest.mark.parametrize(
    "fine",
    [
        "assert x is None or f(x) == text",
        "assert wait(lambda: said.append(look()) or ends >= 3)",
        "assert status != 302 or place.startswith('/sign-in')",
        "for row in Row.objects.all():\n    row.delete()",
        "rows = list(Row.objects.all())\nassert rows\nfor row in rows:\n    assert row.ok",
        "with pytest.raises(ValueError):\n    f()",
    ],
)
def test_what_can_fail_is_left_alone(fine):
    assert list(found(fine)) == []
