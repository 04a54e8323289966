# SPDX-License-Identifier: EUPL-1.2
"""One question to the evaluator and to the oracle, and the four kinds of mistakes."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from decimal import Decimal

from bierger_core.rules import DecisionModel, EvaluationError, Fails, Undecided, Verdict, compile_partial, read_dmn
from tests.core.rules.partial.models import Generated, Generator, draw_known
from tests.core.rules.partial.oracle import Judge

MISTAKES = ("unsound", "late", "irrelevant", "missed")
Decide = Callable[[Mapping[str, object]], Verdict]
Make = Callable[[Generated], tuple[DecisionModel, Decide]]


def typed(value: object) -> Hashable:
    """Write a value so that equal ones are equal: true is not 1, 1.0 is 1.00."""
    if isinstance(value, Mapping):
        return ("context", *sorted((name, typed(one)) for name, one in value.items()))
    if isinstance(value, tuple):
        return ("list", *map(typed, value))
    return type(value).__name__, value.normalize() if isinstance(value, Decimal) else value


def outcome_of(model: DecisionModel, decision: str) -> Callable[[dict[str, object]], Hashable]:
    """Decide with everything known: the value, or the code of the error."""

    def outcome(inputs: dict[str, object]) -> Hashable:
        try:
            return typed(model.evaluate(decision, inputs).value)
        except EvaluationError as error:
            return ("error", error.code)

    return outcome


def mistakes_of(verdict: Verdict, outcomes: set[Hashable], relevant: set[str]) -> Counter[str]:
    """Compare a verdict with what brute force found."""
    found: Counter[str] = Counter()
    if isinstance(verdict, Undecided):
        found["late"] += len(outcomes) == 1
        found["irrelevant"] += len(set(verdict.inputs) - relevant)
        found["missed"] += len(relevant - set(verdict.inputs))
        found["inexact"] += not verdict.exact
        found["named"] += len(verdict.inputs)
    else:
        said = ("error", verdict.code) if isinstance(verdict, Fails) else typed(verdict.value)
        found["unsound"] += outcomes != {said}
        found["settled"] += 1
    return found


def compiled(generated: Generated) -> tuple[DecisionModel, Decide]:
    model = read_dmn(generated.text.encode(), path="generated.dmn")
    return model, compile_partial(model, generated.decision, may_be_null=generated.may_be_null).decide


def ask(
    seed: int, *, most: int = 200, make: Make = compiled, nothing: bool = False, generator: type[Generator] = Generator
) -> tuple[Counter[str], str]:
    """Generate a model, draw what is known (or `nothing`), ask both; give the mistakes and what to print about them."""
    generated = generator(seed).generate()
    model, decide = make(generated)
    known = {} if nothing else draw_known(generated, seed, most)
    judge = Judge(generated.domains(known), generated.boundaries, outcome_of(model, generated.decision), known)
    outcomes, relevant = judge.judge()
    verdict = decide(known)
    found = mistakes_of(verdict, outcomes, relevant)
    found["completions"] += judge.evaluations
    found["relevant"] += len(relevant)
    found["inputs"] += len(model.needs(generated.decision))
    found["unknown"] += len(generated.inputs) - len(known)
    return found, f"seed {seed}: known {known}\n{verdict}\nbrute force: {len(outcomes)} outcomes, relevant {sorted(relevant)}\n"
