# SPDX-License-Identifier: EUPL-1.2
"""Proofs about documents: templates, facts of the vocabulary, fields that are shown, words that can be filled."""

import re
from collections.abc import Iterator

from bierger_core.seals import MAX_FACTS, MAX_NAMES_BYTES, names_fit
from bierger_core.values.findings import Finding

from .prove_nodes import at
from .read_procedure import BUILT_IN_FIELDS
from .reading import did_you_mean
from .running import PLACEHOLDER, template_words
from .templates import prove_template
from .types import DocumentSpec, Package

_TEMPLATE_FIELD = re.compile(r'field\(\s*"((?:text|letter)_[a-z0-9_]+)"')


def prove_documents(package: Package) -> Iterator[Finding]:
    """Prove every document of the package."""
    issued = {node.document for node in package.process.nodes.values() if node.action == "issue-act"}
    for code, spec in package.documents.items():
        if code not in issued:
            mend = f'Issue it by a service task with `bierger:document="{code}"`, or remove it.'
            yield at(package, ("procedure.yaml", spec.line), "unused-document", f"Nobody issues `{code}`.", mend)
        for name in spec.facts:
            if name not in package.vocabulary.facts:
                mend = did_you_mean(name, package.vocabulary.facts)
                where = ("procedure.yaml", spec.lines[f"facts.{name}"])
                yield at(package, where, "unknown-fact", f"The vocabulary has no fact `{name}`.", mend)
        if not names_fit({*spec.facts, "number"}):
            message = f"A printed code has no room for the facts of `{code}`, whatever they say."
            mend = f"Seal at most {MAX_FACTS - 1} facts beside the number, with names of {MAX_NAMES_BYTES} letters in all."
            yield at(package, ("procedure.yaml", spec.line), "too-many-facts", message, mend)
        asked = set(_TEMPLATE_FIELD.findall(package.template(code).decode("utf-8")))
        fields = {*spec.fields, *BUILT_IN_FIELDS, *asked, "title"}
        yield from prove_template(spec.template, package.files, fields, prefix=package.prefix)
        yield from _unused_fields(package, spec)
        yield from _text_fields(package, code)


def _unused_fields(package: Package, spec: DocumentSpec) -> Iterator[Finding]:
    """A field that no letter shows is personal data handed on for nothing."""
    shown = package.template(spec.code).decode("utf-8")
    keys = [f"document.{spec.code}.{key}" for key in template_words(package, spec.code, "text")]
    for language in package.languages:
        texts = package.texts.lines.get((language, "standard"), {})
        shown += " ".join(texts[key].words for key in keys if key in texts)
    for name in spec.fields:
        if f'field("{name}")' not in shown and f"{{{name}}}" not in shown:
            message = f"The template of `{spec.code}` never shows the field `{name}`."
            where = ("procedure.yaml", spec.lines[f"fields.{name}"])
            yield at(package, where, "unused-field", message, "Show it or remove it.")


def _text_fields(package: Package, code: str) -> Iterator[Finding]:
    """Placeholders in the words of a letter must be fields of its document."""
    known = set(package.documents[code].fields)
    for language in package.languages:
        texts = package.texts.lines.get((language, "standard"), {})
        keys = [f"document.{code}.{key}" for key in template_words(package, code, "text")]
        keys += [f"letter.{key}" for key in template_words(package, code, "letter")]
        for key in keys:
            for name in PLACEHOLDER.findall(texts[key].words) if key in texts else ():
                if name not in known:
                    message = f"The text `{key}` names `{{{name}}}`, which is no field of the document `{code}`."
                    mend = did_you_mean(name, known)
                    yield Finding("unknown-field", texts[key].path, texts[key].line, message, mend)
