# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger withdraw OWNER/NAME`: no new request from now on; running cases go on."""

import argparse
import sys

import django

from bierger.site.commands.activate import instant


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("procedure", help="OWNER/NAME or situation/NAME, as `./bierger list` shows it")
    parser.add_argument("--for", dest="administration", default="", help="code of one administration; default: everywhere")
    parser.add_argument("--at", type=instant, help="2026-01-31 or 2026-01-31T08:00+01:00; default: now")


def run(args: argparse.Namespace) -> int:
    django.setup()
    from bierger.administrations import selectors as administrations
    from bierger.administrations.errors import AdministrationsError
    from bierger.catalogue import services
    from bierger.catalogue.errors import CatalogueError
    from bierger.infra.principal import SYSTEM, acting_as

    owner, _, name = args.procedure.partition("/")
    try:
        with acting_as(SYSTEM):
            place = administrations.administration(code=args.administration).id if args.administration else None
            services.withdraw(owner=owner, name=name, administration=place, at=args.at)
    except (CatalogueError, AdministrationsError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{args.procedure} takes no new request, {args.administration or 'everywhere'}. Running cases go on.")
    return 0
