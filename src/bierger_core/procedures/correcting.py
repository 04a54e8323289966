# SPDX-License-Identifier: EUPL-1.2
"""A corrected act: from the act that was issued and its version of the package alone, without the case.

The variables of a case may have moved on since, or be erased; whoever takes an act back need not be able to open the case. So the
starting point is what the act itself says:

1. `document_of` finds the document of the package that the act is: same type, facts, template and words.
2. `correctable` gives each value that the document names, as a question with the answer that stands there now. Where the printed
   text cannot be read back as a value (an amount in words, several choices), the text itself is what is corrected.
3. `corrected` puts the new answers in: each value as its fact and as its fields, each text filled anew. What was not corrected
   stays letter by letter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from bierger_core.interview import JSON, Question, Type, from_json

from .errors import DocumentUnknown
from .running import fill, template_words
from .schema import kind_of
from .sealed_types import short_names
from .showing import show, show_fact
from .types import DocumentSpec, Package

LONGEST_LINE, LONGEST_TEXT = 300, 4000
_AS_TYPED = frozenset({
    Type.TEXT, Type.LONGTEXT, Type.EMAIL, Type.PHONE, Type.MATRICULE, Type.ORGANISATION_NUMBER, Type.IBAN, Type.POSTAL_CODE,
})  # fmt: skip
"""What is printed as it was typed, the L- of a postal code apart."""


@dataclass(frozen=True)
class IssuedDocument:
    """An act as it was issued. `facts` by short name, as sealed, the number among them; `fields` as its template had them."""

    type: str
    language: str
    facts: Mapping[str, str]
    fields: Mapping[str, str]
    template: bytes


@dataclass(frozen=True)
class Correctable:
    """One value that a document names, by its `path`; `question` asks for it, `answer` is what the act says now.

    `facts` (names of the vocabulary) and `fields` are where it stands. `is_text`: the printed text itself is corrected.
    """

    path: str
    question: Question
    answer: JSON
    facts: tuple[str, ...]
    fields: tuple[str, ...]
    is_text: bool


@dataclass(frozen=True)
class CorrectedDocument:
    """The whole of the corrected act: `facts` by the vocabulary's names, in order; `fields` with all words."""

    title: str
    facts: Mapping[str, str]
    fields: Mapping[str, str]
    template: bytes


def document_of(package: Package, issued: IssuedDocument) -> DocumentSpec:
    """The document of the package that the act is. Raises `DocumentUnknown`: it was made of another version."""
    for spec in package.documents.values():
        if spec.type == issued.type and package.template(spec.code) == issued.template and _made_of(package, spec, issued):
            return spec
    raise DocumentUnknown("The package has no document like this act.", type=issued.type)


def _made_of(package: Package, spec: DocumentSpec, issued: IssuedDocument) -> bool:
    if set(short_names(spec.facts).values()) != set(issued.facts) - {"number"} or not set(spec.fields) <= set(issued.fields):
        return False
    return all(issued.fields.get(name) == text for name, text in _words(package, spec, issued.language, issued.fields).items())


def correctable(package: Package, issued: IssuedDocument) -> tuple[Correctable, ...]:
    """Every value that the document names, sealed ones first, each once. Raises `DocumentUnknown`."""
    spec = document_of(package, issued)
    short = short_names(spec.facts)
    found = []
    for path in dict.fromkeys([*spec.facts.values(), *spec.fields.values()]):
        facts = tuple(name for name, its in spec.facts.items() if its == path)
        fields = tuple(name for name, its in spec.fields.items() if its == path)
        fact = issued.facts[short[facts[0]]] if facts else None
        field = issued.fields[fields[0]] if fields else None
        found.append(_correctable(package, path, facts, fields, fact=fact, field=field, language=issued.language))
    return tuple(found)


def _correctable(
    package: Package, path: str, facts: tuple[str, ...], fields: tuple[str, ...], *,
    fact: str | None, field: str | None, language: str,
) -> Correctable:  # fmt: skip
    asked = None if "." in path else package.question(path)
    kind = _kind(package, path, facts, asked)
    answer = _answer(package, path, kind, asked, fact=fact, field=field, language=language)
    printed = field if field is not None else fact or ""
    if answer is not None or (not printed and kind in _AS_TYPED):
        question = Question(
            path, kind, required=answer is not None, options=asked.options if asked else (),
            decimals=asked.decimals if asked else 0, max_length=LONGEST_TEXT if kind is Type.LONGTEXT else LONGEST_LINE,
        )  # fmt: skip
        return Correctable(path, question, answer, facts, fields, is_text=False)
    is_long = "\n" in printed or len(printed) > LONGEST_LINE
    kind, most = (Type.LONGTEXT, LONGEST_TEXT) if is_long else (Type.TEXT, LONGEST_LINE)
    question = Question(path, kind, required=bool(printed), max_length=most)
    return Correctable(path, question, printed or None, facts, fields, is_text=True)


def _kind(package: Package, path: str, facts: tuple[str, ...], asked: Question | None) -> Type:
    """The type of the value: its question's, the sealed fact's, or what the register's answer says."""
    if asked is not None:
        return asked.type
    known = [package.vocabulary.facts[name].type for name in facts if name in package.vocabulary.facts]
    kind = kind_of(package, path)[0]
    return known[0] if known and kind == "text" else next((one for one in Type if one.value == kind), Type.TEXT)


def _answer(
    package: Package, path: str, kind: Type, asked: Question | None, *, fact: str | None, field: str | None, language: str
) -> JSON:
    """What stands in the act, read back as an answer; None when it cannot be read back with certainty."""
    if kind in _AS_TYPED:
        text = (field if field is not None else fact) or ""
        if kind is Type.POSTAL_CODE or path.endswith(".postal_code"):
            text = text.removeprefix("L-")
        return text or None
    answer: JSON = None
    if kind is Type.CHOICE and asked is not None:
        texts = {show(package, path, code, language): code for code in asked.options}
        answer = fact if fact in asked.options else texts.get((field if field is not None else fact) or "")
    elif fact is not None:
        answer = _read_fact(kind, fact)
    value = from_json(Question(path, kind, options=asked.options if asked else ()), answer)
    if value is None:
        return None
    says_so = (fact is None or show_fact(package, path, value, language) == fact) and (
        field is None or show(package, path, value, language) == field
    )
    return answer if says_so else None


def _read_fact(kind: Type, fact: str) -> JSON:
    """A sealed text of this kind, as the answer it was."""
    if kind is Type.PARCEL:
        section, _, number = fact.partition(" ")
        return {"section": section, "number": number}
    try:
        if kind is Type.DATE:
            return date.fromisoformat(fact).isoformat()
        if kind in {Type.NUMBER, Type.MONEY}:
            return str(Decimal(fact))
    except (ValueError, InvalidOperation):
        return None
    return None


def corrected(package: Package, issued: IssuedDocument, answers: Mapping[str, JSON]) -> CorrectedDocument:
    """The act with other answers, by path; those that are not there stay. Raises `DocumentUnknown`."""
    spec = document_of(package, issued)
    short = short_names(spec.facts)
    facts = {name: issued.facts[short[name]] for name in spec.facts}
    fields = {name: issued.fields[name] for name in spec.fields}
    for one in changed(correctable(package, issued), answers):
        answer = answers[one.path]
        value = None if one.is_text else from_json(one.question, answer)
        text = str(answer or "")
        facts |= {name: text if one.is_text else show_fact(package, one.path, value, issued.language) for name in one.facts}
        fields |= {name: text if one.is_text else show(package, one.path, value, issued.language) for name in one.fields}
    words = _words(package, spec, issued.language, fields)
    title = package.text(f"document.{spec.code}.title", issued.language)
    return CorrectedDocument(title, facts, {**fields, **words, "title": title}, issued.template)


def changed(values: Iterable[Correctable], answers: Mapping[str, JSON]) -> tuple[Correctable, ...]:
    """Those whose new answer is another one. An answer that was empty and stays so is none."""
    return tuple(one for one in values if one.path in answers and (answers[one.path] or None) != (one.answer or None))


def _words(package: Package, spec: DocumentSpec, language: str, fields: Mapping[str, str]) -> dict[str, str]:
    """The words of the letter, filled with these fields: `document_inputs` gave the template the same."""
    own = {name: fields[name] for name in spec.fields}
    return {
        f"{kind}_{key}": fill(package.text(f"{group}.{key}", language), own)
        for kind, group in (("text", f"document.{spec.code}"), ("letter", "letter"))
        for key in template_words(package, spec.code, kind)
    }
