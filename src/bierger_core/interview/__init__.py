# SPDX-License-Identifier: EUPL-1.2
"""The interview: which question next, for whom, and what was answered. Import from here, never from the modules."""

from .answers import from_json, to_json
from .costs import cost_of, costs_of
from .errors import ERROR_CODES, ERROR_PARAMS
from .fields import field_names, pick, show_raw
from .parsing import check_file, is_blank, parse_answer, unprintable
from .relevance import (
    asked_steps,
    computed,
    first_incomplete_step,
    is_told,
    missing,
    prune,
    relevant_questions,
    relevant_steps,
    values_of,
)
from .sharing import OUTSIDE, Part, facts_of, fitting, share
from .sources import RETIRED, SOURCES, act_of
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
    "OUTSIDE",
    "RETIRED",
    "SOURCES",
    "AnswerError",
    "Compute",
    "Form",
    "Outcome",
    "Parsed",
    "Part",
    "Question",
    "Raw",
    "Require",
    "Setting",
    "Step",
    "StepResult",
    "TaskForm",
    "TaskResult",
    "Type",
    "act_of",
    "asked_steps",
    "check_file",
    "computed",
    "cost_of",
    "costs_of",
    "facts_of",
    "field_names",
    "first_incomplete_step",
    "fitting",
    "from_json",
    "is_blank",
    "is_told",
    "missing",
    "parse_answer",
    "pick",
    "prefill",
    "prune",
    "relevant_questions",
    "relevant_steps",
    "share",
    "show_raw",
    "to_json",
    "unprintable",
    "validate_all",
    "validate_step",
    "validate_task",
    "values_of",
]
