# SPDX-License-Identifier: EUPL-1.2
"""Exports as a person takes them along, the public log as an outsider copies it, and the small program as they run it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.test import Client

from bierger.infra.principal import Principal
from bierger_core.merkle import parse_checkpoint_text, parse_note
from tests.clients import client_of
from tests.databases import ROOT

PROGRAM = ROOT / "tools" / "verify_readings.py"
TILE = 256


def export(who: Principal) -> dict[str, Any]:
    return client_of(who).get("/readings.json").json()


def write(folder: Path, name: str, said: dict[str, Any]) -> Path:
    file = folder / name
    file.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    return file


def copy_log(folder: Path) -> Path:
    """Checkpoint and entries of the log and of those before it, and batches of readings, over HTTP, as anybody may."""
    visitor = Client()
    folder.mkdir(exist_ok=True)
    earlier = visitor.get("/log/earlier.json").content
    (folder / "earlier.json").write_bytes(earlier)
    for below in ("", *(f"earlier/{one['number']}/" for one in json.loads(earlier))):
        copy_entries(folder, below, visitor)
    (folder / "readings").mkdir(exist_ok=True)
    for number in range(1, 1000):
        answer = visitor.get(f"/log/readings/{number}.json")
        if answer.status_code == 404:
            break
        (folder / "readings" / f"{number}.json").write_bytes(answer.content)
    return folder


def copy_entries(folder: Path, below: str, visitor: Client) -> None:
    note = visitor.get(f"/log/{below}checkpoint").content
    size = parse_checkpoint_text(parse_note(note).text).size
    paths = [f"{below}tile/entries/{number:03d}" for number in range(-(-size // TILE))]
    if size % TILE:
        paths[-1] += f".p/{size % TILE}"
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(visitor.get(f"/log/{path}").content)
    (folder / below / "checkpoint").write_bytes(note)


def check(file: Path, *options: str) -> tuple[int, str]:
    """Exit status and what the program says. In a process of its own, away from the sources of this project."""
    ran = subprocess.run(
        [sys.executable, "-I", str(PROGRAM), str(file), *options], capture_output=True, text=True, check=False, cwd=file.parent, timeout=60
    )
    assert not ran.stderr, ran.stderr
    return ran.returncode, ran.stdout
