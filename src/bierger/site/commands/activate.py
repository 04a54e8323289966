# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger activate OWNER/NAME`: put a published version in force."""

import argparse
import sys
from datetime import datetime

import django


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("procedure", help="OWNER/NAME or situation/NAME, as `./bierger list` shows it")
    parser.add_argument("--digest", default="", help="beginning of the version's digest; default: the one published last")
    parser.add_argument("--for", dest="administration", default="", help="code of one administration; default: everywhere")
    parser.add_argument("--from", dest="starts", type=instant, help="2026-01-31 or 2026-01-31T08:00+01:00; default: now")
    parser.add_argument("--until", dest="ends", type=instant, help="the same; excluded; default: without end")


def run(args: argparse.Namespace) -> int:
    django.setup()
    from bierger.administrations import selectors as administrations
    from bierger.administrations.errors import AdministrationsError
    from bierger.catalogue import selectors, services
    from bierger.catalogue.errors import CatalogueError
    from bierger.infra.principal import SYSTEM, acting_as

    owner, _, name = args.procedure.partition("/")
    try:
        with acting_as(SYSTEM):
            versions = [row for row in selectors.versions(owner, name) if row.digest.startswith(args.digest)]
            if not versions:
                print(f"No published version of {args.procedure} begins with {args.digest!r}.", file=sys.stderr)
                return 1
            place = administrations.administration(code=args.administration).id if args.administration else None
            services.activate(digest=versions[0].digest, administration=place, starts=args.starts, ends=args.ends)
    except (CatalogueError, AdministrationsError) as error:
        print(error, file=sys.stderr)
        return 1
    where = args.administration or "everywhere"
    print(f"{args.procedure} version {versions[0].version} is in force, {where}: {versions[0].digest}")
    return 0


def instant(text: str) -> datetime:
    """A day (its first instant in Luxembourg) or an instant with its zone."""
    from zoneinfo import ZoneInfo

    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write 2026-01-31 or 2026-01-31T08:00+01:00") from error
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo("Europe/Luxembourg"))
