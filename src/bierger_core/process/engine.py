# SPDX-License-Identifier: EUPL-1.2
"""One step: (definition, state, event) gives (state, commands); nothing else is read or changed.

1. The event is checked against the state: a task or timer that is not open is a replay and raises.
2. What the event ends is taken away: the task, its timers, its token's place.
3. Tokens move through gateways and events until each rests at a task or a join, or is consumed by an end.
4. When no token is left, the process is finished.

An error leaves the given state as it was: it is immutable, and the new one is returned only at the end.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace

from bierger_core.process.definition import TASKS, Definition, Kind, Node
from bierger_core.process.errors import (
    NoFlowTaken,
    OutputRefused,
    ProcessEnded,
    ProcessLoops,
    TaskNotOpen,
    TimerNotOpen,
)
from bierger_core.process.state import (
    Cancelled,
    CancelTask,
    CancelTimer,
    Command,
    CreateTask,
    Decide,
    Event,
    Finish,
    StartTimer,
    State,
    Status,
    Task,
    TaskCompleted,
    Timer,
    TimerFired,
    Token,
)
from bierger_core.rules import Value, to_value

Step = tuple[State, tuple[Command, ...]]


def start(definition: Definition, variables: Mapping[str, object]) -> Step:
    """Begin a process with its first variables; InputRefused (of rules) for a value that rules do not know."""
    state = State(Status.RUNNING, "", 1, (), (), (), {name: to_value(value, name=name) for name, value in variables.items()})
    run = _Run(definition, state)
    begin = definition.nodes[definition.start]
    run.moving.append(Token(1, begin.id, begin.outgoing[0], 0))
    return run.finish()


def step(definition: Definition, state: State, event: Event) -> Step:
    """Let one event happen.

    Raises TaskNotOpen, TimerNotOpen (replays: the caller ignores them), OutputRefused, InputRefused (of rules),
    ProcessEnded, NoFlowTaken, ProcessLoops and, from conditions, EvaluationError.
    """
    run = _Run(definition, state)
    match event:
        case TaskCompleted():
            run.complete(event)
        case TimerFired():
            run.fire(event)
        case Cancelled():
            return run.cancel()
    return run.finish()


class _Run:
    """The working copy of a state during one step."""

    def __init__(self, definition: Definition, state: State) -> None:
        self.definition = definition
        self.state = state
        self.serial = state.serial
        self.ended = state.ended
        self.tokens = {token.id: token for token in state.tokens}
        self.tasks = {task.id: task for task in state.tasks}
        self.timers = {timer.id: timer for timer in state.timers}
        self.variables: dict[str, Value] = dict(state.variables)
        self.commands: list[Command] = []
        self.moving: deque[Token] = deque()  # each about to arrive at the target of its flow
        self.moves_left = 10 * (len(definition.nodes) + len(definition.flows))

    def number(self) -> int:
        self.serial += 1
        return self.serial

    # -- events ------------------------------------------------------------------------------------------------

    def complete(self, event: TaskCompleted) -> None:
        task = self.tasks.get(event.task_id)
        if task is None:
            raise TaskNotOpen(event.task_id)
        node = self.definition.nodes[task.node]
        missing, unexpected = set(node.outputs) - event.outputs.keys(), event.outputs.keys() - set(node.outputs)
        if missing or unexpected:
            raise OutputRefused(node.id, missing=frozenset(missing), unexpected=frozenset(unexpected))
        self.variables.update({name: to_value(value, name=name) for name, value in event.outputs.items()})
        self.close(task)
        self.leave(self.tokens.pop(task.token), node.outgoing[0])

    def fire(self, event: TimerFired) -> None:
        timer = self.timers.pop(event.timer_id, None)
        if timer is None:
            raise TimerNotOpen(event.timer_id)
        node, task = self.definition.nodes[timer.node], self.tasks[timer.task]
        if node.interrupting:
            self.commands.append(CancelTask(task.id, task.node))
            self.close(task)
            self.leave(self.tokens.pop(task.token), node.outgoing[0])
        else:
            self.moving.append(Token(self.number(), node.id, node.outgoing[0], timer.id))

    def cancel(self) -> Step:
        if self.state.status is not Status.RUNNING:
            raise ProcessEnded(self.state.status.value)
        for task in list(self.tasks.values()):
            self.commands.append(CancelTask(task.id, task.node))
            self.close(task)
        state = replace(self.state, status=Status.CANCELLED, tokens=(), tasks=(), timers=())
        return state, tuple(self.commands)

    def close(self, task: Task) -> None:
        """Take a task away, and the timers that watched it."""
        del self.tasks[task.id]
        for timer in [timer for timer in self.timers.values() if timer.task == task.id]:
            del self.timers[timer.id]
            self.commands.append(CancelTimer(timer.id, timer.node))

    # -- moves -------------------------------------------------------------------------------------------------

    def leave(self, token: Token, flow: str) -> None:
        self.moving.append(replace(token, flow=flow))

    def finish(self) -> Step:
        while self.moving:
            token = self.moving.popleft()
            node = self.definition.target(token.flow)
            self.moves_left -= 1
            if self.moves_left < 0:
                raise ProcessLoops(node.id)
            self.arrive(replace(token, node=node.id), node)
        status = self.state.status
        if not self.tokens and status is Status.RUNNING:
            status = Status.FINISHED
            self.commands.append(Finish(self.ended, self.definition.nodes[self.ended].name if self.ended else ""))
        state = State(
            status,
            self.ended,
            self.serial,
            tuple(self.tokens.values()),
            tuple(self.tasks.values()),
            tuple(self.timers.values()),
            self.variables,
        )
        return state, tuple(self.commands)

    def arrive(self, token: Token, node: Node) -> None:
        if node.kind is Kind.END:
            if token.scope == 0:
                self.ended = node.id
        elif node.kind in TASKS:
            self.tokens[token.id] = token
            self.open(token, node)
        elif node.kind is Kind.EXCLUSIVE:
            self.leave(token, self.choose(node))
        else:
            self.gather(token, node)

    def choose(self, node: Node) -> str:
        """Give the first flow, in drawing order, whose condition is true; else the default."""
        for flow_id in node.outgoing:
            condition = self.definition.flows[flow_id].condition
            if flow_id != node.default and (condition is None or condition.evaluate(self.variables) is True):
                return flow_id
        if not node.default:
            raise NoFlowTaken(node.id)
        return node.default

    def gather(self, token: Token, node: Node) -> None:
        """Wait at a join until each incoming flow has brought a token of this scope, then go on by every flow."""
        arrived = {
            other.flow: other for other in reversed(self.tokens.values()) if other.node == node.id and other.scope == token.scope
        }
        if token.flow in arrived or not arrived.keys() | {token.flow} >= set(node.incoming):
            self.tokens[token.id] = token
            return
        for other in arrived.values():
            del self.tokens[other.id]
        oldest = min([token, *arrived.values()], key=lambda one: one.id)
        for index, flow_id in enumerate(node.outgoing):
            self.leave(oldest if index == 0 else replace(oldest, id=self.number()), flow_id)

    def open(self, token: Token, node: Node) -> None:
        task = Task(self.number(), node.id, node.kind, token.id)
        self.tasks[task.id] = task
        if node.kind is Kind.RULE:
            self.commands.append(Decide(task.id, node.id, node.decision, node.result))
            return
        self.commands.append(
            CreateTask(
                task.id,
                node.id,
                node.kind,
                node.name,
                node.role,
                self.service(node),
                node.due,
                node.calendar,
                node.action,
                node.document,
                node.form,
                node.outputs,
            )
        )
        for timer_id in self.definition.timers.get(node.id, ()):
            duration = self.definition.nodes[timer_id].duration
            assert duration is not None  # the reader refuses a timer without one
            timer = Timer(self.number(), timer_id, task.id)
            self.timers[timer.id] = timer
            self.commands.append(StartTimer(timer.id, timer_id, task.id, duration))

    def service(self, node: Node) -> str:
        """Give the service's code; "" when its expression gives no text."""
        if node.service_expression is None:
            return node.service
        found = node.service_expression.evaluate(self.variables)
        return found if isinstance(found, str) else ""
