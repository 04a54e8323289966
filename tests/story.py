# SPDX-License-Identifier: EUPL-1.2
"""A request told in a few calls: fill, submit, take, complete. Services are called as the person or officer would."""

from __future__ import annotations

from uuid import UUID

from bierger.cases import services as cases
from bierger.cases.models import Work
from bierger.filings import selectors as filing_selectors
from bierger.filings import services as filings
from bierger.filings.types import Receipt
from bierger.flows import selectors as flows
from bierger.infra.principal import Principal, acting_as
from bierger_core.interview import relevant_steps, show_raw

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n"
    b"0000000054 00000 n \n0000000105 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n171\n%%EOF\n"
)

PERMIT = {
    "parcel": {"section": "C", "number": "1234/567"},
    "site": "12, rue de l'Exemple, 7500 Mersch",
    "works_kind": "extension",
    "works_description": "A winter garden behind the house, 18 square metres.",
    "works_cost": "5000.00",
    "sole_owner": True,
}
REPORT = {
    "category": "bin-not-emptied",
    "place": {"text": "12, rue de l'Exemple", "lat": None, "lon": None},
    "bin_kind": "paper",
    "description": "The blue bin was left full.",
}
RESIDENCE = {"purpose": "bank", "document_language": "en", "delivery": "mailbox"}


def begin(who: Principal, name: str, *, commune: str = "mersch", token: str = "") -> UUID:
    with acting_as(who):
        return filings.start_draft(owner="commune", name=name, administration=commune, language="en", token=token).id


def fill(who: Principal, draft: UUID, answers: dict[str, object], *, files: dict[str, bytes] | None = None) -> None:
    """Save every relevant step, one after the other, as the browser would post it."""
    with acting_as(who):
        for _ in range(30):
            view = filing_selectors.draft(draft)
            if view.next_step is None:
                return
            form, step = view.package.form, view.package.form.step(view.next_step)
            for question in step.questions:
                if question.type == "file" and question.required and question.name not in view.answers:
                    error = filings.attach(draft=draft, question=question.name, file_name="plan.pdf", data=(files or {}).get(question.name, PDF))
                    assert error is None, error
            raw: dict[str, list[str]] = {}
            for question in step.questions:
                value = answers.get(question.name, view.answers.get(question.name))
                raw |= show_raw(question, value) if value is not None and question.type != "file" else {}
            saved = filings.save_step(draft=draft, step=step.id, raw=raw)
            assert not saved.errors, (step.id, saved.errors, [s.id for s in relevant_steps(form, view.answers)])
    raise AssertionError("The form never ends.")


def submit(who: Principal, draft: UUID) -> Receipt:
    with acting_as(who):
        return filings.submit(draft=draft, declaration=True)


def request(who: Principal, name: str, answers: dict[str, object], *, token: str = "") -> Receipt:
    draft = begin(who, name, token=token)
    fill(who, draft, answers)
    return submit(who, draft)


def open_task(who: Principal, case: UUID, node: str) -> UUID:
    with acting_as(who):
        return next(task.id for task in flows.tasks_of(case, open_only=True) if task.node == node)


def do(who: Principal, case: UUID, node: str, **raw: str) -> None:
    """An officer takes a task and completes it with these words."""
    task = open_task(who, case, node)
    with acting_as(who):
        cases.take(task=task)
    with acting_as(who):
        result = cases.complete(task=task, raw={name: [value] for name, value in raw.items()})
        assert not result.errors, result.errors


def worklist_of(who: Principal) -> list[tuple[str, str]]:
    with acting_as(who):
        return list(Work.objects.filter(state__in=("open", "claimed")).order_by("opened_at").values_list("number", "node"))
