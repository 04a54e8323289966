# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger list`: what is published, and what is in force where."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING
from uuid import UUID

import django

if TYPE_CHECKING:
    from bierger.catalogue.types import ActivePeriod, VersionRow


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("procedure", nargs="?", default="", help="OWNER or OWNER/NAME; default: all")
    parser.add_argument("--json", action="store_true", help="one JSON array, for programs")


def run(args: argparse.Namespace) -> int:
    django.setup()
    from bierger.administrations import selectors as administrations
    from bierger.catalogue import selectors
    from bierger.infra.principal import SYSTEM, acting_as

    owner, _, name = args.procedure.partition("/")
    with acting_as(SYSTEM):
        rows = selectors.versions(owner, name)
        places = {period.administration for row in rows for period in row.periods} - {None}
        codes = {place: administrations.administration(id=place).code for place in places}
    print(json.dumps([asdict(row) for row in rows], default=str, ensure_ascii=False) if args.json else table(rows, codes))
    return 0


def table(rows: "Sequence[VersionRow]", codes: dict[UUID | None, str]) -> str:
    """One line a version: procedure, version, digest, day of publication, periods; in columns."""
    if not rows:
        return "Nothing is published. `./bierger publish PATH` does it."
    cells = [("procedure", "version", "digest", "published", "in force")]
    for row in rows:
        periods = "; ".join(_period(period, codes) for period in row.periods) or "no"
        published = row.published_at.date().isoformat()
        cells.append((f"{row.owner}/{row.name}", str(row.version), row.digest[:16], published, periods))
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells)


def _period(period: "ActivePeriod", codes: dict[UUID | None, str]) -> str:
    where = codes.get(period.administration, "everywhere")
    until = f" until {period.ends:%Y-%m-%d %H:%M}" if period.ends else ""
    return f"{where} from {period.starts:%Y-%m-%d %H:%M}{until}"
