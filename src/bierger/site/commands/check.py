# SPDX-License-Identifier: EUPL-1.2
"""`./bierger check PATH...`: proves packages and situations, and runs their scenarios, before anybody publishes them.

A situation is proved with the procedures it names: those of the nearest `procedures/` beside or above it, else those that come
with Bierger. Needs no database, no settings and no Django: an author runs it on a laptop, a forge runs it on every change.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bierger.catalogue.errors import FolderRefusedError
from bierger.catalogue.plugins.folder import MOST_BYTES, MOST_FILES, package_folder_for, vocabulary_for, with_library
from bierger.site.environment import VARIABLES
from bierger.site.given_files import FileRefused, read_beginning, read_whole
from bierger_core import situations
from bierger_core.procedures import (
    Package,
    PackageRefused,
    load,
    prove,
    prove_scenarios,
    prove_uploads,
    prove_whys,
    run_scenarios,
)
from bierger_core.values.findings import Finding

PACKAGE, SITUATION = "procedure.yaml", "situation.yaml"
MAX_FILE_BYTES = 1_000_000  # what is larger is not read: `load` refuses packages long before
_SKIPPED = frozenset({".DS_Store", "Thumbs.db"})


@dataclass(frozen=True)
class Checked:
    """One package or situation looked at."""

    folder: str
    digest: str
    scenarios: int
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """How many findings stop publication."""
        return sum(finding.level == "error" for finding in self.findings)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a package, a situation, or a folder that holds some")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument("--vocabulary", type=Path, help="vocabulary.yaml to use instead of the nearest one")


def run(args: argparse.Namespace) -> int:
    """Check everything under the paths; 0 when all of it may be published, 1 when not, 2 when there is none."""
    found = {path: (PACKAGE, check) for place in args.paths for path in find_packages(place)}
    found |= {path: (SITUATION, check_situation) for place in args.paths for path in find_packages(place, SITUATION)}
    if not found:
        names = ", ".join(str(path) for path in args.paths)
        sys.stderr.write(f"No package under {names}: a package is a folder with a procedure.yaml, or a situation.yaml.\n")
        return 2
    checked = [found[folder][1](folder, vocabulary=args.vocabulary) for folder in sorted(found)]
    sys.stdout.write(_as_json(checked) if args.json else _as_text(checked))
    return 1 if any(one.errors for one in checked) else 0


def find_packages(path: Path, mark: str = PACKAGE) -> Iterator[Path]:
    """Give the folders at or below a path that hold a procedure.yaml (or another `mark`); a path to a file means its folder.

    Links are not followed: one that leads back up has no end, and one that leads out is somebody else's.
    """
    if path.is_file():
        path = path.parent
    if (path / mark).is_file():
        yield path
    elif path.is_dir():
        for child in sorted(path.iterdir()):
            if child.is_dir() and not child.is_symlink() and not child.name.startswith("."):
                yield from find_packages(child, mark)


def read_package(folder: Path) -> dict[str, bytes]:
    """Read the files of a package, those of its library process among them. Links are not followed: it cannot reach outside.

    Reading ends where `load` refuses the package as too large. Raises FolderRefusedError for a library
    that cannot be read, FileRefused for a file.
    """
    files: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_BYTES:
            break
        if path.is_file() and not path.is_symlink() and path.name not in _SKIPPED:
            files[path.relative_to(folder).as_posix()] = read_beginning(path, most=MAX_FILE_BYTES + 1)
    return with_library(folder, files)


def check(folder: Path, *, vocabulary: Path | None = None) -> Checked:
    """Load, prove and run one package."""
    prefix = f"{folder.as_posix()}/"
    try:
        words = _words(folder, vocabulary)
        package = load(read_package(folder), vocabulary=words, prefix=prefix)
    except PackageRefused as refusal:
        return Checked(folder.as_posix(), "", 0, refusal.findings)
    except (FolderRefusedError, FileRefused) as refusal:
        return _refused(folder, refusal)
    findings = (*prove(package), *prove_whys(package), *prove_uploads(package, body=_largest_body()))
    if any(finding.level == "error" for finding in findings):
        return Checked(folder.as_posix(), package.digest, 0, findings)  # scenarios of a broken package mislead
    results = run_scenarios(package)
    findings = (*findings, *prove_scenarios(package, results))
    return Checked(folder.as_posix(), package.digest, len(results), findings)


def check_situation(folder: Path, *, vocabulary: Path | None = None) -> Checked:
    """Load, prove and run one situation, over procedures that load; whether these are right is checked with them."""
    name = folder.as_posix()
    packages: dict[str, Package] = {}
    try:
        files, words = read_package(folder), _words(folder, vocabulary)
        for key in situations.procedures_of(files):
            if place := package_folder_for(folder, key):
                packages[key] = load(read_package(place), vocabulary=words, prefix=f"{place.as_posix()}/")
        situation = situations.load(files, vocabulary=words, packages=packages, prefix=f"{name}/")
    except PackageRefused as refusal:
        return Checked(name, "", 0, refusal.findings)
    except (FolderRefusedError, FileRefused) as refusal:
        return _refused(folder, refusal)
    findings = situations.prove(situation)
    if any(finding.level == "error" for finding in findings):
        return Checked(name, situation.digest, 0, findings)
    results = situations.run_scenarios(situation)
    return Checked(name, situation.digest, len(results), (*findings, *situations.prove_scenarios(situation, results)))


def _words(folder: Path, vocabulary: Path | None) -> bytes:
    """The vocabulary that was named, else the nearest."""
    return vocabulary_for(folder) if vocabulary is None else read_whole(vocabulary, most=MAX_FILE_BYTES)


def _refused(folder: Path, refusal: FolderRefusedError | FileRefused) -> Checked:
    finding = Finding(refusal.code, refusal.path.as_posix(), 0, str(refusal), "Put the file itself there, or take it away.")
    return Checked(folder.as_posix(), "", 0, (finding,))


def _largest_body() -> int:
    """Bytes of one request to the installation whose environment this is; elsewhere, what the product takes by default."""
    limit = next(variable for variable in VARIABLES if variable.name == "BIERGER_UPLOAD_LIMIT_MB")
    told = os.environ.get(limit.name, "")
    return int(told if told.isdigit() else limit.default or "0") * 2**20


def _as_text(checked: list[Checked]) -> str:
    lines: list[str] = []
    for one in checked:
        lines += [line(finding) for finding in one.findings]
        if one.errors:
            lines.append(f"{one.folder}: {one.errors} to mend")
        else:
            lines.append(f"{one.folder}: proved, {one.scenarios} scenarios green, digest {one.digest[:16]}")
    wrong = sum(one.errors > 0 for one in checked)
    lines.append(f"{len(checked)} packages checked, {wrong} to mend." if wrong else f"{len(checked)} packages checked, all good.")
    return "\n".join(lines) + "\n"


def line(finding: Finding) -> str:
    """Write a finding as `path:line: what (how to mend it)`; a warning says so."""
    level = "" if finding.level == "error" else "warning: "
    return f"{finding.path}:{finding.line}: {level}{finding.message} ({finding.mend})"


def _as_json(checked: list[Checked]) -> str:
    packages = [
        {
            "folder": one.folder,
            "digest": one.digest,
            "scenarios": one.scenarios,
            "errors": one.errors,
            "findings": [asdict(finding) for finding in one.findings],
        }
        for one in checked
    ]
    return json.dumps({"packages": packages}, ensure_ascii=False, indent=2) + "\n"
