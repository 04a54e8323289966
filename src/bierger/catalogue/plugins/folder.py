# SPDX-License-Identifier: EUPL-1.2
"""From a folder on disk to the bytes that `publish` takes. Untrusted: links are refused, sizes limited."""

from collections.abc import Iterator
from pathlib import Path

from bierger.catalogue.errors import FolderRefusedError
from bierger.catalogue.types import PackageFolder

MARK = "procedure.yaml"
VOCABULARY = "vocabulary.yaml"
MOST_FILES = 500
MOST_BYTES = 20 * 1024 * 1024
BUNDLED = Path(__file__).resolve().parents[4] / "procedures" / VOCABULARY


def package_folders(path: Path) -> tuple[Path, ...]:
    """The folders at or below `path` that hold a `procedure.yaml`, sorted. FolderRefusedError: none."""
    found = (path,) if (path / MARK).is_file() else tuple(sorted(mark.parent for mark in path.glob(f"**/{MARK}")))
    if not found:
        raise FolderRefusedError(path, f"there is no {MARK} in it or below it")
    return found


def read_folder(path: Path) -> PackageFolder:
    """The files of one package (path inside it -> bytes, hidden ones left out) and the nearest vocabulary above it.

    Without one, the vocabulary that comes with Bierger. Raises FolderRefusedError: a link, too many files or bytes.
    """
    files: dict[str, bytes] = {}
    total = 0
    for file in _files(path):
        total += file.stat().st_size
        if len(files) >= MOST_FILES or total > MOST_BYTES:
            raise FolderRefusedError(path, f"more than {MOST_FILES} files or {MOST_BYTES // 1024**2} MiB")
        files[file.relative_to(path).as_posix()] = file.read_bytes()
    above = (parent / VOCABULARY for parent in path.resolve().parents)
    vocabulary = next((found for found in above if found.is_file()), BUNDLED)
    return PackageFolder(path=path.as_posix(), files=files, vocabulary=vocabulary.read_bytes())


def _files(path: Path) -> Iterator[Path]:
    for entry in sorted(path.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_symlink():
            raise FolderRefusedError(entry, "it is a link; a package holds its files itself")
        if entry.is_dir():
            yield from _files(entry)
        else:
            yield entry
