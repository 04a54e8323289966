# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger keys list|rotate|retire|revoke`: the keys that sign acts, and the log's own; see docs/howto/keys.md.

Runs as the worker, on the machine with the private files. Each change is a new version of the key list, signed and logged.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from bierger.ledger.services import KeyChange

_FILE = {"here": "", "exposed": "  OTHERS MAY READ ITS FILE", "gone": "  no private file here"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="every key that ever signed, until when, and where its private file is")
    rotate = actions.add_parser("rotate", help="let a new key take over within a minute")
    rotate.add_argument("owner", metavar="OWNER", help="the code of an administration, or: log")
    rotate.add_argument("--lost", action="store_true", help="the old private file is gone: the new key begins at once")
    retire = actions.add_parser("retire", help="end the key of an administration that issues nothing here any more")
    retire.add_argument("kid", metavar="KID", help="the key, as the list names it")
    revoke = actions.add_parser("revoke", help="refuse what a stolen key signed from an instant on")
    revoke.add_argument("kid", metavar="KID", help="the key, as the list names it")
    since = "since when it may have been stolen: 2026-11-22T14:00:00Z"
    revoke.add_argument("--from", dest="since", required=True, metavar="INSTANT", help=since)
    size = "how many entries of its log stand certainly before that, where the clock was wrong"
    revoke.add_argument("--size", type=int, metavar="N", help=size)
    revoke.add_argument("--reason", required=True, help="a sentence for those who read the list of keys later")


def run(args: argparse.Namespace) -> int:
    """0 done, 1 refused with a sentence."""
    django.setup()
    from bierger.infra.principal import SYSTEM, acting_as
    from bierger.ledger.errors import LedgerError
    from bierger_core.values import CoreError

    actions: dict[str, Callable[[argparse.Namespace], None]] = {
        "list": _list, "rotate": _rotate, "retire": _retire, "revoke": _revoke,
    }  # fmt: skip
    try:
        with acting_as(SYSTEM):
            actions[args.action](args)
    except (LedgerError, CoreError) as refused:
        print(f"{refused} ({refused.code})", file=sys.stderr)
        return 1
    return 0


def _list(_args: argparse.Namespace) -> None:
    from bierger.documents import services as documents
    from bierger.ledger import services

    for key in services.all_keys():
        until = "" if key.valid_to is None else f" until {key.valid_to:%Y-%m-%dT%H:%M:%SZ}"
        said = f"{key.kid.hex()}  {key.status:<8} {key.purpose:<5} {key.owner}  from {key.valid_from:%Y-%m-%dT%H:%M:%SZ}"
        print(said + until + _FILE[key.file])
        if key.revoked_from is not None:
            since = f"{key.revoked_from:%Y-%m-%dT%H:%M:%SZ}"
            print(f"{'':18}revoked from {since}, log of {key.revoked_at_size} entries: {key.reason}")
    for code, days in documents.certificate_days().items():
        soon = "  RENEW IT" if days < documents.WARNED_DAYS else ""
        print(f"certificate of {code}: {days} days left{soon}")


def _rotate(args: argparse.Namespace) -> None:
    from bierger.ledger import services

    _say(services.rotate_key(owner=services.owner_named(args.owner), is_lost=args.lost), "ends")


def _retire(args: argparse.Namespace) -> None:
    from bierger.ledger import services

    _say(services.retire_key(kid=_kid(args.kid)), "ends")


def _revoke(args: argparse.Namespace) -> None:
    from bierger.documents import selectors as documents
    from bierger.ledger import services
    from bierger_core.values import parse_instant

    done = services.revoke_key(kid=_kid(args.kid), since=parse_instant(args.since), reason=args.reason, size=args.size)
    _say(done, "is revoked from")
    print(f"Of what it had signed, the first {done.log_size} entries of the log stay good.")
    numbers = documents.numbers_refused(kid=done.kid, issuer=done.owner, since=done.since, size=done.log_size or 0)
    print(f"Acts of ours that are refused now: {len(numbers)}" + (", issue them again:" if numbers else "."))
    for number in numbers:
        print(f"   {done.owner} {number}")


def _say(done: KeyChange, what: str) -> None:
    at = f"{done.since:%Y-%m-%dT%H:%M:%SZ}"
    print(f"The key {done.kid.hex()} of {done.owner} {what} {at}.")
    if done.successor is not None:
        print(f"Its successor is {done.successor.hex()}.")


def _kid(word: str) -> bytes:
    from bierger.ledger.errors import KeyRefused

    try:
        return bytes.fromhex(word)
    except ValueError:
        raise KeyRefused("key-none", f"{word} is no key: ./bierger keys list names them.") from None
