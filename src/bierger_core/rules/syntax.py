# SPDX-License-Identifier: EUPL-1.2
"""The syntax tree of the FEEL subset: frozen nodes, each with the place where it stands.

Chains of one precedence are one node with many operands, so the depth of a tree is the depth of its brackets and a
long sum cannot exhaust the stack.
"""

from dataclasses import dataclass

from bierger_core.rules.data import Value


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file: line and column count from 1."""

    path: str = ""
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Literal:
    at: Position
    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """A name or path: `applicant.age` is ("applicant", "age")."""

    at: Position
    parts: tuple[str, ...]


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
class And:
    at: Position
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    at: Position
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    at: Position
    operand: "Node"


@dataclass(frozen=True, slots=True)
class If:
    at: Position
    condition: "Node"
    then: "Node"
    otherwise: "Node"


@dataclass(frozen=True, slots=True)
class In:
    at: Position
    value: "Node"
    tests: tuple["Test", ...]


Node = Literal | Name | Negate | Arithmetic | Compare | And | Or | Not | If | In


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
class RangeTest:
    """`[1..5)`: low <= value < high."""

    at: Position
    low: Node
    high: Node
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class EqualTest:
    """`"a"`: the value equals the operand, or stands in it when the operand is a list."""

    at: Position
    operand: Node


@dataclass(frozen=True, slots=True)
class NotTest:
    """`not("a", < 5)`: none of the tests holds."""

    at: Position
    tests: tuple["Test", ...]


Test = AnyTest | CompareTest | RangeTest | EqualTest | NotTest
