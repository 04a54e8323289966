# SPDX-License-Identifier: EUPL-1.2
"""Boxed expressions to closures (DMN 1.5 section 7.3 and 10.2.2): literal, context, invocation, list, relation, function,
conditional, filter, iterators; decision tables are in `hits`.
"""

from collections.abc import Callable

from bierger_core.rules.drg.context import Reading, refused_code
from bierger_core.rules.drg.hits import TableCompiler
from bierger_core.rules.feel.env import Code, Env
from bierger_core.rules.feel.functions import make_function
from bierger_core.rules.feel.loops import NoList, Source, item_scope, turns
from bierger_core.rules.feel.scope import Scope
from bierger_core.rules.feel.types import ANY, Type, conform
from bierger_core.rules.feel.values import Function, Value
from bierger_core.rules.xmltree import Element

Boxed = tuple[Code, Type | None]  # the closure, and what is known of its value
EXPRESSIONS = (
    "literalExpression",
    "decisionTable",
    "context",
    "invocation",
    "list",
    "relation",
    "functionDefinition",
    "conditional",
    "filter",
    "for",
    "some",
    "every",
)


class BoxedCompiler:
    """Compiles the boxed expressions of one model."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.tables = TableCompiler(reading)
        self.kinds: dict[str, Callable[[Element, Scope], Boxed]] = {
            "literalExpression": reading.expression,
            "context": self.context,
            "invocation": self.invocation,
            "list": self.list,
            "relation": self.relation,
            "functionDefinition": self.function,
            "conditional": self.conditional,
            "filter": self.filter,
            "for": self.loop,
            "some": self.quantified,
            "every": self.quantified,
        }

    def inside(self, element: Element | None, scope: Scope) -> Boxed:
        """Compile the expression that an element holds."""
        found = next(self.reading.parts(element, *EXPRESSIONS), None) if element is not None else None
        if element is None:
            return refused_code("a boxed expression lacks a part"), None
        return (self.reading.missing(element), None) if found is None else self.expression(found, scope)

    def expression(self, element: Element, scope: Scope, kind: Type = ANY) -> Boxed:
        """Compile one expression; `kind` is the type that its decision declares."""
        if element.tag == "decisionTable":
            return self.tables.compile(element, scope, kind), None
        return self.fitted(self.kinds[element.tag](element, scope), self.reading.type_of(element))

    def fitted(self, boxed: Boxed, kind: Type) -> Boxed:
        """Fit the value to a declared type."""
        code, shape = boxed
        if kind.kind == "Any":
            return code, shape
        return (lambda env: conform(env.run, code(env), kind)), kind

    # -- contexts, lists ---------------------------------------------------------------------------------------

    def context(self, element: Element, scope: Scope) -> Boxed:
        """Entries see the entries before them; an entry without a name is the value of the whole."""
        inner = scope.inner()
        entries: list[tuple[str, Code]] = []
        fields: dict[str, Type] = {}
        result: Boxed | None = None
        for entry in self.reading.parts(element, "contextEntry"):
            variable = self.reading.part(entry, "variable")
            boxed = self.fitted(self.inside(entry, inner), self.reading.type_of(variable))
            if variable is None:
                result = boxed
                continue
            name = variable.get("name")
            entries.append((name, boxed[0]))
            fields[name] = boxed[1] or ANY
            inner.names.add(name, boxed[1])
            inner.shared.loose.add(name)

        def context(env: Env) -> Value:
            within = env.copy()
            made: dict[str, Value] = {}
            for name, code in entries:
                made[name] = within[name] = code(within)
            return made if result is None else result[0](within)

        return context, result[1] if result is not None else Type("context", fields=fields)

    def list(self, element: Element, scope: Scope) -> Boxed:
        items = [self.expression(part, scope) for part in self.reading.parts(element, *EXPRESSIONS)]
        codes = tuple(code for code, _ in items)
        return (lambda env: tuple(code(env) for code in codes)), Type("list", items[0][1] if items else None)

    def relation(self, element: Element, scope: Scope) -> Boxed:
        """A table of values: a list of contexts."""
        columns = [(part.get("name"), self.reading.type_of(part)) for part in self.reading.parts(element, "column")]
        rows: list[tuple[tuple[str, Code], ...]] = []
        for row in self.reading.parts(element, "row"):
            cells = [self.expression(part, scope) for part in self.reading.parts(row, *EXPRESSIONS)]
            pairs = zip(columns, cells, strict=False)
            rows.append(tuple((name, self.fitted(cell, kind)[0]) for (name, kind), cell in pairs))
        for name, _ in columns:
            scope.shared.loose.add(name)
        shape = Type("list", Type("context", fields=dict(columns)))
        return (lambda env: tuple({name: code(env) for name, code in row} for row in rows)), shape

    # -- functions ---------------------------------------------------------------------------------------------

    def function(self, element: Element, scope: Scope, name: str = "", result: Type = ANY) -> Boxed:
        """A function definition; those of other languages are refused by name."""
        kind = element.get("kind") or "FEEL"
        if kind != "FEEL":
            message = f"{name or 'a function'} is an external function ({kind}), which is never executed."
            self.reading.refuse("dmn-external-function", element.line, message, "Write its body in FEEL.")
            return refused_code(message), None
        formals = [(part.get("name"), self.reading.type_of(part)) for part in self.reading.parts(element, "formalParameter")]
        body, shape = self.inside(element, scope.inner(dict(formals)))
        declared = self.reading.type_of(element)
        returns = result if result.kind != "Any" else declared
        parameters = tuple(kind for _, kind in formals)
        kind_of_function = Type("function", returns if returns.kind != "Any" else shape or ANY, parameters=parameters)
        if name:  # a business knowledge model: its names are filled in later, for models may call each other
            return (lambda env: make_function(name, formals, returns, body, env)), kind_of_function
        return (lambda env: make_function(name, formals, returns, body, env.copy())), kind_of_function

    def invocation(self, element: Element, scope: Scope) -> Boxed:
        """A function is called with arguments bound to the names of its parameters."""
        callee, shape = self.inside(element, scope)
        bindings: list[tuple[str, Code]] = []
        for binding in self.reading.parts(element, "binding"):
            parameter = self.reading.part(binding, "parameter")
            name = parameter.get("name") if parameter is not None else ""
            bindings.append((name, self.inside(binding, scope)[0]))

        def invoke(env: Env) -> Value:
            function = callee(env)
            if not isinstance(function, Function):
                env.run.note("what is invoked is no function")
                return None
            return function.named(env.run, {name: code(env) for name, code in bindings})

        return invoke, shape.item if shape is not None and shape.kind == "function" else None

    # -- control -----------------------------------------------------------------------------------------------

    def conditional(self, element: Element, scope: Scope) -> Boxed:
        condition, _ = self.inside(self.reading.part(element, "if"), scope)
        then, shape = self.inside(self.reading.part(element, "then"), scope)
        otherwise, other = self.inside(self.reading.part(element, "else"), scope)

        def choose(env: Env) -> Value:
            value = condition(env)
            if value is not None and not isinstance(value, bool):
                env.run.note("the condition is no truth value")
                return None
            return then(env) if value is True else otherwise(env)

        return choose, shape or other

    def filter(self, element: Element, scope: Scope) -> Boxed:
        source, shape = self.inside(self.reading.part(element, "in"), scope)
        item = shape.item if shape is not None and shape.kind == "list" else None
        fields = dict(item.fields) if item is not None else {}
        inner = scope.inner({"item": item, **fields}, dynamic=not fields)
        condition, _ = self.inside(self.reading.part(element, "match"), inner)

        def filtered(env: Env) -> Value:
            found = source(env)
            if found is None:
                return None
            items = found if isinstance(found, tuple) else (found,)
            return _kept(env, items, condition)

        return filtered, shape

    def _iterator(self, element: Element, scope: Scope, **more: None) -> tuple[tuple[Source, ...], Scope]:
        name = element.get("iteratorVariable")
        source, shape = self.inside(self.reading.part(element, "in"), scope)
        item = shape.item if shape is not None and shape.kind == "list" else None
        return ((name, source, None),), scope.inner({name: item, **more})

    def loop(self, element: Element, scope: Scope) -> Boxed:
        sources, inner = self._iterator(element, scope, partial=None)
        body, shape = self.inside(self.reading.part(element, "return"), inner)

        def loop(env: Env) -> Value:
            results: list[Value] = []
            try:
                for within in turns(sources, env):
                    within["partial"] = tuple(results)
                    env.run.count(len(results) >> 4)
                    results.append(body(within))
            except NoList:
                return None
            return tuple(results)

        return loop, Type("list", shape)

    def quantified(self, element: Element, scope: Scope) -> Boxed:
        sources, inner = self._iterator(element, scope)
        body, _ = self.inside(self.reading.part(element, "satisfies"), inner)
        every = element.tag == "every"

        def quantified(env: Env) -> Value:
            result: bool | None = every
            try:
                for within in turns(sources, env):
                    value = body(within)
                    if value is (not every):
                        return not every
                    if not isinstance(value, bool):
                        result = None
            except NoList:
                return None
            return result

        return quantified, None


def _kept(env: Env, items: tuple[Value, ...], condition: Code) -> Value:
    """Give the items for which the condition is true. What is no truth value is no condition: unlike in a text, no position."""
    kept: list[Value] = []
    for item in items:
        env.run.count()
        value = condition(item_scope(env, item))
        if value is not None and not isinstance(value, bool):
            env.run.note("the condition of a filter is no truth value")
            return None
        if value is True:
            kept.append(item)
    return tuple(kept)


__all__ = ["EXPRESSIONS", "BoxedCompiler"]
