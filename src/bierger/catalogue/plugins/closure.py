# SPDX-License-Identifier: EUPL-1.2
"""A package and the vocabulary it rests on, as one deterministic archive: what a version keeps for ever."""

import io
import zipfile
from collections.abc import Mapping

PACKAGE = "package/"
VOCABULARY = "vocabulary.yaml"
# ZIP cannot say an earlier date; a fixed one makes equal contents equal bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(files: Mapping[str, bytes], vocabulary: bytes) -> bytes:
    """A ZIP archive (any tool opens it): `vocabulary.yaml` and the package's files under `package/`, sorted by path."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(VOCABULARY), vocabulary)
        for path in sorted(files):
            archive.writestr(_entry(PACKAGE + path), files[path])
    return out.getvalue()


def unpack(closure: bytes) -> tuple[dict[str, bytes], bytes]:
    """(files by their path in the package, vocabulary). Only given what `pack` made: limits held at publication."""
    with zipfile.ZipFile(io.BytesIO(closure)) as archive:
        names = [name for name in archive.namelist() if name.startswith(PACKAGE)]
        return {name.removeprefix(PACKAGE): archive.read(name) for name in names}, archive.read(VOCABULARY)


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
