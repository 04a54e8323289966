# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger log status|verify|prove|audit|watch`: a log looked at from outside, without believing it.

    status  LOG            what its newest checkpoint says, and who signed
    verify  PROOF          a `.tlog-proof`, of an entry or of a file; needs no log
    prove   LOG            make the `.tlog-proof` of an entry from the files
    audit   LOG            read everything: derive the tree again, name what is damaged, compare with what was seen last time
    watch   LOG            read only what proves that the log grew since last time, once or every so many seconds

LOG is an address (https://…/log) or a folder with its files, and by default the folder of this installation. Whom to believe
is said by `--policy FILE` (C2SP tlog-policy), by `--key VKEY`, or by `--keys FILE` (a key list); without any of them the log's
own list is used, and that is said. `--seen FILE` is the watcher's memory: written when nothing contradicts it, and never begun
anew when it cannot be read (log_memory.py).

`init`, `serve` and `append` are in log_node.py; `begin`, the only one that is of an installation, in log_begin.py.

Needs neither Django nor a database nor the web server. Exit status: 0 nothing found; 1 something is wrong (a fork prints its two
signed checkpoints); 3 nothing could be said: no log there, no such policy, a memory that cannot be read. `watch --every` goes on
when it is not answered for a while: it says so each time, with how often and since when.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bierger.ledger.plugins.outside import LogAddress, LogFolder, LogUnreachable, Source, fetch_of
from bierger.site.commands import log_begin, log_node
from bierger.site.commands.log_memory import MemoryUnwritable, remember, remembered
from bierger.site.given_files import FileRefused, read_whole
from bierger.site.sentences import sentence
from bierger_core.merkle import (
    TILE_WIDTH,
    Audit,
    LogProof,
    MerkleError,
    Policy,
    Seen,
    SeenError,
    TileReader,
    audit,
    build_proof,
    follow,
    format_proof,
    log_key,
    parse_checkpoint_text,
    parse_note,
    parse_policy,
    parse_proof,
    parse_vkey,
    policy_of_logs,
    verify_proof,
)
from bierger_core.seals import file_commitment, load_key_list, opening_of
from bierger_core.values import CoreError, Kind

HEALTHY, WRONG, UNKNOWN = 0, 1, 3
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
MOST_LINES = 50  # damages that are printed one by one; `--json` has all
TELL_EVERY = 10.0  # seconds between two lines that say how far an audit is
LONGEST_PAUSE, OLDEST_DAYS = 31 * 86_400, 36_500
_SIGNED = "\n\N{EM DASH} ".encode()  # how every line with a signature begins
_MAY_PASS = frozenset({LogUnreachable.code, "checkpoint-missing", "checkpoint-none"})


class NothingToSay(Exception):
    """The question cannot be answered, one way or the other; `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


_UNSAID = (NothingToSay, FileRefused, LogUnreachable, MemoryUnwritable, CoreError)


@dataclass(frozen=True)
class Trust:
    """Whom the reader believes; `is_own` is False when the log itself said whom."""

    policy: Policy
    is_own: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    for name, does, words in _ACTIONS:
        action = actions.add_parser(name, help=words, description=sentence(words))
        action.set_defaults(does=does)
        if name != "verify":
            action.add_argument("log", nargs="?", metavar="LOG", help="address or folder; default: this installation's folder")
        trust = action.add_mutually_exclusive_group()
        trust.add_argument("--policy", type=Path, metavar="FILE", help="a tlog-policy: logs, witnesses, quorum")
        trust.add_argument("--key", action="append", metavar="VKEY", help="a log's verifier key (name+id+key); may be repeated")
        trust.add_argument("--keys", type=Path, metavar="FILE", help="a key list (keys.json) that you keep")
        if name in ("audit", "watch"):
            memory = "what was seen last time, for any number of looks; it only moves forward"
            action.add_argument("--seen", type=Path, metavar="FILE", required=name == "watch", help=memory)
            action.add_argument("--oldest", type=_span, metavar="SPAN", help="refuse cosignatures older than this: 90m, 24h, 7d")
            action.add_argument("--json", action="store_true", help="one JSON object, for programs")
    log_node.add_arguments(actions)
    log_begin.add_arguments(actions)
    watch, prove, verify = (actions.choices[name] for name in ("watch", "prove", "verify"))
    watch.add_argument("--every", type=_seconds, metavar="SECONDS", help="look again and again, answered or not; default: once")
    which = prove.add_mutually_exclusive_group(required=True)
    which.add_argument("--index", type=int, metavar="N", help="the entry's place, from 0")
    which.add_argument("--entry", type=bytes.fromhex, metavar="HEX", help="the entry itself: every one is looked at")
    verify.add_argument("proof", type=Path, metavar="PROOF", help="a .tlog-proof file")
    what = verify.add_mutually_exclusive_group(required=True)
    what.add_argument("--entry", type=bytes.fromhex, metavar="HEX", help="the entry")
    what.add_argument("--file", type=Path, metavar="FILE", help="the file it commits to; its salt stands in the proof")


def run(args: argparse.Namespace) -> int:
    """See the module's exit status."""
    try:
        does: Callable[[argparse.Namespace], int] = args.does
        return does(args)
    except _UNSAID as error:
        print(f"Nothing can be said ({error.code}): {error}", file=sys.stderr)
        return UNKNOWN


# -- the five questions ---------------------------------------------------------------------------------------------------


def _status(args: argparse.Namespace) -> int:
    source = _source(args.log)
    trust = _trust(args, source)
    note = _checkpoint(source)
    found = follow(fetch_of(source), note, trust.policy, now=_now())
    _print_head(found)
    _print_damages(found, trust)
    _print_trust(trust)
    return HEALTHY if found.is_healthy else WRONG


def _verify(args: argparse.Namespace) -> int:
    trust = _trust(args, None)
    text = read_whole(args.proof)
    try:
        proof = parse_proof(text)
        entry = _entry_of(args.file, proof) if args.entry is None else args.entry
        logged = verify_proof(proof, entry, trust.policy)
    except MerkleError as refused:
        print(f"NOT PROVED ({refused.code}): {refused}")
        return WRONG
    print(f"IN THE LOG {logged.checkpoint.origin}: leaf {logged.index} of {logged.checkpoint.size}")
    _print_witnesses(logged.witnesses)
    return HEALTHY


def _entry_of(file: Path, proof: LogProof) -> bytes:
    opening = opening_of(proof)
    if opening is None or opening.kind is not Kind.FILE:
        raise NothingToSay("proof-without-salt", "The proof does not hold the salt of a file; give --entry.")
    return file_commitment(read_whole(file), opening.salt)


def _prove(args: argparse.Namespace) -> int:
    source = _source(args.log)
    trust = _trust(args, source)
    note = _checkpoint(source)
    head = trust.policy.judge(note).checkpoint
    reader = TileReader(fetch_of(source), head.size, head.root)
    index = args.index if args.entry is None else _find(reader, args.entry)
    if index is None or not 0 <= index < head.size:
        raise NothingToSay("entry-unknown", f"{head.origin} has {head.size} entries, and not this one.")
    reader.entry(index)  # a proof of an entry that nobody can be shown is of no use
    sys.stdout.write(format_proof(build_proof(index, reader.read, note)).decode())
    return HEALTHY


def _find(reader: TileReader, entry: bytes) -> int | None:
    """Nobody keeps an index for an outsider: every entry is looked at, bundle by bundle, verified against the checkpoint."""
    for bundle in range(-(-reader.size // TILE_WIDTH)):
        entries = reader.bundle(bundle)
        if entry in entries:
            return bundle * TILE_WIDTH + entries.index(entry)
    return None


def _audit(args: argparse.Namespace) -> int:
    return _look(args, audit)


def _watch(args: argparse.Namespace) -> int:
    """A minute without an answer ends no watch: it is said and counted, and the memory stays as it is."""
    has_looked, missed, since = False, 0, _now()
    while True:
        try:
            status = _look(args, follow)
            if missed:
                print(f"{_stamp()} answered again, after {missed} looks without, since {since:{_INSTANT}}", file=sys.stderr)
            has_looked, missed = True, 0
        except _UNSAID as error:
            # The first look tells a mistake in the command; and who watches with a memory that is damaged sees nothing.
            is_own = not has_looked or isinstance(error, SeenError | MemoryUnwritable)
            if args.every is None or (is_own and error.code not in _MAY_PASS):
                raise
            missed, since = missed + 1, since if missed else _now()
            often = f"look {missed} in a row without an answer, since {since:{_INSTANT}}; what was seen is kept"
            print(f"{_stamp()} nothing can be said ({error.code}): {error} ({often})", file=sys.stderr)
            status = UNKNOWN
        if args.every is None or status == WRONG:
            return status
        sys.stdout.flush()
        _pause(args.every)


def _pause(seconds: int) -> None:
    time.sleep(seconds)


def _look(args: argparse.Namespace, how: Callable[..., Audit]) -> int:
    """1. Memory. 2. Checkpoint and files, judged by the core. 3. What to keep for next time. 4. What was found."""
    source = _source(args.log)
    trust = _trust(args, source)
    seen = remembered(args.seen)
    note = _checkpoint(source)
    told = {"progress": _Progress(note)} if how is audit else {}
    found = how(fetch_of(source), note, trust.policy, seen=seen, now=_now(), oldest=args.oldest, **told)
    if args.seen is not None:
        try:
            found = remember(args.seen, seen, found, fetch_of(source))
        except _UNSAID as error:
            if found.is_healthy:
                raise
            print(f"What was seen is not kept ({error.code}): {error}", file=sys.stderr)  # and what was found is told
    if args.json:
        print(json.dumps(_plain(found, seen), indent=1, default=str))
        return HEALTHY if found.is_healthy else WRONG
    _print_head(found)
    _print_memory(args.seen, seen, found)
    _print_damages(found, trust)
    if found.is_healthy and how is audit:
        print("HEALTHY: every entry and every tile is the tree's.")
    elif found.is_healthy:
        print("HEALTHY: " + ("signed as asked for; the entries were not read." if seen is None else "the log only grew."))
    _print_trust(trust)
    return HEALTHY if found.is_healthy else WRONG


_ACTIONS: tuple[tuple[str, Callable[[argparse.Namespace], int], str], ...] = (
    ("status", _status, "what the newest checkpoint says, and who signed it"),
    ("verify", _verify, "verify a .tlog-proof"),
    ("prove", _prove, "make the .tlog-proof of an entry"),
    ("audit", _audit, "read the whole log and derive its tree again"),
    ("watch", _watch, "see whether the log only grew since last time"),
)


# -- what is asked for ----------------------------------------------------------------------------------------------------


def _source(log: str | None) -> Source:
    if log is None:
        data = os.environ.get("BIERGER_DATA")
        if not data:
            raise NothingToSay("log-missing", "Say which log: its address or its folder.")
        return LogFolder(Path(data) / "log")
    return LogAddress(log) if log.startswith(("http://", "https://")) else LogFolder(Path(log))


def _trust(args: argparse.Namespace, source: Source | None) -> Trust:
    if args.policy is not None:
        return Trust(parse_policy(read_whole(args.policy)), is_own=True)
    if args.key:
        return Trust(policy_of_logs(parse_vkey(text) for text in args.key), is_own=True)
    data = read_whole(args.keys) if args.keys is not None else (source.get("keys.json") if source is not None else None)
    if data is None and source is not None and (text := source.get("policy")) is not None:  # a node without a key list
        return Trust(parse_policy(text), is_own=False)
    if data is None:
        raise NothingToSay("keys-missing", "Say whom to believe: --policy FILE, --key VKEY or --keys FILE.")
    entries = load_key_list(data).entries
    keys = tuple(log_key(one.owner, one.public_key) for one in entries if one.purpose == "log" and one.status != "revoked")
    load_key_list(data, keys)  # signed by a log key that it names: a changed copy is noticed
    return Trust(policy_of_logs(keys), is_own=args.keys is not None)


def _checkpoint(source: Source) -> bytes:
    """What is no checkpoint at all says nothing of the log: some web servers answer every address with a page of theirs."""
    note = source.get("checkpoint")
    if note is None:
        raise NothingToSay("checkpoint-missing", "There is no checkpoint: no log lies here, or nothing was logged yet.")
    if isinstance(source, LogAddress) and _SIGNED not in note:
        begins = f"it begins with {note[:40].decode('utf-8', 'replace')!a}" if note else "it is empty"
        raise NothingToSay("checkpoint-none", f"What {source.address}/checkpoint answers is no checkpoint: {begins}.")
    return note


def _span(text: str) -> dt.timedelta:
    units = {"m": "minutes", "h": "hours", "d": "days"}
    if text[-1:] not in units or not text[:-1].isdecimal():
        raise argparse.ArgumentTypeError("write 90m, 24h or 7d")
    if len(text) > 10 or (span := dt.timedelta(**{units[text[-1]]: int(text[:-1])})) > dt.timedelta(days=OLDEST_DAYS):
        raise argparse.ArgumentTypeError("nothing is as old as that")
    return span


def _seconds(text: str) -> int:
    if not text.isdecimal() or len(text) > 10 or not 1 <= int(text) <= LONGEST_PAUSE:
        raise argparse.ArgumentTypeError(f"write a number of seconds, from 1 to {LONGEST_PAUSE}")
    return int(text)


def _now() -> dt.datetime:
    return dt.datetime.fromtimestamp(time.time(), dt.UTC)


def _stamp() -> str:
    return f"{_now():{_INSTANT}}"


# -- what is answered -----------------------------------------------------------------------------------------------------


class _Progress:
    """Says from time to time how far an audit is: it takes long over a long log, and over one that only says it is long."""

    def __init__(self, note: bytes) -> None:
        self._last = time.monotonic()
        try:
            size = parse_checkpoint_text(parse_note(note).text).size
        except MerkleError:
            size = 0
        self._about = 2 * size // TILE_WIDTH + 1

    def __call__(self, files: int, damages: int) -> None:
        if time.monotonic() - self._last >= TELL_EVERY:
            self._last = time.monotonic()
            print(f"{_stamp()} {files} files of about {self._about} were read, {damages} damages so far", file=sys.stderr)


def _print_head(found: Audit) -> None:
    head = found.checkpoint
    if head is not None:
        print(f"{head.origin}: {head.size} entries, root {base64.b64encode(head.root).decode()}")
        _print_witnesses(found.witnesses)


def _print_witnesses(witnesses: Mapping[str, dt.datetime]) -> None:
    for name, at in sorted(witnesses.items()):
        print(f"cosigned by {name} at {at:{_INSTANT}}")


def _print_memory(path: Path | None, seen: Seen | None, found: Audit) -> None:
    if path is None or found.checkpoint is None:
        return
    if seen is None:
        print("seen for the first time: nothing to compare with" + ("" if found.seen is None else f", remembered in {path}"))
    elif found.is_healthy:
        print(f"seen before with {seen.size} entries: they are the first {seen.size} of {found.checkpoint.size}")


def _print_damages(found: Audit, trust: Trust) -> None:
    for damage in found.damages[:MOST_LINES]:
        print(f"DAMAGED {damage.path or 'checkpoint'}: {damage.message} ({damage.code})")
    if len(found.damages) > MOST_LINES:
        print(f"and {len(found.damages) - MOST_LINES} more (--json has all)")
    if found.fork is not None:
        print("FORK: the log signed both of these, and they cannot both be true. Keep them, and show them to everybody.")
        if not found.fork.is_self_evident(trust.policy.logs):
            print("Their sizes differ: keep the entries too, which make the second root and not the first.")
        for title, note in (("seen before", found.fork.first), ("shown now", found.fork.second)):
            print(f"--- {title} ---\n{note.decode()}", end="")
        print("---")


def _print_trust(trust: Trust) -> None:
    if not trust.is_own:
        print("Keys: the log's own list. To be sure whose log it is, give --policy, --key or --keys.")


def _plain(found: Audit, seen: Seen | None) -> dict[str, object]:
    head, fork = found.checkpoint, found.fork
    return {
        "healthy": found.is_healthy,
        "origin": None if head is None else head.origin,
        "size": None if head is None else head.size,
        "root": None if head is None else base64.b64encode(head.root).decode(),
        "seen": None if seen is None else seen.size,
        "witnesses": {name: f"{at:{_INSTANT}}" for name, at in found.witnesses.items()},
        "damages": [asdict(one) for one in found.damages],
        "fork": None if fork is None else {"first": fork.first.decode(), "second": fork.second.decode()},
    }

