# SPDX-License-Identifier: EUPL-1.2
"""The step function: a permit from request to act, timers, replays, joins, and what it refuses."""

from decimal import Decimal

import pytest

from bierger_core.process import (
    Cancelled,
    CancelTask,
    CancelTimer,
    CreateTask,
    Decide,
    Finish,
    NoFlowTaken,
    OutputRefused,
    ProcessEnded,
    ProcessLoops,
    StartTimer,
    State,
    Status,
    TaskCompleted,
    TaskNotOpen,
    TimerFired,
    TimerNotOpen,
    read_bpmn,
    start,
    step,
)
from bierger_core.rules import InputRefused, NumberOverflow
from tests.core.process.samples import PERMIT, bpmn, flow, node, timer

PERMIT_PROCESS = read_bpmn(PERMIT, path="p.bpmn")
START = {"office": "building", "applicant": {"age": 30}}


class Play:
    """A process that is played by node names."""

    def __init__(self, definition=PERMIT_PROCESS, variables=START):
        self.definition = definition
        self.state, self.commands = start(definition, variables)

    def task(self, at):
        return next(task.id for task in self.state.tasks if task.node == at)

    def timer(self, at):
        return next(timer.id for timer in self.state.timers if timer.node == at)

    def happen(self, event):
        self.state, self.commands = step(self.definition, self.state, event)
        return self

    def done(self, at, **outputs):
        return self.happen(TaskCompleted(self.task(at), {name.replace("__", "."): value for name, value in outputs.items()}))

    @property
    def open(self):
        return sorted(task.node for task in self.state.tasks)


def test_a_permit_is_granted_from_request_to_act():
    play = Play()
    create, begin = play.commands
    assert isinstance(create, CreateTask)
    assert (create.node, create.role, create.service, create.due.text) == ("check", "clerk", "building", "P5D")
    assert begin == StartTimer(begin.timer_id, "late", create.task_id, begin.due)
    play.done("check", complete=True)
    assert [type(command) for command in play.commands] == [CancelTimer, CreateTask, CreateTask]
    assert play.open == ["fire", "roads"]
    play.done("roads", roads__opinion=False)
    assert play.commands == ()
    play.done("fire", fire__opinion=True)
    assert play.commands == (Decide(play.task("fee"), "fee", "fee", "fee"),)
    play.done("fee", fee=Decimal(200)).done("decide", granted=True)
    assert play.commands[0].action == "issue-act"
    assert play.commands[0].document == "permit"
    play.done("issue")
    assert play.commands == (Finish("issued", "issued"),)
    assert play.state.status is Status.FINISHED
    assert (play.state.tokens, play.state.tasks, play.state.timers) == ((), (), ())


def test_a_condition_that_is_null_or_false_leads_to_the_default():
    play = Play().done("check", complete=True).done("roads", roads__opinion=True).done("fire", fire__opinion=None)
    play.done("fee", fee=200).done("decide", granted=True)
    assert play.commands == (Finish("refused", "refused"),)


def test_an_interrupting_timer_ends_its_task_and_leads_on():
    play = Play().done("check", complete=False)
    task, running = play.task("ask"), play.timer("silent")
    play.happen(TimerFired(running))
    assert play.commands == (CancelTask(task, "ask"), Finish("closed", "closed"))
    with pytest.raises(TaskNotOpen):
        step(play.definition, play.state, TaskCompleted(task, {}))


def test_a_side_branch_leaves_its_task_open_and_may_outlive_it():
    play = Play()
    running = play.timer("late")
    play.happen(TimerFired(running))
    assert play.open == ["check", "remind"]
    assert next(token for token in play.state.tokens if token.node == "remind").scope == running
    with pytest.raises(TimerNotOpen):
        step(play.definition, play.state, TimerFired(running))
    play.done("check", complete=False).happen(TimerFired(play.timer("silent")))
    assert play.state.status is Status.RUNNING
    assert play.state.ended == "closed"
    play.done("remind")
    assert play.commands == (Finish("closed", "closed"),)


def test_a_sent_back_request_is_checked_again_with_a_new_task():
    play = Play()
    first = play.task("check")
    play.done("check", complete=False).done("ask")
    assert play.open == ["check"]
    assert play.task("check") > first


@pytest.mark.parametrize(
    "outputs", [{}, {"complete": True, "granted": True}, {"granted": True}], ids=["missing", "too many", "another"]
)
def test_a_task_gives_exactly_its_outputs(outputs):
    play = Play()
    with pytest.raises(OutputRefused) as caught:
        step(play.definition, play.state, TaskCompleted(play.task("check"), outputs))
    assert caught.value.node == "check"
    assert (caught.value.missing or caught.value.unexpected) - {"complete", "granted"} == frozenset()


def test_values_that_rules_do_not_know_are_refused():
    with pytest.raises(InputRefused):
        start(PERMIT_PROCESS, {"office": 1.5})
    play = Play()
    with pytest.raises(InputRefused):
        step(play.definition, play.state, TaskCompleted(play.task("check"), {"complete": object()}))


def test_a_replayed_event_raises_and_the_state_given_stays_what_it_was():
    play = Play()
    task, before = play.task("check"), play.state
    once, _ = step(play.definition, before, TaskCompleted(task, {"complete": True}))
    again, _ = step(play.definition, before, TaskCompleted(task, {"complete": True}))
    assert once == again
    assert before == play.state
    with pytest.raises(TaskNotOpen) as caught:
        step(play.definition, once, TaskCompleted(task, {"complete": True}))
    assert caught.value.task_id == task


def test_a_withdrawn_request_cancels_everything_once():
    play = Play().done("check", complete=True)
    open_tasks = {task.id for task in play.state.tasks}
    play.happen(Cancelled("withdrawn"))
    assert {command.task_id for command in play.commands} == open_tasks
    assert play.state.status is Status.CANCELLED
    assert play.state.tokens == ()
    with pytest.raises(ProcessEnded):
        step(play.definition, play.state, Cancelled())


def test_cancelling_stops_the_timers_too():
    play = Play()
    running = play.timer("late")
    play.happen(Cancelled())
    assert CancelTimer(running, "late") in play.commands


def test_a_gateway_without_a_way_raises():
    definition = read_bpmn(
        bpmn(
            node("start", "s"),
            flow("s", "g"),
            node("xor", "g"),
            flow("g", "e", "a"),
            flow("g", "f", "b"),
            node("end", "e"),
            node("end", "f"),
        ),
        path="p",
    )
    assert start(definition, {"a": True})[1] == (Finish("e", ""),)
    with pytest.raises(NoFlowTaken) as caught:
        start(definition, {"a": None, "b": False})
    assert caught.value.node == "g"


def test_gateways_in_a_circle_end_with_a_named_error():
    definition = read_bpmn(
        bpmn(node("start", "s"), flow("s", "g"), node("xor", "g"), flow("g", "h"), node("xor", "h"), flow("h", "g")), path="p"
    )
    with pytest.raises(ProcessLoops):
        start(definition, {})


def test_a_condition_that_overflows_leaves_the_state_unchanged():
    definition = read_bpmn(
        bpmn(
            node("start", "s"),
            flow("s", "g"),
            node("xor", "g", default="g-e"),
            flow("g", "e"),
            flow("g", "f", "9 ** a > 1"),
            node("end", "e"),
            node("end", "f"),
        ),
        path="p",
    )
    with pytest.raises(NumberOverflow):
        start(definition, {"a": 10**8})


def test_joins_count_within_their_own_scope():
    """Two side branches run through the same join at the same time: each waits for its own branches."""
    definition = read_bpmn(
        bpmn(
            node("start", "s"), flow("s", "t"), node("user", "t"), flow("t", "e"), node("end", "e"),
            timer("a", "t", interrupting=False), timer("b", "t", interrupting=False), flow("a", "m"), flow("b", "m"), node("xor", "m"), flow("m", "f"),
            node("and", "f"), flow("f", "x"), flow("f", "y"), node("service", "x"), node("service", "y"),
            flow("x", "j"), flow("y", "j"), node("and", "j"), flow("j", "z"), node("service", "z"), flow("z", "e2"), node("end", "e2"),
        ),
        path="p",
    )  # fmt: skip
    play = Play(definition, {})
    play.happen(TimerFired(play.timer("a")))
    first = next(task for task in play.state.tasks if task.node == "x")
    play.happen(TimerFired(play.timer("b")))
    second = [task for task in play.state.tasks if task.node == "y"][-1]
    play.happen(TaskCompleted(first.id, {})).happen(TaskCompleted(second.id, {}))
    assert "z" not in play.open
    play.done("y")
    assert play.open == ["t", "x", "z"]


def test_a_state_is_its_rows():
    play = Play().done("check", complete=True)
    rows = play.state
    rebuilt = State(
        Status(str(rows.status)),
        rows.ended,
        rows.serial,
        tuple(type(token)(token.id, token.node, token.flow, token.scope) for token in reversed(rows.tokens)),
        tuple(type(task)(task.id, task.node, task.kind, task.token) for task in reversed(rows.tasks)),
        tuple(rows.timers),
        dict(rows.variables),
    )
    event = TaskCompleted(play.task("fire"), {"fire.opinion": True})
    assert step(play.definition, rebuilt, event)[1] == step(play.definition, rows, event)[1]
