# SPDX-License-Identifier: EUPL-1.2
"""Random processes: what is built of sound blocks is proved and runs to its end; the short proof agrees with the long one."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.process import (
    CancelTask,
    CreateTask,
    Decide,
    Finish,
    Kind,
    State,
    Status,
    Task,
    TaskCompleted,
    TaskNotOpen,
    Timer,
    TimerFired,
    TimerNotOpen,
    Token,
    prove,
    read_bpmn,
    start,
    step,
)
from bierger_core.process.markings import Fault, explore
from tests.core.process.samples import bpmn, flow, node, timer

BLOCKS = st.recursive(
    st.sampled_from(["user", "service", "timed", "reminded"]),
    lambda inner: st.tuples(st.sampled_from(["seq", "xor", "and", "loop"]), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=8,
)


class Drawing:
    """Draws blocks; each has one way in and one way out."""

    def __init__(self):
        self.parts: list[str] = []
        self.numbers = itertools.count()

    def new(self, kind, **attributes):
        name = f"n{next(self.numbers)}"
        self.parts.append(node(kind, name, **attributes))
        return name

    def connect(self, source, target, condition=""):
        name = f"f{next(self.numbers)}"
        self.parts.append(flow(source, target, condition, name))
        return name

    def draw(self, block) -> tuple[str, str]:
        if block == "timed":
            return self.timed()
        if isinstance(block, str):
            task = self.new("service" if block == "service" else "user")
            if block == "reminded":
                self.parts.append(timer(f"b{task}", task, interrupting=False))
                side, end = self.new("service"), self.new("end")
                self.connect(f"b{task}", side)
                self.connect(side, end)
            return task, task
        kind, inner = block
        drawn = [self.draw(one) for one in (inner[:1] if kind == "loop" else inner)]
        if kind == "seq":
            for (_, out), (into, _) in itertools.pairwise(drawn):
                self.connect(out, into)
            return drawn[0][0], drawn[-1][1]
        return self.loop(drawn[0]) if kind == "loop" else self.split(kind, drawn)

    def timed(self):
        task, merge = self.new("user"), self.new("xor")
        self.parts.append(timer(f"b{task}", task))
        self.connect(f"b{task}", merge)
        self.connect(task, merge)
        return task, merge

    def loop(self, body):
        merge, split = f"n{next(self.numbers)}", f"n{next(self.numbers)}"
        self.parts.append(node("xor", merge))
        self.connect(merge, body[0])
        self.connect(body[1], split)
        self.connect(split, merge, "again")
        out = self.new("xor")
        self.parts.append(node("xor", split, default=self.connect(split, out)))
        return merge, out

    def split(self, kind, drawn):
        split, merge = f"n{next(self.numbers)}", self.new(kind)
        flows = [
            self.connect(split, into, "choice" if kind == "xor" and number else "") for number, (into, _) in enumerate(drawn)
        ]
        for _, out in drawn:
            self.connect(out, merge)
        self.parts.append(node(kind, split, default=flows[0] if kind == "xor" else ""))
        return split, merge


def process_of(block) -> bytes:
    drawing = Drawing()
    into, out = drawing.draw(block)
    begin, end = drawing.new("start"), drawing.new("end", name="the end")
    drawing.connect(begin, into)
    drawing.connect(out, end)
    return bpmn(*drawing.parts)


def rebuilt(state: State) -> State:
    """Store every row as plain values and read it back in another order."""
    tokens = [(token.id, token.node, token.flow, token.scope) for token in state.tokens]
    tasks = [(task.id, task.node, str(task.kind), task.token) for task in state.tasks]
    timers = [(one.id, one.node, one.task) for one in state.timers]
    return State(
        Status(str(state.status)),
        state.ended,
        state.serial,
        tuple(Token(*row) for row in sorted(tokens, reverse=True)),
        tuple(Task(number, at, Kind(kind), token) for number, at, kind, token in sorted(tasks, reverse=True)),
        tuple(Timer(*row) for row in sorted(timers, reverse=True)),
        dict(state.variables),
    )


@settings(max_examples=60, deadline=None)
@given(BLOCKS, st.data())
def test_sound_blocks_are_proved_and_run_to_the_end(block, data):
    definition = read_bpmn(process_of(block), path="p.bpmn")
    assert prove(definition, names=frozenset({"again", "choice"})) == ()
    state, commands = start(definition, {"again": data.draw(st.booleans()), "choice": data.draw(st.booleans())})
    created, closed = set(), set()
    for moves in range(400):
        created |= {command.task_id for command in commands if isinstance(command, CreateTask | Decide)}
        closed |= {command.task_id for command in commands if isinstance(command, CancelTask)}
        assert {task.id for task in state.tasks} == created - closed
        assert {task.token for task in state.tasks} <= {token.id for token in state.tokens}
        if state.status is Status.FINISHED:
            break
        if moves == 40:
            state = State(
                state.status, state.ended, state.serial, state.tokens, state.tasks, state.timers, {"again": False, "choice": True}
            )
        events = [TaskCompleted(task.id, {}) for task in state.tasks] + [TimerFired(one.id) for one in state.timers]
        event = data.draw(st.sampled_from(events)) if moves < 60 else events[0]
        after, commands = step(definition, state, event)
        same, same_commands = step(definition, rebuilt(state), event)
        assert sorted(map(repr, same_commands)) == sorted(map(repr, commands))
        assert rebuilt(same) == rebuilt(after)
        try:
            step(definition, after, event)
        except (TaskNotOpen, TimerNotOpen):
            state = after
        else:
            raise AssertionError("a replayed event was taken twice")
        closed |= {event.task_id} if isinstance(event, TaskCompleted) else set()
    assert state.status is Status.FINISHED
    assert commands[-1] == Finish(state.ended, "the end")


@settings(max_examples=150, deadline=None)
@given(BLOCKS, st.lists(st.integers(0, 60), max_size=3), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=2))
def test_the_short_exploration_finds_a_fault_exactly_when_the_long_one_does(block, swapped, bent):
    """Plant faults: exchange gateways, bend flows; then compare one order with every order."""
    text = process_of(block).decode()
    lines = text.splitlines(keepends=True)
    gateways = [index for index, line in enumerate(lines) if "Gateway" in line]
    flows = [index for index, line in enumerate(lines) if "sequenceFlow" in line]
    nodes = [line.split('id="')[1].split('"')[0] for line in lines if "Task" in line or "Gateway" in line]
    for choice in swapped:
        if gateways:
            index = gateways[choice % len(gateways)]
            if "exclusiveGateway" in lines[index]:
                lines[index] = f'<bpmn:parallelGateway id="{lines[index].split(chr(34))[1]}"/>\n'
            else:
                lines[index] = lines[index].replace("parallelGateway", "exclusiveGateway")
    for choice, target in bent:
        index = flows[choice % len(flows)]
        old = lines[index].split('targetRef="')[1].split('"')[0]
        lines[index] = lines[index].replace(f'targetRef="{old}"', f'targetRef="{nodes[target % len(nodes)]}"')
    bare = "".join(lines)
    while "<bpmn:conditionExpression>" in bare:  # conditions do not matter to tokens, and forks may not have them
        before, _, rest = bare.partition("<bpmn:conditionExpression>")
        bare = before + rest.partition("</bpmn:conditionExpression>")[2]
    definition = read_bpmn(bare.encode(), path="p.bpmn")
    first = definition.nodes[definition.start].outgoing[0]
    short, full = explore(definition, first), explore(definition, first, reduced=False)
    if Fault.TOO_LARGE not in {fallacy.fault for fallacy in short | full}:
        assert bool(short) == bool(full), (short, full, bare)
