# SPDX-License-Identifier: EUPL-1.2
"""The size and shape of the house: no large file, no long function, one SPDX line, arrows of foreign keys point down."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
CODE = [*SOURCES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "tools").rglob("*.py")), *sorted((ROOT / "benchmarks").rglob("*.py"))]
MAX_LINES, MAX_FUNCTION = 500, 60
RANKS = [
    ["site"], ["portal", "backoffice", "studio", "gateway"], ["filings"], ["cases"],
    ["council", "appointments", "payments", "delivery", "registry"], ["flows"], ["catalogue", "documents"], ["ledger"],
    ["identity"], ["disclosures"], ["administrations"], ["ui", "infra"],
]  # fmt: skip
RANK = {name: len(RANKS) - index for index, names in enumerate(RANKS) for name in names}


def test_no_source_file_is_longer_than_500_lines():
    long = {str(path.relative_to(ROOT)): lines for path in SOURCES if (lines := len(path.read_text().splitlines())) > MAX_LINES}
    assert not long


def test_no_function_is_longer_than_60_lines():
    long = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > MAX_FUNCTION:
                    long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = lines
    assert not long


def test_every_file_names_its_licence_in_one_line():
    bare = [str(path.relative_to(ROOT)) for path in CODE if "SPDX-License-Identifier: EUPL-1.2" not in path.read_text()[:200]]
    assert not bare


def test_every_source_module_says_what_it_is():
    silent = [str(path.relative_to(ROOT)) for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text()))]
    assert not silent


def test_nothing_from_a_file_is_executed():
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec", "__import__"):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
            if isinstance(node, ast.Import | ast.ImportFrom) and re.search(r"\b(pickle|marshal|shelve)\b", ast.unparse(node)):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not found


def test_no_migration_bears_an_automatic_name():
    assert not [path.name for path in SOURCES if path.parent.name == "migrations" and "auto_" in path.name]


def test_no_foreign_key_points_up():
    from django.apps import apps

    upward = []
    for model in apps.get_models():
        if not model.__module__.startswith("bierger."):
            continue
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.related_model:
                here, there = model._meta.app_label, field.related_model._meta.app_label
                if there not in RANK or (here != there and RANK[there] >= RANK[here]):
                    upward.append(f"{model.__name__}.{field.name} -> {there}")
    assert not upward


def test_a_planted_upward_key_would_be_found():
    assert RANK["administrations"] < RANK["cases"]
    assert RANK["cases"] < RANK["filings"]


@pytest.mark.parametrize("planted", ["eval('1')", "import pickle"])
def test_the_search_for_executed_files_finds_a_planted_one(planted):
    tree = ast.parse(planted)
    assert any(
        (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "eval")
        or (isinstance(node, ast.Import) and "pickle" in ast.unparse(node))
        for node in ast.walk(tree)
    )
