# SPDX-License-Identifier: EUPL-1.2
"""An act from the decision to the mailbox, and everybody's check of it."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
from pypdf import PdfReader

from bierger.delivery import selectors as delivery
from bierger.documents import selectors, services
from bierger.documents.errors import ActNotFound, NotRevocable
from bierger.infra.principal import ANONYMOUS, SYSTEM, Principal, acting_as
from tests.apps.documents.story import decide, make_applicant, officer_of


def test_a_certificate_goes_from_decision_to_mailbox(commune, applicant, as_worker, run_jobs):
    with as_worker():
        act = decide(commune, applicant)
    with acting_as(applicant.principal):
        assert selectors.act(act).state == "decided"
        assert selectors.act_pdf(act) is None
        assert selectors.act_proof(act) is None
    run_jobs()
    with acting_as(applicant.principal):
        view = selectors.act(act)
        assert view.state == "delivered"
        assert view.number.endswith("-000001")
        assert list(view.facts) == ["number", "family-name", "given-name", "birth-date", "street", "postal-code", "locality", "since"]
        file = selectors.act_pdf(act)
        assert [message.subject_code for message in delivery.mailbox()] == ["act-ready"]
        assert delivery.unread_count() == 1
        assert selectors.my_acts() == (view,)
    assert file.data.startswith(b"%PDF-")
    found = PdfReader(io.BytesIO(file.data))
    assert {item.name for item in found.attachment_list} == {"seal.txt", "facts.tlog-proof", "file-salt.txt"}
    with acting_as(ANONYMOUS):
        seen = selectors.verify_upload(data=file.data, file_name="x.pdf")
    assert (seen.authentic, seen.subject, seen.failed) == ("yes", "file", None)
    assert seen.issuer_names["de"] == "Probegemeinde"
    assert seen.document_names["fr"] == "Certificat de résidence"
    assert seen.number == view.number
    assert [fact.code for fact in seen.facts][0] == "number"
    assert seen.log_index is not None
    assert seen.logged_at is not None
    assert [step.outcome for step in seen.steps] == ["ok"] * 8
