# SPDX-License-Identifier: EUPL-1.2
"""The proofs: what must hold before a situation may be published, over its files and the procedures it leads to."""

from collections.abc import Collection, Iterator
from datetime import date
from itertools import chain

from bierger_core.interview import Question, Type, from_json
from bierger_core.interview.order import OrderRefused
from bierger_core.procedures import did_you_mean, prove_texts
from bierger_core.rules import Decision, DecisionModel, DecisionTable, InputRefused, Period, RulesError, is_plain, share
from bierger_core.values import CoreError
from bierger_core.values.findings import Finding

from .domains import KINDS, over_answers
from .guide import Guide
from .past import unread
from .plan import circle
from .sources import prove_sources
from .types import STATES, Entry, Situation

ADDRESS = frozenset({"page", "skip", "change", "ask", "unknown", "procedure", "csrfmiddlewaretoken"})
"""What the pages of a situation say beside answers (`portal.forms.situations`, `portal.views`)."""
MAX_NODES = 500
"""Of the diagrams of all decisions together: beyond, the next question and the plan may take seconds, in which others wait. The
situations that come with Bierger have 25 to 60."""
_REGISTER = "easy"


def prove(situation: Situation) -> tuple[Finding, ...]:
    """Give everything that is wrong, sorted by file and line; () when only the scenarios are still to be run."""
    found = [*_words(situation), *_inputs(situation), *_entries(situation), *_author(situation)]
    found += [*_rules(situation), *_texts(situation), *prove_sources(situation)]
    if not any(one.level == "error" for one in found):
        found += over_answers(situation.decisions, situation.form).prove()
    if not any(one.level == "error" for one in found):
        found += _interview(situation)
    return tuple(sorted(set(found), key=lambda one: (one.path, one.line, one.code, one.message)))


def _at(situation: Situation, where: tuple[str, int], code: str, message: str, mend: str) -> Finding:
    return Finding(code, situation.prefix + where[0], where[1], message, mend)


def _words(situation: Situation) -> Iterator[Finding]:
    """No question is named like something else that stands in the address beside the answers."""
    for name in sorted(ADDRESS & set(situation.form.names)):
        message = f"`{name}` is a word of the address in which the answers stand."
        yield _at(situation, ("form.yaml", situation.form.question(name).line), "name-taken", message, "Choose another name.")


# -- decisions.dmn over form.yaml ------------------------------------------------------------------------------------


def _inputs(situation: Situation) -> Iterator[Finding]:
    """Every input is a question, of the same kind, and takes all of its answers."""
    model, form = situation.decisions, situation.form
    if any(one.first or one.last for one in model.periods) and model.reference in model.inputs:
        message = f"The law of which day counts would depend on the answer `{model.reference}`."
        mend = "Remove `bierger:reference`: a situation is judged by the law of the day on which it is read."
        yield _at(situation, ("decisions.dmn", model.input_lines[model.reference]), "law-of-an-answer", message, mend)
    for name, declared in model.inputs.items():
        line = model.input_lines.get(name, 1)
        if name not in form.names:
            message = f"The decisions read `{name}`, which form.yaml does not ask."
            yield _at(situation, ("decisions.dmn", line), "unknown-name", message, did_you_mean(name, form.names))
            continue
        question = form.question(name)
        if declared.base not in {"any", KINDS[question.type]}:
            message = f"`{name}` is a {declared.base} here and asks for {question.type} in form.yaml."
            mend = f'Write `typeRef="{KINDS[question.type]}"`.'
            yield _at(situation, ("decisions.dmn", line), "wrong-type", message, mend)
            continue
        for answer in _bounds(question):
            try:
                declared.accept(from_json(question, answer), name=name)
            except InputRefused:
                message = f"The decisions refuse the answer `{answer}` to `{name}`, which form.yaml allows."
                mend = "Remove the allowed values of the input; those of form.yaml count."
                yield _at(situation, ("decisions.dmn", line), "answer-refused", message, mend)
                break


def _bounds(question: Question) -> tuple[str, ...]:
    if question.type is Type.CHOICE:
        return question.options
    return tuple(f"{bound:f}" for bound in (question.min, question.max) if bound is not None)


def _rules(situation: Situation) -> Iterator[Finding]:
    """Each rule has an id of its own, by which its reason is found, and a table says everything by rules."""
    seen: dict[str, str] = {}
    for decision, table in _tables(situation.decisions):
        if table.has_default:
            message = f"The table of `{decision}` has a default output, for which no reason can be told."
            mend = "Write a last rule instead, with `-` in every cell (hit policy FIRST), an id and its text."
            yield _at(situation, ("decisions.dmn", table.line), "table-default", message, mend)
        for rule in table.rules:
            if rule.id in seen or rule.id == f"rule-{rule.number}":
                other = f"the table of `{seen[rule.id]}` has it too" if rule.id in seen else "it is only a number"
                message = f"The rule {rule.number} of `{decision}` has no id of its own (`{rule.id}`: {other})."
                mend = 'Write `<rule id="...">`: the text `rule.<id>` tells the reason.'
                yield _at(situation, ("decisions.dmn", rule.line), "rule-without-id", message, mend)
            seen.setdefault(rule.id, decision)
    used = {one.name for entry in situation.entries for one in _required(situation.decisions, entry)}
    for name in situation.decisions.decisions:
        if name not in used:
            line = situation.decisions.decision(name).line
            message = f"No procedure of the list rests on the decision `{name}`."
            mend = "Name it under `decision:` of a procedure, or remove it."
            yield _at(situation, ("decisions.dmn", line), "unused-decision", message, mend)


def _required(model: DecisionModel, entry: Entry) -> tuple[Decision, ...]:
    return model.required(entry.decision) if entry.decision in model.decisions else ()


def _tables(model: DecisionModel) -> Iterator[tuple[str, DecisionTable]]:
    for name in model.decisions:
        logic = model.decision(name).logic
        if isinstance(logic, DecisionTable):
            yield name, logic


# -- situation.yaml --------------------------------------------------------------------------------------------------


def _entries(situation: Situation) -> Iterator[Finding]:
    keys = [entry.key for entry in situation.entries]
    for entry in situation.entries:
        if entry.decision not in situation.decisions.decisions:
            message = f"decisions.dmn has no decision `{entry.decision}`."
            mend = did_you_mean(entry.decision, situation.decisions.decisions)
            yield _at(situation, ("situation.yaml", entry.lines["decision"]), "unknown-decision", message, mend)
        for key in entry.after:
            if key not in keys:
                message = f"`{entry.key}` comes after `{key}`, which is not on the list."
                where = ("situation.yaml", entry.lines[f"after.{key}"])
                yield _at(situation, where, "unknown-procedure", message, did_you_mean(key, keys))
        yield from _fills(situation, entry)
    loop = circle(situation.entries)
    if loop:
        message = f"These procedures wait for each other: {' after '.join((*loop, loop[0]))}."
        line = situation.entry(loop[0]).line
        yield _at(situation, ("situation.yaml", line), "dependency-circle", message, "Remove one of the `after:`.")


def _fills(situation: Situation, entry: Entry) -> Iterator[Finding]:
    """What fills what: both questions exist, ask for the same, and have an answer in common."""
    package, form = situation.packages[entry.key], situation.form
    for target, source in entry.fills.items():
        line = entry.lines.get(f"fills.{target}", entry.line)
        if target not in package.form.names:
            message = f"`{entry.key}` has no question `{target}`."
            yield _at(situation, ("situation.yaml", line), "unknown-name", message, did_you_mean(target, package.form.names))
        elif source not in form.names:
            message = f"form.yaml has no question `{source}`."
            yield _at(situation, ("situation.yaml", line), "unknown-name", message, did_you_mean(source, form.names))
        else:
            its, own = package.form.question(target), form.question(source)
            if its.type is not own.type:
                message = f"`{source}` asks for {own.type}, `{target}` of {entry.key} for {its.type}."
                mend = "Give both the same type, or remove it from `fills:`."
                yield _at(situation, ("situation.yaml", line), "wrong-type", message, mend)
            elif its.options and not set(its.options) & set(own.options):
                message = f"No option of `{source}` is one of `{target}` of {entry.key}."
                mend = f"Known there: {', '.join(its.options)}."
                yield _at(situation, ("situation.yaml", line), "unknown-option", message, mend)


def _author(situation: Situation) -> Iterator[Finding]:
    """The order, the costs and the past cases that the author wrote down name questions, and answers to them."""
    names = situation.form.names
    for key, named in (("sequence", situation.sequence), ("costs", tuple(situation.costs)), ("past", tuple(situation.past))):
        for name in named:
            if name not in names:
                line = situation.lines[f"{key}.{name}"]
                message = f"`{key}` names `{name}`, which form.yaml does not ask."
                yield _at(situation, ("situation.yaml", line), "unknown-name", message, did_you_mean(name, names))
    for name, text in unread(situation, _day(situation.decisions.periods[0])):
        message = f"`past` counts {text!r} for `{name}`, which is no answer to it."
        place = ("situation.yaml", situation.lines[f"past.{name}"])
        yield _at(situation, place, "unknown-answer", message, "Correct the answer.")


# -- the interview ---------------------------------------------------------------------------------------------------


def _interview(situation: Situation) -> Iterator[Finding]:
    """In every period of the law: each decision says one of three words, and each question can change one of them."""
    used: set[str] = set()
    for period in situation.decisions.periods:
        try:
            guide = Guide(situation, _day(period))
        except OrderRefused as refused:
            mend = "Let `sequence:` name the questions of a page one after the other."
            yield _at(situation, ("situation.yaml", situation.lines["sequence"]), "order-refused", str(refused), mend)
            return
        except (RulesError, CoreError) as error:
            message = f"No interview ({period}): {error}"
            yield _at(situation, ("decisions.dmn", 1), "interview-refused", message, "Correct the decisions.")
            return
        if len(guide.order.shared.nodes) > MAX_NODES:
            message = f"The decisions tell more than {MAX_NODES} states of the answers apart ({period})."
            mend = "Write smaller tables, one over the other: whoever asks would wait."
            yield _at(situation, ("decisions.dmn", 1), "interview-too-large", message, mend)
            return
        wrong = list(_outcomes(situation, guide, period))
        yield from wrong
        if wrong:
            return
        used |= {factor.name for factor in guide.order.shared.factors}
    for step in situation.form.steps:
        for question in step.questions:
            if question.name not in used:
                message = f"No answer to `{question.name}` changes any decision."
                mend = "Remove it, or let a rule read it."
                yield _at(situation, ("form.yaml", question.line), "useless-question", message, mend)


def _day(period: Period) -> date:
    return period.first or period.last or date(2026, 1, 1)


def _outcomes(situation: Situation, guide: Guide, period: Period) -> Iterator[Finding]:
    for name, decision in guide.decisions.items():
        line = situation.decisions.decision(name).line
        if not is_plain(decision):
            message = f"`{name}` adds up or compares several questions, so that it is not known which one still matters."
            mend = "Ask for the sum in one question, or compare each question with a figure."
            yield _at(situation, ("decisions.dmn", line), "not-plain", message, mend)
            continue
        words = [getattr(end, "value", end) for end in share([decision]).ends.values()]
        for word in (word for word in words if word not in STATES):
            message = f"`{name}` can give {word!r} ({period})."
            mend = f"Let every rule give one of {', '.join(chr(34) + state + chr(34) for state in STATES)}."
            yield _at(situation, ("decisions.dmn", line), "unknown-outcome", message, mend)


# -- texts -----------------------------------------------------------------------------------------------------------


def _texts(situation: Situation) -> Iterator[Finding]:
    needed, optional, easy = _text_keys(situation)
    yield from prove_texts(situation.texts, situation.languages, needed, optional, prefix=situation.prefix)
    for language in situation.languages:
        written = situation.texts.lines.get((language, _REGISTER), {})
        standard = situation.texts.lines.get((language, "standard"), {})
        for key in sorted(easy - set(written)):
            if key in standard:
                message = f"The text `{key}` is missing in {language}, in easy language."
                mend = f"Add `{key.rpartition('.')[2]}:` below `{_REGISTER}`, `{key.rpartition('.')[0] or _REGISTER}`."
                line = situation.texts.groups.get((language, _REGISTER), {}).get("", 1)
                yield _at(situation, (f"texts/{language}.yaml", line), "missing-text", message, mend)


def _text_keys(situation: Situation) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Give the keys every language must have, those it may have, and those it must have in easy language too."""
    easy = {"title", "summary"}
    needed: set[str] = set()
    optional: set[str] = set()
    for step in situation.form.steps:
        needed.add(f"step.{step.id}.title")
        optional.add(f"step.{step.id}.help")
        for question in step.questions:
            group = f"question.{question.name}"
            easy |= {f"{group}.label", f"{group}.why"}
            needed |= {f"{group}.option.{code}" for code in question.options}
            optional |= {f"{group}.hint", *(f"{group}.option_hint.{code}" for code in question.options)}
    easy |= {f"rule.{rule.id}" for rule in chain.from_iterable(table.rules for _, table in _tables(situation.decisions))}
    optional |= {f"procedure.{key.replace('/', '.')}.note" for key in _keys(situation.entries)}
    return frozenset(needed | easy), frozenset(optional), frozenset(easy)


def _keys(entries: Collection[Entry]) -> list[str]:
    return [entry.key for entry in entries]
