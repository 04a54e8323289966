# SPDX-License-Identifier: EUPL-1.2
"""docs/howto/log-faults.md has every code that `./bierger log` can print: gathered from the code, not from memory."""

import ast
import re
import subprocess
import sys
from pathlib import Path

from bierger_core.merkle import DAMAGE_CODES

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
PAGE = ROOT / "docs" / "howto" / "log-faults.md"
CODE = re.compile(r"[a-z]+(?:-[a-z]+)+")
# What `begin` needs besides; its other services are those of `./bierger keys`, whose page has their codes.
BEGIN = ("bierger.ledger.errors", "bierger.ledger.services", "bierger.ledger.services.beginning", "bierger.ledger.services.sequencer")
# Loaded, and not used by any question of `./bierger log`.
UNUSED = {
    "bierger_core.merkle.readings": "of exports",
    "bierger_core.merkle.witness": "no node is a witness yet",
}
# Words that look like a code.
NO_CODES = {
    *("access-control-allow-origin", "cache-control", "content-length", "content-type", "no-cache", "retry-after", "x-content-type-options"),
    "log-writer",  # a thread's name
    *("merkle-error", "ledger-error"),  # the root of a tree of errors, never raised itself
    "witness-request-format",  # of witness.py
    "core-error",  # the same, of the whole core
    # Of `./bierger verify`, which compares two lists and looks a key up.
    *("key-list-rewritten", "key-expired", "key-not-yet-valid", "key-of-other-owner", "key-revoked", "key-unknown"),
}


PROGRAM = """
import sys, bierger.site.commands.log, bierger.ledger.plugins.node.server
for name, module in list(sys.modules.items()):
    if name.startswith(("bierger.", "bierger_core.merkle", "bierger_core.seals.keys")):
        print(name, *(getattr(one, "default_code", "") for one in vars(module).values() if isinstance(one, type)))
"""


def loaded() -> dict[str, set[str]]:
    """The modules of ours that the command loads, `begin` apart; the codes of the errors that each knows."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True, timeout=60, cwd=SRC)
    told = {name: set(codes) for name, *codes in map(str.split, done.stdout.splitlines())}
    return told | {name: set() for name in BEGIN}


def file_of(module: str) -> Path:
    path = SRC / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def codes_in(file: Path) -> set[str]:
    """Every constant that has the form of a code, wherever it stands: what is no code is named above."""
    tree = ast.parse(file.read_text())
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docs)
    return {node.value for node in constants if isinstance(node.value, str) and CODE.fullmatch(node.value)}


def test_the_page_names_every_code_that_the_commands_can_print():
    modules = loaded()
    assert {"bierger.site.commands.log_memory", "bierger.ledger.plugins.node.place", "bierger.ledger.plugins.outside", "bierger.site.given_files"} <= set(modules)
    found = {code: module for module in modules if module not in UNUSED for code in codes_in(file_of(module)) | modules[module]}
    assert set(modules) >= set(UNUSED)
    assert set(found) >= NO_CODES
    assert {"seen-unwritable", "checkpoint-none", "token-short", "note-format", "key-list-format", "log-unreachable", "node-served"} <= set(found)
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", PAGE.read_text()))
    assert {code: module for code, module in found.items() if code not in named | NO_CODES} == {}
    assert set(DAMAGE_CODES) - named == set()


def test_what_the_page_calls_a_code_is_one():
    """The other way round: the first column of each table of codes."""
    rows = re.findall(r"^\|(.*?)\|", PAGE.read_text(), re.MULTILINE)
    named = {code for row in rows for code in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", row)}
    known = {code for file in (*SRC.rglob("*.py"),) for code in codes_in(file)} | set(DAMAGE_CODES)
    assert named - known == set()
