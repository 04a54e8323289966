# SPDX-License-Identifier: EUPL-1.2
"""What rules refuse, by name.

CoreError > RulesError
|-- Refused                  a file or text is refused when it is loaded; carries findings
|   |-- ExpressionRefused    a FEEL text: feel-syntax, feel-not-in-subset, feel-limit, feel-overflow
|   |-- XmlRefused           an XML file: xml-malformed, xml-dtd, xml-limit, xml-encoding
|   `-- DmnRefused           a DMN file: dmn-*
`-- EvaluationError          an evaluation ends without a value
    |-- InputRefused         input-refused: a value of a type that rules do not know, or not the declared one
    |-- NumberOverflow       number-overflow: a result beyond 10^6144
    |-- StepsExceeded        steps-exceeded: more work than one evaluation may do
    |-- TextTooLong          text-too-long: a concatenation beyond the limit
    |-- ListTooLong          list-too-long: a list beyond the limit
    |-- CallsTooDeep         calls-too-deep: functions that call functions, without end
    |-- PatternRefused       pattern-too-costly: a regular expression that could run for hours
    |-- UnknownDecision      decision-unknown: the model has no such decision
    |-- DateMissing          date-missing: rules with dates, and no day by whose law to judge
    |-- NotInForce           not-in-force: no rule of a table holds on that day
    |-- OtherLaw             other-law: a derivation is replayed with rules that are not those it was made with
    `-- RulesOverlap         rules-overlap: rules match together that must not (UNIQUE, ANY)
"""

from bierger_core.values.errors import CoreError
from bierger_core.values.findings import Finding


class RulesError(CoreError):
    """Root of the tree; every error has a stable `code` and `data` for the translated sentence."""

    default_code = "rules-error"


class Refused(RulesError):
    """A file or text is refused at load; `findings` says where and how to mend it (at least one)."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings), code=findings[0].code)
        self.findings = findings


class ExpressionRefused(Refused):
    """A FEEL text is refused: `construct` names what stands at `path:line:column`."""

    def __init__(self, finding: Finding, *, column: int, construct: str) -> None:
        super().__init__((finding,))
        self.finding = finding
        self.path, self.line, self.column = finding.path, finding.line, column
        self.construct = construct


class XmlRefused(Refused):
    """An XML file is refused before its meaning is looked at."""


class DmnRefused(Refused):
    """A DMN file holds something outside the subset, or contradicts itself."""


class EvaluationError(RulesError):
    """An evaluation ends without a value; nothing has changed."""

    default_code = "evaluation-error"


class InputRefused(EvaluationError):
    """A value cannot enter a rule: `name` where it was given ("" if unknown), `expected` and `got` are type words."""

    default_code = "input-refused"

    def __init__(self, *, name: str, expected: str, got: str) -> None:
        super().__init__(f"{name or 'a value'}: expected {expected}, got {got}", name=name, expected=expected, got=got)
        self.name, self.expected, self.got = name, expected, got


class NumberOverflow(EvaluationError):
    """A number beyond the range of decimal128 (10^6144)."""

    default_code = "number-overflow"

    def __init__(self) -> None:
        super().__init__("a number grew beyond 10^6144")


class StepsExceeded(EvaluationError):
    """More than `limit` steps in one evaluation."""

    default_code = "steps-exceeded"

    def __init__(self, limit: int) -> None:
        super().__init__(f"the evaluation needed more than {limit} steps", limit=limit)
        self.limit = limit


class TextTooLong(EvaluationError):
    """A concatenation would give more than `limit` characters."""

    default_code = "text-too-long"

    def __init__(self, limit: int) -> None:
        super().__init__(f"a text grew beyond {limit} characters", limit=limit)
        self.limit = limit


class ListTooLong(EvaluationError):
    """A list would hold more than `limit` items."""

    default_code = "list-too-long"

    def __init__(self, limit: int) -> None:
        super().__init__(f"a list grew beyond {limit} items", limit=limit)
        self.limit = limit


class ValueTooLarge(EvaluationError):
    """A list or context would have more than `limit` parts, those of its parts counted too."""

    default_code = "value-too-large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"a value grew beyond {limit} parts", limit=limit)
        self.limit = limit


class CallsTooDeep(EvaluationError):
    """Functions called functions more than `limit` levels deep."""

    default_code = "calls-too-deep"

    def __init__(self, limit: int) -> None:
        super().__init__(f"functions call each other more than {limit} levels deep", limit=limit)
        self.limit = limit


class PatternRefused(EvaluationError):
    """A regular expression needed more than `limit` steps on one text."""

    default_code = "pattern-too-costly"

    def __init__(self, limit: int) -> None:
        super().__init__(f"a regular expression needed more than {limit} steps", limit=limit)
        self.limit = limit


class UnknownDecision(EvaluationError):
    """The model has no decision of this name."""

    default_code = "decision-unknown"

    def __init__(self, decision: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no decision {decision!r}; there are: {', '.join(known)}", decision=decision)
        self.decision, self.known = decision, known


class DateMissing(EvaluationError):
    """The rules have dates, and the inputs no day under the name `reference` by whose law to judge."""

    default_code = "date-missing"

    def __init__(self, reference: str) -> None:
        super().__init__(f"the rules have dates: give the day to judge by under {reference!r}", reference=reference)
        self.reference = reference


class NotInForce(EvaluationError):
    """No rule of a table holds on the day by whose law is judged."""

    default_code = "not-in-force"

    def __init__(self, decision: str) -> None:
        super().__init__(f"decision {decision!r}: no rule is in force on that day", decision=decision)
        self.decision = decision


class OtherLaw(EvaluationError):
    """A derivation was made with the rules of the digest `made`, and is replayed with those of `now`."""

    default_code = "other-law"

    def __init__(self, *, made: str, now: str) -> None:
        super().__init__(f"the decision was taken by the rules {made[:12]}, these are {now[:12]}", made=made, now=now)
        self.made, self.now = made, now


class RulesOverlap(EvaluationError):
    """Rules match together that must not: of a UNIQUE table, or of ANY and they differ. A proved table never raises this.

    `rules` are their identifiers.
    """

    default_code = "rules-overlap"

    def __init__(self, decision: str, rules: tuple[str, ...]) -> None:
        super().__init__(f"decision {decision!r}: rules {', '.join(rules)} match together", decision=decision, rules=rules)
        self.decision, self.rules = decision, rules
