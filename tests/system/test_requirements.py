# SPDX-License-Identifier: EUPL-1.2
"""What the product imports it asks for by name: a package that only comes with another may go with the other's next release."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def imported() -> dict[str, Path]:
    """Every package outside this repository and the standard library, and a file that imports it."""
    found: dict[str, Path] = {}
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) and not node.level else []
            found |= {name.partition(".")[0]: path for name in names}
    ours = {"bierger", "bierger_core", "_typeshed", *sys.stdlib_module_names}  # _typeshed: the type checker's alone
    return {name: path for name, path in found.items() if name not in ours}


def named() -> set[str]:
    files = [ROOT / "requirements" / name for name in ("runtime.in", "demo.in", "s3.in")]
    return {name for file in files for name in re.findall(r"^[a-z0-9][a-z0-9_-]*", file.read_text(), re.MULTILINE)}


def test_what_is_imported_is_asked_for_by_name() -> None:
    distributions, wanted = packages_distributions(), named()
    missing = {
        name: path.relative_to(ROOT)
        for name, path in imported().items()
        if not wanted & {re.sub(r"[-_.]+", "-", one).lower() for one in distributions.get(name, [name])}
    }
    assert not missing
