# SPDX-License-Identifier: EUPL-1.2
"""What the page of a file of rules shows: all strings in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bierger.ui.parts import Field


@dataclass(frozen=True, slots=True)
class Said:
    """A finding in words. `message`: the sentence of `./bierger check` where there is no translated one, in English."""

    line: int
    text: str
    mend: str
    message: str
    warning: bool


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as it stands in the file; `wrong`: a finding names it."""

    number: int
    inputs: Sequence[str]
    outputs: Sequence[str]
    annotations: Sequence[str]
    wrong: bool


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """A decision: its table, or the text of its expression, or the name of another kind of logic."""

    name: str
    needs: str
    kind: str
    text: str
    hit: str = ""
    inputs: Sequence[str] = ()
    outputs: Sequence[str] = ()
    annotations: Sequence[str] = ()
    rules: Sequence[RuleRow] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of the inputs. `kind`: decided, undecided or fails."""

    kind: str
    decision: str
    value: str
    open: Sequence[str]
    told: Sequence[str]
    advised: Sequence[str]
    message: str


@dataclass(frozen=True, slots=True)
class Outside:
    """A decision that cannot be proved and tried with unknown inputs, and why; without a name the file as a whole."""

    name: str
    why: Sequence[Said]


@dataclass(frozen=True, slots=True)
class RulesPage:
    """A file, looked at. `proved`: the names of the decisions that were, `outside`: the others."""

    name: str
    source: str
    decisions: Sequence[DecisionShown]
    findings: Sequence[Said]
    proved: Sequence[str]
    outside: Sequence[Outside]
    choose: Field | None
    day: Field | None
    fields: Sequence[Field]
    trial: Trial | None

    @property
    def outside_names(self) -> str:
        return ", ".join(one.name for one in self.outside)
