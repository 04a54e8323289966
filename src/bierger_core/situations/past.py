# SPDX-License-Identifier: EUPL-1.2
"""What people answered before: `past:` of situation.yaml, counts of answers by question, never whose they were.

    past:
      music: [{answer: "yes", times: 120}, {answer: "no", times: 880}]

They say which question probably settles most, so they change the order of the questions and never an outcome.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from bierger_core.interview import Parsed, Setting, from_json, parse_answer
from bierger_core.rules import Value

from .types import Situation

MOST_PAST = 1_000
"""Times that one answer may be counted: shares of a thousand say enough, and are soon read."""


def past_cases(situation: Situation, on: date) -> Iterator[Mapping[str, object]]:
    """Give each counted answer as a case that tells nothing else, for questions are independent; passes over what is none."""
    for name, text, value in _read(situation, on):
        if value is not None:
            yield from [{name: value}] * situation.past[name][text]


def unread(situation: Situation, on: date) -> Iterator[tuple[str, str]]:
    """Give what is no answer: question, and what stands there."""
    return ((name, text) for name, text, value in _read(situation, on) if value is None)


def _read(situation: Situation, on: date) -> Iterator[tuple[str, str, Value]]:
    for name, counts in situation.past.items():
        for text in counts if name in situation.form.names else ():
            question = situation.form.question(name)
            read = parse_answer(question, [text], setting=Setting(on, None))
            yield name, text, from_json(question, read.value) if isinstance(read, Parsed) else None
