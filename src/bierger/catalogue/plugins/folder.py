# SPDX-License-Identifier: EUPL-1.2
"""From a folder on disk to the bytes that `publish` takes. Untrusted: links are refused, sizes limited."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bierger.catalogue.errors import FolderRefusedError
from bierger.catalogue.types import PackageFolder
from bierger_core.procedures import library_of

MARK = "procedure.yaml"
SITUATION_MARK = "situation.yaml"
VOCABULARY = "vocabulary.yaml"
MOST_FILES = 500
MOST_BYTES = 20 * 1024 * 1024
LIBRARY = "library"
BESIDE = "procedures"
PROCEDURES = Path(__file__).resolve().parents[4] / "procedures"
BUNDLED = PROCEDURES / VOCABULARY


def package_folders(path: Path) -> tuple[Path, ...]:
    """The folders at or below `path` that hold a `procedure.yaml`, sorted. FolderRefusedError: none, and no situation."""
    found = _marked(path, MARK)
    if not found and not situation_folders(path):
        raise FolderRefusedError(path, f"there is no {MARK} and no {SITUATION_MARK} in it or below it")
    return found


def situation_folders(path: Path) -> tuple[Path, ...]:
    """The folders at or below `path` that hold a `situation.yaml`, sorted."""
    return _marked(path, SITUATION_MARK)


def _marked(path: Path, mark: str) -> tuple[Path, ...]:
    return (path,) if (path / mark).is_file() else tuple(sorted(found.parent for found in path.glob(f"**/{mark}")))


def read_folder(path: Path) -> PackageFolder:
    """The files of one package or situation (path inside it -> bytes, hidden ones left out) and its vocabulary.

    The files of the library process that a package names stand beside its own. Raises FolderRefusedError: a link, too many
    files or bytes.
    """
    return PackageFolder(path=path.as_posix(), files=with_library(path, _read(path)), vocabulary=vocabulary_for(path))


def vocabulary_for(path: Path) -> bytes:
    """The nearest vocabulary above a folder, or in a `procedures/` beside or above it; else the one that comes with Bierger."""
    above = (found for parent in path.resolve().parents for found in (parent / VOCABULARY, parent / BESIDE / VOCABULARY))
    nearest = next((found for found in above if found.is_file()), BUNDLED)
    try:
        with nearest.open("rb") as stream:
            return stream.read(MOST_BYTES)  # `load` refuses far less
    except OSError as error:
        raise FolderRefusedError(nearest, f"{error.strerror}") from None


def package_folder_for(path: Path, key: str) -> Path | None:
    """The folder of the procedure `owner/name` that a situation names: in the nearest `procedures/`, else Bierger's own."""
    places = [*(parent / BESIDE / key for parent in path.resolve().parents), PROCEDURES / key]
    return next((place for place in places if (place / MARK).is_file()), None)


def with_library(path: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a package and, under `library/`, those of the library process that its procedure.yaml names.

    The library is the nearest one above the package, or the one that comes with Bierger. A package that brings the files itself,
    as one unpacked from a closure does, keeps those. Nothing is added for a name that no library has: `load` says so.
    """
    name = library_of(files)
    if not name or any(one.startswith(f"{LIBRARY}/") for one in files):
        return dict(files)
    places = [*(parent / LIBRARY / name for parent in path.resolve().parents), PROCEDURES / LIBRARY / name]
    found = next((place for place in places if place.is_dir()), None)
    borrowed = _read(found) if found else {}
    return {**files, **{f"{LIBRARY}/{one}": content for one, content in borrowed.items()}}


def _read(path: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for file in _files(path):
        total += file.stat().st_size
        if len(files) >= MOST_FILES or total > MOST_BYTES:
            raise FolderRefusedError(path, f"more than {MOST_FILES} files or {MOST_BYTES // 1024**2} MiB")
        files[file.relative_to(path).as_posix()] = file.read_bytes()
    return files


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
