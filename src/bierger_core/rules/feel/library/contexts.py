# SPDX-License-Identifier: EUPL-1.2
"""Context functions (DMN 1.5 section 10.3.4.8, table 81)."""

from collections.abc import Mapping

from bierger_core.rules.feel.library.registry import builtin
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.values import Value


@builtin("get value(m: context, key: string)", "get value(context: context, key: string)")
def get_value(_run: Run, context: Mapping[str, Value], key: str) -> Value:
    return context.get(key)


@builtin("get entries(m: context)", "get entries(context: context)")
def get_entries(run: Run, context: Mapping[str, Value]) -> Value:
    run.items(len(context))
    return tuple({"key": key, "value": value} for key, value in context.items())


@builtin("context(entries: list)")
def context(run: Run, entries: tuple[Value, ...]) -> Value:
    run.items(len(entries))
    made: dict[str, Value] = {}
    for entry in entries:
        if not isinstance(entry, Mapping) or "value" not in entry:
            return None
        key = entry.get("key")
        if not isinstance(key, str) or key in made:
            return None
        made[key] = entry["value"]
    return made


@builtin("context put(context: context, key: string, value: any)")
def put_key(run: Run, context: Mapping[str, Value], key: str, value: Value) -> Value:
    run.items(len(context))
    return {**context, key: value}


@builtin("context put(context: context, keys: list, value: any)")
def put_keys(run: Run, context: Mapping[str, Value], keys: tuple[Value, ...], value: Value) -> Value:
    """Put a value into contexts within contexts; null when a step on the way is no context."""
    if not keys or not isinstance(keys[0], str):
        return None
    run.items(len(context))
    if len(keys) == 1:
        return {**context, keys[0]: value}
    inner = context.get(keys[0])
    if not isinstance(inner, Mapping):
        return None
    run.enter()
    try:
        changed = put_keys(run, inner, keys[1:], value)
    finally:
        run.leave()
    return None if changed is None else {**context, keys[0]: changed}


@builtin("context merge(contexts: list)")
def merge(run: Run, contexts: tuple[Value, ...]) -> Value:
    merged: dict[str, Value] = {}
    for one in contexts:
        if not isinstance(one, Mapping):
            return None
        run.items(len(one))
        merged.update(one)
    return merged
