# SPDX-License-Identifier: EUPL-1.2
"""Fees and periods of a plan: as much as is known, in the same words as on the sheet of the procedure."""

from __future__ import annotations

import re
from html import unescape

import pytest

from bierger.infra.principal import ANONYMOUS
from bierger.ui import formats
from bierger_core.procedures import Fee
from tests.clients import client_of

CAFE = (
    "/situations/cafe-terrace/plan?premises_before=cafe&works=no&has_permit=no&establishment_kind=cafe&capacity=20"
    "&alcohol=yes&has_licence=no&closing=midnight&terrace=none&registered=no"
)
FACT = r"<dt>{}</dt><dd>(.*?)</dd>"


def plain(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))).strip()


def facts(html: str) -> dict[str, str]:
    """Fee and period of a line, or of a sheet."""
    return {name: plain(re.findall(FACT.format(name), html, re.DOTALL)[0]) for name in ("Fee", "How long it takes")}


@pytest.mark.parametrize("name", ["build", "cafe-terrace", "hire", "move"])
def test_sheet_and_plan_say_the_same_of_every_procedure(db, name):
    client = client_of(ANONYMOUS)
    body = client.get(f"/situations/{name}/plan").content.decode()
    lines = re.findall(r'<h3><a href="([^"]+)".*?(<dl class="facts">.*?</dl>)', body, re.DOTALL)
    assert len(lines) >= 7  # nothing is answered: every procedure is open, and says what it would cost
    for address, line in lines:
        sheet = client.get(unescape(address)).content.decode()
        assert facts(line) == facts(sheet[sheet.index('id="glance"') :]), address


def test_a_plan_shows_amounts_and_their_sum(db):
    body = client_of(ANONYMOUS).get(CAFE).content.decode()
    said = {key: facts(line)["Fee"] for key, line in re.findall(r'data-procedure="([^"]+)".*?(<dl class="facts">.*?</dl>)', body, re.DOTALL)}
    assert said["economy/business-permit"] == "€50.00, to be confirmed"
    assert said["customs/drinks-licence"].startswith("€60.00 to €240.00, to be confirmed Opening duty:")
    assert said["food/establishment-registration"] == "Set by the administration"
    (total,) = re.findall(r'<p class="plan-total">(.*?)</p>', body, re.DOTALL)
    assert plain(total) == (
        "Fees in all : €110.00 to €290.00, to be confirmed (Business permit (café or restaurant), Drinks licence) "
        "and what the administration sets for 1 procedure"
    )


@pytest.mark.parametrize(("language", "words"), [("fr", "à confirmer"), ("de", "noch zu bestätigen"), ("en", "to be confirmed"), ("lb", "nach ze confirméieren")])
def test_a_law_that_nobody_read_says_so_in_the_readers_language(db, language, words):
    body = client_of(ANONYMOUS, language=language).get(CAFE).content.decode()
    laws = [plain(one) for one in re.findall(r'<ul class="law"><li>(.*?)</li>', body, re.DOTALL)]
    assert any(law.endswith(f", {words}") for law in laws)
    assert any(not law.endswith(f", {words}") for law in laws)
    assert language == "fr" or "à confirmer" not in body


def test_what_nobody_read_is_not_printed_as_fact(db):
    client = client_of(ANONYMOUS)
    for address, period in (
        ("commune/building-permit", "3 months, to be confirmed"), ("economy/business-permit", "3 months, to be confirmed"),
        ("commune/classified-establishment", "45 days, to be confirmed"), ("commune/data-question", "1 month"),
        ("adem/cae", "Not fixed"),
    ):  # fmt: skip
        page = client.get(f"/procedures/{address}").content.decode()
        said = plain(re.findall(FACT.format("How long it takes"), page, re.DOTALL)[0])
        assert said == period or said.startswith(f"{period} "), (address, said)


@pytest.mark.parametrize(
    ("fee", "said"),
    [
        (Fee(5000, verified=True), "€50.00"), (Fee(5000, verified=False), "€50.00, to be confirmed"),
        (Fee(6000, verified=True, most=24000), "€60.00 to €240.00"), (Fee(0, verified=False, most=1000), "€0.00 to €10.00, to be confirmed"),
        (Fee(0, verified=True), "Free of charge"), (Fee(0, verified=False), "Set by the administration"),
    ],
)  # fmt: skip
def test_a_fee_says_as_much_as_is_known(fee, said):
    assert formats.fee(fee, "en") == said
