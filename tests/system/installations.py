# SPDX-License-Identifier: EUPL-1.2
"""A second installation beside the test's own: another database of the suite's server, another data folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import databases


def bierger(*words: str, database: str, data: Path) -> subprocess.CompletedProcess[str]:
    """The command line as an operator calls it, as owner of a database."""
    server = databases.server()
    values = {**os.environ, **databases.environment(server, database, "owner"), "BIERGER_DATA": str(data)}
    command = [sys.executable, "-m", "bierger.site", *words]
    return subprocess.run(command, env=values, cwd=databases.ROOT, capture_output=True, text=True, check=False)


@contextmanager
def installation(database: str, data: Path, role: str = "web") -> Iterator[None]:
    """This process speaks for another installation for a while."""
    from django.db import connections
    from django.test import override_settings

    from bierger.administrations.selectors import forget
    from bierger.site.settings import _database as parse

    own = connections["default"]
    other = connections.create_connection("default")
    other.settings_dict = {**own.settings_dict, **parse(databases.server().url(role, database))}
    connections["default"] = other
    forget()
    try:
        with override_settings(BIERGER_DATA=data):
            yield
    finally:
        other.close()
        connections["default"] = own
        forget()


def tell(run_jobs: Callable[[], None]) -> dict[str, object]:
    """A certificate issued, and a building permit under way with its plans attached, one opinion given."""
    from bierger.delivery import selectors as delivery
    from bierger.documents import selectors as documents
    from bierger.infra.principal import acting_as
    from tests import story
    from tests.story_people import town as make

    town = make()
    certificate = story.request(town.applicant, "residence-certificate", story.RESIDENCE)
    run_jobs()
    permit = story.request(town.applicant, "building-permit", story.PERMIT)
    story.do(town.clerk, permit.cases[0], "check", completeness="complete")
    story.do(town.urbanism, permit.cases[0], "opinion-urbanism", urbanism_opinion="favourable")
    run_jobs()
    with acting_as(town.applicant):
        pdf = documents.act_pdf(delivery.mailbox()[0].act_id)
    return {"town": town, "certificate": certificate, "permit": permit, "pdf": pdf.data, "name": pdf.file_name}
