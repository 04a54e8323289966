# SPDX-License-Identifier: EUPL-1.2
"""Files that `./bierger rules` was asked to read, and few of those that stand beside them."""

from datetime import date
from pathlib import Path

from bierger.site.given_files import FileRefused, read_beginning, refusal
from bierger_core.rules import Model, load_model

MAX_BYTES = 6_100_000  # a larger file is refused by its reader; no more of it is read
MAX_INPUT_BYTES = 5_100_000  # likewise
MAX_BESIDE, MAX_BESIDE_BYTES = 49, 20_000_000  # what may be imported


def read_regular(path: Path) -> bytes:
    """Read a DMN file, at most MAX_BYTES of it; raises FileRefused."""
    return read_beginning(path, most=MAX_BYTES)


def read_input(text: str) -> str:
    """Give the JSON of `--input`: itself, or what stands in @FILE, a pipe too; raises FileRefused."""
    if not text.startswith("@"):
        return text
    path = Path(text[1:])
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_INPUT_BYTES).decode()
    except (OSError, ValueError) as error:  # UnicodeDecodeError is one of its kind
        raise refusal(path, error) from None


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
            raise FileRefused("file-too-large", path, f"Beside {path.name} stand {bound}: take some away.")
        found[one.name] = data
    return found
