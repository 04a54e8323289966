# SPDX-License-Identifier: EUPL-1.2
"""The contracts of .importlinter hold, and each one breaks when a fault is planted against it."""

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


def test_the_core_imports_only_what_its_list_names():
    import grimp

    allowed = {"cryptography", "cbor2", "yaml", "holidays", "tzdata", "stdnum"}
    graph = grimp.build_graph("bierger_core", include_external_packages=True)
    external = {
        imported.split(".")[0]
        for module in graph.modules
        if module.startswith("bierger_core")
        for imported in graph.find_modules_directly_imported_by(module)
        if not imported.startswith("bierger_core")
    }
    assert external - set(sys.stdlib_module_names) <= allowed
