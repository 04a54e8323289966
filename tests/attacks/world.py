# SPDX-License-Identifier: EUPL-1.2
"""What somebody could try to reach: a person's draft, filing, case, act and file, and an anonymous report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

from bierger.cases import selectors as cases
from bierger.disclosures.services import purpose_of_case
from bierger.documents import selectors as documents
from bierger.filings import services as filings
from bierger.infra.principal import Principal, acting_as
from tests import story
from tests.story_people import Town


@dataclass(frozen=True)
class World:
    """Léa's things. `draft` and `bundle` are begun, `filing`, `case` and `act` are of an issued certificate, `permit` waits with `plan`."""

    town: Town
    draft: UUID
    filing: UUID
    case: UUID
    act: UUID
    permit: UUID
    task: UUID
    plan: UUID
    token: str
    report: UUID
    bundle: UUID

    def ids(self) -> dict[str, str]:
        """By the names that addresses give them."""
        return {name: str(getattr(self, name)) for name in ("draft", "filing", "case", "act", "permit", "task", "plan", "report", "bundle")}

    def nobody(self) -> dict[str, str]:
        """The same names with identifiers of nothing."""
        return {name: str(uuid4()) for name in self.ids()}


def make(town: Town, run_jobs: Callable[[], None]) -> World:
    """Needs the register to answer; the worker's jobs run once."""
    lea = town.applicant
    done = story.request(lea, "residence-certificate", story.RESIDENCE)
    permit = story.request(lea, "building-permit", story.PERMIT).cases[0]
    token = filings.new_token()
    report = story.request(Principal(kind="link", link=filings.link_of(token)), "problem-report", story.REPORT, token=token)
    run_jobs()
    draft = story.begin(lea, "residence-certificate")
    with acting_as(lea):
        bundle = filings.begin_bundle(procedures=["commune/building-permit", "commune/problem-report"], language="en").bundle
        act = documents.my_acts()[0].id
        filings.save_step(draft=draft, step="purpose", raw={"purpose": ["school"]})
    with acting_as(town.clerk):
        plan = cases.case_view(permit, purpose=purpose_of_case(permit)).answers["plans"][0]["id"]
    return World(
        town=town, draft=draft, filing=done.id, case=done.cases[0], act=act, permit=permit,
        task=story.open_task(town.clerk, permit, "check"), plan=UUID(plan), token=token, report=report.cases[0], bundle=bundle,
    )  # fmt: skip
