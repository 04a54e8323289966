# SPDX-License-Identifier: EUPL-1.2
"""What stands in a DMN file, as texts: its inputs, its decisions, their tables. Any file that is XML can be drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from bierger_core.rules import Element

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"
LOGIC = (
    "decisionTable", "literalExpression", "context", "invocation", "list", "relation", "conditional", "filter", "for", "some",
    "every",
)  # fmt: skip
MOST_RULES = 300  # of a table are drawn; all are proved


def drawn(root: Element) -> list[dict[str, Json]]:
    """The decisions in the order of the file."""
    names = {one.get("id"): one.get("name") for one in root.children}
    return [_decision(one, names) for one in root.children if one.tag == "decision"]


def _decision(element: Element, names: dict[str, str]) -> dict[str, Json]:
    needs: list[Json] = [names.get(target, target) for target in _required(element)]
    found: dict[str, Json] = {"name": element.get("name"), "line": element.line, "needs": needs, "kind": "", "text": ""}
    for child in element.children:
        if child.tag in LOGIC:
            found["kind"] = child.tag
            found["text"] = _text(child, "text")
            if child.tag == "decisionTable":
                found["table"] = _table(child)
    return found


def _required(element: Element) -> Iterator[str]:
    for requirement in element.children:
        if requirement.tag == "informationRequirement":
            for one in requirement.children:
                yield one.get("href").removeprefix("#")


def _table(element: Element) -> dict[str, Json]:
    rules = [one for one in element.children if one.tag == "rule"]
    return {
        "hit": element.get("hitPolicy") or "UNIQUE",
        "aggregation": element.get("aggregation"),
        "inputs": [one.get("label") or _text(one, "inputExpression", "text") for one in element.children if one.tag == "input"],
        "outputs": [one.get("label") or one.get("name") for one in element.children if one.tag == "output"],
        "annotations": [one.get("name") for one in element.children if one.tag == "annotation"],
        "rules": [_rule(one, number) for number, one in enumerate(rules[:MOST_RULES], 1)],
        "count": len(rules),
    }


def _rule(element: Element, number: int) -> dict[str, Json]:
    def cells(tag: str) -> list[Json]:
        return [_text(one, "text") for one in element.children if one.tag == tag]

    inputs, outputs, notes = cells("inputEntry"), cells("outputEntry"), cells("annotationEntry")
    return {"number": number, "line": element.line, "inputs": inputs, "outputs": outputs, "annotations": notes}


def _text(element: Element, *path: str) -> str:
    """The text at the end of a way of tags, "" where there is none."""
    for tag in path:
        below = next((one for one in element.children if one.tag == tag), None)
        if below is None:
            return ""
        element = below
    return element.text.strip()
