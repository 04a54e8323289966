# SPDX-License-Identifier: EUPL-1.2
"""BPMN 2.0 files to a Definition; everything outside the subset is refused by name, all at once.

Read: start, end, user task, service task, business-rule task, exclusive and parallel gateway, boundary timer on a user
task, sequence flow. Bierger's own attributes stand in the namespace https://bierger.eu/bpmn, so any BPMN modeler keeps
them. Passed over, because they move no token: diagrams, documentation, annotations, other vendors' attributes and
extension elements.
"""

from dataclasses import replace

from bierger_core.process.definition import TASKS, Definition, Flow, Kind, Node
from bierger_core.process.durations import Duration, parse_duration
from bierger_core.process.errors import BpmnRefused, DurationRefused
from bierger_core.rules import Element, Expression, ExpressionRefused, Position, is_name, parse_expression, read_xml
from bierger_core.values.findings import FileReader

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BIERGER = "https://bierger.eu/bpmn"
MAX_NODES, MAX_FLOWS = 500, 1_000

KINDS = {
    "startEvent": Kind.START,
    "endEvent": Kind.END,
    "userTask": Kind.USER,
    "serviceTask": Kind.SERVICE,
    "businessRuleTask": Kind.RULE,
    "exclusiveGateway": Kind.EXCLUSIVE,
    "parallelGateway": Kind.PARALLEL,
    "boundaryEvent": Kind.TIMER,
}
OWN = {
    Kind.USER: frozenset(["role", "service", "due", "calendar", "document", "form", "outputs"]),
    Kind.SERVICE: frozenset(["service", "action", "document", "outputs"]),
    Kind.RULE: frozenset(["decision", "result"]),
}
PASSED_OVER = frozenset(["documentation", "extensionElements", "textAnnotation", "association", "group", "category"])
INSTEAD = {
    "laneSet": "Say who does a task by bierger:role and bierger:service.",
    "collaboration": "Draw one process without a pool.",
    "task": "Make it a user, service or business-rule task.",
    "manualTask": "Make it a user task.",
    "scriptTask": "Make it a business-rule task; nothing of a file is executed.",
    "inclusiveGateway": "Use exclusive and parallel gateways.",
    "subProcess": "Draw its tasks in the process itself.",
    "callActivity": "Draw its tasks in the process itself.",
    "timeDate": "Use timeDuration.",
    "timeCycle": "Use timeDuration.",
}


def read_bpmn(data: bytes, *, path: str) -> Definition:
    """Read a process; raises XmlRefused (of rules) or BpmnRefused with every finding, by file and line."""
    return _Reader(path).read(read_xml(data, path=path))


class _Reader(FileReader):
    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.nodes: dict[str, Node] = {}
        self.flows: dict[str, Flow] = {}

    def unknown(self, element: Element, where: str) -> None:
        mend = INSTEAD.get(element.tag, "Remove it.")
        self.refuse("bpmn-not-in-subset", element.line, f"{element.tag} in {where} is not in the BPMN subset.", mend)

    def own(self, element: Element) -> list[Element]:
        """Give the children that count."""
        return [child for child in element.children if child.uri == BPMN and child.tag not in PASSED_OVER]

    def read(self, root: Element) -> Definition:
        if root.uri != BPMN or root.tag != "definitions":
            message = f"{root.tag} of namespace {root.uri or '(none)'} is no BPMN 2.0 model."
            self.refuse("bpmn-namespace", root.line, message, "Save it as BPMN 2.0 with a modeler.")
            raise BpmnRefused(tuple(self.findings))
        processes = [child for child in self.own(root) if child.tag == "process"]
        for child in self.own(root):
            if child.tag != "process":
                self.unknown(child, "the model")
        if len(processes) != 1:
            message = f"the file has {len(processes)} processes, not one."
            self.refuse("bpmn-process-count", root.line, message, "Keep one process in a file.")
            raise BpmnRefused(tuple(self.findings))
        self.read_process(processes[0])
        start = self.check_shape(processes[0])
        if self.findings:
            raise BpmnRefused(tuple(sorted(self.findings, key=lambda finding: finding.line)))
        timers = {
            node.id: tuple(timer.id for timer in self.nodes.values() if timer.attached == node.id)
            for node in self.nodes.values()
            if node.kind is Kind.USER
        }
        process = processes[0]
        return Definition(
            process.get("id"),
            process.get("name"),
            self.path,
            start,
            self.nodes,
            self.flows,
            timers,
        )

    def read_process(self, process: Element) -> None:
        children = self.own(process)
        flows = [child for child in children if child.tag == "sequenceFlow"]
        if len(children) - len(flows) > MAX_NODES or len(flows) > MAX_FLOWS:
            message = f"the process has more than {MAX_NODES} nodes or {MAX_FLOWS} flows."
            self.refuse("bpmn-limit", process.line, message, "Split it into several processes.")
            return
        for child in children:
            if child.tag in KINDS:
                self.add_node(child)
            elif child.tag != "sequenceFlow":
                self.unknown(child, "the process")
        for child in flows:
            self.add_flow(child)

    # -- nodes -------------------------------------------------------------------------------------------------

    def identifier(self, element: Element) -> str:
        identifier = element.get("id")
        if not identifier or identifier in self.nodes or identifier in self.flows:
            message = f"{element.tag} has no id, or one that exists already: {identifier!r}."
            self.refuse("bpmn-id", element.line, message, "Give it an id of its own.")
        return identifier

    def add_node(self, element: Element) -> None:
        kind = KINDS[element.tag]
        identifier = self.identifier(element)
        for child in self.own(element):
            if child.tag not in ("incoming", "outgoing") and not (kind is Kind.TIMER and child.tag == "timerEventDefinition"):
                self.unknown(child, f"{element.tag} {identifier}")
        self.check_attributes(element, kind)
        service = element.get("service", BIERGER)
        node = Node(
            id=identifier,
            kind=kind,
            line=element.line,
            name=element.get("name"),
            role=element.get("role", BIERGER),
            service="" if service.startswith("=") else service,
            service_expression=self.service_expression(element, service),
            due=self.duration(element.get("due", BIERGER), element.line) if element.get("due", BIERGER) else None,
            calendar=element.get("calendar", BIERGER) or "calendar",
            action=element.get("action", BIERGER),
            document=element.get("document", BIERGER),
            decision=element.get("decision", BIERGER),
            result=element.get("result", BIERGER),
            form=element.get("form", BIERGER),
            outputs=self.outputs(element, kind),
            default=element.get("default") if kind is Kind.EXCLUSIVE else "",
            attached=element.get("attachedToRef"),
            duration=self.timer(element) if kind is Kind.TIMER else None,
            interrupting=element.get("cancelActivity") != "false",
        )
        self.nodes[identifier] = node

    def check_attributes(self, element: Element, kind: Kind) -> None:
        where = f"{element.tag} {element.get('id')}"
        for uri, name in element.attributes:
            if uri == BIERGER and name not in OWN.get(kind, frozenset()):
                allowed = ", ".join(f"bierger:{known}" for known in sorted(OWN.get(kind, ()))) or "none"
                message = f"{where} has an unknown attribute bierger:{name}."
                self.refuse("bpmn-attribute", element.line, message, f"Known here: {allowed}.")
        changes = {
            "isForCompensation": "false",
            "startQuantity": "1",
            "completionQuantity": "1",
            "instantiate": "false",
        }
        for name, harmless in changes.items():
            if element.get(name) not in ("", harmless):
                message = f"{name} of {where} is not in the BPMN subset."
                self.refuse("bpmn-not-in-subset", element.line, message, "Remove it.")
        if element.get("default") and kind is not Kind.EXCLUSIVE:
            message = f"{where} has a default flow, which only exclusive gateways have."
            self.refuse("bpmn-not-in-subset", element.line, message, "Put an exclusive gateway behind it.")
        if element.get("calendar", BIERGER) not in ("", "calendar", "working"):
            message = f"bierger:calendar of {where} is neither calendar nor working."
            self.refuse("bpmn-attribute", element.line, message, "Write calendar or working.")

    def outputs(self, element: Element, kind: Kind) -> tuple[str, ...]:
        text = element.get("result" if kind is Kind.RULE else "outputs", BIERGER)
        names = tuple(text.replace(",", " ").split())
        for name in names:
            if not is_name(name):
                message = f"{name!r} is no name that conditions could read."
                self.refuse("bpmn-name", element.line, message, "Use letters, digits and _; separate names by blanks.")
        return names

    def service_expression(self, element: Element, service: str) -> Expression | None:
        return self.expression(service[1:], element.line, 1) if service.startswith("=") else None

    def expression(self, text: str, line: int, column: int) -> Expression | None:
        try:
            return parse_expression(text, at=Position(self.path, line, column))
        except ExpressionRefused as error:
            self.findings += error.findings
            return None

    def duration(self, text: str, line: int) -> Duration | None:
        try:
            return parse_duration(text)
        except DurationRefused as error:
            self.refuse("bpmn-duration", line, f"{error}.", "Write an ISO 8601 duration: P10D, P3M, PT2H.")
            return None

    def timer(self, element: Element) -> Duration | None:
        definitions = [child for child in self.own(element) if child.tag == "timerEventDefinition"]
        durations = [child for one in definitions for child in self.own(one) if child.tag == "timeDuration"]
        for one in definitions:
            for child in self.own(one):
                if child.tag != "timeDuration":
                    self.unknown(child, f"boundaryEvent {element.get('id')}")
        if len(durations) != 1:
            message = f"boundaryEvent {element.get('id')} needs one timerEventDefinition with one timeDuration."
            self.refuse("bpmn-timer", element.line, message, "Make it a timer with a duration: P10D.")
            return None
        return self.duration(durations[0].text, durations[0].line)

    # -- flows -------------------------------------------------------------------------------------------------

    def add_flow(self, element: Element) -> None:
        identifier = self.identifier(element)
        condition: Expression | None = None
        for child in self.own(element):
            if child.tag == "conditionExpression":
                condition = self.condition(child)
            else:
                self.unknown(child, f"sequenceFlow {identifier}")
        source, target = element.get("sourceRef"), element.get("targetRef")
        if source not in self.nodes or target not in self.nodes:
            message = f"sequenceFlow {identifier} leads from {source!r} to {target!r}: not both can be read."
            self.refuse("bpmn-flow", element.line, message, "Draw it again between nodes of the subset.")
            return
        if condition is not None and self.nodes[source].kind is not Kind.EXCLUSIVE:
            message = f"sequenceFlow {identifier} has a condition and does not leave an exclusive gateway."
            self.refuse("bpmn-not-in-subset", element.line, message, "Put an exclusive gateway before it.")
        self.flows[identifier] = Flow(identifier, source, target, condition, element.line)
        self.nodes[source] = replace(self.nodes[source], outgoing=(*self.nodes[source].outgoing, identifier))
        self.nodes[target] = replace(self.nodes[target], incoming=(*self.nodes[target].incoming, identifier))

    def condition(self, element: Element) -> Expression | None:
        language = element.get("language")
        if language and "FEEL" not in language.upper():
            message = f"the condition language {language} is not FEEL."
            self.refuse("bpmn-not-in-subset", element.line, message, "Write the condition in FEEL.")
            return None
        sign = element.text.startswith("=")  # some modelers mark FEEL by a leading =
        column = element.text_column + (1 if sign else 0)
        return self.expression(element.text[1:] if sign else element.text, element.text_line or element.line, column)

    # -- shape -------------------------------------------------------------------------------------------------

    def check_shape(self, process: Element) -> str:
        """Refuse what the engine could not run; give the start event."""
        starts = [node for node in self.nodes.values() if node.kind is Kind.START]
        if len(starts) != 1:
            message = f"the process has {len(starts)} start events, not one."
            self.refuse("bpmn-start", process.line, message, "Keep one start event.")
        for node in self.nodes.values():
            self.check_node(node)
        return starts[0].id if starts else ""

    def check_node(self, node: Node) -> None:
        if node.kind in (Kind.START, Kind.TIMER) and node.incoming:
            message = f"a flow leads into the {node.kind.value} event {node.id}."
            self.refuse("bpmn-flow", node.line, message, "Lead it to a task or gateway.")
        if node.kind is Kind.END and node.outgoing:
            self.refuse("bpmn-flow", node.line, f"a flow leaves the end event {node.id}.", "Remove it.")
        if node.kind is not Kind.END and not node.outgoing:
            message = f"nothing leads on from {node.id}."
            self.refuse("bpmn-dead-end", node.line, message, "Lead it on to a task, gateway or end event.")
        if node.kind in TASKS | {Kind.START, Kind.TIMER} and len(node.outgoing) > 1:
            message = f"several flows leave {node.id}, which is no gateway."
            self.refuse("bpmn-implicit-split", node.line, message, "Put an exclusive or a parallel gateway behind it.")
        if node.default and node.default not in node.outgoing:
            message = f"the default flow {node.default} does not leave the gateway {node.id}."
            self.refuse("bpmn-flow", node.line, message, "Choose one of its own flows as default.")
        attached = self.nodes.get(node.attached)
        if node.kind is Kind.TIMER and (attached is None or attached.kind is not Kind.USER):
            message = f"the timer {node.id} is not attached to a user task."
            self.refuse("bpmn-timer", node.line, message, "Attach it to a user task.")
