# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger retention status|run|hold|release|proof|verify`: what is kept how long, what is erased, and the proof of it.

    status           what is due in the next days, what is held, what is late and why
    run [--dry-run]  erase now what is due (the worker does it every minute); --dry-run says what that would be
    hold CASE        nothing of it is erased until a day, for a reason
    release CASE     it is kept as long as its rule says
    proof NUMBER     the proof that an account, an office or a round of readings was erased, by its number, once the log has it
    verify FILE      check a proof of erasure against a log, without Django, a database or us

CASE is its number, as the request's page shows it. Exit status: 0 done; 1 something is late, failed or refused.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

from bierger.site.given_files import FileRefused, read_whole
from bierger.site.sentences import sentence

AHEAD = 30  # days that `status` looks ahead
MOST_LINES = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    for name, does, words in _ACTIONS:
        actions.add_parser(name, help=words, description=sentence(words)).set_defaults(does=does)
    run_, hold, release, verify = (actions.choices[name] for name in ("run", "hold", "release", "verify"))
    run_.add_argument("--dry-run", action="store_true", help="erase nothing, say what is due")
    for one in (hold, release):
        one.add_argument("case", metavar="CASE", help="number of the case")
    hold.add_argument("--reason", required=True, choices=("appeal", "litigation", "inquiry", "claim"), help="why it is held")
    hold.add_argument("--until", required=True, type=date.fromisoformat, metavar="YYYY-MM-DD", help="the last day of the hold")
    hold.add_argument("--note", default="", help="for the officers of the case; erased with it")
    actions.choices["proof"].add_argument("number", type=UUID, metavar="NUMBER", help="of the account, the office or the round")
    verify.set_defaults(offline=True)  # a proof is checked without an installation
    verify.add_argument("file", type=Path, metavar="FILE", help="the proof, as the request's page hands it out")
    trust = verify.add_mutually_exclusive_group(required=True)
    trust.add_argument("--policy", type=Path, metavar="FILE", help="a tlog-policy: logs, witnesses, quorum")
    trust.add_argument("--key", action="append", metavar="VKEY", help="a log's verifier key; may be repeated")
    trust.add_argument("--keys", type=Path, metavar="FILE", help="a key list (keys.json) that you keep")


def run(args: argparse.Namespace) -> int:
    """See the module's exit status."""
    does: Callable[[argparse.Namespace], int] = args.does
    if does is _verify:
        return _verify(args)
    import django

    django.setup()
    return does(args)


def _status(_args: argparse.Namespace) -> int:
    from bierger.cases import selectors as cases
    from bierger.filings import selectors as filings
    from bierger.identity import selectors as identity
    from bierger.infra import backup_keys, clock, erasures
    from bierger.infra.principal import SYSTEM, acting_as

    with acting_as(SYSTEM):
        today = clock.today()
        late = [one for one in cases.overdue(today, most=MOST_LINES) if not one.held]
        held = cases.held(today, most=MOST_LINES)
        ahead = cases.due_by_day(today, days=AHEAD)
        told = identity.announced(cap=MOST_LINES)
        failed = filings.not_ended(most=MOST_LINES)
    for day, count in ahead.items():
        print(f"due   {day}  {count} cases")
    for one in held:
        print(f"held  {one.hold_until}  {one.number}: {one.hold_reason}" + (f", due {one.erase_on}" if one.erase_on else ""))
    for one in late:
        print(f"late  {one.erase_on}  {one.number}: {one.problem or 'not tried yet'}")
    for end in failed:
        print(f"late  {end.due_on}  {end.kind} {end.id}: {end.code}")
    if told:
        print(f"told  {told if told < MOST_LINES else f'{MOST_LINES} or more'} people: their account ends.")
    known, keys = erasures.registered(), backup_keys.secrets_in(erasures.folder())
    print(f"{sum(ahead.values())} cases due within {AHEAD} days, {len(held)} held, {len(late) + len(failed)} late.")
    print(f"{len(known)} erasures registered and {len(keys)} keys of backups in {erasures.folder()}.")
    return 1 if late or failed else 0


def _run(args: argparse.Namespace) -> int:
    from bierger.cases import selectors as cases
    from bierger.cases import services
    from bierger.filings.services import account_round, erase_round
    from bierger.infra import believed, clock
    from bierger.infra.backup_keys import destroy_old_keys
    from bierger.infra.principal import SYSTEM, acting_as

    with acting_as(SYSTEM):
        due = [one for one in cases.overdue(clock.today(), most=MOST_LINES) if not one.held]
    if args.dry_run:
        for one in due:
            print(f"due   {one.erase_on}  {one.number}")
        print(f"{len(due)} cases would be erased." if len(due) < MOST_LINES else f"{MOST_LINES} cases or more would be erased.")
        return 0
    if not believed.can_be_the_day("retention run"):
        print(believed.jump(), file=sys.stderr)
        return 1
    numbers = {one.case: one.number for one in due}
    planned = 1
    while planned:
        with acting_as(SYSTEM):
            planned = services.plan()
    told = erase_round(job="retention run")
    for failed in told.failed:
        print(f"failed  {numbers.get(failed.case, failed.case)}: {failed.code}", file=sys.stderr)
    accounts, destroyed = account_round(), destroy_old_keys()
    for end in accounts.failed:
        print(f"failed  {end.kind} {end.id}: {end.code}", file=sys.stderr)
    if accounts.erased:
        print(f"{accounts.erased} accounts and offices erased.")
    wrong = len(told.failed) + len(accounts.failed)
    print(f"{told.erased} erased, {wrong} failed; {destroyed} keys of old backups destroyed.")
    return 1 if wrong else 0


def _hold(args: argparse.Namespace) -> int:
    from bierger.cases import services

    return _of_case(
        args.case,
        lambda case: services.hold_case(case=case, reason=args.reason, until=args.until, note=args.note),
        f"is held until {args.until}.",
    )


def _release(args: argparse.Namespace) -> int:
    from bierger.cases import services

    return _of_case(args.case, lambda case: services.release_case(case=case), "is held no more.")


def _of_case(number: str, does: Callable[[UUID], object], done: str) -> int:
    from bierger.cases import selectors as cases
    from bierger.cases.errors import CaseError
    from bierger.infra.principal import SYSTEM, acting_as

    try:
        with acting_as(SYSTEM):
            case = cases.case_by_number(number)
            if case is None:
                print(f"There is no case {number}.", file=sys.stderr)
                return 1
            does(case)
    except CaseError as error:
        print(f"Refused ({error.code}): {error}", file=sys.stderr)
        return 1
    print(f"{number} {done}")
    return 0


def _proof(args: argparse.Namespace) -> int:
    from bierger.filings.selectors import deletion_certificate
    from bierger.infra.principal import SYSTEM, acting_as

    with acting_as(SYSTEM):
        proof = deletion_certificate(args.number)
    if proof is None:
        print(f"Nothing with the number {args.number} was erased, or the log has not taken it yet.", file=sys.stderr)
        return 1
    print(proof.decode(), end="")
    return 0


def _verify(args: argparse.Namespace) -> int:
    """Needs no Django: for whoever was handed the proof."""
    from bierger_core.merkle import log_key, parse_policy, parse_vkey, policy_of_logs
    from bierger_core.seals import load_key_list, verify_deletion
    from bierger_core.values import CoreError

    try:
        if args.policy:
            policy = parse_policy(read_whole(args.policy))
        elif args.key:
            policy = policy_of_logs([parse_vkey(key) for key in args.key])
        else:
            entries = load_key_list(read_whole(args.keys)).entries
            policy = policy_of_logs([log_key(one.owner, one.public_key) for one in entries if one.purpose == "log"])
        proved = verify_deletion(read_whole(args.file), policy)
    except FileRefused as refused:
        print(f"{refused} ({refused.code})", file=sys.stderr)
        return 1
    except CoreError as refused:
        print(f"NOT PROVED ({refused.code}): {refused}")
        return 1
    record = proved.record
    print(f"IN THE LOG {proved.origin}: leaf {proved.index} of {proved.size}")
    at = f"erased at {record.get('erased_at')} (due {record.get('due_on')})"
    kind = next((one for one in ("account", "office", "readings") if one in record), "")
    what = f"{kind.capitalize()} {record[kind]}" if kind else f"Case {record.get('case')} of {record.get('administration')}"
    print(f"{what}, {at}.")
    for kind, count in _destroyed(record.get("destroyed")).items():
        print(f"  {count:>6}  {kind}")
    print("What it says was said in public, and cannot be taken back. That no copy is left anywhere is beyond any proof.")
    return 0


def _destroyed(said: object) -> dict[str, object]:
    return {str(kind): count for kind, count in said.items()} if isinstance(said, dict) else {}


_ACTIONS: tuple[tuple[str, Callable[[argparse.Namespace], int], str], ...] = (
    ("status", _status, "what is due when, what is held, what is late"),
    ("run", _run, "erase now what is due"),
    ("hold", _hold, "keep a case longer"),
    ("release", _release, "keep a case no longer than its rule says"),
    ("proof", _proof, "print the proof that an account, an office or a round of readings was erased"),
    ("verify", _verify, "check a proof of erasure"),
)
