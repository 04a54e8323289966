# SPDX-License-Identifier: EUPL-1.2
"""Files that `./bierger rules` was asked to read: regular, of bounded size, and few of those that stand beside them."""

import os
import stat
from datetime import date
from pathlib import Path

from bierger_core.rules import Model, load_model

MAX_BYTES = 6_100_000  # a larger file is refused by its reader; no more of it is read
MAX_INPUT_BYTES = 5_100_000  # likewise
MAX_BESIDE, MAX_BESIDE_BYTES = 49, 20_000_000  # what may be imported


class FileRefused(Exception):
    """A file that is not read, in one sentence."""


def read_regular(path: Path) -> bytes:
    """Read a file, at most MAX_BYTES of it; raises FileRefused for what is none, and waits for nobody: a pipe is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise FileRefused(_said(path, error)) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileRefused(f"{path} is not a regular file.")
    with os.fdopen(descriptor, "rb") as stream:
        try:
            return stream.read(MAX_BYTES)
        except OSError as error:
            raise FileRefused(_said(path, error)) from None


def read_input(text: str) -> str:
    """Give the JSON of `--input`: itself, or what stands in @FILE, a pipe too; raises FileRefused."""
    if not text.startswith("@"):
        return text
    path = Path(text[1:])
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_INPUT_BYTES).decode()
    except (OSError, ValueError) as error:  # UnicodeDecodeError is one of its kind
        raise FileRefused(_said(path, error)) from None


def _said(path: Path, error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"{path} is not UTF-8."
    return f"{path} cannot be read: {error.strerror or error}." if isinstance(error, OSError) else f"{path!r} is no file name."


def read_model(path: Path, *, at: date | None = None) -> Model:
    """Load a DMN file, and what it imports from the files beside it; raises FileRefused and what `load_model` raises.

    `at`: without the rules that do not hold on that day.
    """
    data = read_regular(path)
    model = load_model({path.name: data}, main=path.name, at=at)
    if not any(finding.code == "dmn-import" for finding in model.findings):
        return model  # whatever else stands in the folder is not looked at
    return load_model({**_beside(path), path.name: data}, main=path.name, at=at)


def _beside(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    size = 0
    for one in sorted(path.parent.glob("*.dmn")):
        if one.name == path.name:
            continue
        try:
            data = read_regular(one)
        except FileRefused:
            continue  # a folder or a pipe of that name cannot be what is imported
        size += len(data)
        if len(found) == MAX_BESIDE or size > MAX_BESIDE_BYTES:
            bound = f"more than {MAX_BESIDE} DMN files or {MAX_BESIDE_BYTES} bytes of them"
            raise FileRefused(f"Beside {path.name} stand {bound}: take some away.")
        found[one.name] = data
    return found
