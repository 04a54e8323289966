# SPDX-License-Identifier: EUPL-1.2
"""Which officer read is sealed: nobody swaps them unnoticed, the auditors of the house open it, the person is not told a name."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from pathlib import Path

import pytest

from bierger.disclosures import selectors, services
from bierger.disclosures.errors import ReadingUnknown
from bierger.infra import clock
from bierger.infra.principal import Principal, acting_as
from bierger_core.merkle import reading_actor
from tests.apps.disclosures.exports import check, export, write
from tests.apps.disclosures.town import read, seal
from tests.attacks.together import superuser
from tests.laws import SOME_LAW
from tests.people import officer, person

CASE = uuid.UUID(int=0xC0FFEE)


@pytest.fixture
def people(transactional: None) -> tuple[Principal, Principal, Principal]:
    """Léa, the clerk who reads, the auditor of the house."""
    return person("lea.beispill"), officer("claire.muster"), officer("anouk.esimerkki")


def opened(who: Principal, number: int):
    with acting_as(who):
        return services.open_reading(number, purpose=services.purpose_of_case(None, legal_basis=SOME_LAW, purpose="oversight"))


def newest() -> int:
    with superuser() as seen:
        return seen.execute("SELECT max(id) FROM disclosures_disclosure").fetchone()[0]


def spoil(statement: str) -> None:
    with superuser() as db:
        db.execute("SET session_replication_role = replica")
        db.execute(statement)


def test_the_auditor_opens_it_and_that_is_a_reading_too(people, as_worker, run_jobs, tmp_path: Path):
    lea, claire, anouk = people
    read(claire, lea, case=CASE)
    number = newest()
    assert opened(anouk, number).proof == "waiting"
    seal(as_worker)
    run_jobs()
    found = opened(anouk, number)
    assert (found.actor, found.people, found.proof, found.case) == (claire.officer, 1, "sealed", CASE)
    said = next(one["reading"] for one in export(lea)["entries"] if one["number"] == number)
    assert (said["v"], said["actor"]) == (2, found.mark)
    assert reading_actor(bytes.fromhex(found.salt), claire.officer).hex() == found.mark
    whole = json.dumps(export(lea))
    assert not any(one in whole for one in (str(claire.officer), found.salt, "Muster"))
    with acting_as(lea):
        assert [one.facts for one in selectors.readings()].count(("reading",)) == 2
    file = write(tmp_path, "good.json", export(lea))
    status, told = check(file, "--opening", f"{number}:{claire.officer}:{found.salt}")
    assert status == 0
    assert f"reading {number} was made by the account {claire.officer}" in told
    for wrong in (f"{number}:{anouk.officer}:{found.salt}", f"{number}:{claire.officer}:{'00' * 32}", f"{number + 99}:{claire.officer}:{found.salt}", "x"):
        assert check(file, "--opening", wrong)[0] == 1


@pytest.mark.parametrize(
    "swap", ["actor = gen_random_uuid()", "actor_salt = NULL", "actor_salt = sha256('x')", "actor = NULL", "actor_kind = 'worker'"]
)
def test_another_officer_in_their_place_is_found_out(people, as_worker, tmp_path: Path, swap: str):
    lea, claire, anouk = people
    read(claire, lea, case=CASE)
    number = newest()
    seal(as_worker)
    spoil(f"UPDATE disclosures_disclosure SET {swap} WHERE id = {number}")
    assert "changed after it was sealed" in check(write(tmp_path, "bad.json", export(lea)))[1]
    assert opened(anouk, number).proof == "changed"


def test_what_is_told_later_is_opened_by_the_auditor_and_not_betrayed_by_it(people, as_worker):
    lea, claire, anouk = people
    with acting_as(officer("nora.beispiel")):
        services.order_delay(case=CASE, until=clock.today() + dt.timedelta(days=9), reason="A fraud.", legal_basis=SOME_LAW)
    read(claire, lea, case=CASE)
    seal(as_worker)
    assert opened(anouk, newest()).proof == "sealed"
    with acting_as(lea):
        assert selectors.readings() == ()


def test_a_reading_from_before_there_were_marks_still_fits(people, as_worker, tmp_path: Path):
    lea, claire, anouk = people
    read(claire, lea, case=CASE)
    spoil("UPDATE disclosures_disclosure SET actor_salt = NULL")
    seal(as_worker)
    found = opened(anouk, newest())
    assert (found.mark, found.actor, found.proof) == ("", claire.officer, "sealed")
    said = export(lea)
    assert said["entries"][0]["reading"]["v"] == 1
    assert check(write(tmp_path, "old.json", said))[0] == 0


@pytest.mark.parametrize("handle", ["claire.muster", "nora.beispiel", "vincent.exemplu"])
def test_nobody_else_opens_it(people, handle: str):
    """A clerk, the investigator, the auditor of another house."""
    read(people[1], people[0], case=CASE)
    with pytest.raises(ReadingUnknown):
        opened(officer(handle), newest())
