# SPDX-License-Identifier: EUPL-1.2
"""From the syntax tree to closures: each node becomes one Python function of its environment, built once.

A closure takes an `Env`, the names of its scope with the counters of its run, and gives a value. What has no meaning is
null (section 10.3.2.13); nothing but the EvaluationError family is raised. No text of a file reaches Python's compiler.
"""

from collections.abc import Callable
from decimal import Decimal

from bierger_core.rules.feel import syntax
from bierger_core.rules.feel.arithmetic import arithmetic, negate
from bierger_core.rules.feel.compare import compare, less, member
from bierger_core.rules.feel.env import Code, Env
from bierger_core.rules.feel.functions import compile_call, compile_definition, compile_named_call
from bierger_core.rules.feel.library import BUILTINS
from bierger_core.rules.feel.loops import compile_filter, compile_for, compile_quantified
from bierger_core.rules.feel.properties import get_property
from bierger_core.rules.feel.syntax import Node, Test
from bierger_core.rules.feel.types import is_instance
from bierger_core.rules.feel.values import Range, Value, kind_of
from bierger_core.rules.truth import Truth, all_of, any_of

Check = Callable[[Env, Value], Truth]  # a unary test
INPUT = "?"  # the name under which the value of a unary test stands in an environment


def compile_node(node: Node) -> Code:  # noqa: C901, PLR0912 - one case for each kind of node
    """Give the closure of an expression."""
    match node:
        case syntax.Literal():
            value = node.value
            return lambda _: value
        case syntax.Variable():
            return _variable(node)
        case syntax.Builtin():
            function = BUILTINS[node.name]
            return lambda _: function
        case syntax.Placeholder():
            return lambda env: env.get(INPUT)
        case syntax.Negate():
            operand = compile_node(node.operand)
            return lambda env: negate(operand(env))
        case syntax.Arithmetic():
            return _arithmetic(node)
        case syntax.Compare():
            return _compare(node)
        case syntax.Between():
            return _between(node)
        case syntax.In():
            return _in(node)
        case syntax.InstanceOf():
            value_of, kind = compile_node(node.value), node.type
            return lambda env: is_instance(env.run, value_of(env), kind, checks=False)
        case syntax.And():
            return _logic(node.operands, decides=False)
        case syntax.Or():
            return _logic(node.operands, decides=True)
        case syntax.If():
            return _choice(node)
        case syntax.For():
            return compile_for(node, compile_node)
        case syntax.Quantified():
            return compile_quantified(node, compile_node)
        case syntax.FunctionDefinition():
            return compile_definition(node, compile_node)
        case syntax.Call():
            return compile_call(node, compile_node)
        case syntax.NamedCall():
            return compile_named_call(node, compile_node)
        case syntax.Path():
            source, name = compile_node(node.source), node.name
            return lambda env: get_property(env.run, source(env), name)
        case syntax.Filter():
            return compile_filter(node, compile_node)
        case syntax.ListLiteral():
            items = tuple(compile_node(item) for item in node.items)
            return lambda env: tuple([item(env) for item in items])
        case syntax.ContextLiteral():
            return _context(node)
        case syntax.RangeLiteral():
            return _range(node)


def _variable(node: syntax.Variable) -> Code:
    name = node.name
    if node.known:
        return lambda env: env.get(name)
    function = BUILTINS.get(name)

    def look_up(env: Env) -> Value:
        if name in env:
            return env[name]
        if function is None:
            env.run.note(f"the name {name} is not known")
        return function

    return look_up


def _arithmetic(node: syntax.Arithmetic) -> Code:
    first = compile_node(node.first)
    rest = tuple((operator, compile_node(operand)) for operator, operand in node.rest)
    if len(rest) == 1:
        ((operator, second),) = rest
        return lambda env: arithmetic(env.run, operator, first(env), second(env))

    def chain(env: Env) -> Value:
        value = first(env)
        for operator, operand in rest:
            value = arithmetic(env.run, operator, value, operand(env))
        return value

    return chain


def _compare(node: syntax.Compare) -> Code:
    operator, left, right = node.operator, compile_node(node.left), compile_node(node.right)
    if operator == "<":
        return lambda env: less(left(env), right(env))
    if operator == ">":
        return lambda env: less(right(env), left(env))
    return lambda env: compare(env.run, operator, left(env), right(env))


def _between(node: syntax.Between) -> Code:
    value_of, low, high = compile_node(node.value), compile_node(node.low), compile_node(node.high)

    def between(env: Env) -> Value:
        value = value_of(env)
        return all_of([compare(env.run, ">=", value, low(env)), compare(env.run, "<=", value, high(env))])

    return between


def _in(node: syntax.In) -> Code:
    value_of, check = compile_node(node.value), compile_tests(node.tests)
    return lambda env: check(env, value_of(env))


def _logic(operands: tuple[Node, ...], *, decides: bool) -> Code:
    """`and` is decided by one false, `or` by one true; else one null leaves it open."""
    codes = tuple(compile_node(operand) for operand in operands)

    def logic(env: Env) -> Value:
        result: Truth = not decides
        for code in codes:
            value = code(env)
            if value is decides:
                return decides
            if not isinstance(value, bool):
                result = None
        return result

    return logic


def _choice(node: syntax.If) -> Code:
    condition, then, otherwise = compile_node(node.condition), compile_node(node.then), compile_node(node.otherwise)
    return lambda env: then(env) if condition(env) is True else otherwise(env)


def _context(node: syntax.ContextLiteral) -> Code:
    entries = tuple((name, compile_node(value)) for name, value in node.entries)

    def context(env: Env) -> Value:
        inner = env.copy()
        made: dict[str, Value] = {}
        for name, code in entries:
            made[name] = inner[name] = code(inner)
        return made

    return context


def _range(node: syntax.RangeLiteral) -> Code:
    low = compile_node(node.low) if node.low is not None else None
    high = compile_node(node.high) if node.high is not None else None
    low_closed, high_closed = node.low_closed, node.high_closed
    from_below, to_above = _is_unbounded(node.low, closed=low_closed), _is_unbounded(node.high, closed=high_closed)

    def interval(env: Env) -> Value:
        start = low(env) if low is not None else None
        end = high(env) if high is not None else None
        if (start is None and not from_below) or (end is None and not to_above):
            return None  # an end that turns out null is unknown, not infinite
        return Range(start, end, low_closed, high_closed) if _fits(start, end) else None

    return interval


def _is_unbounded(end: Node | None, *, closed: bool) -> bool:
    """`(< 5)` and `(null..5)` have no low end."""
    return not closed and (end is None or (isinstance(end, syntax.Literal) and end.value is None))


def _fits(start: Value, end: Value) -> bool:
    """Ends of a range have one kind, one that has an order, and stand in that order; one may be missing."""
    if start is None or end is None:
        known = start if start is not None else end
        return known is not None and less(known, known) is not None
    return kind_of(start) == kind_of(end) and less(end, start) is False


# -- unary tests -----------------------------------------------------------------------------------------------------


def compile_tests(tests: tuple[Test, ...]) -> Check:
    """Give the closure of the tests of a cell or of `in`: one that holds decides."""
    checks = tuple(_test(test) for test in tests)
    if len(checks) == 1:
        return checks[0]
    return lambda env, value: any_of([check(env, value) for check in checks])


def _test(test: Test) -> Check:
    match test:
        case syntax.AnyTest():
            return lambda _env, _value: True
        case syntax.CompareTest():
            operator, end = test.operator, compile_node(test.operand)
            return lambda env, value: compare(env.run, operator, value, end(env))
        case syntax.NotTest():
            inner = compile_tests(test.tests)

            def negated(env: Env, value: Value) -> Truth:
                found = inner(env, value)
                return None if found is None else not found

            return negated
        case syntax.ExpressionTest():
            return _expression_test(test)


def _expression_test(test: syntax.ExpressionTest) -> Check:
    operand = test.operand
    if isinstance(operand, syntax.Literal) and isinstance(operand.value, (Decimal, str)):
        constant = operand.value
        kind = type(constant)

        def equals(env: Env, value: Value) -> Truth:
            return value == constant if type(value) is kind else member(env.run, value, constant)

        return equals
    if isinstance(operand, syntax.RangeLiteral):
        return _lies_in(operand)
    code = compile_node(operand)
    if not test.asks:
        return lambda env, value: member(env.run, value, code(env))

    def asked(env: Env, value: Value) -> Truth:
        inner = env.copy()
        inner[INPUT] = value
        found = code(inner)
        return found if isinstance(found, bool) or found is None else member(env.run, value, found)

    return asked


def _lies_in(node: syntax.RangeLiteral) -> Check:
    """`x in [a..b)` is `x >= a and x < b` (table 55); a range in a range is compared as a value."""
    interval = compile_node(node)
    ends: list[tuple[str, Code]] = []
    if node.low is not None and not _is_unbounded(node.low, closed=node.low_closed):
        ends.append((">=" if node.low_closed else ">", compile_node(node.low)))
    if node.high is not None and not _is_unbounded(node.high, closed=node.high_closed):
        ends.append(("<=" if node.high_closed else "<", compile_node(node.high)))

    def lies_in(env: Env, value: Value) -> Truth:
        if isinstance(value, Range):
            found = interval(env)
            return None if found is None else member(env.run, value, found)
        return all_of([compare(env.run, operator, value, end(env)) for operator, end in ends]) if ends else None

    low, high = _constant(node.low), _constant(node.high)
    if low is None or high is None:
        return lies_in
    first, last, low_closed, high_closed = low, high, node.low_closed, node.high_closed

    def lies_between(env: Env, value: Value) -> Truth:  # the cell most tables are made of
        if type(value) is not Decimal:
            return lies_in(env, value)
        return (first <= value if low_closed else first < value) and (value <= last if high_closed else value < last)

    return lies_between


def _constant(node: Node | None) -> Decimal | None:
    return node.value if isinstance(node, syntax.Literal) and isinstance(node.value, Decimal) else None
