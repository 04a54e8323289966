# SPDX-License-Identifier: EUPL-1.2
"""Erasing what an event said, without touching that it happened."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bierger.cases.errors import NotAllowed
from bierger.cases.models import Event, EventPayload, Party, Work
from bierger.cases.services.opening import FIRST_EVENT
from bierger.cases.services.retention import write_record
from bierger.cases.services.writer import CaseWriter
from bierger.catalogue import selectors as catalogue
from bierger.flows import services as flows
from bierger.infra import clock
from bierger.infra.erasures import Destroyed, Erasure, register
from bierger.infra.principal import current
from bierger_core.interview import values_of
from bierger_core.procedures import Package
from bierger_core.rules import to_json

# What the process wrote by itself, out of its variables: a derivation quotes what went into the decision, a notice what it tells.
_OF_VARIABLES = ("decided-by-rule", "notified")


def erase_payload(*, case: UUID, sequence: int, job: str = "erase-payload") -> bool:
    """Destroy what one event said; the chain still verifies and the fold says *erased*. False if it was gone.

    1. Payload and salt of the event.
    2. Where it said something to the process: what the process wrote out of it later (decisions by rule, notices) in the same
       way, and its words among the variables and in what tasks show.
    3. Of the opening event also the names that stand on the parties and in worklists.
    4. The record of it with its leaf in the log, and a line in the register that a restored backup is held against.

    What stays: an act that was issued, with its facts. It is a public document under a retention of its own, and what it says was
    said to everybody who holds it. A letter that was delivered, which is its recipient's. Files, which are erased by their key
    (`documents`). Raises NotAllowed for anybody but the system, CaseUnknown,
    OSError (the register cannot be written).
    """
    if current().kind != "system":
        raise NotAllowed("Erasure runs as the system.")
    row = CaseWriter.lock(case).row
    payloads = dict(EventPayload.objects.filter(case_id=case, sequence__gte=sequence).values_list("sequence", "payload"))
    if sequence not in payloads:
        return False
    kinds = dict(Event.objects.filter(case_id=case, sequence__in=payloads).values_list("sequence", "type"))
    package = catalogue.package(row.digest)
    gone = {sequence}
    said = _said(package, kinds[sequence], payloads[sequence])
    if said:
        gone |= {one for one in payloads if kinds[one] in _OF_VARIABLES}
        for one in sorted(gone - {sequence}):
            said |= _said(package, kinds[one], payloads[one])
        flows.forget(subject=case, said=said)
    if kinds[sequence] == FIRST_EVENT:
        Party.objects.filter(case_id=case).update(name="")
        Work.objects.filter(case_id=case).update(applicant="")
    commitments = Event.objects.filter(case_id=case, sequence__in=gone & set(payloads)).order_by("sequence")
    chain = tuple(bytes(one) for one in commitments.values_list("commitment", flat=True))
    EventPayload.objects.filter(case_id=case, sequence__in=gone).delete()
    write_record(row, package, Destroyed({"event-contents": len(chain)}, chain=chain), job=job)
    register(Erasure(clock.today(), "event", case, sequence))
    return True


def _said(package: Package, kind: str, payload: Mapping[str, object]) -> dict[str, object]:
    """What an event said to the process: JSON of the rules, by variable."""
    given = payload.get("answers" if kind == FIRST_EVENT else "outputs")
    if kind == FIRST_EVENT and isinstance(given, dict):
        return {name: to_json(value) for name, value in values_of(package.form, given).items()}
    if kind == "task-completed" and isinstance(given, dict):
        return dict(given)
    if kind == "decided-by-rule":
        return {package.process.nodes[str(payload["node"])].result: payload["value"]}
    return {}
