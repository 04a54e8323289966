# SPDX-License-Identifier: EUPL-1.2
"""The interview: which question next, for whom, and what was answered. Import from here, never from the modules."""

from .answers import from_json, to_json
from .errors import ERROR_CODES, ERROR_PARAMS
from .fields import field_names, pick, show_raw
from .parsing import check_file, is_blank, parse_answer, unprintable
from .relevance import (
    computed,
    first_incomplete_step,
    missing,
    prune,
    relevant_questions,
    relevant_steps,
    values_of,
)
from .sources import RETIRED, SOURCES
from .types import (
    JSON,
    AnswerError,
    Compute,
    Form,
    Outcome,
    Parsed,
    Question,
    Raw,
    Require,
    Setting,
    Step,
    StepResult,
    TaskForm,
    TaskResult,
    Type,
)
from .validation import prefill, validate_all, validate_step, validate_task

__all__ = [
    "ERROR_CODES",
    "ERROR_PARAMS",
    "JSON",
    "RETIRED",
    "SOURCES",
    "AnswerError",
    "Compute",
    "Form",
    "Outcome",
    "Parsed",
    "Question",
    "Raw",
    "Require",
    "Setting",
    "Step",
    "StepResult",
    "TaskForm",
    "TaskResult",
    "Type",
    "check_file",
    "computed",
    "field_names",
    "first_incomplete_step",
    "from_json",
    "is_blank",
    "missing",
    "parse_answer",
    "pick",
    "prefill",
    "prune",
    "relevant_questions",
    "relevant_steps",
    "show_raw",
    "to_json",
    "unprintable",
    "validate_all",
    "validate_step",
    "validate_task",
    "values_of",
]
