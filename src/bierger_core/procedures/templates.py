# SPDX-License-Identifier: EUPL-1.2
"""Typst templates: made one self-contained source, and looked at before they may be published.

The worker that renders has no network, no packages and a root that holds the QR code only; this look is the first of the
two walls. It reads names, it does not understand Typst: so a template may reach its data in one way only,
`field("name")`, which the package's `letter.typ` defines.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from bierger_core.values.findings import Finding

from .reading import did_you_mean

MAX_TEMPLATE_BYTES = 100_000
_IMPORT = re.compile(r'^[ \t]*#import[ \t]+"([^"\n]*)"[ \t]*(:[ \t]*\*)?[ \t]*;?[ \t]*$', re.MULTILINE)
_WORDS_REFUSED: Mapping[str, str] = {
    "include": "Write the text here, or import a file of `documents/`.",
    "read": "Data come in by `field(...)` only.",
    "json": "Data come in by `field(...)` only.",
    "csv": "Data come in by `field(...)` only.",
    "yaml": "Data come in by `field(...)` only.",
    "toml": "Data come in by `field(...)` only.",
    "xml": "Data come in by `field(...)` only.",
    "cbor": "Data come in by `field(...)` only.",
    "bibliography": "Write the references as text.",
    "plugin": "Plugins are programs: remove it.",
    "eval": "Evaluation of text is not allowed: remove it.",
}
_WORDS = "|".join(_WORDS_REFUSED)
_REFUSED = re.compile(
    rf"(?<![\w.\-\"])(?P<call>{_WORDS})(?=\s*[(\"])"  # read("x"), include "x"
    rf"|[=(,:]\s*(?P<alias>{_WORDS})(?=\s*[;,)\]}}\n])"  # let r = read
    rf"|#(?P<word>include)\b|#?(?<![\w.\-])(?P<import>import)(?=\s*[\"(])|#(?P<import2>import)\b"
)
_FIELD = re.compile(r'(?<![\w.-])field\(\s*"([^"\n]*)"')
_ANY_FIELD = re.compile(r"(?<![\w.-])field\((?!\s*\")")
_INPUTS = re.compile(r"sys\s*\.\s*inputs")
_DEFINITION = re.compile(r"#let[ \t]+field\(name\)[ \t]*=[ \t]*sys\.inputs\.at\(name, default: \"\"\)")
_IMAGE = re.compile(r"(?<![\w.-])image\s*\(([^\n]*)")


def strip_comments(source: str) -> str:
    """Blank out comments, keeping every line where it is. A `//` inside a text literal (an address) stays."""
    pattern = re.compile(r'"(?:\\.|[^"\\\n])*"|(?<!:)//[^\n]*|/\*.*?\*/', re.DOTALL)

    def blank(found: re.Match[str]) -> str:
        text = found[0]
        return text if text.startswith('"') else re.sub(r"[^\n]", " ", text)

    return pattern.sub(blank, source)


def join(path: str, files: Mapping[str, bytes]) -> bytes:
    """Put the files of `documents/` that a template imports in the place of the import; one level, each once.

    Raises UnicodeDecodeError or KeyError for what `prove_template` reports.
    """
    source = files[path].decode("utf-8")
    done: set[str] = set()

    def insert(found: re.Match[str]) -> str:
        target = _beside(path, found)
        if target in done:
            return ""
        done.add(target)
        return files[target].decode("utf-8")

    return _IMPORT.sub(insert, source).encode("utf-8")


def prove_template(path: str, files: Mapping[str, bytes], fields: Collection[str], *, prefix: str) -> Iterator[Finding]:
    """Say what a template does that it may not, and which fields it asks for that nobody fills."""
    whole = prefix + path
    if path not in files:
        yield Finding("missing-file", whole, 0, "The template does not exist.", "Write it, or correct `template:`.")
        return
    if len(files[path]) > MAX_TEMPLATE_BYTES:
        yield Finding("template-too-large", whole, 0, f"More than {MAX_TEMPLATE_BYTES} bytes.", "Shorten the template.")
        return
    try:
        source = strip_comments(files[path].decode("utf-8"))
    except UnicodeDecodeError:
        yield Finding("template-encoding", whole, 0, "The template is not UTF-8 text.", "Save it as UTF-8.")
        return
    imported = [found for found in _IMPORT.finditer(source) if found[2] is not None and _beside(path, found) in files]
    yield from _refused_words(source, whole, {found.start() for found in imported}, files)
    yield from _fields(source, whole, fields)
    for found in imported:
        part = _beside(path, found)
        if part != path:
            yield from _part(part, files, fields, prefix=prefix)


def _beside(path: str, found: re.Match[str]) -> str:
    """Give the path of what a template imports: a file of its own folder."""
    return f"{path.rpartition('/')[0]}/{found[1]}"


def _part(path: str, files: Mapping[str, bytes], fields: Collection[str], *, prefix: str) -> Iterator[Finding]:
    try:
        source = strip_comments(files[path].decode("utf-8"))
    except UnicodeDecodeError:
        yield Finding("template-encoding", prefix + path, 0, "The template is not UTF-8 text.", "Save it as UTF-8.")
        return
    yield from _refused_words(source, prefix + path, set(), files)
    yield from _fields(source, prefix + path, fields)


def _line(source: str, position: int) -> int:
    return source.count("\n", 0, position) + 1


def _refused_words(source: str, path: str, allowed: set[int], files: Mapping[str, bytes]) -> Iterator[Finding]:
    for found in _REFUSED.finditer(source):
        line = _line(source, found.start())
        word = found["call"] or found["alias"] or found["word"] or "import"
        if word == "import":
            start = source.rfind("\n", 0, found.start()) + 1
            if start in allowed:
                continue
            local = ", ".join(sorted(name.removeprefix("documents/") for name in files if name.startswith("documents/")))
            mend = f'Only `#import "file.typ": *` of the package\'s own documents/ folder is allowed ({local}).'
            yield Finding("template-import", path, line, "This import reaches outside the package.", mend)
        else:
            mend = _WORDS_REFUSED[word]
            yield Finding("template-reads", path, line, f"`{word}` is not allowed in a template.", mend)
    for found in _IMAGE.finditer(source):
        if not found[1].strip().startswith('field("qr")'):
            mend = 'The only picture a template can show is `image(field("qr"), alt: ...)`.'
            yield Finding("template-reads", path, _line(source, found.start()), "This picture does not exist.", mend)
        elif "alt:" not in source[found.start() : found.start() + 400]:
            mend = "Add `alt:` with words that say what the picture shows."
            yield Finding("template-alt", path, _line(source, found.start()), "A picture without words.", mend)


def _fields(source: str, path: str, fields: Collection[str]) -> Iterator[Finding]:
    definitions = [found.span() for found in _DEFINITION.finditer(source)]
    for pattern in (_INPUTS, _ANY_FIELD):
        for found in pattern.finditer(source):
            if not any(start <= found.start() < end for start, end in definitions):
                mend = 'Write `field("name")`, after `#let field(name) = sys.inputs.at(name, default: "")`.'
                yield Finding("template-data", path, _line(source, found.start()), "Data taken in another way.", mend)
    for found in _FIELD.finditer(source):
        if found[1] not in fields:
            mend = did_you_mean(found[1], fields)
            message = f"Nobody fills the field `{found[1]}`."
            yield Finding("template-field", path, _line(source, found.start()), message, mend)
