# SPDX-License-Identifier: EUPL-1.2
"""What a template is given has one name each, and is what `check` lets it ask for."""

from __future__ import annotations

from datetime import UTC, datetime

from bierger.administrations import selectors as administrations
from bierger.documents.models import Act
from bierger.documents.services.steps import inputs_of
from bierger.infra.principal import ANONYMOUS, acting_as
from bierger_core.procedures.read_procedure import BUILT_IN_FIELDS


def test_a_template_is_given_what_check_lets_it_ask_for_and_nothing_twice(db: None) -> None:
    at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    with acting_as(ANONYMOUS):
        commune = administrations.administration(code="mersch").id
        act = Act(
            facts=[["family-name", "Beispill"]], fields={"purpose": "school"}, number="2026-A-0001", issuer="Mersch", language="en",
            document_type="residence-certificate", decided_at=at, seal="BRG1:X", administration=commune,
        )  # fmt: skip
        inputs = inputs_of(act)
    # The language and the title are given beside them, by whoever renders.
    assert set(inputs) == {"family-name", "purpose", *BUILT_IN_FIELDS} - {"language"}
    assert inputs["verify_url"] == "http://localhost:8000/verify"
    assert inputs["date"] == "22 November 2026"
