# SPDX-License-Identifier: EUPL-1.2
"""Decide with some inputs unknown: the verdict, or exactly the inputs that can still change it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from bierger_core.rules.data import Value, part_of, to_value
from bierger_core.rules.errors import DateMissing, EvaluationError
from bierger_core.rules.model import DecisionModel
from bierger_core.rules.partial.build import Plan, build, plan
from bierger_core.rules.partial.diagram import Diagram, Node
from bierger_core.rules.partial.errors import TooLarge
from bierger_core.rules.partial.lift import Lift
from bierger_core.rules.partial.lines import NULL, Cut, example, place
from bierger_core.rules.partial.restrict import Substitution, restrict
from bierger_core.rules.partial.search import Found, Search
from bierger_core.rules.partial.terms import Constant, Failure

RETRY_WORK = 30_000  # for the diagram of one answer, when the diagram of the whole decision is too large to keep
ABSENT = object()


@dataclass(frozen=True, slots=True)
class Decided:
    """Every completion gives this value."""

    value: Value


@dataclass(frozen=True, slots=True)
class Undecided:
    """Two completions give different outcomes.

    `inputs`: input data in the order of the model. With `exact`, each of them can change the outcome by itself in some
    completion of the others, and no other input can in any. Without it some may be named that cannot, and the
    decision may be settled already; never the other way round.
    """

    inputs: tuple[str, ...]
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Fails:
    """Every completion ends with the error of this code: rules-overlap, input-refused, ..."""

    code: str


Verdict = Decided | Undecided | Fails


@dataclass(frozen=True, slots=True)
class PartialDecision:
    """A decision compiled for missing inputs; immutable, so one object serves every case.

    `exact` tells whether the whole decision became one diagram. If not, every answer is tried anew from what is known.
    """

    model: DecisionModel
    decision: str
    plan: Plan = field(repr=False)
    lift: Lift | None = field(repr=False, compare=False)
    root: Node | None = field(repr=False, compare=False)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The input data that the decision depends on, in the order of the model."""
        return self.plan.inputs

    @property
    def exact(self) -> bool:
        return self.root is not None and not self.plan.entangled

    def decide(self, known: Mapping[str, object]) -> Verdict:
        """Give the verdict; `known` holds nested mappings or dotted keys. What is absent is unknown, None is null.

        Raises InputRefused for a known value of the wrong type or not allowed. Inputs that the decision does not
        depend on are ignored.
        """
        given = self._given(known)
        leaves = self._leaves(given)
        if len(leaves) == len(self.plan.leaves) and not (self.root is not None and self.root.plain):
            return self._evaluated(given)
        outside = any(value is None and self.plan.lines[index].first != (NULL,) for index, value in leaves.items())
        if self.root is None or self.lift is None or outside:
            return self._anew(given, leaves)
        if self.root.plain:
            places: dict[int, Cut] = {index: place(value) for index, value in leaves.items()}
            return self._read(restrict(self.root, places, self.lift.diagram.made))
        try:
            target = Lift(Diagram(self.lift.diagram.variables[: len(self.plan.leaves)], RETRY_WORK))
            return self._verdict(target, Substitution(self.lift, target, leaves).node(self.root), given)
        except TooLarge:
            return self._named(self._unknown(given), exact=False)

    # -- what is given -----------------------------------------------------------------------------------------

    def _given(self, known: Mapping[str, object]) -> dict[str, Value]:
        given: dict[str, Value] = {}
        for name in self.plan.inputs:
            found = _find(known, name)
            if found is not ABSENT:
                given[name] = self.model.inputs[name].accept(to_value(found, name=name), name=name)
        return given

    def _leaves(self, given: Mapping[str, Value]) -> dict[int, Value]:
        leaves: dict[int, Value] = {}
        for index, (name, *parts) in enumerate(self.plan.leaves):
            if name in given:
                value = given[name]
                for part in parts:
                    value = part_of(value, part)
                leaves[index] = value
        return leaves

    def _unknown(self, given: Mapping[str, Value]) -> list[str]:
        read = {path[0] for path in self.plan.leaves}
        return [name for name in self.plan.inputs if name in read and name not in given]

    # -- verdicts ----------------------------------------------------------------------------------------------

    def _anew(self, given: Mapping[str, Value], leaves: Mapping[int, Value]) -> Verdict:
        """Make the diagram of this one question: what is known makes it smaller."""
        try:
            lift, root = build(self.plan, {self.plan.leaves[index]: value for index, value in leaves.items()}, RETRY_WORK)
            return self._verdict(lift, root, given)
        except TooLarge:
            return self._named(self._unknown(given), exact=False)

    def _verdict(self, lift: Lift, root: Node, given: Mapping[str, Value]) -> Verdict:
        if root.term is not None and root.plain:
            return self._evaluated(given)  # its own rounding
        if root.plain:
            return self._read(root)
        search = Search(lift.diagram, root)
        exact, names = True, []
        for index, (name, *_) in enumerate(self.plan.leaves):
            if not root.inputs >> index & 1:
                continue
            try:
                found = search.matters(index)
            except TooLarge:
                found = Found.POSSIBLE
            if found is not Found.NONE:
                names.append(name)
                exact = exact and found is Found.SURE
        return self._named(names, exact=exact) if names else self._evaluated(given)

    def _read(self, node: Node) -> Verdict:
        if isinstance(node.term, Constant):
            return Decided(node.term.value)
        if isinstance(node.term, Failure):
            return Fails(node.term.code)
        return self._named([path[0] for index, path in enumerate(self.plan.leaves) if node.inputs >> index & 1], exact=True)

    def _named(self, names: Iterable[str], *, exact: bool) -> Undecided:
        found = set(names)
        return Undecided(tuple(name for name in self.plan.inputs if name in found), exact and not self.plan.entangled)

    def _evaluated(self, given: Mapping[str, Value]) -> Verdict:
        """Take the decision for one completion: all others give the same."""
        whole: dict[str, object] = dict(given)
        for (name, *parts), line in zip(self.plan.leaves, self.plan.lines, strict=True):
            if name not in given:
                _put(whole, name, parts, example(line.pieces[0]))
        try:
            return Decided(self.model.evaluate(self.decision, whole).value)
        except EvaluationError as error:
            return Fails(error.code)


def compile_partial(model: DecisionModel, decision: str, *, may_be_null: Collection[str] | None = None) -> PartialDecision:
    """Compile a decision for missing inputs; do it once and keep the result. UnknownDecision when there is none.

    DateMissing where rules have dates: take the model of a day (`DecisionModel.at`).

    An unknown input may be whatever its declared type accepts: its allowed values, every number, date or text, and
    null. `may_be_null` names the inputs that may be null; None, the default: all, as DecisionModel.evaluate takes
    them. Give the inputs a person may leave empty, and fewer questions remain. Arithmetic is done on fractions, without
    the rounding at 34 digits and without overflow.
    """
    if model.is_dated:
        raise DateMissing(model.reference)
    found = plan(model, decision, may_be_null)
    try:
        lift, root = build(found, {})
    except TooLarge:
        return PartialDecision(model, decision, found, None, None)
    lift.diagram.forget()
    return PartialDecision(model, decision, found, lift, root)


def _find(context: Mapping[str, object], name: str) -> object:
    """Follow a path as look_up does, but tell what is absent from what is null."""
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        key = ".".join(parts[:length])
        if key in context:
            found: object = context[key]
            for part in parts[length:]:
                if not isinstance(found, Mapping):
                    return None
                if part not in found:
                    return ABSENT
                found = found[part]
            return found
    return ABSENT


def _put(whole: dict[str, object], name: str, parts: list[str], value: Value) -> None:
    """Set an input, or one part of it."""
    if not parts:
        whole[name] = value
        return
    inner = whole.get(name)
    node: dict[str, object] = inner if isinstance(inner, dict) else {}
    whole[name] = node
    for part in parts[:-1]:
        below = node.get(part)
        node[part] = node = below if isinstance(below, dict) else {}
    node[parts[-1]] = value
