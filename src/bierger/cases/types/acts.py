# SPDX-License-Identifier: EUPL-1.2
"""An issued act as a decider has it in front of them, and what correcting it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from bierger.disclosures.types import personal_data
from bierger.documents.types import ActView
from bierger_core.interview import JSON, AnswerError
from bierger_core.procedures import Correctable


@personal_data
@dataclass(frozen=True)
class IssuedAct:
    """An act. `case_open`: whoever reads it may open its case too. `values`: what may be corrected; () when it was made of texts
    that its version of the package no longer gives, or is revoked: then it can only be revoked.
    """

    view: ActView
    case_open: bool
    values: tuple[Correctable, ...]


@personal_data
@dataclass(frozen=True)
class Correction:
    """What was typed for a correction: answers by path, errors by path, what is different now; the new act once it is issued."""

    answers: Mapping[str, JSON]
    errors: Mapping[str, AnswerError]
    changed: tuple[Correctable, ...]
    issued: UUID | None = None
