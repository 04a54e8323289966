# SPDX-License-Identifier: EUPL-1.2
"""Every command that a page names exists and takes the arguments the page gives it; every file a page points to is there."""

import argparse
import importlib
import itertools
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from bierger.site.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMAND = re.compile(r"^(?:    |\$ )?(?:[A-Z_]+=\S+ )*\./bierger ([^#`\n]+)", re.MULTILINE)
INLINE = re.compile(r"`\./bierger ([^`\n]+)`")
MAKE = re.compile(r"`(?:[A-Z_]+=\S+ )*make ([a-z-]+)")
LINK = re.compile(r"\]\(([^)#]+?)(?:#[^)]*)?\)")
NAMED = re.compile(r"`((?:src|tests|docs|tools|procedures|benchmarks|web|locale)/[\w./-]+?)/?`")


def commands(page: str) -> set[str]:
    return {found.partition(" | ")[0].strip() for pattern in (COMMAND, INLINE) for found in pattern.findall(page)}


def accept(words: list[str]) -> None:
    name, *rest = words
    assert name in COMMANDS, name
    if COMMANDS[name].passes_on or any(word.isupper() or "[" in word or "…" in word for word in rest):
        return  # a pattern for the reader, not a command: that it exists is all that can be said
    parser = argparse.ArgumentParser(prog=name, exit_on_error=False)
    importlib.import_module(COMMANDS[name].module).add_arguments(parser)  # noqa: TID251 - as the command line does
    below = next((action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)), None)
    if below is not None and len(rest) == 1:
        assert rest[0] in below, rest  # "./bierger log watch" in a sentence: the name of a command, without what it takes
    elif rest:
        parser.parse_args(rest)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_commands_that_exist(page):
    for command in commands(page.read_text()):
        words = shlex.split(command)
        if words[0] not in ("COMMAND", "help"):
            accept(words)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(MAKE.findall(page.read_text())) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_points_to_files_that_exist(page):
    text = page.read_text()
    missing = [link for link in LINK.findall(text) if "://" not in link and not (page.parent / link).exists()]
    made = {line.strip("/") for line in (ROOT / ".gitignore").read_text().split()}  # what a command makes need not be there yet
    missing += [path for path in NAMED.findall(text) if path not in made and not (ROOT / path).exists()]
    assert not missing


@pytest.mark.parametrize("target", ["test-slow", "test-outside"])
def test_who_runs_the_outside_verifiers_hears_of_one_that_did_not_judge(target):
    """tests/outside/verdicts.py ends a run in which a verifier that a test names was not asked; without it that goes unnoticed."""
    planned = subprocess.run(["make", "-n", target], check=True, capture_output=True, text=True, timeout=60, cwd=ROOT).stdout
    runs = [line.split() for line in planned.splitlines() if "-m pytest" in line]
    assert runs
    assert [run for run in runs if ("-p", "tests.outside.verdicts") not in list(itertools.pairwise(run))] == []


def test_the_table_of_roles_names_every_command():
    """But for `demo-prepare`, which the demonstration runs by itself; `manage` is named by what it runs."""
    page = (ROOT / "docs" / "howto" / "operate.md").read_text()
    rows = {role: line for line in page.splitlines() for role in ("owner", "worker") if line.startswith(f"| `bierger_{role}` |")}
    named = {role: set(re.findall(r"`([a-z -]+)`", line)) for role, line in rows.items()}
    of = {role: {name for name, command in COMMANDS.items() if command.database == role} for role in rows}
    assert named["owner"] == of["owner"] - {"manage", "demo-prepare"} | {"migrate"}
    assert named["worker"] == of["worker"] | {"log begin"}


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [(["no-such-command"], AssertionError), (["backup"], SystemExit), (["clock", "soon"], argparse.ArgumentError), (["list", "--nonsense"], SystemExit), (["log", "whatch"], AssertionError)],
)
def test_a_planted_command_is_refused(wrong, refusal):
    with pytest.raises(refusal):
        accept([*wrong, *(["x", "y"] if wrong == ["backup"] else [])])
