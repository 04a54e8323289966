# SPDX-License-Identifier: EUPL-1.2
"""`./bierger check PATH...`: proves packages and runs their scenarios before anybody publishes them.

Needs no database, no settings and no Django: an author runs it on a laptop, a forge runs it on every change.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bierger.site.environment import VARIABLES
from bierger_core.procedures import PackageRefused, load, prove, prove_scenarios, prove_uploads, run_scenarios
from bierger_core.values.findings import Finding

VOCABULARY = "vocabulary.yaml"
MAX_FILE_BYTES = 1_000_000  # what is larger is not read: `load` refuses packages long before
_BUNDLED = Path(__file__).resolve().parents[4] / "procedures" / VOCABULARY
_SKIPPED = frozenset({".DS_Store", "Thumbs.db"})


@dataclass(frozen=True)
class Checked:
    """One package looked at."""

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
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a package, or a folder that holds packages")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument("--vocabulary", type=Path, help="vocabulary.yaml to use instead of the nearest one")


def run(args: argparse.Namespace) -> int:
    """Check everything under the paths; 0 when all packages may be published, 1 when not, 2 when there are none."""
    folders = sorted({folder for path in args.paths for folder in find_packages(path)})
    if not folders:
        names = ", ".join(str(path) for path in args.paths)
        sys.stderr.write(f"No package under {names}: a package is a folder with a procedure.yaml.\n")
        return 2
    checked = [check(folder, vocabulary=args.vocabulary) for folder in folders]
    sys.stdout.write(_as_json(checked) if args.json else _as_text(checked))
    return 1 if any(one.errors for one in checked) else 0


def find_packages(path: Path) -> Iterator[Path]:
    """Give the folders at or below a path that hold a procedure.yaml; a path to a file means its folder."""
    if path.is_file():
        path = path.parent
    if (path / "procedure.yaml").is_file():
        yield path
    elif path.is_dir():
        for child in sorted(path.iterdir()):
            if child.is_dir() and not child.name.startswith("."):
                yield from find_packages(child)


def read_package(folder: Path) -> dict[str, bytes]:
    """Read the files of a package. Links are not followed: a package cannot reach outside its folder."""
    files: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.name not in _SKIPPED:
            with path.open("rb") as stream:
                files[path.relative_to(folder).as_posix()] = stream.read(MAX_FILE_BYTES + 1)
    return files


def read_vocabulary_for(folder: Path) -> bytes:
    """Give the vocabulary nearest above a package, or the one that comes with Bierger."""
    for parent in folder.resolve().parents:
        if (parent / VOCABULARY).is_file():
            return (parent / VOCABULARY).read_bytes()
    return _BUNDLED.read_bytes()


def check(folder: Path, *, vocabulary: Path | None = None) -> Checked:
    """Load, prove and run one package."""
    prefix = f"{folder.as_posix()}/"
    words = vocabulary.read_bytes() if vocabulary else read_vocabulary_for(folder)
    try:
        package = load(read_package(folder), vocabulary=words, prefix=prefix)
    except PackageRefused as refusal:
        return Checked(folder.as_posix(), "", 0, refusal.findings)
    findings = (*prove(package), *prove_uploads(package, body=_largest_body()))
    if any(finding.level == "error" for finding in findings):
        return Checked(folder.as_posix(), package.digest, 0, findings)  # scenarios of a broken package mislead
    results = run_scenarios(package)
    findings = (*findings, *prove_scenarios(package, results))
    return Checked(folder.as_posix(), package.digest, len(results), findings)


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
