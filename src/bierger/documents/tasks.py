# SPDX-License-Identifier: EUPL-1.2
"""What documents listen to, and what they do now and then."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bierger.documents import services
from bierger.infra.principal import SYSTEM, acting_as


def on_logged(ids: Mapping[str, str]) -> None:
    """`ledger.logged` (first, last)."""
    with acting_as(SYSTEM):
        services.finish_logged(first=int(ids["first"]), last=int(ids["last"]))


def on_act_logged(ids: Mapping[str, str]) -> None:
    """`documents.act-logged` (act)."""
    services.render_act(act=UUID(ids["act"]))


def sweep() -> int:
    """Files that no row names any more."""
    with acting_as(SYSTEM):
        return services.sweep_orphans()


def sweep_waiting() -> int:
    """Files that were given for an answer or a task, and never sent."""
    swept = 0
    while True:
        with acting_as(SYSTEM):
            some = services.sweep_waiting()
        if not some:
            return swept
        swept += some


def move_on() -> int:
    """Acts that stand still."""
    with acting_as(SYSTEM):
        return services.move_on()


def on_act_revoked(_ids: Mapping[str, str]) -> None:
    """`documents.act-revoked` (act, case): the public lists say so at once."""
    publish_revocations()
    publish_status_lists()


def publish_revocations() -> int:
    """The signed list of revocations, renewed."""
    with acting_as(SYSTEM):
        return services.publish_revocations()


def on_type_registered(_ids: Mapping[str, str]) -> None:
    """`documents.type-registered` (code): whoever reads the log as a folder can read the first act of it."""
    publish_types()


def publish_types() -> int:
    """The registry of document types, if the folder does not have it as it is."""
    with acting_as(SYSTEM):
        return services.publish_types()


def publish_status_lists() -> int:
    """The status lists of the issuers, renewed."""
    with acting_as(SYSTEM):
        return services.publish_status_lists()


TOPICS = {
    "ledger.logged": on_logged,
    "documents.act-logged": on_act_logged,
    "documents.act-revoked": on_act_revoked,
    "documents.type-registered": on_type_registered,
}
PERIODIC = {
    "sweep": (3600.0, sweep),
    "sweep-waiting": (3600.0, sweep_waiting),
    "revocations": (60.0, publish_revocations),
    "status-lists": (60.0, publish_status_lists),
    "types": (60.0, publish_types),
    "standing": (600.0, move_on),
    "certificates": (24 * 3600.0, services.warn_of_certificates),
}
