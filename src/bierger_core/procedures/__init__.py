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
from .folder import Folder, Shape
from .library import library_of
from .load import load
from .prove import prove
from .prove_words import prove_whys, text_keys
from .read_form import FormReader
from .read_procedure import THEMES, listed, read_keywords, read_laws
from .reading import CODE, Reader, Record, did_you_mean
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
from .sealed_types import NUMBER, fact_in_words, registered_type, short_names
from .showing import show, show_date, show_number
from .simulate import ScenarioResult, prove_scenarios, run_scenarios
from .texts import Texts, prove_texts, read_texts
from .types import (
    AUDIENCES,
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
from .yamltree import Fields, Items, Node, Scalar, YamlRefused, parse_yaml

__all__ = [
    "AUDIENCES",
    "CODE",
    "ENGINE_SEMANTICS",
    "LEVELS",
    "NUMBER",
    "REGISTERS",
    "THEMES",
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
    "Fields",
    "Folder",
    "FormReader",
    "IssuedDocument",
    "Items",
    "LegalBasis",
    "Level",
    "Message",
    "Node",
    "Package",
    "PackageRefused",
    "PartySpec",
    "Period",
    "Reader",
    "Record",
    "Retention",
    "Scalar",
    "ScenarioResult",
    "Settled",
    "Shape",
    "Texts",
    "TimerSpec",
    "VariableMissing",
    "Vocabulary",
    "YamlRefused",
    "act_erased_on",
    "case_erased_on",
    "changed",
    "correctable",
    "corrected",
    "did_you_mean",
    "digest",
    "document_inputs",
    "document_language",
    "document_of",
    "due_at",
    "evidence_value",
    "fact_in_words",
    "files_at_once",
    "last_day_kept",
    "library_of",
    "listed",
    "load",
    "lookup",
    "message",
    "parse_yaml",
    "prove",
    "prove_scenarios",
    "prove_texts",
    "prove_uploads",
    "prove_whys",
    "read_keywords",
    "read_laws",
    "read_texts",
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
