# SPDX-License-Identifier: EUPL-1.2
"""Texts of the screens: extract them, compile them, say what is missing. Babel and Django's own reader of templates; no gettext.

`python tools/messages.py` with one word:

update    every text of src/ into locale/*/LC_MESSAGES/django.po; texts no longer used go
compile   the .mo files beside them (not in the repository: made at install)
missing   texts without a translation; exit 1 when there are any
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "bierger"
LANGUAGES = ("fr", "de", "lb", "en")
ORIGINAL = "en"  # the texts are written in English: its catalogue translates each to itself
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
HEADER = """\
# SPDX-License-Identifier: EUPL-1.2
# Texts of the screens; extracted by tools/messages.py, which keeps this order.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""
Found = tuple[int, "str | tuple[str, ...]", list[str], "str | None"]


def po_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def in_file(path: Path) -> Iterator[Found]:
    """The texts of one source file or template: line, text (or singular and plural), comments, context."""
    content = path.read_text(encoding="utf-8")
    if path.suffix in (".html", ".txt"):
        # Indentation means nothing in a template, and everything to the reader of Python.
        content = "\n".join(line.lstrip() for line in templatize(content, origin=str(path)).splitlines())
    yield from extract("python", io.BytesIO(content.encode()), KEYWORDS, ("Translators:",), {"encoding": "utf-8"})


def collect() -> Catalog:
    """Every text of the screens, sorted by file."""
    catalog = Catalog(fuzzy=False)
    for path in sorted(SOURCES.rglob("*")):
        if path.suffix not in (".py", ".html", ".txt") or "migrations" in path.parts:
            continue
        place = path.relative_to(ROOT).as_posix()
        for line, text, comments, context in in_file(path):
            if text and text != ("", ""):
                catalog.add(text, None, [(place, line)], auto_comments=comments, context=context)
    return catalog


def read(language: str) -> Catalog:
    """The catalogue of a language as it lies in the repository; empty when there is none."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, project="bierger", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def write(language: str, catalog: Catalog) -> None:
    """Without dates and line numbers: a file changes only when a text does."""
    body = io.BytesIO()
    write_po(body, catalog, width=0, omit_header=True, include_lineno=False, sort_output=True)
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(HEADER.format(language=language, plural=catalog.plural_forms).encode() + body.getvalue())


def update() -> None:
    texts = collect()
    for language in LANGUAGES:
        catalog = read(language)
        catalog.update(texts, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        if language == ORIGINAL:
            for message in catalog:
                if message.id:
                    message.string = message.id
        write(language, catalog)
    print(f"{len(texts)} texts in {len(LANGUAGES)} languages")


def compile_all() -> None:
    for language in LANGUAGES:
        with po_path(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, read(language))


def is_translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return not message.fuzzy and all(strings)


def missing() -> list[tuple[str, str]]:
    """(language, text) for every text of the sources that a language lacks, or has as fuzzy."""
    texts = collect()
    lacking = []
    for language in LANGUAGES:
        catalog = read(language)
        for message in texts:
            found = catalog.get(message.id, context=message.context) if message.id else None
            if message.id and (found is None or not is_translated(found)):
                lacking.append((language, str(message.id)))
    return lacking


def main(arguments: list[str]) -> int:
    match arguments:
        case ["update"]:
            update()
        case ["compile"]:
            compile_all()
        case ["missing"]:
            lacking = missing()
            for language, text in lacking:
                print(f"{language}: {text}")
            return 1 if lacking else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
