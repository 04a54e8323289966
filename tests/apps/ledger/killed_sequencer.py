# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - its steps are read by the test
"""A sequencer that is killed (SIGKILL, by itself) after its n-th step: `python -m tests.apps.ledger.killed_sequencer N`."""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    import django

    django.setup()
    from bierger.ledger import services

    left = int(sys.argv[1])

    def step(name: str) -> None:
        nonlocal left
        print(name, flush=True)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    services.sequence(step=step)
    print("survived", flush=True)


if __name__ == "__main__":
    main()
