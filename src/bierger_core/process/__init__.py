# SPDX-License-Identifier: EUPL-1.2
"""Processes: a subset of BPMN 2.0 read from any modeler's file, proved before publication, run as a pure step function.

definition = read_bpmn(data, path="process.bpmn")
findings = prove(definition, names=frozenset({"applicant.age"}))
state, commands = start(definition, {"applicant.age": 20})
state, commands = step(definition, state, TaskCompleted(3, {"accepted": True}))
"""

from bierger_core.process.bpmn import read_bpmn
from bierger_core.process.definition import Definition, Flow, Kind, Node
from bierger_core.process.durations import Duration, parse_duration
from bierger_core.process.engine import start, step
from bierger_core.process.errors import (
    BpmnRefused,
    DurationRefused,
    NoFlowTaken,
    OutputRefused,
    ProcessEnded,
    ProcessError,
    ProcessLoops,
    TaskNotOpen,
    TimerNotOpen,
)
from bierger_core.process.soundness import prove
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

__all__ = [
    "BpmnRefused",
    "CancelTask",
    "CancelTimer",
    "Cancelled",
    "Command",
    "CreateTask",
    "Decide",
    "Definition",
    "Duration",
    "DurationRefused",
    "Event",
    "Finish",
    "Flow",
    "Kind",
    "NoFlowTaken",
    "Node",
    "OutputRefused",
    "ProcessEnded",
    "ProcessError",
    "ProcessLoops",
    "StartTimer",
    "State",
    "Status",
    "Task",
    "TaskCompleted",
    "TaskNotOpen",
    "Timer",
    "TimerFired",
    "TimerNotOpen",
    "Token",
    "parse_duration",
    "prove",
    "read_bpmn",
    "start",
    "step",
]
