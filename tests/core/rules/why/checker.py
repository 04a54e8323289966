# SPDX-License-Identifier: EUPL-1.2
"""Replays a derivation from the DMN file and the inputs alone, and says what in it is not true.

It imports nothing of the project: it reads the file and its expressions in its own, plain way. A derivation is believed
only if every value that it names comes out again: what was read, the columns, every cell of every rule, the outputs, the
value; and if no rule of the table that holds on the day is left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Context, Decimal, DivisionByZero, InvalidOperation
from typing import Any
from xml.etree import ElementTree as ET

TOKEN = re.compile(
    r'\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|"((?:[^"\\]|\\.)*)"|([^\W\d]\w*)|(\*\*|\.\.|<=|>=|!=|[-+*/()\[\],<>=.@]))'
)
EXACT = Context(prec=34, Emax=6144, Emin=-6143, traps=[DivisionByZero, InvalidOperation])


class Untrue(AssertionError):
    """The derivation says something that is not so."""


def check(derivation: Mapping[str, Any], file: bytes, inputs: Mapping[str, object]) -> object:
    """Give the value that the replay comes to; raises Untrue."""
    root = ET.fromstring(file)
    uri = root.tag.partition("}")[0] + "}"
    drawn = {one.get("name"): one for one in root.iter(f"{uri}decision")}
    names = {one.get("id"): one.get("name") for one in root if one.get("id")}
    values: dict[str, object] = {}
    day = derivation["version"]["at"]
    for step in [*derivation["steps"], derivation]:
        element = drawn[step["decision"]]
        links = list(element.iter(f"{uri}informationRequirement"))
        required = [names[child.get("href", "")[1:]] or "" for link in links for child in link]
        same("requires", [name for name in required if name in drawn], step["requires"])
        scope = {name: values[name] if name in drawn else found(inputs, name.split(".")) for name in required}
        for read in step["reads"]:
            same(read["name"], found(scope, read["name"].split(".")), plain(read["value"]))
        table = element.find(f"{uri}decisionTable")
        if table is None:
            text = text_of(element.find(f"{uri}literalExpression"))
            same("expression", " ".join(text.split()), " ".join(step["expression"].split()))
            value = feel(text, scope)
        else:
            value = Table(table, uri, scope, date.fromisoformat(day) if day else None).check(step)
        same("value", value, plain(step["value"]))
        values[step["decision"]] = value
    return values[derivation["decision"]]


class Table:
    """A table of the file, on a day."""

    def __init__(self, table: ET.Element, uri: str, scope: Mapping[str, object], day: date | None) -> None:
        self.uri, self.scope = uri, scope
        self.hit, self.aggregation = table.get("hitPolicy") or "UNIQUE", table.get("aggregation") or ""
        self.columns = [text_of(one.find(f"{uri}inputExpression")) for one in table.findall(f"{uri}input")]
        self.outputs = table.findall(f"{uri}output")
        notes = [" ".join((one.get("name") or "").lower().split()) for one in table.findall(f"{uri}annotation")]
        self.rules: dict[int, ET.Element] = {}
        for number, rule in enumerate(table.findall(f"{uri}rule"), start=1):
            said = dict(zip(notes, [text_of(one) for one in rule.findall(f"{uri}annotationEntry")], strict=False))
            begins, ends = said.get("valid from", ""), said.get("valid to", "")
            if day is None or ((not begins or begins <= day.isoformat()) and (not ends or day.isoformat() <= ends)):
                self.rules[number] = rule
        self.values = [feel(one, scope) for one in self.columns]

    def check(self, step: Mapping[str, Any]) -> object:
        same("columns", self.columns, [one["expression"] for one in step["inputs"]])
        for value, said in zip(self.values, step["inputs"], strict=True):
            same(said["expression"], value, plain(said["value"]))
        same("policy", f"{self.hit} {self.aggregation}".strip(), step["hitPolicy"])
        also = step.get("also", [])
        fired = [*([step["number"]] if step["number"] else []), *(one["number"] for one in also)]
        same("rules", sorted(self.rules), sorted([one["number"] for one in step["excluded"]] + fired))
        if also and self.hit not in ("ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"):
            raise Untrue(f"several rules of {self.hit} count")
        same("order", sorted(fired, key=self.place), fired)
        for one in step["excluded"]:
            if one.get("later"):
                behind = self.hit in ("FIRST", "PRIORITY") and step["number"]
                if not (behind and self.place(one["number"]) > self.place(step["number"])):
                    raise Untrue(f"rule {one['number']} stands behind no rule that fired")
                continue
            if not one["by"]:
                raise Untrue(f"rule {one['number']} is excluded by nothing")
            for cell in one["by"]:
                text = self.cells(one["number"])[cell["column"] - 1]
                same("cell", text, cell["cell"])
                truth = tests(text, self.values[cell["column"] - 1], self.scope)
                if truth is True:
                    raise Untrue(f"the cell {text} of rule {one['number']} holds")
                same("truth", truth, cell["holds"])
        return self.result(step, also)

    def place(self, number: int) -> tuple[object, ...]:
        """In which order rules are looked at: that of the file, or of their outputs among the values of each."""
        if self.hit not in ("PRIORITY", "OUTPUT ORDER"):
            return (number,)
        listed = [text_of(one.find(f"{self.uri}outputValues")).split(", ") for one in self.outputs]
        given = [text_of(one) for one in self.rules[number].findall(f"{self.uri}outputEntry")]
        return (*(values.index(text) for values, text in zip(listed, given, strict=True)), number)

    def result(self, step: Mapping[str, Any], also: list[Mapping[str, Any]]) -> object:
        if not step["number"]:
            defaults = [one.find(f"{self.uri}defaultOutputEntry") for one in self.outputs]
            named = self.row(defaults) if any(one is not None for one in defaults) else {}
            same("outputs", named, plain(step["outputs"]))
            nothing = Decimal(0) if self.aggregation == "COUNT" else None
            return self.whole(named) if named else nothing
        self.fired(step["number"], {number: one["cell"] for number, one in enumerate(step["inputs"], start=1)})
        for one in also:
            self.fired(one["number"], {cell["column"]: cell["cell"] for cell in one["cells"]})
        rows = [
            self.row(self.rules[number].findall(f"{self.uri}outputEntry"))
            for number in (step["number"], *(one["number"] for one in also))
        ]
        if self.hit in ("UNIQUE", "FIRST", "PRIORITY", "ANY"):
            if any(typed(row) != typed(rows[0]) for row in rows):
                raise Untrue("rules with different results count")
            same("outputs", rows[0], plain(step["outputs"]))
            return self.whole(rows[0])
        same("outputs", {name: [row[name] for row in rows] for name in rows[0]}, plain(step["outputs"]))
        return gathered(self.aggregation, [self.whole(row) for row in rows])

    def fired(self, number: int, said: Mapping[int, str]) -> None:
        for column, (text, value) in enumerate(zip(self.cells(number), self.values, strict=True), start=1):
            same("cell", text, said.get(column, "-"))
            if tests(text, value, self.scope) is not True:
                raise Untrue(f"the cell {text} of the rule that fired does not hold")

    def row(self, entries: Sequence[ET.Element | None]) -> dict[str, object]:
        given = [feel(text_of(one), self.scope) if one is not None else None for one in entries]
        return {one.get("name") or "value": value for one, value in zip(self.outputs, given, strict=True)}

    @staticmethod
    def whole(row: dict[str, object]) -> object:
        return next(iter(row.values())) if len(row) == 1 else row

    def cells(self, number: int) -> list[str]:
        return [text_of(one) or "-" for one in self.rules[number].findall(f"{self.uri}inputEntry")]


def gathered(aggregation: str, rows: list[object]) -> object:
    """What COLLECT makes of rows."""
    if aggregation in ("", "COUNT"):
        return Decimal(len(rows)) if aggregation else tuple(rows)
    if aggregation == "SUM":
        return sum(rows, Decimal(0)) if all(isinstance(one, Decimal) for one in rows) else None  # type: ignore[arg-type]  # all are
    if len({type(one) for one in rows}) > 1 or not isinstance(rows[0], (Decimal, str, date)):
        return None
    return min(rows) if aggregation == "MIN" else max(rows)  # type: ignore[type-var]  # of one type


def text_of(element: ET.Element | None) -> str:
    return "" if element is None else "".join(child.text or "" for child in element if child.tag.endswith("}text")).strip()


def plain(json: object) -> object:
    """Read a value of the derivation."""
    if isinstance(json, dict):
        if "$number" in json:
            return Decimal(str(json["$number"]))
        return date.fromisoformat(str(json["$date"])) if "$date" in json else {key: plain(one) for key, one in json.items()}
    return tuple(plain(one) for one in json) if isinstance(json, list) else json


def same(what: str, found_: object, said: object) -> None:
    """Demand two equal values; true is not 1."""
    if typed(found_) != typed(said):
        raise Untrue(f"{what}: {found_!r}, and the derivation says {said!r}")


def typed(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: typed(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [typed(one) for one in value]
    return (
        ("number", Decimal(value)) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else (type(value), value)
    )


def found(scope: Mapping[str, object], parts: list[str]) -> object:
    """Follow a path: some of its first parts together are a name, the others lead into contexts."""
    for length in range(1, len(parts) + 1):
        if ".".join(parts[:length]) in scope:
            value = scope[".".join(parts[:length])]
            for part in parts[length:]:
                value = value.get(part) if isinstance(value, Mapping) else None
            return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return None


# -- FEEL, read and calculated at once ---------------------------------------------------------------------------------


def feel(text: str, scope: Mapping[str, object]) -> object:
    return Reader(text, scope).whole(Reader.expression)


def tests(text: str, value: object, scope: Mapping[str, object]) -> bool | None:
    """Tell whether a value passes a cell."""
    if text == "-":
        return True
    reader = Reader(text, scope)
    found_ = reader.whole(lambda one: one.negated(value) if one.word("not") else one.either(value))
    return found_ if isinstance(found_, bool) else None


def both(truths: list[object]) -> bool | None:
    return False if any(one is False for one in truths) else True if all(one is True for one in truths) else None


def turned(truth: object) -> bool | None:
    return not truth if isinstance(truth, bool) else None


def equal(a: object, b: object) -> bool | None:
    if a is None or b is None:
        return a is b
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and both([equal(one, two) for one, two in zip(a, b, strict=True)])
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and both([equal(a[key], b[key]) for key in a])
    return a == b if type(a) is type(b) else None


def compared(operator: str, a: Any, b: Any) -> bool | None:
    if operator in ("=", "!="):
        return equal(a, b) if operator == "=" else turned(equal(a, b))
    if type(a) is not type(b) or not isinstance(a, (Decimal, str, date)):
        return None
    ways: dict[str, Callable[[], bool]] = {"<": lambda: a < b, "<=": lambda: a <= b, ">": lambda: a > b, ">=": lambda: a >= b}
    return ways[operator]()


def calculated(operator: str, a: object, b: object) -> object:
    if operator == "+" and isinstance(a, str) and isinstance(b, str):
        return a + b
    if not isinstance(a, Decimal) or not isinstance(b, Decimal):
        return None
    ways = {"+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply, "/": EXACT.divide, "**": EXACT.power}
    try:
        return ways[operator](a, b)
    except (DivisionByZero, InvalidOperation):
        return None


class Reader:
    """Goes through the signs of one text once."""

    def __init__(self, text: str, scope: Mapping[str, object]) -> None:
        self.scope, self.place = scope, 0
        self.signs = list(signs(text))

    def whole(self, way: Callable[["Reader"], object]) -> object:
        value = way(self)
        assert self.place == len(self.signs), self.signs[self.place :]
        return value

    @property
    def sign(self) -> tuple[str, str]:
        return self.signs[self.place] if self.place < len(self.signs) else ("", "")

    def take(self) -> str:
        self.place += 1
        return self.signs[self.place - 1][1]

    def word(self, *words: str) -> str:
        """Take the next sign when it is one of the words."""
        return self.take() if self.sign[0] in ("name", "mark") and self.sign[1] in words else ""

    def expression(self) -> object:
        if self.word("if"):
            condition = self.expression()
            assert self.word("then")
            then = self.expression()
            assert self.word("else")
            other = self.expression()
            return then if condition is True else other
        found_ = [self.conjunction()]
        while self.word("or"):
            found_.append(self.conjunction())
        return found_[0] if len(found_) == 1 else turned(both([turned(one) for one in found_]))

    def conjunction(self) -> object:
        found_ = [self.comparison()]
        while self.word("and"):
            found_.append(self.comparison())
        return found_[0] if len(found_) == 1 else both(found_)

    def comparison(self) -> object:
        left = self.sum()
        operator = self.word("<", "<=", ">", ">=", "=", "!=")
        if operator:
            return compared(operator, left, self.sum())
        if self.word("in"):
            return self.listed(left) if self.sign[1] == "(" else self.one(left)
        return left

    def sum(self) -> object:
        return self.chain(self.product, "+", "-")

    def product(self) -> object:
        return self.chain(lambda: self.chain(self.unary, "**"), "*", "/")

    def chain(self, operand: Callable[[], object], *operators: str) -> object:
        value = operand()
        while operator := self.word(*operators):
            value = calculated(operator, value, operand())
        return value

    def unary(self) -> object:
        if self.word("-"):
            value = self.unary()
            return EXACT.minus(value) if isinstance(value, Decimal) else None
        kind, text = self.sign
        self.take()
        if kind == "number":
            return Decimal(text)
        if kind == "text":
            return text
        if text == "(":
            value = self.expression()
            assert self.word(")")
            return value
        if text in ("not", "date", "@") and (text == "@" or self.word("(")):
            value = self.expression() if text == "not" else date.fromisoformat(self.take())
            assert text == "@" or self.word(")")
            return turned(value) if text == "not" else value
        if text in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[text]
        parts = [text]
        while self.word("."):
            parts.append(self.take())
        return found(self.scope, parts)

    # -- tests -------------------------------------------------------------------------------------------------

    def negated(self, value: object) -> bool | None:
        assert self.word("(")
        truth = self.either(value)
        assert self.word(")")
        return turned(truth)

    def listed(self, value: object) -> bool | None:
        """Read what stands after in: (test, test) or (low..high]."""
        self.take()
        truths: list[object] = []
        if self.sign[1] in ("<", "<=", ">", ">=", "=", "!=", "[", "]") or self.is_range():
            truths.append(self.one(value))
        else:
            operand = self.sum()
            if self.word(".."):
                return self.between(value, ">", operand)
            truths.append(equal(value, operand))
        while self.word(","):
            truths.append(self.one(value))
        assert self.word(")")
        return turned(both([turned(one) for one in truths]))

    def between(self, value: object, above: str, low: object) -> bool | None:
        high, closed = self.sum(), self.take()
        return both([compared(above, value, low), compared("<=" if closed == "]" else "<", value, high)])

    def either(self, value: object) -> bool | None:
        truths = [self.one(value)]
        while self.word(","):
            truths.append(self.one(value))
        return turned(both([turned(one) for one in truths]))

    def one(self, value: object) -> bool | None:
        operator = self.word("<", "<=", ">", ">=", "=", "!=")
        if operator:
            return compared(operator, value, self.sum())
        if self.sign[1] in ("[", "]") or self.is_range():
            opened, low = self.take(), self.sum()
            assert self.word("..")
            return self.between(value, ">=" if opened == "[" else ">", low)
        operand = self.sum()
        if isinstance(operand, tuple) and not isinstance(value, tuple):
            return turned(both([turned(equal(value, item)) for item in operand]))
        return equal(value, operand)

    def is_range(self) -> bool:
        """Tell whether the bracket that opens here holds two dots before it closes."""
        depth = 0
        for kind, text in self.signs[self.place :]:
            depth += (kind == "mark") * ((text == "(") - (text == ")"))
            if not depth:
                return False
            if text == ".." and depth == 1:
                return True
        return False


def signs(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    text = text.strip()
    while place < len(text):
        match = TOKEN.match(text, place)
        assert match is not None, text[place:]
        place = match.end()
        kind = ("number", "text", "name", "mark")[(match.lastindex or 1) - 1]
        word = match[match.lastindex or 0]
        yield kind, re.sub(r"\\(.)", lambda one: {"n": "\n", "t": "\t"}.get(one[1], one[1]), word) if kind == "text" else word
