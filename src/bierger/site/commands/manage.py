# SPDX-License-Identifier: EUPL-1.2
"""`./bierger manage ...`: Django's own commands with the product's settings."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("arguments", nargs=argparse.REMAINDER)


def run(arguments: argparse.Namespace) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["./bierger manage", *arguments.arguments])
    return 0
