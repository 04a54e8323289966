# SPDX-License-Identifier: EUPL-1.2
"""A package or a situation, and what it rests on, as one deterministic archive: what a version keeps for ever."""

import io
import json
import zipfile
from collections.abc import Mapping

PACKAGE = "package/"
VOCABULARY = "vocabulary.yaml"
SITUATION = "situation/"
PACKAGES = "packages.json"
# ZIP cannot say an earlier date; a fixed one makes equal contents equal bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(files: Mapping[str, bytes], vocabulary: bytes) -> bytes:
    """A ZIP archive (any tool opens it): `vocabulary.yaml` and the package's files under `package/`, sorted by path."""
    return _archive({VOCABULARY: vocabulary, **{PACKAGE + path: files[path] for path in sorted(files)}})


def unpack(closure: bytes) -> tuple[dict[str, bytes], bytes]:
    """(files by their path in the package, vocabulary). Only given what `pack` made: limits held at publication."""
    with zipfile.ZipFile(io.BytesIO(closure)) as archive:
        names = [name for name in archive.namelist() if name.startswith(PACKAGE)]
        return {name.removeprefix(PACKAGE): archive.read(name) for name in names}, archive.read(VOCABULARY)


def pack_situation(files: Mapping[str, bytes], vocabulary: bytes, packages: Mapping[str, str]) -> bytes:
    """The same for a situation, under `situation/`; `packages.json` holds the digests of its packages by owner/name."""
    listed = json.dumps(dict(sorted(packages.items())), indent=1).encode()
    return _archive({VOCABULARY: vocabulary, PACKAGES: listed, **{SITUATION + path: files[path] for path in sorted(files)}})


def unpack_situation(closure: bytes) -> tuple[dict[str, bytes], bytes, dict[str, str]]:
    """(files by their path in the situation, vocabulary, digests of its packages)."""
    with zipfile.ZipFile(io.BytesIO(closure)) as archive:
        names = [name for name in archive.namelist() if name.startswith(SITUATION)]
        packages: dict[str, str] = json.loads(archive.read(PACKAGES))
        return {name.removeprefix(SITUATION): archive.read(name) for name in names}, archive.read(VOCABULARY), packages


def _archive(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(_entry(name), content)
    return out.getvalue()


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
