# SPDX-License-Identifier: EUPL-1.2
"""The size and shape of the house: no large file, no long function, one SPDX line, arrows of foreign keys point down."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db.models import Model

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


FOREIGN_DATA = re.compile(r"\b(pickle|marshal|shelve)\b")


def too_long(name: str, text: str) -> list[str]:
    """The file, and each function in it, that is longer than it may be."""
    lines = len(text.splitlines())
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [one for one in functions if (one.end_lineno or 0) - one.lineno + 1 > MAX_FUNCTION]
    return [*([f"{name} {lines}"] if lines > MAX_LINES else []), *(f"{name}:{one.lineno} {one.name}" for one in long)]


def unlicensed(name: str, text: str) -> list[str]:
    return [] if "SPDX-License-Identifier: EUPL-1.2" in text[:200] else [name]


def silent(name: str, text: str) -> list[str]:
    """A module that does not say what it is."""
    return [] if ast.get_docstring(ast.parse(text)) else [name]


def executing(name: str, text: str) -> list[str]:
    """Where something from a file could be executed."""
    found = []
    for node in ast.walk(ast.parse(text)):
        call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec", "__import__")
        if call or (isinstance(node, ast.Import | ast.ImportFrom) and FOREIGN_DATA.search(ast.unparse(node))):
            found.append(f"{name}:{node.lineno}")
    return found


def automatic(name: str, _text: str) -> list[str]:
    """A migration with the name that Django gave it."""
    return [name] if Path(name).parent.name == "migrations" and "auto_" in Path(name).name else []


def upward(model: str, app: str, keys: dict[str, str]) -> list[str]:
    """The relations of a model, field -> application, that do not point down."""
    return [
        f"{model}.{field} -> {there}"
        for field, there in keys.items()
        if there not in RANK or (app != there and RANK[there] >= RANK[app])
    ]


Check = Callable[[str, str], list[str]]
CHECKS: list[tuple[Check, list[Path]]] = [
    (too_long, CODE), (unlicensed, CODE), (silent, SOURCES), (executing, SOURCES), (automatic, SOURCES),
]  # fmt: skip


@pytest.mark.parametrize(("check", "files"), CHECKS, ids=lambda value: getattr(value, "__name__", ""))
def test_the_house_is_in_shape(check: Check, files: list[Path]) -> None:
    assert len(files) > 100
    assert [fault for path in files for fault in check(str(path.relative_to(ROOT)), path.read_text("utf-8"))] == []


BODY = "    pass\n"


@pytest.mark.parametrize(
    ("check", "name", "text", "fault"),
    [
        (too_long, "a.py", "x = 1\n" * 501, "a.py 501"),
        (too_long, "a.py", "def long():\n" + BODY * 60, "a.py:1 long"),
        (too_long, "a.py", "class A:\n  async def long():\n" + BODY * 60, "a.py:2 long"),
        (unlicensed, "a.py", '"""A module."""\n', "a.py"),
        (unlicensed, "a.py", "x = 1\n" * 100 + "# SPDX-License-Identifier: EUPL-1.2\n", "a.py"),
        (silent, "a.py", "x = 1\n", "a.py"),
        (executing, "a.py", "x = 1\nx = eval('1')\n", "a.py:2"),
        (executing, "a.py", "exec('x = 1')\n", "a.py:1"),
        (executing, "a.py", "__import__('os')\n", "a.py:1"),
        (executing, "a.py", "import pickle\n", "a.py:1"),
        (executing, "a.py", "from marshal import loads\n", "a.py:1"),
        (automatic, "src/bierger/cases/migrations/0002_auto_20260101_1200.py", "", "src/bierger/cases/migrations/0002_auto_20260101_1200.py"),
    ],
)
def test_a_planted_fault_is_found(check: Check, name: str, text: str, fault: str) -> None:
    assert check(name, text) == [fault]


def test_what_is_just_short_enough_passes() -> None:
    assert too_long("a.py", "x = 1\n" * 500) == []
    assert too_long("a.py", "def short():\n" + BODY * 59) == []


def test_no_foreign_key_points_up() -> None:
    from django.apps import apps

    models = [model for model in apps.get_models() if model.__module__.startswith("bierger.")]
    assert len(models) > 20
    assert [fault for model in models for fault in upward(model.__name__, model._meta.app_label, relations(model))] == []


def relations(model: type[Model]) -> dict[str, str]:
    """Field -> application of the other end."""
    fields = [field for field in model._meta.get_fields() if field.is_relation and field.concrete and field.related_model]
    return {field.name: field.related_model._meta.app_label for field in fields}


def test_a_planted_upward_key_is_found() -> None:
    """A model as Django makes it, of one application that points to another one above it, beside it, and outside."""
    from django.apps.registry import Apps
    from django.db import models

    from bierger.administrations.models import Administration
    from bierger.cases.models import Case
    from bierger.filings.models import Filing

    class Planted(models.Model):
        down = models.ForeignKey(Administration, on_delete=models.PROTECT, related_name="+")
        within = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
        up = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="+")

        class Meta:
            app_label = "cases"
            apps = Apps()  # a registry of its own: the real one never hears of this model

    assert upward("Planted", "cases", relations(Planted)) == ["Planted.up -> filings"]
    assert upward("Planted", "delivery", {"beside": "registry", "outside": "auth"}) == [
        "Planted.beside -> registry", "Planted.outside -> auth"
    ]  # fmt: skip
