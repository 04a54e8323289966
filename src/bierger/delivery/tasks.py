# SPDX-License-Identifier: EUPL-1.2
"""What delivery listens to."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bierger.delivery import services
from bierger.infra.principal import SYSTEM, acting_as


def on_act_ready(ids: Mapping[str, str]) -> None:
    """`documents.act-ready` (act, case)."""
    with acting_as(SYSTEM):
        services.deliver_act(act=UUID(ids["act"]))


TOPICS = {"documents.act-ready": on_act_ready}
