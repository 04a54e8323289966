# SPDX-License-Identifier: EUPL-1.2
"""The commune that a plan is shown for: chosen on the plan, never asked in the interview."""

from __future__ import annotations

import re
from html import unescape

import pytest

from bierger.administrations import selectors as administrations
from bierger.filings.models import Draft
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, acting_as
from tests.clients import client_of
from tests.people import person

PLAN = "/situations/build/plan"


def communes(*, served: bool) -> list[str]:
    with acting_as(ANONYMOUS):
        return [one.code for one in administrations.administrations(on=clock.today(), kind="commune") if one.served is served]


def line(body: str, key: str) -> str:
    found = body[body.index(f'data-procedure="{key}"') :].split('<li class="plan-line', maxsplit=1)[0]
    return unescape(re.sub(r"\s+", " ", found))


def test_the_plan_names_the_commune_and_judges_its_offer(db):
    client = client_of(ANONYMOUS)
    body = client.get(PLAN).content.decode()
    assert "<dd>Your commune</dd>" in line(body, "commune/building-permit")
    offered = re.findall(r'<option value="([a-z-]+)">', body)
    assert offered == communes(served=True)
    code = offered[0]
    chosen = client.get(PLAN, {"my-commune": code}).content.decode()
    assert f'<option value="{code}" selected>' in chosen
    assert "<dd>Your commune</dd>" not in chosen
    assert f"?administration={code}" in line(chosen, "commune/building-permit")
    assert f"my-commune={code}" in re.findall(r'id="share">([^<]+)<', chosen)[0]
    elsewhere = client.get(PLAN, {"my-commune": communes(served=False)[0]}).content.decode()
    assert "Cannot be asked for here at the moment" in line(elsewhere, "commune/building-permit")
    assert "Cannot be asked for here at the moment" not in line(elsewhere, "nature/construction-permit")


@pytest.mark.parametrize("code", ["nowhere", "<script>", "x" * 10_000, "%00"])
def test_a_commune_that_is_none_is_left_out(db, code):
    page = client_of(ANONYMOUS).get(PLAN, {"my-commune": code})
    assert page.status_code == 200
    assert "<dd>Your commune</dd>" in page.content.decode()
    assert "my-commune=" not in page.content.decode()


def test_the_interview_keeps_the_commune_and_asks_nothing_more(db):
    client = client_of(ANONYMOUS)
    code = communes(served=True)[0]
    page = client.get("/situations/build", {"ask": "1", "my-commune": code})
    (name,) = re.findall(r'name="page" value="([^"]+)"', page.content.decode())
    assert f'name="my-commune" value="{code}"' in page.content.decode()
    onward = client.get("/situations/build", {"my-commune": code, "page": name, "unknown": "1"})["Location"]
    assert onward.endswith(f"skip={name}&my-commune={code}")
    assert "my-commune" not in client.get("/situations/hire/plan").content.decode()  # no commune is competent there


def test_prepared_drafts_hold_the_commune(transactional):
    who = person("lea.beispill")
    code = communes(served=True)[0]
    keys = ["nature/construction-permit", "commune/building-permit"]
    sent = client_of(who).post("/situations/build/prepare", {"my-commune": code, "procedure": keys})
    assert sent.status_code == 302, sent.content.decode()[:500]
    with acting_as(who):
        rows = list(Draft.objects.all())
    assert [row.answers["commune"] for row in rows] == [code, code]
    assert all(row.copied["commune"] == "" for row in rows)
    assert next(row for row in rows if row.place == 1).administration_id  # whom it goes to is known
