# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger log init|serve|append|mend`: a log of one's own, as a folder and a process; and adding to one.

    init    FOLDER     make an empty log and its key
    serve   FOLDER     the node: everybody reads it over HTTP, the holder of the token adds; until Ctrl-C
    append  LOG        add files, each one entry, or the lines of hexadecimal of the standard input: to a node by its address and
                       with its token, or to a folder that nobody serves, with the log's key
    mend    FOLDER     write damaged or lost tiles again from the bundles of entries, and finish what was begun

Needs neither Django nor a database. Exit status: 0 done; 1 refused or failed, with a code.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any  # argparse gives its subparsers no public type

from bierger.ledger.plugins.node import place, wire
from bierger.ledger.plugins.node.batching import Batcher, Limits
from bierger.ledger.plugins.node.errors import NodeError, NodeMisplaced, RequestRefused, Unclear
from bierger.ledger.plugins.node.mending import mend
from bierger.site.commands import log_sending
from bierger.site.given_files import FileRefused, read_whole
from bierger.site.sentences import sentence
from bierger_core.values import CoreError

REQUEST = 1_000  # entries


def add_arguments(actions: Any) -> None:
    """actions: the subparsers of `./bierger log`."""
    init = actions.add_parser("init", help="make an empty log, and its key", description="Make an empty log, and its key.")
    init.set_defaults(does=_told(_init))
    init.add_argument("folder", type=Path, metavar="FOLDER")
    init.add_argument("--origin", required=True, metavar="NAME", help="the log's name for ever: an address without a scheme")
    init.add_argument("--key", type=Path, required=True, metavar="FILE", help="its private key (PEM); made when it is not there")
    init.add_argument("--token", type=Path, metavar="FILE", help="the token for senders; made when it is not there")
    init.add_argument("--key-unused", action="store_true", help="a key that was made elsewhere, and never signed for a log")
    _add_seen(init)
    serve = actions.add_parser("serve", help="serve a log, and add to it", description="Serve a log, and add to it.")
    serve.set_defaults(does=_told(_serve))
    serve.add_argument("folder", type=Path, metavar="FOLDER")
    serve.add_argument("--key", type=Path, required=True, metavar="FILE", help="the log's private key")
    serve.add_argument("--token", type=Path, required=True, metavar="FILE", help="what senders have to show")
    serve.add_argument("--host", default="127.0.0.1", help="default: this machine alone")
    serve.add_argument("--port", type=_port, default=8100)
    serve.add_argument("--every", type=_seconds, default=1.0, metavar="SECONDS", help="how long a batch is collected (default 1)")
    serve.add_argument("--queue", type=_count, default=Limits.entries, metavar="ENTRIES", help="that may wait; then 503")
    _add_seen(serve)
    append = actions.add_parser("append", help="add entries to a log", description="Add entries to a log.")
    append.set_defaults(does=_told(_append))
    append.add_argument("log", metavar="LOG", help="address of a node, for example http://127.0.0.1:8100, or a folder")
    append.add_argument("files", type=Path, nargs="*", metavar="FILE", help=_WHAT)
    shown = append.add_mutually_exclusive_group(required=True)
    shown.add_argument("--token", type=Path, metavar="FILE", help="of the node")
    shown.add_argument("--key", type=Path, metavar="FILE", help="of the folder's log")
    _add_seen(append)
    words = "write lost or damaged tiles again from the bundles, and finish what was begun"
    mends = actions.add_parser("mend", help=words, description=sentence(words))
    mends.set_defaults(does=_told(_mend))
    mends.add_argument("folder", type=Path, metavar="FOLDER")
    mends.add_argument("--key", type=Path, required=True, metavar="FILE", help="the log's private key")
    mends.add_argument("--memory-lost", action="store_true", help=_LOST)
    _add_seen(mends)


_WHAT = "each is one entry; none: lines of hexadecimal from the standard input, none of them empty"
_LOST = "the memory is lost for good: begin another with what this folder shows. First compare it with what others saw"


def _add_seen(parser: Any) -> None:
    parser.add_argument("--seen", type=Path, metavar="FOLDER", help="memory of what the key signed; default: beside it, KEY.seen")


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text[:6]) < 65_536:
        return int(text)
    raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")


def _seconds(text: str) -> float:
    try:
        if 0 <= float(text) <= 3600:
            return float(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError("write seconds, from 0 to 3600")


def _count(text: str) -> int:
    if text.isdecimal() and len(text) < 10 and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError("write a number from 1")


def _told(does: Any) -> Any:
    def run(args: argparse.Namespace) -> int:
        try:
            return int(does(args))
        except (NodeError, FileRefused, CoreError, OSError) as error:
            print(f"bierger log ({getattr(error, 'code', 'disk-refused')}): {error}", file=sys.stderr)
            return 1

    return run


def _init(args: argparse.Namespace) -> int:
    if args.token is not None and args.token.exists():
        _token(args.token)
    verifier = place.create(args.folder, args.origin, args.key, args.seen, is_unused=args.key_unused)
    if args.token is not None and not args.token.exists():
        with os.fdopen(os.open(args.token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
    print(f"{args.folder} is an empty log. Whoever is to believe it needs its key:")
    print(verifier.text)
    return 0


def _serve(args: argparse.Namespace) -> int:
    from bierger.ledger.plugins.node.server import Node, check_address, serve

    token = _token(args.token)
    check_address(args.host, args.port)
    with place.opened(args.folder, args.key, args.seen) as here:
        limits = Limits(every=args.every, entries=args.queue)
        batcher = Batcher(here.log, here.marks, here.key, here.signer, limits)
        batcher.start()
        print(f"{here.key.name} on http://{args.host}:{args.port}, until Ctrl-C", flush=True)
        asyncio.run(serve(Node(batcher, here.log, here.policy, token), batcher, args.host, args.port))
    return 0


def _append(args: argparse.Namespace) -> int:
    """Each request is one promise; what was promised before a failure stays printed."""
    entries = [read_whole(file) for file in args.files] if args.files else _lines()
    if not entries:
        raise RequestRefused("entries-malformed", "There is nothing to add.", 400)
    if args.key is not None:
        with place.opened(Path(args.log), args.key, args.seen) as here:
            writer = here.writer()
            for some in _parts(entries):
                try:
                    _print(writer.append(some).first, len(some))
                except Unclear:
                    finish = f"./bierger log mend {args.log} --key {args.key}"
                    print(f"Mend the cause, then finish what was begun: {finish}", file=sys.stderr)
                    raise
        return 0
    with log_sending.Node(args.log, _token(args.token)) as node:
        for some in _parts(entries):
            _print(node.add(some), len(some))
    return 0


def _mend(args: argparse.Namespace) -> int:
    if args.memory_lost:
        place.begin_again(args.folder, args.key, args.seen)
        print("Another memory begins with what this folder shows. Whatever only the lost one knew is forgotten.")
    with place.opened(args.folder, args.key, args.seen) as here:
        mended = mend(here)
    print(f"{mended.head.origin}: {mended.head.size} entries make the root that was signed; {mended.files} files written again")
    return 0


def _lines() -> list[bytes]:
    """An empty line is no entry: it is more often a slip than meant, and what is logged stays."""
    entries = []
    try:
        for number, line in enumerate(sys.stdin, start=1):
            if not line.strip():
                said = f"Line {number} is empty, and nothing was added. An empty entry is added as an empty FILE."
                raise RequestRefused("entries-malformed", said, 400)
            entries.append(bytes.fromhex(line))
    except ValueError:
        said = f"Line {len(entries) + 1} is not hexadecimal, and nothing was added. Write one entry a line."
        raise RequestRefused("entries-malformed", said, 400) from None
    return entries


def _print(first: int, count: int) -> None:
    print(f"leaf {first}" if count == 1 else f"leaves {first} to {first + count - 1}")


def _parts(entries: list[bytes]) -> Iterator[list[bytes]]:
    """As many as fit into one request."""
    some: list[bytes] = []
    size = 0
    for entry in entries:
        if some and (len(some) == REQUEST or size + len(entry) + 2 > wire.LARGEST_REQUEST):
            yield some
            some, size = [], 0
        some.append(entry)
        size += len(entry) + 2
    if some:
        yield some


def _token(path: Path) -> str:
    token = read_whole(path).decode("utf-8", "replace").strip()
    if len(token) < 16:
        raise NodeMisplaced("token-short", f"The token in {path} needs at least 16 characters.")
    return token
