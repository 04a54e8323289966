# SPDX-License-Identifier: EUPL-1.2
"""`./bierger demo-prepare`: migrate, publish procedures and situations, load the country, write the welcome.

1. If nothing changed since the last time (a fingerprint kept as the comment of the schema, so that it lives and dies with
   this database), only the welcome is written: no Django, a fraction of a second. The supervisor does this much itself
   (`is_done`), so that a second start waits for no process.
2. Otherwise everything is done again; each step finds its own work done.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

import psycopg

from bierger.site.country.welcome import welcome

CLONE = Path(__file__).resolve().parents[4]
SOURCE = CLONE / "src" / "bierger"
PROCEDURES = CLONE / "procedures"
SITUATIONS = CLONE / "situations"
MARK = "bierger demonstration "


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--again", action="store_true", help="do everything, even when nothing changed")


def run(args: argparse.Namespace) -> int:
    """0: prepared; 1: a package was refused (its findings are printed)."""
    if not args.again and is_done(os.environ):
        return 0
    issuer = os.environ["BIERGER_OIDC_ISSUER"]
    wanted = MARK + fingerprint(issuer)
    refused = _prepare(issuer)
    if refused:
        sys.stderr.write("\n".join(refused) + "\n")
        return 1
    _set_mark(wanted)
    _trust_clock(os.environ["DATABASE_URL"])
    _write_welcome(os.environ)
    return 0


def is_done(environment: Mapping[str, str]) -> bool:
    """Is the database that `environment` names prepared already? Then the welcome is written. Without Django."""
    done = _mark(environment["DATABASE_URL"]) == MARK + fingerprint(environment["BIERGER_OIDC_ISSUER"])
    if done:
        _trust_clock(environment["DATABASE_URL"])
        _write_welcome(environment)
    return done


def _trust_clock(address: str) -> None:
    """Whoever starts the demonstration sits in front of it: however long it stood still, its clock is right (infra.believed)."""
    with psycopg.connect(address) as connection:
        connection.execute("DELETE FROM infra_clock_believed")


def _write_welcome(environment: Mapping[str, str]) -> None:
    data = Path(environment["BIERGER_DATA"])
    data.mkdir(parents=True, exist_ok=True)
    (data / "welcome.txt").write_text(welcome(environment["BIERGER_BASE_URL"]), "utf-8")


def fingerprint(issuer: str) -> str:
    """Everything the preparation depends on: migrations, packages, country, libraries with tables, the issuer."""
    digest = hashlib.sha256(f"{issuer} {version('django')} {version('procrastinate')}".encode())
    for path in _inputs():
        digest.update(f"\0{path.relative_to(CLONE).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _inputs() -> Iterator[Path]:
    yield from sorted(SOURCE.glob("*/migrations/*.py"))
    yield SOURCE / "infra" / "rls.py"
    for folder in (SOURCE / "site" / "country", SOURCE / "simulators" / "country", PROCEDURES, SITUATIONS):
        yield from sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _prepare(issuer: str) -> list[str]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    from bierger.site.country.loader import load_country

    load_country(issuer=issuer)
    refused = _publish()
    _ensure_keys()
    return refused


def _publish() -> list[str]:
    """Every package below `procedures/`, then every situation, in force everywhere; gives back what the core found wrong."""
    from bierger.catalogue import services
    from bierger.catalogue.errors import CatalogueError, PublicationRefusedError
    from bierger.infra.principal import SYSTEM, acting_as

    refused: list[str] = []
    found = [(folder, services.publish) for folder in services.package_folders(PROCEDURES)]
    found += [(folder, services.publish_situation) for folder in services.situation_folders(SITUATIONS)]
    for folder, publish in found:
        try:
            with acting_as(SYSTEM):
                read = services.read_folder(folder)
                prefix = f"{folder.relative_to(CLONE).as_posix()}/"
                done = publish(files=read.files, vocabulary=read.vocabulary, prefix=prefix)
                services.activate(digest=done.digest)
        except PublicationRefusedError as error:
            refused += [str(finding) for finding in error.findings]
        except CatalogueError as error:
            refused.append(f"{folder.name}: {error}")
    return refused


def _ensure_keys() -> None:
    """A seal key for every administration that decides, and the log's: there before the first visitor."""
    from bierger.administrations.selectors import administrations
    from bierger.infra import clock
    from bierger.infra.principal import SYSTEM, acting_as
    from bierger.ledger.services import ensure_keys

    with acting_as(SYSTEM):
        ensure_keys(administration_ids=[one.id for one in administrations(on=clock.today()) if one.served])


def _mark(address: str) -> str | None:
    with psycopg.connect(address) as connection:
        row = connection.execute("SELECT obj_description('public'::regnamespace, 'pg_namespace')").fetchone()
    return row[0] if row else None


def _set_mark(mark: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        # COMMENT takes no parameters; the mark is our own hexadecimal digest.
        connection.execute(psycopg.sql.SQL("COMMENT ON SCHEMA public IS {}").format(psycopg.sql.Literal(mark)))
