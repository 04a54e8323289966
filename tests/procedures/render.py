# SPDX-License-Identifier: EUPL-1.2
"""Renders letters in a process of its own: a process in which Typst has run must never fork, and pytest might.

Reads from stdin a list of {"source", "inputs", "out"}, with the picture of a code as "qr" where it matters; writes PDF/A-3a +
PDF/UA-1 files.
"""

import json
import sys
import tempfile
from pathlib import Path

import typst

QR = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="#fff"/><path d="M1 1h3v3H1zM5 5h3v3H5z"/></svg>'

with tempfile.TemporaryDirectory() as folder:
    root = Path(folder)
    for letter in json.load(sys.stdin):
        (root / "qr.svg").write_text(letter.get("qr", QR))
        (root / "main.typ").write_text(letter["source"])
        pdf = typst.compile(
            str(root / "main.typ"), root=folder, format="pdf", sys_inputs=letter["inputs"], pdf_standards=["a-3a", "ua-1"]
        )
        Path(letter["out"]).write_bytes(pdf)
