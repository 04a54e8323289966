# SPDX-License-Identifier: EUPL-1.2
"""Typst in the worker: one compiler, used again for every letter.

The template never becomes part of a program of ours, nor data part of the template: a fixed wrapper includes the template as a
file and data arrive as strings in `sys.inputs`. The root folder is new for each letter and holds only what was given.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal

import typst

from bierger.documents.plugins.codes import draw_svg
from bierger.infra.sandbox.refusals import Refused

TEMPLATE = "letter.typ"
FONTS = Path(__file__).resolve().parents[5] / "web" / "fonts"
STANDARDS: list[Literal["a-3a", "ua-1"]] = ["a-3a", "ua-1"]
# A package import names its package in a string that begins with @. Said before compiling, so that the message can name the line;
# an import whose name is put together at run time ends at the empty package folder and the missing network.
_PACKAGE = re.compile(r'"@[^"\s]*/')
_LINE = re.compile(re.escape(TEMPLATE) + r":(\d+):\d+")
_OUTSIDE = (
    "outside of the project",
    "escape the project root",
    "file not found",
    "access denied",
    "failed to load file",
    "is a directory",
)
_LETTERS = ("could not be displayed with", "contains the codepoint")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


@cache
def _compiler() -> typst.Compiler:
    empty = tempfile.mkdtemp(prefix="bierger-typst-")
    # The fonts of the repository, never the machine's: the same act has the same bytes everywhere.
    fonts = [FONTS] if FONTS.is_dir() else []
    return typst.Compiler(root=empty, font_paths=fonts, ignore_system_fonts=True, package_path=empty, package_cache_path=empty)


def render(body: Mapping[str, object], parts: Mapping[str, bytes]) -> tuple[dict[str, object], dict[str, bytes]]:
    """body: inputs {name: string}, epoch (seconds), attachments [{name, media_type, description}], qr (text of a code, which the
    template finds drawn as `qr.svg`), and, for a letter that is to be signed, hole {room, at, label}. parts: letter.typ, other
    files, the attachments among them under their names. Gives back part `pdf`, and `hollow`: the same with a place for the
    signature.
    """
    template = parts[TEMPLATE]
    _refuse_packages(template)
    inputs = body["inputs"]
    assert isinstance(inputs, dict)
    attached = body.get("attachments") or []
    assert isinstance(attached, list)
    folder = Path(tempfile.mkdtemp(prefix="bierger-letter-"))
    try:
        for name, data in parts.items():
            _write(folder, name, data)
        if "qr" in body:
            _write(folder, "qr.svg", draw_svg(str(body["qr"])))
        at = datetime.fromtimestamp(int(str(body["epoch"])), UTC)
        pdf = _compiler().compile(
            _wrapper(attached).encode(),
            root=str(folder),
            sys_inputs={str(key): str(value) for key, value in inputs.items()},
            pdf_standards=list(STANDARDS),
            timestamp=at,
        )
    except typst.TypstError as error:
        raise _refusal(error) from error
    except UnicodeDecodeError as error:
        raise Refused("render-template", line=0, message="the template is not UTF-8 text") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    assert isinstance(pdf, bytes)
    hole = body.get("hole")
    if not isinstance(hole, dict):
        return {}, {"pdf": pdf}
    # Late: a worker that signs nothing does not load a library for it.
    from bierger.documents.plugins.sandbox.holes import with_hole

    return {}, {"pdf": pdf, "hollow": with_hole(pdf, hole)}


def _wrapper(attached: list[dict[str, str]]) -> str:
    """The main file. Nothing of it comes from outside but names of attachments, and these are checked to be plain."""
    lines = [
        '#set document(title: sys.inputs.at("title"), date: auto)',
        '#set text(lang: sys.inputs.at("language"))',
    ]
    for one in attached:
        name, media_type = one["name"], one["media_type"]
        if not _PLAIN.fullmatch(name) or not re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", media_type):
            raise Refused("render-template", line=0, message="an attachment's name or type is not plain")
        lines.append(
            f'#pdf.attach("{name}", relationship: "supplement", mime-type: "{media_type}", '
            f'description: sys.inputs.at("attachment-{name}", default: "{name}"))'
        )
    lines.append(f'#include "{TEMPLATE}"')
    return "\n".join(lines) + "\n"


def _write(folder: Path, name: str, data: bytes) -> None:
    if not _PLAIN.fullmatch(name):
        raise Refused("render-outside-file", file=name)
    (folder / name).write_bytes(data)


def _refuse_packages(template: bytes) -> None:
    for number, line in enumerate(template.decode("utf-8", "replace").splitlines(), 1):
        if _PACKAGE.search(line):
            raise Refused("render-package-import", line=number)


def _refusal(error: typst.TypstError) -> Refused:
    found = _LINE.search(error.diagnostic or "")
    line = int(found[1]) if found else 0
    message = str(error.message)
    if "package" in message:
        return Refused("render-package-import", line=line)
    if any(words in message for words in _OUTSIDE):
        return Refused("render-outside-file", line=line)
    if any(words in message for words in _LETTERS):
        return Refused("render-letters", line=line, message=message[:500])
    return Refused("render-template", line=line, message=message[:500])
