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
    """Checkpoint, entries and batches of readings, over HTTP, as anybody may."""
    visitor = Client()
    note = visitor.get("/log/checkpoint").content
    folder.mkdir(exist_ok=True)
    (folder / "checkpoint").write_bytes(note)
    size = parse_checkpoint_text(parse_note(note).text).size
    for number in range(-(-size // TILE)):
        width = min(TILE, size - number * TILE)
        path = f"tile/entries/{number:03d}" + (f".p/{width}" if width < TILE else "")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(visitor.get(f"/log/{path}").content)
    (folder / "readings").mkdir(exist_ok=True)
    for number in range(1, 1000):
        answer = visitor.get(f"/log/readings/{number}.json")
        if answer.status_code == 404:
            break
        (folder / "readings" / f"{number}.json").write_bytes(answer.content)
    return folder


def check(file: Path, *options: str) -> tuple[int, str]:
    """Exit status and what the program says. In a process of its own, away from the sources of this project."""
    ran = subprocess.run(
        [sys.executable, "-I", str(PROGRAM), str(file), *options], capture_output=True, text=True, check=False, cwd=file.parent, timeout=60
    )
    assert not ran.stderr, ran.stderr
    return ran.returncode, ran.stdout
