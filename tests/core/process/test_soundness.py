# SPDX-License-Identifier: EUPL-1.2
"""The proof: a sound process gives no finding, each planted fault gives its own, with the line."""

import pytest

from bierger_core.process import prove, read_bpmn
from tests.core.process.samples import PERMIT, bpmn, flow, node, timer

NAMES = frozenset({"office"})


def codes(data: bytes, names: frozenset[str] = frozenset(), decisions=None) -> list[str]:
    findings = prove(read_bpmn(data, path="p.bpmn"), names=names, decisions=decisions)
    assert all(finding.mend and finding.path == "p.bpmn" and finding.line > 0 for finding in findings)
    return [finding.code for finding in findings]


def test_a_sound_process_has_no_finding():
    assert codes(PERMIT, NAMES) == []
    assert codes(PERMIT, NAMES, {"fee": frozenset({"office", "fire.opinion"})}) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (' bierger:role="decider"', "", "task-without-role"),
        (' bierger:due="P1M"', "", "task-without-due"),
        (' bierger:action="issue-act"', "", "task-without-action"),
        (' bierger:decision="fee"', "", "task-without-decision"),
        (' bierger:outputs="granted"', "", "name-not-defined"),
        (' bierger:outputs="complete"', "", "name-not-defined"),
        (' default="g2-refused"', "", "flow-without-condition"),
        ('<bpmn:conditionExpression>complete<', "<bpmn:conditionExpression>granted<", "name-not-defined"),
        ('<bpmn:parallelGateway id="join"/>', '<bpmn:exclusiveGateway id="join"/>', "parallel-not-joined"),
        ('<bpmn:parallelGateway id="fork"/>', '<bpmn:exclusiveGateway id="fork" default="fork-fire"/>', "flow-without-condition"),
        ('id="late" attachedToRef="check" cancelActivity="false"', 'id="late" attachedToRef="ask" cancelActivity="false"', None),
        ('sourceRef="remind" targetRef="e0"', 'sourceRef="remind" targetRef="g"', "side-branch-joins"),
        ('sourceRef="s" targetRef="check"', 'sourceRef="s" targetRef="decide"', "node-unreachable"),
        ('sourceRef="silent" targetRef="closed"', 'sourceRef="silent" targetRef="ask"', "node-unreachable"),
        ('sourceRef="roads" targetRef="join"', 'sourceRef="roads" targetRef="refused"', "parallel-not-joined"),
    ],
)  # fmt: skip
def test_each_planted_fault_is_found(old, new, code):
    text = PERMIT.decode()
    assert old in text
    found = codes(text.replace(old, new).encode(), NAMES)
    assert (code in found) if code else found == []


def test_an_exclusive_split_before_a_join_deadlocks():
    data = bpmn(
        node("start", "s"), flow("s", "g"), node("xor", "g", default="g-b"), flow("g", "a", "x"), flow("g", "b"),
        node("user", "a"), node("user", "b"), flow("a", "j"), flow("b", "j"), node("and", "j"), flow("j", "e"), node("end", "e"),
    )  # fmt: skip
    assert codes(data, frozenset({"x"})) == ["parallel-deadlock"]


def test_a_loop_that_forks_multiplies_tokens():
    data = bpmn(
        node("start", "s"), flow("s", "t"), node("user", "t"), flow("t", "f"), node("and", "f"),
        flow("f", "t", identifier="back"), flow("f", "u"), node("user", "u"), flow("u", "j"), node("xor", "j"), flow("j", "e"), node("end", "e"),
    )  # fmt: skip
    assert set(codes(data)) & {"token-multiplied", "parallel-not-joined"}


def test_circles_and_ways_without_end():
    circle = bpmn(
        node("start", "s"), flow("s", "g"), node("xor", "g"), flow("g", "h"), node("xor", "h", default="h-g"),
        flow("h", "g"), flow("h", "e", "x"), node("end", "e"),
    )  # fmt: skip
    assert codes(circle, frozenset({"x"})) == ["cycle-without-task", "cycle-without-task"]
    endless = bpmn(node("start", "s"), flow("s", "t"), node("user", "t"), flow("t", "u"), node("user", "u"), flow("u", "t"))
    assert codes(endless) == ["no-way-to-end", "no-way-to-end", "no-way-to-end"]


def test_conditions_on_every_flow_without_default_are_a_warning():
    data = bpmn(
        node("start", "s"),
        flow("s", "g"),
        node("xor", "g"),
        flow("g", "e", "x"),
        flow("g", "f", "not(x)"),
        node("end", "e"),
        node("end", "f"),
    )
    (finding,) = prove(read_bpmn(data, path="p"), names=frozenset({"x"}))
    assert (finding.code, finding.level) == ("gateway-without-default", "warning")


def test_a_task_ended_by_its_timer_has_defined_nothing():
    data = bpmn(
        node("start", "s"), flow("s", "t"), node("user", "t", outputs="a"), timer("b", "t"), flow("b", "g"), flow("t", "g"),
        node("xor", "g", default="g-f"), flow("g", "e", "a"), flow("g", "f"), node("end", "e"), node("end", "f"),
    )  # fmt: skip
    assert codes(data) == ["name-not-defined"]
    assert codes(data, frozenset({"a"})) == []


def test_rule_tasks_are_compared_with_the_decisions_of_the_package():
    assert codes(PERMIT, NAMES, {}) == ["decision-unknown"]
    assert codes(PERMIT, NAMES, {"fee": frozenset({"surface"})}) == ["name-not-defined"]
    assert codes(PERMIT, NAMES | {"surface"}, {"fee": frozenset({"surface"})}) == []


def test_many_parallel_branches_are_proved_without_trying_every_order():
    branches = [
        part
        for number in range(30)
        for part in (
            flow("f", f"t{number}"),
            node("user", f"t{number}"),
            flow(f"t{number}", f"u{number}"),
            node("user", f"u{number}"),
            flow(f"u{number}", "j"),
        )
    ]
    data = bpmn(
        node("start", "s"), flow("s", "f"), node("and", "f"), *branches, node("and", "j"), flow("j", "e"), node("end", "e")
    )
    assert codes(data) == []
