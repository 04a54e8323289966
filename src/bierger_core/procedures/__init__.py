# SPDX-License-Identifier: EUPL-1.2
"""A procedure as a folder of files: load it, prove it, run its scenarios, run its cases. Import from here only."""

from .digest import digest
from .errors import PackageRefused, VariableMissing
from .load import load
from .prove import prove
from .prove_words import text_keys
from .retention import act_erased_on, case_erased_on, last_day_kept
from .running import (
    Message,
    Settled,
    document_inputs,
    document_language,
    due_at,
    evidence_value,
    lookup,
    message,
    settle,
    start_variables,
)
from .showing import show, show_date, show_number
from .simulate import ScenarioResult, prove_scenarios, run_scenarios
from .types import (
    ENGINE_SEMANTICS,
    LEVELS,
    REGISTERS,
    ActionSpec,
    ApplicantFacts,
    CaseFacts,
from .sealed_types import NUMBER, registered_type, short_names
    Competence,
    DocumentInputs,
    DocumentSpec,
    Fee,
    LegalBasis,
    Level,
    Package,
    PartySpec,
    Period,
    TimerSpec,
    Retention,
)
from .uploads import files_at_once, prove_uploads
from .vocabulary import Fact, Vocabulary, read_vocabulary

__all__ = [
    "ENGINE_SEMANTICS",
    "LEVELS",
    "REGISTERS",
    "ActionSpec",
    "ApplicantFacts",
    "CaseFacts",
    "Competence",
    "DocumentInputs",
    "DocumentSpec",
    "Fact",
    "Fee",
    "NUMBER",
    "LegalBasis",
    "Level",
    "Message",
    "Package",
    "PackageRefused",
    "PartySpec",
    "Period",
    "ScenarioResult",
    "Retention",
    "Settled",
    "TimerSpec",
    "VariableMissing",
    "Vocabulary",
    "digest",
    "act_erased_on",
    "case_erased_on",
    "document_inputs",
    "document_language",
    "due_at",
    "evidence_value",
    "files_at_once",
    "load",
    "last_day_kept",
    "lookup",
    "message",
    "prove",
    "prove_scenarios",
    "prove_uploads",
    "read_vocabulary",
    "run_scenarios",
    "settle",
    "show",
    "show_date",
    "show_number",
    "start_variables",
    "text_keys",
]
    "registered_type",
    "short_names",
