# SPDX-License-Identifier: EUPL-1.2
"""Random decision models as DMN files, with what an oracle must know of them: domains, and where sums are compared."""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from xml.sax.saxutils import escape

from tests.core.rules.partial.oracle import Domain, Linear, days, form_of, texts

Form = dict[str, Fraction]  # a sum of inputs; "" is the number alone
KINDS = ("number", "number", "number", "number", "boolean", "boolean", "string", "string", "date", "date", "date", "any")
WORDS = ("a", "b", "c")
MOST_SUMS = 8  # that one decision may be, so that brute force stays possible
HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="urn:m">'


@dataclass
class Input:
    """An input: its declared type, the values allowed, what it is compared with."""

    name: str
    kind: str
    allowed: str = ""
    holds: Callable[[Any], bool] = lambda _: True
    points: tuple[object, ...] = ()  # all its values, when they are few
    numbers: set[Decimal] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    nullable: bool = True

    @property
    def numbers_of(self) -> list[Decimal]:
        return [point for point in self.points if isinstance(point, Decimal)]


@dataclass(frozen=True)
class Operand:
    """What may stand in an expression: its text, its kind, the sums it may be (numbers), the inputs it may be (others)."""

    text: str
    kind: str
    sums: tuple[Linear, ...] = ()
    sources: frozenset[str] = frozenset()
    constants: frozenset[object] = frozenset()  # the dates or texts it may be besides


@dataclass
class Generated:
    """A model: the file, the decision to take, what the oracle is told."""

    text: str
    decision: str
    inputs: dict[str, Input]
    boundaries: list[Linear]
    groups: list[set[str]]  # dates or texts that are compared with each other
    near: list[str]  # the inputs that the decision itself reads

    @property
    def may_be_null(self) -> list[str]:
        return [one.name for one in self.inputs.values() if one.nullable]

    def domains(self, known: Mapping[str, object] | None = None) -> dict[str, Domain]:
        """Give the domain of each input, cut at what it is compared with; also at known days and texts."""
        return {name: self.domain(one, known or {}) for name, one in self.inputs.items()}

    def domain(self, one: Input, known: Mapping[str, object]) -> Domain:
        null: tuple[object, ...] = (None,) if one.nullable else ()
        if one.kind == "boolean":
            return Domain(one.name, candidates=(*null, True, False))
        if one.kind == "any":
            others = (*days(sorted(one.days), 1), *texts(sorted(one.words), 1), (), {})
            return Domain(one.name, number=True, candidates=(*null, True, False, *others))
        if one.points:
            return Domain(one.name, candidates=(*null, *one.points), edges=tuple(one.numbers_of))
        if one.kind == "number":
            return Domain(one.name, number=True, candidates=null, holds=one.holds, edges=tuple(sorted(one.numbers)))
        group = set().union({one.name}, *(group for group in self.groups if one.name in group))
        width = max(1, len(group))
        points = {point for name in group for point in (*self.inputs[name].points, known.get(name))}
        if one.kind == "date":
            edges = {day for name in group for day in self.inputs[name].days} | {day for day in points if isinstance(day, date)}
            found = days(sorted(edges), width)
            return Domain(one.name, candidates=(*null, *(day for day in found if one.holds(day))))
        words = {word for name in group for word in self.inputs[name].words} | {word for word in points if isinstance(word, str)}
        return Domain(one.name, candidates=(*null, *texts(sorted(words), width)))

    def size(self, name: str) -> int:
        """Estimate how many values of an input brute force tries when nothing is known."""
        domain = self.domain(self.inputs[name], {})
        cuts = len(domain.edges) + sum(any(name == key for key, _ in form) for form in self.boundaries)
        return len(domain.candidates) + (4 * cuts + 4 if domain.number else 0)


class Generator:
    """Makes one model from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.inputs: dict[str, Input] = {}
        self.boundaries: list[Linear] = []
        self.groups: list[set[str]] = []
        self.xml: list[str] = []
        self.decisions: dict[str, Operand] = {}
        self.tight: list[str] = []
        self.made = ""  # the kind of a table's result, where it is not that of its outputs

    def generate(self) -> Generated:
        for number in range(self.random.randint(6, 8)):
            self.input(number)
        names = list(self.inputs)
        self.random.shuffle(names)
        count = self.random.randint(2, 4)
        for number in range(count):
            last = number == count - 1
            own = names[number::count] + self.random.sample(names, self.random.randint(0, 2))
            below = list(self.decisions) if last else [name for name in self.decisions if self.random.random() < 0.5]
            own = list(dict.fromkeys(own))
            if last and self.random.random() < 0.5:
                self.tight = self.close(own)
                own = [*own, *self.tight]
            self.decision(f"v{number}", own, below)
        text = "\n".join([HEAD, *(self.declared(one) for one in self.inputs.values()), *self.xml, "</definitions>"])
        return Generated(text, f"v{count - 1}", self.inputs, self.boundaries, self.groups, self.tight or own)

    def close(self, own: list[str]) -> list[str]:
        """Add two or three inputs that the last decision compares with each other and with few constants.

        Only there do conditions exclude each other that no single input excludes.
        """
        kind = self.random.choice(("number", "number", "date"))
        names = [f"q{number}" for number in range(2 if kind == "number" or self.random.random() < 0.5 else 3)]
        for name in names:
            self.inputs[name] = Input(name, kind, nullable=self.random.random() < 0.2)
        if kind == "date" and self.random.random() < 0.5:
            for name in names:
                self.allow_days(self.inputs[name], self.random.randint(0, 3))
        own[:] = own[: self.random.randint(1, 3)]
        return names

    # -- inputs ------------------------------------------------------------------------------------------------

    def input(self, number: int) -> None:
        kind = self.random.choice(KINDS)
        name = f"{kind[0]}{number}" if self.random.random() < 0.8 else f"p.{kind[0]}{number}"
        one = Input(name, kind, nullable=self.random.random() < 0.6)
        how = self.random.random()
        if kind == "number" and how < 0.3:
            numbers = sorted(self.random.sample(range(-2, 6), self.random.randint(2, 4)))
            one.points, one.allowed = tuple(Decimal(n) for n in numbers), ", ".join(map(str, numbers))
        elif kind == "number" and how < 0.5:
            low, high = Decimal(self.random.randint(-3, 1)), Decimal(self.random.randint(2, 8))
            closed = self.random.random() < 0.5
            one.allowed, one.numbers = f"[{low}..{high}{']' if closed else ')'}", {low, high}
            one.holds = lambda value: low <= value and (value < high or (closed and value == high))
        elif kind == "string" and how < 0.6:
            one.points, one.allowed = WORDS, '"a", "b", "c"'
        elif kind == "date" and how < 0.3:
            self.allow_days(one, self.random.randint(0, 40))
        self.inputs[name] = one

    def allow_days(self, one: Input, count: int) -> None:
        low, high = date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=count)
        one.allowed, one.days = f"[{day_text(low)}..{day_text(high)}]", {low, high}
        one.holds = lambda value: low <= value <= high

    def declared(self, one: Input) -> str:
        code = one.name.replace(".", "_")
        kind, extra = "Any" if one.kind == "any" else one.kind, ""
        if one.allowed:
            kind = f"t_{code}"
            extra = f'<itemDefinition name="{kind}"><typeRef>{one.kind}</typeRef><allowedValues><text>{escape(one.allowed)}</text></allowedValues></itemDefinition>'
        return f'{extra}<inputData id="{code}" name="{one.name}"><variable name="{one.name}" typeRef="{kind}"/></inputData>'

    def operand(self, name: str) -> Operand:
        if name in self.decisions:
            return self.decisions[name]
        kind = self.inputs[name].kind
        sums = ({name: Fraction(1)},) if kind in ("number", "any") else ()
        return Operand(
            name, kind, tuple(frozen(one) for one in sums), frozenset((name,)) if kind != "number" else frozenset[str]()
        )

    # -- expressions -------------------------------------------------------------------------------------------

    def number(self) -> Decimal:
        return Decimal(self.random.choice(("0", "1", "2") if self.tight else ("-1", "0", "1", "2", "3", "0.5", "2.5", "4")))

    def day(self) -> date:
        return date(2026, 1, 1) + timedelta(days=self.random.choice((0, 1, 2) if self.tight else (0, 1, 2, 5, 10, 30)))

    def arithmetic(self, names: list[str]) -> Operand | None:
        """Combine numbers by + - or times a constant; times an input whose values are few."""
        numbers = [name for name in names if self.operand(name).kind == "number" and len(self.operand(name).sums) <= 3]
        if not numbers:
            return None
        one, two = (self.operand(self.random.choice(numbers)) for _ in range(2))
        how = self.random.choice(("+", "-", "*", "few", "/"))
        if how in "+-":
            sign = 1 if how == "+" else -1
            return self.sum_of(f"{one.text} {how} {two.text}", [(a, b, sign) for a in one.sums for b in two.sums])
        few = [name for name in numbers if name in self.inputs and self.inputs[name].points]
        if how == "few" and few:
            chosen = self.random.choice(few)
            sums = [scaled(dict(a), value) for a in one.sums for value in map(Fraction, self.inputs[chosen].numbers_of)]
            return Operand(f"({one.text} * {chosen})", "number", tuple(frozen(s) for s in sums))
        few = [name for name in few if Decimal(3) not in self.inputs[name].points]  # thirds have no end
        if how == "/" and few:
            chosen = self.random.choice(few)
            sums = [
                scaled(dict(a), 1 / value) for a in one.sums for value in map(Fraction, self.inputs[chosen].numbers_of) if value
            ]
            return Operand(f"({one.text} / {chosen})", "number", tuple(frozen(s) for s in sums))
        factor, text = self.random.choice(
            ((Fraction(2), "* 2"), (Fraction(1, 2), "/ 2"), (Fraction(-1), "* (-1)"), (Fraction(5), "* 5"))
        )
        return Operand(f"({one.text} {text})", "number", tuple(frozen(scaled(dict(a), factor)) for a in one.sums))

    def sum_of(self, text: str, pairs: list[tuple[Linear, Linear, int]]) -> Operand:
        return Operand(f"({text})", "number", tuple(frozen(added(dict(a), dict(b), sign)) for a, b, sign in pairs))

    def constant(self, operand: Operand) -> str:
        """Draw a constant to compare with, and tell the oracle."""
        kind = self.random.choice(("number", "date", "string")) if operand.kind == "any" else operand.kind
        if kind == "number":
            number = self.number()
            self.boundary(added(dict(one), {"": Fraction(number)}, -1) for one in operand.sums)
            return str(number)
        if kind == "boolean":
            return self.random.choice(("true", "false"))
        constant: object = self.day() if kind == "date" else self.random.choice(WORDS)
        self.cut(operand.sources, frozenset((constant,)))
        return day_text(constant) if isinstance(constant, date) else f'"{constant}"'

    def boundary(self, forms: Iterable[Form]) -> None:
        for one in forms:
            form = form_of(one)
            if form is not None and form not in self.boundaries:
                self.boundaries.append(form)

    def met(self, one: Operand, two: Operand) -> None:
        """Tell the oracle that two operands are compared with each other."""
        if one.kind == "number":
            self.boundary(added(dict(a), dict(b), -1) for a in one.sums for b in two.sums)
        elif one.kind in ("date", "string"):
            self.couple(one.sources | two.sources, one.constants | two.constants)

    def cut(self, names: frozenset[str], constants: frozenset[object]) -> None:
        for name in names:
            self.inputs[name].days |= {one for one in constants if isinstance(one, date)}
            self.inputs[name].words |= {one for one in constants if isinstance(one, str)}

    def couple(self, names: frozenset[str], constants: frozenset[object]) -> None:
        self.cut(names, constants)
        group = set(names)
        for other in [other for other in self.groups if other & group]:
            group |= other
            self.groups.remove(other)
        self.groups.append(group)

    def condition(self, names: list[str], depth: int = 2) -> str:
        """Draw a condition over inputs and decisions."""
        how = self.random.random()
        if depth and how < 0.35:
            word = self.random.choice((" and ", " or "))
            parts = [self.condition(names, depth - 1) for _ in range(self.random.randint(2, 3))]
            return "(" + word.join(parts) + ")"
        if depth and how < 0.45:
            return f"not({self.condition(names, depth - 1)})"
        operand = self.operand(self.random.choice(names))
        if how < 0.6 and (made := self.arithmetic(names)) is not None:
            operand = made
        if operand.kind == "boolean" and how < 0.7:
            return operand.text
        if how < 0.55 and (made_text := self.quotient(names)) is not None:
            return made_text
        same = [name for name in names if self.operand(name).kind == operand.kind and self.operand(name).text != operand.text]
        operator = self.random.choice(("<", "<=", ">", ">=", "=", "!="))
        if same and how < 0.8 and operand.kind != "any":
            other = self.operand(self.random.choice(same))
            self.met(operand, other)
            return f"{operand.text} {operator} {other.text}"
        if how < 0.9:
            return f"{operand.text} {operator} {self.constant(operand)}"
        if how < 0.93:
            return f"{operand.text} {self.random.choice(('=', '!='))} null"
        return f"{operand.text} in ({self.cell(operand, 3, inside=True)})"

    def quotient(self, names: list[str]) -> str | None:
        """Draw a division by what may be unknown: a / b against c changes at a = b * c and, with the sign of b, at 0."""
        numbers = [one for one in map(self.operand, names) if one.kind == "number" and len(one.sums) == 1]
        if len(numbers) < 2:
            return None
        one, two = self.random.sample(numbers, 2)
        number = self.number()
        self.boundary((added(dict(one.sums[0]), scaled(dict(two.sums[0]), Fraction(number)), -1), dict(two.sums[0])))
        return f"{one.text} / {two.text} {self.random.choice(('<', '<=', '>', '>='))} {number}"

    def cell(self, operand: Operand, most: int = 2, *, inside: bool = False) -> str:
        """Draw the tests of one cell."""
        how = self.random.random()
        if not inside and how < 0.45:
            return "-"
        if not inside and how < 0.52:
            return f"not({self.cell(operand, most, inside=True)})"
        return ", ".join(self.one_test(operand) for _ in range(self.random.randint(1, most)))

    def one_test(self, operand: Operand) -> str:
        how = self.random.random()
        if how < 0.06:
            return "null"
        if operand.kind == "boolean" or how < 0.35:
            return self.constant(operand)
        if how < 0.7:
            return f"{self.random.choice(('<', '<=', '>', '>=', '!='))} {self.constant(operand)}"
        opened, closed = self.random.choice("[("), self.random.choice("])")
        ends = [self.constant(operand), self.constant(operand)]
        if self.random.random() < 0.9:  # the others hold nothing
            ends.sort(key=lambda end: float(end) if operand.kind == "number" else end)
        return f"{opened}{ends[0]}..{ends[1]}{closed}"

    # -- decisions ---------------------------------------------------------------------------------------------

    def decision(self, name: str, own: list[str], below: list[str]) -> None:
        below = [one for one in below if self.decisions[one].kind != "unused"]
        names = [*own, *below]
        kind = self.random.choice(("string", "number", "boolean", "date"))
        results: list[Operand] = []
        if self.tight:
            logic = self.crossed(kind, results)
        else:
            logic = self.literal(names, kind, results) if self.random.random() < 0.4 else self.table(names, kind, results)
        require = "".join(
            f'<informationRequirement id="{name}_{index}"><required{"Input" if one in self.inputs else "Decision"} href="#{one.replace(".", "_")}"/></informationRequirement>'
            for index, one in enumerate(names)
        )
        several = '<output name="second"/>' in logic
        kind, self.made = self.made or kind, ""
        declared = f' typeRef="{kind}"' if self.random.random() < 0.5 and not several and kind != "list" else ""
        self.xml.append(f'<decision id="{name}" name="{name}"><variable name="{name}"{declared}/>{require}{logic}</decision>')
        sums = tuple(dict.fromkeys(one for result in results for one in result.sums))
        sources = frozenset[str]().union(*(result.sources for result in results))
        constants = frozenset[object]().union(*(result.constants for result in results))
        self.decisions[name] = Operand(
            f"{name}.first" if several else name, kind if len(sums) <= MOST_SUMS and kind != "list" else "unused", sums, sources, constants
        )
        if kind == "number":  # outcomes that are sums differ where they cross
            self.boundary(added(dict(a), dict(b), -1) for a in sums for b in sums)
        else:
            self.couple(sources, constants)

    def result(self, names: list[str], kind: str, results: list[Operand]) -> str:
        """Draw an output: a constant mostly, sometimes an input or a sum."""
        same = [name for name in names if self.operand(name).kind == kind]
        if same and self.random.random() < 0.15:
            operand = self.operand(self.random.choice(same))
            if kind == "number" and self.random.random() < 0.5:
                operand = self.arithmetic(same) or operand
        elif kind == "number":
            number = self.number()
            operand = Operand(str(number), kind, (frozen({"": Fraction(number)}),))
        elif kind == "date":
            day = self.day()
            operand = Operand(day_text(day), kind, constants=frozenset((day,)))
        elif kind == "string":
            word = self.random.choice(WORDS)
            operand = Operand(f'"{word}"', kind, constants=frozenset((word,)))
        else:
            operand = Operand(self.random.choice(("true", "false")), kind)
        results.append(operand)
        return operand.text

    def literal(self, names: list[str], kind: str, results: list[Operand]) -> str:
        if kind == "boolean" and self.random.random() < 0.6:
            text = self.condition(names)
        else:
            text = self.result(names, kind, results)
            for _ in range(self.random.randint(1, 3)):
                text = f"if {self.condition(names)} then {self.result(names, kind, results)} else {text}"
        return f"<literalExpression><text>{escape(text)}</text></literalExpression>"

    def crossed(self, kind: str, results: list[Operand]) -> str:
        """Draw conditions over the close inputs alone: several at a time, so that some cannot hold together."""
        few = [self.result([], kind, results)]
        while len(set(few)) < 2:
            few = [few[0], self.result([], kind, results)]
        text = few[0]
        for index in range(self.random.randint(1, 2)):
            atoms = [self.atom() for _ in range(self.random.randint(3, 5))]
            text = f"if {self.random.choice((' and ', ' and ', ' or ')).join(atoms)} then {few[(index + 1) % 2]} else {text}"
        return f"<literalExpression><text>{escape(text)}</text></literalExpression>"

    def atom(self) -> str:
        one, two = (self.operand(name) for name in self.random.sample(self.tight, 2))
        operator = self.random.choice(("<", "<=", ">", ">=", "=", "!="))
        how = self.random.random()
        if one.kind == "number" and how < 0.5:
            one = self.arithmetic(self.tight) or one
            return f"{one.text} {operator} {self.constant(one)}"
        if how < 0.7:
            self.met(one, two)
            return f"{one.text} {operator} {two.text}"
        return f"{one.text} {operator} {self.constant(one)}"

    def table(self, names: list[str], kind: str, results: list[Operand]) -> str:
        columns: list[Operand] = []
        for name in self.random.sample(names, min(len(names), self.random.randint(2, 4))):
            made = self.arithmetic(names) if self.random.random() < 0.2 else None
            columns.append(made or self.operand(name))
        if self.random.random() < 0.3:
            columns.append(Operand(self.condition(names, 1), "boolean"))
        hit = self.random.choice(("UNIQUE", "FIRST", "FIRST"))
        parts = self.parts(columns[0]) if hit == "UNIQUE" and self.random.random() < 0.8 else []
        second = self.random.random() < 0.15
        rules = []
        few = self.random.sample(range(3), 2)
        outputs = [self.result(names, kind, results) for _ in range(3)]
        for number in range(len(parts) or self.random.randint(2, 6)):
            tests = [parts[number] if parts and column is columns[0] else self.cell(column) for column in columns]
            cells = "".join(f"<inputEntry><text>{escape(test)}</text></inputEntry>" for test in tests)
            output = outputs[self.random.choice(few)] if self.random.random() < 0.7 else self.result(names, kind, results)
            rules.append(
                f"<rule>{cells}<outputEntry><text>{escape(output)}</text></outputEntry>{self.second() if second else ''}</rule>"
            )
        head = "".join(self.column(column) for column in columns)
        default = self.result(names, kind, results) if self.random.random() < 0.7 else ""
        entry = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
        outputs_text = f'<output name="first">{entry}</output><output name="second"/>' if second else f"<output>{entry}</output>"
        return f'<decisionTable hitPolicy="{hit}">{head}{outputs_text}{"".join(rules)}</decisionTable>'

    def second(self) -> str:
        """Draw the second output of a row; the decision is then a context."""
        return f"<outputEntry><text>{self.random.choice(('true', 'null'))}</text></outputEntry>"

    def parts(self, operand: Operand) -> list[str]:
        """Cut a column so that no two rules match together."""
        if operand.kind in ("boolean", "any"):
            return ["true", "false", "null"]
        low, high = sorted((self.constant(operand) for _ in range(2)), key=float if operand.kind == "number" else str)
        return [f"<= {low}", f"({low}..{high})", f">= {high}" if low != high else f"> {high}", "null"]

    def column(self, column: Operand) -> str:
        values = ""
        if column.kind == "number" and self.random.random() < 0.06:  # a value outside is an error
            values = f"<inputValues><text>&gt;= {self.constant(column)}</text></inputValues>"
        return f"<input><inputExpression><text>{escape(column.text)}</text></inputExpression>{values}</input>"


def frozen(form: Form) -> Linear:
    return tuple(sorted((name, factor) for name, factor in form.items() if factor))


def scaled(form: Form, factor: Fraction) -> Form:
    return {name: own * factor for name, own in form.items()}


def added(one: Form, two: Form, sign: int) -> Form:
    return {name: one.get(name, Fraction(0)) + sign * two.get(name, Fraction(0)) for name in {*one, *two}}


def day_text(day: object) -> str:
    return f'date("{day}")'


def draw_known(model: Generated, seed: int, most: int) -> dict[str, object]:
    """Draw what is known: all but two to four inputs, so few that brute force can try every completion."""
    chance = random.Random(f"known {seed}")
    domains = model.domains()
    names = sorted(model.inputs)
    chance.shuffle(names)
    names.sort(key=lambda name: name not in model.near or (not name.startswith("q") and chance.random() < 0.3))
    unknown = names[: chance.randint(2, 4)]
    most *= 5 if unknown[0].startswith("q") else 1  # together or not at all: the estimate is too high for them

    while len(unknown) > 1 and product(model.size(name) for name in unknown) > most:
        unknown.remove(max(unknown, key=model.size))
    known: dict[str, object] = {}
    for name in names:
        if name not in unknown:
            domain = domains[name]
            numbers = [Decimal(n) / 2 for n in range(-6, 13)] if domain.number else []
            values = [*domain.candidates, *(number for number in numbers if domain.holds(number))]
            known[name] = (
                chance.choice(values)
                if chance.random() < 0.1 or None not in values
                else chance.choice([one for one in values if one is not None])
            )
    return known


def product(sizes: Iterable[int]) -> int:
    result = 1
    for size in sizes:
        result *= size
    return result
