# SPDX-License-Identifier: EUPL-1.2
"""The contracts of .importlinter hold, and each one breaks when a fault is planted against it."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAULTS = [
    ("The core does no I/O", "bierger_core/values/money.py", "import time\n"),
    ("The core does no I/O", "bierger_core/merkle/tree.py", "from bierger.infra import clock\n"),
    ("Inside the core", "bierger_core/values/money.py", "from bierger_core.merkle import tree\n"),
    ("Between the apps", "bierger/administrations/selectors.py", "def _planted():\n    from bierger.cases import selectors\n"),
    ("Between the apps", "bierger/delivery/services.py", "from bierger.registry import services as planted\n"),
    ("Between the apps", "bierger/ui/planted.py", "from bierger.cases.types import Entry\n"),
    ("Between the apps", "bierger/chat/__init__.py", ""),
    ("Inside each app", "bierger/cases/models.py", "from bierger.cases import services as planted\n"),
    ("Inside each app", "bierger/cases/utils.py", ""),
    ("An app is entered only through its front doors", "bierger/filings/tasks.py", "from bierger.cases.models import Case\n"),
    ("Simulators are not part of the product", "bierger/simulators/country/planted.py", "from bierger.infra import clock\n"),
    ("No cycle among siblings", "bierger/infra/clock.py", "from bierger.infra import outbox as planted\n"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": f"{folder / 'src'}{os.pathsep}{folder}"}
    return subprocess.run(
        [str(lint_imports), "--no-cache"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "contracts.py", folder / "tools")
    shutil.copy(ROOT / ".importlinter", folder)
    return folder


def test_all_contracts_are_kept(copy: Path):
    result = lint(copy)
    assert result.returncode == 0, result.stdout
    assert "7 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(("contract", "file", "fault"), FAULTS, ids=[f"{f[1]}" for f in FAULTS])
def test_a_planted_fault_breaks_its_contract(copy: Path, contract: str, file: str, fault: str):
    target = copy / "src" / file
    before = target.read_text() if target.exists() else None
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text((before or '"""Planted."""\n') + fault)
    try:
        result = lint(copy)
    finally:
        if before is None:
            target.unlink()
            if target.parent.name == "chat":
                target.parent.rmdir()
        else:
            target.write_text(before)
    assert result.returncode == 1
    plain = " ".join(result.stdout.split())
    assert contract in plain
    assert "BROKEN" in plain or "Missing layer" in plain or "not listed" in plain


# What the core may import, by name: whatever is not here is out, without anybody having to think of it. Of the standard library, what
# computes; nothing that opens, sends, starts, waits, draws lots or loads code.
PACKAGES = {"cryptography", "cbor2", "yaml", "holidays", "tzdata", "stdnum"}
COMPUTING = {
    "base64", "binascii", "bisect", "calendar", "collections", "collections.abc", "contextlib", "dataclasses", "datetime", "decimal", "difflib",
    "enum", "fractions", "functools", "hashlib", "hmac", "itertools", "json", "math", "operator", "re", "struct", "types", "typing", "unicodedata", "xml.parsers.expat", "zlib", "zoneinfo",
}  # fmt: skip
EXCEPTIONS = {
    # The zones of the pinned package `tzdata`, which has no other way to its data: this one module, this one reader.
    ("bierger_core/values/instants.py", "importlib.resources"),
    # The class alone, for whose readings they are; it draws no identifier.
    ("bierger_core/merkle/readings.py", "uuid"),
    # Templates of the module itself, compiled without anything of a file: docs/decisions/0014.
    ("bierger_core/rules/index/straight.py", "ast"),
    ("bierger_core/rules/index/straight.py", "compile()"),
}
# Without an import too: builtins that read, write or run, and methods that ask the machine's clock.
REACHING_OUT = {"open", "input", "print", "eval", "exec", "compile", "breakpoint", "__import__"}
ASKING_THE_CLOCK = {"now", "utcnow", "today"}


def impure(file: str, text: str) -> list[str]:
    """What a file of the core imports or calls and may not."""
    found = []
    for node in ast.walk(ast.parse(text)):
        named = imported(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REACHING_OUT:
            named = {f"{node.func.id}()"}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKING_THE_CLOCK:
            named = {f".{node.func.attr}()"}
        found += [name for name in named if not may(file, name)]
    return sorted(found)


def imported(node: ast.AST) -> set[str]:
    """The modules that a statement imports; `from a import b` names a.b where that is a module."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if not isinstance(node, ast.ImportFrom) or node.level:
        return set()  # a relative import cannot leave its package
    module = str(node.module)
    return {f"{module}.{alias.name}" if is_module(module, alias.name) else module for alias in node.names}


def is_module(package: str, name: str) -> bool:
    if package.partition(".")[0] not in sys.stdlib_module_names:
        return False
    found = importlib.util.find_spec(package)
    return bool(found and found.submodule_search_locations) and importlib.util.find_spec(f"{package}.{name}") is not None


def may(file: str, name: str) -> bool:
    first = name.partition(".")[0]
    return first in {"bierger_core", "__future__"} | PACKAGES or name in COMPUTING or (file, name) in EXCEPTIONS


def test_the_core_imports_only_what_its_lists_name():
    files = {str(path.relative_to(ROOT / "src")): path.read_text() for path in (ROOT / "src/bierger_core").rglob("*.py")}
    assert len(files) > 50
    assert {file: wrong for file, text in files.items() if (wrong := impure(file, text))} == {}
    # The lists say no more than what is used: a name that nobody needs any more goes.
    used = {name for text in files.values() for node in ast.walk(ast.parse(text)) for name in imported(node)}
    assert (COMPUTING | {name for _, name in EXCEPTIONS if "(" not in name}) - used == set()
    assert PACKAGES - {name.partition(".")[0] for name in used} == {"tzdata"}  # read as data, by the exception of `instants`


@pytest.mark.parametrize(
    ("planted", "named"),
    [
        ("import socket", "socket"),
        ("import subprocess as runs", "subprocess"),
        ("def f():\n    import os", "os"),
        ("from os.path import exists", "os.path"),
        ("from pathlib import Path", "pathlib"),
        ("import pickle", "pickle"),
        ("import importlib", "importlib"),
        ("from importlib import import_module", "importlib"),
        ("from importlib import resources", "importlib.resources"),
        ("from concurrent import futures", "concurrent.futures"),
        ("import xml.etree.ElementTree", "xml.etree.ElementTree"),
        ("from xml import sax", "xml.sax"),
        ("import urllib.request", "urllib.request"),
        ("import sqlite3", "sqlite3"),
        ("import ctypes", "ctypes"),
        ("import time", "time"),
        ("import random", "random"),
        ("import requests", "requests"),
        ("from django.db import models", "django.db"),
        ("from bierger.infra import clock", "bierger.infra"),
        ("open('x')", "open()"),
        ("exec('x')", "exec()"),
        ("from datetime import datetime\ndatetime.now()", ".now()"),
        ("import datetime\ndatetime.date.today()", ".today()"),
    ],
)
def test_an_import_that_no_list_names_is_found(planted: str, named: str):
    assert impure("bierger_core/values/money.py", planted) == [named]


def test_an_exception_is_one_modules_alone():
    instants, straight = "bierger_core/values/instants.py", "bierger_core/rules/index/straight.py"
    assert impure(instants, "from importlib import resources") == []
    assert impure(instants, "from importlib import metadata") == ["importlib.metadata"]
    assert impure(straight, "compile('x', 'y', 'exec')") == []
    assert impure(straight, "exec('x')") == ["exec()"]
    assert impure(instants, "compile('x', 'y', 'exec')") == ["compile()"]
