# SPDX-License-Identifier: EUPL-1.2
"""The hit policy of a decisionTable element, and what it asks of the outputs."""

from dataclasses import replace

from bierger_core.rules import syntax
from bierger_core.rules.analysis import feel_text
from bierger_core.rules.data import type_word
from bierger_core.rules.dmntypes import BASES, Refuse
from bierger_core.rules.errors import EvaluationError
from bierger_core.rules.evaluate import Evaluation
from bierger_core.rules.names import walk
from bierger_core.rules.policies import Aggregation, Hit
from bierger_core.rules.tables import DecisionTable, Output, Rule
from bierger_core.rules.types import ANY, MAX_TESTS, InputType
from bierger_core.rules.xmltree import Element


def read_policy(element: Element, refuse: Refuse) -> tuple[Hit, Aggregation] | None:
    """Give the hit policy and its aggregation, or None after a refusal."""
    policy, aggregation = element.get("hitPolicy") or "UNIQUE", element.get("aggregation")
    if policy in tuple(Hit) and aggregation in (tuple(Aggregation) if policy == Hit.COLLECT else ("",)):
        return Hit(policy), Aggregation(aggregation)
    message = f"there is no hit policy {policy} {aggregation}".rstrip() + "."
    refuse("dmn-hit-policy", element.line, message, "Use one of DMN; only COLLECT has an aggregation.")
    return None


def row_type(hit: Hit, aggregation: Aggregation, decision: InputType) -> InputType:
    """Give what the type of a decision says of one row of its table."""
    if not hit.takes_all:
        return decision
    return decision.item or ANY if aggregation is Aggregation.LIST else ANY


def in_order(table: DecisionTable, refuse: Refuse) -> DecisionTable | None:
    """Give a table with its rules in the order that its policy asks for; None after a refusal.

    What reads the outputs to say which rule counts (`Hit.reads_outputs`) has to know them before anything is decided.
    """
    if table.hit in (Hit.UNIQUE, Hit.FIRST):  # as they were read before the other policies were: old files stay what they are
        return table
    table = replace(table, outputs=tuple(_typed(one) for one in table.outputs))
    hit, found = table.hit, _within(table, refuse)
    if len(table.outputs) > 1 and table.aggregation not in (Aggregation.LIST, Aggregation.COUNT):
        message = f"the table has {len(table.outputs)} outputs, and {table.policy} takes one."
        refuse("dmn-hit-policy", table.line, message, "Make a decision of its own for each output.")
        found = False
    computed = next((rule for rule in table.rules if not _is_known(rule)), None) if hit.reads_outputs else None
    if computed is not None:
        message = f"rule {computed.number} computes an output, and the hit policy {hit} has to know it before."
        refuse("dmn-hit-policy", computed.line, message, "Write constants, and compute in a decision that requires this one.")
        found = False
    if hit not in (Hit.PRIORITY, Hit.OUTPUT_ORDER) or not found:
        return table if found else None
    unlisted = next((one for one in table.outputs if one.type.allowed is None), None)
    if unlisted is not None:
        message = f"the hit policy {hit} asks for the values of the output in their order, and none are listed."
        refuse("dmn-hit-policy", unlisted.line, message, "List them in outputValues, those that take priority first.")
        return None
    return replace(table, rules=tuple(sorted(table.rules, key=lambda rule: _ranks(rule, table))))


def _typed(output: Output) -> Output:
    """Give an output without a type that of the values it lists, so that no other comes through it."""
    allowed = output.type.allowed
    if output.type.base != "any" or allowed is None:
        return output
    nodes = [node for test in allowed.tests for node in walk(test)]
    words = {type_word(node.value) for node in nodes if isinstance(node, syntax.Literal)} - {"null"}
    bases = [base for base in BASES if words == {base}]
    return replace(output, type=InputType(bases[0], allowed)) if bases else output


def _within(table: DecisionTable, refuse: Refuse) -> bool:
    """Refuse constants that are none of the values an output lists, and too many to compare; tell whether there are none."""
    if len(table.rules) * sum(output.type.tests for output in table.outputs) > MAX_TESTS:
        message = f"rules times values of outputs are more than {MAX_TESTS}."
        refuse("dmn-limit", table.line, message, "List fewer values, or split the table into several decisions.")
        return False
    for rule in table.rules:
        for output, entry in zip(table.outputs, rule.outputs, strict=True):
            allowed, node = output.type.allowed, entry.root
            if allowed is None or not isinstance(node, syntax.Literal) or node.value is None:
                continue
            if allowed.matches(node.value) is not True:
                message = f"rule {rule.number} gives {feel_text(node.value)}, which is none of the values of its output."
                refuse("dmn-type", rule.line, message, "List it in outputValues, or give one of those.")
                return False
    return True


def _is_known(rule: Rule) -> bool:
    """Tell whether all outputs of a rule can be evaluated without inputs."""
    if any(entry.names() for entry in rule.outputs):
        return False
    try:
        for entry in rule.outputs:
            entry.evaluate({})
    except EvaluationError:
        return False
    return True


def _ranks(rule: Rule, table: DecisionTable) -> tuple[int, ...]:
    """The place of each output of a rule among its values; what is none of them comes last."""
    evaluation, ranks = Evaluation({}), []
    for output, entry in zip(table.outputs, rule.outputs, strict=True):
        tests = output.type.allowed.tests if output.type.allowed is not None else ()
        places = (place for place, test in enumerate(tests) if evaluation.test(test, entry.evaluate({})) is True)
        ranks.append(next(places, len(tests)))
    return tuple(ranks)
