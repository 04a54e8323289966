# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger publish PATH`: prove packages and situations, and store each as a version that never changes."""

import argparse
import sys
from pathlib import Path

import django


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, help="the folder of a package or a situation, or one with some below it")
    parser.add_argument("--activate", action="store_true", help="put the published versions in force at once, everywhere")


def run(args: argparse.Namespace) -> int:
    """0: all published (or there before); 1: something was refused, and nothing of that package is stored."""
    django.setup()
    from bierger.catalogue import services
    from bierger.catalogue.errors import CatalogueError, PublicationRefusedError
    from bierger.infra.principal import SYSTEM, acting_as

    refused = 0
    try:
        found = [(folder, services.publish) for folder in services.package_folders(args.path)]
        found += [(folder, services.publish_situation) for folder in services.situation_folders(args.path)]  # over those packages
    except CatalogueError as error:
        print(error, file=sys.stderr)
        return 1
    for folder, publish in found:
        try:
            with acting_as(SYSTEM):
                read = services.read_folder(folder)
                done = publish(files=read.files, vocabulary=read.vocabulary, prefix=f"{read.path}/")
                if args.activate:
                    services.activate(digest=done.digest)
        except PublicationRefusedError as error:
            refused += 1
            print(*error.findings, sep="\n", file=sys.stderr)
            print(f"{folder}: not published.", file=sys.stderr)
        except CatalogueError as error:
            refused += 1
            print(error, file=sys.stderr)
        else:
            said = "was published before" if done.already else "published"
            force = ", in force" if args.activate else ""
            print(f"{done.owner}/{done.name} version {done.version} {said}{force}: {done.digest}")
    return 1 if refused else 0
