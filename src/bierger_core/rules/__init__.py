# SPDX-License-Identifier: EUPL-1.2
"""Rules of law: FEEL and DMN whole, and the subset of both that is explained and proved complete for packages.

    parse_expression("applicant.age >= 18").evaluate({"applicant": {"age": 20}})     -> True
    read_dmn(data, path="decisions.dmn").evaluate("fee", {"copies": 3})              -> Outcome(value, derivation)

    compile_partial(model, "fee").decide({"listed": True})                           -> Decided(value) or Undecided(inputs)

    load_model({"fees.dmn": data}, main="fees.dmn").evaluate("fee", {"copies": Decimal(3)}).value     any DMN 1.3 to 1.5
    compile_feel("for x in prices return x * 2", names={"prices": None}).evaluate({"prices": prices})  any FEEL

Packages are written in the subset (`parse_expression`, `read_dmn`): what lies outside it is refused by name with file
and line. Nothing of a file is ever executed as Python.
"""

from bierger_core.rules.data import Json, Value, from_json, number_text, to_json, to_value, type_word
from bierger_core.rules.dated import Law, Period
from bierger_core.rules.dmn import DmnPart, is_name, read_dmn, read_dmn_part
from bierger_core.rules.drg.kit import Case, CaseResult, read_cases, run_case
from bierger_core.rules.drg.model import Model, Result
from bierger_core.rules.drg.model import load as load_model
from bierger_core.rules.drg.plain import read_json, to_feel, to_plain
from bierger_core.rules.errors import (
    CallsTooDeep,
    DateMissing,
    DmnRefused,
    EvaluationError,
    ExpressionRefused,
    InputRefused,
    ListTooLong,
    NotInForce,
    NumberOverflow,
    OtherLaw,
    PatternRefused,
    Refused,
    RulesError,
    RulesOverlap,
    StepsExceeded,
    TextTooLong,
    UnknownDecision,
    XmlRefused,
)
from bierger_core.rules.evaluate import look_up
from bierger_core.rules.expression import Expression, UnaryTests, parse_expression, parse_unary_tests
from bierger_core.rules.feel.expressions import Feel, FeelTests, compile_feel, compile_feel_tests
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.moments import DateTime, DaysTime, FarDate, YearsMonths
from bierger_core.rules.feel.moments import Time as TimeOfDay
from bierger_core.rules.feel.values import Function, Range, Type
from bierger_core.rules.model import Decision, DecisionModel, Outcome
from bierger_core.rules.partial.classes import Factor, Shared, is_plain, share
from bierger_core.rules.partial.decision import Decided, Fails, PartialDecision, Undecided, Verdict, compile_partial
from bierger_core.rules.policies import Aggregation, Hit
from bierger_core.rules.syntax import Position
from bierger_core.rules.tables import Annotation, DecisionTable
from bierger_core.rules.types import InputType
from bierger_core.rules.why.changes import Change, Changes, Way, why_not
from bierger_core.rules.why.derivation import Derivation, Step, derive, replay
from bierger_core.rules.why.spans import Span
from bierger_core.rules.why.wanted import ANOTHER, Another
from bierger_core.rules.why.words import Sentence, advised, told
from bierger_core.rules.xmltree import Element, read_xml

__all__ = [
    "ANOTHER",
    "Aggregation",
    "Annotation",
    "Another",
    "CallsTooDeep",
    "Case",
    "CaseResult",
    "Change",
    "Changes",
    "DateMissing",
    "DateTime",
    "DaysTime",
    "Decided",
    "Decision",
    "DecisionModel",
    "DecisionTable",
    "Derivation",
    "DmnPart",
    "DmnRefused",
    "Element",
    "EvaluationError",
    "Expression",
    "ExpressionRefused",
    "Factor",
    "Fails",
    "FarDate",
    "Feel",
    "FeelTests",
    "Function",
    "Hit",
    "InputRefused",
    "InputType",
    "Json",
    "Law",
    "ListTooLong",
    "Model",
    "NotInForce",
    "NumberOverflow",
    "OtherLaw",
    "Outcome",
    "PartialDecision",
    "PatternRefused",
    "Period",
    "Position",
    "Range",
    "Refused",
    "Result",
    "RulesError",
    "RulesOverlap",
    "Run",
    "Sentence",
    "Shared",
    "Span",
    "Step",
    "StepsExceeded",
    "TextTooLong",
    "TimeOfDay",
    "Type",
    "UnaryTests",
    "Undecided",
    "UnknownDecision",
    "Value",
    "Verdict",
    "Way",
    "XmlRefused",
    "YearsMonths",
    "advised",
    "compile_feel",
    "compile_feel_tests",
    "compile_partial",
    "derive",
    "from_json",
    "is_name",
    "is_plain",
    "load_model",
    "look_up",
    "number_text",
    "parse_expression",
    "parse_unary_tests",
    "read_cases",
    "read_dmn",
    "read_dmn_part",
    "read_json",
    "read_xml",
    "replay",
    "run_case",
    "share",
    "to_feel",
    "to_json",
    "to_plain",
    "to_value",
    "told",
    "type_word",
    "why_not",
]
