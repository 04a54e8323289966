# SPDX-License-Identifier: EUPL-1.2
"""A procedure as a folder of files: load it, prove it, run its scenarios, run its cases. Import from here only."""

from .correcting import (
    Correctable,
    CorrectedDocument,
    IssuedDocument,
    changed,
    correctable,
    corrected,
    document_of,
)
from .digest import digest
from .errors import DocumentUnknown, PackageRefused, VariableMissing
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
from .sealed_types import NUMBER, registered_type, short_names
from .showing import show, show_date, show_number
from .simulate import ScenarioResult, prove_scenarios, run_scenarios
from .types import (
    ENGINE_SEMANTICS,
    LEVELS,
    REGISTERS,
    ActionSpec,
    ApplicantFacts,
    CaseFacts,
    Competence,
    DocumentInputs,
    DocumentSpec,
    Fee,
    LegalBasis,
    Level,
    Package,
    PartySpec,
    Period,
    Retention,
    TimerSpec,
)
from .uploads import files_at_once, prove_uploads
from .vocabulary import Fact, Vocabulary, read_vocabulary

__all__ = [
    "ENGINE_SEMANTICS",
    "LEVELS",
    "NUMBER",
    "REGISTERS",
    "ActionSpec",
    "ApplicantFacts",
    "CaseFacts",
    "Competence",
    "Correctable",
    "CorrectedDocument",
    "DocumentInputs",
    "DocumentSpec",
    "DocumentUnknown",
    "Fact",
    "Fee",
    "IssuedDocument",
    "LegalBasis",
    "Level",
    "Message",
    "Package",
    "PackageRefused",
    "PartySpec",
    "Period",
    "Retention",
    "ScenarioResult",
    "Settled",
    "TimerSpec",
    "VariableMissing",
    "Vocabulary",
    "act_erased_on",
    "case_erased_on",
    "changed",
    "correctable",
    "corrected",
    "digest",
    "document_inputs",
    "document_language",
    "document_of",
    "due_at",
    "evidence_value",
    "files_at_once",
    "last_day_kept",
    "load",
    "lookup",
    "message",
    "prove",
    "prove_scenarios",
    "prove_uploads",
    "read_vocabulary",
    "registered_type",
    "run_scenarios",
    "settle",
    "short_names",
    "show",
    "show_date",
    "show_number",
    "start_variables",
    "text_keys",
]
