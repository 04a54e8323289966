# SPDX-License-Identifier: EUPL-1.2
"""The chain of a case: verified, and folded into its state again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from bierger.cases.errors import CaseError, CaseUnknown, ChainBroken
from bierger.cases.models import Case, Event, EventPayload
from bierger.cases.types import ERASED, GENESIS, Header, payload_commitment
from bierger.catalogue import selectors as catalogue
from bierger_core.procedures import ApplicantFacts, CaseFacts, Package, settle, start_variables
from bierger_core.process import Command, State, TaskCompleted, TimerFired, start, step
from bierger_core.process import Event as ProcessEvent
from bierger_core.rules import Value, from_json


def verify_chain(case: UUID) -> int:
    """Check every event of the case; gives back how many.

    1. Sequences run from 1 without a gap.
    2. Each header names the hash before it and hashes to what is stored.
    3. A payload that is still there opens its commitment; an erased one proves nothing and breaks nothing.
    4. The last event is the one that the case names as the head of its chain: without its tail a chain is still whole in itself.

    Raises ChainBroken with the first sequence that does not follow; CaseUnknown: no such case, or not the principal's to see.
    Whoever rewrites the events and the case's own row alike is not found here, but by the receipt and the log.
    """
    payloads = {row.sequence: row for row in EventPayload.objects.filter(case_id=case)}
    previous, expected, head = GENESIS, 1, None
    # One statement for the events and the head: an event written meanwhile is in both or in neither.
    for row in Event.objects.filter(case_id=case).select_related("case").order_by("sequence"):
        if row.sequence != expected:
            raise ChainBroken(f"Event {expected} is missing.", sequence=expected)
        header = _header(row)
        if header.previous != previous or header.digest() != bytes(row.hash):
            raise ChainBroken(f"Event {expected} does not follow from the one before.", sequence=expected)
        payload = payloads.get(expected)
        if payload and payload_commitment(bytes(payload.salt), payload.payload) != header.commitment:
            raise ChainBroken(f"The content of event {expected} was changed.", sequence=expected)
        previous, expected, head = header.digest(), expected + 1, row.case
    if head is None:
        raise _without_events(case)
    if (head.last_sequence, bytes(head.last_hash)) != (expected - 1, previous):
        at = min(expected, head.last_sequence + 1)
        raise ChainBroken(f"The chain ends with event {expected - 1}; the case names another end.", sequence=at)
    return expected - 1


def _without_events(case: UUID) -> CaseError:
    """A case is opened with its first event, in one transaction: without any, they were taken away."""
    if Case.objects.filter(id=case).exists():
        return ChainBroken("The case has no event.", sequence=1)
    return CaseUnknown(f"No case {case}.")


def replay(case: UUID) -> State | str:
    """The process state, from the events alone; ERASED when an event it needs was erased."""
    payloads = dict(EventPayload.objects.filter(case_id=case).values_list("sequence", "payload"))
    state: State | None = None
    package: Package | None = None
    for event in Event.objects.filter(case_id=case).order_by("sequence"):
        if event.type not in ("case-opened", "task-completed", "timer-fired"):
            continue
        payload = payloads.get(event.sequence)
        if payload is None:
            return ERASED
        if event.type == "case-opened":
            package = catalogue.package(event.definition)
            state = _settle(package, *start(package.process, _start_variables(package, payload)))
        elif package and state:
            state = _settle(package, *step(package.process, state, _process_event(event.type, payload)))
    return state if state is not None else ERASED


def _settle(package: Package, state: State, commands: tuple[Command, ...]) -> State:
    """Answer the rule tasks, as the worker did then: the same definition gives the same answer."""
    for settled in settle(package, state, commands):
        state = settled.state
    return state


def _process_event(kind: str, payload: Mapping[str, object]) -> ProcessEvent:
    if kind == "timer-fired":
        return TimerFired(int(str(payload["timer"])))
    outputs = payload["outputs"]
    assert isinstance(outputs, dict)
    return TaskCompleted(int(str(payload["task"])), {name: from_json(value) for name, value in outputs.items()})


def _start_variables(package: Package, payload: Mapping[str, Any]) -> Mapping[str, Value]:
    facts, applicant = payload["case"], payload["applicant"]
    return start_variables(
        package,
        payload["answers"],
        case=CaseFacts(
            str(facts["number"]), str(facts["administration"]), str(facts["language"]),
            date.fromisoformat(str(facts["opened_on"])),
        ),
        applicant=ApplicantFacts(applicant["kind"], applicant["level"]),
    )  # fmt: skip


def _header(row: Event) -> Header:
    return Header(
        case=row.case_id, sequence=row.sequence, previous=bytes(row.previous), type=row.type, actor_kind=row.actor_kind,
        actor=row.actor, on_behalf_of=row.on_behalf_of, mandate=row.mandate, channel=row.channel, at=row.at,
        definition=row.definition, commitment=bytes(row.commitment),
    )  # fmt: skip
