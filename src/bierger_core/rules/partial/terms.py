# SPDX-License-Identifier: EUPL-1.2
"""What stands at the ends of a diagram: a value, or what is known of a value while inputs are missing.

Inputs are numbers of variables (see diagram.py). Two equal terms stand for the same value in every completion.
"""

from dataclasses import dataclass, field

from bierger_core.rules.data import MAX_DEPTH, MAX_PARTS, Key, Value, key_of, parts_of, type_word
from bierger_core.rules.partial.sums import Sum


@dataclass(frozen=True, slots=True)
class Constant:
    """A value; 1.0 and 1.00 are the same, true and 1 are not."""

    key: Key
    value: Value = field(compare=False)


@dataclass(frozen=True, slots=True)
class Number:
    """A number: one sum divided by another that is not 0 where this term stands.

    `rounded`: 1 for a quotient that the evaluation cuts at 34 digits, 2 for a sum with one, 0 for what it calculates
    exactly. What is calculated from rounded numbers may miss a boundary that fractions meet (1 / 3 * 3 < 1).
    """

    above: Sum
    below: Sum
    rounded: int = 0


@dataclass(frozen=True, slots=True)
class Plain:
    """An input as it is: a date, a string, a list or a context (`word` says which), not null."""

    variable: int
    word: str


@dataclass(frozen=True, slots=True)
class Record:
    """The outputs of a table by name."""

    parts: tuple[tuple[str, "Term"], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list: what the rules of a table give that collects."""

    parts: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """An operation that nothing is known about until its operands are: a text joined to an unknown one, a power."""

    operation: str
    operands: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """The evaluation ends with the error of this code."""

    code: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A number of a rule, or that none was met yet, on the way to the outputs; never the end of a decision."""

    number: int


Term = Constant | Number | Plain | Record | Items | Pending | Failure | Mark


def constant(value: Value) -> Constant:
    """Wrap a value."""
    return Constant(key_of(value), value)


def size_of(term: Term) -> int:
    """Count the parts of a term as `parts_of` those of a value."""
    count, waiting = 0, [(term, 0)]
    while waiting and count <= MAX_PARTS:
        one, depth = waiting.pop()
        if depth >= MAX_DEPTH:
            return MAX_PARTS + 1
        if isinstance(one, Record):
            waiting.extend((part, depth + 1) for _, part in one.parts)
        elif isinstance(one, Items):
            waiting.extend((part, depth + 1) for part in one.parts)
        count += parts_of([one.value], depth) if isinstance(one, Constant) else 1
    return count


def word_of(term: Term) -> str:
    """Give the FEEL word for the type of a term; "" when nobody knows yet."""
    if isinstance(term, Constant):
        return type_word(term.value)
    if isinstance(term, Number):
        return "number"
    if isinstance(term, Plain):
        return term.word
    if isinstance(term, Record):
        return "context"
    if isinstance(term, Items):
        return "list"
    words = {word_of(operand) for operand in term.operands} if isinstance(term, Pending) and term.operation in "+-*" else set()
    return words.pop() if words in ({"number"}, {"string"}) else ""


def variables_of(term: Term) -> frozenset[int]:
    """Give the inputs a term depends on."""
    if isinstance(term, Number):
        return term.above.variables | term.below.variables
    if isinstance(term, Plain):
        return frozenset((term.variable,))
    if isinstance(term, Record):
        return frozenset[int]().union(*(variables_of(part) for _, part in term.parts))
    if isinstance(term, Items):
        return frozenset[int]().union(*(variables_of(part) for part in term.parts))
    if isinstance(term, Pending):
        return frozenset[int]().union(*(variables_of(operand) for operand in term.operands))
    return frozenset()
