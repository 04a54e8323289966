# SPDX-License-Identifier: EUPL-1.2
"""A whole DMN model: load it with what it imports, decide, call its services.

    model = load({"fees.dmn": data, "types.dmn": more}, main="fees.dmn")
    model.evaluate("fee", {"copies": Decimal(3)}).value

1. Every file is read; the nodes of all are registered, then linked, then compiled in the order of their requirements.
2. An evaluation takes the nodes that a decision needs in that order; functions see each other, so that they may recurse.
3. What could not be read is kept as findings. `evaluate` raises DmnRefused when the decision rests on it; with
   `strict=False` it is null instead, as the conformance kit expects.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from bierger_core.rules.drg.unit import Node, Unit, service_parameters
from bierger_core.rules.errors import CallsTooDeep, DmnRefused, UnknownDecision
from bierger_core.rules.feel.env import Env
from bierger_core.rules.feel.limits import MAX_CALLS, Run
from bierger_core.rules.feel.types import ANY, Type, conform
from bierger_core.rules.feel.values import DateTime, Function, Parameter, Value
from bierger_core.values.findings import Finding

MAX_FILES = 50
FUNCTIONS = ("businessKnowledgeModel", "decisionService")


@dataclass(frozen=True, slots=True)
class Result:
    """What was decided; `notes` say why something became null on the way."""

    value: Value
    notes: tuple[str, ...]


def load(files: Mapping[str, bytes], *, main: str, at: date | None = None) -> "Model":
    """Read the file `main` and those of the others that it imports; raises XmlRefused or DmnRefused.

    `at`: without the rules that do not hold on that day (columns `valid from`, `valid to`); None: with all.

    What can be read only in part is loaded: `Model.findings` tells what was refused, by file and line.
    """
    unit = Unit(files[main], main, at)
    others = {path: data for path, data in files.items() if path != main}
    if len(others) >= MAX_FILES:
        message = f"more than {MAX_FILES} files."
        raise DmnRefused((Finding("dmn-limit", main, 1, message, "Join some of them."),))
    units = _with_imports(unit, others, at)
    for one in units:
        one.register()
    for one in units:
        one.link()
    nodes = [node for one in units for node in one.nodes.values()]
    order = in_order(nodes, _all_required)
    for node in order:
        node.unit.compile(node)
    _refuse_cycles(order)
    return Model(unit, units)


def _with_imports(main: Unit, files: Mapping[str, bytes], at: date | None) -> list[Unit]:
    """Give the units that are needed; the files are read only when something is imported."""
    units = [main]
    known: dict[str, Unit] | None = None
    waiting = [main]
    while waiting:
        unit = waiting.pop()
        for alias, namespace in unit.wanted():
            if known is None:
                known = {main.namespace: main}
                for path, data in files.items():
                    other = Unit(data, path, at)
                    known.setdefault(other.namespace, other)
            found = known.get(namespace)
            if found is None:
                message = f"no file has the namespace {namespace!r} that {alias or 'an import'} asks for."
                unit.reading.refuse("dmn-import", unit.root.line, message, "Give the file too.")
                continue
            unit.imports[alias] = found
            if all(found is not one for one in units):
                units.append(found)
                waiting.append(found)
    return units


def _all_required(node: Node) -> Sequence[Node]:
    return [*node.required, *(member for role in node.members.values() for member in role)]


N = TypeVar("N", bound=Hashable)


def in_order(nodes: Sequence[N], required: Callable[[N], Sequence[N]]) -> list[N]:
    """Give the nodes and what they require, each after its requirements; circles are cut where they are met again."""
    order: list[N] = []
    met: set[N] = set()
    for start in nodes:
        stack: list[tuple[N, bool]] = [(start, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif node not in met:
                met.add(node)
                stack.append((node, True))
                stack.extend((other, False) for other in reversed(required(node)) if other not in met)
    return order


@dataclass(frozen=True, slots=True)
class Place:
    """A node, and the names of the imports on the way to it."""

    node: Node
    path: tuple[str, ...] = ()

    def to(self, other: Node) -> "Place":
        """Where a required node stands."""
        if other.unit is self.node.unit:
            return Place(other, self.path)
        alias = self.node.unit.alias_of(other.unit)
        return Place(other, (*self.path, alias) if alias else self.path)

    def required(self) -> Sequence["Place"]:
        """The nodes that this one requires."""
        return [self.to(other) for other in self.node.required]


def _refuse_cycles(nodes: Sequence[Node]) -> None:
    """In the order of requirements, a decision whose required decisions do not all come before it goes round in circles."""
    sound: set[Node] = set()
    for node in nodes:
        if node.kind != "decision":
            continue
        if all(other in sound for other in node.required if other.kind == "decision"):
            sound.add(node)
            continue
        message = f"decision {node.name} requires itself, directly or through others."
        mend = "Remove one of the requirements."
        finding = Finding("dmn-cycle", node.unit.path, node.element.line, message, mend)
        node.findings += (finding,)
        node.unit.reading.findings.append(finding)
        node.code = None


class Model:
    """A loaded model. Immutable from outside: one object serves every case."""

    def __init__(self, unit: Unit, units: list[Unit]) -> None:
        self._unit, self._units = unit, units
        self._refused: dict[Node, tuple[Finding, ...]] = {}  # what each node rests on, found once
        self.path, self.name, self.namespace, self.version = unit.path, unit.name, unit.namespace, unit.version

    def _names(self, kind: str) -> tuple[str, ...]:
        return tuple(name for name, node in self._unit.by_name.items() if node.kind == kind)

    @property
    def decisions(self) -> tuple[str, ...]:
        """The names of the decisions of the main file."""
        return self._names("decision")

    @property
    def services(self) -> tuple[str, ...]:
        """The names of the decision services of the main file."""
        return self._names("decisionService")

    @property
    def inputs(self) -> Mapping[str, Type]:
        """The input data of the main file, with their declared types."""
        return {name: self._unit.by_name[name].type for name in self._names("inputData")}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was refused, in all files."""
        return tuple(finding for unit in self._units for finding in unit.reading.findings)

    @property
    def imports(self) -> tuple[str, ...]:
        """The names under which other files are imported."""
        return tuple(self._unit.imports)

    def type_of(self, name: str) -> Type:
        """The declared type of an element; Any when there is none of this name."""
        node = self._unit.by_name.get(name)
        return node.type if node is not None else ANY

    def outputs_of(self, service: str) -> tuple[str, ...]:
        """The names of the decisions that a decision service gives; none when there is no service of this name."""
        node = self._unit.by_name.get(service)
        return () if node is None else tuple(one.name for one in node.members.get("outputDecision", ()))

    def evaluate(self, decision: str, inputs: Mapping[str, Value], *, now: DateTime | None = None, strict: bool = True) -> Result:
        """Decide. Inputs are named as in the file, those of imports `import.name`; a decision may be given instead.

        Raises UnknownDecision, DmnRefused (strict), and the limits: StepsExceeded, CallsTooDeep, ListTooLong,
        TextTooLong, NumberOverflow, PatternRefused.
        """
        node = self._unit.by_name.get(decision)
        if node is None or node.kind != "decision":
            raise UnknownDecision(decision, self.decisions)
        return self._run(node, inputs, now=now, strict=strict, call=False)

    def invoke(self, service: str, inputs: Mapping[str, Value], *, now: DateTime | None = None, strict: bool = True) -> Result:
        """Call a decision service with its inputs by name; raises what evaluate raises."""
        node = self._unit.by_name.get(service)
        if node is None or node.kind not in FUNCTIONS:
            raise UnknownDecision(service, self.services)
        return self._run(node, inputs, now=now, strict=strict, call=True)

    def _run(self, node: Node, inputs: Mapping[str, Value], *, now: DateTime | None, strict: bool, call: bool) -> Result:
        if strict:
            refused = self._refused.get(node)
            if refused is None:
                refused = tuple(finding for one in in_order([node], _all_required) for finding in one.findings)
                self._refused[node] = refused
            if refused:
                raise DmnRefused(refused)
        run = Run(now)
        evaluation = Evaluation(run, inputs)
        try:
            value = evaluation.value(Place(node))
            if call and isinstance(value, Function):
                value = value.named(run, {one.name: inputs.get(one.name) for one in value.parameters})
        except RecursionError:  # the caller stood deep in the stack already
            raise CallsTooDeep(MAX_CALLS) from None
        return Result(value, tuple(run.notes))


class Evaluation:
    """One evaluation: the values of the nodes, each computed once.

    A node of an imported file is met at a path, the names of the imports that lead to it: two files that import a third
    may give its inputs different values.
    """

    def __init__(self, run: Run, inputs: Mapping[str, Value], bound: Mapping[Place, Value] | None = None) -> None:
        self.run, self.inputs = run, inputs
        self.values: dict[Place, Value] = dict(bound or {})

    def value(self, place: "Place") -> Value:
        """Give the value of a node, after those it requires."""
        for one in in_order([place], self._open):
            if one not in self.values:
                self.run.count()
                self.values[one] = self._compute(one)
        return self.values[place]

    def _open(self, place: "Place") -> Sequence["Place"]:
        """What must be known first: nothing for a node whose value is given."""
        known = place in self.values or (place.node.kind == "decision" and self._given(place)[0])
        return () if known else place.required()

    def _given(self, place: "Place") -> tuple[bool, Value]:
        """Find the value that the caller gave for a node: along its path, by its namespace, or by its name alone."""
        node = place.node
        group: Value = self.inputs
        for alias in place.path:
            group = group.get(alias) if isinstance(group, Mapping) else None
        if isinstance(group, Mapping) and node.name in group:
            return True, group[node.name]
        names = [".".join((*place.path, node.name)), f"{{{node.unit.namespace}}}{node.name}"]
        if node.kind == "inputData":
            names.append(node.name)
        for name in names:
            if name in self.inputs:
                return True, self.inputs[name]
        return False, None

    def _compute(self, place: "Place") -> Value:
        node = place.node
        if node.kind == "decisionService":
            return self._service(place)
        if node.kind == "businessKnowledgeModel":
            return self._knowledge(place)
        found, value = self._given(place)
        if not found and node.code is not None:
            env = Env(self.run)
            self._fill(env, place)
            value = node.code(env)
        return conform(self.run, value, node.type)

    def _fill(self, env: Env, place: "Place") -> None:
        imported: dict[str, dict[str, Value]] = {}
        for required in place.required():
            alias = required.path[-1] if len(required.path) > len(place.path) else ""
            value = self.values.get(required)
            if alias:
                imported.setdefault(alias, {})[required.node.name] = value
            else:
                env[required.node.name] = value
        env.update(imported)

    def _knowledge(self, place: "Place") -> Value:
        """Business knowledge models that call each other in circles: all are made, then they learn of each other."""
        circle = [one for one in in_order([place], self._open) if one.node.kind == "businessKnowledgeModel"]
        envs: dict[Place, Env] = {}
        for one in circle:
            if one not in self.values and one.node.code is not None:
                envs[one] = Env(self.run)
                self.values[one] = one.node.code(envs[one])
        for one, env in envs.items():
            self._fill(env, one)
            env[one.node.name] = self.values[one]
        return self.values.get(place)

    def _service(self, place: "Place") -> Function:
        node = place.node
        parameters = [place.to(one) for one in service_parameters(node)]
        names = [one.node.name for one in parameters]
        result = node.type.item if node.type.kind == "function" else node.type

        def positional(run: Run, given: Sequence[Value]) -> Value:
            if len(given) != len(parameters):
                run.note(f"{node.name} takes {len(parameters)} arguments, not {len(given)}")
                return None
            return named(run, dict(zip(names, given, strict=True)))

        def named(run: Run, given: Mapping[str, Value]) -> Value:
            if given.keys() != set(names):
                run.note(f"{node.name} does not take arguments of these names")
                return None
            bound = {one: conform(run, given[one.node.name], one.node.type) for one in parameters}
            run.enter()
            try:
                value = self._outputs(place, Evaluation(run, {}, bound))
            finally:
                run.leave()
            return value if result is None else conform(run, value, result)

        formals = tuple(Parameter(one.node.name, one.node.type) for one in parameters)
        return Function(node.name, formals, result or Type("Any"), positional, named)

    @staticmethod
    def _outputs(place: "Place", evaluation: "Evaluation") -> Value:
        outputs = place.node.members.get("outputDecision", [])
        values = {one.name: evaluation.value(place.to(one)) for one in outputs}
        return next(iter(values.values())) if len(values) == 1 else values
