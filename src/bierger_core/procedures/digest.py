# SPDX-License-Identifier: EUPL-1.2
"""The digest of a package: what a running case is pinned to."""

import hashlib
from collections.abc import Mapping

from .types import ENGINE_SEMANTICS


def digest(files: Mapping[str, bytes], vocabulary: bytes) -> str:
    r"""Give the SHA-256 (64 hex) of the closure: engine semantics, vocabulary, every file by path.

    What is hashed is text of the form `<sha256 hex>  <path>\n`, sorted by path, so anybody can recompute it with
    sha256sum. A path cannot hold a line break (`load` refuses it), so no two closures write the same text.
    """
    lines = [f"bierger package, engine semantics {ENGINE_SEMANTICS}\n", _line("../vocabulary.yaml", vocabulary)]
    lines += [_line(path, files[path]) for path in sorted(files)]
    return hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()


def _line(path: str, content: bytes) -> str:
    return f"{hashlib.sha256(content).hexdigest()}  {path}\n"
