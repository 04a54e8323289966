# SPDX-License-Identifier: EUPL-1.2
"""The syntax tree of FEEL: frozen nodes, each with the place where it stands.

Chains of one precedence are one node with many operands, so the depth of a tree is the depth of its brackets and a
long sum cannot exhaust the stack. Types are resolved while parsing: a tree needs no scope any more.
"""

from dataclasses import dataclass

from bierger_core.rules.feel.types import Type
from bierger_core.rules.feel.values import Value
from bierger_core.rules.syntax import Position


@dataclass(frozen=True, slots=True)
class Literal:
    at: Position
    value: Value


@dataclass(frozen=True, slots=True)
class Variable:
    """A name of the scope; `known` is false for a name that only an item of a filter can define."""

    at: Position
    name: str
    shape: Type | None
    known: bool


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function of the library."""

    at: Position
    name: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`?`: the value that a unary test is about."""

    at: Position


@dataclass(frozen=True, slots=True)
class Negate:
    at: Position
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`first` and then operators from the left; all of one precedence: + - | * / | **."""

    at: Position
    first: "Node"
    rest: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True, slots=True)
class Compare:
    at: Position
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Between:
    at: Position
    value: "Node"
    low: "Node"
    high: "Node"


@dataclass(frozen=True, slots=True)
class In:
    at: Position
    value: "Node"
    tests: tuple["Test", ...]


@dataclass(frozen=True, slots=True)
class InstanceOf:
    at: Position
    value: "Node"
    type: Type


@dataclass(frozen=True, slots=True)
class And:
    at: Position
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    at: Position
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class If:
    at: Position
    condition: "Node"
    then: "Node"
    otherwise: "Node"


@dataclass(frozen=True, slots=True)
class Iterator:
    """`name in source`, or `name in source..end`."""

    name: str
    source: "Node"
    end: "Node | None"


@dataclass(frozen=True, slots=True)
class For:
    at: Position
    iterators: tuple[Iterator, ...]
    body: "Node"
    partial: bool  # whether the body reads the results so far


@dataclass(frozen=True, slots=True)
class Quantified:
    at: Position
    every: bool
    iterators: tuple[Iterator, ...]
    body: "Node"


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    at: Position
    parameters: tuple[tuple[str, Type], ...]
    body: "Node"


@dataclass(frozen=True, slots=True)
class Call:
    at: Position
    callee: "Node"
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class NamedCall:
    at: Position
    callee: "Node"
    arguments: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True, slots=True)
class Path:
    at: Position
    source: "Node"
    name: str


@dataclass(frozen=True, slots=True)
class Filter:
    at: Position
    source: "Node"
    condition: "Node"


@dataclass(frozen=True, slots=True)
class ListLiteral:
    at: Position
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class ContextLiteral:
    at: Position
    entries: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral:
    """`[low..high]`; `(< high)` has no low end."""

    at: Position
    low: "Node | None"
    high: "Node | None"
    low_closed: bool
    high_closed: bool


Node = (
    Literal
    | Variable
    | Builtin
    | Placeholder
    | Negate
    | Arithmetic
    | Compare
    | Between
    | In
    | InstanceOf
    | And
    | Or
    | If
    | For
    | Quantified
    | FunctionDefinition
    | Call
    | NamedCall
    | Path
    | Filter
    | ListLiteral
    | ContextLiteral
    | RangeLiteral
)


@dataclass(frozen=True, slots=True)
class AnyTest:
    """`-`: any value, null too."""

    at: Position


@dataclass(frozen=True, slots=True)
class CompareTest:
    """`< 5`, `>= date("2026-01-01")`, `!= "a"`."""

    at: Position
    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class ExpressionTest:
    """An expression: the value equals it or lies in it; or, when it speaks of `?`, it is true."""

    at: Position
    operand: Node
    asks: bool


@dataclass(frozen=True, slots=True)
class NotTest:
    """`not("a", < 5)`: none of the tests holds."""

    at: Position
    tests: tuple["Test", ...]


Test = AnyTest | CompareTest | ExpressionTest | NotTest
