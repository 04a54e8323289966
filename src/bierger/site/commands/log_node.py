# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger log init|serve|append`: a log of one's own, as a folder and a process; and adding to one.

    init    FOLDER     make an empty log and its key
    serve   FOLDER     the node: everybody reads it over HTTP, the holder of the token adds; until Ctrl-C
    append  LOG        add files, each one entry, or the lines of hexadecimal of the standard input: to a node by its address and
                       with its token, or to a folder that nobody serves, with the log's key

Needs neither Django nor a database. Exit status: 0 done; 1 refused or failed, with a code.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any  # what a JSON answer may hold

import requests

from bierger.ledger.plugins.node import place, wire
from bierger.ledger.plugins.node.batching import Batcher, Limits
from bierger.ledger.plugins.node.errors import NodeError, NodeMisplaced, RequestRefused
from bierger.site.given_files import FileRefused, read_whole
from bierger_core.merkle import LogWriter, encode_bundle
from bierger_core.values import CoreError

SECONDS = 60.0  # for one answer
ATTEMPTS = 20  # while the node asks to wait
REQUEST = 1_000  # entries


def add_arguments(actions: Any) -> None:
    """actions: the subparsers of `./bierger log`."""
    init = actions.add_parser("init", help="make an empty log, and its key", description="Make an empty log, and its key.")
    init.set_defaults(does=_told(_init))
    init.add_argument("folder", type=Path, metavar="FOLDER")
    init.add_argument("--origin", required=True, metavar="NAME", help="the log's name for ever: an address without a scheme")
    init.add_argument("--key", type=Path, required=True, metavar="FILE", help="its private key (PEM); made when it is not there")
    init.add_argument("--token", type=Path, metavar="FILE", help="make the token for senders, too")
    serve = actions.add_parser("serve", help="serve a log, and add to it", description="Serve a log, and add to it.")
    serve.set_defaults(does=_told(_serve))
    serve.add_argument("folder", type=Path, metavar="FOLDER")
    serve.add_argument("--key", type=Path, required=True, metavar="FILE", help="the log's private key")
    serve.add_argument("--token", type=Path, required=True, metavar="FILE", help="what senders have to show")
    serve.add_argument("--host", default="127.0.0.1", help="default: this machine alone")
    serve.add_argument("--port", type=int, default=8100)
    serve.add_argument("--every", type=float, default=1.0, metavar="SECONDS", help="how long a batch is collected (default 1)")
    serve.add_argument("--queue", type=int, default=Limits.entries, metavar="ENTRIES", help="that may wait; then 503")
    serve.add_argument("--seen", type=Path, metavar="FOLDER", help="what was seen of the log; default: FOLDER.seen")
    append = actions.add_parser("append", help="add entries to a log", description="Add entries to a log.")
    append.set_defaults(does=_told(_append))
    append.add_argument("log", metavar="LOG", help="address of a node, for example http://127.0.0.1:8100, or a folder")
    append.add_argument("files", type=Path, nargs="*", metavar="FILE", help="each is one entry; none: lines of hexadecimal")
    shown = append.add_mutually_exclusive_group(required=True)
    shown.add_argument("--token", type=Path, metavar="FILE", help="of the node")
    shown.add_argument("--key", type=Path, metavar="FILE", help="of the folder's log")
    append.add_argument("--seen", type=Path, metavar="FOLDER", help="what was seen of the folder's log; default: LOG.seen")


def _told(does: Any) -> Any:
    def run(args: argparse.Namespace) -> int:
        try:
            return int(does(args))
        except (NodeError, FileRefused, CoreError, requests.RequestException, OSError) as error:
            print(f"bierger log ({getattr(error, 'code', 'log-unreachable')}): {error}", file=sys.stderr)
            return 1

    return run


def _init(args: argparse.Namespace) -> int:
    verifier = place.create(args.folder, args.origin, args.key)
    if args.token is not None:
        with os.fdopen(os.open(args.token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
    print(f"{args.folder} is an empty log. Whoever is to believe it needs its key:")
    print(verifier.text)
    return 0


def _serve(args: argparse.Namespace) -> int:
    from bierger.ledger.plugins.node.server import Node, serve

    token = _token(args.token)
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
            writer = LogWriter(here.log, here.log, here.key, here.signer)
            for some in _parts(entries):
                _print(writer.append(some, here.marks.of(here.key.name)).first, len(some))
        return 0
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {_token(args.token)}"
        session.headers["Content-Type"] = wire.MANY
        for some in _parts(entries):
            added = _send(session, f"{args.log.rstrip('/')}/add", encode_bundle(some))
            _print(int(added["index"]), int(added["count"]))
    return 0


def _lines() -> list[bytes]:
    try:
        return [bytes.fromhex(line) for line in sys.stdin]
    except ValueError:
        raise RequestRefused("entries-malformed", "Write one entry a line, in hexadecimal.", 400) from None


def _print(first: int, count: int) -> None:
    print(f"leaf {first}" if count == 1 else f"leaves {first} to {first + count - 1}")


def _send(session: requests.Session, address: str, body: bytes) -> dict[str, Any]:
    for _ in range(ATTEMPTS):
        answer = session.post(address, data=body, timeout=SECONDS)
        if answer.status_code == requests.codes.ok:
            return dict(answer.json())
        if answer.status_code != requests.codes.service_unavailable:
            break
        time.sleep(float(answer.headers.get("Retry-After", "1")))  # nothing of it was appended: it may be sent again
    try:
        said = answer.json()
        raise RequestRefused(str(said["code"]), str(said["message"]), answer.status_code)
    except (json.JSONDecodeError, KeyError, TypeError):
        raise RequestRefused("node-unknown", f"No node answers at {address} ({answer.status_code}).") from None


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
