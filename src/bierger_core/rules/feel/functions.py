# SPDX-License-Identifier: EUPL-1.2
"""Functions defined in FEEL and the calls of functions, with arguments in order or by name (section 10.3.2.13.3)."""

from collections.abc import Mapping, Sequence

from bierger_core.rules.feel import syntax
from bierger_core.rules.feel.env import Code, Compile, Env
from bierger_core.rules.feel.library import BUILTINS
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.syntax import Node
from bierger_core.rules.feel.types import ANY, Type, conform
from bierger_core.rules.feel.values import Function, Parameter, Value


def make_function(name: str, parameters: Sequence[tuple[str, Type]], result: Type, body: Code, env: Env) -> Function:
    """Give a function that evaluates `body` where it was defined; arguments and result are fitted to their types."""
    names = tuple(parameter for parameter, _ in parameters)
    types = tuple(kind for _, kind in parameters)

    def positional(run: Run, given: Sequence[Value]) -> Value:
        if len(given) != len(names):
            run.note(f"{name or 'a function'} takes {len(names)} arguments, not {len(given)}")
            return None
        inner = env.copy()
        inner.run = run
        for parameter, kind, value in zip(names, types, given, strict=True):
            fitted = value if kind.kind == "Any" else conform(run, value, kind)
            if fitted is None and value is not None:
                return None
            inner[parameter] = fitted
        run.enter()
        try:
            return conform(run, body(inner), result)
        finally:
            run.leave()

    def named(run: Run, given: Mapping[str, Value]) -> Value:
        if given.keys() != set(names):
            run.note(f"{name or 'a function'} does not take arguments of these names")
            return None
        return positional(run, [given[parameter] for parameter in names])

    formals = tuple(Parameter(parameter, kind) for parameter, kind in parameters)
    return Function(name, formals, result, positional, named)


def compile_definition(node: syntax.FunctionDefinition, compile_node: Compile) -> Code:
    """`function(a, b) body`: the names of the place where it stands are kept."""
    body = compile_node(node.body)
    parameters = node.parameters
    return lambda env: make_function("", parameters, ANY, body, env.copy())


def _callee(node: Node, compile_node: Compile) -> Code:
    """A name that is no function where it stands may still be one of the library: `date` beside an input `date`."""
    code = compile_node(node)
    library = BUILTINS.get(node.name) if isinstance(node, syntax.Variable) else None
    if library is None:
        return code

    def find(env: Env) -> Value:
        found = code(env)
        return found if isinstance(found, Function) else library

    return find


def compile_call(node: syntax.Call, compile_node: Compile) -> Code:
    """`f(1, 2)`."""
    arguments = tuple(compile_node(argument) for argument in node.arguments)
    if isinstance(node.callee, syntax.Builtin):
        call = BUILTINS[node.callee.name].positional
        return lambda env: call(env.run, [argument(env) for argument in arguments])
    callee = _callee(node.callee, compile_node)

    def invoke(env: Env) -> Value:
        function = callee(env)
        if not isinstance(function, Function):
            env.run.note("what is called is no function")
            return None
        return function.positional(env.run, [argument(env) for argument in arguments])

    return invoke


def compile_named_call(node: syntax.NamedCall, compile_node: Compile) -> Code:
    """`f(b: 2, a: 1)`."""
    arguments = tuple((name, compile_node(argument)) for name, argument in node.arguments)
    callee = _callee(node.callee, compile_node)
    twice = len({name for name, _ in arguments}) < len(arguments)

    def invoke(env: Env) -> Value:
        function = callee(env)
        if twice or not isinstance(function, Function):
            env.run.note("what is called is no function, or an argument is named twice")
            return None
        return function.named(env.run, {name: argument(env) for name, argument in arguments})

    return invoke
