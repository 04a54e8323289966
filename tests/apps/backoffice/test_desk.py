# SPDX-License-Identifier: EUPL-1.2
"""The officer's desk in a browser: from the worklist to the decision, and who is kept out."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils.translation import override

from bierger.administrations.models import OfficerRole
from bierger.cases.models import Work
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from tests.apps.backoffice.town import PLAN, Town
from tests.people import officer

LAWS = ["Loi communale modifiée du 13 décembre 1988"]  # of the sample


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def readings(person: UUID) -> list[tuple[str, str, list[str], list[str]]]:
    """What the person's own page would list: purpose, case, facts, titles of the laws."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT purpose, case_id::text, facts, ARRAY(SELECT law ->> 'title' FROM jsonb_array_elements(legal_basis) AS law)"
            " FROM disclosures_disclosure WHERE %s = ANY (subjects) ORDER BY id",
            [person],
        )
        return cursor.fetchall()


def test_from_the_worklist_to_the_decision(town: Town) -> None:
    case = town.request()
    laura = town.browser(town.laura)
    listed = text(laura.get("/desk"))
    assert "Check the request (en)" in listed
    assert "Léa Beispill" in listed
    assert "Nobody yet" in listed
    task = town.task(case, "check")
    taken = laura.post(f"/desk/tasks/{task}/take")
    assert taken["Location"] == f"/desk/tasks/{task}"
    form = text(laura.get(taken["Location"]))
    assert "Your conclusion" in form
    assert "Vegetables" in form
    assert "Mersch<" in form  # the commune by its name, not its code
    done = laura.post(f"/desk/tasks/{task}", {"checked": "complete", "remark": "All there."})
    assert done["Location"] == f"/desk/tasks/{task}/done"
    page = text(laura.get(done["Location"]))
    assert "What is next" in page
    assert "Technical opinion (en)" in page  # Laura also advises: her next task
    town.do(town.laura, case, "opinion-technical", technical="favourable", technical_reasons="There is room.")
    town.do(town.marc, case, "opinion-fire", fire="unfavourable", fire_reasons="It burns.")
    nora = town.browser(town.nora)
    decision = town.task(case, "decide")
    nora.post(f"/desk/tasks/{decision}/take")
    shown = text(nora.get(f"/desk/tasks/{decision}"))
    for opinion in ("Favourable (en)", "Unfavourable (en)", "It burns.", "There is room.", "Marc Esempio", "Laura Exemplo"):
        assert opinion in shown
    nora.post(f"/desk/tasks/{decision}", {"decision": "refuse", "reasons": "Fire safety comes first."})
    closed = text(nora.get(f"/desk/cases/{case}"))
    assert "Refused (en)" in closed
    assert "Fire safety comes first." in closed
    assert "Ask the applicant" not in closed


def test_reasons_are_required_and_what_was_typed_stays(town: Town) -> None:
    case = town.request()
    town.do(town.laura, case, "check", checked="complete")
    browser, task = town.browser(town.laura), town.task(case, "opinion-technical")
    browser.post(f"/desk/tasks/{task}/take")
    page = text(browser.post(f"/desk/tasks/{task}", {"technical": "unfavourable", "technical_reasons": ""}))
    assert "There is a problem" in page
    assert 'href="#f-technical_reasons"' in page
    assert 'value="unfavourable" checked' in page
    nothing = text(browser.post(f"/desk/tasks/{task}", {"technical_reasons": "Typed before choosing."}))
    assert 'href="#f-technical"' in nothing
    assert "Typed before choosing." in nothing
    assert town.task(case, "opinion-technical") == task  # still open


def test_completing_twice_is_completing_once(town: Town) -> None:
    case = town.request()
    browser, task = town.browser(town.laura), town.task(case, "check")
    browser.post(f"/desk/tasks/{task}/take")
    first = browser.post(f"/desk/tasks/{task}", {"checked": "complete"})
    replay = browser.post(f"/desk/tasks/{task}", {"checked": "hopeless"})
    assert first["Location"].endswith("/done")
    assert replay["Location"] == f"/desk/cases/{case}"
    assert "Technical opinion (en)" in text(browser.get(f"/desk/cases/{case}"))


def test_a_colleague_who_was_quicker_is_said(town: Town, as_owner) -> None:
    clerk = officer("tom.beispill")
    with as_owner(), acting_as(SYSTEM):  # Laura's office gets a second clerk
        role = OfficerRole.objects.get(officer_id=town.laura.officer, role="clerk")
        OfficerRole.objects.create(officer_id=clerk.officer, role="clerk", service=role.service)
    case = town.request()
    task = town.task(case, "check")
    tom = town.browser(officer("tom.beispill"))
    assert tom.post(f"/desk/tasks/{task}/take")["Location"] == f"/desk/tasks/{task}"
    laura = town.browser(town.laura)
    for action, page in (("take", "/desk"), ("give-back", f"/desk/cases/{case}")):
        answer = laura.post(f"/desk/tasks/{task}/{action}")
        assert answer["Location"] == f"{page}?said=task-not-yours"
        assert "A colleague was quicker" in text(laura.get(answer["Location"]))
    assert laura.get(f"/desk/tasks/{task}")["Location"] == f"/desk/cases/{case}"
    assert "Tom Beispill" in text(laura.get(f"/desk/cases/{case}"))


def test_a_task_of_another_role_is_not_taken(town: Town) -> None:
    case = town.request()
    town.do(town.laura, case, "check", checked="complete")
    task = town.task(case, "opinion-fire")
    laura = town.browser(town.laura)
    answer = laura.post(f"/desk/tasks/{task}/take")
    assert answer["Location"] == "/desk?said=case-not-allowed"
    assert "This task is for another role." in text(laura.get(answer["Location"]))
    assert town.browser(town.marc).post(f"/desk/tasks/{task}/take")["Location"] == f"/desk/tasks/{task}"


def test_giving_back_frees_the_task(town: Town) -> None:
    case = town.request()
    browser, task = town.browser(town.laura), town.task(case, "check")
    browser.post(f"/desk/tasks/{task}/take")
    assert "Check the request" in text(browser.get("/desk?show=mine"))
    back = browser.post(f"/desk/tasks/{task}/give-back")
    assert "gave the task back" in text(browser.get(back["Location"]))
    assert "No task waits" in text(browser.get("/desk?show=mine"))
    assert "Check the request" in text(browser.get("/desk?show=unassigned"))


def test_asking_the_applicant_and_noting(town: Town) -> None:
    case = town.request()
    browser = town.browser(town.laura)
    asked = browser.post(f"/desk/cases/{case}/question", {"question": "How wide is the stall?"})
    page = text(browser.get(asked["Location"]))
    assert "Waiting for the applicant" in page
    assert "How wide is the stall?" in page
    noted = browser.post(f"/desk/cases/{case}/note", {"note": "Spoke on the phone."})
    assert "Spoke on the phone." in text(browser.get(noted["Location"]))
    for name in ("question", "note"):
        empty = text(browser.post(f"/desk/cases/{case}/{name}", {name: "  "}))
        assert "Write something first." in empty
        long = text(browser.post(f"/desk/cases/{case}/{name}", {name: "x" * 4001}))
        assert "at most 4,000" in long
        for typed in ("a\0b", "ok \u202etxet", "\x1b[31mred"):
            assert "Remove characters that cannot be printed" in text(browser.post(f"/desk/cases/{case}/{name}", {name: typed}))


def test_an_attachment_is_downloaded_and_the_reading_recorded(town: Town, as_owner) -> None:
    case = town.request()
    browser = town.browser(town.laura)
    plan = town.plan_of(case)
    with as_owner():
        before = readings(town.applicant.person)
    answer = browser.get(f"/desk/cases/{case}/files/{plan}")
    assert answer.content == PLAN
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Cache-Control"] == "no-store"
    assert browser.get(f"/desk/cases/{case}/files/{uuid4()}").status_code == 404
    with as_owner():
        recorded = readings(town.applicant.person)
    # This file was read, and nothing else: no name, no answers, no other file.
    assert recorded == [*before, ("case-handling", str(case), ["attachment"], LAWS)]


def test_a_file_of_another_case_is_not_served_under_this_one(town: Town) -> None:
    mine, other = town.request("Vegetables"), town.request("Flowers")
    browser = town.browser(town.laura)
    assert browser.get(f"/desk/cases/{mine}/files/{town.plan_of(other)}").status_code == 404


def test_reading_list_and_case_is_recorded(town: Town, as_owner) -> None:
    case = town.request()
    browser = town.browser(town.laura)
    browser.get("/desk")
    browser.get(f"/desk/cases/{case}")
    with as_owner():
        recorded = readings(town.applicant.person)
    assert recorded == [
        ("worklist", None, ["name"], LAWS),
        ("case-handling", str(case), ["answers", "files", "name"], LAWS),
    ]


PAGES = [
    "/desk",
    "/desk/next",
    "/desk/cases/{case}",
    "/desk/tasks/{task}",
    "/desk/tasks/{task}/done",
    "/desk/cases/{case}/files/{plan}",
]
POSTS = [
    "/desk/cases/{case}/question",
    "/desk/cases/{case}/note",
    "/desk/tasks/{task}/take",
    "/desk/tasks/{task}/give-back",
    "/desk/tasks/{task}",
]


@pytest.fixture
def addresses(town: Town) -> dict[str, str]:
    case = town.request()
    return {"case": str(case), "task": str(town.task(case, "check")), "plan": town.plan_of(case)}


def test_the_signed_out_are_sent_to_sign_in(town: Town, addresses: dict[str, str]) -> None:
    browser = town.browser(ANONYMOUS)
    for address in PAGES:
        answer = browser.get(address.format(**addresses))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in?next=%2Fdesk")
    for address in POSTS:
        assert browser.post(address.format(**addresses))["Location"] == "/sign-in?next=%2Fdesk"


def test_a_citizen_finds_nothing_here(town: Town, addresses: dict[str, str]) -> None:
    browser = town.browser(town.applicant)  # not even the applicant of this very case
    for address in PAGES:
        assert browser.get(address.format(**addresses)).status_code == 404
    for address in POSTS:
        assert browser.post(address.format(**addresses)).status_code == 404


def test_an_officer_of_another_commune_finds_nothing(town: Town, addresses: dict[str, str]) -> None:
    browser = town.browser(town.stranger)
    for address in PAGES[2:]:
        assert browser.get(address.format(**addresses)).status_code == 404
    for address in POSTS:
        assert browser.post(address.format(**addresses), {"note": "x", "question": "x"}).status_code == 404
    assert "Léa" not in text(browser.get("/desk"))


def test_an_adviser_does_not_decide(town: Town) -> None:
    case = town.request()
    town.do(town.laura, case, "check", checked="complete")
    town.do(town.laura, case, "opinion-technical", technical="favourable", technical_reasons="Room.")
    town.do(town.marc, case, "opinion-fire", fire="favourable", fire_reasons="Fine.")
    task = town.task(case, "decide")
    laura = town.browser(town.laura)
    answer = laura.post(f"/desk/tasks/{task}/take")
    assert "said=case-not-allowed" in answer["Location"]
    assert f'action="/desk/tasks/{task}/take"' not in text(laura.get(f"/desk/cases/{case}"))


def test_the_nearest_deadline_stands_first_and_overdue_is_said(town: Town, frozen) -> None:
    start = clock.now()
    frozen(start)
    late = town.request("Late")
    frozen(start + timedelta(days=4))
    town.request("Soon")
    browser = town.browser(town.laura)
    frozen(start + timedelta(days=7))
    page = text(browser.get("/desk"))
    with acting_as(town.laura):
        first = Work.objects.get(case_id=late).number
    assert page.index(first) < page.rindex("desk-number")
    assert "Overdue by 2 days" in page
    assert "In 2 days" in page
    only = text(browser.get("/desk?late=1"))
    assert "Overdue by 2 days" in only
    assert "In 2 days" not in only


def test_next_opens_my_own_before_a_free_one(town: Town) -> None:
    free, mine = town.request("Free"), town.request("Mine")
    browser = town.browser(town.laura)
    task = town.task(mine, "check")
    browser.post(f"/desk/tasks/{task}/take")
    assert browser.get("/desk/next")["Location"] == f"/desk/tasks/{task}"
    browser.post(f"/desk/tasks/{task}/give-back")
    following = browser.get("/desk/next")["Location"]
    assert following == f"/desk/tasks/{town.task(free, 'check')}"
    assert browser.get(following)["Location"] == f"/desk/cases/{free}"  # not taken yet: its page offers to take it


def test_pages_by_key_without_loss_or_repeat(town: Town) -> None:
    numbers = set()
    for stall in range(28):
        town.request(f"Stall {stall}")
    browser = town.browser(town.laura)
    address, seen = "/desk", []
    while address:
        page = text(browser.get(address))
        found = re.findall(r'class="desk-number">([0-9-]+)<', page)
        seen += found
        numbers |= set(found)
        following = re.search(r'class="pages-next" href="([^"]+)"', page)
        address = following.group(1).replace("&amp;", "&") if following else ""
    assert len(seen) == len(numbers) == 28
    assert "28 tasks" in page


def test_filters_that_make_no_sense_are_left_out(town: Town) -> None:
    town.request()
    browser = town.browser(town.laura)
    for query in (
        "procedure=nobody/nothing", "procedure=%00", "service=nonsense", "after=%00~~", "show=everything", "state=x",
        "late=%F0%9F%8E%89",
    ):  # fmt: skip
        assert "Check the request" in text(browser.get(f"/desk?{query}"))


def test_a_count_stops_at_its_cap() -> None:
    from bierger.backoffice.views.worklist import count_in_words

    with override("en"):
        said = [count_in_words(count, 1000) for count in (0, 1, 2, 1000, 1001)]
    assert said == ["0 tasks", "1 task", "2 tasks", "1000 tasks", "1,000+ tasks"]


@pytest.mark.parametrize("language", ["fr", "de", "en", "lb"])
def test_every_page_speaks_every_language(town: Town, addresses: dict[str, str], language: str) -> None:
    browser = town.browser(town.laura, language)
    browser.post("/desk/tasks/{task}/take".format(**addresses))
    assert f"({language})" in text(browser.get("/desk"))
    page = text(browser.get("/desk/tasks/{task}".format(**addresses)))
    assert f'<html lang="{language}"' in page
    assert f"Complete ({language})" in page
