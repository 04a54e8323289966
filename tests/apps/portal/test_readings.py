# SPDX-License-Identifier: EUPL-1.2
"""Who looked at my data: the page, its filter, the question to the data-protection officer, the representative's rows."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from uuid import UUID

from django.utils.html import strip_tags

from bierger.cases.models import Work
from bierger.delivery import selectors as delivery
from bierger.disclosures import selectors as disclosures
from bierger.documents import selectors as documents
from bierger.filings import selectors as filings
from bierger.infra.principal import acting_as
from tests import mandates, story
from tests.apps.disclosures.town import read, seal
from tests.clients import client_of
from tests.people import officer, person


def words(page) -> str:
    return " ".join(strip_tags(page.content.decode()).split())


def test_recorded_first_then_sealed(transactional: None, as_worker, run_jobs):
    lea, claire = person("lea.beispill"), officer("claire.muster")
    read(claire, lea)
    visitor = client_of(lea)
    assert "Recorded, not sealed yet" in words(visitor.get("/readings", HTTP_ACCEPT_LANGUAGE="en"))
    seal(as_worker)
    page = words(visitor.get("/readings", HTTP_ACCEPT_LANGUAGE="en"))
    assert "Recorded, not sealed yet" in page, "sealed here, and not in the log yet: that is not sealed"
    run_jobs()
    page = words(visitor.get("/readings", HTTP_ACCEPT_LANGUAGE="en"))
    assert "Recorded, not sealed yet" not in page
    assert "Sealed" in page
    assert f"Your chain has the number {lea.person}; its last entry has the number 1." in page
    assert "verify_readings.py readings.json --log" in page


def test_the_filter_by_administration_and_days(transactional: None, frozen):
    lea = person("lea.beispill")
    frozen(datetime(2026, 3, 31, 21, 59, tzinfo=UTC))  # 23:59 in Luxembourg, on the last day of March
    read(officer("claire.muster"), lea)
    frozen(datetime(2026, 3, 31, 22, 1, tzinfo=UTC))  # already April there
    read(officer("sonia.exemplo"), lea, purpose="audit")
    visitor = client_of(lea)

    def days(query: str) -> list[str]:
        text = visitor.get(f"/readings?{query}", HTTP_ACCEPT_LANGUAGE="en").content.decode()
        return re.findall(r'scope="rowgroup" colspan="4">([^<]+)<', text)

    assert days("") == ["1 April 2026", "31 March 2026"]
    assert days("administration=mersch") == ["31 March 2026"]
    assert days("from=2026-04-01") == ["1 April 2026"]
    assert days("to=2026-03-31") == ["31 March 2026"]
    assert days("from=2026-03-31&to=2026-04-01&administration=esch-sur-alzette") == ["1 April 2026"]
    assert days("from=yesterday&to=0000-01-01&administration=atlantis") == ["1 April 2026", "31 March 2026"]
    assert "No reading fits" in words(visitor.get("/readings?from=2026-05-01", HTTP_ACCEPT_LANGUAGE="en"))


def test_asked_why_and_answered_within_the_month(transactional: None, run_jobs):
    lea, claire, anouk = person("lea.beispill"), officer("claire.muster"), officer("anouk.esimerkki")
    read(claire, lea)
    with acting_as(lea):
        (meant,) = disclosures.readings()
    visitor = client_of(lea)
    assert visitor.get(f"/readings/{meant.id}/ask").status_code == 405
    asked = visitor.post(f"/readings/{meant.id}/ask")
    assert asked.status_code == 302
    draft = UUID(asked["Location"].split("/")[2])
    form = visitor.get(asked["Location"]).content.decode()
    assert f"{meant.id} · " in form
    visitor.cookies["bierger_language"] = "fr"
    abroad = visitor.post(f"/readings/{meant.id}/ask")["Location"]
    assert f"N°\N{NO-BREAK SPACE}{meant.id} · " in html.unescape(visitor.get(abroad).content.decode()), "as the desk calls it"
    story.fill(lea, draft, {"question": "Why did the citizens’ office read my name?"})
    with acting_as(lea):
        assert filings.draft(draft).administration == claire.administration
    filed = story.submit(lea, draft)
    run_jobs()
    with acting_as(anouk):
        task = Work.objects.get(case_id=filed.cases[0])
    assert 28 <= (task.due_at - task.opened_at).days <= 31
    story.do(anouk, filed.cases[0], "explain", finding="justified", answer="Your certificate was being made.")
    run_jobs()
    with acting_as(lea):
        assert [one.document_type for one in documents.my_acts()] == ["data-answer"]
        assert delivery.unread_count() == 1


def test_a_state_body_is_asked_as_a_commune_is(transactional: None, run_jobs):
    """An officer of the State reads; the person asks; the data-protection officer of that body answers; the person reads it."""
    lea, gilles, danielle = person("lea.beispill"), officer("gilles.voorbeeld"), officer("danielle.exemplu")
    read(gilles, lea)
    with acting_as(lea):
        (meant,) = disclosures.readings()
    visitor = client_of(lea)
    page = visitor.get("/readings", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert f"/readings/{meant.id}/ask" in page
    asked = visitor.post(f"/readings/{meant.id}/ask")
    draft = UUID(asked["Location"].split("/")[2])
    story.fill(lea, draft, {"question": "Why did the State read my name?"})
    filed = story.submit(lea, draft)
    run_jobs()
    with acting_as(danielle):
        task = Work.objects.get(case_id=filed.cases[0])
    assert task.administration_id == gilles.administration
    assert client_of(officer("anouk.esimerkki")).get(f"/desk/cases/{filed.cases[0]}").status_code == 404, "a commune's officer"
    opened = words(client_of(danielle).get(f"/desk/readings?number={meant.id}", HTTP_ACCEPT_LANGUAGE="en"))
    assert "Gilles Voorbeeld" in opened
    story.do(danielle, filed.cases[0], "explain", finding="not-justified", answer="Nobody had a reason to.")
    run_jobs()
    with acting_as(lea):
        (letter,) = documents.my_acts()
        assert (letter.document_type, delivery.unread_count()) == ("data-answer", 1)
    case = words(visitor.get(f"/requests/{filed.cases[0]}", HTTP_ACCEPT_LANGUAGE="en"))
    assert "The reading was not justified" in case


def test_nobody_asks_about_a_reading_of_somebody_else(transactional: None):
    lea, hugo = person("lea.beispill"), person("hugo.exemplo")
    read(officer("claire.muster"), lea)
    with acting_as(lea):
        (meant,) = disclosures.readings()
    assert client_of(hugo).post(f"/readings/{meant.id}/ask").status_code == 404
    assert client_of(lea).post("/readings/999999999/ask").status_code == 404


def test_what_a_representative_reads_is_told_to_the_person_represented(transactional: None):
    lea = person("lea.beispill")
    emma = mandates.representative(lea, "emma.primjer")
    visitor = client_of(emma)
    for page in ("/requests", "/drafts", "/mailbox"):
        assert visitor.get(page).status_code == 200
    visitor.get("/readings")  # the representative's own: no row
    with acting_as(lea):
        rows = disclosures.readings()
    assert [(one.actor_kind, one.purpose, one.facts, one.on_behalf_of) for one in rows] == [("person", "representation", ("space",), lea.space)] * 3
    page = words(client_of(lea).get("/readings", HTTP_ACCEPT_LANGUAGE="en"))
    assert "Your representative" in page
    assert "In your name, by a mandate" in page
    with acting_as(person("emma.primjer")):
        assert disclosures.readings() == ()


def test_the_program_is_served_and_needs_no_sign_in(db: None):
    from django.test import Client

    answer = Client().get("/readings/verify_readings.py")
    assert answer.status_code == 200
    assert b"def verify(" in answer.content
    assert Client().get("/readings.json").status_code == 302


def test_an_export_before_the_first_reading(db: None):
    lea = person("lea.beispill")
    said = client_of(lea).get("/readings.json").json()
    assert (said["entries"], said["batches"], said["waiting"]) == ([], [], [])
    assert (said["subject"], said["key"]) == (str(lea.person), None)
