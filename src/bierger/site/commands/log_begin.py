# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger log begin --reason TEXT`: end this installation's log and begin another under the name in BIERGER_LOG_ORIGIN.

Runs as the worker, on the machine with the private files, while nothing else runs; see docs/howto/log-faults.md. Exit status:
0 begun; 1 refused with a sentence and a code, and nothing has changed.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any  # argparse gives its subparsers no public type

from bierger.site.sentences import sentence


def add_arguments(actions: Any) -> None:
    """actions: the subparsers of `./bierger log`."""
    words = "end this installation's log, and begin one under another name"
    begin = actions.add_parser("begin", help=words, description=sentence(words))
    begin.set_defaults(does=_begin)
    begin.add_argument("--reason", required=True, metavar="TEXT", help="a sentence for everybody who reads how it ended")
    begin.add_argument("--over", action="store_true", help="the old log cannot take what waits for it: the new one does")


def _begin(args: argparse.Namespace) -> int:
    import django  # here: the other questions about a log are answered without it

    django.setup()
    from bierger.documents import selectors as documents
    from bierger.infra.principal import SYSTEM, acting_as
    from bierger.ledger import services
    from bierger.ledger.errors import LedgerError
    from bierger_core.values import CoreError

    try:
        begun = services.begin_log(reason=args.reason, is_over=args.over)
    except (LedgerError, CoreError, OSError) as refused:
        print(f"{refused} ({getattr(refused, 'code', 'disk-refused')})", file=sys.stderr)
        return 1
    ended = begun.ended
    print(f"{ended.origin} ended with {ended.until - ended.first} entries. Its last checkpoint, in the new log's first leaf:")
    print(ended.note.decode(), end="")
    print("The new log signs with this key; everybody who keeps a policy needs it:")
    print(begun.key)
    with acting_as(SYSTEM):
        numbers = documents.numbers_waiting()
    if numbers:
        print(f"Acts that were sealed for the old log and are not in it: {len(numbers)}.")
        print("The worker, once it runs, takes each back and issues it under a new number, unless it ends within a day:")
    for issuer, number in numbers:
        print(f"   {issuer} {number}")
    return 0
