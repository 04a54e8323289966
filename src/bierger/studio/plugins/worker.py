# SPDX-License-Identifier: EUPL-1.2
"""The process that reads DMN files: `python -m bierger.studio.plugins.worker MEMORY NICENESS`."""

from __future__ import annotations

from collections.abc import Mapping

from bierger.infra.sandbox.worker import Operation, main


def load() -> Mapping[str, Operation]:
    from bierger.studio.plugins.operations import OPERATIONS

    return OPERATIONS


if __name__ == "__main__":
    main(load)
