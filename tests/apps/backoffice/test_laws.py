# SPDX-License-Identifier: EUPL-1.2
"""By which law the desk reads: what the person concerned is shown, of every page, for each procedure its own."""

from __future__ import annotations

from dataclasses import replace

from bierger.disclosures import selectors as disclosures
from bierger.disclosures.types import Law
from bierger.infra.principal import acting_as
from tests.apps.backoffice.test_desk import LAWS, PAGES, readings
from tests.apps.backoffice.town import Town, make
from tests.apps.catalogue.samples import sample

OF_2019 = b"Loi du 2 ao\xc3\xbbt 2019"
ARTICLES = b'articles: ["3", "5bis"]'


def test_no_page_of_the_desk_reads_without_a_law(town: Town, as_owner) -> None:
    """Every address of the desk that shows something of somebody, and every refusal that draws it again."""
    case = town.request()
    browser, task = town.browser(town.laura), town.task(case, "check")
    fill = {"case": case, "task": task, "plan": town.plan_of(case)}
    browser.post(f"/desk/tasks/{task}/take")
    for address in PAGES:
        browser.get(address.format(**fill))
    for name in ("question", "note"):
        browser.post(f"/desk/cases/{case}/{name}", {name: ""})
    browser.post(f"/desk/tasks/{task}", {})
    with as_owner():
        recorded = readings(town.applicant.person)
    assert len(recorded) > len(PAGES)
    assert [row for row in recorded if row[3] != LAWS] == []


def test_a_worklist_of_two_procedures_names_the_law_of_each(town: Town, as_owner) -> None:
    revised = sample(version=2)
    revised["procedure.yaml"] = revised["procedure.yaml"].replace(LAWS[0].encode(), OF_2019).replace(b"articles: []", ARTICLES)
    later = replace(make(as_owner, revised), applicant=town.applicant)
    assert later.digest != town.digest
    for one in (town, town, later):
        one.request()
    town.browser(town.laura).get("/desk")
    with as_owner():
        recorded = readings(town.applicant.person)
    assert sorted(row[3] for row in recorded) == sorted([LAWS, [OF_2019.decode()]])
    assert {row[:2] for row in recorded} == {("worklist", None)}
    with acting_as(town.applicant):
        laws = {law for reading in disclosures.readings() for law in reading.legal_basis}
    assert {law.articles for law in laws} == {(), ("3", "5bis")}
    assert all(isinstance(law, Law) and law.eli for law in laws)


def test_the_person_concerned_reads_the_law_with_its_address(town: Town) -> None:
    case = town.request()
    town.browser(town.laura).get(f"/desk/cases/{case}")
    for language in ("fr", "de", "en", "lb"):
        page = town.browser(town.applicant, language).get("/readings").content.decode()
        assert f'<a href="http://legilux.public.lu/eli/etat/leg/loi/1988/12/13/n1/jo" rel="external" lang="fr">{LAWS[0]}</a>' in page
