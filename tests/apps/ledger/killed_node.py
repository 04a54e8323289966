# SPDX-License-Identifier: EUPL-1.2
"""Writers of a log in a folder that are killed: for each line `FOLDER N`, a child that is killed before its N-th operation on the disk.

It prints what the child promised (JSON: index of the first entry and the entries, of each batch) and whether it survived.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from bierger.ledger.plugins.node import place
from bierger.ledger.plugins.node.writing import NodeWriter
from tests.apps.ledger.killing import counted

BATCHES = (1, 3, 254, 2)


def append_and_die(folder: Path, number: int, told: int) -> None:
    done = 0

    def step(_name: str) -> None:
        nonlocal done
        if done == number:
            os.kill(os.getpid(), signal.SIGKILL)
        done += 1

    with place.opened(folder / "log", folder / "key.pem") as here:
        writer = NodeWriter(counted(folder, step), here.marks, here.key, here.signer)
        for size in BATCHES:
            entries = [f"{os.getpid()} {size} {n}".encode() for n in range(size)]
            first = writer.append(entries).first
            os.write(told, json.dumps([first, [entry.decode() for entry in entries]]).encode() + b"\n")
    os.write(told, b"null\n")


def main() -> None:
    for line in sys.stdin:
        folder, number = line.split()
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reads)
            try:
                append_and_die(Path(folder), int(number), writes)
            finally:
                os._exit(0)
        os.close(writes)
        with os.fdopen(reads) as said:
            promised = [json.loads(one) for one in said]
        os.waitpid(child, 0)
        print(json.dumps(promised), flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    main()
