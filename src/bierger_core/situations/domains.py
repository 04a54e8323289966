# SPDX-License-Identifier: EUPL-1.2
"""The decisions of a situation over exactly the answers that its form takes.

What is unknown may become any answer that the form accepts, no other. So the options of a choice and the bounds of a number stand
once, in form.yaml; the types of the inputs in decisions.dmn say the kind only.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from bierger_core.interview import Form, Question, Type
from bierger_core.rules import DecisionModel, DecisionTable, Expression, InputType, Value, parse_unary_tests

KINDS = {
    Type.CHOICE: "string",
    Type.COMMUNE: "string",
    Type.BOOLEAN: "boolean",
    Type.NUMBER: "number",
    Type.MONEY: "number",
    Type.DATE: "date",
}


def over_answers(model: DecisionModel, form: Form, on: date | None = None) -> DecisionModel:
    """Give the model with the answers of the form as types of its inputs and of the columns that read them.

    on      the day that `today` in bounds of dates means; without it such a bound does not count
    """
    types = {
        name: _type(form.question(name), on) if name in form.names and form.question(name).type in KINDS else kind
        for name, kind in model.inputs.items()
    }
    by_name = {
        name: replace(one, logic=_table(one.logic, types)) if isinstance(one.logic, DecisionTable) else one
        for name, one in model.by_name.items()
    }
    return replace(model, inputs=types, by_name=by_name)


def _table(table: DecisionTable, types: dict[str, InputType]) -> DecisionTable:
    columns = tuple(replace(one, type=types.get(_name(one.expression), one.type)) for one in table.columns)
    return replace(table, columns=columns)


def _name(expression: Expression) -> str:
    """The input that a column reads as it is; "" for a column that computes."""
    return expression.text.strip() if expression.names() == {expression.text.strip()} else ""


def _type(question: Question, on: date | None) -> InputType:
    base = KINDS[question.type]
    allowed = _allowed(question, on)
    return InputType(base, parse_unary_tests(allowed) if allowed else None)  # type: ignore[arg-type]  # of KINDS


def _allowed(question: Question, on: date | None) -> str:
    if question.type is Type.CHOICE:
        return ", ".join(f'"{code}"' for code in question.options)
    if question.type in {Type.NUMBER, Type.MONEY}:
        return _between(*(f"{bound:f}" if bound is not None else "" for bound in (question.min, question.max)))
    if question.type is Type.DATE:
        return _between(*(_day(bound, on) for bound in (question.min_date, question.max_date)))
    return ""


def _day(bound: str | None, on: date | None) -> str:
    day = _iso(bound or "", on)
    return f'date("{day}")' if day else ""


def an_answer(question: Question, on: date) -> Value:
    """Give some answer that the form takes."""
    if question.type is Type.CHOICE:
        return question.options[0]
    if question.type is Type.BOOLEAN:
        return False
    if question.type in {Type.NUMBER, Type.MONEY}:
        return next((bound for bound in (question.min, question.max) if bound is not None), Decimal(0))
    if question.type is Type.DATE:
        bounds = [_iso(bound, on) for bound in (question.min_date, question.max_date) if bound]
        return date.fromisoformat(bounds[0]) if bounds else on
    return "anywhere"


def _iso(bound: str, on: date | None) -> str:
    return (on.isoformat() if on else "") if bound == "today" else bound


def _between(low: str, high: str) -> str:
    if low and high:
        return f"[{low}..{high}]"
    return f">= {low}" if low else f"<= {high}" if high else ""
