# SPDX-License-Identifier: EUPL-1.2
"""A filing holds how it was signed and what it cost, and its receipt says both."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from bierger.filings import services as filings
from bierger.filings.models import Filing
from bierger.filings.selectors import receipt_of
from bierger.infra.principal import Principal, acting_as
from tests import story
from tests.clients import client_of
from tests.people import person

pytestmark = pytest.mark.usefixtures("transactional")


def test_a_signed_in_declaration_carries_person_and_level():
    who = person("lea.beispill")
    receipt = story.request(who, "residence-certificate", story.RESIDENCE)
    with acting_as(who):
        row = Filing.objects.get(id=receipt.id)
    assert row.signature == {"kind": "declaration", "level": who.level, "person": str(who.person)}
    assert row.fee_cents is None  # each commune sets it
    page = client_of(who).get(f"/filings/{receipt.id}").content.decode()
    assert "Declared as true, with a strong sign-in" in page
    pdf = PdfReader(BytesIO(client_of(who).get(f"/filings/{receipt.id}/receipt.pdf").content))
    assert "strong sign-in" in pdf.pages[0].extract_text()


def test_without_sign_in_the_declaration_is_nobodys():
    token = filings.new_token()
    who = Principal(kind="link", link=filings.link_of(token))
    receipt = story.request(who, "problem-report", story.REPORT, token=token)
    with acting_as(who):
        row = Filing.objects.get(id=receipt.id)
    assert row.signature == {"kind": "declaration", "level": "none", "person": None}
    assert (row.fee_cents, receipt.fee_cents) == (0, 0)
    page = client_of(who).get(f"/filings/{receipt.id}").content.decode()
    assert "Declared as true, without sign-in" in page
    assert "Free of charge" in page


def test_the_receipt_of_a_filing_from_before_says_nothing_about_its_signature():
    token = filings.new_token()
    who = Principal(kind="link", link=filings.link_of(token))
    receipt = story.request(who, "problem-report", story.REPORT, token=token)
    with acting_as(who):
        old = Filing.objects.get(id=receipt.id)
    old.signature, old.fee_cents = {}, None
    with acting_as(who):
        shown = receipt_of(old)
    assert (shown.level, shown.fee_cents) == ("", None)
