# SPDX-License-Identifier: EUPL-1.2
"""One DMN file: its nodes, their requirements, and the closures of their logic.

Read: imports of other DMN files, item definitions, input data, decisions, business knowledge models, decision services.
Passed over, because they decide nothing: diagrams, descriptions, knowledge sources, annotations, other namespaces.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from bierger_core.rules.dated import in_force
from bierger_core.rules.drg.boxed import EXPRESSIONS, BoxedCompiler
from bierger_core.rules.drg.context import Reading, refused_code
from bierger_core.rules.drg.itemtypes import ItemTypes
from bierger_core.rules.errors import DmnRefused
from bierger_core.rules.feel.env import Code
from bierger_core.rules.feel.scope import Scope, Surroundings, surroundings
from bierger_core.rules.feel.types import ANY, Type
from bierger_core.rules.xmltree import LARGE, Element, read_xml
from bierger_core.values.findings import Finding

NAMESPACES = {
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
KINDS = ("inputData", "decision", "businessKnowledgeModel", "decisionService")
REQUIRED = ("requiredInput", "requiredDecision", "requiredKnowledge")


@dataclass(slots=True, eq=False)
class Node:
    """An element of a decision requirements graph."""

    kind: str
    name: str
    element: Element
    unit: "Unit"
    type: Type = ANY  # as declared
    shape: Type | None = None  # what is known of the value
    required: "list[Node]" = field(default_factory=list)
    members: "dict[str, list[Node]]" = field(default_factory=dict)  # of a decision service, by role
    code: Code | None = None
    findings: tuple[Finding, ...] = ()


class Unit:
    """One file of a model."""

    def __init__(self, data: bytes, path: str, at: date | None = None) -> None:
        root = read_xml(data, path=path, limits=LARGE)
        if at is not None:
            in_force(root, at, path=path)
        self.version = NAMESPACES.get(root.uri, "")
        if root.tag != "definitions" or not self.version:
            message = f"{root.tag} of namespace {root.uri or '(none)'} is no DMN 1.3, 1.4 or 1.5 model."
            raise DmnRefused((Finding("dmn-namespace", path, root.line, message, "Save it as DMN 1.3 with a modeler."),))
        self.path, self.root = path, root
        self.name, self.namespace = root.get("name"), root.get("namespace")
        self.reading = Reading(path, root.uri)
        self.imports: dict[str, Unit] = {}  # by the name under which it is imported, "" for its names as they are
        self.nodes: dict[str, Node] = {}  # by id
        self.by_name: dict[str, Node] = {}
        self.types = ItemTypes(self.reading, list(self.reading.parts(root, "itemDefinition")), self.imported_type)
        self.reading.find_type = self.types.find
        self.compiler = BoxedCompiler(self.reading)

    def wanted(self) -> Iterator[tuple[str, str]]:
        """Give name and namespace of each DMN file that this one imports."""
        for element in self.reading.parts(self.root, "import"):
            if "DMN" in element.get("importType"):
                yield " ".join(element.get("name").split()), element.get("namespace")

    def imported_type(self, name: str) -> Type | None:
        """Resolve `import.type`."""
        for alias, unit in self.imports.items():
            prefix = f"{alias}." if alias else ""
            if name.startswith(prefix):
                found = unit.types.find(name.removeprefix(prefix))
                if found is not None:
                    return found
        return None

    # -- nodes -------------------------------------------------------------------------------------------------

    def register(self) -> None:
        """Find the nodes of the file, before anything refers to them."""
        for element in self.reading.parts(self.root, *KINDS):
            name = " ".join(element.get("name").split())
            node = Node(element.tag, name, element, self)
            if not name or name in self.by_name:
                self.reading.refuse("dmn-name-twice", element.line, f"the name {name!r} is missing or taken.", "Give it its own.")
            self.by_name[name] = node
            self.nodes[element.get("id") or name] = node

    def link(self) -> None:
        """Follow the requirements, and read the declared types."""
        for node in self.nodes.values():
            before = len(self.reading.findings)
            node.type = self.reading.type_of(self.reading.part(node.element, "variable"))
            node.shape = node.type if node.type.kind != "Any" else None
            for requirement in self.reading.parts(node.element, "informationRequirement", "knowledgeRequirement"):
                for reference in self.reading.parts(requirement, *REQUIRED):
                    self._reference(reference, node.required)
            if node.kind == "decisionService":
                for role in ("outputDecision", "encapsulatedDecision", "inputDecision", "inputData"):
                    members = node.members.setdefault(role, [])
                    for reference in self.reading.parts(node.element, role):
                        self._reference(reference, members)
            node.findings = tuple(self.reading.findings[before:])

    def _reference(self, element: Element, found: list[Node]) -> None:
        namespace, _, identifier = element.get("href").rpartition("#")
        units = [self, *self.imports.values()] if not namespace else [self, *self.reachable()]
        for unit in units:
            if (not namespace or unit.namespace == namespace) and identifier in unit.nodes:
                found.append(unit.nodes[identifier])
                return
        message = f"{element.tag} leads to {element.get('href')!r}, which is not there."
        self.reading.refuse("dmn-requirement", element.line, message, "Draw the requirement again, or import the file.")

    def reachable(self) -> "list[Unit]":
        """Give the units that are imported, directly or through others."""
        found: list[Unit] = []
        waiting = list(self.imports.values())
        while waiting:
            unit = waiting.pop()
            if unit is not self and all(unit is not known for known in found):
                found.append(unit)
                waiting.extend(unit.imports.values())
        return found

    def alias_of(self, other: "Unit") -> str:
        """Give the name under which another unit is imported, "" for this one."""
        return next((alias for alias, unit in self.imports.items() if unit is other), "")

    # -- logic -------------------------------------------------------------------------------------------------

    def scope_of(self, node: Node) -> Scope:
        """Give the names that the logic of a node may use: those of what it requires."""
        scope = Scope(None, self.shared)
        imported: dict[str, dict[str, Type]] = {}
        for required in node.required:
            alias = "" if required.unit is self else self.alias_of(required.unit)
            if alias:
                imported.setdefault(alias, {})[required.name] = required.shape or ANY
            else:
                scope.names.add(required.name, required.shape)
        for alias, fields in imported.items():
            scope.names.add(alias, Type("context", fields=fields))
        return scope

    @cached_property
    def shared(self) -> Surroundings:
        """What the scopes of this file share: names of parts and of types."""
        units = [self, *self.reachable()]
        parts = [name for unit in units for name in unit.types.part_names()]
        parts += [name for unit in units if unit is not self for name in unit.by_name]
        types = [*self.types.names()]
        for alias, unit in self.imports.items():
            types += [f"{alias}.{name}" if alias else name for name in unit.types.names()]
        return surroundings(parts, types, self.types.find)

    def compile(self, node: Node) -> None:
        """Compile the logic of a node whose requirements are compiled."""
        before = len(self.reading.findings)
        if node.kind == "decision":
            element = next(self.reading.parts(node.element, *EXPRESSIONS), None)
            if element is not None:
                node.code, shape = self.compiler.expression(element, self.scope_of(node), node.type)
                node.shape = node.shape or shape
        elif node.kind == "businessKnowledgeModel":
            self._compile_knowledge(node)
        elif node.kind == "decisionService":
            node.shape = self._service_shape(node)
        node.findings += tuple(self.reading.findings[before:])

    def _compile_knowledge(self, node: Node) -> None:
        logic = self.reading.part(node.element, "encapsulatedLogic")
        if logic is None:
            node.code = refused_code(f"{node.name} has no logic")
            return
        scope = self.scope_of(node)
        declared = node.type.item if node.type.kind == "function" else node.type
        scope.names.add(node.name, Type("function", declared or ANY))
        node.code, node.shape = self.compiler.function(logic, scope, node.name, declared or ANY)

    def _service_shape(self, node: Node) -> Type:
        outputs = node.members.get("outputDecision", [])
        if node.type.kind == "function":
            return node.type
        if node.type.kind != "Any" or len(outputs) == 1:
            return Type("function", node.type if node.type.kind != "Any" else outputs[0].shape or ANY)
        return Type("function", Type("context", fields={output.name: output.shape or ANY for output in outputs}))


def service_parameters(node: Node) -> list[Node]:
    """Give the formal parameters of a decision service, in order (section 10.4): input data, then input decisions."""
    return [*node.members.get("inputData", []), *node.members.get("inputDecision", [])]
