# SPDX-License-Identifier: EUPL-1.2
"""The decisionTable element to a DecisionTable."""

from collections.abc import Mapping

from bierger_core.rules import syntax
from bierger_core.rules.dated import ALWAYS, Period, confirmed_of, period_of
from bierger_core.rules.dmnpolicy import in_order, read_policy, row_type
from bierger_core.rules.dmntypes import Part, Refuse, TypeReader
from bierger_core.rules.errors import ExpressionRefused
from bierger_core.rules.expression import Expression, UnaryTests, parse_expression, parse_unary_tests
from bierger_core.rules.syntax import Position
from bierger_core.rules.tables import Annotation, Column, DecisionTable, Output, Rule
from bierger_core.rules.types import ANY, InputType
from bierger_core.rules.xmltree import Element

MAX_RULES, MAX_COLUMNS = 5_000, 100
KNOWN = frozenset(["input", "output", "rule", "annotation", "description", "extensionElements"])


class TableReader:
    """Reads one table; `inputs` are the types of the names it may read, for columns without a type of their own."""

    def __init__(self, path: str, refuse: Refuse, part: Part, types: TypeReader, inputs: Mapping[str, InputType]) -> None:
        self.cells: dict[str, UnaryTests] = {}  # by text: a large table writes few different ones
        self.path, self.refuse, self.part, self.types, self.inputs = path, refuse, part, types, inputs

    def read(self, element: Element, decision_type: InputType) -> DecisionTable | None:
        """Give the table, or None after a refusal."""
        policy = read_policy(element, self.refuse)
        if policy is None:
            return None
        for child in element.children:
            if child.uri == element.uri and child.tag not in KNOWN:
                message = f"{child.tag} in a table is not in the DMN subset."
                self.refuse("dmn-not-in-subset", child.line, message, "Remove it.")
        parts = {tag: [child for child in element.children if child.tag == tag] for tag in KNOWN}
        if len(parts["rule"]) > MAX_RULES or len(parts["input"]) + len(parts["output"]) > MAX_COLUMNS:
            message = f"the table has more than {MAX_RULES} rules or {MAX_COLUMNS} columns."
            self.refuse("dmn-limit", element.line, message, "Split it into several decisions.")
            return None
        columns = [self.column(child) for child in parts["input"]]
        row = row_type(*policy, decision_type)
        outputs = [self.output(child, row, alone=len(parts["output"]) == 1) for child in parts["output"]]
        if not columns or not outputs or not parts["rule"]:
            message = "a table needs an input, an output and a rule."
            self.refuse("dmn-table-empty", element.line, message, "Add what is missing.")
        if len({output.name for output in outputs}) < len(outputs):
            self.refuse("dmn-name-twice", element.line, "two outputs have the same name.", "Give each its own.")
        remarks = [child.get("name") or "annotation" for child in parts["annotation"]]
        rules = [
            self.rule(child, number, len(columns), len(outputs), remarks) for number, child in enumerate(parts["rule"], start=1)
        ]
        known_columns = tuple(column for column in columns if column is not None)
        known_rules = tuple(rule for rule in rules if rule is not None)
        if len(known_columns) < len(columns) or len(known_rules) < len(rules):
            return None
        hit, aggregation = policy
        table = DecisionTable(hit, known_columns, tuple(outputs), known_rules, self.path, element.line, aggregation)
        return in_order(table, self.refuse)

    def column(self, element: Element) -> Column | None:
        source = self.part(element, "inputExpression")
        if source is None:
            self.refuse("dmn-expression-missing", element.line, "an input has no expression.", "Write it.")
            return None
        expression = self.expression(source)
        kind = self.types.find(source.get("typeRef"), source.line)
        if expression is None:
            return None
        known = self.inputs.get(".".join(expression.root.parts)) if isinstance(expression.root, syntax.Name) else None
        if known is not None and kind.base == "any":
            kind = known
        allowed = self.part(element, "inputValues")
        tests = self.types.tests(allowed) if allowed is not None else None
        tests = tests or kind.allowed or (known.allowed if known is not None else None)
        return Column(expression, ANY if kind.holds_list else InputType(kind.base, tests, kind.components), element.line)

    def output(self, element: Element, decision_type: InputType, *, alone: bool) -> Output:
        name = element.get("name")
        if not name and not alone:
            self.refuse("dmn-name-missing", element.line, "an output has no name.", "Name each of several outputs.")
        kind = self.types.find(element.get("typeRef"), element.line)
        if kind.base == "any":
            kind = decision_type if alone else decision_type.components.get(name, ANY)
        values = self.part(element, "outputValues")
        allowed = self.types.tests(values) if values is not None else None
        default = self.part(element, "defaultOutputEntry")
        expression = self.expression(default) if default is not None else None
        if kind.base == "list" and kind.item is not None:  # its values are those of each item
            item = InputType(kind.item.base, allowed or kind.item.allowed, kind.item.components, kind.item.item)
            return Output(name, InputType("list", kind.allowed, item=item), expression, element.line)
        return Output(name, InputType(kind.base, allowed or kind.allowed, kind.components), expression, element.line)

    def rule(self, element: Element, number: int, columns: int, outputs: int, remarks: list[str]) -> Rule | None:
        cells = [self.cell(child) for child in element.children if child.tag == "inputEntry"]
        entries = [self.expression(child) for child in element.children if child.tag == "outputEntry"]
        if len(cells) != columns or len(entries) != outputs:
            message = f"rule {number} has {len(cells)} inputs and {len(entries)} outputs, not {columns} and {outputs}."
            self.refuse("dmn-rule-shape", element.line, message, "Fill every cell; - stands for any value.")
            return None
        known_cells = tuple(cell for cell in cells if cell is not None)
        known_entries = tuple(entry for entry in entries if entry is not None)
        if len(known_cells) < columns or len(known_entries) < outputs:
            return None
        identifier = element.get("id") or f"rule-{number}"
        annotations = self.annotations(element, remarks)
        self.check_confirmed(element, annotations)
        period = self.period(element, annotations)
        return Rule(identifier, element.line, known_cells, known_entries, annotations, number, period)

    def period(self, element: Element, annotations: tuple[Annotation, ...]) -> Period:
        try:
            return period_of((one.name, one.text) for one in annotations)
        except ValueError as error:
            self.refuse("dmn-validity", element.line, f"{error}.", "Write days as 2027-01-31, or nothing.")
            return ALWAYS

    def check_confirmed(self, element: Element, annotations: tuple[Annotation, ...]) -> None:
        try:
            confirmed_of((one.name, one.text) for one in annotations)
        except ValueError as error:
            self.refuse("dmn-confirmed", element.line, f"{error}.", "Write true, false, or nothing.")

    def annotations(self, element: Element, remarks: list[str]) -> tuple[Annotation, ...]:
        found: list[Annotation] = []
        description = self.part(element, "description")
        if description is not None and description.text:
            found.append(Annotation("description", description.text))
        entries = [child for child in element.children if child.tag == "annotationEntry"]
        for index, entry in enumerate(entries):
            text = self.part(entry, "text")
            if text is not None and text.text:
                found.append(Annotation(remarks[index] if index < len(remarks) else "annotation", text.text))
        return tuple(found)

    def cell(self, element: Element) -> UnaryTests | None:
        text = self.part(element, "text")
        if text is None or not text.text:  # modelers write an empty cell for any value
            return parse_unary_tests("-", at=Position(self.path, element.line, element.column))
        if text.text in self.cells:
            return self.cells[text.text]
        try:
            tests = parse_unary_tests(text.text, at=Position(self.path, text.text_line, text.text_column))
        except ExpressionRefused as error:
            self.refuse(error.code, error.line, error.finding.message, error.finding.mend)
            return None
        self.cells[text.text] = tests
        return tests

    def expression(self, element: Element) -> Expression | None:
        text = self.part(element, "text")
        if text is None or not text.text:
            self.refuse("dmn-expression-missing", element.line, f"{element.tag} is empty.", "Write a value.")
            return None
        try:
            return parse_expression(text.text, at=Position(self.path, text.text_line, text.text_column))
        except ExpressionRefused as error:
            self.refuse(error.code, error.line, error.finding.message, error.finding.mend)
            return None
