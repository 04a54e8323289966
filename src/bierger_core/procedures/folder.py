# SPDX-License-Identifier: EUPL-1.2
"""The files of a package or of a situation, while they are read: which may be there, and what each holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bierger_core.rules import DecisionModel, Refused, read_dmn
from bierger_core.values.findings import Finding

from .yamltree import Node, YamlRefused, parse_yaml


@dataclass(frozen=True)
class Shape:
    """What a folder of one kind may hold. `kind`: as messages name it; `holds`: the mend for a file that has no place."""

    kind: str
    paths: re.Pattern[str]
    required: tuple[str, ...]
    most_files: int
    most_bytes: int
    holds: str


@dataclass(frozen=True)
class Folder:
    """`files`: path inside the folder to content; `prefix`: put before the paths in `findings`, which collect what is wrong."""

    files: Mapping[str, bytes]
    prefix: str = ""
    findings: list[Finding] = field(default_factory=list)

    def measure(self, shape: Shape) -> None:
        """Find what has no place, what is too much, what lacks."""
        for path in sorted(self.files):
            if not shape.paths.fullmatch(path):
                self._find("unknown-file", path[:200], f"This file has no place in a {shape.kind}.", shape.holds)
        if len(self.files) > shape.most_files or sum(len(content) for content in self.files.values()) > shape.most_bytes:
            message = f"The {shape.kind} is larger than {shape.most_files} files or {shape.most_bytes} bytes."
            self._find("package-too-large", "", message, "Remove what does not belong to it.")
        for path in shape.required:
            if path not in self.files:
                self._find("missing-file", path, f"The {shape.kind} lacks this file.", "Write it.")

    def yaml(self, path: str) -> Node | None:
        """None without the file, and when it could not be read."""
        if path not in self.files:
            return None
        try:
            return parse_yaml(self.files[path], path=self.prefix + path)
        except YamlRefused as refusal:
            self.findings.append(refusal.finding)
            return None

    def decisions(self) -> DecisionModel | None:
        """decisions.dmn; None without it, and when it could not be read."""
        if "decisions.dmn" not in self.files:
            return None
        try:
            return read_dmn(self.files["decisions.dmn"], path=f"{self.prefix}decisions.dmn")
        except Refused as refusal:
            self.findings.extend(refusal.findings)
            return None

    def _find(self, code: str, path: str, message: str, mend: str) -> None:
        self.findings.append(Finding(code, self.prefix + path, 0, message, mend))
