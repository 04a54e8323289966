# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""Show the clock; confirm it (`--trust`) after a jump or a long outage; or move that of the demonstration: deadlines, reminders
and appeal periods come without waiting for them.
"""

from __future__ import annotations

import argparse
import re
from datetime import timedelta

_SPAN = re.compile(r"([+-]?)(\d{1,5})([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    # `-1d` is a span here and no option; argparse asks this pattern which words with a dash are values.
    parser._negative_number_matcher = _SPAN  # noqa: SLF001 - argparse has no public word for it; a test calls the real parser
    parser.add_argument("by", nargs="?", type=_span, help="how far, for example +90d, +36h or -1d; nothing: show the clock")
    parser.add_argument("--trust", action="store_true", help="the clock is right: go on with what is erased or told by the day")


def run(arguments: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.conf import settings

    from bierger.infra import believed, clock
    from bierger.infra.errors import ClockRefused
    from bierger_core.values import local

    try:
        if arguments.by:
            clock.move(arguments.by)
    except ClockRefused as refused:
        print(refused)
        return 1
    if arguments.trust:
        clock.trust()
    where = "in this demonstration" if settings.BIERGER_ENV == "demo" else "by this clock"
    print(f"It is {local(clock.now()):%Y-%m-%d %H:%M} {where}.")
    jump = believed.jump()
    if jump is not None:
        print(jump)
    elif arguments.trust:
        print("What is erased or told by the day goes on from here.")
    return 0


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError("write +90d, +36h or -15m")
    sign = -1 if found[1] == "-" else 1
    return timedelta(**{_UNITS[found[3]]: sign * int(found[2])})
