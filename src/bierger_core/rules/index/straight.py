# SPDX-License-Identifier: EUPL-1.2
"""One function for a sequence of lookups, without a loop: generated from templates of this module.

What is generated depends on nothing but the kinds of the lookups and their order. Names, constants and results of a file
are values in the closure of the generated function; none is ever part of a source text (docs/decisions/0014).
"""

import ast
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from types import FunctionType
from typing import Literal

from bierger_core.rules.data import Value, decimal_context

Kind = Literal["text step", "flag step", "text", "flag", "narrow", "number", "ordered"]
Decide = Callable[[Mapping[str, object]], Value]

# The parts of each kind of lookup, in the order of `Lookup.parts`, and what is done with them. What is not allowed leads to
# None, on which the next step raises TypeError; so does a value that cannot be compared.
PARTS: Mapping[Kind, tuple[str, ...]] = {
    "text step": ("name",),
    "flag step": ("name",),
    "text": ("name", "table"),
    "flag": ("name", "yes", "no", "null"),
    "narrow": ("name", "entries", "decimals", "whole", "starts", "masks", "null"),
    "number": ("name", "whole", "starts", "masks", "null"),
    "ordered": ("name", "kind", "starts", "masks", "null"),
}
TEMPLATES: Mapping[Kind, str] = {
    "text step": "mask = mask[given[name]]",  # the way through a tree whose leaves are masks
    "flag step": """
value = given[name]
if value is True: mask = mask[0]
elif value is False: mask = mask[1]
elif value is None: mask = mask[2]
else: return otherwise(given)
""",
    "text": "mask &= table[given[name]]",
    "flag": """
value = given[name]
if value is True: mask &= yes
elif value is False: mask &= no
elif value is None: mask &= null
else: return otherwise(given)
""",
    "narrow": """
value = given[name]
if type(value) is int:
    try: mask &= entries[value]
    except KeyError: mask &= masks[bisect(whole, value)]
elif type(value) is Decimal:
    try: mask &= decimals[value]
    except KeyError: mask &= masks[bisect(starts, plus(value))]
elif value is None: mask &= null
else: return otherwise(given)
""",
    "number": """
value = given[name]
if type(value) is int: mask &= masks[bisect(whole, value)]
elif type(value) is Decimal: mask &= masks[bisect(starts, plus(value))]
elif value is None: mask &= null
else: return otherwise(given)
""",
    "ordered": """
value = given[name]
if type(value) is kind: mask &= masks[bisect(starts, value)]
elif value is None: mask &= null
else: return otherwise(given)
""",
}
# `root` is the tree of the steps, or the bits of all rules where there are none. The statements of a table that is not
# UNIQUE, or whose results are all plain values, are taken out by their place.
FRAME = """
def make(root, results, names, missed, otherwise, bisect, plus, Decimal):
    def decide(inputs):
        given = inputs if type(inputs) is dict else dict(inputs)
        try:
            mask = root
            if mask & mask - 1: return otherwise(given)
            value = results[mask.bit_length()]
        except KeyError:
            absent = [name for name in names if name not in given]
            return decide({**given, **dict.fromkeys(absent)}) if absent else otherwise(given)
        except (TypeError, AttributeError, ArithmeticError):
            return otherwise(given)
        if value is missed: return otherwise(given)
        return {**value} if type(value) is dict else value
    return decide
"""


@dataclass(frozen=True, slots=True)
class Lookup:
    """How a column is looked up: its kind, and the parts that the template of the kind names."""

    kind: Kind
    parts: tuple[object, ...]


def straight(
    lookups: Sequence[Lookup], root: object, results: Sequence[object], *, unique: bool, otherwise: Decide, missed: object
) -> Decide:
    """Give the function. `results[n]` is that of the rule of the n-th bit from below, `results[0]` that of none.

    Steps come before other lookups. `otherwise` is called for what the lookups cannot answer, and for the result `missed`.
    """
    plain = not any(result is missed or isinstance(result, dict) for result in results)
    make = _make(tuple(lookup.kind for lookup in lookups), unique=unique, plain=plain)
    names = tuple(str(lookup.parts[0]) for lookup in lookups)
    # One context for all threads: only what `plus` gives is used, and whether it raises depends on its number alone.
    shared = (root, tuple(results), names, missed, otherwise, bisect_right, decimal_context().plus, Decimal)
    decide: Decide = make(*shared, *(part for lookup in lookups for part in lookup.parts))
    return decide


@lru_cache(maxsize=256)
def _make(kinds: tuple[Kind, ...], *, unique: bool, plain: bool) -> Callable[..., Decide]:
    """Compile the function that makes the function, once for each sequence of kinds."""
    tree = ast.parse(FRAME)
    make = tree.body[0]
    assert isinstance(make, ast.FunctionDef)
    decide = make.body[0]
    assert isinstance(decide, ast.FunctionDef)
    attempt = decide.body[1]
    assert isinstance(attempt, ast.Try)
    start, overlap, found = attempt.body
    attempt.body = [start]
    for place, kind in enumerate(kinds):
        make.args.args += [ast.arg(f"{part}_{place}") for part in PARTS[kind]]
        attempt.body += _Numbered(PARTS[kind], place).visit(ast.parse(TEMPLATES[kind])).body
    attempt.body += [overlap, found] if unique else [found]
    if plain:
        attempt.body[-1:] = ast.parse("return results[mask.bit_length()]").body
        decide.body[2:] = []
    code = compile(ast.fix_missing_locations(tree), "<lookups>", "exec")
    # The module is one definition: its code is the only constant that is code.
    (inner,) = (constant for constant in code.co_consts if hasattr(constant, "co_code"))
    return FunctionType(inner, {"__builtins__": BUILTINS})


# All that generated code can reach by name.
BUILTINS = {one.__name__: one for one in (type, dict, int, KeyError, TypeError, AttributeError, ArithmeticError)}


class _Numbered(ast.NodeTransformer):
    """Give the parts of a lookup names of their own: `table` of the third column is `table_2`."""

    def __init__(self, parts: tuple[str, ...], place: int) -> None:
        self.parts, self.place = parts, place

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(f"{node.id}_{self.place}", node.ctx) if node.id in self.parts else node
