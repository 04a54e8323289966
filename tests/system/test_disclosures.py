# SPDX-License-Identifier: EUPL-1.2
"""No selector shows somebody's data without saying why: it takes a Purpose, or shows people their own (@own_data).

The test walks the selectors of every application and follows the types they give back. It is tried on planted faults first.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from uuid import UUID

import pytest
from django.conf import settings

from bierger.disclosures.types import MARK, OWN, Purpose, own_data, personal_data


@personal_data
@dataclass(frozen=True)
class Somebody:
    name: str


@dataclass(frozen=True)
class Row:
    who: Somebody | None


@dataclass(frozen=True)
class Page:
    rows: tuple[Row, ...]
    next: int | None


def bare(space: UUID) -> Somebody:
    return Somebody("x")


def inside_a_list(after: int) -> Sequence[Somebody | None]:
    return []


def inside_a_type() -> Page:
    return Page((), None)


def inside_a_mapping(purpose: str) -> Mapping[UUID, Row]:
    return {}


def with_a_purpose(space: UUID, *, purpose: Purpose) -> Page:
    return Page((), None)


@own_data("The policy lets people see themselves only.")
def one_s_own() -> Somebody:
    return Somebody("x")


def without_a_person() -> tuple[int, str]:
    return 1, ""


@pytest.mark.parametrize("selector", [bare, inside_a_list, inside_a_type, inside_a_mapping])
def test_a_planted_fault_is_found(selector: Callable):
    assert owes_a_purpose(selector)


@pytest.mark.parametrize("selector", [with_a_purpose, one_s_own, without_a_person])
def test_a_sound_selector_passes(selector: Callable):
    assert not owes_a_purpose(selector)


def test_every_selector_says_why():
    selectors = list(public_selectors())
    assert len(selectors) > 20, "The walk found too few selectors to be trusted."
    guilty = sorted(f"{selector.__module__}.{selector.__qualname__}" for selector in selectors if owes_a_purpose(selector))
    assert guilty == [], "These give personal data back: take `purpose: Purpose` and record it, or decorate with @own_data."


def test_every_own_data_selector_gives_its_reason():
    reasons = [getattr(selector, OWN) for selector in public_selectors() if hasattr(selector, OWN)]
    assert len(reasons) >= 4
    assert all(len(reason) > 20 for reason in reasons)


def test_some_types_are_marked():
    from bierger.identity.types import HolderView, PersonView
    from bierger.registry.types import Evidence

    assert all(getattr(marked, MARK, False) for marked in (HolderView, PersonView, Evidence))


# The core's JSON type speaks of itself, in a text that is read where it is used.
RECURSIVE = {"JSON": object, "Sequence": Sequence, "Mapping": Mapping}


def owes_a_purpose(selector: Callable) -> bool:
    if hasattr(selector, OWN):
        return False
    hints = typing.get_type_hints(inspect.unwrap(selector), localns=RECURSIVE)
    gives = hints.pop("return", None)
    return any(getattr(part, MARK, False) for part in parts_of(gives)) and Purpose not in hints.values()


def parts_of(hint: object) -> set[type]:
    """The classes in an annotation: arguments of generics and unions, fields of dataclasses, however deep."""
    found: set[type] = set()
    waiting, seen = [hint], set()
    while waiting:
        one = waiting.pop()
        if repr(one) in seen:
            continue
        seen.add(repr(one))
        waiting += [*typing.get_args(one), typing.get_origin(one)]
        if inspect.isclass(one):
            found.add(one)
            if dataclasses.is_dataclass(one):
                waiting += typing.get_type_hints(one, localns=RECURSIVE).values()
    return found


def public_selectors() -> Iterator[Callable]:
    for app in settings.DOMAIN_APPS:
        for module in selector_modules(app):
            for name, found in vars(module).items():
                if not name.startswith("_") and inspect.isfunction(found) and found.__module__ == module.__name__:
                    yield found


def selector_modules(app: str) -> Iterator[ModuleType]:
    name = f"bierger.{app}.selectors"
    if importlib.util.find_spec(f"bierger.{app}") is None or importlib.util.find_spec(name) is None:
        return
    module = pkgutil.resolve_name(name)
    yield module
    for inner in pkgutil.iter_modules(getattr(module, "__path__", [])):
        yield pkgutil.resolve_name(f"{name}.{inner.name}")
