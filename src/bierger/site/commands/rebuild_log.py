# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger rebuild-log`: the log's folder was lost or damaged; its tiles are written again from the leaves in the database."""

import argparse
import sys

import django


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    pass


def run(_args: argparse.Namespace) -> int:
    django.setup()
    from bierger.ledger import services
    from bierger.ledger.errors import LedgerError

    try:
        size = services.rebuild_files()
    except LedgerError as error:
        print(f"{error} The folder was not touched: restore the last backup elsewhere and compare.", file=sys.stderr)
        return 1
    if size:
        print(f"The log's folder holds {size} leaves again, exactly those of the last signed checkpoint.")
    else:
        print("The log is empty: there is nothing to rebuild.")
    return 0
