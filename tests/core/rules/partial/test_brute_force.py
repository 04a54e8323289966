# SPDX-License-Identifier: EUPL-1.2
"""Partial evaluation against brute force over all completions: no unsound verdict, none late, no input too many or too few."""

import ast
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.rules import Decided, DecisionModel, Undecided
from tests.core.rules.partial import oracle
from tests.core.rules.partial.judging import MISTAKES, Decide, Make, ask, compiled, outcome_of, typed
from tests.core.rules.partial.models import Generated, Generator, draw_known, product
from tests.core.rules.partial.naive import Naive
from tests.core.rules.partial.oracle import Judge
from tests.core.rules.partial.policies import EveryPolicy

FIRST_SEED = 0
FEW, MANY, MANY_POLICIES = 200, 5_200, 2_000
FIRST_WHOLE = 100_000  # models of which nothing is known, as an interview begins: those whose completions can all be tried
FEW_WHOLE, MANY_WHOLE = (150, 1_400), (300, 25_000)  # how many seeds are looked at, and the most completions of a model


def total_of(
    seeds: Iterable[int], make: Make = compiled, *, nothing: bool = False, generator: type[Generator] = Generator
) -> tuple[Counter[str], list[str]]:
    """Judge one question to each model; give the sums, and what is known of each mistake. `nothing`: no input is known."""
    total: Counter[str] = Counter()
    reports: list[str] = []
    for seed in seeds:
        found, report = ask(seed, make=make, nothing=nothing, generator=generator)
        total += found
        total["models"] += 1
        if any(found[kind] for kind in (*MISTAKES, "inexact")):
            reports.append(f"{ {kind: found[kind] for kind in MISTAKES if found[kind]} } {report}")
    return total, reports


def assert_flawless(total: Counter[str], reports: list[str]) -> None:
    sys.stdout.write(f"{dict(total)}\n")
    assert {kind: total[kind] for kind in MISTAKES} == dict.fromkeys(MISTAKES, 0), "\n".join(reports[:5])
    assert total["inexact"] == 0, "\n".join(reports[:5])
    assert total["inputs"] >= 6 * total["models"]
    assert total["relevant"] > total["models"] / 2  # both answers are frequent, or the test shows nothing
    assert total["settled"] > total["models"] / 5


def test_the_oracle_knows_nothing_of_the_evaluator() -> None:
    tree = ast.parse(Path(oracle.__file__).read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names == {"itertools", "collections.abc", "dataclasses", "datetime", "decimal", "fractions"}
    assert "__import__" not in Path(oracle.__file__).read_text()


def test_few_models_agree_with_brute_force() -> None:
    assert_flawless(*total_of(range(FIRST_SEED, FIRST_SEED + FEW)))


def test_few_models_of_every_hit_policy_agree_with_brute_force() -> None:
    assert_flawless(*total_of(range(FEW), generator=EveryPolicy))


@pytest.mark.slow
def test_many_models_of_every_hit_policy_agree_with_brute_force() -> None:
    assert_flawless(*total_of(range(FEW, FEW + MANY_POLICIES), generator=EveryPolicy))


def whole(seeds: int, most: int) -> Iterator[int]:
    """The seeds of models small enough to try all completions of all their inputs, six at least."""
    for seed in range(FIRST_WHOLE, FIRST_WHOLE + seeds):
        generated = Generator(seed).generate()
        if product(map(generated.size, generated.inputs)) <= most:
            yield seed


def assert_flawless_from_nothing(total: Counter[str], reports: list[str], models: int) -> None:
    sys.stdout.write(f"{dict(total)}\n")
    assert total["models"] >= models
    assert total["unknown"] >= 6 * total["models"]
    assert reports == []
    assert total["relevant"] >= total["models"]  # both answers are there, or the test shows nothing
    assert total["settled"] > 0


def test_few_models_of_which_nothing_is_known_agree_with_brute_force() -> None:
    assert_flawless_from_nothing(*total_of(whole(*FEW_WHOLE), nothing=True), models=3)


@pytest.mark.slow
def test_many_models_of_which_nothing_is_known_agree_with_brute_force() -> None:
    assert_flawless_from_nothing(*total_of(whole(*MANY_WHOLE), nothing=True), models=15)


@pytest.mark.slow
def test_many_models_agree_with_brute_force() -> None:
    total, reports = total_of(range(FIRST_SEED + FEW, FIRST_SEED + FEW + MANY))
    assert total["models"] >= 5_000
    assert_flawless(total, reports)


def test_a_naive_evaluator_is_caught() -> None:
    """Cell by cell one asks for what cannot matter and does not see that a decision is settled."""

    def naive(generated: Generated) -> tuple[DecisionModel, Decide]:
        model, _ = compiled(generated)
        return model, Naive(model, generated.decision).decide

    total, _ = total_of(range(FIRST_SEED, FIRST_SEED + 50), make=naive)
    assert total["irrelevant"] > 5
    assert total["late"] > 0
    from_nothing, _ = total_of(whole(*FEW_WHOLE), make=naive, nothing=True)
    assert from_nothing["irrelevant"] > 0
    assert from_nothing["late"] > 0


@settings(max_examples=40, deadline=None)
@given(st.integers(10_000, 10_000_000), st.randoms(use_true_random=False))
def test_learning_never_brings_back_what_was_settled(seed: int, chance: random.Random) -> None:
    generated = Generator(seed).generate()
    model, decide = compiled(generated)
    domains = generated.domains()
    order = sorted(generated.inputs)
    chance.shuffle(order)
    known: dict[str, object] = {}
    before = decide(known)
    for name in order:
        judge = Judge(domains, generated.boundaries, lambda _: None, {})
        forms = [form for form in generated.boundaries if len(form) == 2 and form[1][0] == name]
        forms += [(("", -Fraction(edge)), (name, Fraction(1))) for edge in domains[name].edges]  # else none may be allowed
        values = judge.values(name, forms, {})
        known[name] = chance.choice(values)
        verdict = decide(known)
        if isinstance(before, Undecided):
            assert not isinstance(verdict, Undecided) or set(verdict.inputs) <= set(before.inputs), (seed, known)
            assert name in before.inputs or verdict == before, (seed, known)
        else:
            assert verdict == before, (seed, known)
        before = verdict
    assert not isinstance(before, Undecided)
    said = typed(before.value) if isinstance(before, Decided) else ("error", before.code)
    assert said == outcome_of(model, generated.decision)(known)


def test_a_seed_gives_the_same_question_again() -> None:
    one, two = Generator(7).generate(), Generator(7).generate()
    assert one.text == two.text
    assert draw_known(one, 7, 500) == draw_known(two, 7, 500)
