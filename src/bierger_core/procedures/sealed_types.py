# SPDX-License-Identifier: EUPL-1.2
"""What a package's documents are to the registry of document types: facts under short names, words in every language, a period.

An act is verified by people who never saw the package, so its type carries all the words they need, in all four languages: a
package that has fewer names its documents in procedure.yaml. Two documents of one type (issued on two ways through the process)
say the same.
"""

from collections.abc import Iterable, Iterator

from bierger_core.interview import Type
from bierger_core.seals import RegisteredFact, RegisteredType, SealError
from bierger_core.values import LANGUAGES, CoreError, Term, Text, parse_term
from bierger_core.values.findings import Finding

from .prove_nodes import at
from .showing import is_coded
from .types import DocumentSpec, Package

NUMBER = "number"
"""The first fact of every act, which the counter of its administration gives."""
_NUMBER = RegisteredFact(
    NUMBER,
    "text",
    Text.of(fr="Numéro de l’acte", de="Nummer des Dokuments", en="Number of the act", lb="Nummer vum Akt"),
)


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Facts of the vocabulary under the names a seal has for them: `person.family_name` becomes `family-name`.

    Where two would get the same short name, they keep their long ones (`person-name`, `organisation-name`).
    """
    wanted = [name for name in names if name != NUMBER]
    short = {name: _plain(name.rpartition(".")[2]) for name in wanted}
    taken = [NUMBER, *short.values()]
    return {name: short[name] if taken.count(short[name]) == 1 else _plain(name) for name in wanted}


def _plain(name: str) -> str:
    return name.replace(".", "-").replace("_", "-")


def registered_type(package: Package, code: str) -> RegisteredType:
    """The type of a document as a version 1; whoever registers it gives it the number that is due.

    KeyError: no such document, text or fact. Raises `SealError`, `TermError`: what `prove_types` refuses. A package published
    by release 0.1 may lack a language; another one stands in for it, for its cases go on.
    """
    spec = package.documents[code]
    said = Text.of(**(spec.name or {one: package.text(f"document.{code}.title", one) for one in package.languages}))
    title = Text.of(**{language: said.in_(language) for language in LANGUAGES})
    facts = [_fact(package, name, short, spec.facts[name]) for name, short in short_names(spec.facts).items()]
    return RegisteredType(spec.type, 1, title, (_NUMBER, *facts), _valid_for(spec))


def _fact(package: Package, name: str, short: str, path: str) -> RegisteredFact:
    fact = package.vocabulary.facts[name]
    label = Text.of(**fact.labels)
    question = package.question(path)
    if question is not None and is_coded(package, path):
        return RegisteredFact(short, "choice", label, {one: _option(package, path, one) for one in question.options})
    return RegisteredFact(short, "date" if fact.type is Type.DATE else "text", label)


def _option(package: Package, path: str, code: str) -> Text:
    said = Text.of(**{one: package.text(f"question.{path}.option.{code}", one) for one in package.languages})
    return Text.of(**{language: said.in_(language) for language in LANGUAGES})


def fact_in_words(package: Package, document_type: str, short: str, value: str, language: str) -> str:
    """A sealed fact of one of the package's types as people read it: an option in words, anything else as it is."""
    for spec in package.documents.values():
        names = short_names(spec.facts)
        path = next((spec.facts[name] for name in spec.facts if names[name] == short), "")
        if spec.type == document_type and is_coded(package, path) and package.has_text(f"question.{path}.option.{value}"):
            return package.text(f"question.{path}.option.{value}", language)
    return value


def _valid_for(spec: DocumentSpec) -> Term | None:
    if spec.valid is None:
        return None
    if spec.valid.working:
        raise SealError("An act is valid for hours, days, weeks, months or years, never working days.", type=spec.type)
    return parse_term(spec.valid.text)


def prove_types(package: Package) -> Iterator[Finding]:
    """Prove that every document has a type that can be registered, and one type one meaning."""
    seen: dict[str, RegisteredType] = {}
    for code, spec in package.documents.items():
        where = ("procedure.yaml", spec.line)
        missing = ", ".join(language for language in LANGUAGES if language not in (spec.name or package.languages))
        if missing:
            message = f"Everybody may verify `{code}`: it needs a name in {missing} too."
            mend = f"Write `name: {{{', '.join(f'{language}: …' for language in LANGUAGES)}}}`, or all texts in {missing} too."
            yield at(package, where, "document-languages", message, mend)
        try:
            registered = registered_type(package, code)
        except KeyError:
            continue  # the missing text or fact is a finding of its own
        except CoreError as refused:
            mend = "Shorten the names of facts, or write `valid:` as one unit of calendar time (P3M) or up to 24 hours (PT24H)."
            yield at(package, where, "document-type", f"`{code}` has no type that a seal can name: {refused}", mend)
            continue
        if seen.setdefault(spec.type, registered) != registered:
            message = f"Another document of the type `{spec.type}` has other facts, another title or another validity."
            yield at(package, where, "type-differs", message, "Make them the same, or give this document a type of its own.")
