# SPDX-License-Identifier: EUPL-1.2
"""A commune with a procedure of its own, its officers with browsers, and requests in its worklist."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from django.test import Client

from bierger.administrations import selectors as administrations
from bierger.cases import services as cases
from bierger.cases.types import Opening, PartyView
from bierger.catalogue import services as catalogue
from bierger.documents import services as documents
from bierger.flows import selectors as flows
from bierger.infra.principal import SYSTEM, Principal, acting_as
from tests.apps.catalogue.samples import VOCABULARY, sample
from tests.clients import client_of
from tests.people import officer, person

PLAN = b"%PDF-1.4 a plan\n%%EOF\n"


@dataclass
class Town:
    """Mersch: Laura (clerk and adviser of the technical service), Marc (adviser of urbanism), Nora (decider)."""

    digest: str
    commune: UUID
    applicant: Principal
    laura: Principal
    marc: Principal
    nora: Principal
    stranger: Principal

    def browser(self, who: Principal, language: str = "en") -> Client:
        return client_of(who, language=language)

    def request(self, stall: str = "Vegetables", *, name: str = "Léa Beispill") -> UUID:
        """A request of the applicant with a plan attached; gives back the case."""
        with acting_as(self.applicant):
            plan = documents.store_blob(
                administration_id=self.commune,
                data=PLAN,
                media_type="application/pdf",
                file_name="plan.pdf",
                space=self.applicant.space,
            )
            documents.hold_blob(blob=plan, administration=self.commune)
            answers = {
                "commune": "mersch",
                "stall": stall,
                "plan": [{"id": str(plan), "file_name": "plan.pdf", "media_type": "application/pdf", "size": len(PLAN)}],
            }
            party = PartyView("applicant", self.applicant.space, None, name, (self.applicant.person,))
            opened = cases.open_case(
                opening=Opening(
                    administration=self.commune, administration_code="mersch", digest=self.digest, language="en", level="substantial",
                    applicant_kind="person", answers=answers, files=(plan,), parties=(party,),
                )
            )  # fmt: skip
            return opened.id

    def task(self, case: UUID, node: str) -> UUID:
        with acting_as(self.laura):
            return next(task.id for task in flows.tasks_of(case) if task.node == node and task.state in ("open", "claimed"))

    def plan_of(self, case: UUID) -> str:
        from bierger.cases import selectors
        from bierger.disclosures.services import purpose_of_case

        with acting_as(self.laura):
            return selectors.case_view(case, purpose=purpose_of_case(case)).answers["plan"][0]["id"]

    def do(self, who: Principal, case: UUID, node: str, **raw: str) -> None:
        """Take and complete in the browser."""
        browser, task = self.browser(who), self.task(case, node)
        assert browser.post(f"/desk/tasks/{task}/take")["Location"] == f"/desk/tasks/{task}"
        answer = browser.post(f"/desk/tasks/{task}", raw)
        assert answer.status_code == 302, answer.content.decode()
        assert answer["Location"] == f"/desk/tasks/{task}/done"


def with_minutes() -> dict[str, bytes]:
    """The sample, whose first task takes a file of the officer too."""
    files = sample()
    remark = b"- {name: remark, type: longtext, required: false, max_length: 500}"
    files["form.yaml"] = files["form.yaml"].replace(
        remark, remark + b"\n      - {name: minutes, type: file, required: false, accept: [application/pdf], for: officer}"
    )
    files["process.bpmn"] = files["process.bpmn"].replace(b'"checked remark"', b'"checked remark minutes"')
    for language in ("fr", "de", "en", "lb"):
        texts = f"texts/{language}.yaml"
        files[texts] = files[texts].replace(b"    remark: {", b"    minutes: {label: Minutes}\n    remark: {")
    return files


def make(as_owner: Callable[[], AbstractContextManager[None]], files: dict[str, bytes] | None = None) -> Town:
    with as_owner(), acting_as(SYSTEM):
        digest = catalogue.publish(files=files or sample(), vocabulary=VOCABULARY).digest
        catalogue.activate(digest=digest)
        commune = administrations.administration(code="mersch").id
    return Town(
        digest=digest,
        commune=commune,
        applicant=person("lea.beispill"),
        laura=officer("laura.exemplo"),
        marc=officer("marc.esempio"),
        nora=officer("nora.beispiel"),
        stranger=officer("dan.muster"),
    )
