# SPDX-License-Identifier: EUPL-1.2
"""DMN 1.3, 1.4 and 1.5 files to a DecisionModel; everything outside the subset is refused by name, all at once.

Read: item definitions, input data, decisions with a table or a literal expression, information requirements; knowledge
sources as the law that a decision rests on; `bierger:reference` of the model, the input with the day by whose law is
judged. Passed over, because they decide nothing: diagrams, descriptions, text annotations, elements of other namespaces.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bierger_core.rules.dated import BIERGER, MAX_DATES, Law
from bierger_core.rules.dmncheck import TypeCheck
from bierger_core.rules.dmntable import TableReader
from bierger_core.rules.dmntypes import TypeReader
from bierger_core.rules.errors import DmnRefused, ExpressionRefused
from bierger_core.rules.expression import Expression, parse_expression
from bierger_core.rules.model import FILED_ON, Decision, DecisionModel
from bierger_core.rules.parser import FOREIGN_WORDS, KEYWORDS
from bierger_core.rules.syntax import Position
from bierger_core.rules.tables import DecisionTable
from bierger_core.rules.types import ANY, InputType
from bierger_core.rules.xmltree import LARGE, Element, read_xml
from bierger_core.values.findings import FileReader, Finding

NAMESPACES = {
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
PASSED_OVER_TEXT = """
    description extensionElements knowledgeSource textAnnotation association group elementCollection
    performanceIndicator organizationUnit question allowedAnswers authorityRequirement supportedObjective
    impactedPerformanceIndicator decisionMaker decisionOwner usingProcess usingTask
"""
PASSED_OVER = frozenset(PASSED_OVER_TEXT.split())
NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


def read_dmn(data: bytes, *, path: str) -> DecisionModel:
    """Read a whole model; raises XmlRefused or DmnRefused with every finding, by file and line."""
    return _Reader(path).read(read_xml(data, path=path, limits=LARGE))


@dataclass(frozen=True, slots=True)
class DmnPart:
    """What of a file lies in the subset: a model of it (None: nothing does), and what keeps every other decision outside."""

    model: DecisionModel | None
    outside: Mapping[str, tuple[Finding, ...]]


def read_dmn_part(data: bytes, *, path: str) -> DmnPart:
    """Read those decisions that lie in the subset with all that they require; XmlRefused, and DmnRefused for what is no DMN."""
    return _Reader(path).read_part(read_xml(data, path=path, limits=LARGE))


def is_name(text: str) -> bool:
    """Tell whether a name can be written in the FEEL subset: words joined by dots, none of them a keyword."""
    return bool(NAME.fullmatch(text)) and text.split(".", maxsplit=1)[0] not in KEYWORDS | FOREIGN_WORDS.keys()


class _Reader(FileReader):
    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.uri = ""
        self.types = TypeReader(self.refuse, self.part)
        self.inputs: dict[str, InputType] = {}
        self.lines: dict[str, int] = {}
        self.ids: dict[str, tuple[str, str]] = {}  # id -> (kind, name)
        self.names: set[str] = set()
        self.decisions: dict[str, Decision] = {}
        self.sources: dict[str, Element] = {}  # knowledge sources by id
        self.asked: dict[str, tuple[str, ...]] = {}  # what each decision requires, those that cannot be read too
        self.faults: dict[str, list[Finding]] = {}  # by input or decision

    def part(self, element: Element, tag: str) -> Element | None:
        """Give the first child of a name in the DMN namespace."""
        return next((child for child in element.children if child.tag == tag and child.uri == self.uri), None)

    def unknown(self, element: Element, where: str) -> None:
        mend = "Write it as a decision table or a literal expression of the subset."
        self.refuse("dmn-not-in-subset", element.line, f"{element.tag} in {where} is not in the DMN subset.", mend)

    def blame(self, names: Iterable[str], before: int) -> None:
        """Put down to inputs or decisions what was found since."""
        for name in names if len(self.findings) > before else ():
            self.faults.setdefault(name, []).extend(self.findings[before:])

    def read(self, root: Element) -> DecisionModel:
        model = self.gather(root)
        if self.findings:
            raise DmnRefused(tuple(sorted(self.findings, key=lambda finding: finding.line)))
        return model

    def read_part(self, root: Element) -> DmnPart:
        whole = self.gather(root)
        outside = {name: tuple(self.faults[name]) for name in self.asked if name in self.faults}
        bad = {*self.faults}
        waiting = True
        while waiting:
            found = ((name, one) for name, asked in self.asked.items() if name not in bad for one in asked if one in bad)
            resting = dict(found)
            for name, one in resting.items():
                message = f"decision {name} rests on {one}, which is not in the DMN subset."
                line = self.decisions[name].line
                outside[name] = (Finding("dmn-not-in-subset", self.path, line, message, "Mend that one first."),)
            bad |= resting.keys()
            waiting = bool(resting)
        inside = {name: one for name, one in self.decisions.items() if name not in bad}
        needed = {name for one in inside.values() for name in one.inputs}
        others = {name for one in outside for name in self.asked[one]} - needed - {whole.reference}
        inputs = {name: kind for name, kind in self.inputs.items() if name not in bad | others}
        lines = {name: self.lines[name] for name in inputs}
        return DmnPart(replace(whole, inputs=inputs, input_lines=lines, by_name=inside) if inside else None, outside)

    def gather(self, root: Element) -> DecisionModel:
        """Read everything and keep what is wrong."""
        version = NAMESPACES.get(root.uri, "")
        if root.tag != "definitions" or not version:
            message = f"{root.tag} of namespace {root.uri or '(none)'} is no DMN 1.3, 1.4 or 1.5 model."
            self.refuse("dmn-namespace", root.line, message, "Save it as DMN 1.3 with a modeler.")
            raise DmnRefused(tuple(self.findings))
        self.uri = root.uri
        own = [child for child in root.children if child.uri == self.uri and child.tag not in PASSED_OVER]
        self.types.read([child for child in own if child.tag == "itemDefinition"])
        sources = [child for child in root.children if child.tag == "knowledgeSource" and child.uri == self.uri]
        self.sources = {child.get("id"): child for child in sources}
        drawn = [child for child in own if child.tag == "decision"]
        for child in own:
            if child.tag == "inputData":
                self.read_input(child)
            elif child.tag not in ("decision", "itemDefinition"):
                self.unknown(child, "the model")
        for child in drawn:
            self.register("decision", child)
        for child in drawn:
            self.read_decision(child)
        self.check_types()
        self.refuse_prefixes()
        self.refuse_cycles()
        before = len(self.findings)
        reference = root.get("reference", BIERGER) or FILED_ON
        if reference != FILED_ON and (reference not in self.inputs or self.inputs[reference].base != "date"):
            message = f"the day by whose law is judged, {reference}, is no input of type date."
            self.refuse("dmn-reference", root.line, message, "Name one in bierger:reference, or leave it out: the day of filing.")
        model = DecisionModel(self.path, root.get("name"), version, self.inputs, self.lines, self.decisions, reference)
        if len(model.periods) > MAX_DATES + 1:
            message = f"rules begin and end on more than {MAX_DATES} days."
            self.refuse("dmn-limit", root.line, message, "Split the file, or take out rules that hold no more.")
        self.blame(self.asked, before)
        return model

    # -- inputs ------------------------------------------------------------------------------------------------

    def register(self, kind: str, element: Element) -> None:
        name, identifier = element.get("name"), element.get("id")
        if not name or not identifier:
            self.refuse("dmn-name-missing", element.line, f"{kind} without name or id.", "Give it both.")
        if name in self.names or identifier in self.ids:
            self.refuse("dmn-name-twice", element.line, f"{name} exists already.", "Give it a name of its own.")
            self.blame({name, self.ids.get(identifier, ("", name))[1]}, len(self.findings) - 1)
        self.ids[identifier] = (kind, name)
        self.names.add(name)

    def read_input(self, element: Element) -> None:
        self.register("inputData", element)
        name, before = element.get("name"), len(self.findings)
        if not is_name(name):
            self.refuse_name(element.line, name)
        self.inputs[name] = self.variable_type(element)
        if self.inputs[name].holds_list:
            message = f"the input {name} is a list or has one, which the DMN subset has not."
            self.refuse("dmn-not-in-subset", element.line, message, "Use one input for each value.")
        self.lines[name] = element.line
        self.blame([name], before)

    def variable_type(self, element: Element) -> InputType:
        variable = self.part(element, "variable")
        if variable is None:
            return ANY
        if variable.get("name") != element.get("name"):
            message = f"the variable of {element.get('name')} has another name: {variable.get('name')}."
            self.refuse("dmn-variable-name", variable.line, message, "Give both the same name.")
        return self.types.find(variable.get("typeRef"), variable.line)

    def refuse_name(self, line: int, name: str) -> None:
        message = f"the name {name!r} is not in the FEEL subset."
        self.refuse("dmn-name", line, message, "Use letters, digits and _; dots between the parts of a path.")

    def refuse_prefixes(self) -> None:
        for other in self.inputs:
            parts = other.split(".")
            for length in range(1, len(parts)):
                name = ".".join(parts[:length])
                if name in self.inputs:
                    message = f"the input {other} hides behind the input {name}."
                    self.refuse("dmn-name-overlap", self.lines[other], message, "Keep one of the two.")
                    self.blame([name, other], len(self.findings) - 1)

    # -- decisions ---------------------------------------------------------------------------------------------

    def read_decision(self, element: Element) -> None:
        name, before = element.get("name"), len(self.findings)
        decision_type = self.variable_type(element)
        inputs: list[str] = []
        decisions: list[str] = []
        logic: DecisionTable | Expression | None = None
        for child in element.children:
            if child.uri != self.uri or child.tag in PASSED_OVER or child.tag == "variable":
                continue
            if child.tag == "informationRequirement":
                self.read_requirement(child, inputs, decisions)
            elif child.tag == "decisionTable" and logic is None:
                known = {known: self.inputs[known] for known in inputs}
                logic = TableReader(self.path, self.refuse, self.part, self.types, known).read(child, decision_type)
            elif child.tag == "literalExpression" and logic is None:
                logic = self.read_literal(child)
            else:
                self.unknown(child, f"decision {name}")
        self.asked[name] = (*inputs, *decisions)
        if logic is None and len(self.findings) == before:
            message = f"decision {name} has no table and no expression that can be read."
            self.refuse("dmn-logic-missing", element.line, message, "Write one.")
        if logic is not None:
            self.check_names(logic, element, (*inputs, *decisions))
        self.blame([name], before)
        if logic is None:
            return
        law = self.read_law(element)
        self.decisions[name] = Decision(name, element.line, decision_type, logic, tuple(inputs), tuple(decisions), law)

    def read_law(self, element: Element) -> tuple[Law, ...]:
        """Give the knowledge sources that a decision rests on: name, and where the text of law is found."""
        found: list[Law] = []
        for child in element.children:
            if child.uri == self.uri and child.tag == "authorityRequirement":
                required = self.part(child, "requiredAuthority")
                source = self.sources.get(required.get("href").removeprefix("#")) if required is not None else None
                if source is not None and source.get("name"):
                    found.append(Law(source.get("name"), source.get("locationURI")))
        return tuple(found)

    def read_requirement(self, element: Element, inputs: list[str], decisions: list[str]) -> None:
        for child in element.children:
            kind, name = self.ids.get(child.get("href").removeprefix("#"), ("", ""))
            if child.tag == "requiredInput" and kind == "inputData":
                inputs.append(name)
            elif child.tag == "requiredDecision" and kind == "decision":
                decisions.append(name)
                if not is_name(name):
                    self.refuse_name(element.line, name)
            elif child.tag not in PASSED_OVER:
                message = f"{child.tag} leads to {child.get('href')!r}, which is not in this file."
                self.refuse("dmn-requirement", child.line, message, "Draw the requirement again.")

    def read_literal(self, element: Element) -> Expression | None:
        if element.get("expressionLanguage") and "FEEL" not in element.get("expressionLanguage").upper():
            message = f"the expression language {element.get('expressionLanguage')} is not FEEL."
            self.refuse("dmn-language", element.line, message, "Write it in FEEL.")
            return None
        text = self.part(element, "text")
        if text is None or not text.text:
            self.refuse("dmn-expression-missing", element.line, "the expression is empty.", "Write it.")
            return None
        try:
            return parse_expression(text.text, at=Position(self.path, text.text_line, text.text_column))
        except ExpressionRefused as error:
            self.findings += error.findings
            return None

    def check_names(self, logic: DecisionTable | Expression, element: Element, known: tuple[str, ...]) -> None:
        for path in sorted(logic.names()):
            if not any(path == name or path.startswith(f"{name}.") for name in known):
                message = f"decision {element.get('name')} reads {path}, which it does not require."
                mend = "Draw an information requirement to the input or decision, or mend the name."
                self.refuse("dmn-name-unknown", element.line, message, mend)

    def check_types(self) -> None:
        """After all decisions are read, so that it does not matter in which order they stand in the file."""
        kinds = {**self.inputs, **{name: one.type for name, one in self.decisions.items()}}
        for name, one in self.decisions.items():
            before = len(self.findings)
            TypeCheck(self.refuse, kinds).decision(name, one.type, one.logic)
            self.blame([name], before)

    def refuse_cycles(self) -> None:
        """Take away decisions whose requirements are all taken away; what is left goes round in circles."""
        left = {name: len(set(decision.decisions) & self.decisions.keys()) for name, decision in self.decisions.items()}
        requiring: dict[str, list[str]] = {}
        for name, decision in self.decisions.items():
            for required in set(decision.decisions):
                requiring.setdefault(required, []).append(name)
        free = [name for name, count in left.items() if not count]
        while free:
            name = free.pop()
            del left[name]
            for other in requiring.get(name, ()):
                left[other] -= 1
                if not left[other]:
                    free.append(other)
        for name in left:
            message = f"decision {name} requires itself, directly or through others."
            self.refuse("dmn-cycle", self.decisions[name].line, message, "Remove one of the requirements.")
            self.blame([name], len(self.findings) - 1)
