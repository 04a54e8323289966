# SPDX-License-Identifier: EUPL-1.2
"""What is known, while reading, of the value of an expression: enough to tell which names stand after a dot."""

from bierger_core.rules.feel import syntax
from bierger_core.rules.feel.syntax import Node
from bierger_core.rules.feel.types import Type


def shape_of(node: Node) -> Type | None:
    """Give the declared or evident type of an expression; None when nothing is known."""
    match node:
        case syntax.Variable():
            return node.shape
        case syntax.Path():
            return part_of(shape_of(node.source), node.name)
        case syntax.Filter():
            return shape_of(node.source)
        case syntax.ContextLiteral():
            return Type("context", fields={name: shape_of(value) or Type("Any") for name, value in node.entries})
        case syntax.ListLiteral():
            return Type("list", shape_of(node.items[0])) if node.items else None
        case syntax.For():
            return Type("list", shape_of(node.body))
        case syntax.If():
            return shape_of(node.then) or shape_of(node.otherwise)
        case syntax.FunctionDefinition():
            return Type("function", shape_of(node.body))
        case syntax.Call() | syntax.NamedCall():
            callee = shape_of(node.callee)
            return callee.item if callee is not None and callee.kind == "function" else None
    return None


def fields_of(shape: Type | None) -> dict[str, Type]:
    """Give the names that may stand after a dot: those of the context, or of the items of the list."""
    while shape is not None and shape.kind == "list":
        shape = shape.item
    return dict(shape.fields) if shape is not None else {}


def part_of(shape: Type | None, name: str) -> Type | None:
    """Give the shape of a part."""
    return fields_of(shape).get(name)
