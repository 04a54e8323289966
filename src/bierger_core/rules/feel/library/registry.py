# SPDX-License-Identifier: EUPL-1.2
"""How a built-in function is declared, and how arguments are fitted to it.

    @builtin("substring(string: string, start position: number, [length: number?])")
    def substring(run, string, start, length=None): ...

`[x: T]` may be left out, `x: T?` may be null, `*x: T` takes all that follow. A null where none may stand, an argument of
another type, one too many or an unknown name give null, as section 10.3.4 asks; a list of one stands for its item and an
item for a list of one (section 10.3.2.9.4). Several declarations are tried in their order. `x: any?` may be missing among
named arguments.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bierger_core.rules.feel.calendar import midnight
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.scope import Names
from bierger_core.rules.feel.types import ANY, Type
from bierger_core.rules.feel.values import Function, Parameter, Value, kind_of


class Implementation(Protocol):
    def __call__(self, run: Run, *arguments: Value) -> Value: ...


@dataclass(frozen=True, slots=True)
class Formal:
    """A formal parameter: `kinds` that it takes (empty: all), whether null and absence are fine, whether it takes the rest."""

    name: str
    kinds: frozenset[str]
    nullable: bool
    optional: bool
    rest: bool
    lenient: bool  # whether a missing named argument is null


class Unfit(Exception):
    """The arguments do not fit a declaration."""


ABSENT = object()
SHORT = {
    "dt": ("date and time",),
    "dtd": ("days and time duration",),
    "ymd": ("years and months duration",),
    "duration": ("days and time duration", "years and months duration"),
    "any": (),
}
NAMED_REST = ("list", "item")  # append(list: [1], item: 2): the rest may be one argument with a name
DECLARATION = re.compile(r"([^(]+)\((.*)\)")


def _formal(text: str) -> Formal:
    optional = text.startswith("[")
    text = text.strip("[] ")
    rest = text.startswith("*")
    name, _, kind = text.lstrip("*").partition(":")
    kind = kind.strip()
    nullable = kind.endswith("?") or kind == "any"
    kinds = [word for part in kind.rstrip("?").split("|") for word in SHORT.get(part, (part,))]
    lenient = kind.endswith("?") and not kinds
    return Formal(name.strip(), frozenset(kinds), nullable, optional, rest, lenient)


@dataclass(frozen=True, slots=True)
class Declaration:
    """One way to call a function."""

    formals: tuple[Formal, ...]
    call: Implementation

    def positional(self, run: Run, given: Sequence[Value]) -> Value:
        """Call with arguments in order; raises Unfit."""
        fitted: list[Value] = []
        index = 0
        for formal in self.formals:
            if formal.rest:
                fitted += [fit(value, formal) for value in given[index:]]
                index = len(given)
            elif index < len(given):
                fitted.append(fit(given[index], formal))
                index += 1
            elif not formal.optional:
                raise Unfit
        if index < len(given) or (self.formals and self.formals[-1].rest and not given):
            raise Unfit
        return self._counted(run, fitted)

    def named(self, run: Run, given: Mapping[str, Value]) -> Value:
        """Call with arguments by name; raises Unfit."""
        if not given.keys() <= {formal.name for formal in self.formals if not formal.rest or formal.name in NAMED_REST}:
            raise Unfit
        fitted: list[Value] = []
        for formal in self.formals:
            if formal.name in given:
                fitted.append(fit(given[formal.name], formal))
            elif formal.optional or formal.lenient:
                fitted.append(None)
            else:
                raise Unfit
        while fitted and self.formals[len(fitted) - 1].optional and self.formals[len(fitted) - 1].name not in given:
            fitted.pop()
        return self._counted(run, fitted)

    def _counted(self, run: Run, fitted: Sequence[Value]) -> Value:
        """Call, and count what was read and made: a text of any length is one argument."""
        run.count(1 + sum(len(value) >> 8 for value in fitted if isinstance(value, str)))
        result = self.call(run, *fitted)
        if isinstance(result, str):
            run.text(len(result))
        elif isinstance(result, tuple):
            run.items(len(result))
        return result


def fit(value: Value, formal: Formal) -> Value:
    """Fit one argument; raises Unfit."""
    if value is None:
        if formal.nullable:
            return None
        raise Unfit
    if not formal.kinds:
        return value
    kind = kind_of(value)
    if kind in formal.kinds:
        return value
    if isinstance(value, tuple) and len(value) == 1 and value[0] is not None and kind_of(value[0]) in formal.kinds:
        return value[0]
    if "list" in formal.kinds:
        return (value,)
    if kind == "date" and "date and time" in formal.kinds:
        return midnight(value)  # type: ignore[arg-type]  # a date, by its kind
    raise Unfit


BUILTINS: dict[str, Function] = {}
_DECLARATIONS: dict[str, list[Declaration]] = {}
BUILTIN_NAMES = Names()


def builtin(*texts: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Declare a function of the library in one or several ways."""

    def register(call: Callable[..., Value]) -> Callable[..., Value]:
        for text in texts:
            match = DECLARATION.fullmatch(text)
            assert match, text
            formals = tuple(_formal(part) for part in match[2].split(", ") if part)
            _declare(match[1], Declaration(formals, call))
        return call

    return register


def _declare(name: str, declaration: Declaration) -> None:
    declarations = _DECLARATIONS.setdefault(name, [])
    declarations.append(declaration)
    if name in BUILTINS:
        return
    BUILTIN_NAMES.add(name)

    def positional(run: Run, given: Sequence[Value]) -> Value:
        for one in declarations:
            try:
                return one.positional(run, given)
            except Unfit:
                continue
        run.note(f"{name}() does not take these arguments")
        return None

    def named(run: Run, given: Mapping[str, Value]) -> Value:
        for one in declarations:
            try:
                return one.named(run, given)
            except Unfit:
                continue
        run.note(f"{name}() does not take these arguments")
        return None

    parameters = tuple(Parameter(formal.name, ANY) for formal in declaration.formals)
    BUILTINS[name] = Function(name, parameters, Type("Any"), positional, named)
