# SPDX-License-Identifier: EUPL-1.2
"""Derivations and changes as sentences in fr, de, en and lb.

    told(derivation, "fr", names, show)      result, rule that fired, law; on wish the rules that did not
    advised(changes, "fr", names, show)      what would change it, one sentence for each way

`names` are texts of the package by path or name: a path that is read, a decision, a rule (`rule.<id>`: then this is said in the
place of its cells). What has no text is called by its name. `show(path, value)` writes a value as the screen does it.
Every sentence has the code of its pattern in SENTENCES, so that a screen may have its own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from bierger_core.rules.data import Value, number_text
from bierger_core.rules.policies import Hit
from bierger_core.rules.why.changes import Change, Changes
from bierger_core.rules.why.derivation import Condition, Derivation, Fired, Read, Step
from bierger_core.rules.why.spans import Span
from bierger_core.values.texts import Text

Show = Callable[[str, Value], str]

SENTENCES: Mapping[str, Text] = MappingProxyType(
    {
        "result": Text.of(
            fr="{name}\u00a0: {value}.",
            de="{name}: {value}.",
            en="{name}: {value}.",
            lb="{name}: {value}.",
        ),
        "fired": Text.of(
            fr="La règle {number} s’applique\u00a0: {reasons}.",
            de="Regel {number} gilt: {reasons}.",
            en="Rule {number} applies: {reasons}.",
            lb="D’Reegel {number} gëllt: {reasons}.",
        ),
        "fired-always": Text.of(
            fr="La règle {number} s’applique\u00a0: elle ne pose pas de condition.",
            de="Regel {number} gilt: Sie stellt keine Bedingung.",
            en="Rule {number} applies: it sets no condition.",
            lb="D’Reegel {number} gëllt: Si stellt keng Bedéngung.",
        ),
        "default": Text.of(
            fr="Aucune règle ne s’applique\u202f; c’est la réponse prévue dans ce cas.",
            de="Keine Regel trifft zu; dies ist die Antwort, die dafür vorgesehen ist.",
            en="No rule applies; this is the answer that is meant for that case.",
            lb="Keng Reegel trëfft zou; dat ass d’Äntwert, déi dofir virgesinn ass.",
        ),
        "computed": Text.of(
            fr="«\u00a0{name}\u00a0» résulte de ce qui suit\u00a0: {reasons}.",
            de="„{name}“ ergibt sich hieraus: {reasons}.",
            en="“{name}” follows from this: {reasons}.",
            lb="„{name}“ ergëtt sech heiraus: {reasons}.",
        ),
        "excluded": Text.of(
            fr="La règle {number} ne s’applique pas\u00a0: {reasons}.",
            de="Regel {number} gilt nicht: {reasons}.",
            en="Rule {number} does not apply: {reasons}.",
            lb="D’Reegel {number} gëllt net: {reasons}.",
        ),
        "later": Text.of(
            fr="La règle {number} n’a pas été examinée\u00a0: une règle placée avant elle s’applique.",
            de="Regel {number} wurde nicht geprüft: Eine Regel davor gilt.",
            en="Rule {number} was not looked at: a rule before it applies.",
            lb="D’Reegel {number} gouf net gepréift: Eng Reegel virdru gëllt.",
        ),
        "outranked": Text.of(
            fr="La règle {number} n’a pas été examinée\u00a0: une règle prioritaire s’applique.",
            de="Regel {number} wurde nicht geprüft: Eine vorrangige Regel gilt.",
            en="Rule {number} was not looked at: a rule that takes priority applies.",
            lb="D’Reegel {number} gouf net gepréift: Eng Reegel, déi virgeet, gëllt.",
        ),
        "law": Text.of(
            fr="Base légale\u00a0: {law}.",
            de="Rechtsgrundlage: {law}.",
            en="Legal basis: {law}.",
            lb="Rechtsgrondlag: {law}.",
        ),
        "unconfirmed": Text.of(
            fr="Base légale\u00a0: {law}, à confirmer.",
            de="Rechtsgrundlage: {law}, noch zu bestätigen.",
            en="Legal basis: {law}, to be confirmed.",
            lb="Rechtsgrondlag: {law}, nach ze confirméieren.",
        ),
        "change": Text.of(
            fr="La réponse serait «\u00a0{value}\u00a0» dans le cas suivant\u00a0: {reasons}.",
            de="Die Antwort wäre „{value}“ in diesem Fall: {reasons}.",
            en="The answer would be “{value}” in this case: {reasons}.",
            lb="D’Äntwert wier „{value}“ an dësem Fall: {reasons}.",
        ),
        "change-varies": Text.of(
            fr="La réponse serait différente, par exemple «\u00a0{value}\u00a0», dans le cas suivant\u00a0: {reasons}.",
            de="Die Antwort wäre eine andere, zum Beispiel „{value}“, in diesem Fall: {reasons}.",
            en="The answer would be different, for example “{value}”, in this case: {reasons}.",
            lb="D’Äntwert wier eng aner, zum Beispill „{value}“, an dësem Fall: {reasons}.",
        ),
        "no-change": Text.of(
            fr="Changer quelques réponses seulement ne donnerait pas un autre résultat.",
            de="Einige wenige andere Antworten würden das Ergebnis nicht ändern.",
            en="Changing a few answers would not change the result.",
            lb="E puer aner Äntwerte géifen d’Resultat net änneren.",
        ),
        "reason": Text.of(fr="{name}\u00a0: {value}", de="{name}: {value}", en="{name}: {value}", lb="{name}: {value}"),
    }
)

SPANS: Mapping[str, Text] = MappingProxyType(
    {
        "from": Text.of(fr="{low} ou plus", de="{low} oder mehr", en="{low} or more", lb="{low} oder méi"),
        "above": Text.of(fr="plus de {low}", de="mehr als {low}", en="more than {low}", lb="méi wéi {low}"),
        "to": Text.of(fr="{high} ou moins", de="{high} oder weniger", en="{high} or less", lb="{high} oder manner"),
        "below": Text.of(fr="moins de {high}", de="weniger als {high}", en="less than {high}", lb="manner wéi {high}"),
        "within": Text.of(fr="de {low} à {high}", de="{low} bis {high}", en="{low} to {high}", lb="{low} bis {high}"),
        "both": Text.of(fr="{first} et {second}", de="{first} und {second}", en="{first} and {second}", lb="{first} a {second}"),
        "date-from": Text.of(fr="à partir du {low}", de="ab dem {low}", en="from {low}", lb="vum {low} un"),
        "date-to": Text.of(fr="jusqu’au {high}", de="bis zum {high}", en="until {high}", lb="bis den {high}"),
        "date-within": Text.of(
            fr="du {low} au {high}", de="vom {low} bis zum {high}", en="from {low} to {high}", lb="vum {low} bis den {high}"
        ),
        "any": Text.of(fr="n’importe quelle valeur", de="ein beliebiger Wert", en="any value", lb="e beliewege Wäert"),
        "or": Text.of(fr="{first} ou {second}", de="{first} oder {second}", en="{first} or {second}", lb="{first} oder {second}"),
        "null": Text.of(fr="sans réponse", de="ohne Antwort", en="no answer", lb="keng Äntwert"),
        "true": Text.of(fr="oui", de="ja", en="yes", lb="jo"),
        "false": Text.of(fr="non", de="nein", en="no", lb="neen"),
    }
)
SEPARATORS: Mapping[str, str] = MappingProxyType({"fr": "\u202f; ", "de": "; ", "en": "; ", "lb": "; "})


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; `code` names its pattern."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class _Teller:
    language: str
    names: Mapping[str, Text]
    show: Show | None

    def sentence(self, code: str, **parts: str) -> Sentence:
        return Sentence(code, SENTENCES[code].in_(self.language).format(**parts))

    def span(self, code: str, **parts: str) -> str:
        return SPANS[code].in_(self.language).format(**parts)

    def name(self, path: str) -> str:
        return self.names[path].in_(self.language) if path in self.names else path

    def value(self, path: str, value: Value) -> str:
        if value is None or isinstance(value, bool):
            return self.span({None: "null", True: "true", False: "false"}[value])
        if self.show is not None:
            return self.show(path, value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Mapping):
            return ", ".join(self.reason(name, self.value(name, one)) for name, one in value.items())
        if isinstance(value, tuple):
            return ", ".join(self.value(path, one) for one in value)
        return value if isinstance(value, str) else number_text(value)

    def reason(self, path: str, value: str) -> str:
        return SENTENCES["reason"].in_(self.language).format(name=self.name(path), value=value)

    def joined(self, reasons: Sequence[str]) -> str:
        return SEPARATORS[self.language].join(dict.fromkeys(reasons))

    # -- how it came -------------------------------------------------------------------------------------------

    def step(self, step: Step, *, excluded: bool) -> Iterator[Sentence]:
        yield self.sentence("result", name=self.name(step.decision), value=self.value(step.decision, step.value))
        if not step.hit:
            reads = [self.read(one) for one in step.reads]
            if reads:
                yield self.sentence("computed", name=self.name(step.decision), reasons=self.joined(reads))
        elif not step.rules:
            yield self.sentence("default")
        else:
            yield from map(self.fired, step.rules)
        for law in step.law:
            yield self.sentence("law" if law.confirmed else "unconfirmed", law=law.text.removesuffix("."))
        for rule in step.excluded if excluded else ():
            if rule.by:
                reasons = self.joined([self.condition(one) for one in rule.by])
                yield self.sentence("excluded", number=str(rule.number), reasons=reasons)
            else:
                yield self.sentence("outranked" if step.hit == Hit.PRIORITY else "later", number=str(rule.number))

    def fired(self, one: Fired) -> Sentence:
        own = self.names.get(f"rule.{one.rule}")
        if own is not None:
            return Sentence("fired", own.in_(self.language))
        if not one.conditions:
            return self.sentence("fired-always", number=str(one.number))
        reasons = self.joined([self.condition(cell) for cell in one.conditions])
        return self.sentence("fired", number=str(one.number), reasons=reasons)

    def read(self, one: Read) -> str:
        return self.reason(one.name, self.value(one.name, one.value))

    def condition(self, one: Condition) -> str:
        return self.reason(one.expression, self.value(one.expression, one.value))

    # -- what would change it ----------------------------------------------------------------------------------

    def change(self, decision: str, change: Change) -> Iterator[Sentence]:
        for way in change.ways:
            reasons = self.joined([self.reason(path, self.spans(path, found)) for path, found in way.spans.items()])
            if way.together:  # the spans hold for the example alone: that is what can be said in a sentence
                reasons = self.joined([self.reason(path, self.value(path, value)) for path, value in way.example.items()])
            code = "change-varies" if way.varies else "change"
            yield self.sentence(code, value=self.value(decision, way.outcome), reasons=reasons)

    def spans(self, path: str, found: Sequence[Span]) -> str:
        words = [self.one(path, span) for span in found]
        text = words[0]
        for word in words[1:]:
            text = self.span("or", first=text, second=word)
        return text

    def one(self, path: str, span: Span) -> str:
        if span.is_value:
            return self.value(path, span.low)
        low = self.value(path, span.low) if span.low is not None else ""
        high = self.value(path, span.high) if span.high is not None else ""
        day = "date-" if span.kind == "date" else ""
        if low and high and span.low_in and span.high_in:
            return self.span(f"{day}within", low=low, high=high)
        first = self.span(f"{day}from" if span.low_in else "above", low=low) if low else ""
        second = self.span(f"{day}to" if span.high_in else "below", high=high) if high else ""
        if first and second:
            return self.span("both", first=first, second=second)
        return first or second or self.span("any")


def told(
    derivation: Derivation,
    language: str,
    names: Mapping[str, Text] | None = None,
    show: Show | None = None,
    *,
    excluded: bool = False,
) -> tuple[Sentence, ...]:
    """Tell how a value came, the decision itself first; `excluded`: also why the other rules do not count."""
    teller = _Teller(language, names or {}, show)
    return tuple(one for step in reversed(derivation.steps) for one in teller.step(step, excluded=excluded))


def advised(
    changes: Changes, decision: str, language: str, names: Mapping[str, Text] | None = None, show: Show | None = None
) -> tuple[Sentence, ...]:
    """Tell what would have to change, a sentence for each way; that nothing would help only where that is certain."""
    teller = _Teller(language, names or {}, show)
    if not changes.found:
        return (teller.sentence("no-change"),) if changes.exact else ()
    return tuple(one for change in changes.found for one in teller.change(decision, change))
