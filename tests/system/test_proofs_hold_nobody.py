# SPDX-License-Identifier: EUPL-1.2
"""A request, its acts, an act taken back, readings, an order of delay: what is proof or bookkeeping holds nothing of it.

Every text that was typed is looked for in every row of every table and in every file of the data folder. It may be found where a
rule says until when (test_erasure_covers.py), nowhere else: not in the log, not in lists that anybody fetches, not in jobs.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from bierger.cases import services
from bierger.disclosures.services import order_delay
from bierger.documents.models import Act
from bierger.documents.services import revoke_act
from bierger.infra import clock
from bierger.infra.principal import SYSTEM, acting_as
from bierger.simulators.country import country
from tests import story
from tests.apps.disclosures.town import seal
from tests.attacks.together import superuser
from tests.laws import SOME_LAW
from tests.registers import register, simulators
from tests.story_people import town
from tests.system.test_erasure_covers import columns, rule_of

__all__ = ["register", "simulators"]
MARK = "canary-{}-that-was-typed"
GOES = {"case", "act", "draft", "account", "reading"}  # rules that say when what a column holds is destroyed


def places(text: str) -> Iterator[bytes]:
    """How a text may stand in a file: as it is, as in a PDF, in hexadecimal, in base64 at each of its three places."""
    plain = text.encode()
    yield from (plain, text.encode("utf-16-be"), plain.hex().encode())
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + plain)
        yield whole[4:-4]


def files_with(folder: Path, texts: list[str]) -> set[str]:
    wanted = [form for text in texts for form in places(text)]
    held = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {str(path.relative_to(folder)) for path, data in held.items() if any(form in data for form in wanted)}


def columns_with(texts: list[str]) -> set[tuple[str, str]]:
    found = set()
    with superuser() as seen:
        for table, column in sorted(columns()):
            look = f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'
            for (value,) in seen.execute(look).fetchall():
                said = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                if any(text in said or text.encode().decode("latin-1") in said for text in texts):
                    found.add((table, column))
    return found


@pytest.fixture
def own(_data: Path) -> Path:
    """The data folder of this installation."""
    return _data


@pytest.fixture
def told(transactional, register, run_jobs, as_worker) -> list[str]:
    """What was typed and who typed it, by the time all of it was sealed and in the log."""
    mersch, lea = town(), country().by_handle["lea.beispill"]
    typed = {name: MARK.format(name) for name in ("site", "works", "note", "wrong", "order", "answer", "urbanism")}
    permit = {**story.PERMIT, "site": typed["site"], "works_description": typed["works"]}
    case = story.request(mersch.applicant, "building-permit", permit).cases[0]
    story.request(mersch.applicant, "residence-certificate", story.RESIDENCE)
    with acting_as(mersch.mayor):
        order_delay(case=case, until=clock.today() + timedelta(days=30), reason=typed["order"], legal_basis=SOME_LAW)
    with acting_as(mersch.clerk):
        services.add_note(case=case, text=typed["note"])
    story.do(mersch.clerk, case, "check", completeness="complete")
    story.do(mersch.urbanism, case, "opinion-urbanism", urbanism_opinion="reserved", urbanism_remarks=typed["urbanism"])
    story.do(mersch.technical, case, "opinion-technical", technical_opinion="favourable")
    story.do(mersch.mayor, case, "decide", decision="granted", decision_reasons=typed["answer"])
    run_jobs()
    with as_worker(), acting_as(SYSTEM):
        act = Act.objects.filter(case_id=case).order_by("number").values_list("id", flat=True)[0]
    with acting_as(mersch.mayor):
        revoke_act(act=act, reason="error", note=typed["wrong"])
    run_jobs()
    seal(as_worker)
    return [f"{lea.given_name} {lea.family_name}", lea.matricule, *typed.values()]


def test_what_is_proof_or_bookkeeping_holds_nobody(told: list[str], own: Path) -> None:
    held = columns_with(told)
    assert {"cases_event_payload", "documents_act", "identity_person"} <= {table for table, _ in held}, "Nothing was looked for."
    assert sorted(f"{table}.{column}" for table, column in held if rule_of(table, column) not in GOES) == []
    assert (own / "log" / "checkpoint").is_file()
    assert any((own / "blobs").rglob("*"))
    assert sorted(files_with(own, told)) == []


def test_a_planted_one_is_found(transactional, own: Path, as_owner) -> None:
    text = MARK.format("planted")
    for number, form in enumerate(places(text)):
        (own / f"planted-{number}").write_bytes(b"0123456789" + form + b"0123456789")
    (own / "planted-whole").write_bytes(base64.b64encode(b"somebody wrote " + text.encode() + b" here"))
    assert len(files_with(own, [text])) == 7
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE administrations_service SET names = jsonb_build_object('en', %s::text)", [text])
    assert ("administrations_service", "names") in columns_with([text])
