# SPDX-License-Identifier: EUPL-1.2
"""The Estonian data tracker's protocol, over the readings of our people."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from bierger.disclosures import selectors as disclosures
from bierger.identity import services as identity
from bierger.identity.selectors import my_spaces
from bierger.infra.principal import acting_as
from bierger.simulators.country import country
from tests import mandates
from tests.apps.disclosures.test_delays import order
from tests.apps.disclosures.town import read
from tests.people import officer, person

FIND = "/data-tracker/v2/findUsage"


@pytest.fixture
def caller(transactional: None, tmp_path: Path):
    file = tmp_path / "token"
    file.write_text("a-long-secret\n")
    with override_settings(BIERGER_DATA_TRACKER_TOKEN_FILE=str(file)):
        yield file


def number(handle: str) -> str:
    return str(country().by_handle[handle].matricule)


def ask(asks: str, about: str, token: str = "a-long-secret", path: str = FIND, **query: object) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}", "X-Road-UserId": f"LU{asks}"}
    answer = Client(headers=headers).get(path, {"userCode": about, **query})
    return answer.status_code, answer.json() if "json" in answer["Content-Type"] else None


def test_newest_first_in_the_form_of_the_protocol(caller: Path, frozen):
    lea = person("lea.beispill")
    for hour in (8, 9, 10):
        frozen(datetime(2026, 3, 2, hour, tzinfo=UTC))
        read(officer("claire.muster"), lea)
    mine = number("lea.beispill")
    status, said = ask(mine, mine)
    assert (status, said["totalUsages"]) == (200, 3)
    assert [one["logtime"] for one in said["usages"]] == [f"2026-03-02T{hour}:00:00Z" for hour in ("10", "09", "08")]
    first = said["usages"][0]
    assert set(first) == {"logtime", "action", "receiverCode", "receiverName", "receiverSystem"}
    assert (first["receiverName"], first["receiverSystem"]) == ("Mersch", "Bierger")
    assert all(first.values())
    assert [one["logtime"][11:13] for one in ask(mine, mine, offset=1, limit=1)[1]["usages"]] == ["09"]
    assert ask(mine, mine, periodStart="2026-03-02T08:30:00+00:00", periodEnd="2026-03-02T09:30:00Z")[1]["totalUsages"] == 1
    assert ask(mine, mine, periodStart="2026-03-02", periodEnd="2026-03-02")[1]["totalUsages"] == 3
    assert ask(mine, mine, periodStart="2026-03-03")[1]["totalUsages"] == 0


def test_the_reading_by_the_person_leaves_no_row(caller: Path):
    lea, mine = person("lea.beispill"), number("lea.beispill")
    read(officer("claire.muster"), lea)
    for _ in range(2):
        assert ask(mine, mine)[1]["totalUsages"] == 1
    with acting_as(lea):
        assert len(disclosures.readings()) == 1


def test_a_member_asks_about_the_firm_and_a_representative_does_not(caller: Path):
    nina, lea = person("nina.esempio"), person("lea.beispill")
    with acting_as(nina):
        space = next(one.id for one in my_spaces() if one.kind == "professional")
        identity.enter_space(space=space)
    firm = country().by_handle["nina.esempio"].memberships[0].organisation
    assert ask(number("nina.esempio"), firm)[0] == 200
    mandates.representative(lea, "emma.primjer")
    for asks, about in (("lea.beispill", firm), ("emma.primjer", number("lea.beispill")), ("lea.beispill", number("hugo.exemplo"))):
        assert ask(number(asks), about) == (403, {"code": "representation-refused", "message": REFUSED})


REFUSED = "Whoever asks may not read this, or nobody has this code."


def test_what_is_told_later_is_not_there(caller: Path, frozen):
    from tests.apps.disclosures.test_delays import CASE, MONDAY

    frozen(MONDAY)
    lea, mine = person("lea.beispill"), number("lea.beispill")
    order(officer("nora.beispiel"))
    read(officer("claire.muster"), lea, case=CASE)
    assert ask(mine, mine) == (200, {"totalUsages": 0, "usages": []})


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"limit": 1001}, "limit"), ({"limit": 0}, "limit"), ({"offset": -1}, "offset"), ({"offset": 10**12}, "offset"),
        ({"periodStart": "yesterday"}, "period"), ({"periodEnd": "2026-03-02T09:00:00"}, "period"), ({"periodEnd": "9999-12-31"}, "period"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name(caller: Path, query: dict, code: str):
    mine = number("lea.beispill")
    assert ask(mine, mine, **query)[0] == 400
    assert ask(mine, mine, **query)[1]["code"] == code
    assert ask("12", mine)[1]["code"] == "user-code"


def test_without_the_token_nobody_and_without_the_setting_nothing(caller: Path):
    mine = number("lea.beispill")
    assert ask(mine, mine, token="another")[0] == 401
    assert ask(mine, mine, path="/data-tracker/v2/heartbeat", token="")[0] == 401
    caller.write_text("")
    assert ask(mine, mine, token="")[0] == 401
    with override_settings(BIERGER_DATA_TRACKER_TOKEN_FILE=""):
        assert ask(mine, mine)[0] == 404


def test_period_and_heartbeat(caller: Path, frozen):
    frozen(datetime(2026, 3, 2, 8, tzinfo=UTC))
    mine = number("lea.beispill")
    assert ask(mine, mine, path="/data-tracker/v2/heartbeat")[1]["status"] == "UP"
    with override_settings(BIERGER_READINGS_DAYS=31):
        found = ask(mine, mine, path="/data-tracker/v2/usagePeriod")[1]
    assert found == {"periodStart": "2026-01-30T08:00:00Z", "periodEnd": "2026-03-02T08:00:00Z"}
