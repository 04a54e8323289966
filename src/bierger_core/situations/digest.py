# SPDX-License-Identifier: EUPL-1.2
"""The digest of a situation: its files, and the versions of the procedures with which it was proved."""

import hashlib
from collections.abc import Mapping

from bierger_core.procedures import ENGINE_SEMANTICS


def digest(files: Mapping[str, bytes], vocabulary: bytes, packages: Mapping[str, str]) -> str:
    r"""Give the SHA-256 (64 hex) of the closure: engine semantics, vocabulary, digests of the packages, every file by path.

    packages    owner/name -> digest of the version
    What is hashed is text, one line for each part, sorted: `<sha256 hex>  <path>\n`, as for a package.
    """
    lines = [f"bierger situation, engine semantics {ENGINE_SEMANTICS}\n", _line(_hash(vocabulary), "../vocabulary.yaml")]
    lines += [_line(packages[key], f"../{key}") for key in sorted(packages)]
    lines += [_line(_hash(files[path]), path) for path in sorted(files)]
    return hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _line(hashed: str, path: str) -> str:
    return f"{hashed}  {path}\n"
