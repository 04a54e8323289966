# SPDX-License-Identifier: EUPL-1.2
"""The packages and situations of the repository, published and in force in every test database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bierger.catalogue import services
from bierger.infra.principal import SYSTEM, acting_as

PROCEDURES = Path(__file__).resolve().parents[1] / "procedures"
SITUATIONS = PROCEDURES.parent / "situations"
IN_FORCE = datetime(2020, 1, 1, tzinfo=UTC)  # long before any test's clock


def publish_all() -> None:
    """Run once as owner, into the template of all test databases."""
    with acting_as(SYSTEM):
        for folder in services.package_folders(PROCEDURES):
            read = services.read_folder(folder)
            published = services.publish(files=read.files, vocabulary=read.vocabulary, prefix=f"{read.path}/")
            services.activate(digest=published.digest, starts=IN_FORCE)
        for folder in services.situation_folders(SITUATIONS):
            read = services.read_folder(folder)
            published = services.publish_situation(files=read.files, vocabulary=read.vocabulary, prefix=f"{read.path}/")
            services.activate(digest=published.digest, starts=IN_FORCE)
